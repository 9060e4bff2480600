"""Parquet as the Hugging Face Hub takes it: every column, pictures inside, a file for each part and split.

Pages end where the content says so, and a part's rows stay in a file of their own: who uploads the dataset again with
some rows more sends what is new (`tests/benchmarks/chunks.py`). Row groups have some dozens of megabytes, which the
Hub's viewer opens one at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.dataset.files import writer_options

DATA = "data"
_GROUP_BYTES = 32 * 2**20
_GROUP_ROWS = 1000
"""Of a row group, as of a part's: the Hub's viewer refuses more than 300 MB, and reads the whole for one row."""


class DataFile:
    """Writes a Parquet file from tables of rows, which it gathers to row groups; a context. Without rows no file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None
        self._rows: list[pa.Table] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._flush()
        finally:
            if self._writer is not None:
                self._writer.close()

    def add(self, rows: pa.Table) -> None:
        """Takes rows; all have the same schema."""
        if not len(rows):
            return
        many = sum(map(len, self._rows)) + len(rows) > _GROUP_ROWS
        if many or sum(table.nbytes for table in self._rows) + rows.nbytes > _GROUP_BYTES:
            self._flush()
        self._rows.append(rows)

    def _flush(self) -> None:
        if not self._rows:
            return
        rows = pa.concat_tables(self._rows)
        if self._writer is None:
            self._path.parent.mkdir(exist_ok=True)
            self._writer = pq.ParquetWriter(self._path, rows.schema, **writer_options(rows.schema))
        self._writer.write_table(rows, row_group_size=_GROUP_ROWS)
        self._rows = []


def data_file(folder: Path, part: str, split: str | None = None) -> Path:
    """Where a part's rows go in a repository: `data/part-<shard>.parquet`, of a split `data/test-<shard>.parquet`."""
    return folder / DATA / (part if split is None else f"{split}-{part.removeprefix('part-')}")


def data_files(splits: Iterable[str]) -> dict[str, str]:
    """Globs of the files by split, as the card names them; without splits all is `train`."""
    return {split: f"{DATA}/{split}-*.parquet" for split in splits} or {"train": f"{DATA}/*.parquet"}
