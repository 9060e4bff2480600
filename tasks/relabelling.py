"""A part of an existing dataset labelled anew by another bundle: its pictures are scored, no PDF is opened."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from tasks.bundles import open_bundle
from tasks.classifying import Classifier
from tasks.dataset.columns import IMAGE_COLUMN, MODEL_COLUMNS, PAPERS, SUBFIGURES
from tasks.dataset.dataset import Dataset
from tasks.dataset.exchange import Exchange
from tasks.dataset.files import open_part
from tasks.dataset.ledger import LedgerRow, is_other_state, ledger_parts, read_ledger_part
from tasks.dataset.lock import check_lease
from tasks.dataset.parts import PartWriter
from tasks.dataset.schema import figmill_metadata, read_ocr
from tasks.labelling import provenance_of, write_results
from tasks.progress import Reporter
from tasks.records import Box, EncodedImage, Extraction, Figure, Mention, Paper, Rights, Subfigure
from tasks.runs.outcomes import Counts, Failure, ShardOutcome
from tasks.runs.shard import Replaced
from tasks.settings import RelabelSettings
from tasks.stopwatch import Stopwatch
from tasks.stores import paths
from tasks.texts import counted

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

_BATCH_ROWS = 32
_OF_RIGHTS = ("figure_license", "third_party", "attribution")
"""Columns of `records.Rights`, in the order of its fields."""
_OF_A_READING = ("seconds", "jats_sha256", "source_version", "withdrawn", "error_kind", "finished_at")
"""Columns of the ledger that tell whether a paper was read anew, or its article is in another state."""


@dataclass(frozen=True, slots=True)
class PartShard:
    """The unit of relabelling: papers of one part of the source, which become one part."""

    name: str
    source: str
    """File name of the part in the source."""
    paper_ids: frozenset[str]
    supersedes: tuple[str, ...] = ()
    """paper_ids of failed ledger rows that this shard's rows replace."""
    lease: str = ""
    replaces: tuple[Replaced, ...] = ()

    @property
    def title(self) -> str:
        """For people: how many papers, and of which part."""
        return f"{counted(len(self.paper_ids), 'paper')} of {self.source}"


class RelabelPlan:
    """The shards of a relabelling run: for each part of the source, the papers that are not yet in the dataset, and
    those that were read anew since.

    A paper that failed is copied as it failed; once it is labelled in the source, it is labelled here.
    """

    def __init__(self, source: StorePath, dataset: Dataset, reporter: Reporter) -> None:
        self._source = source
        self._dataset = dataset
        self._reporter = reporter
        self.inputs = 0
        self.skipped = 0
        self.left = 0
        self._ledgers = list(ledger_parts(source, _OF_A_READING))
        self._renewed: list[PartShard] = []
        self.inputs = sum(len(rows) for _, rows in self._ledgers)
        reporter.listed(self.inputs)

    def shards(self) -> Iterator[PartShard]:
        """Shards of papers that have no rows here, in the order of the source's parts."""
        for name, rows in self._ledgers:
            new: set[str] = set()
            renewed: set[str] = set()
            for row in rows:
                here = self._dataset.row(row.paper_id)
                if here is None or (here.failed and not here.replaced and not row.failed):
                    new.add(row.paper_id)
                elif _is_other_reading(row, here):
                    renewed.add(row.paper_id)
                else:
                    self.skipped += 1
                    self._reporter.skipped()
            if renewed:
                self._renewed.append(self._shard(name, renewed))
            if new:
                yield self._shard(name, new)

    def renewed(self) -> Iterator[PartShard]:
        """Shards of papers whose rows here are of an earlier reading, once `shards` has found them.

        Each takes the earlier rows out of other parts, which no two may do at once.
        """
        yield from self._renewed

    def _shard(self, source: str, paper_ids: Collection[str]) -> PartShard:
        here = [row for row in map(self._dataset.row, sorted(paper_ids)) if row]
        return PartShard(
            name=self._dataset.shard_name(paper_ids),
            source=source,
            paper_ids=frozenset(paper_ids),
            supersedes=tuple(row.paper_id for row in here if row.failed and not row.replaced),
            lease=self._dataset.lease,
            replaces=tuple(
                Replaced(row.file, row.paper_id, by=row.paper_id)
                for row in here
                if row.replaced or not row.failed
            ),
        )


def _is_other_reading(row: LedgerRow, here: LedgerRow) -> bool:
    """Whether the source has a later reading of a paper than the one that its rows here, or what a killed run left of
    them, are of; or its article in another state.

    A reading is known by the seconds that it took, which are copied to the last digit. One that was made here, in a
    dataset that has gone on by itself, does not give way to an earlier one.
    """
    if here.replaced:
        return not row.replaced
    if row.failed or here.failed:
        return False
    if here.source_version and is_other_state(row, here):
        return True
    is_other = (row.seconds, row.jats_sha256) != (here.seconds, here.jats_sha256)
    return is_other and row.finished_at > here.finished_at


