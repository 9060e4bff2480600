"""The rows of a dataset that a person may correct, by what they are known by; and which corrections still fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from tasks.corrections.actions import SHAPES, Correction, Panel, in_force, plain_box
from tasks.dataset.columns import PAPERS, SUBFIGURES
from tasks.dataset.files import UNREADABLE, UnreadablePartError
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

KNOWN_BY = ("subfigure_id", "paper_id", "image_sha256", "page", "figure_bbox", "subfigure_bbox")


@dataclass(frozen=True, slots=True)
class Fitted:
    """Corrections in force, by whether the dataset still has what they are about."""

    fitting: tuple[Correction, ...]
    stale: tuple[Correction, ...]
    """About another picture, or a place where there is none by now: kept, listed, not applied."""


def panel_of(row: Mapping[str, Any]) -> Panel:
    """What a row is known by."""
    return Panel(
        subfigure_id=row["subfigure_id"],
        paper_id=row["paper_id"],
        image_sha256=row["image_sha256"],
        page=row["page"],
        figure_bbox=plain_box(row["figure_bbox"]),
        subfigure_bbox=plain_box(row["subfigure_bbox"]),
    )


def read_columns(
    out: StorePath, columns: Sequence[str], only: Collection[str] | None = None
) -> Iterator[tuple[str, pa.Table]]:
    """Name and these columns of each part that counts, or `only` of those; one that a part lacks is null.

    Raises UnreadablePartError.
    """
    both = set(paths.names(out / PAPERS)) & set(paths.names(out / SUBFIGURES))
    wanted = both if only is None else both & set(only)
    parts = [out / SUBFIGURES / name for name in sorted(wanted) if name.endswith(".parquet")]
    yield from paths.each(lambda part: (part.name, _read(part, columns)), parts, out)


def fit(out: StorePath, corrections: Iterable[Correction]) -> Fitted:
    """Which of the corrections in force are about a row that the dataset has, or about a panel made by one that is."""
    standing = in_force(corrections)
    wanted = {panel.image_sha256 for one in standing for panel in (one.panel, *one.others)}
    places: dict[tuple[str, str], list[tuple[str, Any]]] = {}
    hashes = pa.array(sorted(wanted), pa.string())
    for _, table in read_columns(out, KNOWN_BY):
        for row in table.filter(pc.is_in(table["image_sha256"], value_set=hashes)).to_pylist():
            place = (row["subfigure_id"], row["subfigure_bbox"])
            places.setdefault((row["paper_id"], row["image_sha256"]), []).append(place)
    fitting, stale = [], []
    for one in standing:  # a piece is made before anything is said of it
        if not all(_is_there(panel, places) for panel in (one.panel, *one.others)):
            stale.append(one)
            continue
        fitting.append(one)
        for piece in one.pieces if one.action in SHAPES else ():
            key = (one.panel.paper_id, piece.image_sha256)
            places.setdefault(key, []).append((piece.subfigure_id, piece.bbox))
    return Fitted(tuple(fitting), tuple(stale))


def _is_there(panel: Panel, places: Mapping[tuple[str, str], list[tuple[str, Any]]]) -> bool:
    there = places.get((panel.paper_id, panel.image_sha256), ())
    return any(panel.is_at(name, box) for name, box in there)


def _read(part: StorePath, columns: Sequence[str]) -> pa.Table:
    try:
        with paths.parquet(part) as file:
            there = set(file.schema_arrow.names)
            table = file.read(columns=[name for name in columns if name in there])
    except UNREADABLE as error:
        raise UnreadablePartError(part, error) from error
    for name in columns:
        if name not in there:
            table = table.append_column(name, pa.nulls(len(table)))
    return table
