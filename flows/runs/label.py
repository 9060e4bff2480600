"""Labelling itself: which inputs are new, and their shards from first to last. Knows no Prefect."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from itertools import chain

from flows.runs.shards import Result, ShardExecutor, in_window, threads
from tasks.bundles import open_bundle
from tasks.dataset.dataset import Dataset
from tasks.extraction.pool import require_installed
from tasks.inputs.listing import list_inputs
from tasks.inputs.plan import Plan
from tasks.labelling import label_shard, provenance_of
from tasks.progress import Reporter
from tasks.runs.outcomes import RunSummary
from tasks.settings import LabelSettings, default_workers


def label(settings: LabelSettings, executor: ShardExecutor, reporter: Reporter) -> RunSummary:
    """Labels what is new among the inputs, shard by shard, and writes the report.

    Raises FigmillError where the run cannot be done.
    """
    require_installed(settings.limits)
    result = Result()
    bundle = open_bundle(settings.model)
    files = list_inputs(settings.inputs)
    reporter.listed(len(files))
    with (
        Dataset(settings.out, provenance_of(bundle, settings)) as dataset,
        closing(Plan(files, dataset, settings, reporter)) as plan,
        executor as submit,
    ):
        new = in_window(plan.shards(), settings, submit)
        renewed = in_window(plan.renewed(), replace(settings, window=1), submit)
        for shard, outcome in chain(new, renewed):
            dataset.supersede(shard.supersedes)
            plan.done(shard)
            result.add(outcome)
            reporter.counted(outcome)
        return result.end(
            dataset,
            plan,
            reporter,
            bundle.model_id,
            _shown(settings),
            failed_before=plan.failed_before,
            newer_jats=plan.newer_jats,
        )


def label_here(settings: LabelSettings, reporter: Reporter) -> RunSummary:
    """`label` in this process, two shards at a time."""
    return label(settings, threads(label_shard, reporter), reporter)


def _shown(settings: LabelSettings) -> dict[str, str]:
    return {
        "model": settings.model,
        "device": settings.device,
        "runtime": settings.runtime,
        "workers": str(settings.workers or default_workers()),
        "shard size": str(settings.shard_size),
        "time limit": f"{settings.limits.timeout:g} s a paper",
        "memory limit": f"{settings.limits.memory_mb} MB a process",
        "words of pictures": "read where the PDF has no text" if settings.limits.ocr else "not read",
    }
