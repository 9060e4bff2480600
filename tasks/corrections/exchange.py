"""Labels from elsewhere taken up as corrections, and all that one person did taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tasks.corrections.actions import Correction, in_force, undo
from tasks.corrections.files import Journal, checked_name, read_corrections
from tasks.corrections.formats import NO_FIGURE, Label, last_words
from tasks.corrections.known import Known, known_of
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

_NOT_LABELS = ("figure", "subfigure")
"""Categories of page exports for boxes without a class."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of labels from elsewhere."""

    new: int
    known: int
    """That the dataset's people said already."""


def take_labels(out: StorePath, labels: Sequence[Label], who: str, own: Sequence[str] = ()) -> Taken:
    """Writes labels as corrections of the people whom they name, else of `who`; what was said already is left out.

    `own` classes may be named besides the dataset's. All or nothing: raises InputError for a subfigure or a class that
    the dataset has not.
    """
    known = known_of(out)
    known = replace(known, classes=(*known.classes, *own))
    said = {
        name: (code, one.who)
        for name, (code, one) in last_words(in_force(read_corrections(out).corrections)).items()
    }
    made: dict[str, list[Correction]] = {}
    count = 0
    for correction in _corrections(labels, known, who):
        count += 1
        word = (correction.value if correction.action == "label" else NO_FIGURE, correction.who)
        if said.get(correction.subfigure_id) != word:
            said[correction.subfigure_id] = (word[0] or "", word[1])
            made.setdefault(correction.who, []).append(correction)
    for person, some in made.items():
        Journal(out, person).append(*some)
    new = sum(map(len, made.values()))
    return Taken(new, count - new)


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


def _corrections(labels: Sequence[Label], known: Known, who: str) -> Iterator[Correction]:
    for label in labels:
        if label.modality in _NOT_LABELS:
            continue
        panel = known.panel(label.subfigure_id, label.where)
        person = checked_name(printable(label.who) or who)
        if label.modality.casefold() == NO_FIGURE:
            yield Correction(action="no_figure", who=person, panel=panel)
        else:
            code = known.code(label.modality, label.where)
            yield Correction(action="label", who=person, panel=panel, value=code)
