"""What tantivy keeps of each row: the fields and their weights, how texts become words, and the folder of it all."""

from __future__ import annotations

import contextlib
import functools
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import tantivy

from tasks.errors import OutputError
from tasks.index.queries import FACETS
from tasks.texts import storable

FOLDER = "texts"
OWN: Mapping[str, float] = MappingProxyType({"own": 8.0, "caption": 3.0, "title": 1.5, "words": 4.0})
"""What a row says itself, each field with its weight: the panel's words, its figure's caption, the paper's title and
authors, the names of labels and modality."""
TOLD: Mapping[str, float] = MappingProxyType({"inside": 1.0, "mentions": 0.5})
"""What is told of it elsewhere: the words printed in the panel, the sentences that cite or describe it.

Twice these weights put a figure that is only cited with a word before the one whose caption has it
(`tests/benchmarks/search.py`: one of 40 questions); a quarter changes no answer more."""
_TOKENS = "figmill"
_LONGEST_WORD = 100
"""Bytes; longer ones are sequences that nobody types."""
_LONGEST_VALUE = 1000
"""Letters of a value that filters compare."""


def create(folder: Path) -> None:
    """An empty index of words in place of whatever is there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tantivy.Index(_schema(), str(folder))


def exists(folder: Path) -> bool:
    """Whether there is an index of words that this tantivy reads."""
    try:
        return bool(tantivy.Index.exists(str(folder)))
    except (OSError, ValueError):
        return False


def tokens(text: str) -> list[str]:
    """The words of a text as they are indexed."""
    return [str(token) for token in _analyzer().analyze(text)]


def words_with_places(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word of a text as it is indexed, and where it begins and ends there."""
    for token in _analyzer().pre_tokenize(text).tokens:
        yield token.text, token.char_offset_from, token.char_offset_to


def opened(folder: Path) -> tantivy.Index:
    """An index that is there. Raises ValueError and OSError."""
    index = tantivy.Index.open(str(folder))
    index.register_tokenizer(_TOKENS, _analyzer())
    return index


@contextlib.contextmanager
def told_in_one_line(path: Path) -> Iterator[None]:
    """Says what tantivy found wrong, and what to do about it."""
    try:
        yield
    except (ValueError, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise OutputError(
            f"the index {path} cannot be used ({reason}): if it is damaged, delete {path.parent} and run "
            "`figmill index` again"
        ) from error


def value(text: str | None) -> str:
    """A value as filters compare it; one that is missing is empty."""
    return storable(text or "")[:_LONGEST_VALUE]


@functools.cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in ("id", "part", "paper"):
        builder.add_unsigned_field(field, indexed=True, fast=True)
    builder.add_unsigned_field("place", fast=True)
    for field in ("rejected", "scored", "lettered"):
        builder.add_boolean_field(field, indexed=True)
    builder.add_integer_field("year", indexed=True, fast=True)
    builder.add_float_field("surety", fast=True)
    for field in (*OWN, *TOLD):
        builder.add_text_field(field, tokenizer_name=_TOKENS)
    for field in (*FACETS, "license_family", "within"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic", fast=field in FACETS)
    return builder.build()


@functools.cache
def _analyzer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(_LONGEST_WORD),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()
