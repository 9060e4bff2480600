"""What earlier runs did, OUT/report/runs.json: so that a report can say what changed, and be written anew."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.runs.outcomes import Counts, FailedPaper, RunSummary, UnusedJats
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

log = logging.getLogger(__name__)

FILE = "runs.json"
RUNS_KEPT = 50
RELABELLED = "pictures of"
"""Among the settings of a run that relabelled: the dataset whose pictures it took."""
FAILURES_KEPT = 100
"""Of one run; the ledger has all."""


@dataclass(frozen=True, slots=True)
class DatasetState:
    """What a dataset held when a run had ended."""

    papers: int
    failed: int
    figures: int
    subfigures: int
    abstained: int
    mean_confidence: float | None
    by_modality: dict[str, int]


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run and what the dataset then held."""

    summary: RunSummary
    dataset: DatasetState


def read_history(out: StorePath) -> list[PastRun]:
    """The runs that are remembered, the latest last; none where the file is absent or says something else."""
    file = out / "report" / FILE
    try:
        kept = json.loads(paths.read(file)) if paths.exists(file) else []
        return [_past_run(run) for run in kept]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("%s cannot be read, so the report says nothing of earlier runs: %s", file, error)
        return []


def work_measured(out: StorePath) -> tuple[int, float]:
    """Papers of the runs that are remembered, and the worker-seconds that they took; relabelling reads no PDF.

    Worker-seconds are what the stages took by the clock in all processes together: with as many workers as cores about
    what the cores worked, with more workers, or on a machine that has other work, more than that.
    """
    counts = [run.summary.counts for run in read_history(out) if RELABELLED not in run.summary.settings]
    return sum(one.papers for one in counts), sum(sum(one.stage_seconds.values()) for one in counts)


def write_history(out: StorePath, runs: list[PastRun]) -> None:
    """Keeps the latest runs, whole or not at all."""
    kept = [_short(run) for run in runs[-RUNS_KEPT:]]
    text = json.dumps([_facts(run) for run in kept], default=dt.datetime.isoformat, indent=1)
    paths.put_bytes(text.encode(), out / "report" / FILE, durable=False)


def _short(run: PastRun) -> PastRun:
    summary = run.summary
    short = dataclasses.replace(
        summary,
        failures=summary.failures[:FAILURES_KEPT],
        not_renewed=summary.not_renewed[:FAILURES_KEPT],
        unused_jats=summary.unused_jats[:FAILURES_KEPT],
    )
    return dataclasses.replace(run, summary=short)


def _facts(run: PastRun) -> dict[str, Any]:
    """A run as the file has it: the summary's counts among its other facts."""
    summary = dataclasses.asdict(run.summary)
    counts = summary.pop("counts")
    return {"summary": summary | counts, "holdings": dataclasses.asdict(run.dataset)}


def _past_run(facts: dict[str, Any]) -> PastRun:
    summary = dict(facts["summary"])
    summary |= {name: dt.datetime.fromisoformat(summary[name]) for name in ("started_at", "finished_at")}
    summary["failures"] = tuple(FailedPaper(**failed) for failed in summary["failures"])
    summary["not_renewed"] = tuple(FailedPaper(**failed) for failed in summary.get("not_renewed", ()))
    summary["unused_jats"] = tuple(UnusedJats(**unused) for unused in summary.get("unused_jats", ()))
    summary["parts"] = tuple(summary["parts"])
    summary.setdefault("unlicensed", 0)  # of runs before it was counted
    summary["counts"] = Counts(**{name: summary.pop(name) for name in Counts.__dataclass_fields__})
    run = PastRun(RunSummary(**summary), DatasetState(**facts["holdings"]))
    _require_numbers(run)
    return run


def _require_numbers(run: PastRun) -> None:
    """Raises TypeError where a count is none: the file may come from anywhere."""
    counts = run.summary.counts
    by_name: list[Mapping[str, float]] = [
        counts.by_status,
        counts.by_modality,
        counts.stage_seconds,
        run.dataset.by_modality,
    ]
    of_dataset = ("papers", "failed", "figures", "subfigures", "abstained")
    values = [
        *(value for some in by_name for value in some.values()),
        *(
            getattr(run.summary, name)
            for name in ("seconds", "tail_seconds", "inputs", "skipped", "newer_jats", "left", "shards")
        ),
        *(getattr(counts, name) for name in ("pages", "figures", "subfigures", "unlicensed")),
        *(getattr(run.dataset, name) for name in of_dataset),
        run.dataset.mean_confidence or 0,
    ]
    if not all(isinstance(value, int | float) for value in values):
        raise TypeError("a count is no number")
