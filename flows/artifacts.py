"""What a flow run shows of itself in Prefect: how far it is, what became of it, and a warning where much failed.

The run does not depend on any of it: a server that is away costs the picture, not the papers.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from prefect import get_run_logger
from prefect.artifacts import (
    create_link_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.events import emit_event
from prefect.exceptions import PrefectException
from prefect.states import Completed

from tasks.progress import Logger, Reporter
from tasks.runs.outcomes import RunSummary, ShardOutcome
from tasks.stores.paths import store_path
from tasks.texts import counted

WARN_ABOVE = 0.02
"""The share of failed papers that a run may have without a warning."""
FAILING = "figmill.papers.failing"
"""The event that says so; an automation can tell people (deployments/automations.py)."""
LOSSY = "Papers failed"
"""Name of the state of a run that is done, but lost more papers than that."""


class Progress:
    """A progress artifact, made at the first sign of progress."""

    def __init__(self, key: str, description: str, logger: Logger) -> None:
        self._key, self._description, self._log = key, description, logger
        self._artifact: UUID | None = None

    def show(self, done: float) -> None:
        """Sets it to a share, 0 to 1."""
        percent = round(100 * min(max(done, 0.0), 1.0), 1)
        with _unharmed(self._log):
            if self._artifact is None:
                made = create_progress_artifact(percent, self._key, self._description)
                self._artifact = made  # type: ignore[assignment]  # a coroutine where there is a loop; not here
            else:
                update_progress_artifact(self._artifact, percent)


class FlowReporter(Reporter):
    """Says in the flow run's log and in a progress artifact where the run stands, shard by shard."""

    def __init__(self, key: str, out: str) -> None:
        super().__init__(get_run_logger())
        self._progress = Progress(f"{key}-progress", f"papers done for {out}", self.log)

    def counted(self, outcome: ShardOutcome) -> None:
        """Moves the artifact on by a shard's papers."""
        self.counts += outcome.counts
        self._progress.show(self.counts.papers / self.total if self.total else 1.0)

    def ended(self, summary: RunSummary) -> None:
        """Nothing is left to do."""
        super().ended(summary)
        self._progress.show(1.0)


def show_outcome(summary: RunSummary, key: str, warn_above: float = WARN_ABOVE) -> None:
    """Leaves the outcome as a table artifact and in the log, and a link to the report.

    Warns where more than `warn_above` of the papers failed.
    """
    show_table(outcome_table(summary), key, headline(summary))
    show_report(summary, key)
    warn_of_failures(summary, warn_above)


def ended_state(summary: RunSummary, result: Any, warn_above: float = WARN_ABOVE) -> Any:
    """`result`; in a state whose name says so where more than the share `warn_above` of the papers failed."""
    if not _loses(summary, warn_above):
        return result
    return Completed(name=LOSSY, message=failures_in_words(summary), data=result)


def show_report(summary: RunSummary, key: str) -> None:
    """Leaves a link to the run's report: where the dataset is in a folder of this machine, a `file:` address."""
    if not summary.papers:
        return
    report = store_path(summary.out) / "report" / "index.html"
    link = report.absolute().as_uri() if isinstance(report, Path) else str(report)
    with _unharmed(get_run_logger()):
        create_link_artifact(
            link, link_text="the report", key=f"{key}-report", description=f"What {summary.out} got"
        )


def outcome_table(summary: RunSummary) -> list[dict[str, Any]]:
    """The outcome as rows of `what`, `number` and `detail`: papers, figures, subfigures, then each failure."""
    rows: list[dict[str, Any]] = [
        {"what": f"papers {status}", "number": number, "detail": ""}
        for status, number in Counter(summary.counts.by_status).most_common()
    ]
    rows += [
        {"what": "papers skipped", "number": summary.skipped, "detail": "already in the dataset"},
        {"what": "papers left", "number": summary.left, "detail": "for a later run"},
        {"what": "pages", "number": summary.counts.pages, "detail": ""},
        {"what": "figures", "number": summary.counts.figures, "detail": ""},
        {
            "what": "subfigures",
            "number": summary.counts.subfigures,
            "detail": f"labelled by {summary.model_id}",
        },
    ]
    if summary.newer_jats:
        said = "read without the JATS that is there now, or with other"
        rows.append({"what": "papers with newer JATS", "number": summary.newer_jats, "detail": said})
    if summary.counts.unlicensed:
        said = "nothing says who may use them"
        rows.append({"what": "papers without a licence", "number": summary.counts.unlicensed, "detail": said})
    rows += [
        {"what": "failed", "number": 1, "detail": f"{f.name}: {f.error}"} for f in summary.failures[:100]
    ]
    rows += [
        {"what": "not read anew, earlier rows stay", "number": 1, "detail": f"{f.name}: {f.error}"}
        for f in summary.not_renewed[:100]
    ]
    rows += [
        {"what": "JATS not used", "number": 1, "detail": f"{one.name}: {one.why}"}
        for one in summary.unused_jats[:100]
    ]
    return rows


def headline(summary: RunSummary) -> str:
    """What the run did, in a line."""
    papers, subfigures = counted(summary.papers, "paper"), counted(summary.counts.subfigures, "subfigure")
    return f"{papers}, {subfigures} in {summary.seconds:.0f} s"


def show_table(rows: list[dict[str, Any]], key: str, description: str) -> None:
    """Leaves the rows as a table artifact, and the description in the log too."""
    logger = get_run_logger()
    logger.info("%s", description)
    with _unharmed(logger):
        create_table_artifact(rows, key=key, description=description)


def warn_of_failures(summary: RunSummary, above: float) -> None:
    """Says in the log and as an event that more than the share `above` of the papers failed, if so."""
    if not _loses(summary, above):
        return
    share = failures_in_words(summary)
    get_run_logger().warning("%s: more than %.1f%%", share, 100 * above)
    name = re.sub(r"[^\w.-]+", "-", summary.out).strip("-")
    emit_event(
        FAILING,
        resource={"prefect.resource.id": f"figmill.dataset.{name}", "prefect.resource.name": summary.out},
        payload={
            "papers": summary.papers,
            "failed": summary.counts.failed,
            "message": f"{summary.out}: {share}",
        },
    )


def failures_in_words(summary: RunSummary) -> str:
    """`3 of 40 papers failed (7.5%)`."""
    failed = summary.counts.failed
    return f"{failed} of {summary.papers} papers failed ({failed / summary.papers:.1%})"


def _loses(summary: RunSummary, above: float) -> bool:
    return bool(summary.papers) and summary.counts.failed / summary.papers > above


@contextlib.contextmanager
def _unharmed(logger: Logger) -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, PrefectException) as error:
        logger.warning("Prefect did not take an artifact (%s); the run goes on", error)
