"""Labels one shard: papers read by processes, batches across papers through one classifier, rows to the part.

    processes: read papers -> threads: decode and resize -> threads: classify batches -> this thread: write rows

Bounded everywhere: some papers ahead of the classifier, some batches of images, one row group of rows.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from models.bundle.bundle import BundleInfo
from tasks.bundles import open_bundle
from tasks.classifying import Classifier
from tasks.clock import now
from tasks.dataset.dataset import spool_of
from tasks.dataset.exchange import Exchange
from tasks.dataset.lock import check_lease
from tasks.dataset.parts import PartWriter, failed_paper, unused_jats
from tasks.dataset.schema import Provenance
from tasks.extraction.confined_process import Stopped
from tasks.extraction.pool import shared_pool
from tasks.inputs.fetching import Deliveries
from tasks.progress import Reporter
from tasks.records import LabelledPaper
from tasks.runs.outcomes import Counts, FailedPaper, Failure, ShardOutcome
from tasks.runs.shard import Shard
from tasks.settings import IngestSettings, LabelSettings, RelabelSettings, default_workers
from tasks.stopwatch import Stopwatch
from tasks.stores import paths


def label_shard(shard: Shard, settings: LabelSettings, reporter: Reporter | None = None) -> ShardOutcome:
    """Reads, classifies and writes a shard's papers: one part and its ledger part, or nothing.

    Raises FigmillError or OSError where the machine, not a paper, is at fault.
    """
    reporter = reporter or Reporter()
    bundle = open_bundle(settings.model)
    stopwatch = Stopwatch()
    out = paths.store_path(settings.out)
    spool = spool_of(out) / shard.name
    provenance = provenance_of(bundle, settings)
    pool = shared_pool(settings.workers or default_workers(), settings.limits)
    classifier = Classifier(bundle, settings, stopwatch)
    deliveries = Deliveries(shard.papers, shard.name, settings.limits.file_mb * 2**20)
    try:
        with (
            PartWriter(out, shard.name, provenance, lambda: classifier.precision) as part,
            classifier,
            deliveries,
        ):
            results = classifier.label(deliveries.released(pool.read(deliveries, spool)))
            permitted = functools.partial(check_lease, out, shard.lease)
            exchange = Exchange(out, shard.replaces, shard.lease) if shard.replaces else None
            if exchange:
                results = _with_usable_jats(results, exchange)
            outcome = write_results(results, part, reporter, stopwatch, permitted, exchange)
            outcome = replace(outcome, computation=classifier.computation)
        if exchange:
            exchange.drop()
        return outcome
    finally:
        shutil.rmtree(spool, ignore_errors=True)


def write_results(
    results: Iterable[LabelledPaper | Failure],
    part: PartWriter,
    reporter: Reporter,
    stopwatch: Stopwatch,
    permitted: Callable[[], None],
    exchange: Exchange | None = None,
) -> ShardOutcome:
    """Writes what became of a shard's papers as it comes, and commits the part.

    Where the run is stopped, with the papers that are done; the next run plans a shard of the others. With an
    `exchange`, all or none: rows of papers that are not done would be gone meanwhile.
    """
    started_at = now()
    not_renewed: list[FailedPaper] = []
    try:
        for result in results:
            if exchange and isinstance(result, Failure) and exchange.stays(result):
                not_renewed.append(failed_paper(result))
                stopwatch.add("extract", result.seconds)
                reporter.not_renewed(result)
            else:
                _write(result, part, reporter, stopwatch)
    except Stopped:
        if not part.papers or exchange:
            raise
    outcome = ShardOutcome("", Counts())
    if part.papers or not not_renewed:
        with stopwatch.timed("write"):
            outcome = part.commit(permitted, exchange.retire if exchange else lambda: None)
    counts = outcome.counts + Counts({"not_renewed": len(not_renewed)} if not_renewed else {})
    outcome = replace(
        outcome,
        counts=replace(counts, stage_seconds=stopwatch.seconds()),
        not_renewed=tuple(not_renewed),
        started_at=started_at,
        finished_at=now(),
    )
    reporter.written(outcome)
    return outcome


def _with_usable_jats(
    results: Iterable[LabelledPaper | Failure], exchange: Exchange
) -> Iterator[LabelledPaper | Failure]:
    """A paper that was read with JATS XML is not read anew without: its PDF alone says less."""
    for result in results:
        read = result.extraction if isinstance(result, LabelledPaper) else None
        unused = unused_jats(read) if read else []
        if read and unused and exchange.had_jats(read.paper.paper_id):
            yield Failure(read.paper, "jats", unused[0].why, read.seconds, read.pages)
        else:
            yield result


def provenance_of(
    bundle: BundleInfo, settings: LabelSettings | RelabelSettings | IngestSettings
) -> Provenance:
    """What the files of a dataset say of how a run labels it."""
    captions = bundle.reads_words and settings.captions
    ocr = not isinstance(settings, RelabelSettings) and settings.limits.ocr
    return Provenance(bundle.model_id, bundle.classes, bundle.embedding_size, bundle.card, captions, ocr=ocr)


def _write(
    result: LabelledPaper | Failure, part: PartWriter, reporter: Reporter, stopwatch: Stopwatch
) -> None:
    with stopwatch.timed("write"):
        part.add(result) if isinstance(result, LabelledPaper) else part.fail(result)
    if isinstance(result, LabelledPaper):
        reporter.labelled(result)
    else:
        stopwatch.add("extract", result.seconds)
        reporter.failed(result)
