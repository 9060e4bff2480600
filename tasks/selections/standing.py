"""Which rows of a dataset a selection holds by now: known again by picture and place, whatever they are called."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models import taxonomy
from tasks.corrections.actions import Panel
from tasks.corrections.overlay import Overlay, read_overlay
from tasks.corrections.rows import KNOWN_BY, panel_of, read_columns
from tasks.errors import InputError
from tasks.selections.files import Selection, read_selections, selection_name
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath


_AT_ONCE = 4096
"""Rows that are looked at as Python's objects together."""


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
    overlay = read_overlay(out)
    return standings(rows_showing(out, pictures([selection], overlay)), [selection], overlay)[0]


def pictures(selections: Iterable[Selection], overlay: Overlay) -> frozenset[str]:
    """The `image_sha256` of every row that may be, or may once have been cut into, what selections hold."""
    return overlay.cut.union(panel.image_sha256 for one in selections for panel in one.panels)


def rows_showing(out: StorePath, of: Collection[str]) -> pa.Table:
    """The rows with these pictures, in the order of the parts, as the parts have them: the columns `KNOWN_BY`."""
    wanted = pa.array(sorted(of), pa.string())
    tables = [
        table.filter(pc.is_in(table["image_sha256"], value_set=wanted))
        for _, table in read_columns(out, KNOWN_BY)
    ]
    return pa.concat_tables(tables, promote_options="permissive") if tables else pa.table({})


def standings(rows: pa.Table, selections: Sequence[Selection], overlay: Overlay) -> list[Standing]:
    """What each of some selections holds by now; `rows` are those that show their `pictures`."""
    by_picture: dict[tuple[str, str], list[tuple[int, Panel]]] = {}
    for number, selection in enumerate(selections):
        for panel in selection.panels:
            by_picture.setdefault((panel.paper_id, panel.image_sha256), []).append((number, panel))
    ids: list[dict[str, None]] = [{} for _ in selections]
    found: list[set[Panel]] = [set() for _ in selections]
    for batch in rows.to_batches(_AT_ONCE):
        for raw in batch.to_pylist():
            for row in overlay.rows(raw):
                for number, panel in by_picture.get((row["paper_id"], row["image_sha256"]), ()):
                    if panel.is_at(row["subfigure_id"], row["subfigure_bbox"]):
                        ids[number][row["subfigure_id"]] = None
                        found[number].add(panel)
    return [
        Standing(tuple(ids[number]), tuple(panel for panel in one.panels if panel not in found[number]))
        for number, one in enumerate(selections)
    ]


def panels_named(out: StorePath, names: Collection[str]) -> list[Panel]:
    """What rows of these names are known by; a name that no row has is left out."""
    wanted = set(names)
    return [panel_of(row) for row in _rows(out, wanted) if row["subfigure_id"] in wanted]


def _rows(out: StorePath, names: Collection[str]) -> Iterator[dict[str, Any]]:
    """Rows as people want them that may have one of these names: these, and all of which people spoke."""
    overlay, wanted = read_overlay(out), pa.array(sorted(names), pa.string())
    for _, table in read_columns(out, KNOWN_BY):
        mask = pc.is_in(table["subfigure_id"], value_set=wanted).to_numpy(zero_copy_only=False)
        if overlay:
            mask = mask | overlay.touched(table)
        for row in table.take(np.flatnonzero(mask)).to_pylist():
            yield from overlay.rows(row)
