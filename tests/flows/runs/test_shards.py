"""Shards in a window and in threads, by shards that need no PDF."""

import datetime as dt
import threading
import time
from concurrent.futures import Future
from dataclasses import replace

import pytest

from flows.runs import shards as shards_module
from flows.runs.shards import in_window, tail_seconds, threads
from tasks.errors import LeaseLostError, OutputError, TransientError
from tasks.progress import Reporter
from tasks.runs.outcomes import Counts, ShardOutcome
from tasks.settings import LabelSettings

SETTINGS = LabelSettings(inputs=("in",), out="out", window=3)


def outcome_of(name: str) -> ShardOutcome:
    return ShardOutcome(part=name, counts=Counts(by_status={"ok": 1}, pages=1), failures=())


def test_outcomes_come_in_order_and_the_window_holds_no_more_than_it_may() -> None:
    waiting: list[str] = []
    most = 0

    class Later:
        def __init__(self, name: str) -> None:
            self.name = name

        def result(self) -> ShardOutcome:
            waiting.remove(self.name)
            return outcome_of(self.name)

    def submit(shard: str, settings: LabelSettings) -> Later:
        nonlocal most
        waiting.append(shard)
        most = max(most, len(waiting))
        return Later(shard)

    shards = [f"s{number}" for number in range(7)]
    done = list(in_window(shards, SETTINGS, submit))
    assert [shard for shard, _ in done] == [outcome.part for _, outcome in done] == shards
    assert most == 3


def test_threads_do_the_shards_and_are_gone_afterwards() -> None:
    def do(shard: str, settings: LabelSettings, reporter: Reporter) -> ShardOutcome:
        return outcome_of(shard)

    with threads(do, Reporter()) as submit:
        done = [outcome.part for _, outcome in in_window(["a", "b"], SETTINGS, submit)]
    assert done == ["a", "b"]
    with pytest.raises(RuntimeError, match="shutdown"):
        submit("late", SETTINGS)


def test_the_error_of_a_shard_ends_the_run() -> None:
    def do(shard: str, settings: LabelSettings, reporter: Reporter) -> ShardOutcome:
        raise OutputError("No space left on device")

    def run() -> None:
        with threads(do, Reporter()) as submit:
            list(in_window(["a", "b"], SETTINGS, submit))

    with pytest.raises(OutputError, match="No space"):
        run()


class Failing:
    """A shard's work that fails some times with an error, then succeeds."""

    def __init__(self, error: Exception, times: int) -> None:
        self.error, self.times, self.tried = error, times, 0

    def __call__(self, shard: str, settings: LabelSettings, reporter: Reporter) -> ShardOutcome:
        self.tried += 1
        if self.tried <= self.times:
            raise self.error
        return outcome_of(shard)


def test_a_shard_that_a_store_has_failed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards_module, "PAUSES", (0.01, 0.01))
    do = Failing(TransientError("the store does not answer"), times=2)
    with threads(do, Reporter()) as submit:
        assert submit("a", SETTINGS).result().part == "a"
    assert do.tried == 3


def test_a_store_that_goes_on_failing_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards_module, "PAUSES", (0.01, 0.01))
    do = Failing(TransientError("the store does not answer"), times=9)
    with threads(do, Reporter()) as submit, pytest.raises(TransientError):
        submit("a", SETTINGS).result()
    assert do.tried == 3


@pytest.mark.parametrize("error", [LeaseLostError("another run took over"), ValueError("a bug")])
def test_what_will_not_pass_is_not_tried_again(error: Exception) -> None:
    do = Failing(error, times=1)
    with threads(do, Reporter()) as submit, pytest.raises(type(error)):
        submit("a", SETTINGS).result()
    assert do.tried == 1


def test_a_run_that_ends_does_not_wait_for_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards_module, "PAUSES", (600.0,))
    do = Failing(TransientError("the store does not answer"), times=1)

    def run() -> None:
        with threads(do, Reporter()) as submit:
            futures.append(submit("a", SETTINGS))
            while not do.tried:
                time.sleep(0.01)
            raise KeyboardInterrupt

    futures: list[Future[ShardOutcome]] = []
    with pytest.raises(KeyboardInterrupt):
        run()
    (future,) = futures
    assert isinstance(future.exception(timeout=120), TransientError)


def test_an_interrupted_run_lets_its_shards_write_what_is_done() -> None:
    begun, interrupted = threading.Event(), threading.Event()
    written: list[str] = []

    def do(shard: str, settings: LabelSettings, reporter: Reporter) -> ShardOutcome:
        begun.set()
        interrupted.wait(120)
        time.sleep(0.2)
        written.append(shard)
        return outcome_of(shard)

    def run() -> None:
        with threads(do, Reporter()) as submit:
            submit("a", SETTINGS)
            begun.wait(120)
            interrupted.set()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert written == ["a"]


def _took(started: float, finished: float) -> ShardOutcome:
    day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    began, ended = (day + dt.timedelta(seconds=seconds) for seconds in (started, finished))
    return replace(outcome_of("x"), started_at=began, finished_at=ended)


@pytest.mark.parametrize(
    ("times", "tail"),
    [
        ([], 0),
        ([(0, 9)], 0),
        ([(0, 10), (0, 12), (10, 17)], 5),  # the worker of the second shard had no other from 12 on
        ([(0, 10), (0, 12), (10, 11)], 1),
    ],
)
def test_the_tail_begins_when_a_worker_has_no_shard_left(
    times: list[tuple[float, float]], tail: float
) -> None:
    assert tail_seconds([_took(*one) for one in times]) == tail
