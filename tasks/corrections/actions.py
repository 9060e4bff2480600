"""What a person said of a subfigure: one record an action, and which of many are in force."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from tasks.clock import now
from tasks.records import Box

Action = Literal[
    "label", "no_figure", "several", "merge", "split", "draw", "letter", "caption", "reject", "undo"
]
ACTIONS: tuple[str, ...] = get_args(Action)
"""`label`: it is `value`; `no_figure`: it is nothing of a figure; `several`: it holds several panels; `merge`: it and
`others` are one; `split`: it is `pieces`; `draw`: beside it there is another panel; `letter`, `caption`: its letter, or
its part of the caption, is `value`; `reject`: nobody can name it; `undo`: the action `value` is taken back."""
SHAPES: tuple[Action, ...] = ("merge", "split", "draw")
"""Those that make new panels."""
RANDOM = "random"
"""The queue whose labels are an honest sample."""
_FIRST_OF_PEOPLE, MOST_NUMBERS = 10_000, 2**15
"""`subfigure_index` from which, and below which, panels are numbered that people made; the model's stay below."""
_NEAR = 1.0
"""PDF points within which two boxes are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A row as a person saw it: by which it is known again after a new extraction."""

    subfigure_id: str
    paper_id: str
    image_sha256: str
    page: int | None = None
    figure_bbox: Box | None = None
    subfigure_bbox: Box | None = None
    """In PDF points, as in the dataset; None on no page."""

    def is_at(self, subfigure_id: str, box: Sequence[float | None] | None) -> bool:
        """Whether a row with this picture is the same: at the same place, or, on no page, of the same name."""
        here = plain_box(box)
        if here is None or self.subfigure_bbox is None:
            return here is self.subfigure_bbox and subfigure_id == self.subfigure_id
        return all(abs(one - other) <= _NEAR for one, other in zip(here, self.subfigure_bbox, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A panel that a person made, with its picture, so that no PDF is needed to show it."""

    subfigure_id: str
    bbox: Box
    image: bytes
    """PNG or JPEG."""
    width: int
    height: int

    @property
    def image_sha256(self) -> str:
        """Of the picture's bytes."""
        return hashlib.sha256(self.image).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One action of one person."""

    action: Action
    who: str
    panel: Panel
    """What it is about; of an `undo`, what the undone action was about."""
    value: str | None = None
    """A modality, a letter, a text, or the `correction_id` that is undone; of a new panel its modality."""
    others: tuple[Panel, ...] = ()
    pieces: tuple[Piece, ...] = ()
    queue: str | None = None
    """The order in which the person was shown the row; None where the person chose it."""
    made_at: dt.datetime = field(default_factory=now)
    correction_id: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def subfigure_id(self) -> str:
        """Of the row that it is about."""
        return self.panel.subfigure_id


def in_force(corrections: Iterable[Correction]) -> list[Correction]:
    """Those that nobody has taken back, the earliest first; an undo may be undone. No undo is among them."""
    undone: set[str] = set()
    kept = []
    for one in sorted(corrections, key=_moment, reverse=True):
        if one.correction_id in undone:
            continue
        if one.action == "undo":
            undone.add(one.value or "")
        else:
            kept.append(one)
    return kept[::-1]


def free_numbers(taken: Collection[int], count: int) -> list[int]:
    """Numbers for new panels of a figure that two people who draw at once will hardly both give, in their order."""
    free = [number for number in range(_FIRST_OF_PEOPLE, MOST_NUMBERS) if number not in taken]
    return sorted(secrets.SystemRandom().sample(free, count))


def plain_box(values: Sequence[float | None] | None) -> Box | None:
    """A box as the dataset keeps it; None for four nulls."""
    if values is None:
        return None
    known = [float(value) for value in values if value is not None]
    return (known[0], known[1], known[2], known[3]) if len(known) == 4 else None


def undo(of: Correction, who: str) -> Correction:
    """What takes an action back; later than it, whatever this machine's clock says."""
    moment = max(now(), of.made_at + dt.timedelta(microseconds=1))
    return Correction(action="undo", who=who, panel=of.panel, value=of.correction_id, made_at=moment)


def _moment(of: Correction) -> tuple[dt.datetime, str]:
    return of.made_at, of.correction_id
