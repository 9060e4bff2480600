"""One way to files and objects: whole or absent."""

import os
from pathlib import Path

import pytest

from tasks import storage
from tasks.errors import StorageError
from tests.stores import Store


def test_a_path_is_of_this_machine_and_a_uri_is_not(s3: Store) -> None:
    assert storage.place("a/b") == Path("a/b")
    assert storage.place("file:///a/b") == Path("/a/b")
    assert str(storage.place("s3://bucket/a") / "b") == "s3://bucket/a/b"


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
