"""One run at a time on a store: refused while the other lives, taken over once it is dead."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks.dataset import store_lock
from tasks.dataset.lock import check_lease, reading, writing
from tasks.errors import LeaseLostError, OutputError
from tasks.stores import objects, paths
from tests.stores import Fault, Store


@pytest.fixture(params=["s3", "memory"])
def out(request: pytest.FixtureRequest) -> Iterator[Any]:
    """An empty folder of a store; memory:// stands for what fsspec knows besides."""
    if request.param == "s3":
        request.getfixturevalue("s3")
        yield paths.store_path("s3://bucket/out")
        return
    yield paths.store_path("memory://lock/out")
    objects.filesystem("memory").rm("/lock", recursive=True)


def leave(out: Any, **other: Any) -> None:
    """What a run leaves that dies while it holds the lock; `other` says what its lock says differently."""
    with writing(out) as lease:
        file = out / store_lock.LOCK / lease
        left = json.loads(paths.read(file)) | other
    paths.put_bytes(json.dumps(left | {"held": True}).encode(), file)


def test_the_second_is_refused_with_the_firsts_identity_and_comes_in_after_it(out: Any) -> None:
    for _ in range(3):
        with writing(out):
            refused = r"is being written by process \d+ on .* since .* UTC, last heard of \d+ s ago"
            with pytest.raises(OutputError, match=refused), writing(out):
                pass
            with pytest.raises(OutputError, match=refused), reading(out):
                pass
    with reading(out):
        pass
    assert len(paths.names(out / store_lock.LOCK)) == 1


def test_a_dead_process_of_this_machine_is_known_at_once(out: Any) -> None:
    leave(out, process="999999999 1")
    with writing(out) as lease:
        check_lease(out, lease)


def test_one_of_another_machine_counts_as_dead_once_it_is_silent(
    out: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(out, machine="elsewhere", who="process 7 on elsewhere")
    with (
        pytest.raises(OutputError, match=r"process 7 on elsewhere.* its lock is free \d+ s from now"),
        writing(out),
    ):
        pass
    monkeypatch.setattr(store_lock, "STALE", -1.0)
    with writing(out):
        pass


def test_a_living_run_gives_signs_of_life(out: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_lock, "BEAT", 0.01)
    put = threading.Semaphore(0)
    real = paths.put_bytes

    def count(*arguments: Any, **options: Any) -> None:
        real(*arguments, **options)
        put.release()

    monkeypatch.setattr(paths, "put_bytes", count)
    with writing(out):
        for _ in range(3):
            assert put.acquire(timeout=600)


def test_who_lost_the_lock_may_write_no_more_and_does_not_take_it_from_the_next(out: Any) -> None:
    with writing(out) as lost:
        paths.put_bytes(
            paths.read(out / store_lock.LOCK / lost), out / store_lock.LOCK / f"{int(lost) + 1:08}"
        )
        with pytest.raises(LeaseLostError, match="another run took over"):
            check_lease(out, lost)
    with pytest.raises(OutputError, match="is being written by"), writing(out):
        pass


def test_of_many_at_once_one_gets_it(s3: Store) -> None:
    out = paths.store_path("s3://bucket/out")
    start, got, refused = threading.Barrier(6), [], []
    all_tried = threading.Barrier(6)

    def run() -> None:
        start.wait()
        try:
            with writing(out) as lease:
                got.append(lease)
                all_tried.wait(600)
        except OutputError as error:
            refused.append(error)
            all_tried.wait(600)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(got), len(refused)) == (1, 5)


def test_a_store_without_conditional_puts_is_warned_of(s3: Store, caplog: pytest.LogCaptureFixture) -> None:
    s3.faults.append(Fault(501, "NotImplemented", method="PUT", path=store_lock.LOCK, times=1))
    with writing(paths.store_path("s3://bucket/out")):
        assert "knows no conditional put" in caplog.text


def test_a_reply_that_was_lost_does_not_lock_its_own_run_out(
    s3: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = objects.create

    def twice(data: bytes, target: Any) -> None:
        real(data, target)
        real(data, target)

    monkeypatch.setattr(objects, "create", twice)
    with writing(paths.store_path("s3://bucket/out")):
        pass


def test_a_lease_on_a_folder_is_checked_too(tmp_path: Path) -> None:
    with writing(tmp_path) as first:
        check_lease(tmp_path, first)
    with writing(tmp_path), pytest.raises(LeaseLostError, match="another run took over"):
        check_lease(tmp_path, first)
