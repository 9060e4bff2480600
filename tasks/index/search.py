"""The embedded index asked: by words, by likeness, by filters; and the counts behind the filters.

Text ranks by BM25 (Robertson and Zaragoza 2009): a panel's own words first, then those of its modality, its figure's
caption, its paper's title and authors; to this is added the BM25 of what is told of it elsewhere, the words printed in
it and the sentences that cite it. Rows that have all that was asked for come before those that need the latter for some
of it, and these before those that have but some of it, of whose score each has the share of the terms that it has (a
term of many synonyms shall not outweigh two others). Each further panel of a figure counts a little less, so that ten
panels with one caption do not fill the first page. Of rows that have as much of what was asked for, those on which the
model abstains come last; the names of their modality are no words of theirs.
Likeness is the cosine of the network's features, exact. Asked for both, the two rankings are fused by the sum of
1/(60 + rank) (Cormack, Clarke and Buettcher 2009).
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from tasks.errors import InputError, OutputError
from tasks.index.documents import unit_vector
from tasks.index.embedded import FILE, FOLDER, LAYOUT, connect, in_one_line
from tasks.index.queries import MATCHES, TOLD, Context, Facet, Hit, Query, condition, without
from tasks.index.words import any_of, parse

_WEIGHTS = "8.0, 3.0, 1.5, 4.0"
"""Of the columns own, caption, title, words."""
_TOLD_WEIGHTS = "2.0, 1.0"
"""Of the columns inside, mentions."""
_LESS = 0.05
"""What each further panel of a figure loses of its score, of the score divided by 1, 1.05, 1.10, ..."""
_TERMS = 16
"""Of a query, of which is counted how many a row has."""
_FUSED = 200
"""Rows of each ranking that are fused."""
_RANK_OFFSET = 60
_CONTEXT = 24
"""Words of a text shown around those that were found."""
_FOUND, _FOUND_END = "\x02", "\x03"
"""Where a found word begins and ends; control characters, which no caption keeps."""
_VECTORS = 8192
"""Vectors compared at a time."""
_ORDERS = {
    "best": "s.id",
    "paper": "s.id",
    "surest": "s.confidence DESC, s.id",
    "unsurest": "s.confidence, s.id",
}
_BEFORE = """
    SELECT a.paper_id FROM papers a JOIN papers own ON own.paper_id = ?
    WHERE a.paper < own.paper ORDER BY a.paper DESC LIMIT 1
"""
_AFTER = """
    SELECT a.paper_id FROM papers a JOIN papers own ON own.paper_id = ?
    WHERE a.paper > own.paper ORDER BY a.paper LIMIT 1
"""
_SHOWN = """
    s.id, s.subfigure_id, p.name AS part, s.row, a.paper_id, a.source_uri, a.pmcid, a.doi, a.title, a.journal,
    a.license, a.published, a.withdrawn, s.article_type, s.figure_index, s.subfigure_index, s.figure_label,
    s.panel_label, s.page,
    s.width, s.height, s.compound, s.modality, s.path, s.modality_set, s.confidence, s.rejected,
    s.label_source, s.has_subcaption,
    (SELECT own FROM texts WHERE texts.rowid = s.id) AS own,
    (SELECT caption FROM texts WHERE texts.rowid = s.id) AS caption,
    EXISTS (SELECT 1 FROM thumbnails t WHERE t.id = s.id) AS has_thumbnail
