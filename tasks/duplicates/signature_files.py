"""Signatures at rest, OUT/duplicates/<part>.arrow: made of a part once, and mapped into memory when pictures are
compared. Derived from the parts: the folder may be deleted."""

from __future__ import annotations

import bisect
import contextlib
import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.dataset.columns import IMAGE_COLUMN
from tasks.dataset.files import unfinished
from tasks.duplicates.signatures import SIDE, WINDOWS, Codes, signature
from tasks.index.source import Part, reading_parts
from tasks.settings import default_workers

FOLDER = "duplicates"
LAYOUT = "1"
"""Changes with the signatures and what is asked of them: those of another layout are made anew."""
_ROWS = 64
"""Pictures decoded at a time."""
_SCHEMA = pa.schema(
    [
        pa.field("subfigure_id", pa.string(), nullable=False),
        pa.field("image_sha256", pa.string(), nullable=False),
        pa.field("aspect", pa.float32(), nullable=False),
        pa.field("shows", pa.bool_(), nullable=False),
        pa.field("codes", pa.binary(8 * len(WINDOWS)), nullable=False),
        pa.field("grey", pa.binary(SIDE * SIDE), nullable=False),
    ]
)
_NO_CODES, _NO_GREY = bytes(8 * len(WINDOWS)), bytes(SIDE * SIDE)


class Greys:
    """Greys of a part's rows, by row (64, 64); they stay in the file, batch by batch, until they are looked at."""

    def __init__(self, batches: Sequence[pa.RecordBatch]) -> None:
        self._batches = [_flat(one["grey"], np.dtype(np.uint8)).reshape(-1, SIDE, SIDE) for one in batches]
        self._ends = list(itertools.accumulate(map(len, batches)))

    def __getitem__(self, row: int) -> npt.NDArray[np.uint8]:
        batch = bisect.bisect_right(self._ends, row)
        found: npt.NDArray[np.uint8] = self._batches[batch][row - (self._ends[batch - 1] if batch else 0)]
        return found


@dataclass(frozen=True, slots=True)
class Signatures:
    """Those of a part's rows, in their order."""

    subfigure_ids: list[str]
    digests: list[str]
    """SHA-256 of the pictures' bytes."""
    aspects: npt.NDArray[np.float32]
    """Width over height."""
    shows: npt.NDArray[np.bool_]
    """False for a picture that cannot be decoded, or shows nothing; its codes and greys say nothing."""
    codes: Codes
    """(N, 19)."""
    greys: Greys


def signature_file(out: Path, part: Part) -> Path:
    """Where a part's signatures are kept."""
    return out / FOLDER / Path(part.name).with_suffix(".arrow").name


def holds(file: Path, part: Part) -> bool:
    """Whether a file has the signatures of a part as it is now."""
    try:
        with pa.memory_map(str(file)) as source:
            metadata = pa.ipc.open_file(source).schema.metadata or {}
    except (OSError, pa.ArrowException):
        return False
    return metadata == _metadata(part)


def write_signatures(out: Path, part: Part, advance: Callable[[int], None]) -> None:
    """Makes the signatures of a part.

    Raises OutputError for a part that cannot be read, OSError where the file cannot be written.
    """
    target = signature_file(out, part)
    aside = unfinished(target)
    schema = _SCHEMA.with_metadata(_metadata(part))
    columns = ["subfigure_id", "image_sha256", "image_width", "image_height", IMAGE_COLUMN]
    try:
        with (
            pa.OSFile(str(aside), "wb") as sink,
            pa.ipc.new_file(sink, schema) as writer,
            ThreadPoolExecutor(default_workers()) as pool,
            reading_parts(out),
            part.path.open("rb") as file,
        ):
            for batch in pq.ParquetFile(file, buffer_size=1 << 20).iter_batches(_ROWS, columns=columns):
                made = list(pool.map(signature, batch[IMAGE_COLUMN].field("bytes").to_pylist()))
                writer.write_batch(_batch(batch, made, schema))
                advance(len(batch))
        aside.rename(target)
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def read_signatures(out: Path, part: Part) -> Signatures:
    """The signatures of a part; pyarrow's errors and OSError where they are damaged."""
    with pa.memory_map(str(signature_file(out, part))) as source:
        opened = pa.ipc.open_file(source)
        batches = [opened.get_batch(number) for number in range(opened.num_record_batches)]
    small = [name for name in _SCHEMA.names if name != "grey"]
    rows = pa.Table.from_batches(batches, opened.schema).select(small).combine_chunks()
    codes = rows["codes"].chunk(0) if rows.num_rows else pa.array([], _SCHEMA.field("codes").type)
    return Signatures(
        rows["subfigure_id"].to_pylist(),
        rows["image_sha256"].to_pylist(),
        rows["aspect"].to_numpy(),
        rows["shows"].to_numpy(),
        _flat(codes, np.dtype(np.uint64)).reshape(-1, len(WINDOWS)),
        Greys(batches),
    )


def _metadata(part: Part) -> dict[bytes, bytes]:
    return {b"figmill.layout": LAYOUT.encode(), b"figmill.fingerprint": part.fingerprint.encode()}


def _batch(
    batch: pa.RecordBatch, made: list[tuple[npt.NDArray[np.uint8], Codes] | None], schema: pa.Schema
) -> pa.RecordBatch:
    widths, heights = (batch[name].to_numpy() for name in ("image_width", "image_height"))
    return pa.record_batch(
        [
            batch["subfigure_id"],
            batch["image_sha256"],
            pa.array((np.maximum(widths, 1) / np.maximum(heights, 1)).astype(np.float32)),
            pa.array([one is not None for one in made]),
            pa.array(
                [_NO_CODES if one is None else one[1].tobytes() for one in made], schema.field("codes").type
            ),
            pa.array(
                [_NO_GREY if one is None else one[0].tobytes() for one in made], schema.field("grey").type
            ),
        ],
        schema=schema,
    )


def _flat(array: pa.FixedSizeBinaryArray, kind: np.dtype[Any]) -> npt.NDArray[Any]:
    """The bytes of values of fixed size, where they lie."""
    start = array.offset * array.type.byte_width
    buffer = array.buffers()[1].slice(start, len(array) * array.type.byte_width)
    return np.frombuffer(buffer, kind)
