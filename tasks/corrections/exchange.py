"""Corrections from elsewhere taken in, every kind of them, and all that one person did taken back."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from tasks.clock import now
from tasks.corrections.actions import (
    ACTIONS,
    MOST_NUMBERS,
    SHAPES,
    Action,
    Correction,
    Panel,
    Piece,
    free_numbers,
    in_force,
    undo,
)
from tasks.corrections.boxes import read_boxes
from tasks.corrections.files import Journal, checked_name, kept_text, read_corrections
from tasks.corrections.known import Known, known_of
from tasks.corrections.told import Told, ToldFile
from tasks.errors import InputError, OutputError, PaperError
from tasks.extraction.drawing import Drawer
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

_HEX_32 = re.compile(r"[0-9a-f]{32}")
_PIECE = re.compile(r"[0-9a-f]{16}/\d{1,5}/\d{1,5}")
_SLOTS = {"label": "class", "no_figure": "class", "reject": "class"}
"""Actions that take each other's place; every other takes but its own."""
_LONGEST_QUEUE = 40
_MOST_PIECES = 100


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of corrections from elsewhere."""

    new: int
    known: int
    """That were said here already."""
    refused: Counter[str]
    """What could not be taken, in words, and how often."""


@dataclass(slots=True)
class _Intake:
    """A file being taken in."""

    known: Known
    panels: dict[str, Panel]
    by_id: dict[str, Correction]
    said: dict[tuple[str, str, str], tuple[str, str | None]]
    """What each person said last of each row, by slot."""
    shapes: dict[tuple[object, ...], Correction]
    drawer: Drawer
    new: list[Correction] = field(default_factory=list)
    count_known: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    lost: set[str] = field(default_factory=set)
    """Names of panels that could not be made."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Names of the file's new panels -> those of the panels here."""


def take_in(
    out: StorePath, told: ToldFile, who: str, own: Sequence[str] = (), keep_names: bool = False
) -> Taken:
    """Writes what a file tells as corrections: by `who`, said now; with `keep_names` by whom and when the file says.

    New panels are cut anew from their papers, where these still lie. What was said here already is left out, and what
    cannot be taken is counted. `own` classes may be named besides the dataset's. All or nothing: raises InputError for
    a subfigure or a class that the dataset has not.
    """
    who = checked_name(who)
    known = known_of(out)
    known = replace(known, classes=(*known.classes, *own))
    every = read_corrections(out).corrections
    standing = in_force(every)
    drawer = Drawer()
    try:
        intake = _Intake(
            known,
            dict(known.panels),
            {one.correction_id: one for one in standing},
            {(one.who, one.subfigure_id, _slot(one.action)): (one.action, one.value) for one in standing},
            {
                _shape_key(one.panel, one.others, one.action, _boxes_of(one)): one
                for one in standing
                if one.pieces
            },
            drawer,
            refused=Counter(told.left_out),
        )
        actions = (*told.said, *_on_pages(told, intake, standing))
        ids = {one.correction_id for one in every}
        for number, one in enumerate(_last_of_each(actions, who, keep_names)):
            _take(intake, one, _Maker(who, keep_names, number, now(), ids))
    finally:
        drawer.close()
    by_person: dict[str, list[Correction]] = {}
    for made in intake.new:
        by_person.setdefault(made.who, []).append(made)
    for person, some in by_person.items():
        Journal(out, person).append(*some)
    return Taken(len(intake.new), intake.count_known, intake.refused)


def take_back(out: StorePath, of: str, who: str, since: dt.datetime | None = None) -> list[Correction]:
    """Undoes all that the person `of` did, or what they did from a moment on; returns what was undone."""
    theirs = [
        one
        for one in in_force(read_corrections(out).corrections)
        if one.who == of and (since is None or one.made_at >= since)
    ]
    if theirs:
        Journal(out, who).append(*(undo(one, checked_name(who)) for one in theirs))
    return theirs


