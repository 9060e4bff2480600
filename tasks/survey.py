"""What a dataset holds, for people: counts, confidences, failures and a bounded choice of pictures.

Reads the few columns that counting needs from every part, and pictures from a fixed number of row groups, one at a
time, so that neither time nor memory grows with the images of the corpus.
"""

from __future__ import annotations

import base64
import io
import logging
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks import storage
from tasks.parts import PAPERS, SUBFIGURES
from tasks.records import FailedPaper

if TYPE_CHECKING:
    from tasks.storage import Place

log = logging.getLogger(__name__)

BINS = 10
"""Bars of the confidence histogram, each a tenth wide."""
PICTURES = 216
PICTURES_PER_MODALITY = 12
PICTURE_BYTES = 2_400_000
"""Of all data URIs together; with the page's text this keeps the report under 3 MB."""
PICTURE_SIDE = 160
"""Longest side of a thumbnail, pixels."""
ROW_GROUPS_WITH_PICTURES = 24
FAILURES_SHOWN = 100

_COUNTED = ["modality", "confidence", "rejected"]
_SHOWN = [
    "subfigure_id",
    "source_uri",
    "title",
    "page",
    "figure_label",
    "panel_label",
    "caption",
    "subcaption",
]


@dataclass(frozen=True, slots=True)
class Card:
    """One subfigure as the report shows it; `thumbnail` is a data URI, or None where it cannot be decoded."""

    modality: str | None
    confidence: float | None
    rejected: bool
    subfigure_id: str
    source_uri: str
    title: str | None
    page: int | None
    figure_label: str | None
    panel_label: str | None
    text: str | None
    """The subcaption, or the whole caption where there is none."""
    thumbnail: str | None
    width: int
    height: int
    """Of the thumbnail, pixels."""


