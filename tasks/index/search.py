"""The embedded index asked: by words, by likeness, by filters; and the counts behind the filters.

Text ranks by BM25 (Robertson and Zaragoza 2009): a panel's own words first, then those of its modality, its figure's
caption, its paper's title and authors; to this is added the BM25 of what is told of it elsewhere, the words printed in
it and the sentences that cite it. Rows that have all that was asked for come before those that need the latter for some
of it, and these before those that have but some of it, of whose score each has the share of the terms that it has (a
term of many names counts by the best of them). Each further panel of a figure counts a little less, so that ten panels
with one caption do not fill the first page. Of rows that have as much of what was asked for, those on which the model
abstains come last; the names of their modality are no words of theirs. So are weighed the first 500 that tantivy finds;
those behind stand as it ranks them.
Likeness is the cosine of the network's features: exact among the filtered rows where these are few, else among those
whose bits are nearest. Asked for both, the two rankings are fused by the sum of 1/(60 + rank) (Cormack, Clarke and
Buettcher 2009).
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from tasks.errors import InputError, OutputError
from tasks.index import ranking
from tasks.index.codes import Codes, signs
from tasks.index.documents import unit_vector
from tasks.index.embedded import FILE, LAYOUT, connect, in_one_line
from tasks.index.queries import Context, Facet, Hit, Query, without
from tasks.index.source import index_folder
from tasks.index.tables import read_centre
from tasks.index.texts.asking import Snapshot
from tasks.index.texts.excerpts import excerpt
from tasks.index.texts.fields import FOLDER, tokens, told_in_one_line
from tasks.index.texts.reading import Texts
from tasks.index.words import Term, parse
from tasks.texts import storable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

_TERMS = 16
"""Of a query; what comes after them is not asked."""
_WEIGHED = 500
"""Rows of a query of words, the first by the sum of their terms' scores, that are weighed one by one."""
_LOOKED_AT = 2000
"""Rows, the nearest by the bits of their embeddings, whose whole embeddings are compared."""
_FUSED = 200
"""Rows of each ranking that are fused."""
_BEFORE = """
    SELECT a.paper_id FROM papers a JOIN papers own ON own.paper_id = ?
    WHERE a.paper < own.paper ORDER BY a.paper DESC LIMIT 1
"""
_AFTER = """
    SELECT a.paper_id FROM papers a JOIN papers own ON own.paper_id = ?
    WHERE a.paper > own.paper ORDER BY a.paper LIMIT 1
"""
_SHOWN_NAMES = (
    *("id", "subfigure_id", "part", "row", "paper_id", "source_uri", "pmcid", "doi", "title", "journal"),
    *("license", "published", "withdrawn", "article_type", "figure_index", "subfigure_index", "figure_label"),
    *("panel_label", "page", "width", "height", "compound", "modality", "path", "modality_set", "confidence"),
    *("rejected", "label_source", "has_subcaption", "own", "caption", "fingerprint", "has_thumbnail"),
)
_SHOWN = """
    SELECT s.id, s.subfigure_id, p.name, s.row, a.paper_id, a.source_uri, a.pmcid, a.doi, a.title, a.journal,
        a.license, a.published, a.withdrawn, s.article_type, s.figure_index, s.subfigure_index, s.figure_label,
        s.panel_label, s.page, s.width, s.height, s.compound, s.modality, s.path, s.modality_set, s.confidence,
        s.rejected, s.label_source, s.has_subcaption, s.own, s.caption, p.fingerprint,
        NOT p.pictured OR EXISTS (SELECT 1 FROM thumbnails t WHERE t.id = s.id)
    FROM chosen JOIN subfigures s USING (id) JOIN papers a USING (paper) JOIN parts p ON p.part = s.part
"""


