"""What could be an index of many rows, asked the same: Figmill's own folder, and LanceDB for everything.

`many_rows.py` starts one process for each and tells it what to ask on standard input. A page is what a list shows: 24
rows with their texts, without pictures. Words come with the number of rows that have one and with counts of them by
modality, licence and journal, as the page beside the list shows them; filters with the same counts.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

PAGE = 24
FACETS = ("modality", "license", "journal")


class Candidate(Protocol):
    """An index that is open; each answer is the subfigure_ids of a page."""

    def page(self, number: int) -> list[str]:
        """Of all rows, in some order that stays; pages count from 0."""

    def words(self, text: str) -> list[str]:
        """The rows that have most of the words, with counts."""

    def filters(self, confidence: float) -> list[str]:
        """The surest rows of one licence above a confidence, with counts."""

    def like(self, subfigure_id: str) -> list[str]:
        """The rows most like one, itself among them or not."""


class Figmill:
    """DIR/index: SQLite, tantivy, bits of embeddings."""

    def __init__(self, out: Path) -> None:
        from tasks.index.search import SearchIndex

        self._index = SearchIndex(out)

    def page(self, number: int) -> list[str]:
        from tasks.index.queries import Query

        return [hit.subfigure_id for hit in self._index.search(Query(), PAGE, PAGE * number)]

    def words(self, text: str) -> list[str]:
        from tasks.index.queries import Query

        return self._counted(Query(text=text))

    def filters(self, confidence: float) -> list[str]:
        from tasks.index.queries import Query

        return self._counted(Query(min_confidence=confidence, license="CC BY 4.0", order="surest"))

    def like(self, subfigure_id: str) -> list[str]:
        from tasks.index.queries import Query

        hit = self._index.subfigure(subfigure_id)
        assert hit is not None
        return [near.subfigure_id for near in self._index.more_like(hit, Query(), PAGE)]

    def _counted(self, query: Any) -> list[str]:
        self._index.count(query)
        self._index.facets(query, ("path", "license", "journal"))
        return [hit.subfigure_id for hit in self._index.search(query, PAGE)]


class Lance:
    """A table as `figmill index --to lancedb://` makes it, with scalar indexes of what is filtered."""

    shown = ("subfigure_id", "title", "caption", "subcaption", "modality", "license", "journal", "confidence")

    def __init__(self, place: Path) -> None:
        import lancedb

        self._table = lancedb.connect(place).open_table("figmill")

    def page(self, number: int) -> list[str]:
        rows = self._table.search().select([*self.shown]).limit(PAGE).offset(PAGE * number)
        return self._names(rows.to_arrow())

    def words(self, text: str) -> list[str]:
        from lancedb.query import MultiMatchQuery

        asked = MultiMatchQuery(text, ["subcaption", "caption"])
        found = self._table.search(asked, query_type="fts")
        self._count(found.select([*FACETS, "_score"]).limit(self._table.count_rows()).to_arrow())
        best = self._table.search(asked, query_type="fts").select([*self.shown, "_score"]).limit(PAGE)
        return self._names(best.to_arrow())

    def filters(self, confidence: float) -> list[str]:
        where = f"confidence >= {confidence} AND license = 'CC BY 4.0'"
        columns = ["subfigure_id", "confidence", *FACETS]
        found = self._table.search().where(where).select(columns).limit(self._table.count_rows()).to_arrow()
        self._count(found)
        best = found.take(np.argsort(-found["confidence"].to_numpy(), kind="stable")[:PAGE])
        names = ", ".join(f"'{name}'" for name in self._names(best))
        self._table.search().where(f"subfigure_id IN ({names})").select([*self.shown]).limit(PAGE).to_arrow()
        return self._names(best)

    def like(self, subfigure_id: str) -> list[str]:
        own = self._table.search().where(f"subfigure_id = '{subfigure_id}'").select(["embedding"]).limit(1)
        vector = own.to_arrow()["embedding"][0].as_py()
        near = self._table.search(vector, vector_column_name="embedding").distance_type("cosine")
        return self._names(near.refine_factor(10).select([*self.shown, "_distance"]).limit(PAGE).to_arrow())

    @staticmethod
    def _names(rows: pa.Table) -> list[str]:
        names: list[str] = rows["subfigure_id"].to_pylist()
        return names

    @staticmethod
    def _count(rows: pa.Table) -> None:
        for facet in FACETS:
            rows.group_by(facet).aggregate([(facet, "count")]).to_pylist()


def add_scalar_indexes(place: Path) -> None:
    """What LanceDB needs to filter without looking at every row."""
    import lancedb
    from lancedb.index import Bitmap, BTree

    table = lancedb.connect(place).open_table("figmill")
    for column in ("subfigure_id", "confidence"):
        table.create_index(column, config=BTree())
    table.create_index("license", config=Bitmap())


OPENED: dict[str, Callable[[Path], Candidate]] = {"figmill": Figmill, "lancedb": Lance}


def main() -> None:
    """Opens one candidate and answers each line, a list of a question's name and what is asked."""
    candidate = OPENED[sys.argv[1]](Path(sys.argv[2]))
    for line in sys.stdin:
        name, asked = json.loads(line)
        clock, core = time.perf_counter(), time.process_time()
        found = getattr(candidate, name)(asked)
        spent = {"seconds": time.perf_counter() - clock, "core_seconds": time.process_time() - core}
        print(json.dumps(spent | {"found": found}), flush=True)


if __name__ == "__main__":
    main()