@dataclass(slots=True)
class Survey:
    """A dataset counted; `accepted` and `abstained` are the histogram's bars, `cards` go by modality."""

    by_status: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    figures: int = 0
    by_modality: Counter[str] = field(default_factory=Counter)
    accepted: list[int] = field(default_factory=lambda: [0] * BINS)
    abstained: list[int] = field(default_factory=lambda: [0] * BINS)
    unscored: int = 0
    failed: list[FailedPaper] = field(default_factory=list)
    """The first `FAILURES_SHOWN` failed papers of the ledger."""
    cards: dict[str | None, list[Card]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    """Parts that could not be read, each with the reason."""

    def add(self, other: Survey) -> None:
        """Adds what was counted elsewhere; pictures are chosen when all is counted."""
        for mine, its in ((self.by_status, other.by_status), (self.by_modality, other.by_modality)):
            mine.update(its)
        for bars, more in ((self.accepted, other.accepted), (self.abstained, other.abstained)):
            bars[:] = [bar + count for bar, count in zip(bars, more, strict=True)]
        self.pages += other.pages
        self.figures += other.figures
        self.unscored += other.unscored
        self.failed += other.failed[: FAILURES_SHOWN - len(self.failed)]
        self.unreadable += other.unreadable

    @property
    def papers(self) -> int:
        """Papers in the ledger, failed ones included."""
        return sum(self.by_status.values())

    @property
    def subfigures(self) -> int:
        """Subfigures in the dataset, unscored ones included."""
        return sum(self.by_modality.values()) + self.unscored


@dataclass(frozen=True, slots=True)
class _Pick:
    """A row that may be shown: where it is, and what decides whether it is."""

    part: Place
    row_group: int
    row: int
    modality: str | None
    confidence: float
    rejected: bool


def survey(out: Place, recent: Sequence[str] = ()) -> Survey:
    """Counts the dataset at `out` and chooses pictures, from the parts named `recent` if there are any.

    Only parts that the ledger names are counted. A part that cannot be read is listed, not raised.
    """
    found = Survey()
    groups: list[tuple[Place, int]] = []
    parts = set(storage.names(out / SUBFIGURES))
    ledgers = sorted(name for name in storage.names(out / PAPERS) if name.endswith(".parquet"))
    for counted in storage.each(lambda name: _count_shard(out, name, name in parts), ledgers, out):
        found.add(counted.survey)
        groups += [(counted.part, group) for group in range(counted.row_groups)]
    chosen = [(part, group) for part, group in groups if part.name in set(recent)] or groups
    for card in _cards(_spread(chosen, ROW_GROUPS_WITH_PICTURES)):
        found.cards.setdefault(card.modality, []).append(card)
    for cards in found.cards.values():
        cards.sort(key=lambda card: -(card.confidence or 0.0))
    return found


@dataclass(slots=True)
class _Shard:
    """A part with its ledger part, counted."""

    part: Place
    survey: Survey = field(default_factory=Survey)
    row_groups: int = 0


def _count_shard(out: Place, name: str, has_part: bool) -> _Shard:
    shard = _Shard(out / SUBFIGURES / name)
    _guarded(shard, out / PAPERS / name, _count_papers)
    if has_part:
        _guarded(shard, shard.part, _count_subfigures)
    return shard


def _guarded(shard: _Shard, file: Place, count: Callable[[_Shard, pq.ParquetFile], None]) -> None:
    """Counts a file; where that cannot be, `unreadable` says why."""
    try:
        with storage.parquet(file) as opened:
            count(shard, opened)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        log.warning("%s cannot be read: %s", file, error)
        reason = str(error).splitlines()[0]
        shard.survey.unreadable.append(f"{file.parent.name}/{file.name}: {reason}")


def _count_papers(shard: _Shard, ledger: pq.ParquetFile) -> None:
    columns = ["status", "pages", "figures", "source_uri", "error_kind", "error"]
    found = shard.survey
    for batch in ledger.iter_batches(columns=columns):
        for row in batch.to_pylist():
            found.by_status[row["status"]] += 1
            found.pages += row["pages"] or 0
            found.figures += row["figures"] or 0
            if row["status"] == "failed" and len(found.failed) < FAILURES_SHOWN:
                uri = row["source_uri"]
                name = PurePosixPath(uri).name or uri
                found.failed.append(FailedPaper(name, uri, row["error_kind"] or "", row["error"] or ""))


def _count_subfigures(shard: _Shard, part: pq.ParquetFile) -> None:
    found = shard.survey
    for batch in part.iter_batches(columns=_COUNTED):
        scored = batch.filter(batch["modality"].is_valid())
        found.unscored += len(batch) - len(scored)
        for entry in scored["modality"].value_counts().to_pylist():
            found.by_modality[entry["values"]] += entry["counts"]
        confidence = scored["confidence"].to_numpy(zero_copy_only=False)
        rejected = scored["rejected"].to_numpy(zero_copy_only=False).astype(bool)
        for bars, chosen in ((found.accepted, ~rejected), (found.abstained, rejected)):
            for index, count in enumerate(np.histogram(confidence[chosen], bins=BINS, range=(0, 1))[0]):
                bars[index] += int(count)
    shard.row_groups = part.num_row_groups


def _spread(items: Sequence[Any], count: int) -> list[Any]:
    """At most `count` of `items`, evenly from the first to the last, in their order."""
    if len(items) <= count:
        return list(items)
    return [items[index] for index in np.linspace(0, len(items) - 1, count).round().astype(int)]


def _cards(row_groups: Sequence[tuple[Place, int]]) -> Iterator[Card]:
    """The chosen rows of these row groups with their thumbnails, until the budget in bytes is spent."""
    wanted: dict[tuple[Place, int], list[_Pick]] = defaultdict(list)
    picks = _picks(row_groups)
    for pick in picks:
        wanted[pick.part, pick.row_group].append(pick)
    left = PICTURE_BYTES
    allowance = PICTURE_BYTES // max(len(picks), 1) * 2  # one noisy picture must not take the others' room
    for (part, group), rows in wanted.items():
        for pick, row in _rows(part, group, rows):
            card = _card(pick, row, min(left, allowance))
            left -= len(card.thumbnail or "")
            yield card


def _rows(part: Place, group: int, picks: Sequence[_Pick]) -> Iterator[tuple[_Pick, dict[str, Any]]]:
    """Each pick with its row; a row group is streamed, for its images may be a hundred megabytes."""
    waiting = sorted(picks, key=lambda pick: pick.row)
    start = 0
    with storage.parquet(part) as file:
        for batch in file.iter_batches(batch_size=64, row_groups=[group], columns=[*_SHOWN, "image"]):
            inside = [pick for pick in waiting if start <= pick.row < start + len(batch)]
            table = batch.take(pa.array([pick.row - start for pick in inside], pa.int64()))
            yield from zip(inside, table.to_pylist(), strict=True)
            start += len(batch)


def _picks(row_groups: Sequence[tuple[Place, int]]) -> list[_Pick]:
    """For each modality a sample of rows that spreads over the confidences; the same for the same dataset."""
    samples: dict[tuple[str | None, int], list[tuple[int, _Pick]]] = defaultdict(list)
    for part, group in row_groups:
        with storage.parquet(part) as file:
            table = file.read_row_group(group, columns=["subfigure_id", *_COUNTED])
        for row, values in enumerate(table.to_pylist()):
            confidence = values["confidence"] or 0.0
            pick = _Pick(part, group, row, values["modality"], confidence, bool(values["rejected"]))
            sample = samples[pick.modality, int(confidence * BINS)]
            sample.append((zlib.crc32(values["subfigure_id"].encode()), pick))
            sample.sort(key=lambda drawn: drawn[0])
            del sample[PICTURES_PER_MODALITY:]
    by_modality: dict[str | None, list[_Pick]] = defaultdict(list)
    for (modality, _), sample in samples.items():
        by_modality[modality] += [pick for _, pick in sample]
    each = min(PICTURES_PER_MODALITY, PICTURES // max(len(by_modality), 1))
    return [
        pick
        for candidates in by_modality.values()
        for pick in _spread(sorted(candidates, key=lambda pick: pick.confidence), each)
    ]


def _card(pick: _Pick, row: dict[str, Any], room: int) -> Card:
    thumbnail, width, height = _thumbnail(row["image"]["bytes"], room)
    return Card(
        modality=pick.modality,
        confidence=None if pick.modality is None else pick.confidence,
        rejected=pick.rejected,
        text=row["subcaption"] or row["caption"],
        thumbnail=thumbnail,
        width=width,
        height=height,
        **{name: row[name] for name in _SHOWN if name not in ("caption", "subcaption")},
    )


def _thumbnail(data: bytes | None, room: int) -> tuple[str | None, int, int]:
    """A JPEG of at most `PICTURE_SIDE` pixels a side as a data URI, with its size; None if there is no room."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data or b"")) as picture:
            picture.draft("RGB", (2 * PICTURE_SIDE, 2 * PICTURE_SIDE))
            small = picture.convert("RGB")
            small.thumbnail((PICTURE_SIDE, PICTURE_SIDE), reducing_gap=2.0)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        log.info("a picture cannot be shown in the report: %s", error)
        return None, 0, 0
    encoded = io.BytesIO()
    small.save(encoded, "JPEG", quality=72, optimize=True)
    uri = "data:image/jpeg;base64," + base64.b64encode(encoded.getvalue()).decode()
    return (uri, *small.size) if len(uri) <= room else (None, 0, 0)