class SearchIndex:
    """An embedded index open for reading, a context; threads may share it. Raises OutputError where it is none."""

    def __init__(self, out: StorePath) -> None:
        self.out = out
        self._path = index_folder(out) / FILE
        if not self._path.is_file():
            raise OutputError(f"{out} has no index yet: run `figmill index {out}`")
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._seen = ""
        self._bits: tuple[tuple[int, ...], tuple[Codes, npt.NDArray[np.float32]] | None] | None = None
        about = dict(self._rows("SELECT key, value FROM about"))
        if about.get("layout") != LAYOUT:
            raise OutputError(f"the index of {out} is of another Figmill: run `figmill index {out}`")
        self.model_id, self.embedding_size = str(about["model_id"]), int(about["embedding_size"])
        with told_in_one_line(self._path):
            self._read_texts = Texts(self._path.parent / FOLDER)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._read_texts.close()
        for connection in self._open:
            connection.close()

    def search(self, query: Query, limit: int, offset: int = 0) -> list[Hit]:
        """The rows that answer, best first."""
        terms = _terms(query)
        if not terms or query.order != "best":
            with self._texts() as found_in:
                numbers = found_in.listed(query, terms, self._named(query), limit, offset)
            return self._hits([(number, None) for number in numbers])
        return self._hits(self._by_text(query, terms, limit, offset))

    def like(self, vector: npt.ArrayLike, query: Query, limit: int, but: int | None = None) -> list[Hit]:
        """The rows whose pictures are most like one, among those that the query's filters leave.

        With words, the rankings by words and by likeness are fused. `but` is left out. Raises InputError for a vector
        that is not the index's.
        """
        given = np.asarray(vector, np.float32)
        direction = unit_vector(given)
        if given.shape != (self.embedding_size,) or direction is None:
            raise InputError(f"the vector has not the index's {self.embedding_size} numbers, or is 0")
        terms = _terms(query)
        count = max(limit, _FUSED) if terms else limit
        near = self._by_vector(direction, query, count, but)
        if terms:
            near = ranking.fused(near, self._by_text(query, terms, count, 0))[:limit]
        return self._hits(near)

    def more_like(self, hit: Hit, query: Query, limit: int) -> list[Hit]:
        """The rows most like one of the index, without itself; none where it was not scored."""
        found = self._rows("SELECT vector FROM embeddings WHERE id = ?", hit.id)
        if not found:
            return []
        return self.like(np.frombuffer(found[0][0], np.float16), query, limit, but=hit.id)

    def contexts(self, query: Query, hits: Sequence[Hit]) -> dict[int, Context]:
        """The words of a query where they stand in the texts of some hits, by the hits' `id`.

        A panel's own words come before its figure's; those of a modality, which no paper has, are left out.
        """
        wanted = {token for term in _terms(query) for name in term for token in tokens(name)}
        found = {}
        for hit in hits:
            for text in filter(None, (hit.subcaption, hit.caption, hit.title)):
                context = excerpt(text, wanted)
                if context:
                    found[hit.id] = context
                    break
        return found

    def count(self, query: Query) -> int:
        """How many rows answer."""
        with self._texts() as found_in:
            return found_in.count(query, _terms(query), self._named(query))

    def facet(self, query: Query, of: Facet) -> list[tuple[str | None, int]]:
        """How many rows there would be for each value of a filter, the query's other filters kept."""
        return self.facets(query, (of,))[of]

    def facets(self, query: Query, of: Sequence[Facet]) -> dict[Facet, list[tuple[str | None, int]]]:
        """`facet` of several filters: those that the query does not set are counted together."""
        by_query: dict[Query, list[Facet]] = {}
        for one in of:
            by_query.setdefault(without(query, one), []).append(one)
        terms, named = _terms(query), self._named(query)
        counted: dict[Facet, list[tuple[str | None, int]]] = {}
        with self._texts() as found_in:
            for asked, together in by_query.items():
                counted |= found_in.facets(asked, terms, named, together)
        return counted

    def at(self, part: str, row: int) -> list[Hit]:
        """What stands in place of a row of a part."""
        found = self._rows(
            "SELECT s.id FROM subfigures s JOIN parts p USING (part) WHERE p.name = ? AND s.row = ?",
            part,
            row,
        )
        return self._hits([(number, None) for (number,) in found])

    def own_words(self) -> dict[str, tuple[str, str]]:
        """Modality and own words of every row that has both, by name; a figure of one panel has its caption's."""
        found = self._rows(
            "SELECT subfigure_id, modality, own FROM subfigures WHERE modality IS NOT NULL AND own <> ''"
        )
        return {name: (modality, own) for name, modality, own in found}

    def ids(self, query: Query) -> list[tuple[str, float | None, bool]]:
        """Name, confidence and whether the model abstains, of every row that answers; in the order of the papers."""
        return [
            (name, confidence, bool(rejected))
            for name, confidence, rejected in self._among(
                "SELECT subfigure_id, confidence, rejected FROM chosen JOIN subfigures USING (id) ORDER BY id",
                self._numbers(query),
            )
        ]

    def vectors(self, query: Query) -> tuple[list[str], npt.NDArray[np.float16]]:
        """The names of the rows that answer and were scored, and their features at length 1, (N, embedding_size)."""
        rows = self._among(
            "SELECT subfigure_id, vector FROM chosen JOIN embeddings USING (id) JOIN subfigures USING (id)",
            self._numbers(query),
        )
        flat = np.frombuffer(b"".join(vector for _, vector in rows), np.float16)
        return [name for name, _ in rows], flat.reshape(-1, self.embedding_size)

    def subfigure(self, subfigure_id: str) -> Hit | None:
        """The row of that id."""
        found = self._rows("SELECT id FROM subfigures WHERE subfigure_id = ?", subfigure_id)
        return self._hits([(found[0][0], None)])[0] if found else None

    def named(self, names: Sequence[str]) -> list[Hit]:
        """The rows of these ids, in their order; one that there is not is left out."""
        numbers = self._numbers_of(names)
        return self._hits([(numbers[name], None) for name in dict.fromkeys(names) if name in numbers])

    def present(self, names: Sequence[str]) -> frozenset[str]:
        """Those of these ids that are there."""
        return frozenset(self._numbers_of(names))

    def paper(self, paper_id: str) -> list[Hit]:
        """All rows of a paper, in reading order."""
        found = self._rows(
            "SELECT s.id FROM subfigures s JOIN papers a USING (paper) WHERE a.paper_id = ? "
            "ORDER BY s.figure_index, s.subfigure_index",
            paper_id,
        )
        return self._hits([(number, None) for (number,) in found])

    def paper_beside(self, paper_id: str, after: bool) -> str | None:
        """The paper_id before or after a paper in the index's order; None at its ends."""
        found = self._rows(_AFTER if after else _BEFORE, paper_id)
        return found[0][0] if found else None

    def thumbnail(self, number: int) -> bytes | None:
        """A row's thumbnail, a JPEG, by the row's `id`; None where it has none, or none yet."""
        found = self._rows("SELECT jpeg FROM thumbnails WHERE id = ?", number)
        return bytes(found[0][0]) if found else None

    def _by_text(
        self, query: Query, terms: Sequence[Term], limit: int, offset: int
    ) -> list[tuple[int, float | None]]:
        """Rows with their scores; those behind the first `_WEIGHED` stand as the texts rank them."""
        with self._texts() as found_in:
            named = self._named(query)
            weighed: list[tuple[int, float | None]] = []
            if offset < _WEIGHED:
                first = found_in.candidates(query, terms, named, _WEIGHED, 0)
                weighed = [*self._weighed(found_in, terms, first)[offset : offset + limit]]
                if len(first) < _WEIGHED:
                    return weighed
            lacking = limit - len(weighed)
            if not lacking:
                return weighed
            behind = max(offset + len(weighed), _WEIGHED)
            rest = found_in.candidates(query, terms, named, lacking, behind)
        return [*weighed, *((number, None) for number in rest)]

    def _weighed(
        self, found_in: Snapshot, terms: Sequence[Term], numbers: Sequence[int]
    ) -> list[tuple[int, float]]:
        """Some rows by what they have of the terms, the best first, each with its score."""
        own = [found_in.scores(term, False, numbers) for term in terms]
        told = [found_in.scores(term, True, numbers) for term in terms]
        rows = self._among(
            "SELECT id, paper, figure_index, coalesce(rejected, 0) FROM chosen JOIN subfigures USING (id)",
            numbers,
        )
        return ranking.weighed(own, told, rows)

    def _by_vector(
        self, direction: npt.NDArray[np.float32], query: Query, limit: int, but: int | None
    ) -> list[tuple[int, float | None]]:
        """Rows with the cosines of their features, the nearest first: exact of the rows that are looked at."""
        asked = replace(query, text="", order="best")
        only = None if asked == Query() else self._numbers(asked)
        most = max(_LOOKED_AT, 4 * limit)
        if only is not None and len(only) <= most:
            near = only
        else:
            coded = self._codes()
            if coded is None:
                return []
            bits, centre = coded
            near = bits.nearest(signs(direction[None], centre)[0], most, only)
        numbers, vectors = self._vectors(near)
        scores = vectors.astype(np.float32) @ direction
        if but is not None:
            numbers, scores = numbers[numbers != but], scores[numbers != but]
        best = np.lexsort((numbers, -scores))[:limit]
        return [(int(numbers[place]), float(scores[place])) for place in best]

    def _vectors(
        self, numbers: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float16]]:
        """Those of some rows that have features, and the features, (N, embedding_size)."""
        rows = self._among("SELECT id, vector FROM chosen JOIN embeddings USING (id)", numbers)
        flat = np.frombuffer(b"".join(vector for _, vector in rows), np.float16)
        return np.array([number for number, _ in rows], np.int64), flat.reshape(-1, self.embedding_size)

    def _codes(self) -> tuple[Codes, npt.NDArray[np.float32]] | None:
        """The bits of all embeddings, and the middle they are told from; read again when a part of them is another."""
        # The part that came last may go, with the highest version: the next one then gets that version again.
        version = self._rows("SELECT count(*), max(version), sum(version), sum(part) FROM codes")[0]
        with self._lock:
            if self._bits is None or self._bits[0] != version:
                self._bits = version, self._read_codes()
            return self._bits[1]

    def _read_codes(self) -> tuple[Codes, npt.NDArray[np.float32]] | None:
        words = -(-self.embedding_size // 64)
        with in_one_line(self._path):
            connection = self._connection()
            connection.execute("BEGIN")  # the bits and their middle as one writer left them
            try:
                centre = read_centre(connection)
                rows = connection.execute("SELECT ids, bits FROM codes ORDER BY part").fetchall()
            finally:
                connection.execute("COMMIT")
        parts = [
            (np.frombuffer(ids, np.int64), np.frombuffer(bits, np.uint64).reshape(-1, words))
            for ids, bits in rows
        ]
        return (Codes(parts), centre) if parts and centre is not None else None

    def _numbers(self, query: Query) -> npt.NDArray[np.int64]:
        with self._texts() as found_in:
            return found_in.numbers(query, _terms(query), self._named(query))

    def _numbers_of(self, names: Sequence[str]) -> dict[str, int]:
        """The numbers of the rows of these ids; one that there is not is left out."""
        found = self._rows(
            "SELECT subfigure_id, id FROM subfigures WHERE subfigure_id IN (SELECT value FROM json_each(?))",
            json.dumps(names),
        )
        return dict(found)

    def _named(self, query: Query) -> dict[str, list[int]]:
        """The numbers of the papers and rows that a query names."""
        named: dict[str, list[int]] = {}
        if query.paper:
            which = "paper_id = ? OR pmcid = ? OR pmid = ? OR lower(doi) = ?"
            asked = storable(query.paper)
            names = [asked.lower(), asked.upper(), asked, asked.lower()]
            statement = f"SELECT paper FROM papers WHERE {which}"  # noqa: S608
            named["paper"] = [number for (number,) in self._rows(statement, *names)]
        if query.among is not None:
            listed = json.dumps([storable(name) for name in query.among])
            statement = "SELECT id FROM subfigures WHERE subfigure_id IN (SELECT value FROM json_each(?))"
            named["id"] = [number for (number,) in self._rows(statement, listed)]
        return named

    @contextlib.contextmanager
    def _texts(self) -> Iterator[Snapshot]:
        """The texts as they were last committed: one state for all that is asked in this context."""
        with in_one_line(self._path), told_in_one_line(self._path.parent / FOLDER):
            revision = self._connection().execute("SELECT value FROM about WHERE key = 'revision'").fetchone()
            with self._lock:
                if revision and revision[0] != self._seen:
                    self._read_texts.reload()
                    self._seen = revision[0]
                snapshot = self._read_texts.snapshot()
            yield snapshot

    def _hits(self, ranked: Sequence[tuple[int, float | None]]) -> list[Hit]:
        """The rows of these ids in their order; those that went meanwhile are left out."""
        scores = dict(ranked)
        rows = self._among(_SHOWN, list(scores))
        found = {row[0]: _hit(dict(zip(_SHOWN_NAMES, row, strict=True)), scores[row[0]]) for row in rows}
        return [found[number] for number, _ in ranked if number in found]

    def _among(self, statement: str, numbers: Sequence[int] | npt.NDArray[np.int64]) -> list[Any]:
        """What a statement says of the rows whose ids are `chosen`."""
        listed = json.dumps(np.asarray(numbers, np.int64).tolist())
        return self._rows(f"WITH chosen (id) AS (SELECT value FROM json_each(?)) {statement}", listed)  # noqa: S608

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with in_one_line(self._path):
            return self._connection().execute(statement, values).fetchall()

    def _connection(self) -> sqlite3.Connection:
        """This thread's own."""
        if not hasattr(self._local, "connection"):
            self._local.connection = connect(self._path)
            self._open.append(self._local.connection)
        connection: sqlite3.Connection = self._local.connection
        return connection


def _terms(query: Query) -> list[Term]:
    return parse(query.text)[:_TERMS]


def _hit(row: dict[str, Any], score: float | None) -> Hit:
    own, rest, split = row.pop("own"), row.pop("caption"), row.pop("has_subcaption")
    row["subcaption"], row["caption"] = (own, rest or None) if split else (None, own or None)
    row["rejected"] = None if row["rejected"] is None else bool(row["rejected"])
    row["has_thumbnail"] = bool(row["has_thumbnail"])
    row["modality_set"] = tuple(json.loads(row["modality_set"]))
    return Hit(**row, score=score)
