"""Many small parts rewritten as few large ones, `figmill compact`: readers see the old ones or the new, never both.

OUT/.compact/subfigures, papers   the two folders as they will be: merged parts, and links to those that stay
OUT/.compact/decided              the names that go; once it is there, whoever writes next finishes the work

The folders change places with the dataset's own, each in one step (Linux: renameat2 with RENAME_EXCHANGE), so that
whoever lists one sees all old files or all new ones. A merged part has the name of the first that is in it, and parts
go before ledger parts: between the two steps, the ledger part of that name makes all its rows count, and those of
the others name parts that are no longer there and count for nothing. A kill before `decided` leaves the dataset as it
was, one after it what the next writer brings to its end.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.dataset.columns import PAPERS, SUBFIGURES
from tasks.dataset.files import open_part, unfinished, writer_options
from tasks.dataset.ledger import write_ledger_part
from tasks.dataset.tally import Tally, rows_tally, with_tally
from tasks.errors import OutputError
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

FOLDER = ".compact"
DECIDED = "decided"

_SMALL = 0.5
"""Parts of less than this share of the size wanted are merged."""
_GROUP_BYTES = 32 * 2**20
_GROUP_ROWS = 1000
"""Of a row group: smaller ones are put together up to these."""
_ROOM = 1.1
"""Of what is rewritten, for the new files beside the old."""
_HERE, _EXCHANGE = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE."""
_UNKNOWN = (None, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)
"""What a system or file system without such a step answers."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Parts that become one, which has the name of the first."""

    names: tuple[str, ...]
    bytes: int


@dataclass(frozen=True, slots=True)
class CompactionPlan:
    """What there is to do."""

    parts: int
    """Of the dataset as it is."""
    merges: tuple[Merge, ...]

    @property
    def gone(self) -> tuple[str, ...]:
        """The names that will be there no more."""
        return tuple(name for merge in self.merges for name in merge.names[1:])

    @property
    def merged(self) -> int:
        """Parts that are rewritten."""
        return sum(len(merge.names) for merge in self.merges)

    @property
    def bytes(self) -> int:
        """Of the parts that are rewritten."""
        return sum(merge.bytes for merge in self.merges)


def plan_compaction(out: StorePath, part_bytes: int) -> CompactionPlan:
    """Which small parts become one, of those whose files say the same of themselves; in the order of their names.

    `out` is opened by who asks. Raises UnreadablePartError.
    """
    sizes = paths.sizes(out / SUBFIGURES)
    names = sorted(name for name in paths.names(out / PAPERS) if name in sizes)
    open_groups: dict[bytes, list[str]] = defaultdict(list)
    taken: Counter[bytes] = Counter()
    merges: list[Merge] = []

    def end(kind: bytes) -> None:
        some = open_groups.pop(kind, [])
        if len(some) > 1:
            merges.append(Merge(tuple(some), taken[kind]))
        del taken[kind]

    for name in names:
        if sizes[name] >= _SMALL * part_bytes:
            continue
        kind = _kind(out, name)
        open_groups[kind].append(name)
        taken[kind] += sizes[name]
        if taken[kind] >= part_bytes:
            end(kind)
    for kind in list(open_groups):
        end(kind)
    return CompactionPlan(len(names), tuple(merges))


def compact(out: StorePath, plan: CompactionPlan, advance: Callable[[int], None] = lambda _: None) -> None:
    """Does what is planned. `out` is open for writing, and whole.

    `advance` is called with 1 for each part that was rewritten. Raises OutputError where the file system cannot
    do it, or a part is not what its ledger part says; then nothing has changed.
    """
    out = require_compactable(out)
    staging = out / FOLDER
    with _as_output_error(out):
        _require_room(out, plan)
        for folder in (SUBFIGURES, PAPERS):
            _make_alike(out / folder, staging / folder)
        _require_exchange(staging)
        for merge in plan.merges:
            _merge(out, staging, merge, advance)
        merged = {name for merge in plan.merges for name in merge.names}
        for folder in (SUBFIGURES, PAPERS):
            _link_others(out / folder, staging / folder, merged)
        paths.put_bytes("\n".join(plan.gone).encode(), staging / DECIDED)
        finish_compaction(out)


