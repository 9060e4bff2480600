"""Partition: of the choices of pieces that promise most the best is cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tasks.panels.judging.features import Features
from tasks.panels.judging.judge import Judge
from tasks.panels.judging.ranking import Numbers
from tasks.panels.partition import partition
from tests.tasks.panels.judging.canvases import GRID, canvas_of

COUNT = Numbers._fields.index("panels")


def judge(wanted: Callable[[np.ndarray], np.ndarray], nobody: float = 0.0) -> Judge:
    """A judge to whom all pieces are alike, and those choices the better ones whose number of panels is `wanted`."""
    return Judge(
        lambda features: np.full((len(features), 2), (0.5, nobody)),
        lambda features: 100 * wanted(features[:, COUNT]),
    )


def test_the_choice_with_the_highest_rank_is_cut() -> None:
    canvas, whole = canvas_of(*GRID)
    found = partition(canvas, judge(lambda counts: counts), whole)
    assert sorted(piece.box for piece in found) == sorted((a, b, c + 1, d + 1) for a, b, c, d in GRID)


def test_what_is_best_whole_stays_whole() -> None:
    canvas, whole = canvas_of(*GRID)
    assert [piece.box for piece in partition(canvas, judge(lambda counts: -counts), whole)] == [whole.box]


def test_a_figure_all_of_which_is_nobodys_is_one() -> None:
    canvas, whole = canvas_of(*GRID)
    found = partition(canvas, judge(lambda counts: -counts, nobody=1.0), whole)
    assert [piece.box for piece in found] == [whole.box]


def test_print_that_a_cut_goes_through_belongs_to_no_panel() -> None:
    canvas, whole = canvas_of((20, 20, 170, 280), (220, 20, 370, 280), (172, 140, 218, 146))
    found = partition(canvas, judge(lambda counts: -abs(counts - 2)), whole)
    assert [piece.box for piece in found] == [(20, 20, 171, 281), (220, 20, 371, 281)]


def test_a_figure_without_gaps_is_judged_by_nobody() -> None:
    canvas, whole = canvas_of((20, 20, 370, 280), (40, 40, 60, 60))

    def refuse(features: Features) -> np.ndarray:
        pytest.fail(f"asked about {len(features)} pieces")

    assert partition(canvas, Judge(refuse, refuse), whole) == [whole]
