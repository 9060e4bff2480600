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
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.records import FailedPaper

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
    page: int
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

    part: Path
    row_group: int
    row: int
    modality: str | None
    confidence: float
    rejected: bool


def survey(out: Path, recent: Sequence[str] = ()) -> Survey:
    """Counts the dataset at `out` and chooses pictures, from the parts named `recent` if there are any.

    Only parts that the ledger names are counted. A part that cannot be read is listed, not raised.
    """
    found = Survey()
    parts = []
    for ledger in sorted((out / "papers").glob("*.parquet")):
        _guarded(found, ledger, _count_papers)
        part = out / "subfigures" / ledger.name
        if part.exists() and _guarded(found, part, _count_subfigures):
            parts.append(part)
    chosen = [part for part in parts if part.name in set(recent)] or parts
    for card in _cards(_spread(_row_groups(chosen), ROW_GROUPS_WITH_PICTURES)):
        found.cards.setdefault(card.modality, []).append(card)
    for cards in found.cards.values():
        cards.sort(key=lambda card: -(card.confidence or 0.0))
    return found


def _guarded(found: Survey, path: Path, count: Callable[[Survey, Path], None]) -> bool:
    """Whether `path` could be counted; if not, `found.unreadable` says why."""
    try:
        count(found, path)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        log.warning("%s cannot be read: %s", path, error)
        found.unreadable.append(f"{path.parent.name}/{path.name}: {str(error).splitlines()[0]}")
        return False
    return True


def _count_papers(found: Survey, ledger: Path) -> None:
    columns = ["status", "pages", "figures", "source_uri", "error_kind", "error"]
    for batch in pq.ParquetFile(ledger).iter_batches(columns=columns):
        for row in batch.to_pylist():
            found.by_status[row["status"]] += 1
            found.pages += row["pages"] or 0
            found.figures += row["figures"] or 0
            if row["status"] == "failed" and len(found.failed) < FAILURES_SHOWN:
                uri = row["source_uri"]
                name = PurePosixPath(uri).name or uri
                found.failed.append(FailedPaper(name, uri, row["error_kind"] or "", row["error"] or ""))


def _count_subfigures(found: Survey, part: Path) -> None:
    for batch in pq.ParquetFile(part).iter_batches(columns=_COUNTED):
        scored = batch.filter(batch["modality"].is_valid())
        found.unscored += len(batch) - len(scored)
        for entry in scored["modality"].value_counts().to_pylist():
            found.by_modality[entry["values"]] += entry["counts"]
        confidence = scored["confidence"].to_numpy(zero_copy_only=False)
        rejected = scored["rejected"].to_numpy(zero_copy_only=False).astype(bool)
        for bars, chosen in ((found.accepted, ~rejected), (found.abstained, rejected)):
            for index, count in enumerate(np.histogram(confidence[chosen], bins=BINS, range=(0, 1))[0]):
                bars[index] += int(count)


def _row_groups(parts: Sequence[Path]) -> list[tuple[Path, int]]:
    return [(part, group) for part in parts for group in range(pq.ParquetFile(part).num_row_groups)]


def _spread(items: Sequence[Any], count: int) -> list[Any]:
    """At most `count` of `items`, evenly from the first to the last, in their order."""
    if len(items) <= count:
        return list(items)
    return [items[index] for index in np.linspace(0, len(items) - 1, count).round().astype(int)]


def _cards(row_groups: Sequence[tuple[Path, int]]) -> Iterator[Card]:
    """The chosen rows of these row groups with their thumbnails, until the budget in bytes is spent."""
    wanted: dict[tuple[Path, int], list[_Pick]] = defaultdict(list)
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


def _rows(part: Path, group: int, picks: Sequence[_Pick]) -> Iterator[tuple[_Pick, dict[str, Any]]]:
    """Each pick with its row; a row group is streamed, for its images may be a hundred megabytes."""
    waiting = sorted(picks, key=lambda pick: pick.row)
    file = pq.ParquetFile(part, buffer_size=1 << 20)
    start = 0
    for batch in file.iter_batches(batch_size=64, row_groups=[group], columns=[*_SHOWN, "image"]):
        inside = [pick for pick in waiting if start <= pick.row < start + len(batch)]
        table = batch.take(pa.array([pick.row - start for pick in inside], pa.int64()))
        yield from zip(inside, table.to_pylist(), strict=True)
        start += len(batch)


def _picks(row_groups: Sequence[tuple[Path, int]]) -> list[_Pick]:
    """For each modality a sample of rows that spreads over the confidences; the same for the same dataset."""
    samples: dict[tuple[str | None, int], list[tuple[int, _Pick]]] = defaultdict(list)
    for part, group in row_groups:
        table = pq.ParquetFile(part).read_row_group(group, columns=["subfigure_id", *_COUNTED])
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
