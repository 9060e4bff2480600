"""Partition: of the choices of pieces that promise most the best is cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from models.inference.looks import LOOKS
from models.inference.places import Places
from tasks.panels.gutters import PixelBox
from tasks.panels.judging.features import Features
from tasks.panels.judging.judge import Judge
from tasks.panels.judging.ranking import Numbers
from tasks.panels.partition import DRAWN, SURE, partition
from tasks.panels.pieces import Canvas, Piece
from tests.tasks.panels.judging.canvases import GRID, LETTERS, canvas_of

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


@dataclass(frozen=True, slots=True)
class Sees(Places):
    """A figure whose pieces the network takes for one panel with probability `one`."""

    one: float = 0.0

    def pieces(self, boxes: Sequence[PixelBox]) -> np.ndarray:
        return np.tile(np.array([self.one, 1 - self.one, 0, 0.5], np.float32), (len(boxes), 1))


def grid_that(
    look: str, share: float, one: float, letters: Sequence[PixelBox] = (), named: int = 0
) -> tuple[Canvas, Piece]:
    """Four blocks that look like `look` with probability `share`, and like one panel with probability `one`."""
    canvas, whole = canvas_of(*GRID, letters=letters, named=named)
    looks = np.full(len(LOOKS), (1 - share) / (len(LOOKS) - 1))
    looks[LOOKS.index(look)] = share
    canvas.look = lambda pixels: looks
    seen = canvas.places
    canvas.places = Sees(seen.maps, seen.size, seen.scale, seen.weights, one)
    return canvas, whole


@pytest.mark.parametrize("look", ["flow chart", "scheme", "structure", "text"])
def test_a_drawing_without_letters_is_one_panel(look: str) -> None:
    canvas, whole = grid_that(look, DRAWN, 0.1)
    assert partition(canvas, judge(lambda counts: counts), whole) == [whole]


def test_what_the_network_surely_takes_for_one_panel_is_one() -> None:
    canvas, whole = grid_that("photograph", 0.9, SURE + 0.01)
    assert partition(canvas, judge(lambda counts: counts), whole) == [whole]


@pytest.mark.parametrize(("letters", "named"), [((), 4), (LETTERS, 0)])
def test_where_letters_speak_of_panels_the_judge_decides(letters: Sequence[PixelBox], named: int) -> None:
    canvas, whole = grid_that("structure", 0.9, 0.99, letters, named)
    assert len(partition(canvas, judge(lambda counts: counts), whole)) == 4


def test_where_nobody_is_sure_the_judge_decides() -> None:
    canvas, whole = grid_that("photograph", 0.9, SURE - 0.01)
    assert len(partition(canvas, judge(lambda counts: counts), whole)) == 4
