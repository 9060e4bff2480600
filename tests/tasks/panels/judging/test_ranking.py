"""What a choice of pieces looks like as a whole."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.panels.judging.choice import Choice
from tasks.panels.judging.graph import build_graph
from tasks.panels.judging.ranking import (
    Expected,
    Likeness,
    Numbers,
    Promise,
    expected_of,
    measure_choices,
    measure_likeness,
    measure_numbers,
    measure_promise,
)
from tests.tasks.panels.judging.canvases import GRID, LETTERS, UNIT, canvas_of

CELLS = tuple((a, b, c + 1, d + 1) for a, b, c, d in GRID)


def test_a_choice_knows_whether_there_are_as_many_as_named_and_each_has_its_letter() -> None:
    canvas, whole = canvas_of(*GRID, letters=LETTERS, named=4)
    graph = build_graph(canvas, whole)
    expected = expected_of(canvas)
    assert expected == Expected(4, 4, UNIT)
    four = measure_numbers(expected, graph, Choice(0, CELLS), CELLS)
    assert (four.as_named, four.one_letter, four.more_than_named, four.as_rules) == (1, 1, 0, 1)
    one = measure_numbers(expected, graph, Choice(0, (whole.box,)), CELLS)
    assert (one.as_named, one.several_letters, one.more_than_named, one.whole) == (0, 1, -3, 1)


def test_cells_of_a_grid_are_alike_and_in_line() -> None:
    canvas, whole = canvas_of(*GRID)
    likeness = measure_likeness(expected_of(canvas), build_graph(canvas, whole), Choice(0, CELLS))
    assert (likeness.spread, likeness.columns, likeness.rows, likeness.of_grid) == (0, 2, 2, 1)
    assert likeness.images == 1


def test_the_promise_of_pieces_is_weighed_by_what_they_cover() -> None:
    verdicts = np.array([(0.1, 0.0), (0.9, 0.05), (0.5, 0.3)])
    promise = measure_promise(verdicts, [1, 2], np.array([0.6, 0.2]))
    assert promise.covering == pytest.approx(0.64)
    assert promise.of_covered == pytest.approx(0.8)
    assert (promise.least, promise.most, promise.nobody_most) == pytest.approx((0.5, 0.9, 0.3))
    assert promise.figure == pytest.approx(0.1)


def test_choices_are_measured_with_their_pieces_and_their_figure() -> None:
    canvas, whole = canvas_of(*GRID)
    graph = build_graph(canvas, whole)
    features = np.arange(3 * len(graph), dtype=np.float32).reshape(len(graph), 3)
    choices = [Choice(0, (whole.box,)), Choice(0, CELLS)]
    rows = measure_choices(expected_of(canvas), graph, features, np.full((len(graph), 2), 0.5), choices)
    own = len(Numbers._fields) + len(Promise._fields) + len(Likeness._fields)
    assert rows.shape == (2, own + 6)
    assert rows[:, own : own + 3].tolist() == [features[0].tolist()] * 2
    numbers = [list(graph).index(box) for box in CELLS]
    assert rows[1, own + 3 :] == pytest.approx(features[numbers].mean(axis=0))
