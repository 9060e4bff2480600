"""The decision: judge and network together."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.panels.judging.choice import Choice
from tasks.panels.judging.decision import SEEN, WHOLE, decide, promises, together, with_places
from tasks.panels.judging.features import Features
from tasks.panels.judging.graph import build_graph
from tasks.panels.judging.judge import Judge
from tests.tasks.panels.judging.canvases import GRID, canvas_of

CELLS = tuple((a, b, c + 1, d + 1) for a, b, c, d in GRID)


def certain(share: float) -> Judge:
    """A judge to whom a piece is one panel if it covers less than `share` of the figure, and all choices are alike."""

    def pieces(features: Features) -> np.ndarray:
        small = features[:, 5] < share
        return np.stack([np.where(small, 0.99, 0.01), np.zeros(len(features))], axis=1)

    return Judge(pieces, lambda features: np.zeros(len(features)))


def test_the_panels_of_which_judge_and_network_are_surest_are_chosen() -> None:
    canvas, whole = canvas_of(*GRID)
    graph = build_graph(canvas, whole)
    assert set(decide(canvas, graph, certain(0.25)).boxes) == set(CELLS)


def test_network_and_judge_count_by_their_weights() -> None:
    verdicts = np.array([(0.2, 0.7), (0.9, 0.1)])
    mixed = with_places(verdicts, np.array([1.0, 0.5], np.float32))
    assert mixed[:, 0] == pytest.approx([(1 - SEEN) * 0.2 + SEEN, (1 - SEEN) * 0.9 + SEEN * 0.5])
    assert mixed[:, 1].tolist() == [0.7, 0.1]


def test_the_promise_of_a_choice_is_the_mean_of_its_panels_and_the_whole_is_favoured() -> None:
    canvas, whole = canvas_of(*GRID)
    graph = build_graph(canvas, whole)
    verdicts = np.zeros((len(graph), 2))
    verdicts[0, 0] = 0.4
    verdicts[[list(graph).index(box) for box in CELLS], 0] = 0.8, 0.6, 0.8, 0.6
    found = promises(graph, verdicts, [Choice(0, (whole.box,)), Choice(0, CELLS)])
    assert found == pytest.approx([0.4 + WHOLE, 0.7])


def test_a_choice_that_both_make_is_measured_once() -> None:
    one, other = Choice(1, (CELLS[0],)), Choice(2, CELLS)
    assert together([one], [Choice(3, (CELLS[0],)), other]) == [one, other]
