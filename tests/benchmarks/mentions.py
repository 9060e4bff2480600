"""How well the sentences that cite figures are found in PDFs, against the links that the same articles' JATS have.

    uv run python -m tests.benchmarks.mentions ../shared/corpus

A pair is a figure and a sentence that cites it. One of the PDF and one of the JATS are the same where most of their
words are. Recall: of the pairs of the JATS, by its links and words, those that the PDF path finds. Precision: of what
the PDF path finds, what the JATS has. Letters: of the pairs that both have, those with the same panels named.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tasks.article.jats import load_article
from tasks.article.mentions import CitingSentence, citing_sentences
from tasks.extraction.pdf_passages import read_passages
from tasks.pdf.documents import open_pdf, read_pages
from tasks.pdf.figures import find_figures
from tasks.settings import ExtractionLimits
from tasks.wording.labels import label_key

ALIKE = 0.6
"""Share of the words of the shorter sentence, at which two are the same; hyphens and formulas differ."""


@dataclass(frozen=True)
class Score:
    """Pairs of figure and sentence of one article."""

    article: str
    known: int
    found: int
    recalled: int
    right: int
    same_letters: int
    missed: tuple[str, ...]
    wrong: tuple[str, ...]


Pair = tuple[str, str, frozenset[str]]


def pairs(sentences: Iterable[CitingSentence], keys: Iterable[str]) -> list[Pair]:
    """(figure, sentence, letters) of the figures `keys`."""
    known = set(keys)
    return [
        (key, sentence.mention.text, letters)
        for sentence in sentences
        for key, letters in sentence.panels.items()
        if key in known
    ]


def alike(one: str, other: str) -> bool:
    a, b = (set(re.findall(r"\w+", text.lower())) for text in (one, other))
    return len(a & b) >= ALIKE * max(1, min(len(a), len(b))) and len(a & b) >= 0.4 * max(len(a), len(b))


def score(pdf: Path, xml: Path) -> Score:
    article = load_article(xml)
    gaps: list = []
    with open_pdf(pdf) as document:
        pages = read_pages(document, ExtractionLimits(), gaps)
        found, others = find_figures(pages, gaps)
        printed = citing_sentences(read_passages(pages, found, others))
    keys = {label_key(figure.label) for figure in article.figures}
    known, seen = pairs(article.sentences, keys), pairs(printed, keys)
    matches = {
        i: [j for j, other in enumerate(seen) if other[0] == one[0] and alike(one[1], other[1])]
        for i, one in enumerate(known)
    }
    recalled = [i for i, its in matches.items() if its]
    right = {j for its in matches.values() for j in its}
    return Score(
        article=pdf.stem,
        known=len(known),
        found=len(seen),
        recalled=len(recalled),
        right=len(right),
        same_letters=sum(any(seen[j][2] == known[i][2] for j in matches[i]) for i in recalled),
        missed=tuple(f"{known[i][0]}: {known[i][1]}" for i in matches if not matches[i]),
        wrong=tuple(f"{one[0]}: {one[1]}" for j, one in enumerate(seen) if j not in right),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path, help="folder with pdf/ and xml/")
    parser.add_argument("--show", action="store_true", help="print what was missed and what was wrong")
    options = parser.parse_args()
    scores = [
        score(pdf, options.corpus / "xml" / f"{pdf.stem}.xml")
        for pdf in sorted((options.corpus / "pdf").glob("*.pdf"))
        if (options.corpus / "xml" / f"{pdf.stem}.xml").exists()
    ]
    for one in scores:
        print(
            f"{one.article:36} known {one.known:3} recalled {one.recalled:3} found {one.found:3} right {one.right:3}"
        )
        if options.show:
            print(*(f"    missed  {text}" for text in one.missed), sep="\n")
            print(*(f"    wrong   {text}" for text in one.wrong), sep="\n")
    known, found, recalled, right, letters = (
        sum(getattr(one, name) for one in scores)
        for name in ("known", "found", "recalled", "right", "same_letters")
    )
    print(
        f"{len(scores)} articles, {known} pairs: recall {recalled / max(1, known):.3f}, "
        f"precision {right / max(1, found):.3f}, letters alike {letters / max(1, recalled):.3f}"
    )


if __name__ == "__main__":
    main()
