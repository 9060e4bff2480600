"""Partition: of the choices of pieces that promise most the best is cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from models.inference.looks import LOOKS
from tasks.panels.gutters import PixelBox
from tasks.panels.judging.features import Features
from tasks.panels.judging.judge import Judge
from tasks.panels.judging.ranking import Numbers
from tasks.panels.partition import DRAWN, SURE, partition
from tasks.panels.pieces import Canvas, Piece
from tests.tasks.panels.judging.canvases import GRID, LETTERS, canvas_of, see_as

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


def looking(figure: tuple[Canvas, Piece], looks: dict[str, float], one: float) -> tuple[Canvas, Piece]:
    """`figure` with these probabilities of `looks`, the rest a gel's, and `one` that it is one panel."""
    canvas, whole = figure
    shares = np.array([looks.get(name, 0.0) for name in LOOKS])
    shares[LOOKS.index("gel")] += 1 - shares.sum()
    canvas.look = lambda pixels: shares
    see_as(canvas, one)
    return canvas, whole


def most_panels(canvas: Canvas, whole: Piece) -> int:
    """How many there are where the judge, if asked, chooses as many as it can."""
    return len(partition(canvas, judge(lambda counts: counts), whole))


@pytest.mark.parametrize("look", ["flow chart", "scheme", "structure", "text"])
def test_a_drawing_without_letters_is_one_panel(look: str) -> None:
    assert most_panels(*looking(canvas_of(*GRID), {look: DRAWN + 0.01}, 0.1)) == 1
    assert most_panels(*looking(canvas_of(*GRID), {look: DRAWN - 0.01}, 0.1)) == 4


def test_a_drawing_may_be_of_several_kinds() -> None:
    shares = {"flow chart": DRAWN / 2 + 0.01, "text": DRAWN / 2}
    assert most_panels(*looking(canvas_of(*GRID), shares, 0.1)) == 1


@pytest.mark.parametrize("look", ["photograph", "chart", "gel", "other picture"])
def test_the_network_must_be_sure_of_what_is_no_drawing(look: str) -> None:
    assert most_panels(*looking(canvas_of(*GRID), {look: 1.0}, SURE + 0.01)) == 1
    assert most_panels(*looking(canvas_of(*GRID), {look: 1.0}, SURE - 0.01)) == 4


@pytest.mark.parametrize(("letters", "named", "sided"), [((), 4, False), (LETTERS, 0, False), ((), 0, True)])
def test_where_caption_or_letters_speak_of_panels_the_judge_decides(
    letters: Sequence[PixelBox], named: int, sided: bool
) -> None:
    figure = canvas_of(*GRID, letters=letters, named=named, sided=sided)
    assert most_panels(*looking(figure, {"structure": 0.9}, 0.99)) == 4


def test_pictures_that_stand_around_each_other_are_never_one_panel() -> None:
    around = [(20, 20, 250, 110), (260, 20, 380, 190), (130, 200, 380, 280), (20, 120, 120, 280)]
    assert most_panels(*looking(canvas_of(*around), {"scheme": 1.0}, 1.0)) == 4
