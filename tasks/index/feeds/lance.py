"""LanceDB as a target: a table in a folder or on a store, with full text over captions and an index of vectors.

`<name>` holds a row for each subfigure, which says of which part it is, with the part's fingerprint, so that a part
that a kill left half sent is seen; `<name>_about` says of which dataset, model and layout they are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.dataset.columns import INDEXED_COLUMNS
from tasks.errors import OutputError, SettingsError
from tasks.index.documents import Document
from tasks.index.source import Origin, Part
from tasks.index.target import Held
from tasks.texts import printable, with_extra

if TYPE_CHECKING:
    from lancedb import DBConnection
    from lancedb.table import Table

LAYOUT = "1"
SCHEME = "lancedb"
_ENOUGH = 5_000
"""Rows from which an index of vectors is made; fewer are compared one by one as fast."""
_SEARCHED = ("subcaption", "caption")
_TORN = "torn"


class LanceIndex:
    """A table of a LanceDB database."""

    illustrated = True

    def __init__(self, to: str, name: str) -> None:
        place = to.partition("://")[2]
        if not place:
            raise SettingsError(
                "--to names no database: lancedb:///path/to/folder or lancedb://s3://bucket/prefix"
            )
        self._place, self._name = place, name
        self.label = f"LanceDB at {place}, table {name}"
        self._database: DBConnection | None = None
        self._known: set[str] = set()

    def __enter__(self) -> Self:
        try:
            import lancedb
        except ImportError as error:
            raise OutputError(f"LanceDB needs its library: {with_extra('lancedb')}") from error
        with self._in_one_line():
            self._database = lancedb.connect(self._place)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database = None

    def held(self, origin: Origin) -> Held:
        """What the table holds; a part that is not whole, or of two minds, has a fingerprint that no part has."""
        with self._in_one_line():
            about = self._about()
            if not about:
                return Held()
            fits = {key: about.get(key) for key in _expected(origin)} == _expected(origin)
            rows = self._table().search().select(["part", "fingerprint"]).to_arrow()
        held: dict[str, str] = {}
        counted = rows.group_by(["part", "fingerprint"]).aggregate([("part", "count")]).to_pylist()
        for one in counted:
            whole = one["fingerprint"].endswith(f"-{one['part_count']}") and one["part"] not in held
            held[one["part"]] = one["fingerprint"] if whole else _TORN
        self._known = set(held)
        return Held(held, fits, about.get("dataset"))

    def prepare(self, origin: Origin) -> None:
        """Makes the tables, anew where they are of another model or layout."""
        expected = _expected(origin)
        with self._in_one_line():
            about = self._about()
            if {key: about.get(key) for key in expected} != expected:
                schema = table_schema(origin.embedding_size)
                self._open().create_table(self._name, schema=schema, mode=self._mode(self._name))
                self._known = set()
            said = expected | {"dataset": origin.uri}
            if about != said:
                rows = pa.table({"key": list(said), "value": list(said.values())})
                name = f"{self._name}_about"
                self._open().create_table(name, rows, mode=self._mode(name))

    def replace(self, part: Part, documents: Iterable[list[Document]]) -> None:
        """Removes what was there of a part, then adds its documents as one version of the table."""
        if part.name in self._known:  # each delete looks through the table, and makes a version of it
            self.remove(part.name)
        self._known.add(part.name)
        with self._in_one_line():
            table = self._table()
            schema = table.schema
            table.add(
                pa.RecordBatchReader.from_batches(
                    schema, (_batch(batch, part, schema) for batch in documents if batch)
                )
            )

    def remove(self, part: str) -> None:
        """Deletes a part's rows."""
        quoted = part.replace("'", "''")
        with self._in_one_line():
            self._table().delete(f"part = '{quoted}'")

    def finish(self) -> None:
        """Makes the indexes, or takes into them what came in."""
        from lancedb.index import FTS, BTree, IvfPq

        with self._in_one_line():
            table = self._table()
            there = {column for index in table.list_indices() for column in index.columns}
            for column in set(_SEARCHED) - there:
                table.create_index(column, config=FTS())
            if "part" not in there:
                table.create_index("part", config=BTree())
            if "embedding" not in there and table.count_rows("embedding IS NOT NULL") >= _ENOUGH:
                table.create_index("embedding", config=IvfPq(distance_type="cosine"))
            table.optimize()

    def _about(self) -> dict[str, str]:
        name = f"{self._name}_about"
        if name not in self._tables():
            return {}
        rows = self._open().open_table(name).to_arrow().to_pylist()
        return {str(row["key"]): str(row["value"]) for row in rows}

    def _mode(self, table: str) -> Literal["create", "overwrite"]:
        """How to make a table: LanceDB warns of one that it is to overwrite and that is not there."""
        return "overwrite" if table in self._tables() else "create"

    def _tables(self) -> set[str]:
        found: set[str] = set()
        token = None
        while True:
            page = self._open().list_tables(page_token=token)
            found |= set(page.tables)
            token = page.page_token
            if not token:
                return found

    def _table(self) -> Table:
        return self._open().open_table(self._name)

    def _open(self) -> DBConnection:
        if self._database is None:
            raise RuntimeError("the target is a context: enter it first")
        return self._database

    @contextlib.contextmanager
    def _in_one_line(self) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, ValueError, OSError, pa.ArrowException) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise OutputError(f"{self.label}: {printable(reason, 300)}") from error


def table_schema(size: int) -> pa.Schema:
    """The table's columns: those that indexes keep, an embedding of `size` numbers, thumbnail, part and fingerprint."""
    fields = [pa.field(column.name, column.type) for column in INDEXED_COLUMNS]
    # LanceDB keeps `mentions` as texts: it is they that are searched.
    fields = [pa.field(one.name, _texts(one.type)) for one in fields]
    return pa.schema(
        [
            *fields,
            pa.field("embedding", pa.list_(pa.float32(), size)),
            pa.field("thumbnail", pa.binary()),
            pa.field("part", pa.string()),
            pa.field("fingerprint", pa.string()),
        ]
    )


def _texts(kind: pa.DataType) -> pa.DataType:
    return pa.list_(pa.string()) if pa.types.is_list(kind) else kind


def _batch(documents: list[Document], part: Part, schema: pa.Schema) -> pa.RecordBatch:
    columns: dict[str, list[Any]] = {
        column.name: [_plain(getattr(document, column.name)) for document in documents]
        for column in INDEXED_COLUMNS
    }
    columns["thumbnail"] = [document.thumbnail for document in documents]
    columns["part"] = [part.name] * len(documents)
    columns["fingerprint"] = [part.fingerprint] * len(documents)
    arrays = {name: pa.array(values, schema.field(name).type) for name, values in columns.items()}
    arrays["embedding"] = _vectors(
        [document.embedding for document in documents], schema.field("embedding").type
    )
    return pa.record_batch([arrays[field.name] for field in schema], schema=schema)


def _vectors(
    vectors: list[npt.NDArray[np.float32] | None], kind: pa.FixedSizeListType
) -> pa.FixedSizeListArray:
    """Embeddings as the table has them, without a Python number for each of theirs."""
    lacking = np.zeros(kind.list_size, np.float32)
    flat = np.concatenate([lacking if vector is None else vector for vector in vectors])
    mask = pa.array([vector is None for vector in vectors])
    return pa.FixedSizeListArray.from_arrays(pa.array(flat), type=kind, mask=mask)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _expected(origin: Origin) -> dict[str, str]:
    return {"layout": LAYOUT, "model_id": origin.model_id, "embedding_size": str(origin.embedding_size)}
