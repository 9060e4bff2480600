"""What is to be had from object stores, and that one that is busy is asked again."""

import subprocess
import sys
from pathlib import Path

import pytest

from tasks.errors import StoppedError, StorageError
from tasks.stores import objects, paths
from tasks.texts import with_extra
from tests.stores import Fault, Store, silence
from tests.tasks.store_uses import USES


@pytest.mark.parametrize(("protocol", "library", "extra"), [("s3", "s3fs", "s3"), ("gs", "gcsfs", "gcs")])
def test_what_is_not_installed_is_named(protocol: str, library: str, extra: str) -> None:
    code = f"""
import sys
sys.modules[{library!r}] = None  # as if it were not installed
from tasks.stores import objects
try:
    objects.at({protocol + "://bucket/x"!r})
except objects.StorageError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"{protocol}:// needs more than is installed: {with_extra(extra)}" in done.stdout


def test_an_unknown_scheme_is_said() -> None:
    with pytest.raises(StorageError, match="nosuch:// is no kind of storage"):
        objects.at("nosuch://bucket/x")


def test_a_tree_is_one_listing_however_deep_with_versions_and_no_look_at_any_object(s3: Store) -> None:
    top = paths.store_path("s3://bucket/in")
    for number in range(20):
        paths.put_bytes(b"x" * number, top / f"{number % 4}/{number % 7}/{number}.pdf")
    s3.requests.clear()
    found = {stored.uri: stored for stored in objects.tree("s3://bucket/in")}
    assert len(s3.requests) == 1
    assert found["s3://bucket/in/3/5/19.pdf"].size == 19
    assert len({stored.version for stored in found.values()}) == 20


def test_no_two_create_one_object(s3: Store) -> None:
    target = paths.store_path("s3://bucket/lock")
    objects.create(b"1", target)
    with pytest.raises(FileExistsError):
        objects.create(b"2", target)
    assert paths.read(target) == b"1"


@pytest.mark.parametrize(
    ("status", "code"), [(503, "SlowDown"), (429, "TooManyRequests"), (500, "InternalError"), (0, "dropped")]
)
def test_a_busy_store_is_asked_again(status: int, code: str, s3: Store, tmp_path: Path) -> None:
    paths.put_bytes(b"1", paths.store_path("s3://bucket/there"))
    for use in USES:
        s3.faults[:] = [Fault(status, code, times=1)]
        use(tmp_path)
        assert s3.faults[0].times == 0


def test_a_download_that_is_told_to_stop_does_not_wait_for_the_store(s3: Store, tmp_path: Path) -> None:
    objects.at("s3://bucket/part").write_bytes(b"bytes")
    with silence(s3, "GET /bucket/part") as (asked, released):
        with pytest.raises(StoppedError):
            objects.download("s3://bucket/part", tmp_path / "part", asked.is_set)
        assert not released.is_set()


def test_a_download_that_may_be_stopped_is_whole_or_says_what_the_store_says(
    s3: Store, tmp_path: Path
) -> None:
    objects.at("s3://bucket/part").write_bytes(b"bytes")
    objects.download("s3://bucket/part", tmp_path / "part", lambda: False)
    assert (tmp_path / "part").read_bytes() == b"bytes"
    with pytest.raises(OSError, match="no such object"):
        objects.download("s3://bucket/other", tmp_path / "other", lambda: False)
