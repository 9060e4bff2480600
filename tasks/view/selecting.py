"""Selections in the view: what one holds by now, and the address by which people save, change and delete them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasks.corrections.files import Stamp, stamps_of
from tasks.corrections.overlay import read_overlay
from tasks.dataset.columns import SUBFIGURES
from tasks.errors import InputError
from tasks.selections.files import Deed, Selection, change, read_selections, selection_files, selection_name
from tasks.selections.standing import Standing, panels_named, pictures, rows_showing, standings
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

_Stamps = tuple[tuple[str, ...], tuple[Stamp, ...] | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Listed:
    """A selection with what it holds by now."""

    selection: Selection
    standing: Standing


class Selections:
    """A dataset's selections; threads share it."""

    def __init__(self, out: StorePath) -> None:
        self._out = out
        self._standings = functools.lru_cache(1)(self._read)
        # A correction changes who stands where, hardly ever which of the parts' rows are looked at.
        self._rows = functools.lru_cache(1)(lambda of, _: rows_showing(out, of))

    def names(self) -> list[str]:
        """Every selection's."""
        return list(read_selections(self._out).by_name)

    def listed(self) -> list[Listed]:
        """Every selection."""
        return list(self._standings(self.stamps()).values())

    def stamps(self) -> _Stamps:
        """Changes with what any selection may hold."""
        return (
            tuple(file.name for file in selection_files(self._out)),
            stamps_of(self._out),
            tuple(sorted(paths.names(self._out / SUBFIGURES))),
        )

    def of(self, name: str) -> Standing:
        """What a selection holds; nothing where there is none of that name."""
        found = self._standings(self.stamps()).get(name)
        return found.standing if found else Standing((), ())

    def change(self, deed: str, name: str, ids: Sequence[str], who: str) -> str:
        """Adds rows to a selection, takes them out or deletes it; returns its name. Raises InputError."""
        deeds: dict[str, Deed] = {"add": "add", "remove": "remove", "delete": "delete"}
        if deed not in deeds:
            raise InputError("there is no such action")
        panels = [] if deed == "delete" else panels_named(self._out, ids)
        if deed != "delete" and not panels:
            raise InputError("choose pictures that are there: load the page again")
        change(self._out, deeds[deed], name, panels, who)
        return selection_name(name)

    def _read(self, stamps: _Stamps) -> dict[str, Listed]:
        """All selections in one pass over the parts."""
        selections = list(read_selections(self._out).by_name.values())
        if not selections:
            return {}
        overlay = read_overlay(self._out)
        rows = self._rows(pictures(selections, overlay), stamps[2])
        held = standings(rows, selections, overlay)
        return {one.name: Listed(one, standing) for one, standing in zip(selections, held, strict=True)}
