"""The words of an index, and the filters over them: tantivy's segments in DIR/index/texts, mapped from disk.

Each row of the index is a document of its words and of what filters and facets ask for, under the row's number; what
is shown of a row stands in SQLite. tantivy (BM25 of each field, stemmed, without accents) writes segments aside and
makes them count by renaming one file.
"""

from __future__ import annotations

import contextlib
import functools
import math
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import tantivy

from tasks.errors import OutputError
from tasks.index.documents import Document
from tasks.index.queries import FACETS, Facet, Query
from tasks.index.words import Term, modality_words
from tasks.texts import storable
from tasks.wording.licenses import FAMILIES, family

FOLDER = "texts"
Named = Mapping[str, Sequence[int]]
"""The numbers of the rows (`id`) or papers (`paper`) that a query names one by one; empty where it names none."""
OWN: Mapping[str, float] = MappingProxyType({"own": 8.0, "caption": 3.0, "title": 1.5, "words": 4.0})
"""What a row says itself, each field with its weight: the panel's words, its figure's caption, the paper's title and
authors, the names of labels and modality."""
TOLD: Mapping[str, float] = MappingProxyType({"inside": 1.0, "mentions": 0.5})
"""What is told of it elsewhere: the words printed in the panel, the sentences that cite or describe it.

Twice these weights put a figure that is only cited with a word before the one whose caption has it
(`tests/benchmarks/search.py`: one of 40 questions); a quarter changes no answer more."""
_K = 1.2
"""Of BM25: how soon more of a word counts no more."""
_TOKENS = "figmill"
_LONGEST_WORD = 100
"""Bytes; longer ones are sequences that nobody types."""
_LONGEST_VALUE = 1000
"""Letters of a value that filters compare."""
_LONGEST_TEXT = 1_000_000
"""Letters of a text that are indexed; more is no caption."""
_HEAP = 64_000_000
"""Bytes of words kept in memory before a segment is written."""
_MOST_VALUES = 20_000
"""Of one facet."""
_UNSURE = -1.0
"""In place of a confidence that is not known: it sorts behind all others."""


class TextWriter:
    """Takes documents; what it took counts from `commit` on."""

    def __init__(self, folder: Path, patience: float) -> None:
        """Waits up to `patience` seconds for another process that writes. Raises OutputError."""
        self._index = _open(folder)
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


