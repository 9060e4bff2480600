"""How much of what an article's JATS says of it is read from the PDF alone, and how much of that is right.

    uv run python -m tests.benchmarks.front_matter ../shared/corpus

Recall: of the authors, complete dates and journals of the JATS, those that the PDF gives alike. Precision: of what is
read from the PDF, what the JATS says too. Case, accents, points and hyphens do not count, nor a journal's subtitle.
"""

from __future__ import annotations

import argparse
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from tasks.article.jats import load_article
from tasks.extraction.front.first_page import read_first_page
from tasks.pdf.documents import open_pdf, read_pages
from tasks.records import Metadata
from tasks.settings import ExtractionLimits

FACTS = ("authors", "published", "journal", "title", "doi")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path, help="folder with pdf/ and xml/")
    totals = {name: [0, 0, 0] for name in FACTS}
    for pdf in sorted((parser.parse_args().corpus / "pdf").glob("*.pdf")):
        xml = pdf.parents[1] / "xml" / f"{pdf.stem}.xml"
        if not xml.exists():
            continue
        known = load_article(xml).metadata
        with open_pdf(pdf) as document:
            read = read_first_page(read_pages(document, ExtractionLimits(), []))
        for name, total in totals.items():
            true, found = (_values(metadata, name) for metadata in (known, read))
            total[:] = [a + b for a, b in zip(total, (len(true), len(found), len(true & found)), strict=True)]
            if found - true:
                print(f"{pdf.stem} {name}: {sorted(found - true)} for {sorted(true - found)}")
    for name, (known_to_jats, given, right) in totals.items():
        print(
            f"{name}: {known_to_jats} known, {given} read, precision {right / max(1, given):.3f}, "
            f"recall {right / max(1, known_to_jats):.3f}"
        )


def _values(metadata: Metadata, name: str) -> set[str]:
    value = getattr(metadata, name)
    if value is None or (name == "published" and metadata.published_precision != "day"):
        return set()
    if name == "journal":
        value = value.partition(" : ")[0]
    return set(
        map(_plain, value if isinstance(value, Iterable) and not isinstance(value, str) else [str(value)])
    )


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in letters if letter.isalnum() or letter in ",/")


if __name__ == "__main__":
    main()
