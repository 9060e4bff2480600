"""Relabelling as a Prefect flow: an existing dataset and another bundle, with one task run per part."""

# No annotations from __future__: `.serve()` hands the function on by value, and types that are only names get lost.
from prefect import flow, runtime, tags
from prefect.states import Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.artifacts import FlowReporter, show_outcome
from flows.runners import for_workers, task_runs
from flows.runs.relabelling import relabel
from flows.runs.shards import SHARDS_AT_ONCE
from tasks.errors import FigmillError
from tasks.runs.outcomes import RunSummary
from tasks.settings import RelabelSettings
from tasks.stages import relabel_shard

_KEY = "figmill-relabel"


def _run_name() -> str:
    return f"relabel into {runtime.flow_run.parameters['settings'].out}"


@flow(
    name="relabel",
    flow_run_name=_run_name,
    task_runner=ThreadPoolTaskRunner(max_workers=SHARDS_AT_ONCE),  # type: ignore[arg-type]
    persist_result=False,
)
def relabel_dataset(settings: RelabelSettings) -> RunSummary:
    """Labels the pictures of `settings.source` anew; leaves its progress and a table of the outcome as artifacts.

    A run that cannot be done ends as Failed with the sentence that says why.
    """
    try:
        settings = for_workers(settings)
        reporter = FlowReporter(_KEY, settings.out)
        summary = relabel(settings, task_runs(relabel_shard, settings), reporter)
    except FigmillError as error:
        return Failed(message=str(error), data=error)  # type: ignore[return-value]
    show_outcome(summary, _KEY, warn_above=1.0)  # papers failed when they were read, not now
    return summary


def relabel_with_prefect(settings: RelabelSettings) -> RunSummary:
    """A flow run from the command line, tagged so that it is found. Raises FigmillError as `relabel` does."""
    with tags("figmill", f"model: {settings.model}"):
        return relabel_dataset(settings)
