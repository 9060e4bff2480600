"""A choice of pieces measured as a whole: as many as the caption names? alike? each with its letter?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.panels.gutters import PixelBox
from tasks.panels.judging.choice import Choice, follow_rules
from tasks.panels.judging.features import Features
from tasks.panels.judging.graph import Graph
from tasks.panels.pieces import Canvas, Kind

CELL = 6.0
"""PDF points by which edges that are meant to be in line may differ."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of a figure's panels beforehand: how many the caption names, how many letters were found."""

    named: int
    found: int
    unit: float
    """Pixels in a PDF point."""


class Numbers(NamedTuple):
    """How many panels a choice has, beside what caption, letters and rules let expect."""

    panels: float
    named: float
    found: float
    more_than_named: float
    more_than_found: float
    of_named: float
    of_found: float
    as_named: float
    as_found: float
    one_letter: float
    several_letters: float
    no_letter: float
    letters: float
    lettered: float
    unlettered: float
    by_rules: float
    as_rules: float
    whole: float
    pieces: float


class Promise(NamedTuple):
    """What the judge of pieces thinks of the panels of a choice."""

    mean: float
    least: float
    most: float
    covering: float
    of_covered: float
    log_mean: float
    median: float
    covered: float
    figure: float
    figure_nobody: float
    nobody_mean: float
    nobody_most: float


class Likeness(NamedTuple):
    """Kinds and sizes (shares of the figure, PDF points) of the panels of a choice, and how far they stand in line."""

    texts: float
    arts: float
    plots: float
    images: float
    smallest: float
    largest: float
    spread: float
    width_spread: float
    height_spread: float
    least_width: float
    least_height: float
    log_width: float
    log_height: float
    columns: float
    rows: float
    of_grid: float


def measure_choices(
    expected: Expected,
    graph: Graph,
    features: Features,
    verdicts: npt.NDArray[np.float64],
    choices: Sequence[Choice],
) -> Features:
    """The features (M, G) of `choices`: of each as a whole, of the figure, and the mean of its pieces' `features`.

    `features` (N, F) and `verdicts` (N, 2) are of all pieces of `graph`, in its order.
    """
    numbers = {box: number for number, box in enumerate(graph)}
    whole = next(iter(graph))
    ruled = follow_rules(graph, whole, 0).boxes
    rows: list[np.ndarray] = []
    for choice in choices:
        own = [numbers[box] for box in choice.boxes]
        parts: list[npt.ArrayLike] = [
            measure_numbers(expected, graph, choice, ruled),
            measure_promise(verdicts, own, shares_of(choice, whole)),
            measure_likeness(expected, graph, choice),
            features[0],
            features[own].mean(axis=0),
        ]
        rows.append(np.concatenate(parts))
    return np.array(rows, np.float32)


def expected_of(canvas: Canvas) -> Expected:
    """What is expected of the figure on `canvas`."""
    return Expected(canvas.named, len(canvas.letters), canvas.unit)


def measure_numbers(expected: Expected, graph: Graph, choice: Choice, ruled: tuple[PixelBox, ...]) -> Numbers:
    """How many panels and letters `choice` has; the rules of cutting come to `ruled`."""
    letters = [len(graph[box].piece.letters) for box in choice.boxes]
    count, named, found = len(letters), expected.named, expected.found
    lettered = sum(number > 0 for number in letters)
    return Numbers(
        float(count),
        float(named),
        float(found),
        float(count - named) if named else 0.0,
        float(count - found) if found else 0.0,
        count / named if named else 0.0,
        count / found if found else 0.0,
        float(count == named),
        float(count == found),
        letters.count(1) / count,
        sum(number > 1 for number in letters) / count,
        letters.count(0) / count,
        float(sum(letters)),
        float(lettered),
        float(count - lettered),
        float(len(ruled)),
        float(choice.boxes == ruled),
        float(choice.boxes == (next(iter(graph)),)),
        float(len(graph)),
    )


def shares_of(choice: Choice, whole: PixelBox) -> np.ndarray:
    """The share (K,) of the figure `whole` that each panel of `choice` covers."""
    boxes = np.array([whole, *choice.boxes], float)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    shares: np.ndarray = areas[1:] / areas[0]
    return shares


def measure_promise(verdicts: npt.NDArray[np.float64], own: Sequence[int], shares: np.ndarray) -> Promise:
    """What `verdicts` (N, 2) say of the pieces `own`, which cover `shares` (K,) of the figure."""
    panel, nobody = verdicts[own].T
    covering = float(panel @ shares)
    return Promise(
        float(panel.mean()),
        float(panel.min()),
        float(panel.max()),
        covering,
        covering / float(shares.sum()),
        float(np.log(panel + 1e-3).mean()),
        float(np.median(panel)),
        float(shares.sum()),
        float(verdicts[0, 0]),
        float(verdicts[0, 1]),
        float(nobody.mean()),
        float(nobody.max()),
    )


def measure_likeness(expected: Expected, graph: Graph, choice: Choice) -> Likeness:
    """How far the panels of `choice` are alike and stand in rows and columns."""
    boxes, unit = np.array(choice.boxes, float), expected.unit
    kinds = [graph[box].piece.kind for box in choice.boxes]
    widths, heights = (boxes[:, 2:] - boxes[:, :2]).T / unit
    shares = shares_of(choice, next(iter(graph)))
    columns, rows = (len(set(np.round(boxes[:, axis] / (CELL * unit)))) for axis in (0, 1))
    texts, arts, plots, images = (kinds.count(kind) / len(kinds) for kind in Kind)
    return Likeness(
        texts,
        arts,
        plots,
        images,
        float(shares.min()),
        float(shares.max()),
        float(shares.std() / shares.mean()),
        float(widths.std() / widths.mean()),
        float(heights.std() / heights.mean()),
        float(widths.min()),
        float(heights.min()),
        float(np.log(widths.mean())),
        float(np.log(heights.mean())),
        float(columns),
        float(rows),
        columns * rows / len(kinds),
    )
