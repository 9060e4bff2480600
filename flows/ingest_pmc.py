"""What is new in PMC as a Prefect flow: PDFs and JATS from its bucket -> labelled dataset, night by night."""

from __future__ import annotations

from prefect import flow, runtime
from prefect.task_runners import ThreadPoolTaskRunner

from flows.run import SHARDS_AT_ONCE
from tasks.settings import IngestSettings


def _run_name() -> str:
    return f"ingest into {runtime.flow_run.parameters['settings'].out}"


@flow(
    name="ingest-pmc",
    flow_run_name=_run_name,
    task_runner=ThreadPoolTaskRunner(max_workers=SHARDS_AT_ONCE),  # type: ignore[arg-type]
    persist_result=False,
)
def ingest_pmc(settings: IngestSettings) -> None:
    """Takes what is new or changed in PMC since the dataset's last ingest, and labels it."""
    raise NotImplementedError(settings.out)
