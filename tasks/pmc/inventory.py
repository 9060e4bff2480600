"""The daily inventories of PMC's bucket: which versions of which articles there are, and what differs between two.

inventory-reports/pmc-oa-opendata/metadata/<YYYY-MM-DDThh-mmZ>/manifest.json -> gzipped CSV parts of Bucket, Key,
LastModifiedDate, ETag. The ETag of metadata/PMC<id>.<version>.json changes when anything of that version does. An
inventory is kept for thirty days. A bucket of millions of articles is listed in no other way.
"""

from __future__ import annotations

import gzip
import io
import json
import logging
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from tasks.errors import InputError, PaperError
from tasks.pmc.bucket import Bucket
from tasks.stores.scratch import Folder
from tasks.texts import printable

FOLDER = "inventory-reports/pmc-oa-opendata/metadata/"
"""Where the inventories lie, by date; `data/` and `hive/` stand beside the dated ones."""

_DATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\dZ")
_PART = re.compile(r"inventory-reports/(?:[\w=-][\w.=-]*/)+[\w=-][\w.=-]*\.csv\.gz", re.ASCII)
_KEY = r"^metadata/PMC(?P<article>[1-9][0-9]{0,11})\.(?P<version>[1-9][0-9]{0,3})\.json$"
_MANIFEST_BYTES = 16 * 2**20
_PART_BYTES = 4 * 2**30
_MOST_PARTS = 10_000
_MOST_BYTES = 32 * 2**30
"""Of all parts of an inventory, unpacked."""
_BROKEN = (pa.ArrowException, OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, RecursionError)

log = logging.getLogger("figmill.pmc")

SCHEMA = pa.schema(
    [("article", pa.int64()), ("version", pa.int32()), ("etag", pa.string()), ("modified", pa.date32())]
)
"""Of an inventory, once read: a row for each version of an article, `article` being the number of its PMCID."""


def list_inventories(bucket: Bucket) -> list[str]:
    """The names of the bucket's inventories, the oldest first. Raises InputError where there is none."""
    found = [name for name in bucket.folders(FOLDER) if _DATED.fullmatch(name)]
    if not found:
        raise InputError(f"{bucket.uri} has no inventory under {FOLDER}: it is no bucket of PMC's articles")
    return found


def has_manifest(bucket: Bucket, name: str) -> bool:
    """Whether an inventory is complete: its manifest is put last."""
    return f"{FOLDER}{name}/manifest.json" in bucket.sizes(f"{FOLDER}{name}/manifest.json")


def read_inventory(bucket: Bucket, name: str) -> pa.Table:
    """The articles' versions that an inventory lists, as SCHEMA has them. Raises InputError where it is damaged."""
    folder = Folder("inventory")
    log.info("reading the inventory %s", name)
    try:
        with _in_one_line(bucket, name):
            columns, parts = _manifest(bucket.read(f"{FOLDER}{name}/manifest.json", _MANIFEST_BYTES))
            room = [_MOST_BYTES]
            tables = [table for part in parts for table in _versions(bucket, part, columns, folder, room)]
            return pa.concat_tables([SCHEMA.empty_table(), *tables]).combine_chunks()
    finally:
        folder.remove()


def newest_versions(inventory: pa.Table) -> pa.Table:
    """Of each article only its newest version, by number."""
    if not inventory.num_rows:
        return inventory
    order = pc.sort_indices(inventory, [("article", "ascending"), ("version", "ascending")])
    articles = inventory["article"].combine_chunks().take(order)
    is_followed = pc.equal(articles.slice(0, len(articles) - 1), articles.slice(1))
    last = pa.concat_arrays([pc.invert(is_followed), pa.array([True])])
    return inventory.take(order.filter(last)).combine_chunks()


