"""Brings a search tool up to date with a dataset: only parts that are new, changed or gone.

A target that takes thumbnails by themselves gets them last, by `illustrate`: by then all the rest can be searched.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from tasks.corrections.overlay import KEYS, Overlay, read_overlay
from tasks.dataset.columns import PAPERS, SUBFIGURES
from tasks.dataset.files import UNREADABLE, UnreadablePartError, remedy
from tasks.errors import OutputError, StoppedError, StorageError
from tasks.index.documents import Document, read_documents, read_thumbnails
from tasks.index.source import Origin, Part, list_parts, origin, reading_parts
from tasks.index.target import Target
from tasks.stores import objects, paths
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.index.embedded import EmbeddedIndex
    from tasks.index.tables import BarePart
    from tasks.stores.paths import StorePath

Advance = Callable[[int], None]
"""Told how many more documents are in."""
Stop = Callable[[], bool]
"""Whether to go no further."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an update will do."""

    origin: Origin
    new: tuple[Part, ...]
    changed: tuple[Part, ...]
    gone: tuple[str, ...]
    kept: int
    """Parts that the target holds as they are."""
    overlay: Overlay = field(default_factory=Overlay)
    """What people say of the rows."""

    @property
    def documents(self) -> int:
        """Documents that will be sent."""
        return sum(part.rows for part in (*self.new, *self.changed))

    @property
    def empty(self) -> bool:
        """Whether the target is up to date."""
        return not (self.new or self.changed or self.gone)


def plan_update(out: StorePath, target: Target) -> Plan:
    """Compares the dataset in `out` with what `target` holds; changes neither.

    Raises OutputError where `out` is no dataset, or where the target holds another one.
    """
    parts, overlay = list_parts(out), read_overlay(out)
    source = origin(out, parts)
    if overlay:
        with reading_parts(out):
            parts = [corrected(part, overlay) for part in parts]
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
        overlay=overlay,
    )


def update(out: StorePath, target: Target, plan: Plan, advance: Advance = lambda _: None) -> float:
    """Does what `plan` says and returns the seconds it took. Interrupted, the next update goes on.

    Raises OutputError for a part that cannot be read; the parts before it are in.
    """
    started = time.monotonic()
    if not plan.empty:
        target.prepare(plan.origin)
        for name in plan.gone:
            target.remove(name)
        for part in (*plan.changed, *plan.new):
            target.replace(part, _documents(out, part, plan.overlay, target.illustrated, advance))
        target.finish()
    return time.monotonic() - started


def illustrate(
    out: StorePath,
    index: EmbeddedIndex,
    advance: Advance = lambda _: None,
    stop: Stop = lambda: False,
) -> OutputError | None:
    """Gives the embedded index the thumbnails that it lacks, some dozens at a time, until `stop` says so.

    Interrupted, the next call goes on. Whoever reads or corrects meanwhile is not held up. What is returned says which
    parts are damaged, if any are: the others have their thumbnails none the less. Raises StorageError where a store
    does not answer, OutputError where the index cannot be written; the parts before that are in.
    """
    lacking = index.bare()
    if not lacking:
        return None
    try:
        overlay = objects.unless_stopped(lambda: read_overlay(out), stop)
    except StoppedError:
        return None
    index.reopen()
    damaged: list[UnreadablePartError] = []
    for part in lacking:
        try:
            _illustrate_part(out, index, part, overlay, advance, stop)
        except StoppedError:
            break
        except FileNotFoundError:  # it went with its rows since it was indexed, as the next update finds
            continue
        except UnreadablePartError as error:
            damaged.append(error)
    index.leave_no_journal()
    return _together(out, damaged)


def _illustrate_part(
    out: StorePath, index: EmbeddedIndex, part: BarePart, overlay: Overlay, advance: Advance, stop: Stop
) -> None:
    """Gives a part its thumbnails, unless it is another by now.

    Raises UnreadablePartError, FileNotFoundError and StoppedError.
    """
    for batch in _thumbnails(out / SUBFIGURES / part.name, overlay, stop):
        if not index.take_thumbnails(part, batch):
            return
        advance(len(batch))
        if stop():
            raise StoppedError
    index.end_thumbnails(part)


def _thumbnails(file: StorePath, overlay: Overlay, stop: Stop) -> Iterator[list[tuple[str, bytes | None]]]:
    """Those of a part. Raises FileNotFoundError, UnreadablePartError for what else reading it raises, StorageError."""
    try:
        yield from read_thumbnails(file, overlay, stop)
    except FileNotFoundError:
        raise
    except StorageError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise error.__cause__ from error
        raise
    except (*UNREADABLE, KeyError) as error:
        raise UnreadablePartError(file, error) from error


def _together(out: StorePath, damaged: Sequence[UnreadablePartError]) -> OutputError | None:
    """Several damaged parts in one sentence."""
    if len(damaged) <= 1:
        return damaged[0] if damaged else None
    return OutputError(
        f"{len(damaged)} parts cannot be read back (the first: {damaged[0].part}, {damaged[0].reason}): {remedy(out)}"
    )


def corrected(part: Part, overlay: Overlay) -> Part:
    """The part with what people say of it: other rows perhaps, and another fingerprint. Raises pyarrow's errors and
    OSError."""
    ledger = part.path.parent.parent / PAPERS / part.name
    with paths.opened(ledger) as file:  # its few rows tell whether the many of the part need be read at all
        papers = pq.read_table(file, columns=["paper_id"])["paper_id"]
    if not overlay.fingerprint(papers.to_pylist()):
        return part
    with paths.opened(part.path) as file:
        keys = pq.read_table(file, columns=list(KEYS))
    said = overlay.fingerprint(set(keys["paper_id"].to_pylist()))
    if not said:
        return part
    rows = len(overlay.apply(keys))
    stem = part.fingerprint.rpartition("-")[0]
    return replace(part, rows=rows, fingerprint=f"{stem}-{said}-{rows}")


def _documents(
    out: StorePath, part: Part, overlay: Overlay, illustrated: bool, advance: Advance
) -> Iterator[list[Document]]:
    with reading_parts(out):
        for batch in read_documents(part, overlay, illustrated):
            yield batch
            advance(len(batch))