class Texts:
    """An index of words open for reading. Threads may share it, and take turns to reload it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._borrowed: tempfile.TemporaryDirectory[str] | None = None
        try:
            self._index = _open(folder)
            self._snapshot = Snapshot(self._index)
        except (OSError, ValueError):
            self._borrow()

    def close(self) -> None:
        """Gives back what stood in for a folder that cannot be written."""
        if self._borrowed is not None:
            self._borrowed.cleanup()
            self._borrowed = None

    def reload(self) -> None:
        """Sees what was committed since."""
        if self._borrowed is None:
            self._index.reload()
            self._snapshot = Snapshot(self._index)
        else:
            self._borrow()

    def snapshot(self) -> Snapshot:
        """The documents as they were committed when last looked at; they stay so, whatever is reloaded meanwhile."""
        return self._snapshot

    def _borrow(self) -> None:
        """Reads through links to the files that are there now. A snapshot of earlier links holds its files open."""
        before = self._borrowed
        borrowed = _borrowed(self._folder)
        try:
            self._index = _open(Path(borrowed.name))
            self._snapshot = Snapshot(self._index)
        except (OSError, ValueError):
            borrowed.cleanup()
            raise
        self._borrowed = borrowed
        if before is not None:
            before.cleanup()


class Snapshot:
    """The documents of one commit, asked. Threads may share it."""

    def __init__(self, index: tantivy.Index) -> None:
        self._index = index
        self._searcher = index.searcher()

    def count(self, query: Query, terms: Sequence[Term], named: Named) -> int:
        """How many rows answer; `named`: only those of these numbers."""
        asked = self._asked(query, terms, named)
        # It is there, though tantivy 0.27 does not say so of its type.
        return int(self._searcher.search(asked, 1, count=True).count)  # type: ignore[attr-defined]

    def facets(
        self, query: Query, terms: Sequence[Term], named: Named, of: Sequence[Facet]
    ) -> dict[Facet, list[tuple[str | None, int]]]:
        """How many of the rows that answer have each value of some facets, the commonest first."""
        wanted = {facet: {"terms": {"field": facet, "size": _MOST_VALUES}} for facet in of}
        answer = self._searcher.aggregate(self._asked(query, terms, named), wanted)
        counted = {}
        for facet in of:
            pairs = [(one["key"] or None, int(one["doc_count"])) for one in answer[facet]["buckets"]]
            counted[facet] = sorted(pairs, key=lambda pair: (-pair[1], pair[0] or ""))
        return counted

    def numbers(self, query: Query, terms: Sequence[Term], named: Named) -> npt.NDArray[np.int64]:
        """(N,) the numbers of all rows that answer, in the index's order."""
        return np.sort(np.array(self._found(_flat(self._asked(query, terms, named))), np.int64))

    def listed(self, query: Query, terms: Sequence[Term], named: Named, limit: int, offset: int) -> list[int]:
        """Rows in the order that the query names: by confidence, or by their place; of a modality those that the model
        names before those on which it abstains."""
        asked = _flat(self._asked(query, terms, named))
        if query.order in ("surest", "unsurest"):
            return self._found(asked, limit, offset, "surety", descending=query.order == "surest")
        order = "place" if query.order == "best" and query.modality else "id"
        return self._found(asked, limit, offset, order)

    def candidates(
        self, query: Query, terms: Sequence[Term], named: Named, limit: int, offset: int
    ) -> list[int]:
        """The rows that answer by rank: who has every term first, one of several at least in its own words, then who is
        not rejected, then who has every term in its own words; among those by the sum of all terms' scores."""
        every = [self._term(term, {**OWN, **TOLD}) for term in terms]
        own = [self._term(term, OWN) for term in terms]
        should, must = tantivy.Occur.Should, tantivy.Occur.Must
        complete = [*every, _any_of(own)] if len(terms) > 1 else every
        tiers = [
            (_conjunction(complete), 4000.0),
            (tantivy.Query.term_query(self._index.schema, "rejected", False), 2000.0),
            (_conjunction(own), 1000.0),
        ]
        asked = [
            (must, self._asked(query, terms, named)),
            *((should, tantivy.Query.const_score_query(tier, score)) for tier, score in tiers),
        ]
        return self._found(tantivy.Query.boolean_query(asked), limit, offset)

    def scores(self, term: Term, told: bool, among: Sequence[int]) -> dict[int, float]:
        """The score of those of some rows that have a term in their own words, or in what is `told` of them.

        Fields together are worth little more than the best of them, and long texts little less than short ones: the
        weighted sum x of the fields' BM25 counts as frequency does in BM25 itself, as idf · x (k + 1) / (x + k).
        """
        fields = TOLD if told else OWN
        asked = self._term(term, fields)
        having = max((self._having(field, name) for field in fields for name in term), default=0)
        rarity = math.log(1 + (self._searcher.num_docs - having + 0.5) / (having + 0.5))
        only = tantivy.Query.term_set_query(self._index.schema, "id", list(among))
        both = [(tantivy.Occur.Must, asked), (tantivy.Occur.Must, _flat(only, 0.0))]
        hits = self._searcher.search(tantivy.Query.boolean_query(both), max(1, len(among)), count=False).hits
        numbers = self._ids([place for _, place in hits])
        sums = {number: float(score) / rarity for number, (score, _) in zip(numbers, hits, strict=True)}
        return {number: rarity * x * (_K + 1) / (x + _K) for number, x in sums.items()}

    def _having(self, field: str, name: str) -> int:
        """In how many rows a field has a name, at most: of several words the rarest one's."""
        return min((self._searcher.doc_freq(field, word) for word in tokens(name)), default=0)

    def _found(
        self,
        asked: tantivy.Query,
        limit: int | None = None,
        offset: int = 0,
        by: str | None = None,
        descending: bool = False,
    ) -> list[int]:
        most = max(1, self._searcher.num_docs)
        hits = self._searcher.search(
            asked,
            min(limit or most, most),
            count=False,
            order_by_field=by,
            offset=min(offset, most),
            order=tantivy.Order.Desc if descending or by is None else tantivy.Order.Asc,
        ).hits
        return self._ids([place for _, place in hits])

    def _ids(self, places: list[tantivy.DocAddress]) -> list[int]:
        return [int(number or 0) for number in self._searcher.fast_field_values("id", places)]

    def _asked(self, query: Query, terms: Sequence[Term], named: Named) -> tantivy.Query:
        """Rows that pass every filter and have one of the terms; filters give no score."""
        must = tantivy.Occur.Must
        filters = [(must, _flat(one, 0.0)) for one in _filters(self._index.schema, query, named)]
        if terms:
            filters.append((must, _any_of([self._term(term, {**OWN, **TOLD}) for term in terms])))
        return tantivy.Query.boolean_query(filters) if filters else tantivy.Query.all_query()

    def _term(self, term: Term, fields: Mapping[str, float]) -> tantivy.Query:
        """One thing asked for, in any of some fields: the fields' scores are added, the best of its names counts."""
        names = []
        for name in term:
            words = tokens(name)
            if not words:
                continue
            places = [
                (
                    tantivy.Occur.Should,
                    tantivy.Query.boost_query(_phrase(self._index.schema, field, words), weight),
                )
                for field, weight in fields.items()
            ]
            names.append(tantivy.Query.boolean_query(places))
        return tantivy.Query.disjunction_max_query(names) if names else tantivy.Query.empty_query()


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


