"""Labels from elsewhere taken up as corrections, and all that one person did taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tasks.corrections.actions import Correction, in_force, undo
from tasks.corrections.files import Journal, checked_name, read_corrections
from tasks.corrections.formats import NO_FIGURE, NOT_LABELS, Label
from tasks.corrections.known import Known, known_of
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of labels from elsewhere."""

    new: int
    known: int
    """That the same people said already."""


def take_labels(out: StorePath, labels: Sequence[Label], who: str, own: Sequence[str] = ()) -> Taken:
    """Writes labels as corrections of the people whom they name, else of `who`.

    Of each person the last word about a row counts; where that is what they said last already, it is left out.

    `own` classes may be named besides the dataset's. All or nothing: raises InputError for a subfigure or a class that
    the dataset has not.
    """
    known = known_of(out)
    known = replace(known, classes=(*known.classes, *own))
    told = _last_of_each(_corrections(labels, known, who))
    said = _last_of_each(in_force(read_corrections(out).corrections))
    new: dict[str, list[Correction]] = {}
    for key, correction in told.items():
        before = said.get(key)
        if before is None or (before.action, before.value) != (correction.action, correction.value):
            new.setdefault(correction.who, []).append(correction)
    for person, some in new.items():
        Journal(out, person).append(*some)
    count = sum(map(len, new.values()))
    return Taken(count, len(told) - count)


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


def _last_of_each(corrections: Iterable[Correction]) -> dict[tuple[str, str], Correction]:
    """What each person last named each row, or that it is no figure; in the order in which they did."""
    found: dict[tuple[str, str], Correction] = {}
    for one in corrections:
        if one.action in ("label", "no_figure"):
            found.pop((one.subfigure_id, one.who), None)
            found[one.subfigure_id, one.who] = one
    return found


def _corrections(labels: Sequence[Label], known: Known, who: str) -> Iterator[Correction]:
    for label in labels:
        if label.modality in NOT_LABELS:
            continue
        panel = known.panel(label.subfigure_id, label.where)
        person = checked_name(printable(label.who) or who)
        if label.modality.casefold() == NO_FIGURE:
            yield Correction(action="no_figure", who=person, panel=panel)
        else:
            code = known.code(label.modality, label.where)
            yield Correction(action="label", who=person, panel=panel, value=code)
