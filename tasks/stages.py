"""The steps as Prefect tasks: wrappers of a few lines around functions that run without Prefect."""

from __future__ import annotations

from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.logging import get_run_logger

from tasks import labelling, relabelling
from tasks.errors import is_transient
from tasks.progress import LogReporter
from tasks.relabelling import PartShard
from tasks.runs.outcomes import ShardOutcome
from tasks.runs.shard import Shard
from tasks.settings import PAUSES, LabelSettings, RelabelSettings


def _may_pass(_task: Any, _run: TaskRun, state: State[Any]) -> bool:
    """A store or a file system may come back; anything else would fail the same way again."""
    return is_transient(state.data)


_OPTIONS: Any = {
    "task_run_name": "{shard.title}",
    "tags": ["figmill"],
    "retries": len(PAUSES),
    "retry_delay_seconds": list(PAUSES),
    "retry_condition_fn": _may_pass,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}


@task(name="label-shard", **_OPTIONS)
def label_shard(shard: Shard, settings: LabelSettings) -> ShardOutcome:
    """`tasks.labelling.label_shard` as a task run."""
    reporter = LogReporter(get_run_logger())
    reporter.listed(len(shard.papers))
    return labelling.label_shard(shard, settings, reporter)


@task(name="relabel-shard", **_OPTIONS)
def relabel_shard(shard: PartShard, settings: RelabelSettings) -> ShardOutcome:
    """`tasks.relabelling.relabel_shard` as a task run."""
    reporter = LogReporter(get_run_logger())
    reporter.listed(len(shard.paper_ids))
    return relabelling.relabel_shard(shard, settings, reporter)