"""


class SearchIndex:
    """An embedded index open for reading, a context; threads may share it. Raises OutputError where it is none."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self._path = out / FOLDER / FILE
        if not self._path.is_file():
            raise OutputError(f"{out} has no index yet: run `figmill index {out}`")
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        about = dict(self._rows("SELECT key, value FROM about"))
        if about.get("layout") != LAYOUT:
            raise OutputError(f"the index of {out} is of another Figmill: run `figmill index {out}`")
        self.model_id, self.embedding_size = str(about["model_id"]), int(about["embedding_size"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._open:
            connection.close()

    def search(self, query: Query, limit: int, offset: int = 0) -> list[Hit]:
        """The rows that answer, best first."""
        terms = parse(query.text)
        if not terms:
            return self._listed(query, limit, offset)
        ranked = self._by_text(query, terms, limit, offset)
        return self._hits(ranked)

    def like(self, vector: npt.ArrayLike, query: Query, limit: int, but: int | None = None) -> list[Hit]:
        """The rows whose pictures are most like one, among those that the query's filters leave.

        `vector` is the picture's embedding, of `embedding_size`. With a text, both count. Raises InputError for a
        vector of another size.
        """
        direction = unit_vector(vector)
        if direction is None or len(direction) != self.embedding_size:
            raise InputError(f"a vector of {self.embedding_size} numbers is needed, not all of them 0")
        terms = parse(query.text)
        count = max(limit, _FUSED) if terms else limit
        near = self._by_vector(direction, query, count, but)
        if terms:
            near = _fused(near, self._by_text(replace(query, order="best"), terms, count, 0))[:limit]
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
        terms = parse(query.text)
        if not terms:
            return {}
        found = self._snippets("own", terms, [hit.id for hit in hits])
        others = [hit.id for hit in hits if hit.id not in found]
        return found | self._snippets("caption title", terms, others)

    def _snippets(self, columns: str, terms: Sequence[str], numbers: Sequence[int]) -> dict[int, Context]:
        marks = ", ".join("?" * len(numbers))
        found = self._rows(
            f"SELECT rowid, snippet(texts, -1, ?, ?, '…', {_CONTEXT}) FROM texts "  # noqa: S608
            f"WHERE texts MATCH ? AND rowid IN ({marks})",
            _FOUND,
            _FOUND_END,
            f"{{{columns}}} : ({any_of(list(terms))})",
            *numbers,
        )
        return {number: _pieces(text) for number, text in found}

    def count(self, query: Query) -> int:
        """How many rows answer."""
        where, values = condition(query)
        return int(self._rows(f"SELECT count(*) FROM subfigures s WHERE {where}", *values)[0][0])  # noqa: S608

    def facet(self, query: Query, of: Facet) -> list[tuple[str | None, int]]:
        """How many rows there would be for each value of a filter, the query's other filters kept."""
        where, values = condition(without(query, of))
        return [
            (value, count)
            for value, count in self._rows(
                f"SELECT {of}, count(*) FROM subfigures s WHERE {where} GROUP BY {of} ORDER BY 2 DESC, 1",  # noqa: S608
                *values,
            )
        ]

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
            "SELECT s.subfigure_id, s.modality, t.own FROM subfigures s JOIN texts t ON t.rowid = s.id "
            "WHERE s.modality IS NOT NULL AND t.own <> ''"
        )
        return {name: (modality, own) for name, modality, own in found}

    def ids(self, query: Query) -> list[tuple[str, float | None, bool]]:
        """Name, confidence and whether the model abstains, of every row that answers; in the order of the papers."""
        where, values = condition(query)
        return [
            (name, confidence, bool(rejected))
            for name, confidence, rejected in self._rows(
                f"SELECT subfigure_id, confidence, rejected FROM subfigures s WHERE {where} ORDER BY s.id",  # noqa: S608
                *values,
            )
        ]

    def vectors(self, query: Query) -> tuple[list[str], npt.NDArray[np.float16]]:
        """The names of the rows that answer and were scored, and their features at length 1, (N, embedding_size)."""
        where, values = condition(query)
        names: list[str] = []
        parts = [np.zeros((0, self.embedding_size), np.float16)]
        cursor = self._connection().execute(
            f"SELECT s.subfigure_id, e.vector FROM embeddings e JOIN subfigures s USING (id) WHERE {where}",  # noqa: S608
            values,
        )
        while rows := cursor.fetchmany(_VECTORS):
            names += [name for name, _ in rows]
            flat = np.frombuffer(b"".join(vector for _, vector in rows), np.float16)
            parts.append(flat.reshape(len(rows), self.embedding_size))
        return names, np.concatenate(parts)

    def subfigure(self, subfigure_id: str) -> Hit | None:
        """The row of that id."""
        found = self._rows("SELECT id FROM subfigures WHERE subfigure_id = ?", subfigure_id)
        return self._hits([(found[0][0], None)])[0] if found else None

    def named(self, names: Sequence[str]) -> list[Hit]:
        """The rows of these ids, in their order; one that there is not is left out."""
        found = self._rows(
            "SELECT subfigure_id, id FROM subfigures WHERE subfigure_id IN (SELECT value FROM json_each(?))",
            json.dumps(names),
        )
        numbers = dict(found)
        return self._hits([(numbers[name], None) for name in dict.fromkeys(names) if name in numbers])

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
        """A row's thumbnail, a JPEG, by the row's `id`."""
        found = self._rows("SELECT jpeg FROM thumbnails WHERE id = ?", number)
        return bytes(found[0][0]) if found else None

    def _listed(self, query: Query, limit: int, offset: int) -> list[Hit]:
        where, values = condition(query)
        order = _ORDERS[query.order]
        if query.modality and query.order == "best":
            order = f"coalesce(s.rejected, 0), {order}"
        numbers = self._rows(
            f"SELECT s.id FROM subfigures s WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608
            *values,
            limit,
            offset,
        )
        return self._hits([(number, None) for (number,) in numbers])

    def _by_text(
        self, query: Query, terms: Sequence[str], limit: int, offset: int
    ) -> list[tuple[int, float | None]]:
        where, values = condition(replace(query, text=""))
        counted = list(terms[:_TERMS])
        best = "s.complete DESC, s.refused, s.own_complete DESC, rank DESC, s.id"
        order = best if query.order == "best" else _ORDERS[query.order]
        found = self._rows(
            f"""
            WITH scored AS (
                SELECT rowid AS id, -bm25(texts, {_WEIGHTS}) AS own, 0 AS told FROM texts WHERE texts MATCH ?
                UNION ALL
                SELECT rowid AS id, 0 AS own, -bm25(told, {_TOLD_WEIGHTS}) AS told FROM told WHERE told MATCH ?
            ), summed AS (
                SELECT id, sum(own) AS own, sum(told) AS told FROM scored GROUP BY id
            ), found AS (
                SELECT s.id, s.paper, s.figure_index, s.confidence, coalesce(s.rejected, 0) AS refused, own, told,
                       {" + ".join([f"({MATCHES})"] * len(counted))} AS own_matched,
                       {" + ".join([f"({MATCHES} OR {TOLD})"] * len(counted))} AS matched
                FROM summed JOIN subfigures s USING (id) WHERE {where}
            ), weighed AS (
                SELECT id, paper, figure_index, confidence, refused,
                       matched = {len(counted)} AS complete, own_matched = {len(counted)} AS own_complete,
                       (own * own_matched + told * matched) / {len(counted)} AS score
                FROM found
            ), placed AS (
                SELECT *, row_number() OVER (
                    PARTITION BY paper, figure_index
                    ORDER BY complete DESC, refused, own_complete DESC, score DESC, id) AS place
                FROM weighed
            )
            SELECT s.id, s.score / (1 + {_LESS} * (s.place - 1)) AS rank FROM placed s
            ORDER BY {order} LIMIT ? OFFSET ?
            """,  # noqa: S608
            *[any_of(list(terms))] * 2,
            *counted,
            *(term for term in counted for _ in range(2)),
            *values,
            limit,
            offset,
        )
        return list(found)

    def _by_vector(
        self, direction: npt.NDArray[np.float32], query: Query, limit: int, but: int | None
    ) -> list[tuple[int, float | None]]:
        where, values = condition(replace(query, text=""))
        numbers, scores = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
        for ids, vectors in self._vectors(where, values):
            numbers.append(ids)
            scores.append(vectors.astype(np.float32) @ direction)
        every, score = np.concatenate(numbers), np.concatenate(scores)
        if but is not None:
            every, score = every[every != but], score[every != but]
        best = np.argsort(-score, kind="stable")[:limit]
        return [(int(every[place]), float(score[place])) for place in best]

    def _vectors(
        self, where: str, values: list[Any]
    ) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.float16]]]:
        joined = "" if where == "1" else "JOIN subfigures s USING (id)"
        cursor = self._connection().execute(
            f"SELECT e.id, e.vector FROM embeddings e {joined} WHERE {where}",  # noqa: S608
            values,
        )
        while rows := cursor.fetchmany(_VECTORS):
            flat = np.frombuffer(b"".join(vector for _, vector in rows), np.float16)
            yield np.array([number for number, _ in rows]), flat.reshape(len(rows), self.embedding_size)

    def _hits(self, ranked: Sequence[tuple[int, float | None]]) -> list[Hit]:
        """The rows of these ids in their order."""
        found: dict[int, Hit] = {}
        scores = dict(ranked)
        marks = ", ".join("?" * len(ranked))
        statement = (
            f"SELECT {_SHOWN} FROM subfigures s JOIN papers a USING (paper) JOIN parts p ON p.part = s.part "  # noqa: S608
            f"WHERE s.id IN ({marks})"
        )
        with in_one_line(self._path):
            cursor = self._connection().execute(statement, list(scores))
            names = [column[0] for column in cursor.description]
            for values in cursor:
                hit = _hit(dict(zip(names, values, strict=True)), scores[values[0]])
                found[hit.id] = hit
        return [found[number] for number, _ in ranked if number in found]

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


