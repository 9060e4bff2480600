"""Rows told to tantivy, and parts and rows that go: what was told counts when it is committed."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import tantivy

from tasks.errors import OutputError
from tasks.index.documents import Document
from tasks.index.queries import FACETS
from tasks.index.texts.fields import opened, value
from tasks.index.words import modality_words
from tasks.wording.licenses import family

_LONGEST_TEXT = 1_000_000
"""Letters of a text that are indexed; more is no caption."""
_HEAP = 64_000_000
"""Bytes of words kept in memory before a segment is written."""
_UNSURE = -1.0
"""In place of a confidence that is not known: it sorts behind all others."""


class TextWriter:
    """Takes documents; what it took counts from `commit` on."""

    def __init__(self, folder: Path, patience: float) -> None:
        """Waits up to `patience` seconds for another process that writes. Raises OutputError."""
        self._index = opened(folder)
        self._writer = self._patiently(patience, folder)

    def add(self, part: int, paper: int, number: int, of: Document) -> None:
        """A row of a part under its number."""
        self._writer.add_document(_document(part, paper, number, of))

    def remove_part(self, part: int) -> None:
        """Drops the rows of a part that were added before."""
        self._remove_where("part", [part])

    def remove(self, numbers: Iterable[int]) -> None:
        """Drops rows by their numbers."""
        self._remove_where("id", list(numbers))

    def _remove_where(self, field: str, values: list[int]) -> None:
        # By a query: `delete_documents_by_term` of tantivy 0.27 finds no number.
        wanted = tantivy.Query.term_set_query(self._index.schema, field, values)
        self._writer.delete_documents_by_query(wanted)

    def commit(self) -> None:
        """Makes all that was said count at once."""
        self._writer.commit()

    def close(self) -> None:
        """Lets another process write; what was not committed is forgotten."""
        self._writer.wait_merging_threads()

    def _patiently(self, patience: float, folder: Path) -> tantivy.IndexWriter:
        until = time.monotonic() + patience
        while True:
            try:
                return self._index.writer(_HEAP, 1)
            except ValueError as error:
                if "LockBusy" not in str(error) or time.monotonic() > until:
                    raise OutputError(
                        f"another process writes to the index {folder.parent}: try again when it is done"
                    ) from error
            time.sleep(0.1)


def own_texts(of: Document) -> tuple[str, str]:
    """A panel's own words and its figure's; a figure that is one panel has its caption for its own words."""
    caption = of.caption or ""
    return (of.subcaption, caption) if of.subcaption else (caption, "")


def _document(part: int, paper: int, number: int, of: Document) -> tantivy.Document:
    made = tantivy.Document()
    for name, key in (("id", number), ("part", part), ("paper", paper)):
        made.add_unsigned(name, key)
    rejected = bool(of.rejected)
    made.add_unsigned("place", rejected * 2**40 + number)
    made.add_boolean("rejected", rejected)
    made.add_boolean("scored", of.rejected is not None)
    made.add_boolean("lettered", of.panel_label is not None)
    made.add_float("surety", _UNSURE if of.confidence is None else float(of.confidence))
    if of.published:
        made.add_integer("year", of.published.year)
    for field, text in _texts(of).items():
        if text:
            made.add_text(field, text[:_LONGEST_TEXT])
    path = of.modality_path[-1] if of.modality_path else ""
    for field, named in zip(FACETS, (path, of.license, of.journal, of.article_type), strict=True):
        made.add_text(field, value(named))
    made.add_text("license_family", value(family(of.license or "")))
    steps = path.split("/")
    for depth in range(1, len(steps) + 1):
        made.add_text("within", value("/".join(steps[:depth])))
    return made


def _texts(of: Document) -> dict[str, str]:
    """What is ranked, by field. A modality of which the model is not sure has no names."""
    own, rest = own_texts(of)
    labels = " ".join(filter(None, (of.figure_label, of.panel_label)))
    modality = "" if of.rejected else modality_words(of.modality, of.modality_path)
    return {
        "own": own,
        "caption": rest,
        "title": "\n".join(filter(None, (of.title, *of.authors))),
        "words": f"{labels} {modality}",
        "inside": of.figure_text or "",
        "mentions": "\n".join(filter(None, (*of.mentions, of.alt_text))),
    }
