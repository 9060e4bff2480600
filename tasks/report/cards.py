"""Pictures for a report: which rows are shown, and the small JPEGs that stand for them.

Pictures are read from a fixed number of row groups, one at a time, so that neither time nor memory grows with the
images of the corpus.
"""

from __future__ import annotations

import base64
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from tasks.corrections.overlay import Overlay
from tasks.index.thumbnails import thumbnail
from tasks.modalities import describe_doubts, describe_modality
from tasks.report.review_queue import Pick, made_by_people, sureties
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

PICTURES = 216
PICTURES_PER_MODALITY = 12
PICTURE_BYTES = 2_400_000
"""Of all data URIs together; with the page's text this keeps the report under 3 MB."""
PICTURE_SIDE = 160
"""Longest side of a thumbnail, pixels."""
ROW_GROUPS_WITH_PICTURES = 24
_UNSAID = Overlay()
_STEPS = 10
"""Of confidence, from each of which some rows are shown."""

_COUNTED = ["modality", "confidence", "rejected"]
_LABEL = ("modality_path", "modality_set", "compound")
_SHOWN = [
    "subfigure_id",
    "source_uri",
    "title",
    "page",
    "figure_label",
    "panel_label",
    "caption",
    "subcaption",
    *_LABEL,
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
    described: str | None = None
    """The modality in words; None where not scored."""
    doubts: tuple[str, ...] = ()
    """What a reader should know of the label (see `tasks.modalities`)."""
    gold: str | None = None
    """What people say that it is, where they say something else."""


def make_cards(picks: Sequence[Pick], overlay: Overlay = _UNSAID) -> dict[Pick, Card]:
    """The picks with their thumbnails, until the budget in bytes is spent; each row group is read once."""
    wanted: dict[tuple[StorePath, int], list[Pick]] = defaultdict(list)
    once = dict.fromkeys(picks)
    for pick in once:
        wanted[pick.part, pick.row_group].append(pick)
    cards: dict[Pick, Card] = {}
    left = PICTURE_BYTES
    allowance = PICTURE_BYTES // max(len(once), 1) * 2  # one noisy picture must not take the others' room
    for (part, group), rows in wanted.items():
        for pick, row in _rows(part, group, rows, overlay):
            cards[pick] = _card(pick, row, min(left, allowance))
            left -= len(cards[pick].thumbnail or "")
    return cards


def _rows(
    part: StorePath, group: int, picks: Sequence[Pick], overlay: Overlay
) -> Iterator[tuple[Pick, dict[str, Any]]]:
    """Each pick with its row; a row group is streamed, for its images may be a hundred megabytes."""
    waiting = sorted(picks, key=lambda pick: pick.row)
    start = 0
    with paths.parquet(part) as file:
        for batch in file.iter_batches(
            batch_size=64, row_groups=[group], columns=overlay.columns([*_SHOWN, "image"])
        ):
            inside = [pick for pick in waiting if start <= pick.row < start + len(batch)]
            table = batch.take(pa.array([pick.row - start for pick in inside], pa.int64()))
            for pick, row in zip(inside, table.to_pylist(), strict=True):
                yield pick, row | dict(overlay.ruling(row).changes) if overlay else row
            start += len(batch)


def choose_picks(row_groups: Sequence[tuple[StorePath, int]], overlay: Overlay = _UNSAID) -> list[Pick]:
    """For each modality a sample of rows that spreads over the confidences; the same for the same dataset."""
    samples: dict[tuple[str | None, int], list[tuple[int, Pick]]] = defaultdict(list)
    for part, group in spread(row_groups, ROW_GROUPS_WITH_PICTURES):
        with paths.parquet(part) as file:
            read = file.read_row_group(group, columns=overlay.columns(["subfigure_id", *_COUNTED]))
        table, places = overlay.apply_numbered(read)
        made = made_by_people(read, table, places)
        sure = sureties(table["confidence"]).tolist()
        for row, values, new, confidence in zip(places, table.to_pylist(), made.tolist(), sure, strict=True):
            if new:
                continue
            pick = Pick(part, group, row, values["modality"], confidence, bool(values["rejected"]))
            sample = samples[pick.modality, int(confidence * _STEPS)]
            sample.append((zlib.crc32(values["subfigure_id"].encode()), pick))
            sample.sort(key=lambda drawn: drawn[0])
            del sample[PICTURES_PER_MODALITY:]
    by_modality: dict[str | None, list[Pick]] = defaultdict(list)
    for (modality, _), sample in samples.items():
        by_modality[modality] += [pick for _, pick in sample]
    each = min(PICTURES_PER_MODALITY, PICTURES // max(len(by_modality), 1))
    return [
        pick
        for candidates in by_modality.values()
        for pick in spread(sorted(candidates, key=lambda pick: pick.confidence), each)
    ]


def _card(pick: Pick, row: dict[str, Any], room: int) -> Card:
    uri, width, height = _data_uri((row["image"] or {}).get("bytes"), room)
    return Card(
        modality=pick.modality,
        confidence=None if pick.modality is None else pick.confidence,
        rejected=pick.rejected,
        text=row["subcaption"] or row["caption"],
        thumbnail=uri,
        width=width,
        height=height,
        described=pick.modality and describe_modality(pick.modality, row["modality_path"] or ()),
        doubts=tuple(describe_doubts(row.get("compound"), row.get("modality_set"))),
        gold=pick.gold,
        **{name: row[name] for name in _SHOWN if name not in ("caption", "subcaption", *_LABEL)},
    )


def _data_uri(data: bytes | None, room: int) -> tuple[str | None, int, int]:
    """A small JPEG as a data URI, with its size; None if it cannot be decoded or there is no room."""
    made = thumbnail(data, PICTURE_SIDE, quality=72)
    if made is None:
        return None, 0, 0
    encoded, width, height = made
    uri = "data:image/jpeg;base64," + base64.b64encode(encoded).decode()
    return (uri, width, height) if len(uri) <= room else (None, 0, 0)


def spread(items: Sequence[Any], count: int) -> list[Any]:
    """At most `count` of `items`, evenly from the first to the last, in their order."""
    if len(items) <= count:
        return list(items)
    return [items[index] for index in np.linspace(0, len(items) - 1, count).round().astype(int)]