def require_on_disk(out: StorePath) -> Path:
    """`out`, where it is no store's; nothing is asked of one. Raises OutputError."""
    if not isinstance(out, Path):
        raise OutputError(
            f"{out} lies on a store, where no two folders change places in one step: copy it to a disk, compact it "
            "there, and copy it to a new place on the store"
        )
    return out


def require_compactable(out: StorePath) -> Path:
    """`out`, where its two folders can change places with others; nothing of it is read. Raises OutputError."""
    out = require_on_disk(out)
    for folder in (out / SUBFIGURES, out / PAPERS):
        if folder.is_symlink():
            raise OutputError(
                f"{folder} is a link, and the folder it leads to would keep the old files: put that folder in its "
                "place, then compact the dataset"
            )
        inner = [one.name for one in folder.iterdir() if one.is_dir() and not one.is_symlink()]
        if inner:
            raise OutputError(
                f"{folder / min(inner)} is a folder, which cannot come along when {folder.name}/ is replaced: move it "
                "out of the dataset, or copy the dataset without it and compact the copy"
            )
    return out


def is_decided(out: StorePath) -> bool:
    """Whether a compaction is between its first step and its last: a matter of milliseconds, unless it was killed."""
    return isinstance(out, Path) and (out / FOLDER / DECIDED).exists()


def finish_compaction(out: StorePath) -> bool:
    """Ends what a killed compaction began, or removes what it left; whether there was anything. The holder calls it.

    Raises OutputError where it was decided and the dataset has since come to a file system that cannot do it.
    """
    if not isinstance(out, Path) or not (out / FOLDER).exists():
        return False
    staging = out / FOLDER
    if is_decided(out):
        gone = (staging / DECIDED).read_text().split()
        for folder in (SUBFIGURES, PAPERS):
            if any((out / folder / name).exists() for name in gone):
                _exchange_at_last(staging / folder, out / folder)
        (staging / DECIDED).unlink()
        paths.sync(staging)
    shutil.rmtree(staging)
    return True


def _exchange_at_last(made: Path, old: Path) -> None:
    """The step of a compaction that is decided.

    Plain renames would do it too, but a kill between them leaves a dataset without one of its folders.
    """
    try:
        exchange(made, old)
    except OSError as error:
        if error.errno not in _UNKNOWN:
            raise
        out = old.parent
        raise OutputError(
            f"a `figmill compact` of {out} was killed at its last step, and the file system here cannot exchange two "
            f"folders ({error.strerror or error}): copy the dataset with its {FOLDER} to a local disk of Linux (ext4, "
            "xfs, btrfs), run `figmill check --repair` on the copy, and copy it back"
        ) from error


def exchange(one: Path, other: Path) -> None:
    """Two folders change places in one step, lastingly. Raises OSError where the file system knows no such thing."""
    if _rename is None:
        raise OSError("this system knows no renameat2")
    if _rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(other))
    for folder in (one.parent, other.parent):
        paths.sync(folder)


_rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


@contextlib.contextmanager
def _as_output_error(out: Path) -> Iterator[None]:
    """Says in one line what the file system refused; what is not decided goes."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        state = "its last step is done by the next run" if is_decided(out) else "it is as it was"
        raise OutputError(f"cannot compact {out}: {reason}; {state}") from error
    finally:
        if not is_decided(out):
            shutil.rmtree(out / FOLDER, ignore_errors=True)


def _make_alike(old: Path, new: Path) -> None:
    """A folder with another's mode, group, access list and other attributes, so far as this user may set them."""
    new.mkdir(parents=True)
    state = old.stat()
    with contextlib.suppress(PermissionError):
        os.chown(new, -1, state.st_gid)
        os.chown(new, state.st_uid, -1)
    shutil.copystat(old, new)


def _require_room(out: Path, plan: CompactionPlan) -> None:
    free = shutil.disk_usage(out).free
    if free < _ROOM * plan.bytes:
        raise OutputError(
            f"cannot compact {out}: {plan.bytes / 1e9:.1f} GB are rewritten beside the old parts, and "
            f"{free / 1e9:.1f} GB are free"
        )


