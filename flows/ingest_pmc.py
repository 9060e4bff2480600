"""What is new in PMC as a Prefect flow: PDFs and JATS from its bucket -> labelled dataset, night by night."""

# No annotations from __future__: `.serve()` hands the function on by value, and types that are only names get lost.
from typing import Any

from prefect import flow, runtime, tags
from prefect.states import Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.artifacts import (
    WARN_ABOVE,
    FlowReporter,
    ended_state,
    outcome_table,
    show_report,
    show_table,
    warn_of_failures,
)
from flows.runners import for_workers, task_runs
from flows.runs.ingesting import ingest, preview
from flows.runs.shards import SHARDS_AT_ONCE
from tasks.errors import FigmillError
from tasks.runs.outcomes import IngestSummary
from tasks.settings import IngestSettings
from tasks.stages import label_shard

_KEY = "figmill-ingest-pmc"


def _run_name() -> str:
    return f"ingest into {runtime.flow_run.parameters['settings'].out}"


@flow(
    name="ingest-pmc",
    flow_run_name=_run_name,
    task_runner=ThreadPoolTaskRunner(max_workers=SHARDS_AT_ONCE),  # type: ignore[arg-type]
    persist_result=False,
)
def ingest_pmc(settings: IngestSettings, warn_above: float = WARN_ABOVE) -> IngestSummary:
    """Takes what is new or changed in PMC since the dataset's last ingest; leaves a table of it as an artifact.

    A run that cannot be done ends as Failed with the sentence that says why; the next one goes on where it stopped.
    Where more than the share `warn_above` of the articles failed, an event says so.
    """
    reporter = FlowReporter(_KEY, settings.out)
    try:
        if settings.dry_run:
            summary = preview(settings, reporter)
        else:
            labelling = for_workers(settings.labelling())
            summary = ingest(settings, labelling, task_runs(label_shard, labelling), reporter)
    except FigmillError as error:
        return Failed(message=str(error), data=error)  # type: ignore[return-value]
    show_table(_table(summary), _KEY, headline(summary))
    if summary.run is None:
        return summary
    show_report(summary.run, _KEY)
    warn_of_failures(summary.run, warn_above)
    return ended_state(summary.run, summary, warn_above)  # type: ignore[no-any-return]


def ingest_with_prefect(settings: IngestSettings) -> IngestSummary:
    """A flow run from the command line, tagged so that it is found. Raises FigmillError as `ingest` does."""
    with tags("figmill", f"model: {settings.model}"):
        return ingest_pmc(settings)


def headline(summary: IngestSummary) -> str:
    """What the ingest did, in a line."""
    taken = summary.run.papers if summary.run else sum(one.articles for one in summary.wanted.values())
    words = f"{taken} taken" if summary.run else f"{taken} to be taken"
    return f"{summary.listed} articles differ between {summary.since} and {summary.inventory}: {words}"


def _table(summary: IngestSummary) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"what": f"licence {name}", "number": one.articles, "detail": f"{one.bytes:,} bytes"}
        for name, one in summary.wanted.items()
    ]
    rows += [
        {"what": "left out", "number": number, "detail": why} for why, number in summary.left_out.items()
    ]
    rows += [
        {"what": f"marked {as_what}", "number": n, "detail": ""} for as_what, n in summary.marked.items()
    ]
    rows.append({"what": "replaced", "number": summary.replaced, "detail": "articles that had changed"})
    return rows + (outcome_table(summary.run) if summary.run else [])
