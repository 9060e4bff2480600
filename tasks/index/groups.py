"""Row groups of parts on a store: each is fetched once for all who ask for one of its rows, and kept for the next.

A page of a view asks for dozens of pictures at once, most of them of neighbours, and a picture cannot be fetched
without the others of its row group.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from cachetools import LRUCache, cached

from tasks.dataset.columns import SUBFIGURES
from tasks.index.source import reading_parts
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

_KEPT_BYTES = 256 * 2**20
_KEPT_FOOTERS = 64
_AT_ONCE = 3
"""Groups that are on their way together: more would share one line to the store, and the memory."""


class RowGroups:
    """What was fetched of a dataset's parts; threads share it.

    What is kept of a part goes by its fingerprint in the index that leads to its rows: of one that is replaced on the
    store meanwhile it is seen until the index is brought up to date, and no longer.
    """

    def __init__(self, out: StorePath) -> None:
        self._out = out
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        # `condition`: who asks for what is on its way waits for it.
        self._footer = cached(LRUCache(_KEPT_FOOTERS), condition=threading.Condition())(self._fetch_footer)
        kept: LRUCache[Any, pa.Table] = LRUCache(_KEPT_BYTES, getsizeof=lambda table: table.nbytes)
        self._group = cached(kept, condition=threading.Condition())(self._fetch_group)

    def take(
        self, part: str, fingerprint: str, rows: Sequence[int], columns: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Rows of a part by their places in it, in its order, those that it has. Raises OutputError."""
        with reading_parts(self._out):
            footer, taken = self._footer(part, fingerprint), []
            sizes = [footer.row_group(group).num_rows for group in range(footer.num_row_groups)]
            for group, (start, end) in enumerate(itertools.pairwise([0, *itertools.accumulate(sizes)])):
                inside = [row - start for row in rows if start <= row < end]
                if inside:
                    table = self._group(part, fingerprint, group, tuple(columns))
                    there = [row for row in inside if row < table.num_rows]
                    taken += table.take(pa.array(there, pa.int64())).to_pylist()
        return taken

    def _fetch_footer(self, part: str, _fingerprint: str) -> pq.FileMetaData:
        with paths.parquet(self._out / SUBFIGURES / part) as file:
            return file.metadata

    def _fetch_group(self, part: str, fingerprint: str, group: int, columns: tuple[str, ...]) -> pa.Table:
        footer, file = self._footer(part, fingerprint), self._out / SUBFIGURES / part
        with self._slots:
            try:
                return _read_group(file, footer, group, columns)
            except (pa.ArrowException, OSError) as error:
                if isinstance(error, OSError) and error.strerror:  # what the store says
                    raise
                return _read_group(file, None, group, columns)  # of a part that was replaced meanwhile


def _read_group(
    file: StorePath, footer: pq.FileMetaData | None, group: int, columns: tuple[str, ...]
) -> pa.Table:
    """Empty where the part no longer has such a group."""
    with paths.parquet(file, footer) as opened:
        return opened.read_row_groups([group] if group < opened.num_row_groups else [], columns=columns)


def row_groups(out: StorePath) -> RowGroups | None:
    """Those of a dataset on a store; on a disk a row is read from where it lies."""
    return None if isinstance(out, Path) else RowGroups(out)
