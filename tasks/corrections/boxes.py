"""Boxes that other programs hand back of a page, told apart: left as they were, moved, merged, split, drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tasks.corrections.actions import Panel
from tasks.corrections.formats import NOT_LABELS
from tasks.corrections.told import MarkedBox, MarkedPage, Told, labelled
from tasks.records import Box

_MOVED = 2.0
"""PDF points from which an edge was moved: pages are drawn at a point to 0.65 pixels, and programs round."""
_INSIDE = 0.8
"""Share of a box's area from which it stands in another."""
_FIGURE = NOT_LABELS[0]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the boxes of a page come to."""

    told: tuple[Told, ...]
    figures: int
    """Boxes of whole figures, which nobody can correct by a panel."""
    homeless: int
    """New boxes on a page on which the dataset has no panel."""
    without: tuple[str, ...]
    """Panels of the page that had a box and have none any more, by name."""


def read_boxes(page: MarkedPage, size: tuple[float, float], there: Sequence[Panel]) -> Reading:
    """What was done to the panels that are `there` on a page of such a size, in points.

    A new box that covers panels of one figure which the file has no more is these merged; new boxes within one of them
    are it split; any other is another panel beside the nearest.
    """
    known = {panel.subfigure_id: panel for panel in there if panel.subfigure_bbox}
    named = {one.subfigure_id: one for one in page.boxes if one.subfigure_id in known}
    new = [one for one in page.boxes if one.subfigure_id not in known and one.modality != _FIGURE]
    told = list(_moved(named, known, size, page.who))
    for one in list(new):  # where a panel stands already, as after the same file was taken in
        same = next((panel for panel in known.values() if _is_at(panel, one, size)), None)
        if same is not None:
            named.setdefault(same.subfigure_id, one)
            new.remove(one)
            if one.modality not in NOT_LABELS:
                told.append(labelled(one.where, same.subfigure_id, one.modality, page.who, only_other=True))
    absent = [panel for panel in known.values() if panel.subfigure_id not in named]
    whole: dict[str, list[MarkedBox]] = {}
    merged: set[str] = set()
    for one in new:
        box = _in_points(one.box, size)
        covered = [panel for panel in absent if _share(_box_of(panel), box) >= _INSIDE]
        figures = {panel.subfigure_id.rpartition("/")[0] for panel in covered}
        around = [panel for panel in absent if _share(box, _box_of(panel)) >= _INSIDE]
        if len(covered) > 1 and len(figures) == 1:
            told += _shape("merge", covered[0], [(one, box)], page.who, covered[1:])
            merged.update(panel.subfigure_id for panel in covered)
        elif around:
            whole.setdefault(around[0].subfigure_id, []).append(one)
        elif known:
            nearest = min(known.values(), key=lambda panel: _distance(_box_of(panel), box))
            told += _shape("draw", nearest, [(one, box)], page.who)
    for name, some in whole.items():
        pieces = [(one, _in_points(one.box, size)) for one in some]
        told += _shape("split", known[name], pieces, page.who)
    figures_there = sum(one.modality == _FIGURE for one in page.boxes)
    names = [panel.subfigure_id for panel in absent]
    had = names if page.exported is None else [name for name in names if name in page.exported]
    without = tuple(name for name in had if name not in merged and name not in whole)
    return Reading(tuple(told), figures_there, 0 if known else len(new), without)


def _moved(
    named: dict[str, MarkedBox], known: dict[str, Panel], size: tuple[float, float], who: str
) -> Iterator[Told]:
    for name, one in named.items():
        if not _is_at(known[name], one, size):
            yield from _shape("split", known[name], [(one, _in_points(one.box, size))], who)


def _is_at(panel: Panel, marked: MarkedBox, size: tuple[float, float]) -> bool:
    edges = zip(_in_points(marked.box, size), _box_of(panel), strict=True)
    return all(abs(edge - other) <= _MOVED for edge, other in edges)


def _shape(
    action: str, panel: Panel, pieces: Sequence[tuple[MarkedBox, Box]], who: str, others: Sequence[Panel] = ()
) -> Iterator[Told]:
    """The action, and the class of each new panel; the panels' names are made up until they are cut."""
    made = [(f"{one.where} {box}", one, box) for one, box in pieces]
    yield Told(
        where=pieces[0][0].where,
        subfigure_id=panel.subfigure_id,
        action=action,
        who=who,
        others=tuple(other.subfigure_id for other in others),
        pieces=tuple((name, box) for name, _, box in made),
    )
    for name, one, _ in made:
        if one.modality not in NOT_LABELS:
            yield labelled(one.where, name, one.modality, who)


def _in_points(box: Box, size: tuple[float, float]) -> Box:
    return box[0] * size[0], box[1] * size[1], box[2] * size[0], box[3] * size[1]


def _box_of(panel: Panel) -> Box:
    if panel.subfigure_bbox is None:
        raise ValueError(f"{panel.subfigure_id} is on no page")
    return panel.subfigure_bbox


def _share(box: Box, within: Box) -> float:
    """Of a box's area, what lies in another."""
    width = min(box[2], within[2]) - max(box[0], within[0])
    height = min(box[3], within[3]) - max(box[1], within[1])
    area = (box[2] - box[0]) * (box[3] - box[1])
    return max(width, 0.0) * max(height, 0.0) / area if area > 0 else 0.0


def _distance(box: Box, other: Box) -> float:
    """Between the centres, squared."""
    across = (box[0] + box[2] - other[0] - other[2]) / 2
    down = (box[1] + box[3] - other[1] - other[3]) / 2
    return across * across + down * down