@dataclass(frozen=True, slots=True)
class _Maker:
    """What makes a correction of an action: by whom, when, under which id."""

    who: str
    keep_names: bool
    number: int
    started: dt.datetime
    ids: frozenset[str] | set[str]

    def make(
        self, told: Told, panel: Panel, value: str | None, others: Sequence[Panel], pieces: Sequence[Piece]
    ) -> Correction:
        moment = self.started + dt.timedelta(microseconds=self.number)
        name, queue = self.who, None
        fresh = secrets.token_hex(16)
        if self.keep_names:
            name = person(told, self.who, keep=True)
            moment = min(told.made_at, self.started) if told.made_at else moment
            queue = told.queue if told.queue and told.queue.isprintable() else None
            theirs = told.correction_id or ""
            fresh = theirs if _HEX_32.fullmatch(theirs) and theirs not in self.ids else fresh
        return Correction(
            action=cast("Action", told.action),
            who=name,
            panel=panel,
            value=value,
            others=tuple(others),
            pieces=tuple(pieces),
            queue=queue[:_LONGEST_QUEUE] if queue else None,
            made_at=moment,
            correction_id=fresh,
        )


def person(told: Told, who: str, keep: bool) -> str:
    """Who said it: whom the file names, where names are kept and it names one."""
    if not keep or not told.who.strip():
        return who
    try:
        return checked_name(printable(told.who, 80))
    except OutputError:
        return who


def _last_of_each(actions: Sequence[Told], who: str, keep: bool) -> list[Told]:
    """The actions in the order in which they were done; of words without an id here, each person's last on a row."""
    if all(one.made_at for one in actions):
        actions = sorted(actions, key=lambda one: one.made_at or dt.datetime.min.replace(tzinfo=dt.UTC))
    found: dict[object, Told] = {}
    for number, one in enumerate(actions):
        key: object = (person(one, who, keep), one.subfigure_id, _slot(one.action))
        if one.action in SHAPES or (keep and one.correction_id):
            key = number
        found.pop(key, None)
        found[key] = one
    return list(found.values())


def _take(intake: _Intake, told: Told, maker: _Maker) -> None:
    """Takes an action in, or counts why not. Raises InputError for what the dataset has not."""
    if told.action not in ACTIONS or told.action == "undo":
        intake.refused[f"action {printable(told.action, 30)!r}, which is none"] += 1
        return
    names = [intake.renamed.get(name, name) for name in (told.subfigure_id, *told.others)]
    if intake.lost.intersection(names):
        intake.refused["about a panel that could not be made"] += 1
        intake.lost.update(name for name, _ in told.pieces)
        return
    here = intake.by_id.get(told.correction_id or "")
    if here is not None and here.action == told.action and here.subfigure_id == names[0]:
        intake.renamed |= dict(
            zip((name for name, _ in told.pieces), (one.subfigure_id for one in here.pieces), strict=False)
        )
        intake.count_known += 1
        return
    panel, *others = [_panel(intake, name, told.where) for name in names]
    if told.action in SHAPES:
        _take_shape(intake, told, maker, panel, others)
        return
    value = _value(intake.known, told)
    if told.only_other and intake.known.modalities.get(panel.subfigure_id) == value:
        intake.count_known += 1
        return
    made = maker.make(told, panel, value, (), ())
    place = (made.who, panel.subfigure_id, _slot(told.action))
    if intake.said.get(place) == (made.action, made.value):
        intake.count_known += 1
        return
    intake.said[place] = (made.action, made.value)
    intake.new.append(made)


def _take_shape(intake: _Intake, told: Told, maker: _Maker, panel: Panel, others: Sequence[Panel]) -> None:
    names = [name for name, _ in told.pieces]
    boxes = [box for _, box in told.pieces]
    if not boxes or len(boxes) > _MOST_PIECES or (told.action == "merge") != bool(others):
        intake.refused[f"{told.action} without its panels or boxes"] += 1
        intake.lost.update(names)
        return
    key = _shape_key(panel, others, told.action, boxes)
    if there := intake.shapes.get(key):
        intake.renamed |= dict(zip(names, (one.subfigure_id for one in there.pieces), strict=True))
        intake.count_known += 1
        return
    try:
        pieces = _cut(intake, panel, told.pieces)
    except PaperError as error:
        intake.refused[f"{told.action}: {printable(error.error.rstrip('.'), 100)}"] += 1
        intake.lost.update(names)
        return
    intake.renamed |= dict(zip(names, (one.subfigure_id for one in pieces), strict=True))
    value = told.value if told.value in intake.known.classes else None
    made = maker.make(told, panel, value, others, pieces)
    intake.shapes[key] = made
    intake.new.append(made)
    for piece in pieces:
        intake.panels[piece.subfigure_id] = replace(
            panel,
            subfigure_id=piece.subfigure_id,
            image_sha256=piece.image_sha256,
            subfigure_bbox=piece.bbox,
        )


