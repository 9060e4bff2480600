"""Shards handed out in a window, to threads or to task runs, and what became of them added up. Knows no Prefect."""

from __future__ import annotations

import datetime as dt
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Protocol, TypeVar

from tasks.clock import now
from tasks.dataset.dataset import Dataset
from tasks.errors import is_transient
from tasks.extraction.pool import stop_shared_pools
from tasks.progress import Reporter
from tasks.report.page import write_report
from tasks.runs.outcomes import Counts, RunSummary, ShardOutcome
from tasks.runs.shard import Shard
from tasks.settings import PAUSES, LabelSettings, RelabelSettings

SHARDS_AT_ONCE = 2
"""While one shard waits for its last papers, the next one keeps processes and classifier busy."""


_LAST_SECONDS = 10.0
"""For an interrupted run to write the papers that are done."""

ShardT = TypeVar("ShardT")
SettingsT = TypeVar("SettingsT", LabelSettings, RelabelSettings)
ShardT_contra = TypeVar("ShardT_contra", contravariant=True)
SettingsT_contra = TypeVar("SettingsT_contra", contravariant=True)


class ShardFuture(Protocol):
    """A shard on its way: a future of concurrent.futures or of Prefect."""

    def result(self) -> ShardOutcome:
        """Waits for what became of the shard."""


class Submit(Protocol[ShardT_contra, SettingsT_contra]):
    """Hands a shard out, to a thread here or to a task run anywhere."""

    def __call__(self, shard: ShardT_contra, settings: SettingsT_contra, /) -> ShardFuture:
        """Starts the shard, or queues it."""


ShardExecutor = AbstractContextManager[Submit[Shard, LabelSettings]]
"""Who does the shards; leaving it means that none of them is at work any more."""


class InputCounts(Protocol):
    """What a run found to do; final once all shards are taken."""

    inputs: int

    @property
    def skipped(self) -> int:
        """Of these: done already, or not wanted."""

    @property
    def left(self) -> int:
        """Inputs left for a later run."""


@contextmanager
def threads(
    do: Callable[[ShardT, SettingsT, Reporter], ShardOutcome], reporter: Reporter
) -> Iterator[Submit[ShardT, SettingsT]]:
    """Shards in threads of this process."""
    pool = ThreadPoolExecutor(SHARDS_AT_ONCE, thread_name_prefix="shard")
    ended = threading.Event()
    futures: list[Future[ShardOutcome]] = []

    def submit(shard: ShardT, settings: SettingsT) -> Future[ShardOutcome]:
        futures.append(pool.submit(_persistently, do, shard, settings, reporter, ended))
        return futures[-1]

    try:
        yield submit
    finally:
        ended.set()
        stop_shared_pools()  # a shard that waits for a paper ends with them, and keeps the papers that are done
        interrupted = isinstance(sys.exception(), KeyboardInterrupt)
        pool.shutdown(wait=not interrupted, cancel_futures=True)
        if interrupted:
            wait(futures, _LAST_SECONDS)


def _persistently(
    do: Callable[[ShardT, SettingsT, Reporter], ShardOutcome],
    shard: ShardT,
    settings: SettingsT,
    reporter: Reporter,
    ended: threading.Event,
) -> ShardOutcome:
    """A shard, tried again after a pause where a store or network fails; not where anything else does."""
    for pause in PAUSES:
        try:
            return do(shard, settings, reporter)
        except Exception as error:
            if not is_transient(error) or ended.is_set():
                raise
            reporter.log.warning("%s; trying again in %g seconds", error, pause)
            if ended.wait(pause):
                raise
    return do(shard, settings, reporter)


def in_window(
    shards: Iterable[ShardT], settings: SettingsT, submit: Submit[ShardT, SettingsT]
) -> Iterator[tuple[ShardT, ShardOutcome]]:
    """Hands out `window` shards at a time and gives back their outcomes in order."""
    window: deque[tuple[ShardT, ShardFuture]] = deque()
    for shard in shards:
        window.append((shard, submit(shard, settings)))
        if len(window) >= settings.window:
            oldest, future = window.popleft()
            yield oldest, future.result()
    for shard, future in window:
        yield shard, future.result()


class Result:
    """Adds up the shards' outcomes from the start of a run to its end."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._started_at = now()
        self._outcomes: list[ShardOutcome] = []

    def add(self, outcome: ShardOutcome) -> None:
        """Takes what became of a shard."""
        self._outcomes.append(outcome)

    def end(
        self,
        dataset: Dataset,
        counts: InputCounts,
        reporter: Reporter,
        model_id: str,
        settings: dict[str, str],
        failed_before: int = 0,
        newer_jats: int = 0,
    ) -> RunSummary:
        """The run's summary, and its report if it did anything."""
        reporter.left(counts.left)
        summary = self._summary(dataset, counts, model_id, settings)
        summary = replace(summary, failed_before=failed_before, newer_jats=newer_jats)
        if summary.papers:
            dataset.refresh()
            write_report(dataset.out, summary, dataset.parts)
        reporter.ended(summary)
        return summary

    def _summary(
        self, dataset: Dataset, counts: InputCounts, model_id: str, settings: dict[str, str]
    ) -> RunSummary:
        done, seconds = self._outcomes, time.monotonic() - self._started
        return RunSummary(
            out=str(dataset.out),
            started_at=self._started_at,
            finished_at=self._started_at + dt.timedelta(seconds=seconds),  # whatever the clock was set to
            seconds=seconds,
            model_id=model_id,
            settings=settings | _computed(settings, done),
            inputs=counts.inputs,
            skipped=counts.skipped,
            left=counts.left,
            shards=len(done),
            counts=sum((outcome.counts for outcome in done), Counts()),
            failures=tuple(failure for outcome in done for failure in outcome.failures),
            not_renewed=tuple(paper for outcome in done for paper in outcome.not_renewed),
            unused_jats=tuple(unused for outcome in done for unused in outcome.unused_jats),
            parts=tuple(outcome.part for outcome in done if outcome.part),
            tail_seconds=tail_seconds(done),
        )


def tail_seconds(done: Iterable[ShardOutcome]) -> float:
    """From when the first worker had no shard left to when the last was done with its own.

    That is from the first end of a shard after the last shard had begun; by the workers' clocks.
    """
    times = [(one.started_at, one.finished_at) for one in done if one.started_at and one.finished_at]
    if not times:
        return 0.0
    last_begun = max(started for started, _ in times)
    ends = [finished for _, finished in times if finished > last_begun]
    return (max(ends) - min(ends)).total_seconds() if ends else 0.0


def _computed(settings: dict[str, str], done: Iterable[ShardOutcome]) -> dict[str, str]:
    """What the runtime that was asked for came to, on all machines that had a part in it."""
    found = sorted({outcome.computation for outcome in done if outcome.counts.scored})
    return {"runtime": f"{settings['runtime']} ({'; '.join(found)})"} if found else {}
