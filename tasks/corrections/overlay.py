"""The last word of people, laid over rows as they are read; the parts stay as the model wrote them.

A correction holds for the row with the same picture at the same place of the same paper, whatever the row is called by
now. What a person names has confidence 1, and `label_source` says so; `probabilities` and `embedding` stay the model's.
"""

from __future__ import annotations

import functools
import hashlib
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from models import taxonomy
from tasks.corrections.actions import RANDOM, Correction, Panel, Piece, in_force
from tasks.corrections.files import Stamp, read_corrections, stamps_of
from tasks.dataset.columns import IMAGE_COLUMN, MODEL_COLUMNS

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

log = logging.getLogger(__name__)

KEYS = ("subfigure_id", "paper_id", "image_sha256", "subfigure_bbox")
"""The columns by which a row is known again."""
PERSON = "person"
_OF_PANEL = frozenset(
    {"subfigure_index", "panel_label", "subcaption", "figure_text", "figure_text_source", *MODEL_COLUMNS}
)
"""What a new panel has not in common with the panel beside or in place of which it stands."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What people say of one row."""

    changes: Mapping[str, Any]
    """Values by column."""
    is_figure: bool = True
    replaced: bool = False
    """It stands no more: others stand in its place."""
    new: tuple[tuple[Piece, Correction], ...] = ()
    """Panels that stand in its place or beside it, each with what made it, whose `value` is its modality."""
    holding: tuple[Correction, ...] = ()
    """The corrections that are about it, the earliest first."""


class Overlay:
    """All corrections in force; false where there is none."""

    def __init__(self, corrections: Iterable[Correction] = ()) -> None:
        self._by_picture: dict[tuple[str, str], list[Correction]] = defaultdict(list)
        self._by_paper: dict[str, list[str]] = defaultdict(list)
        for one in in_force(corrections):
            self._by_paper[one.panel.paper_id].append(one.correction_id)
            for key in dict.fromkeys((p.paper_id, p.image_sha256) for p in (one.panel, *one.others)):
                self._by_picture[key].append(one)
        self._pictures = pa.array(sorted({sha for _, sha in self._by_picture}), pa.string())

    def __bool__(self) -> bool:
        return bool(self._by_picture)

    @property
    def paper_ids(self) -> set[str]:
        """The papers of which people have spoken."""
        return {paper for paper, _ in self._by_picture}

    @property
    def cut(self) -> frozenset[str]:
        """The `image_sha256` of what people cut into others, or beside which they drew one."""
        making = [one for some in self._by_picture.values() for one in some if one.pieces]
        return frozenset(panel.image_sha256 for one in making for panel in (one.panel, *one.others))

    @property
    def modality_paths(self) -> set[str]:
        """The paths of what people name."""
        values = {one.value for some in self._by_picture.values() for one in some if one.action == "label"}
        return {taxonomy.path(value)[-1] for value in values if value}

    def columns(self, wanted: Sequence[str]) -> list[str]:
        """What to read of a part where these columns are wanted."""
        return list(dict.fromkeys([*wanted, *KEYS])) if self else list(wanted)

    def fingerprint(self, paper_ids: Collection[str]) -> str:
        """Changes with what people say of these papers; empty where they say nothing."""
        said = sorted(one for paper in paper_ids for one in self._by_paper.get(paper, ()))
        return hashlib.sha256("".join(said).encode()).hexdigest()[:12] if said else ""

    def ruling(self, row: Mapping[str, Any]) -> Ruling:
        """What people say of a row, which has the columns `KEYS` and those that are to be changed."""
        return _ruling(row, _until_same(row, self._about(row)))

    def rows(self, row: Row, keep_removed: bool = False) -> list[Row]:
        """What stands in place of a row: itself, changed or not, none or others.

        `keep_removed`: a row that is no figure stays, so that it can be shown.
        """
        return list(self._rows(row, keep_removed))

    def touched(self, table: pa.Table) -> npt.NDArray[np.bool_]:
        """(N,): the rows of a table of which people may have spoken."""
        mask = pc.is_in(table["image_sha256"], value_set=self._pictures)
        found: npt.NDArray[np.bool_] = mask.to_numpy(zero_copy_only=False)
        return found

    def apply(self, table: pa.Table) -> pa.Table:
        """A table with the columns `KEYS`, as people want it; its schema stays, its order too."""
        return self.apply_numbered(table)[0]

    def apply_numbered(self, table: pa.Table) -> tuple[pa.Table, list[int]]:
        """The same, and for each of its rows the place in `table` from which it comes."""
        places = np.arange(len(table))
        if not self or not len(table):
            return table, places.tolist()
        mask = self.touched(table)
        if not mask.any():
            return table, places.tolist()
        touched = table.filter(pa.array(mask)).to_pylist()
        found = [
            (place, row)
            for place, old in zip(places[mask].tolist(), touched, strict=True)
            for row in self.rows(old)
        ]
        rest = table.filter(pa.array(~mask))
        changed = pa.Table.from_pylist([row for _, row in found], schema=table.schema)
        every = np.concatenate([places[~mask], np.array([place for place, _ in found], np.int64)])
        order = np.argsort(every, kind="stable")
        return pa.concat_tables([rest, changed]).take(pa.array(order)), every[order].tolist()

    def _rows(self, row: Row, keep_removed: bool) -> Iterator[Row]:
        """A piece may have the picture and the place of what it was made of: what made it is not said of it, too.

        Each correction makes its pieces once, so that this comes to an end whatever a file says.
        """
        waiting: list[tuple[Row, Correction | None]] = [(row, None)]
        done: set[str] = set()
        while waiting:
            one, maker = waiting.pop()
            ruling = _ruling(one, _until_same(one, _after(maker, self._about(one))))
            if not ruling.replaced and (ruling.is_figure or keep_removed):
                yield {**one, **{name: value for name, value in ruling.changes.items() if name in one}}
            made_here = [(piece, made) for piece, made in ruling.new if made.correction_id not in done]
            done.update(made.correction_id for _, made in made_here)
            waiting += [(new_row(one, piece, made.value), made) for piece, made in reversed(made_here)]

    def _about(self, row: Mapping[str, Any]) -> list[Correction]:
        there = self._by_picture.get((row["paper_id"], row["image_sha256"]), ())
        return [one for one in there if any(_is_about(panel, row) for panel in (one.panel, *one.others))]


