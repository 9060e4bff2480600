"""Partition: the rules cut unless the judge objects, who is not asked where letters say it."""

from __future__ import annotations

from tasks.panels.judging.splits import Features
from tasks.panels.partition import partition
from tests.tasks.panels.judging.canvases import GRID, LETTERS, canvas_of


def always(features: Features) -> float:
    return 1.0


def never(features: Features) -> float:
    return 0.0


def test_every_gutter_that_the_judge_lets_pass_is_cut() -> None:
    canvas, whole = canvas_of(*GRID)
    found = partition(canvas, always, whole)
    assert sorted(piece.box for piece in found) == sorted((a, b, c + 1, d + 1) for a, b, c, d in GRID)


def test_nothing_is_cut_to_which_the_judge_objects() -> None:
    canvas, whole = canvas_of(*GRID)
    assert partition(canvas, never, whole) == [whole]


def test_letters_that_the_caption_names_need_no_judge() -> None:
    canvas, whole = canvas_of(*GRID, letters=LETTERS, named=4)
    assert len(partition(canvas, never, whole)) == 4


def test_letters_that_no_caption_names_are_judged() -> None:
    canvas, whole = canvas_of(*GRID, letters=LETTERS, named=0)
    assert partition(canvas, never, whole) == [whole]