def _require_exchange(staging: Path) -> None:
    """Finds out before the work whether it can be finished."""
    one, other = staging / "one", staging / "other"
    one.mkdir()
    other.mkdir()
    try:
        exchange(one, other)
    except OSError as error:
        raise OutputError(
            f"the file system of {staging.parent} cannot exchange two folders in one step ({error.strerror or error}): "
            "copy the dataset to a local disk of Linux (ext4, xfs, btrfs), compact it there, and copy it back"
        ) from error
    one.rmdir()
    other.rmdir()


def _kind(out: StorePath, name: str) -> bytes:
    """The same for parts that may be one: columns and all that their files say of themselves, counts aside."""
    digest = hashlib.sha256()
    for folder in (SUBFIGURES, PAPERS):
        with open_part(out / folder / name) as opened:
            digest.update(with_tally(opened.schema_arrow, None).serialize())
    return digest.digest()


def _merge(out: Path, staging: Path, merge: Merge, advance: Callable[[int], None]) -> None:
    """Writes parts as one, row by row as they are, and their ledger parts as one."""
    target = staging / SUBFIGURES / merge.names[0]
    aside = unfinished(target)
    with open_part(out / SUBFIGURES / merge.names[0]) as first:
        schema = first.schema_arrow
    with pq.ParquetWriter(aside, schema, **writer_options(schema)) as writer:
        for table in _row_groups([out / SUBFIGURES / name for name in merge.names], advance):
            writer.write_table(table, row_group_size=len(table))
    paths.put(aside, target)
    ledgers, tallies = zip(*(_ledger(out / PAPERS / name) for name in merge.names), strict=True)
    ledger = pa.concat_tables(ledgers)
    place = ledger.schema.get_field_index("part")
    named = pa.array([merge.names[0]] * len(ledger), pa.string())
    ledger = ledger.set_column(place, ledger.schema.field(place), named)
    told = sum(ledger["subfigures"].to_pylist())
    with open_part(target) as written:
        rows = written.metadata.num_rows
    if rows != told:
        raise OutputError(
            f"{len(merge.names)} parts of {out}, {merge.names[0]} first, have {rows} rows, and their ledger parts say "
            f"{told}: run `figmill check {out} --repair`, then this command again"
        )
    write_ledger_part(staging / PAPERS / merge.names[0], ledger, _together(tallies))


def _row_groups(parts: Sequence[Path], advance: Callable[[int], None]) -> Iterator[pa.Table]:
    """The rows of parts in their order, in tables of a good size for a row group."""
    waiting: list[pa.Table] = []
    rows = size = 0
    for part in parts:
        with open_part(part) as opened:
            for group in range(opened.num_row_groups):
                table = opened.read_row_group(group)
                rows, size = rows + len(table), size + table.nbytes
                if waiting and (rows > _GROUP_ROWS or size > _GROUP_BYTES):
                    yield pa.concat_tables(waiting)
                    waiting, rows, size = [], len(table), table.nbytes
                waiting.append(table)
        advance(1)
    if waiting:
        yield pa.concat_tables(waiting)


def _ledger(file: Path) -> tuple[pa.Table, Tally | None]:
    """A ledger part, and what it says of its part's rows."""
    with open_part(file) as opened:
        table = opened.read()
    counts = rows_tally(table.schema, sum(table["subfigures"].to_pylist()))
    return table.cast(with_tally(table.schema, None)), counts


def _together(tallies: Sequence[Tally | None]) -> Tally | None:
    """The counts of all; None where some are not known."""
    known = [tally for tally in tallies if tally is not None]
    if len(known) < len(tallies):
        return None
    found: Tally = Counter()
    for tally in known:
        found.update(tally)
    return found


def _link_others(old: Path, new: Path, merged: set[str]) -> None:
    """The files that stay as they are, in the new folder too."""
    for name in paths.names(old):
        if name not in merged:
            (new / name).hardlink_to(old / name)
    paths.sync(new)