def read_overlay(out: StorePath) -> Overlay:
    """What people say of the dataset in `out`, by now. What cannot be read of it is said in the log."""
    stamps = stamps_of(out)
    return _read(out) if stamps is None else _read_again(out, stamps)


@functools.lru_cache(8)
def _read_again(out: StorePath, stamps: tuple[Stamp, ...]) -> Overlay:
    return _read(out)


def _read(out: StorePath) -> Overlay:
    found = read_corrections(out)
    for problem in found.problems:
        where = "" if problem.row is None else f", row {problem.row}"
        log.warning("%s%s is left out: %s; see `figmill check`", problem.file, where, problem.sentence)
    return Overlay(found.corrections)


def new_row(beside: Row, piece: Piece, modality: str | None) -> Row:
    """The row of a panel that a person made, with the columns of the row beside or in place of which it stands."""
    row = {name: _nothing(value) if name in _OF_PANEL else value for name, value in beside.items()}
    own = {
        "subfigure_id": piece.subfigure_id,
        "subfigure_index": int(piece.subfigure_id.rpartition("/")[2]),
        "subfigure_bbox": list(piece.bbox),
        IMAGE_COLUMN: {"bytes": piece.image, "path": _file_name(piece)},
        "image_width": piece.width,
        "image_height": piece.height,
        "image_sha256": piece.image_sha256,
        "label_source": PERSON,
        **(_named(beside, modality) if modality else {}),
    }
    return row | {name: value for name, value in own.items() if name in row}


