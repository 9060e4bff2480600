"""Brings a search tool up to date with a dataset: only parts that are new, changed or gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tasks.errors import OutputError
from tasks.index.documents import Document, read_documents
from tasks.index.source import Origin, Part, list_parts, origin, reading_parts
from tasks.index.target import Target
from tasks.texts import printable

Advance = Callable[[int], None]
"""Told how many more documents are in."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an update will do."""

    origin: Origin
    new: tuple[Part, ...]
    changed: tuple[Part, ...]
    gone: tuple[str, ...]
    kept: int
    """Parts that the target holds as they are."""

    @property
    def documents(self) -> int:
        """Documents that will be sent."""
        return sum(part.rows for part in (*self.new, *self.changed))

    @property
    def empty(self) -> bool:
        """Whether the target is up to date."""
        return not (self.new or self.changed or self.gone)


def plan_update(out: Path, target: Target) -> Plan:
    """Compares the dataset in `out` with what `target` holds; changes neither.

    Raises OutputError where `out` is no dataset, or where the target holds another one.
    """
    parts = list_parts(out)
    source = origin(out, parts)
    names = {part.name for part in parts}
    known = target.held(source)
    # A dataset that was moved or copied still has its parts' names; one that shares none is another.
    if known.dataset not in (None, source.uri) and not known.parts.keys() & names:
        raise OutputError(
            f"{target.label} holds another dataset, {printable(str(known.dataset))}: choose another --name"
        )
    held = known.parts if known.fits else {}
    # A part of failed papers alone has no row, so nothing of it can be held.
    filled = [part for part in parts if part.rows]
    return Plan(
        source,
        new=tuple(part for part in filled if part.name not in held),
        changed=tuple(part for part in filled if held.get(part.name, part.fingerprint) != part.fingerprint),
        gone=tuple(sorted(held.keys() - names)),
        kept=sum(held.get(part.name) == part.fingerprint for part in filled),
    )


def update(out: Path, target: Target, plan: Plan, advance: Advance = lambda _: None) -> float:
    """Does what `plan` says and returns the seconds it took. Interrupted, the next update goes on.

    Raises OutputError for a part that cannot be read; the parts before it are in.
    """
    started = time.monotonic()
    if not plan.empty:
        target.prepare(plan.origin)
        for name in plan.gone:
            target.remove(name)
        for part in (*plan.changed, *plan.new):
            target.replace(part, _documents(out, part, advance))
        target.finish()
    return time.monotonic() - started


def _documents(out: Path, part: Part, advance: Advance) -> Iterator[list[Document]]:
    with reading_parts(out):
        for batch in read_documents(part):
            yield batch
            advance(len(batch))
