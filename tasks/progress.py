"""What a run says while it goes on: plain lines in a log, or a bar on a terminal."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tasks.records import LabelledPaper, Paper
from tasks.runs.outcomes import Counts, Failure, RunSummary, ShardOutcome
from tasks.texts import counted, printable, storable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

_LINE_EVERY = 15.0
"""Seconds between lines of progress in a log."""
_BEGINNING = "loading the model and reading the first papers"
"""What a run does until a paper is through."""

Logger = logging.Logger | logging.LoggerAdapter[logging.Logger]

log = logging.getLogger("figmill.progress")


class Reporter:
    """Counts what a run tells of itself; a context. Shards call it from several threads.

    Says little: a line for a shard (info) and for a paper (debug).
    """

    def __init__(self, logger: Logger = log) -> None:
        self.log = logger
        self.lock = threading.RLock()
        self.total = 0
        self.counts = Counts()
        self.kept = 0
        """Papers whose part is in place: whoever interrupts the run keeps them."""
        self._started = time.monotonic()
        self._beginning = _BEGINNING

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    @property
    def seconds(self) -> float:
        """Wall time since the reporter was made."""
        return time.monotonic() - self._started

    def begins(self, doing: str) -> None:
        """What the run does until a paper is through, where that is not to read it."""
        with self.lock:
            self._beginning = doing
            self.changed()

    def listed(self, papers: int) -> None:
        """So many inputs were found."""
        with self.lock:
            self.total = papers
            self.changed()

    def skipped(self) -> None:
        """One of them need not be done."""
        with self.lock:
            self.total -= 1
            self.changed()

    def left(self, papers: int) -> None:
        """So many of them are left for a later run."""
        with self.lock:
            self.total -= papers
            self.changed()

    def labelled(self, paper: LabelledPaper) -> None:
        """A paper's rows are on their way into the part."""
        extraction = paper.extraction
        name = printable(extraction.paper.source_uri)
        status = "ok" if paper.scores else "no_figures"
        found = (len(extraction.figures), len(paper.scores), extraction.seconds)
        facts = _facts("paper labelled", extraction.paper) | {
            "status": status,
            "pages": extraction.pages,
            **dict(zip(("figures", "subfigures", "seconds"), found, strict=True)),
        }
        self.log.debug("%s: %d figures, %d subfigures, read in %.1f s", name, *found, extra={"facts": facts})
        for note in extraction.notes:
            noted = {"facts": _facts("note", extraction.paper)}
            self.log.debug("%s: %s", name, printable(note), extra=noted)
        with self.lock:
            self.counts += Counts(by_status={status: 1}, subfigures=len(paper.scores))
            self.changed()

    def failed(self, failure: Failure) -> None:
        """A paper could not be read."""
        self._failed(failure, "failed", "failed")

    def not_renewed(self, failure: Failure) -> None:
        """A paper could not be read anew: its earlier rows stay."""
        self._failed(failure, "not_renewed", "its rows stay as they are, for reading it anew failed")

    def _failed(self, failure: Failure, status: str, said: str) -> None:
        name, error = printable(failure.paper.source_uri), printable(failure.error)
        facts = _facts("paper failed", failure.paper) | {
            "status": status,
            "error_kind": failure.kind,
            "error": error,
            "seconds": failure.seconds,
        }
        self.log.debug("%s: %s (%s): %s", name, said, failure.kind, error, extra={"facts": facts})
        with self.lock:
            self.counts += Counts(by_status={status: 1})
            self.changed()

    def written(self, outcome: ShardOutcome) -> None:
        """A shard's part and ledger part are in place; neither where all its papers keep their earlier rows."""
        counts = {
            "papers": outcome.counts.papers,
            "subfigures": outcome.counts.subfigures,
            "failed": outcome.counts.failed,
        }
        with self.lock:
            self.kept += outcome.counts.papers
        facts = {"event": "shard written", "part": outcome.part, **counts}
        self.log.info(
            "wrote %s: %s, %s, %d failed",
            outcome.part or "no part",
            counted(counts["papers"], "paper"),
            counted(counts["subfigures"], "subfigure"),
            counts["failed"],
            extra={"facts": facts},
        )

    def counted(self, outcome: ShardOutcome) -> None:
        """The run has taken in what became of a shard, wherever that was done."""

    def ended(self, summary: RunSummary) -> None:
        """The run is done; whoever watches it sees the same on standard output."""
        counts = {
            "papers": summary.papers,
            "skipped": summary.skipped,
            "left": summary.left,
            "subfigures": summary.counts.subfigures,
            "failed": summary.counts.failed,
        }
        facts = {"event": "run ended", "out": summary.out, "seconds": round(summary.seconds, 3), **counts}
        said = ", ".join(f"{name} {number}" for name, number in counts.items())
        self.log.info("the run ended: %s", said, extra={"facts": facts})

    def changed(self) -> None:
        """Called under the lock after each change of the counts."""


class LogReporter(Reporter):
    """Says besides, every now and then, where the run stands."""

    def __init__(self, logger: Logger = log) -> None:
        super().__init__(logger)
        self._next = _LINE_EVERY

    def changed(self) -> None:
        """Says where the run stands, if it has not for a while."""
        if self.seconds < self._next:
            return
        self._next = self.seconds + _LINE_EVERY
        counts = self.counts
        facts = {
            "event": "progress",
            "papers": counts.papers,
            "total": self.total,
            "subfigures": counts.subfigures,
            "failed": counts.failed,
        }
        if not counts.papers:
            self.log.info("0 of %d papers: %s", self.total, self._beginning, extra={"facts": facts})
            return
        self.log.info(
            "%d of %d papers, %d subfigures (%.1f/s), %d failed",
            counts.papers,
            self.total,
            counts.subfigures,
            counts.subfigures / self.seconds,
            counts.failed,
            extra={"facts": facts},
        )


def _facts(event: str, paper: Paper) -> dict[str, object]:
    """What a structured log says of a paper, beside the sentence."""
    return {"event": event, "paper_id": paper.paper_id, "source_uri": storable(paper.source_uri)}


class BarReporter(Reporter):
    """A bar on a terminal: papers, subfigures and their rate, failures, time left."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self._progress, self._task = _bar(console)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def changed(self) -> None:
        """Redraws the bar at its next turn."""
        counts = self.counts
        self._progress.update(
            self._task,
            completed=counts.papers,
            total=self.total or None,
            said=self._said(counts),
        )

    def _said(self, counts: Counts) -> str:
        if not counts.papers:
            return self._beginning
        rate = counts.subfigures / max(self.seconds, 0.1)
        failed = f", {counts.failed} failed" if counts.failed else ""
        return f"{counted(counts.subfigures, 'subfigure')}, {rate:.1f}/s{failed}"


def _bar(console: Console) -> tuple[Progress, TaskID]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    progress = Progress(
        TextColumn("papers"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    return progress, progress.add_task("papers", total=None, said=_BEGINNING)