def _ruling(row: Mapping[str, Any], about: Sequence[Correction]) -> Ruling:
    changes: dict[str, Any] = {}
    is_figure, replacing = True, None
    beside: list[tuple[Piece, Correction]] = []
    for one in about:
        if one.action in ("merge", "split"):
            replacing = one
        elif one.action == "draw":
            beside += [(piece, one) for piece in one.pieces]
        elif one.action == "no_figure":
            is_figure = False
        else:
            is_figure = is_figure or one.action == "label"
            changes |= _changes(row, one)
    if replacing is None or not _is_about(replacing.panel, row):
        return Ruling(changes, is_figure, replacing is not None, tuple(beside), tuple(about))
    in_place = [(piece, replacing) for piece in replacing.pieces]
    return Ruling(changes, is_figure, True, (*in_place, *beside), tuple(about))


def _after(maker: Correction | None, about: list[Correction]) -> list[Correction]:
    """What is about a piece: what came after its making, where what made it is about the same picture and place."""
    numbers = [
        number for number, one in enumerate(about) if maker and one.correction_id == maker.correction_id
    ]
    return about[numbers[0] + 1 :] if numbers else about


def _until_same(row: Mapping[str, Any], about: list[Correction]) -> list[Correction]:
    """What is about a row itself: nothing after a piece of the same picture and place has taken its place."""
    for number, one in enumerate(about):
        if one.action in ("merge", "split") and any(_is_same(piece, row) for piece in one.pieces):
            return about[: number + 1]
    return about


def _is_same(piece: Piece, row: Mapping[str, Any]) -> bool:
    sha = row["image_sha256"]
    place = Panel(subfigure_id="", paper_id=row["paper_id"], image_sha256=sha, subfigure_bbox=piece.bbox)
    return place.is_at("", row["subfigure_bbox"]) and piece.image_sha256 == sha


def _is_about(panel: Panel, row: Mapping[str, Any]) -> bool:
    same = (panel.paper_id, panel.image_sha256) == (row["paper_id"], row["image_sha256"])
    return same and panel.is_at(row["subfigure_id"], row["subfigure_bbox"])


def _changes(row: Mapping[str, Any], said: Correction) -> dict[str, Any]:
    if said.action == "label":
        return _named(row, said.value or "")
    if said.action == "several":
        return {"compound": 1.0, "label_source": PERSON}
    if said.action == "reject":
        return {"rejected": True, "label_source": PERSON}
    column = {"letter": "panel_label", "caption": "subcaption"}[said.action]
    return {column: said.value or None}


def _named(row: Mapping[str, Any], modality: str) -> dict[str, Any]:
    """The columns of a modality that a person names; the kind of a chart stays where the class does."""
    known = list(row.get("modality_path") or ())
    same = row.get("modality") == modality and taxonomy.below(modality, known)
    return {
        "modality": modality,
        "modality_path": known if same else list(taxonomy.path(modality)),
        "confidence": 1.0,
        "modality_set": [modality],
        "rejected": False,
        "label_source": PERSON,
    }


def taught_class(ruling: Ruling, example: str | None = None) -> tuple[str | None, bool]:
    """The class that a row teaches a model, None for nothing, and whether a person gave it in the random order.

    It is what people said last of what the row is; where they said nothing of that, only of its letter or its caption,
    it is that of which the row is an `example`.
    """
    if ruling.replaced or not ruling.is_figure:
        return None, False
    said = [one for one in ruling.holding if one.action in ("label", "reject", "several")]
    if not said:
        return example, False
    return (said[-1].value, said[-1].queue == RANDOM) if said[-1].action == "label" else (None, False)


def _file_name(of: Piece) -> str:
    suffix = "png" if of.image.startswith(b"\x89PNG") else "jpg"
    return f"{of.subfigure_id.replace('/', '-')}.{suffix}"


def _nothing(value: Any) -> Any:
    """What stands where nothing is known: of a list of numbers as many nulls (see `subfigure_schema`)."""
    is_vector = isinstance(value, list) and bool(value) and not isinstance(value[0], str | dict)
    return [None] * len(value) if is_vector else None