def relabel_shard(
    shard: PartShard, settings: RelabelSettings, reporter: Reporter | None = None
) -> ShardOutcome:
    """Scores the pictures of a part and writes the same rows with new labels: one part and its ledger part, or nothing.

    Raises FigmillError or OSError where the machine, not a picture, is at fault.
    """
    reporter = reporter or Reporter()
    bundle = open_bundle(settings.model)
    stopwatch = Stopwatch()
    out, source = paths.store_path(settings.out), paths.store_path(settings.source)
    with open_part(source / PAPERS / shard.source) as ledger:
        ocr = read_ocr(figmill_metadata(ledger.schema_arrow))
    provenance = replace(provenance_of(bundle, settings), ocr=ocr)
    with (
        Classifier(bundle, settings, stopwatch) as classifier,
        PartWriter(out, shard.name, provenance, lambda: classifier.precision) as part,
    ):
        results = classifier.label(_read(source, shard.source, shard.paper_ids))
        permitted = functools.partial(check_lease, out, shard.lease)
        exchange = Exchange(out, shard.replaces, shard.lease) if shard.replaces else None
        outcome = write_results(results, part, reporter, stopwatch, permitted, exchange)
        outcome = replace(
            outcome, counts=_without_reading(outcome.counts), computation=classifier.computation
        )
    if exchange:
        exchange.drop()
    return outcome


@dataclass(slots=True)
class _Rows:
    """A paper's subfigure rows as they are read."""

    ledger: LedgerRow
    rows: list[dict[str, Any]] = field(default_factory=list)


def _read(source: StorePath, name: str, paper_ids: Collection[str]) -> Iterator[Extraction | Failure]:
    """The papers of a part as they were when they were extracted, in the part's order; failed ones first."""
    rows = read_ledger_part(source / PAPERS / name)
    ledger = {row.paper_id: row for row in rows if row.paper_id in paper_ids}
    empty = [row for row in ledger.values() if not row.subfigures]
    yield from (_failure(row) if row.failed else _extraction(_Rows(row)) for row in empty)
    missing = {row.paper_id for row in ledger.values() if row.subfigures}
    with open_part(source / SUBFIGURES / name) as part:
        for paper in _papers(part, ledger):
            missing.discard(paper.ledger.paper_id)
            if len(paper.rows) != paper.ledger.subfigures:
                raise ValueError(
                    f"{len(paper.rows)} rows of a paper, {paper.ledger.subfigures} in the ledger"
                )
            yield _extraction(paper)
    if missing:
        raise ValueError(f"no rows of {len(missing)} papers that the ledger has subfigures of")


def _papers(part: pq.ParquetFile, ledger: dict[str, LedgerRow]) -> Iterator[_Rows]:
    """Each paper with all its rows, which stand together."""
    current: _Rows | None = None
    columns = [name for name in part.schema_arrow.names if name not in (*MODEL_COLUMNS, "model_id")]
    for batch in part.iter_batches(_BATCH_ROWS, columns=columns):
        for row in batch.to_pylist():
            if row["paper_id"] not in ledger:
                continue
            if current is None or current.ledger.paper_id != row["paper_id"]:
                if current:
                    yield current
                current = _Rows(ledger[row["paper_id"]])
            current.rows.append(row)
    if current:
        yield current


def _extraction(paper: _Rows) -> Extraction:
    row = paper.ledger
    return Extraction(
        paper=_paper(row),
        metadata=row.metadata,
        pages=row.pages or 0,
        figures=tuple(_figures(paper.rows)),
        seconds=row.seconds,
        jats_sha256=row.jats_sha256,
        gaps=row.gaps,
    )


def _without_reading(counts: Counts) -> Counts:
    """The ledger's seconds of reading are those of the run that opened the PDFs: none was spent here."""
    spent = {stage: seconds for stage, seconds in counts.stage_seconds.items() if stage != "extract"}
    return replace(counts, stage_seconds=spent)


def _failure(row: LedgerRow) -> Failure:
    return Failure(_paper(row), row.error_kind or "", row.error or "", row.seconds, row.pages)


def _paper(row: LedgerRow) -> Paper:
    return Paper(row.paper_id, row.source_uri, row.metadata, source_version=row.source_version)


def _figures(rows: list[dict[str, Any]]) -> Iterator[Figure]:
    """Figures as they were; what an earlier schema has no column for is not known."""
    by_index: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        by_index.setdefault(row["figure_index"], []).append(row)
    for index, its in by_index.items():
        yield Figure(
            figure_index=index,
            page=its[0]["page"],
            bbox=_box(its[0]["figure_bbox"]),
            kind=its[0]["figure_kind"],
            label=its[0]["figure_label"],
            caption=its[0]["caption"],
            caption_source=its[0]["caption_source"],
            subfigures=tuple(map(_subfigure, its)),
            id=its[0].get("figure_id"),
            doi=its[0].get("figure_doi"),
            alt_text=its[0].get("alt_text"),
            rights=Rights(*(its[0].get(name) for name in _OF_RIGHTS)),
        )


def _subfigure(row: dict[str, Any]) -> Subfigure:
    data = row[IMAGE_COLUMN]["bytes"]
    if hashlib.sha256(data).hexdigest() != row["image_sha256"]:
        raise ValueError(f"the image of {row['subfigure_id']} is not the one it was")
    image = EncodedImage(
        data=data,
        format="png" if PurePosixPath(row[IMAGE_COLUMN]["path"]).suffix == ".png" else "jpeg",
        width=row["image_width"],
        height=row["image_height"],
        sha256=row["image_sha256"],
    )
    box = _box(row["subfigure_bbox"])
    mentions = row.get("mentions")
    return Subfigure(
        subfigure_index=row["subfigure_index"],
        bbox=box,
        image=image,
        panel_label=row["panel_label"],
        subcaption=row["subcaption"],
        mentions=None if mentions is None else tuple(Mention(**mention) for mention in mentions),
        text=row.get("figure_text"),
        text_source=row.get("figure_text_source"),
    )


def _box(values: list[float | None]) -> Box | None:
    """A box as it was; None where the figure is an image file of its own."""
    known = [value for value in values if value is not None]
    return (known[0], known[1], known[2], known[3]) if len(known) == 4 else None
