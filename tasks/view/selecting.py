"""Selections in the view: what one holds by now, and the address by which people save, change and delete them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.corrections.files import Stamp, stamps_of
from tasks.dataset.columns import SUBFIGURES
from tasks.errors import InputError
from tasks.selections.files import Deed, Selection, change, read_selections, selection_files, selection_name
from tasks.selections.standing import Standing, panels_named, standing
from tasks.stores import paths

_KEPT = 32
"""Selections of which is known what they hold, some megabytes each at most."""
_Stamps = tuple[tuple[str, ...], tuple[Stamp, ...] | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Listed:
    """A selection with what it holds by now."""

    selection: Selection
    standing: Standing


class Selections:
    """A dataset's selections; threads share it."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._standing = functools.lru_cache(_KEPT)(self._read)

    def names(self) -> list[str]:
        """Every selection's."""
        return list(read_selections(self._out).by_name)

    def listed(self) -> list[Listed]:
        """Every selection."""
        return [Listed(one, self.of(one.name)) for one in read_selections(self._out).by_name.values()]

    def of(self, name: str) -> Standing:
        """What a selection holds; nothing where there is none of that name."""
        stamps = (
            tuple(file.name for file in selection_files(self._out)),
            stamps_of(self._out),
            tuple(sorted(paths.names(self._out / SUBFIGURES))),
        )
        return self._standing(name, stamps)

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

    def _read(self, name: str, _: _Stamps) -> Standing:
        found = read_selections(self._out).by_name.get(name)
        return standing(self._out, found) if found else Standing((), ())
