"""The front matter of a JATS article: who wrote what, when, where it appeared and under which licence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from tasks.article.jats_prose import prose
from tasks.records import Metadata, Precision
from tasks.wording.licenses import find_license
from tasks.wording.words import clean

_LATER = ("pmc-release", "nihms-submitted", "retracted", "corrected", "preprint", "received", "accepted")
"""Kinds of dates that are not those of the publication; `pmc-release` counts where there is no other."""
_OTHER_ABSTRACTS = (
    "graphical",
    "teaser",
    "toc",
    "video",
    "precis",
    "key-points",
    "author-highlights",
    "highlights",
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?!\d)")
_DOI_ADDRESS = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_LONGEST, _LONGEST_NAME = 50_000, 500
"""Letters of an abstract; of an author, a keyword or a subject."""
_MOST_NAMES = 5_000
"""Authors, keywords or subjects of one article; large collaborations have 3,000 authors."""


def read_front(article: Element, meta: Element) -> Metadata:
    """What an article's front matter says of it; tags are without namespace. `meta` is its `article-meta`."""
    published, precision = _published(meta)
    keywords = [group for group in meta.findall("kwd-group") if not _is_other(group)]
    return Metadata(
        pmcid=_pmcid(meta),
        pmid=_pmid(meta),
        doi=doi_in(meta.find("article-id[@pub-id-type='doi']")),
        title=text_of(meta.find("title-group/article-title")),
        authors=_listed(_authors(meta)),
        journal=text_of(article.find("front/journal-meta//journal-title")),
        license=license_in(meta.findall("permissions")),
        published=published,
        published_precision=precision,
        abstract=_abstract(meta),
        keywords=_listed(_keywords(keywords, article)),
        subjects=_listed(_subjects(meta)),
        article_type=article.get("article-type") or None,
    )


def text_of(element: Element | None) -> str | None:
    """All words of an element; None where there are none."""
    return (clean("".join(element.itertext())) or None) if element is not None else None


def doi_in(element: Element | None) -> str | None:
    """The DOI that an element holds, which may be written as an address."""
    doi = text_of(element)
    return _DOI_ADDRESS.sub("", doi) if doi else None


def language_of(element: Element) -> str | None:
    """The language that an element says it is in."""
    return next(
        (v for name, v in element.attrib.items() if name.rpartition("}")[2] in ("lang", "xml:lang")), None
    )


def license_in(permissions: Iterable[Element]) -> str | None:
    """The licence that `permissions` name, by its address, its code or in words; None where they name none."""
    said = []
    for element in permissions:
        licenses = element.findall("license")
        for part in [inner for license_ in licenses for inner in license_.iter()]:
            said += [*part.attrib.values(), part.text or "", part.tail or ""]
        said += [prose(license_) for license_ in licenses]  # words that mark-up cuts in two
        said += [text_of(statement) or "" for statement in element.findall("copyright-statement")]
    return find_license(" \n".join(said))


def _pmcid(meta: Element) -> str | None:
    for kind in ("pmcid", "pmc"):
        found = text_of(meta.find(f"article-id[@pub-id-type='{kind}']"))
        if found:
            return found if found.upper().startswith("PMC") else f"PMC{found}"
    return None


def _pmid(meta: Element) -> str | None:
    found = text_of(meta.find("article-id[@pub-id-type='pmid']"))
    return found if found and found.isdecimal() else None


def _published(meta: Element) -> tuple[dt.date | None, Precision | None]:
    """The earliest complete date of publication; where there is none, the earliest month, else the earliest year."""
    elements = [*meta.findall("pub-date"), *meta.findall("pub-history/event/pub-date")]
    kinds = [element.get("pub-type") or element.get("date-type") or "" for element in elements]
    own = [element for element, kind in zip(elements, kinds, strict=True) if kind not in _LATER]
    dates = list(filter(None, map(_date, own))) or [
        date
        for element, kind in zip(elements, kinds, strict=True)
        if kind == "pmc-release" and (date := _date(element))
    ]
    for precision in ("day", "month", "year"):
        known = [date for date, its in dates if its == precision]
        if known:
            return min(known), precision
    return None, None


def _date(element: Element) -> tuple[dt.date, Precision] | None:
    year, month, day = (element.findtext(part, "").strip() for part in ("year", "month", "day"))
    iso = _ISO.match(element.get("iso-8601-date", "").strip())
    if not year and iso:
        year, month, day = (part or "" for part in iso.groups())
    number = _month(month)
    try:
        if number and day:
            return dt.date(int(year), number, int(day)), "day"
        return dt.date(int(year), number or 1, 1), "month" if number else "year"
    except (ValueError, OverflowError):
        return None


def _month(text: str) -> int | None:
    if text.isdecimal():
        return int(text)
    name = text[:3].lower()
    return _MONTHS.index(name) + 1 if name in _MONTHS else None


def _authors(meta: Element) -> Iterator[str | None]:
    for group in meta.findall("contrib-group"):
        if group.get("content-type", "authors") in ("authors", "author", ""):
            untyped = all(contrib.get("contrib-type") is None for contrib in group.findall("contrib"))
            for contrib in group.findall("contrib"):
                if untyped or contrib.get("contrib-type") == "author":
                    yield _author(contrib)


def _author(contrib: Element) -> str | None:
    """`Surname, Given`, the surname alone, or what a group is called."""
    name = contrib.find("name")
    if name is None:
        name = contrib.find("name-alternatives/name")
    if name is None:
        name = contrib.find("string-name")
    if name is not None:
        parts = [text_of(name.find(part)) for part in ("surname", "given-names", "suffix")]
        return ", ".join(filter(None, parts)) or text_of(name)
    group = contrib.find("collab")
    if group is None:
        group = contrib.find("collab-alternatives/collab")
    if group is None:
        return None
    named = group.find("named-content")
    own = [group.text or "", *((child.tail or "") for child in group)]  # without the names of its members
    return clean("".join(own)) or text_of(named if named is not None else group.find("institution"))


def _abstract(meta: Element) -> str | None:
    """The first abstract that is one in words; its own heading "Abstract" is left out."""
    for abstract in meta.findall("abstract"):
        if abstract.get("abstract-type", "").lower() not in _OTHER_ABSTRACTS:
            text = prose(abstract)
            return re.sub(r"^(?:Abstract|ABSTRACT|Summary)[:.]?\s+(?=\S)", "", text)[:_LONGEST] or None
    return None


def _is_other(group: Element) -> bool:
    kind = (group.get("kwd-group-type") or "").lower()
    return "abbrev" in kind or "mesh" in kind


def _keywords(groups: list[Element], article: Element) -> Iterator[str | None]:
    """Those in the article's own language, where it gives them in several."""
    language = language_of(article)
    own = [group for group in groups if language_of(group) in (None, language)] or groups
    return (text_of(word) for group in own for word in group.iter("kwd"))


def _subjects(meta: Element) -> Iterator[str | None]:
    yield from (text_of(subject) for subject in meta.findall("article-categories//subject"))
    for group in meta.findall("kwd-group"):
        if "mesh" in (group.get("kwd-group-type") or "").lower():
            yield from (text_of(word) for word in group.iter("kwd"))


def _listed(names: Iterable[str | None]) -> tuple[str, ...] | None:
    """Names in their order, each once; None where there are none."""
    short = (name[:_LONGEST_NAME] for name in names if name)
    return tuple(dict.fromkeys(short))[:_MOST_NAMES] or None
