"""Selections at rest, DIR/selections/<time>-<who>.parquet: each file is one thing that one person did, whole or absent.

A selection has the panels that were added and not taken out since, each by its latest word, so that two people who add
at once lose nothing; one that was deleted begins anew. Files may come from anywhere: what makes no sense is left out.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.clock import now
from tasks.corrections.actions import Panel
from tasks.corrections.files import PANEL_FIELDS, Stamp, checked_name, file_name, panel_from, panel_row
from tasks.dataset.files import UNREADABLE, unfinished
from tasks.errors import InputError, OutputError
from tasks.stores import paths
from tasks.texts import counted, printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

FOLDER = "selections"
NAME = re.compile(r"\d{8}T\d{12}Z-[\w.-]{1,80}\.parquet", re.ASCII)
LONGEST_NAME = 80
"""Characters of a selection's name."""
MOST_ROWS = 50_000
"""Of one action."""
_MOST_KEPT = 200_000
"""Panels of files that are not read again."""
_MOST_BYTES = 64 * 2**20
"""Of a file, packed as well as unpacked."""
_AHEAD = dt.timedelta(days=1)
"""By how much the clock of another machine may be ahead."""
_HEX_32 = re.compile(r"[0-9a-f]{32}")

Deed = Literal["add", "remove", "delete"]
Key = tuple[str, str, tuple[int, ...] | str]

