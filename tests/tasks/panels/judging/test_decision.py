"""The decision: judge and network together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tasks.panels.gutters import PixelBox
from tasks.panels.judging.choice import Choice
from tasks.panels.judging.decision import SEEN, WHOLE, decide, lacking, promises, together, with_places
from tasks.panels.judging.features import Features
from tasks.panels.judging.graph import build_graph
from tasks.panels.judging.judge import Judge
from tasks.panels.judging.ranking import Expected
from tests.tasks.panels.judging.canvases import GRID, LETTERS, canvas_of, see_as

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
    choice, chances = decide(canvas, graph, certain(0.25))
    assert set(choice.boxes) == set(CELLS)
    assert chances[:, 0].tolist() == [0.99] * len(CELLS)


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


def test_a_choice_lacks_what_the_caption_names_if_letters_of_it_were_found() -> None:
    choices = [Choice(0, CELLS[:1]), Choice(0, CELLS[:3]), Choice(0, CELLS)]
    assert lacking(Expected(named=4, found=2, unit=2), choices).tolist() == [0.75, 0.25, 0]
    assert lacking(Expected(named=3, found=3, unit=2), choices).tolist() == pytest.approx([2 / 3, 0, 0])
    assert lacking(Expected(named=4, found=1, unit=2), choices).tolist() == [0, 0, 0]
    assert lacking(Expected(named=0, found=4, unit=2), choices).tolist() == [0, 0, 0]


def parting_none(features: Features) -> np.ndarray:
    """A judge that takes the whole figure for one panel and half believes in its parts."""
    whole = features[:, 5] > 0.5
    return np.stack([np.where(whole, 0.9, 0.4), np.zeros(len(features))], axis=1)


@pytest.mark.parametrize(("letters", "parted"), [((), False), (LETTERS, True)])
def test_letters_part_a_figure_that_would_else_stay_one(letters: Sequence[PixelBox], parted: bool) -> None:
    canvas, whole = canvas_of(*GRID, letters=letters, named=4)
    see_as(canvas, 0.5)
    choice, _ = decide(
        canvas, build_graph(canvas, whole), Judge(parting_none, lambda rows: np.zeros(len(rows)))
    )
    assert (len(choice.boxes) >= 4) == parted
