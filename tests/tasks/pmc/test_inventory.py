"""Inventories: read in parts, compared, and refused where they are damaged or made to harm."""

import contextlib
import csv
import datetime as dt
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.errors import InputError
from tasks.pmc import inventory as pmc_inventory
from tasks.pmc.bucket import Bucket
from tasks.pmc.inventory import (
    difference,
    has_manifest,
    list_inventories,
    newest_versions,
    read_inventory,
)
from tasks.stores.scratch import scratch
from tests.pmc_bucket import INVENTORIES, NAME, PmcBucket, Source
from tests.stores import Store

PAPER = Source(b"<article/>", b"%PDF-1.4")
BUCKET = f"s3://{NAME}"


@pytest.fixture
def bucket(s3: Store) -> PmcBucket:
    return PmcBucket(s3)


def test_an_inventory_lists_the_versions_of_articles_and_nothing_else(bucket: PmcBucket) -> None:
    bucket.on(3).put(5, PAPER)
    bucket.put(5, PAPER, version=2)
    bucket.on(4).put(7, PAPER)
    bucket.put_metadata("PMC007.1", b"{}")
    bucket.put_metadata("PMC8", b"{}")
    name = bucket.write_inventory(4)
    rows = read_inventory(Bucket(BUCKET), name).select(["article", "version", "modified"]).to_pylist()
    assert sorted(tuple(row.values()) for row in rows) == [
        (5, 1, dt.date(2026, 11, 3)),
        (5, 2, dt.date(2026, 11, 3)),
        (7, 1, dt.date(2026, 11, 4)),
    ]
    newest = newest_versions(read_inventory(Bucket(BUCKET), name)).to_pylist()
    assert sorted((row["article"], row["version"]) for row in newest) == [(5, 2), (7, 1)]
    assert list(scratch().glob("inventory/*")) == []


def test_the_difference_of_two_is_what_is_new_changed_or_gone(bucket: PmcBucket) -> None:
    for number in (1, 2, 3):
        bucket.put(number, PAPER)
    older = bucket.write_inventory(1)
    bucket.put(2, PAPER, title="Another")
    bucket.remove("PMC3.1")
    bucket.put(4, PAPER)
    newer = bucket.write_inventory(2)
    read = {name: read_inventory(Bucket(BUCKET), name) for name in (older, newer)}
    assert sorted(difference(read[newer], read[older]).to_pylist()) == [2, 3, 4]
    assert difference(read[newer], read[newer]).to_pylist() == []


def test_inventories_are_found_by_date_and_known_to_be_whole_by_their_manifest(bucket: PmcBucket) -> None:
    names = [bucket.write_inventory(2), bucket.write_inventory(1)]
    bucket.fs.pipe_file(f"{NAME}/{INVENTORIES}/2026-11-03T01-00Z/part", b"")
    assert list_inventories(Bucket(BUCKET)) == [*sorted(names), "2026-11-03T01-00Z"]
    assert has_manifest(Bucket(BUCKET), names[0])
    assert not has_manifest(Bucket(BUCKET), "2026-11-03T01-00Z")


def test_a_bucket_without_inventories_is_none_of_pmc(bucket: PmcBucket) -> None:
    with pytest.raises(InputError, match="no bucket of PMC's articles"):
        list_inventories(Bucket(BUCKET))


def with_manifest(bucket: PmcBucket, **changes: Any) -> str:
    """An inventory whose manifest says something else."""
    name = bucket.write_inventory(1)
    path = f"{NAME}/{INVENTORIES}/{name}/manifest.json"
    bucket.fs.pipe_file(path, json.dumps(json.loads(bucket.fs.cat_file(path)) | changes).encode())
    return name


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fileFormat": "ORC"}, "not CSV"),
        ({"fileSchema": "Bucket, Key"}, "with ETags"),
        ({"fileSchema": "Key, Key, ETag"}, "with ETags"),
        ({"files": [{"key": "inventory-reports/../secret.csv.gz"}]}, "no parts of an inventory"),
        ({"files": [{"key": "https://elsewhere/x.csv.gz"}]}, "no parts of an inventory"),
        ({"files": [{"key": "inventory-reports/a/b.csv.gz"}]}, "answers 404"),
        ({"files": 5}, "cannot be read"),
        ({"files": [[]] * 3}, "cannot be read"),
    ],
)
def test_a_manifest_that_is_none_is_refused(bucket: PmcBucket, changes: dict[str, Any], words: str) -> None:
    name = with_manifest(bucket, **changes)
    with pytest.raises(InputError, match=words) as caught:
        read_inventory(Bucket(BUCKET), name)
    assert "--inventory A..B" in str(caught.value)


def with_part(bucket: PmcBucket, data: bytes, **said: Any) -> str:
    part = bucket.put_part(f"{INVENTORIES}/data/x.csv.gz", data) | said
    bucket.put_manifest("2026-11-09T01-00Z", [part])
    return "2026-11-09T01-00Z"


def rows_of(*rows: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


@pytest.mark.parametrize(
    "data",
    [
        b"no gzip",
        gzip.compress(rows_of((NAME, "metadata/PMC1.1.json", "2026-11-01", "a")))[:-9],
        gzip.compress(b"one,two\n"),
        gzip.compress(b"\xff\xfe" * 100),
        gzip.compress(rows_of((NAME, "metadata/PMC1.1.json", "no day", "a"))),
    ],
    ids=["no gzip", "torn", "columns", "no text", "no day"],
)
def test_a_part_that_cannot_be_read_is_said(bucket: PmcBucket, data: bytes) -> None:
    with pytest.raises(InputError, match=r"2026-11-09T01-00Z .* cannot be read"):
        read_inventory(Bucket(BUCKET), with_part(bucket, data))


def test_a_part_is_compared_with_its_md5(bucket: PmcBucket) -> None:
    with pytest.raises(InputError, match="MD5"):
        read_inventory(Bucket(BUCKET), with_part(bucket, gzip.compress(b""), MD5checksum="0" * 32))


def test_a_part_that_unpacks_to_more_than_there_is_room_for_is_refused(
    bucket: PmcBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pmc_inventory, "_MOST_BYTES", 2**20)
    row = rows_of((NAME, "metadata/PMC1.1.json", "2026-11-01", "a"))
    assert read_inventory(Bucket(BUCKET), with_part(bucket, gzip.compress(row * 100))).num_rows == 100
    with pytest.raises(InputError, match="unpacks to more"):
        read_inventory(Bucket(BUCKET), with_part(bucket, gzip.compress(row * 40_000)))


@settings(max_examples=50)
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_no_bytes_of_a_part_raise_anything_but_a_line(data: bytes, tmp_path: Path) -> None:
    room = [2**20]
    path = tmp_path / "part.gz"
    path.write_bytes(gzip.compress(data))

    class OneFile(Bucket):
        def download(self, key: str, md5: str | None, target: Path, most_bytes: int) -> None:
            target.write_bytes(path.read_bytes())

    one = OneFile(BUCKET)
    columns = ["Bucket", "Key", "LastModifiedDate", "ETag"]
    with contextlib.suppress(InputError), pmc_inventory._in_one_line(one, "x"):
        list(pmc_inventory._versions(one, ("k", None), columns, pmc_inventory.Folder("fuzz"), room))