SCHEMA = pa.schema(
    [
        pa.field("deed_id", pa.string()),
        pa.field("made_at", pa.timestamp("us", tz="UTC")),
        pa.field("who", pa.string()),
        pa.field("selection", pa.string()),
        pa.field("deed", pa.string()),
        pa.field("panels", pa.list_(pa.struct(PANEL_FIELDS))),
    ],
    metadata={"figmill.selections_version": "1"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a person did to a selection."""

    deed: Deed
    selection: str
    who: str
    panels: tuple[Panel, ...] = ()
    made_at: dt.datetime = field(default_factory=now)
    deed_id: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass(frozen=True, slots=True)
class Selection:
    """A named selection as it stands."""

    name: str
    panels: tuple[Panel, ...]
    people: tuple[str, ...]
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A dataset's selections by name, in the order of their names, and what cannot be read."""

    by_name: dict[str, Selection]
    problems: tuple[tuple[StorePath, str], ...] = ()
    latest: Mapping[str, dt.datetime] = field(default_factory=dict)
    """When something was last done under each name, deleted ones too."""


def keep(out: StorePath, done: Done) -> None:
    """Writes what was done as a file of its own. Raises OutputError where it cannot be written."""
    target = out / FOLDER / file_name(done.made_at, done.who)
    try:
        paths.make_folder(target.parent)
        aside = unfinished(target)
        try:
            pq.write_table(pa.Table.from_pylist([_row(done)], SCHEMA), aside, compression="zstd")
            paths.put(aside, target)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}; nothing was changed") from error


def change(out: StorePath, deed: Deed, name: str, panels: Sequence[Panel], who: str) -> None:
    """Adds panels to a selection, takes them out, or deletes it. Raises InputError for what makes no sense.

    What is done counts as later than all that is known of the selection, whatever this machine's clock says.
    """
    name = selection_name(name)
    if len(panels) > MOST_ROWS:
        raise too_many_rows()
    found = read_selections(out)
    if name not in found.by_name and deed != "add":
        raise InputError(f"there is no selection {name!r}")
    moment, before = now(), found.latest.get(name)
    if before is not None:
        moment = max(moment, before + dt.timedelta(microseconds=1))
    keep(out, Done(deed=deed, selection=name, who=checked_name(who), panels=tuple(panels), made_at=moment))


def too_many_rows() -> InputError:
    """What to say of more than `MOST_ROWS`."""
    return InputError(f"a selection takes {counted(MOST_ROWS, 'row')} at a time: narrow what is shown")


def selection_name(text: str) -> str:
    """A selection's name as it is kept. Raises InputError for none, or one that is none."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError(f"give the selection a name of 1 to {LONGEST_NAME} letters")
    return name


def selection_files(out: StorePath) -> list[StorePath]:
    """The files of selections, the earliest first."""
    return [out / FOLDER / name for name in sorted(paths.names(out / FOLDER)) if NAME.fullmatch(name)]


def read_selections(out: StorePath) -> Found:
    """Every selection that is not deleted. What cannot be read is a problem, not raised."""
    files = selection_files(out)
    if not isinstance(out, Path):
        return _replayed(out, files)
    return _replayed_once(out, tuple((file, _stamp(file)) for file in files if isinstance(file, Path)))


@functools.lru_cache(2)
def _replayed_once(out: Path, stamped: tuple[tuple[Path, Stamp], ...]) -> Found:
    return _replayed(out, [file for file, _ in stamped])


def _replayed(out: StorePath, files: Sequence[StorePath]) -> Found:
    done: dict[str, Done] = {}
    problems = []
    for file, (one, problem) in zip(files, paths.each(_read_once, files, out), strict=True):
        if one is None:
            problems.append((file, problem))
        else:
            done.setdefault(one.deed_id, one)  # a file that was copied counts once
    latest: dict[str, dt.datetime] = {}
    for one in done.values():
        latest[one.selection] = max(one.made_at, latest.get(one.selection, one.made_at))
    return Found(dict(sorted(_standing(done.values()).items())), tuple(problems), latest)


def carry(source: StorePath, out: StorePath) -> None:
    """Copies the selections of one dataset to another that is made of it; what is there stays."""
    there = set(paths.names(out / FOLDER))
    for file in selection_files(source):
        if file.name not in there:
            paths.make_folder(out / FOLDER)
            paths.put_bytes(paths.read(file), out / FOLDER / file.name)


def read_file(file: StorePath) -> tuple[Done | None, str]:
    """What one file says was done; None, and why, where it makes no sense."""
    try:
        if paths.size(file) > _MOST_BYTES:
            return None, f"it is larger than {_MOST_BYTES >> 20} MB"
        with paths.parquet(file) as opened:
            if not opened.schema_arrow.equals(SCHEMA) or opened.metadata.num_rows != 1:
                return None, "its columns are not those of selections"
            if opened.metadata.row_group(0).total_byte_size > _MOST_BYTES:
                return None, f"it is larger than {_MOST_BYTES >> 20} MB"
            table = opened.read()
            table.validate(full=True)
            if table.nbytes > 4 * _MOST_BYTES:
                return None, "its row is too large"
            return _done(table.to_pylist()[0]), ""
    except (*UNREADABLE, TypeError, KeyError) as error:
        return None, printable(str(error).splitlines()[0] if str(error) else type(error).__name__, 120)


def key_of(panel: Panel) -> Key:
    """Tells panels apart: picture, and place to a point, or the name where there is no page."""
    box = panel.subfigure_bbox
    place = panel.subfigure_id if box is None else tuple(round(value) for value in box)
    return panel.paper_id, panel.image_sha256, place


def _standing(done: Iterable[Done]) -> dict[str, Selection]:
    panels: dict[str, dict[Key, Panel]] = {}
    latest: dict[str, Done] = {}
    people: dict[str, dict[str, None]] = {}
    for one in sorted(done, key=lambda one: (one.made_at, one.deed_id)):
        if one.deed == "delete":
            panels.pop(one.selection, None)
            latest.pop(one.selection, None)
            people.pop(one.selection, None)
            continue
        held = panels.setdefault(one.selection, {})
        for panel in one.panels:
            if one.deed == "add":
                held[key_of(panel)] = panel
            else:
                held.pop(key_of(panel), None)
        latest[one.selection] = one
        people.setdefault(one.selection, {})[one.who] = None
    return {
        name: Selection(name, tuple(held.values()), tuple(people[name]), latest[name].made_at)
        for name, held in panels.items()
    }


def _stamp(file: Path) -> Stamp:
    try:
        known = file.stat()
    except OSError:
        return file.name, 0, 0
    return file.name, known.st_size, known.st_mtime_ns


def _read_once(file: StorePath) -> tuple[Done | None, str]:
    return _KEPT.read(file) if isinstance(file, Path) else read_file(file)


class _Kept:
    """What files say, as many as hold `most` panels; the longest unasked goes first. Threads share it.

    A file that makes no sense is read anew: one whose day is to come makes sense then.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._panels = 0
        self._kept: OrderedDict[tuple[Path, Stamp], Done] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, file: Path) -> tuple[Done | None, str]:
        """`read_file`, or what it said of this state of the file."""
        key = file, _stamp(file)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key], ""
        done, problem = read_file(file)
        with self._lock:
            if done is not None and key not in self._kept:
                self._kept[key] = done
                self._panels += 1 + len(done.panels)
            while self._panels > self._most:
                self._panels -= 1 + len(self._kept.popitem(last=False)[1].panels)
        return done, problem


_KEPT = _Kept(_MOST_KEPT)


def _row(of: Done) -> dict[str, Any]:
    return {
        "deed_id": of.deed_id,
        "made_at": of.made_at,
        "who": of.who,
        "selection": of.selection,
        "deed": of.deed,
        "panels": [panel_row(panel) for panel in of.panels],
    }


def _done(row: dict[str, Any]) -> Done:
    """Raises ValueError, FigmillError for what makes no sense."""
    if row["deed"] not in get_args(Deed):
        raise ValueError("no such deed")
    if not isinstance(row["made_at"], dt.datetime) or not _HEX_32.fullmatch(row["deed_id"] or ""):
        raise ValueError("no time or no id")
    if row["made_at"] > now() + _AHEAD:  # after which nobody could change the selection
        raise ValueError("it is dated to a day that is to come")
    panels = row["panels"] or []
    if len(panels) > MOST_ROWS:
        raise ValueError("too many rows")
    try:
        name, who = selection_name(row["selection"] or ""), checked_name(row["who"] or "")
    except (InputError, OutputError) as error:
        raise ValueError("no name") from error
    return Done(
        deed=row["deed"],
        selection=name,
        who=who,
        panels=tuple(map(panel_from, panels)),
        made_at=row["made_at"],
        deed_id=row["deed_id"],
    )
