"""One way to files and objects: whole or absent, tried again where a store is busy, and errors in words."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks import storage
from tasks.errors import StorageError
from tests.stores import Fault, Store


def test_a_path_is_of_this_machine_and_a_uri_is_not(s3: Store) -> None:
    assert storage.place("a/b") == Path("a/b")
    assert storage.place("file:///a/b") == Path("/a/b")
    assert str(storage.place("s3://bucket/a") / "b") == "s3://bucket/a/b"


@pytest.mark.parametrize(("protocol", "library", "extra"), [("s3", "s3fs", "s3"), ("gs", "gcsfs", "gcs")])
def test_what_is_not_installed_is_named(protocol: str, library: str, extra: str) -> None:
    code = f"""
import sys
sys.modules[{library!r}] = None  # as if it were not installed
from tasks import storage
try:
    storage.place({protocol + "://bucket/x"!r})
except storage.StorageError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"{protocol}:// needs more than is installed: pip install 'figmill[{extra}]'" in done.stdout


def test_an_unknown_scheme_is_said() -> None:
    with pytest.raises(StorageError, match="nosuch:// is no kind of storage"):
        storage.place("nosuch://bucket/x")


def test_a_file_is_synced_before_and_its_folder_after_it_is_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda handle: order.append(Path(f"/proc/self/fd/{handle}").readlink().name)
    )
    (tmp_path / "aside").write_bytes(b"1")
    storage.put(tmp_path / "aside", tmp_path / "target")
    assert order == ["aside", tmp_path.name]
    assert (tmp_path / "target").read_bytes() == b"1"


def test_an_object_is_put_whole_and_the_file_aside_goes(s3: Store, tmp_path: Path) -> None:
    (tmp_path / "aside").write_bytes(b"1" * 1000)
    target = storage.place("s3://bucket/out/x")
    storage.put(tmp_path / "aside", target)
    assert storage.read(target) == b"1" * 1000
    assert s3.asked("PUT /bucket/out/x") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_tree_is_one_listing_however_deep_with_versions_and_no_look_at_any_object(s3: Store) -> None:
    top = storage.place("s3://bucket/in")
    for number in range(20):
        storage.put_bytes(b"x" * number, top / f"{number % 4}/{number % 7}/{number}.pdf")
    s3.requests.clear()
    found = {stored.uri: stored for stored in storage.tree("s3://bucket/in")}
    assert len(s3.requests) == 1
    assert found["s3://bucket/in/3/5/19.pdf"].size == 19
    assert len({stored.version for stored in found.values()}) == 20


def test_names_are_those_of_one_folder_and_a_folder_that_is_not_there_has_none(
    s3: Store, tmp_path: Path
) -> None:
    for top in (tmp_path, storage.place("s3://bucket")):
        storage.make_folder(top / "a" / "b")
        storage.put_bytes(b"12", top / "a" / "x")
        storage.put_bytes(b"1", top / "a" / "b" / "y")
        assert sorted(storage.names(top / "a")) == ["b", "x"]
        assert storage.sizes(top / "a")["x"] == 2
        assert storage.names(top / "c") == []
        storage.remove(top / "a" / "x")
        storage.remove(top / "a" / "x")
        assert (storage.exists(top / "a" / "x"), storage.exists(top / "a" / "b" / "y")) == (False, True)


def test_no_two_create_one_object(s3: Store) -> None:
    target = storage.place("s3://bucket/lock")
    storage.create(b"1", target)
    with pytest.raises(FileExistsError):
        storage.create(b"2", target)
    assert storage.read(target) == b"1"


Use = Callable[[Path], object]
USES: list[Use] = [
    lambda tmp: storage.read(storage.place("s3://bucket/there")),
    lambda tmp: storage.download("s3://bucket/there", tmp / "file"),
    lambda tmp: storage.put_bytes(b"2", storage.place("s3://bucket/there")),
    lambda tmp: storage.names(storage.place("s3://bucket")),
    lambda tmp: list(storage.tree("s3://bucket")),
]


@pytest.mark.parametrize(
    ("status", "code"), [(503, "SlowDown"), (429, "TooManyRequests"), (500, "InternalError"), (0, "dropped")]
)
def test_a_busy_store_is_asked_again(status: int, code: str, s3: Store, tmp_path: Path) -> None:
    storage.put_bytes(b"1", storage.place("s3://bucket/there"))
    for use in USES:
        s3.faults[:] = [Fault(status, code, times=1)]
        use(tmp_path)
        assert s3.faults[0].times == 0


@pytest.mark.parametrize("use", USES)
def test_denied_access_is_said_at_once(use: Use, s3: Store, tmp_path: Path) -> None:
    s3.faults.append(Fault(403, "AccessDenied"))
    with pytest.raises(OSError, match="access denied") as caught:
        use(tmp_path)
    assert caught.value.errno == errno.EACCES
    assert str(caught.value.filename).startswith("s3://bucket")
    assert len(s3.requests) <= 2


def test_no_bucket_no_object_and_bad_credentials_are_said(s3: Store, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="there is no such bucket"):
        storage.put_bytes(b"1", storage.place("s3://nosuch/x"))
    with pytest.raises(OSError, match="there is no such bucket"):
        storage.names(storage.place("s3://nosuch/x"))
    with pytest.raises(OSError, match="there is no such object"):
        storage.read(storage.place("s3://bucket/x"))
    s3.faults.append(Fault(400, "ExpiredToken"))
    with pytest.raises(OSError, match="credentials are not accepted"):
        storage.download("s3://bucket/x", tmp_path / "x")


def test_a_store_that_stays_busy_is_given_up_with_a_sentence(
    s3: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = storage.filesystem("s3")
    monkeypatch.setattr(store, "retries", 1)
    s3.faults.append(Fault(503, "SlowDown"))
    with pytest.raises(OSError, match="overloaded or failing, tried several times"):
        storage.read(storage.place("s3://bucket/x"))


def test_a_part_of_a_file_is_read_alone(s3: Store) -> None:
    file = storage.place("s3://bucket/large")
    storage.put_bytes(bytes(3_000_000), file)
    with storage.opened(file) as stream:
        stream.seek(1_000_000)
        assert stream.read(10) == bytes(10)


def test_a_local_copy_lasts_as_long_as_it_is_used(s3: Store) -> None:
    file = storage.place("s3://bucket/x")
    storage.put_bytes(b"1", file)
    with storage.local_copy(file) as copy:
        assert copy.read_bytes() == b"1"
    assert not copy.exists()
    with (
        pytest.raises(StorageError, match="cannot read s3://bucket/y"),
        storage.local_copy(file.with_name("y")),
    ):
        pass
