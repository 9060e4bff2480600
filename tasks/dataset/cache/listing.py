"""The files of a dataset's two tables as one listing of each has them, by which the cache knows what is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.dataset.columns import PAPERS, SUBFIGURES
from tasks.dataset.compaction import is_decided
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a dataset's two tables: what changes with each file's bytes, by name; None where it is not told."""

    ledgers: Mapping[str, str | None]
    parts: Mapping[str, str | None]
    between: bool = False
    """Whether a `figmill compact` was killed after its parts were in place and before their ledger parts were."""

    @classmethod
    def of(cls, out: StorePath) -> Listing:
        """One listing of each folder; again, where other folders took their places meanwhile (`compaction`)."""
        while True:
            before = _folders(out)
            ledgers, parts = (paths.stamps(out / folder) for folder in (PAPERS, SUBFIGURES))
            between = is_decided(out)
            if _folders(out) == before:
                return cls(ledgers, parts, between)

    @property
    def names(self) -> list[str]:
        """Of the ledger parts, sorted."""
        return sorted(name for name in self.ledgers if name.endswith(".parquet") and not name.startswith("."))

    def stamps(self, name: str) -> tuple[str | None, str | None]:
        """Of a ledger part and its part; an empty text where there is no part."""
        return self.ledgers[name], self.parts.get(name, "")


def _folders(out: StorePath) -> list[int | None]:
    """Which folders the two are; nothing of a store's."""
    folders = [out / folder for folder in (PAPERS, SUBFIGURES)]
    return [one.stat().st_ino if isinstance(one, Path) and one.exists() else None for one in folders]