def _cut(intake: _Intake, panel: Panel, wanted: Sequence[tuple[str, tuple[float, ...]]]) -> list[Piece]:
    """The pieces, under the names that they have in the file where these are free. Raises PaperError."""
    if panel.page is None:
        raise PaperError("no_pages", "A figure that is an image file has no page to cut from.")
    source = intake.known.sources.get(panel.paper_id, "")
    boxes = tuple((box[0], box[1], box[2], box[3]) for _, box in wanted)
    cuts = intake.drawer.cut(source, panel.paper_id, panel.page, boxes, in_points=True)
    stem = panel.subfigure_id.rpartition("/")[0]
    pieces: list[Piece] = []
    for (name, _), (box, image) in zip(wanted, cuts, strict=True):
        taken = {*intake.panels, *(piece.subfigure_id for piece in pieces)}
        there = [one for one in taken if one.startswith(f"{stem}/") and _PIECE.fullmatch(one)]
        numbers = {int(one.rpartition("/")[2]) for one in there}
        free = bool(_PIECE.fullmatch(name)) and name.startswith(f"{stem}/") and name not in taken
        if not free or int(name.rpartition("/")[2]) >= MOST_NUMBERS:
            name = f"{stem}/{free_numbers(numbers, 1)[0]}"
        pieces.append(
            Piece(
                subfigure_id=name,
                bbox=box,
                image=image.data,
                width=image.width,
                height=image.height,
            )
        )
    return pieces


def _panel(intake: _Intake, name: str, where: str) -> Panel:
    return intake.panels.get(name) or intake.known.panel(name, where)


def _value(known: Known, told: Told) -> str | None:
    """Raises InputError for a class that the dataset has not."""
    if told.action == "label":
        try:
            return known.code(told.value or "", told.where)
        except InputError as error:
            raise InputError(f"{error} (classes of your own: --classes FILE)") from error
    if told.action in ("letter", "caption"):
        return kept_text(told.value or "")
    return None


def _on_pages(told: ToldFile, intake: _Intake, standing: Sequence[Correction]) -> list[Told]:
    """What boxes on pages come to, as actions."""
    replaced = {
        panel.subfigure_id
        for one in standing
        if one.action in ("merge", "split")
        for panel in (one.panel, *one.others)
    }
    no_figures = {one.subfigure_id for one in standing if one.action == "no_figure"}
    there: dict[tuple[str, int | None], list[Panel]] = {}
    for panel in intake.panels.values():
        if panel.subfigure_id not in replaced:
            there.setdefault((panel.paper_id, panel.page), []).append(panel)
    found: list[Told] = []
    for page in told.pages:
        here = there.get((page.paper_id, page.page), [])
        if not page.boxes and not here:
            continue
        try:
            source = intake.known.sources.get(page.paper_id, "")
            picture = intake.drawer.page(source, page.paper_id, page.page)
        except PaperError:
            gone = len(page.boxes) or 1
            intake.refused["boxes of a page whose PDF is no longer where it was"] += gone
            continue
        read = read_boxes(page, (picture.width / picture.scale, picture.height / picture.scale), here)
        found += read.told
        for words, count in (
            ("boxes of whole figures", read.figures),
            ("boxes on a page without a panel of the dataset", read.homeless),
            ("boxes that were taken away: what is no figure, say so", len({*read.without} - no_figures)),
        ):
            if count:
                intake.refused[words] += count
    return found


def _slot(action: str) -> str:
    return _SLOTS.get(action, action)


def _boxes_of(correction: Correction) -> list[tuple[float, float, float, float]]:
    return [piece.bbox for piece in correction.pieces]


def _shape_key(
    panel: Panel, others: Sequence[Panel], action: str, boxes: Sequence[Sequence[float]]
) -> tuple[object, ...]:
    """Tells shapes apart: of which panels, and where to a point."""
    names = tuple(sorted(one.subfigure_id for one in others))
    return panel.subfigure_id, names, action, tuple(tuple(round(edge) for edge in box) for box in boxes)
