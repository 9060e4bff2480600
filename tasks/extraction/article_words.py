"""Label and caption of each figure of a PDF, with the article's JATS where that is of the same article and has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tasks.article.figure_rights import joined_rights, printed_rights
from tasks.article.jats import NO_FACTS, Article, ArticleFigure, FigureFacts
from tasks.extraction.front.first_page import DOI
from tasks.pdf.found_figure import FoundFigure
from tasks.pdf.pages import PageContent
from tasks.records import CaptionSource, Gap
from tasks.wording.labels import is_video, label_key

FIRST_PAGES = 2
"""Pages on which a paper prints its title and its DOI."""

TITLE_SHARE = 0.5
"""Share of a title's words that stand on these pages when it is theirs."""

CAPTION_SHARE = 0.2
"""Share of words that the captions of one figure have in common at the least, in PDF and XML."""

UNLIKE = 0.1
"""Where they have less than this share in common, one figure is enough to tell that they are not of one article."""

_WORDS = re.compile(r"\w{4,}")


@dataclass(frozen=True, slots=True)
class FigureWords:
    """What a figure is called and said of it; `source` tells from where the caption is."""

    label: str | None
    caption: str | None
    source: CaptionSource | None
    facts: FigureFacts = NO_FACTS


def words_of_figures(found: Sequence[FoundFigure], article: Article | None) -> list[FigureWords]:
    """Label and caption of each figure: those of the article's JATS where it has them, else as printed.

    A figure printed without a label takes the article's where just one is missing between its neighbours. The part of
    a figure that says "(continued)" keeps its own words.
    """
    printed = [_printed(figure) for figure in found]
    if article is None or not article.figures:
        return printed
    known = _by_key(article)
    labels = _labels_by_place(
        [w.label for w in printed], [f.label for f in article.figures if not f.supplementary]
    )
    words = []
    for figure, own, label in zip(found, printed, labels, strict=True):
        known_figure = known.get(label_key(label)) if label else None
        goes_on = figure.caption is not None and figure.caption.continued and bool(own.caption)
        if known_figure and known_figure.caption and not goes_on:
            own = FigureWords(known_figure.label, known_figure.caption, "jats", known_figure.facts)
        elif known_figure:
            own = replace(own, facts=_completed(known_figure.facts, own.facts))
        words.append(own)
    return words


def missing_figures(
    words: Sequence[FigureWords], article: Article, pages: Sequence[PageContent]
) -> list[Gap]:
    """Each figure of the JATS that the PDF does not have, with the page that cites it first."""
    known = {key: f for key, f in _by_key(article).items() if not (f.supplementary or is_video(f.label))}
    missing = known.keys() - {label_key(w.label) for w in words if w.label}
    return [_missing(known[key].label, pages) for key in sorted(missing)]


def is_of_another(article: Article, found: Sequence[FoundFigure], pages: Sequence[PageContent]) -> bool:
    """Whether a JATS was put beside the PDF of another article, where neither its title, DOI nor captions are."""
    first = [line.text for page in pages if page.number <= FIRST_PAGES for line in page.lines]
    text = " ".join(first).lower()
    doi = (article.metadata.doi or "").lower()
    title = _words(article.metadata.title or "")
    if (doi and doi in text) or (title and len(title & _words(text)) >= TITLE_SHARE * len(title)):
        return False
    other_doi = bool(doi) and any(DOI.search(line) for line in first)
    known = _by_key(article)
    pairs = [
        (f.caption.text, known[key].caption)
        for f in found
        if f.caption and f.caption.text and (key := label_key(f.caption.label)) in known
    ]
    shares = [_share(printed, stored) for printed, stored in pairs if stored]
    if max(shares, default=0.0) >= CAPTION_SHARE:
        return False
    return other_doi or len(shares) > 1 or (len(shares) == 1 and shares[0] < UNLIKE)


def _printed(figure: FoundFigure) -> FigureWords:
    caption = figure.caption
    if caption is None:
        return FigureWords(None, None, None)
    text = caption.text or None
    return FigureWords(caption.label, text, "pdf", FigureFacts(rights=printed_rights(text)))


def _completed(stored: FigureFacts, printed: FigureFacts) -> FigureFacts:
    """What the JATS says of a figure whose caption is the printed one, with what that credits."""
    return replace(stored, rights=joined_rights(stored.rights, printed.rights))


def _by_key(article: Article) -> dict[str, ArticleFigure]:
    return {label_key(f.label): f for f in reversed(article.figures)}  # the first of a label wins


def _words(text: str) -> set[str]:
    return set(_WORDS.findall(text.lower()))


def _share(a: str, b: str) -> float:
    """The words that two texts have in common, of those of the shorter one."""
    words = _words(a), _words(b)
    return len(words[0] & words[1]) / max(1, min(map(len, words)))


def _missing(label: str, pages: Sequence[PageContent]) -> Gap:
    page = _cited(label, pages)
    cited = f" (first cited on page {page})" if page else ""
    return Gap("figure", page, f"{label} is in the JATS and was not found in the PDF{cited}")


def _cited(label: str, pages: Sequence[PageContent]) -> int | None:
    """The first page that cites a label by its number."""
    number = label.split()[-1]
    cites = re.compile(
        rf"\b(?:fig(?:ure|s)?|scheme|plate|chart)s?\b\.?\s*{re.escape(number)}(?!\d)", re.IGNORECASE
    )
    return next((page.number for page in pages if any(cites.search(line.text) for line in page.lines)), None)


def _labels_by_place(printed: Sequence[str | None], known: Sequence[str]) -> list[str | None]:
    keys = [label_key(label) for label in known]
    places = [keys.index(label_key(x)) if x and label_key(x) in keys else None for x in printed]
    labels = list(printed)
    for i, label in enumerate(printed):
        if label is None:
            before = next((place for place in reversed(places[:i]) if place is not None), -1)
            after = next((place for place in places[i + 1 :] if place is not None), len(keys))
            alone = labels[i - 1 : i] != [None] and labels[i + 1 : i + 2] != [None]
            if after - before == 2 and alone:
                labels[i] = known[before + 1]
                places[i] = before + 1
    return labels
