"""What of an export need not be sent again: the share of its bytes in chunks that a store has already.

    uv run python tests/benchmarks/chunks.py DATASET [--paper N]

The rows of a dataset are written as the Hub gets them, once without one paper and once with it, in a part of its own
and amid the others in one file, with pages that end where the content says and with pages of so many bytes. Files are
then cut as the Hub's store cuts them (content-defined chunks of about 64 KiB by a rolling gear hash).
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.dataset.columns import SUBFIGURES
from tasks.dataset.files import part_files, writer_options

SMALLEST, LARGEST, BITS = 8 * 2**10, 128 * 2**10, 16
GEAR = np.random.default_rng(1).integers(0, 2**32, 256, dtype=np.uint32)


def main() -> None:
    """Prints the shares."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--paper", type=int, default=5, help="which paper comes later, from 0")
    arguments = parser.parse_args()
    rows = pa.concat_tables([pq.read_table(part) for part in part_files(arguments.dataset / SUBFIGURES)])
    papers = pc.unique(rows["paper_id"]).to_pylist()
    late = pc.equal(rows["paper_id"], papers[arguments.paper])
    before, new = rows.filter(pc.invert(late)), rows.filter(late)
    print(f"{len(rows)} rows of {len(papers)} papers, {len(new)} of them later")
    with tempfile.TemporaryDirectory() as folder:
        for content_defined in (True, False):
            how = "pages by content" if content_defined else "pages by size  "
            first = _chunks(_written(Path(folder) / "first", before, content_defined))
            both = first | _chunks(_written(Path(folder) / "second", new, content_defined))
            _say(how, "a part of its own", first, both)
            _say(
                how, "amid the others", first, _chunks(_written(Path(folder) / "all", rows, content_defined))
            )


def _written(file: Path, rows: pa.Table, content_defined: bool) -> Path:
    options = writer_options(rows.schema)
    if not content_defined:
        del options["use_content_defined_chunking"]
    pq.write_table(rows, file, row_group_size=len(rows), **options)
    return file


def _chunks(file: Path) -> dict[str, int]:
    """Size of each chunk of a file by its SHA-256."""
    data = file.read_bytes()
    return {hashlib.sha256(data[start:end]).hexdigest(): end - start for start, end in _cuts(data)}


def _cuts(data: bytes) -> Iterator[tuple[int, int]]:
    values = GEAR[np.frombuffer(data, np.uint8)]
    rolling = np.zeros(len(values), np.uint32)
    for back in range(32):
        rolling[back:] += values[: len(values) - back] << np.uint32(back)
    places = np.flatnonzero(rolling >> np.uint32(32 - BITS) == 0) + 1
    start = 0
    while start < len(data):
        nearest = np.searchsorted(places, start + SMALLEST)
        end = int(places[nearest]) if nearest < len(places) else len(data)
        end = min(end, start + LARGEST, len(data))
        yield start, end
        start = end


def _say(how: str, where: str, before: dict[str, int], after: dict[str, int]) -> None:
    kept = sum(size for chunk, size in after.items() if chunk in before)
    total = sum(after.values())
    sent = (total - kept) / 2**20
    print(f"{how}, {where:18} {kept / total:6.1%} of {total / 2**20:.1f} MB is there; {sent:.1f} MB to send")


if __name__ == "__main__":
    main()
