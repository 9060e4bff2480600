"""One way to files and objects: whole or absent."""

import os
from pathlib import Path

import pytest

from tasks.errors import StorageError
from tasks.stores import paths
from tests.stores import Store


def test_a_path_is_of_this_machine_and_a_uri_is_not(s3: Store) -> None:
    assert paths.store_path("a/b") == Path("a/b")
    assert paths.store_path("file:///a/b") == Path("/a/b")
    assert str(paths.store_path("s3://bucket/a") / "b") == "s3://bucket/a/b"


def test_a_file_is_synced_before_and_its_folder_after_it_is_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda handle: order.append(Path(f"/proc/self/fd/{handle}").readlink().name)
    )
    (tmp_path / "aside").write_bytes(b"1")
    paths.put(tmp_path / "aside", tmp_path / "target")
    assert order == ["aside", tmp_path.name]
    assert (tmp_path / "target").read_bytes() == b"1"


def test_an_object_is_put_whole_and_the_file_aside_goes(s3: Store, tmp_path: Path) -> None:
    (tmp_path / "aside").write_bytes(b"1" * 1000)
    target = paths.store_path("s3://bucket/out/x")
    paths.put(tmp_path / "aside", target)
    assert paths.read(target) == b"1" * 1000
    assert s3.asked("PUT /bucket/out/x") == 1
    assert list(tmp_path.iterdir()) == []


def test_names_are_those_of_one_folder_and_a_folder_that_is_not_there_has_none(
    s3: Store, tmp_path: Path
) -> None:
    for top in (tmp_path, paths.store_path("s3://bucket")):
        paths.make_folder(top / "a" / "b")
        paths.put_bytes(b"12", top / "a" / "x")
        paths.put_bytes(b"1", top / "a" / "b" / "y")
        assert sorted(paths.names(top / "a")) == ["b", "x"]
        assert paths.sizes(top / "a")["x"] == paths.size(top / "a" / "x") == 2
        assert paths.names(top / "c") == []
        paths.remove(top / "a" / "x")
        paths.remove(top / "a" / "x")
        assert (paths.exists(top / "a" / "x"), paths.exists(top / "a" / "b" / "y")) == (False, True)


def test_a_file_that_is_gone_by_the_time_it_is_looked_at_has_no_stamp(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert [*paths.stamps(tmp_path)] == ["there"]


def test_a_part_of_a_file_is_read_alone(s3: Store) -> None:
    file = paths.store_path("s3://bucket/large")
    paths.put_bytes(bytes(3_000_000), file)
    with paths.opened(file) as stream:
        stream.seek(1_000_000)
        assert stream.read(10) == bytes(10)


def test_a_local_copy_lasts_as_long_as_it_is_used(s3: Store) -> None:
    file = paths.store_path("s3://bucket/x")
    paths.put_bytes(b"1", file)
    with paths.local_copy(file) as copy:
        assert copy.read_bytes() == b"1"
    assert not copy.exists()
    with (
        pytest.raises(StorageError, match="cannot read s3://bucket/y"),
        paths.local_copy(file.with_name("y")),
    ):
        pass
    with pytest.raises(StorageError, match="cannot read s3://bucket/y"):
        paths.size(file.with_name("y"))