def difference(newer: pa.Table, older: pa.Table) -> pa.Array:
    """The articles (int64) of which a version is new, changed or gone in the newer of two inventories."""
    key = ["article", "version", "etag"]
    apart = [
        one.select(key).join(other.select(key), keys=key, join_type="left anti")["article"]
        for one, other in ((newer, older), (older, newer))
    ]
    return pc.unique(pa.chunked_array([chunk for column in apart for chunk in column.chunks], pa.int64()))


def _manifest(data: bytes) -> tuple[list[str], list[tuple[str, str | None]]]:
    """The columns of an inventory's parts; the parts' keys, each with its MD5."""
    found = json.loads(data)
    if found["fileFormat"] != "CSV":
        raise ValueError(f"it is in the format {found['fileFormat']}, not CSV")
    columns = [name.strip() for name in found["fileSchema"].split(",")]
    if not {"Key", "ETag"} <= set(columns) or len(set(columns)) < len(columns):
        raise ValueError("its columns are not those of an inventory with ETags")
    parts = [(str(part["key"]), part.get("MD5checksum")) for part in found["files"]]
    strange = [key for key, _ in parts if not _PART.fullmatch(key)]
    if strange or len(parts) > _MOST_PARTS:
        raise ValueError(
            f"it names {strange[0] if strange else len(parts)}, which are no parts of an inventory"
        )
    return columns, [(key, md5 if isinstance(md5, str) else None) for key, md5 in parts]


def _versions(
    bucket: Bucket, part: tuple[str, str | None], columns: list[str], folder: Folder, room: list[int]
) -> Iterator[pa.Table]:
    """What a part lists of articles' metadata; `room` is what may still be unpacked, in bytes."""
    file = folder.new_file(".csv.gz")
    bucket.download(*part, file, _PART_BYTES)
    with gzip.open(file) as unpacked:
        limited = pa.PythonFile(_Limited(unpacked, room), mode="r")  # type: ignore[arg-type]
        reader = pyarrow.csv.open_csv(
            limited,
            pyarrow.csv.ReadOptions(column_names=columns),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()),
                include_columns=["Key", "ETag", *_modified(columns)],
            ),
        )
        yield from (_articles(batch) for batch in reader)
    file.unlink()


def _modified(columns: Iterable[str]) -> list[str]:
    return [name for name in columns if name in ("LastModifiedDate", "LastModified")][:1]


def _articles(batch: pa.RecordBatch) -> pa.Table:
    keys = pc.extract_regex(batch["Key"], _KEY)
    batch = batch.filter(keys.is_valid())
    keys = keys.drop_null()
    dated = [batch[name] for name in _modified(batch.schema.names)]
    days = pc.utf8_slice_codeunits(dated[0], 0, 10) if dated else pa.nulls(len(batch), pa.string())
    columns = [
        pc.struct_field(keys, "article").cast(pa.int64()),
        pc.struct_field(keys, "version").cast(pa.int32()),
        pc.utf8_trim(batch["ETag"], '"'),
        days.cast(pa.date32()),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


class _Limited(io.RawIOBase):
    """A stream that gives no more bytes than there is room for."""

    def __init__(self, stream: IO[bytes], room: list[int]) -> None:
        self._stream = stream
        self._room = room

    def readable(self) -> bool:
        """For reading alone."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Raises ValueError for the byte that is too much."""
        data = self._stream.read(size)
        self._room[0] -= len(data)
        if self._room[0] < 0:
            raise ValueError(f"it unpacks to more than {_MOST_BYTES >> 30} GB")
        return data


@contextmanager
def _in_one_line(bucket: Bucket, name: str) -> Iterator[None]:
    try:
        yield
    except PaperError as error:
        raise _damaged(bucket, name, error.error) from error
    except _BROKEN as error:
        raise _damaged(bucket, name, error) from error


def _damaged(bucket: Bucket, name: str, error: Any) -> InputError:
    reason = printable((str(error).splitlines() or [type(error).__name__])[0], 150)
    return InputError(
        f"the inventory {name} of {bucket.uri} cannot be read ({reason}): try again, or name others by --inventory A..B"
    )
