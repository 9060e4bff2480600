"""Which rows of a dataset a selection holds by now: known again by picture and place, whatever they are called."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models import taxonomy
from tasks.corrections.actions import Panel
from tasks.corrections.overlay import read_overlay
from tasks.corrections.rows import KNOWN_BY, panel_of, read_columns
from tasks.errors import InputError
from tasks.selections.files import Selection, read_selections, selection_name
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath


@dataclass(frozen=True, slots=True)
class Standing:
    """A selection, laid over the dataset."""

    ids: tuple[str, ...]
    """subfigure_ids by now, in the order of the parts."""
    gone: tuple[Panel, ...]
    """Panels whose picture is no longer where it was, or is no figure by people's word."""


def named(out: StorePath, name: str) -> Selection:
    """The selection of that name. Raises InputError, with those that there are."""
    known = read_selections(out).by_name
    found = known.get(selection_name(name))
    if found is None:
        near = ", ".join(printable(one, 60) for one in taxonomy.near(name, tuple(known)) or list(known)[:5])
        there = f"there are {near}" if near else f"there is none yet: figmill view {out} --edit"
        raise InputError(f"no selection {printable(name, 60)!r}; {there}")
    return found


def standing(out: StorePath, selection: Selection) -> Standing:
    """What a selection holds by now."""
    by_picture: dict[tuple[str, str], list[Panel]] = {}
    for panel in selection.panels:
        by_picture.setdefault((panel.paper_id, panel.image_sha256), []).append(panel)
    ids, found = [], set()
    for row in _rows(out, {sha for _, sha in by_picture}, by="image_sha256"):
        for panel in by_picture.get((row["paper_id"], row["image_sha256"]), ()):
            if panel.is_at(row["subfigure_id"], row["subfigure_bbox"]):
                ids.append(row["subfigure_id"])
                found.add(panel)
    gone = tuple(panel for panel in selection.panels if panel not in found)
    return Standing(tuple(dict.fromkeys(ids)), gone)


def panels_named(out: StorePath, names: Collection[str]) -> list[Panel]:
    """What rows of these names are known by; a name that no row has is left out."""
    wanted = set(names)
    rows = _rows(out, wanted, by="subfigure_id")
    return [panel_of(row) for row in rows if row["subfigure_id"] in wanted]


def _rows(out: StorePath, values: Collection[str], by: str) -> Iterator[dict[str, Any]]:
    """Rows as people want them that may have one of these values in a column: these, and all of which people spoke."""
    overlay, wanted = read_overlay(out), pa.array(sorted(values), pa.string())
    for _, table in read_columns(out, KNOWN_BY):
        mask = pc.is_in(table[by], value_set=wanted).to_numpy(zero_copy_only=False)
        if overlay:
            mask = mask | overlay.touched(table)
        for row in table.take(np.flatnonzero(mask)).to_pylist():
            yield from overlay.rows(row)
