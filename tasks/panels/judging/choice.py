"""Choices among all that a figure's graph of pieces can be cut into: few, and the best of all is mostly one of them.

A piece is worth its size times the probability that it is one panel; or, if it is left to nobody, as a legend is, times
the probability that it holds none. The best sum of areas is what Arbelaez et al. (2011) call the covering of a
segmentation, as far as the judge foresees it; roots of areas make many small panels worth more than a large one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from tasks.panels.gutters import PixelBox
from tasks.panels.judging.graph import Graph, Way

EXPONENTS = (1.0, 0.7, 0.4, 0.2)
"""Of a piece's area in what it is worth: the lower, the more panels there are in the best choice."""

FAVOURS = (0.0, 0.2)
"""What is added to the probability that the whole figure is one panel."""

MOST_RULES = 8
"""Cuts within cuts of the rules that are followed."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of a piece: the probabilities that it is one panel, and that it holds none."""

    panel: float
    nobody: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """A cut across `axis` of `box` at `position` that goes through print."""

    box: PixelBox
    axis: int
    position: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What a piece is cut into, what that is worth, and the print that is cut through."""

    worth: float
    boxes: tuple[PixelBox, ...]
    crossings: tuple[Crossing, ...] = ()


@dataclass(frozen=True, slots=True)
class Taste:
    """What makes one choice better than another, see `EXPONENTS` and `FAVOURS`."""

    exponent: float = 1.0
    favour: float = 0.0


def by_box(graph: Graph, verdicts: npt.NDArray[np.float64]) -> dict[PixelBox, Verdict]:
    """The rows of `verdicts` (N, 2) by the boxes of `graph`."""
    return {box: Verdict(float(row[0]), float(row[1])) for box, row in zip(graph, verdicts, strict=True)}


def choices_of(graph: Graph, verdicts: Mapping[PixelBox, Verdict]) -> list[Choice]:
    """The choices worth a closer look, each once: the best of each taste, the whole figure, what the rules say."""
    whole = next(iter(graph))
    found: dict[tuple[PixelBox, ...], Choice] = {(whole,): Choice(0.0, (whole,))}
    for exponent, favour in product(EXPONENTS, FAVOURS):
        best = choose(graph, verdicts, Taste(exponent, favour))
        found.setdefault(best.boxes, best)
    for own in by_rules(graph, whole):
        found.setdefault(own.boxes, own)
    allowed = [own for own in found.values() if not any(graph[box].parted for box in own.boxes)]
    return allowed or list(found.values())


def choose(graph: Graph, verdicts: Mapping[PixelBox, Verdict], taste: Taste) -> Choice:
    """The best choice for the whole figure, the first piece of `graph`; the figure itself where no panel is left."""
    whole = next(iter(graph))
    size = (whole[2] - whole[0]) * (whole[3] - whole[1])
    uncut: dict[PixelBox, Choice] = {}
    worth: dict[PixelBox, float] = {}
    taken: dict[PixelBox, Way] = {}

    def weigh(box: PixelBox) -> float:
        if box in worth:
            return worth[box]
        share = (box[2] - box[0]) * (box[3] - box[1]) / size
        favour = taste.favour if box == whole else 0.0
        own = Verdict(-favour, 0.0) if graph[box].parted else verdicts[box]
        uncut[box] = stay_whole(box, own, share**taste.exponent, favour)
        worth[box] = best = uncut[box].worth
        for way in graph[box].ways:
            total = sum([weigh(part) for part in way.boxes])
            if total > best:
                best, taken[box] = total, way
        worth[box] = best
        return best

    def follow(box: PixelBox) -> Choice:
        way = taken.get(box)
        return together(box, way, [follow(part) for part in way.boxes]) if way else uncut[box]

    weigh(whole)
    choice = follow(whole)
    return choice if choice.boxes else Choice(0.0, (whole,))


def stay_whole(box: PixelBox, verdict: Verdict, size: float, favour: float) -> Choice:
    """`box` as one panel, or left to nobody."""
    panel = verdict.panel + favour
    if verdict.nobody > panel:
        return Choice(size * verdict.nobody, ())
    return Choice(size * panel, (box,))


def together(box: PixelBox, way: Way, parts: list[Choice]) -> Choice:
    """The choice of cutting `box` in one `way`, its `parts` as chosen."""
    crossings = [Crossing(box, way.axis or 0, position) for position in way.positions]
    for part in parts:
        crossings += part.crossings
    return Choice(
        sum(part.worth for part in parts),
        tuple(own for part in parts for own in part.boxes),
        tuple(crossings),
    )


def by_rules(graph: Graph, whole: PixelBox) -> Iterator[Choice]:
    """What the rules of cutting come to, and the first cut of it."""
    first = rule_way(graph, whole)
    if first:
        yield together(whole, first, [Choice(0.0, (part,)) for part in first.boxes])
        yield follow_rules(graph, whole, 0)


def follow_rules(graph: Graph, box: PixelBox, level: int) -> Choice:
    """`box` cut by the rules, and its parts, to the end."""
    way = rule_way(graph, box) if level < MOST_RULES else None
    if way is None:
        return Choice(0.0, (box,))
    return together(box, way, [follow_rules(graph, part, level + 1) for part in way.boxes])


def rule_way(graph: Graph, box: PixelBox) -> Way | None:
    """The way in which the rules part `box`; None where they leave it."""
    return next((way for way in graph[box].ways if way.by_rule), None)
