"""The main job as a Prefect flow: PDFs -> labelled dataset, with one task run per shard."""

from __future__ import annotations

from typing import Any

from prefect import flow, get_run_logger, runtime, tags
from prefect.artifacts import create_table_artifact
from prefect.states import Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.run import SHARDS_AT_ONCE, label
from flows.runners import for_workers, task_runs
from tasks.errors import FigmillError
from tasks.progress import Listener
from tasks.records import RunSummary
from tasks.settings import LabelSettings
from tasks.stages import label_shard


def _run_name() -> str:
    return f"label into {runtime.flow_run.parameters['settings'].out}"


@flow(
    name="label-papers",
    flow_run_name=_run_name,
    task_runner=ThreadPoolTaskRunner(max_workers=SHARDS_AT_ONCE),  # type: ignore[arg-type]
    persist_result=False,
)
def label_papers(settings: LabelSettings) -> RunSummary:
    """Labels what is new among `settings.inputs`; leaves a table of the outcome as an artifact.

    A run that cannot be done ends as Failed with the sentence that says why.
    """
    try:
        settings = for_workers(settings)
        summary = label(settings, task_runs(label_shard, settings), Listener(get_run_logger()))
    except FigmillError as error:
        return Failed(message=str(error), data=error)  # type: ignore[return-value]
    get_run_logger().info("%s", headline(summary))
    create_table_artifact(outcome_table(summary), key="figmill-label-papers", description=headline(summary))
    return summary


def label_with_prefect(settings: LabelSettings) -> RunSummary:
    """A flow run from the command line, tagged so that it is found. Raises FigmillError as `label` does."""
    with tags("figmill", f"model: {settings.model}"):
        return label_papers(settings)


def outcome_table(summary: RunSummary) -> list[dict[str, Any]]:
    """The outcome as rows of `what`, `number` and `detail`: papers, figures, subfigures, then each failure."""
    rows: list[dict[str, Any]] = [
        {"what": f"papers {status}", "number": number, "detail": ""}
        for status, number in summary.by_status.items()
    ]
    rows += [
        {"what": "papers skipped", "number": summary.skipped, "detail": "already in the dataset"},
        {"what": "papers left", "number": summary.left, "detail": "for a later run"},
        {"what": "pages", "number": summary.pages, "detail": ""},
        {"what": "figures", "number": summary.figures, "detail": ""},
        {"what": "subfigures", "number": summary.subfigures, "detail": f"labelled by {summary.model_id}"},
    ]
    rows += [
        {"what": "failed", "number": 1, "detail": f"{f.name}: {f.error}"} for f in summary.failures[:100]
    ]
    return rows


def headline(summary: RunSummary) -> str:
    """What the run did, in a line."""
    return f"{summary.papers} papers, {summary.subfigures} subfigures in {summary.seconds:.0f} s"