def own_texts(of: Document) -> tuple[str, str]:
    """A panel's own words and its figure's; a figure that is one panel has its caption for its own words."""
    caption = of.caption or ""
    return (of.subcaption, caption) if of.subcaption else (caption, "")


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
    for field, value in zip(FACETS, (path, of.license, of.journal, of.article_type), strict=True):
        made.add_text(field, _value(value))
    made.add_text("license_family", _value(family(of.license or "")))
    steps = path.split("/")
    for depth in range(1, len(steps) + 1):
        made.add_text("within", _value("/".join(steps[:depth])))
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


def _filters(schema: tantivy.Schema, query: Query, named: Named) -> Iterator[tantivy.Query]:
    term = functools.partial(tantivy.Query.term_query, schema)
    if query.modality:
        yield term("within", _value(query.modality))
    if query.min_confidence > 0:
        yield tantivy.Query.range_query(schema, "surety", tantivy.FieldType.Float, query.min_confidence, None)
    if query.rejected is not None:
        yield term("rejected", query.rejected)
        yield term("scored", True)
    if query.license is not None:
        field = "license_family" if query.license in FAMILIES else "license"
        yield term(field, _value(query.license))
    for field, value in (("journal", query.journal), ("article_type", query.article_type)):
        if value is not None:
            yield term(field, _value(value))
    if query.since is not None or query.until is not None:
        yield tantivy.Query.range_query(schema, "year", tantivy.FieldType.Integer, query.since, query.until)
    if query.lettered is not None:
        yield term("lettered", query.lettered)
    for field, numbers in named.items():
        yield tantivy.Query.term_set_query(schema, field, list(numbers))


def _phrase(schema: tantivy.Schema, field: str, words: list[str]) -> tantivy.Query:
    if len(words) == 1:
        return tantivy.Query.term_query(schema, field, words[0])
    return tantivy.Query.phrase_query(schema, field, [*words])


def _conjunction(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])


def _any_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _flat(query: tantivy.Query, score: float = 1.0) -> tantivy.Query:
    """The same rows, each with one score: nothing is worked out for them."""
    return tantivy.Query.const_score_query(query, score)


def _value(text: str | None) -> str:
    """A value as filters compare it; one that is missing is empty."""
    return storable(text or "")[:_LONGEST_VALUE]


def _open(folder: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(folder))
    index.register_tokenizer(_TOKENS, _analyzer())
    return index


def _borrowed(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder of links to the files of one that cannot be written: tantivy wants to lock its folder to read it."""
    borrowed = tempfile.TemporaryDirectory(prefix="figmill-texts-")
    for file in folder.resolve().iterdir():
        if not file.name.startswith(".tantivy"):
            (Path(borrowed.name) / file.name).symlink_to(file)
    return borrowed


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
