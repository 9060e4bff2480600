"""The files of a dataset's two tables: their names, how one is opened, how one is written.

OUT/subfigures/part-<shard>.parquet   rows of subfigures
OUT/papers/part-<shard>.parquet       the ledger; only a part with a ledger part of its name counts
"""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.dataset.columns import IMAGE_COLUMN
from tasks.errors import OutputError
from tasks.stores import paths
from tasks.stores.scratch import scratch
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

PART_NAME = re.compile(r"part-[0-9a-f]{16}\.parquet")
UNFINISHED = ".unfinished"
"""Suffix of a file that is being written."""
UNREADABLE = (pa.ArrowException, OSError, ValueError, MemoryError, OverflowError)
"""What reading a damaged Parquet file may raise."""

_ONE_OF_A_KIND = ("subfigure_id", "image_sha256", "probabilities", "embedding", IMAGE_COLUMN)
"""Columns that hardly repeat: a dictionary would cost time and save nothing."""
_BUFFER_BYTES = 1 << 20
_PAGES = {"min_chunk_size": 4 * 2**10, "max_chunk_size": 16 * 2**10, "norm_level": 0}
"""Bytes of a page before it is compressed. So small, each picture ends its page, and one that is put between two others
leaves their pages as they are: of 68 MB with one paper more amid the others 95% stay, with Arrow's default of 256 to
1024 kB 71%, with pages by size alone 77% (`tests/benchmarks/chunks.py`)."""


class UnreadablePartError(OutputError):
    """A part or ledger part that cannot be read; `reason` says why in a few words, the message what to do."""

    def __init__(self, part: StorePath, error: Exception) -> None:
        self.part = part
        self.reason = printable(str(error).splitlines()[0] if str(error) else type(error).__name__, 120)
        super().__init__(f"{part} cannot be read back ({self.reason}): {remedy(part.parent.parent)}")


def remedy(out: StorePath) -> str:
    """What a user does about a damaged dataset."""
    return f"run `figmill check {out} --repair`, then this command again"


def part_files(folder: StorePath) -> list[StorePath]:
    """The parts, or ledger parts, in a folder, by name."""
    return [folder / name for name in sorted(paths.names(folder)) if PART_NAME.fullmatch(name)]


@contextlib.contextmanager
def open_part(part: StorePath) -> Iterator[pq.ParquetFile]:
    """A part or ledger part, fetched whole where it lies on a store.

    Raises UnreadablePartError for what reading it raises as long as the context lasts, StorageError where it cannot be
    fetched.
    """
    with paths.local_copy(part) as file:
        try:
            with pq.ParquetFile(file, buffer_size=_BUFFER_BYTES) as opened:
                yield opened
        except UNREADABLE as error:
            raise UnreadablePartError(part, error) from error


def unfinished(target: StorePath) -> Path:
    """Where a file is written before it is put at `target`: beside it under a name of its own with a leading dot.

    No two writers share it, should a shard that was taken for lost be done twice at once.
    """
    name = f".{target.name}.{secrets.token_hex(4)}{UNFINISHED}"
    return target.with_name(name) if isinstance(target, Path) else scratch() / name


def writer_options(schema: pa.Schema) -> dict[str, Any]:
    """How a part is written.

    Pages end where the content says so, not after so many bytes: what stays the same when rows are added or left out
    keeps its pages, which a store that knows chunks (the Hugging Face Hub) need not be sent again. The page index lets
    a reader skip to a row.
    """
    repeating = [field for field in schema if field.name not in _ONE_OF_A_KIND]
    return {
        "compression": "zstd",
        "use_dictionary": [leaf for field in repeating for leaf in _leaves(field.name, field.type)],
        "write_statistics": [name for name in schema.names if name not in _ONE_OF_A_KIND[2:]],
        "use_content_defined_chunking": _PAGES,
        "write_page_index": True,
    }


def _leaves(name: str, kind: pa.DataType) -> list[str]:
    """The columns of Parquet behind a column: of a list its elements, of a record its fields."""
    if pa.types.is_list(kind):
        return _leaves(f"{name}.list.element", kind.value_type)
    if pa.types.is_struct(kind):
        return [leaf for part in kind for leaf in _leaves(f"{name}.{part.name}", part.type)]
    return [] if pa.types.is_fixed_size_list(kind) else [name]
