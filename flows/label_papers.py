"""The main job as a Prefect flow: PDFs -> labelled dataset, with one task run per shard."""

# No annotations from __future__: `.serve()` hands the function on by value, and types that are only names get lost.
from prefect import flow, runtime, tags
from prefect.states import Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.artifacts import WARN_ABOVE, FlowReporter, ended_state, show_outcome
from flows.runners import for_workers, task_runs
from flows.runs.label import label
from flows.runs.shards import SHARDS_AT_ONCE
from tasks.errors import FigmillError
from tasks.runs.outcomes import RunSummary
from tasks.settings import LabelSettings
from tasks.stages import label_shard

_KEY = "figmill-label-papers"


def _run_name() -> str:
    return f"label into {runtime.flow_run.parameters['settings'].out}"


@flow(
    name="label-papers",
    flow_run_name=_run_name,
    task_runner=ThreadPoolTaskRunner(max_workers=SHARDS_AT_ONCE),  # type: ignore[arg-type]
    persist_result=False,
)
def label_papers(settings: LabelSettings, warn_above: float = WARN_ABOVE) -> RunSummary:
    """Labels what is new among `settings.inputs`; leaves its progress and a table of the outcome as artifacts.

    A run that cannot be done ends as Failed with the sentence that says why. Where more than the share `warn_above`
    of the papers failed, an event says so, and the run's state is called `Papers failed`.
    """
    try:
        settings = for_workers(settings)
        reporter = FlowReporter(_KEY, settings.out)
        summary = label(settings, task_runs(label_shard, settings), reporter)
    except FigmillError as error:
        return Failed(message=str(error), data=error)  # type: ignore[return-value]
    show_outcome(summary, _KEY, warn_above)
    return ended_state(summary, summary, warn_above)  # type: ignore[no-any-return]


def label_with_prefect(settings: LabelSettings) -> RunSummary:
    """A flow run from the command line, tagged so that it is found. Raises FigmillError as `label` does."""
    with tags("figmill", f"model: {settings.model}"):
        return label_papers(settings)
