"""Shards in a window and in threads, by shards that need no PDF."""

import pytest

from flows.runs.shards import in_window, threads
from tasks.errors import OutputError
from tasks.progress import Reporter
from tasks.records import Counts, ShardOutcome
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
