"""An existing dataset and another bundle: a dataset with the same pictures and new labels, no PDF opened."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import chain

from flows.runs.shards import Result, Submit, in_window, threads
from tasks.bundles import open_bundle
from tasks.corrections.files import carry
from tasks.dataset.cache.part_cache import read_cache
from tasks.dataset.check import require_dataset
from tasks.dataset.dataset import Dataset
from tasks.dataset.ledger import drop_papers, outdated_papers
from tasks.dataset.lock import reading
from tasks.errors import OutputError
from tasks.labelling import provenance_of
from tasks.progress import Reporter
from tasks.relabelling import PartShard, RelabelPlan, relabel_shard
from tasks.report.history import RELABELLED
from tasks.runs.outcomes import RunSummary
from tasks.selections.files import carry as carry_selections
from tasks.settings import RelabelSettings
from tasks.stores import paths


def relabel(
    settings: RelabelSettings,
    executor: AbstractContextManager[Submit[PartShard, RelabelSettings]],
    reporter: Reporter,
) -> RunSummary:
    """Labels what the source has and `out` has not, or of an earlier reading, part by part, and writes the report.

    Raises FigmillError where the run cannot be done.
    """
    reporter.begins("loading the model and labelling the first papers anew")
    result = Result()
    bundle = open_bundle(settings.model)
    source, out = paths.store_path(settings.source), paths.store_path(settings.out)
    require_dataset(source)
    if paths.same(source, out):
        raise OutputError(f"--out {out} is the dataset that is relabelled: name another folder")
    with reading(source), Dataset(out, provenance_of(bundle, settings)) as dataset:
        with read_cache(source) as parts:
            outdated = outdated_papers(dataset.parts.articles(), parts.articles())
        for file, paper_ids in outdated.items():
            drop_papers(out, file, paper_ids)
            dataset.forget(paper_ids)
        plan = RelabelPlan(source, dataset, reporter)
        with executor as submit:
            new = in_window(plan.shards(), settings, submit)
            renewed = in_window(plan.renewed(), replace(settings, window=1), submit)
            for shard, outcome in chain(new, renewed):
                dataset.supersede(shard.supersedes)
                result.add(outcome)
                reporter.counted(outcome)
            carry(source, out)
            carry_selections(source, out)
            return result.end(dataset, plan, reporter, bundle.model_id, _shown(settings))


def relabel_here(settings: RelabelSettings, reporter: Reporter) -> RunSummary:
    """`relabel` in this process, two parts at a time."""
    return relabel(settings, threads(relabel_shard, reporter), reporter)


def _shown(settings: RelabelSettings) -> dict[str, str]:
    return {
        RELABELLED: settings.source,
        "model": settings.model,
        "device": settings.device,
        "runtime": settings.runtime,
    }
