"""An ingest itself: what is new in PMC, taken shard by shard into a dataset, and how far it came. Knows no Prefect."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from flows.runs.shards import Result, ShardExecutor, in_window, threads
from tasks.bundles import open_bundle
from tasks.dataset.cache.part_cache import read_cache
from tasks.dataset.dataset import Dataset, check_layout
from tasks.dataset.ledger import articles_by_pmcid, drop_papers, replaced_papers
from tasks.errors import InputError
from tasks.extraction.pool import require_installed
from tasks.labelling import label_shard, provenance_of
from tasks.pmc.articles import require_known
from tasks.pmc.bucket import Bucket
from tasks.pmc.catalogue import Catalogue
from tasks.pmc.cursor import Span, choose_span, load_cursor, moved, save_cursor, start_cursor, tried
from tasks.pmc.downloads import Downloads
from tasks.pmc.inventory import has_manifest, list_inventories
from tasks.pmc.plan import IngestPlan
from tasks.pmc.removals import confirm_removals
from tasks.pmc.selection import Selection
from tasks.progress import Reporter
from tasks.runs.outcomes import IngestSummary, RunSummary
from tasks.settings import IngestSettings, LabelSettings
from tasks.stores import paths

ACKNOWLEDGEMENT = "PubMed Central (PMC), National Library of Medicine, https://pmc.ncbi.nlm.nih.gov/"
"""What PMC asks to be named by whoever uses its articles."""


def ingest(
    settings: IngestSettings, labelling: LabelSettings, executor: ShardExecutor, reporter: Reporter
) -> IngestSummary:
    """Takes what is new or changed in PMC, marks what is withdrawn there, and moves the dataset's cursor.

    `labelling` is how `executor` labels the shards. Raises FigmillError where the run cannot be done.
    """
    require_known(settings.licenses)
    require_installed(settings.limits)
    result = Result()
    bucket = Bucket(settings.bucket)
    bundle = open_bundle(settings.model)
    with Dataset(settings.out, provenance_of(bundle, settings)) as dataset:
        known = load_cursor(dataset.out)
        cursor = start_cursor(settings, known)
        span = choose_span(settings, known, _inventories(bucket))
        if known is None:
            save_cursor(dataset.out, cursor)
        articles = list(dataset.parts.articles())
        for file, paper_ids in replaced_papers(articles).items():
            drop_papers(dataset.out, file, paper_ids)
        catalogue = Catalogue(bucket, span, cursor, articles_by_pmcid(articles))
        selection = Selection(bucket, catalogue, settings, reporter)
        gone, held = selection.gone, selection.held
        selection.keep(confirm_removals(bucket, span.newer, gone, held, settings.accept_removals))
        downloads = Downloads(bucket, settings.limits.file_mb * 2**20, keep=settings.runner == "local")
        plan = IngestPlan(dataset, selection, downloads, settings.shard_size)
        with closing(downloads), executor as submit:
            for shard, outcome in in_window(plan.changed(), replace(labelling, window=1), submit):
                was, cursor = cursor, tried(cursor, shard, outcome)
                if cursor != was:
                    save_cursor(dataset.out, cursor)
                result.add(outcome)
                reporter.counted(outcome)
            plan.mark()
            for _, outcome in in_window(plan.new(), labelling, submit):
                result.add(outcome)
                reporter.counted(outcome)
        if not selection.left and not settings.retry_failed:
            save_cursor(dataset.out, moved(cursor, span, settings, catalogue.articles))
        run = result.end(dataset, selection, reporter, bundle.model_id, _shown(settings, span))
        stayed = len(run.not_renewed)
        return _summary(settings, span, selection, plan.replaced - stayed, run)


def ingest_here(settings: IngestSettings, reporter: Reporter) -> IngestSummary:
    """`ingest` in this process, or just a look at what it would take."""
    if settings.dry_run:
        return preview(settings, reporter)
    return ingest(settings, settings.labelling(), threads(label_shard, reporter), reporter)


def preview(settings: IngestSettings, reporter: Reporter) -> IngestSummary:
    """What an ingest would take, by licence; downloads metadata alone, and changes nothing. Raises FigmillError."""
    require_known(settings.licenses)
    bucket = Bucket(settings.bucket)
    out = paths.store_path(settings.out)
    check_layout(out)
    known = load_cursor(out)
    cursor = start_cursor(settings, known)
    span = choose_span(settings, known, _inventories(bucket))
    with read_cache(out) as parts:
        catalogue = Catalogue(bucket, span, cursor, articles_by_pmcid(parts.articles()))
    selection = Selection(bucket, catalogue, settings, reporter)
    sizes = selection.sizes()
    return replace(_summary(settings, span, selection, 0, None), wanted=sizes)


def _inventories(bucket: Bucket) -> list[str]:
    """The bucket's inventories but a last one that is still being written."""
    found = list_inventories(bucket)
    while found and not has_manifest(bucket, found[-1]):
        found.pop()
    if not found:
        raise InputError(f"no inventory of {bucket.uri} has a manifest: try again later")
    return found


def _summary(
    settings: IngestSettings, span: Span, selection: Selection, replaced: int, run: RunSummary | None
) -> IngestSummary:
    return IngestSummary(
        out=settings.out,
        inventory=span.newer,
        since=span.words,
        listed=selection.listed,
        left_out=dict(selection.left_out.most_common()),
        marked=dict(selection.marked),
        replaced=replaced,
        left=selection.left,
        run=run,
    )


def _shown(settings: IngestSettings, span: Span) -> dict[str, str]:
    return {
        "articles of": f"{settings.bucket}, inventory {span.newer}, since {span.words}",
        "source": ACKNOWLEDGEMENT,
        "licences": ", ".join(settings.licenses),
        "model": settings.model,
        "device": settings.device,
        "runtime": settings.runtime,
    }