def _pieces(snippet: str) -> Context:
    """A snippet cut where found words begin and end."""
    pieces: list[tuple[str, bool]] = []
    for piece in snippet.split(_FOUND):
        found, mark, rest = piece.partition(_FOUND_END)
        pieces += [(found, True), (rest, False)] if mark else [(piece, False)]
    return tuple((text, is_found) for text, is_found in pieces if text)


def _hit(row: dict[str, Any], score: float | None) -> Hit:
    own, rest, split = row.pop("own"), row.pop("caption"), row.pop("has_subcaption")
    row["subcaption"], row["caption"] = (own, rest or None) if split else (None, own or None)
    row["rejected"] = None if row["rejected"] is None else bool(row["rejected"])
    row["has_thumbnail"] = bool(row["has_thumbnail"])
    row["modality_set"] = tuple(json.loads(row["modality_set"]))
    return Hit(**row, score=score)


def _fused(*rankings: Sequence[tuple[int, float | None]]) -> list[tuple[int, float | None]]:
    """Reciprocal rank fusion; the scores are sums of 1/(60 + rank)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, (number, _) in enumerate(ranking, 1):
            scores[number] = scores.get(number, 0.0) + 1 / (_RANK_OFFSET + rank)
    best = sorted(scores, key=lambda number: (-scores[number], number))
    return [(number, scores[number]) for number in best]
