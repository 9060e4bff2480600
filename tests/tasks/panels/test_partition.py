"""Partition: the rules cut unless the judge objects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tasks.developing.cut_proposals import propose
from tasks.developing.cut_training import is_right
from tasks.panels.cuts import Cut, CutFeatures, Source
from tasks.panels.gutters import ink
from tasks.panels.partition import partition
from tasks.panels.pieces import Canvas, Piece

UNIT = 2


def canvas_of(*blocks: tuple[int, int, int, int]) -> tuple[Canvas, Piece]:
    """Black blocks on white, 400 by 300 pixels."""
    picture = Image.new("RGB", (400, 300), "white")
    for block in blocks:
        ImageDraw.Draw(picture).rectangle(block, fill="black")
    pixels = np.asarray(picture)
    canvas = Canvas(pixels, ink(pixels), UNIT)
    whole = canvas.piece((0, 0, 400, 300))
    assert whole is not None
    return canvas, whole


def at_gutters(features: Sequence[CutFeatures]) -> np.ndarray:
    return np.array([own.gutter for own in features])


def never(features: Sequence[CutFeatures]) -> np.ndarray:
    return np.zeros(len(features))


GRID = [(x, y, x + 150, y + 120) for y in (10, 160) for x in (20, 220)]


def test_every_gutter_that_the_judge_lets_pass_is_cut() -> None:
    canvas, whole = canvas_of(*GRID)
    found = partition(canvas, at_gutters, whole)
    assert sorted(piece.box for piece in found) == sorted((a, b, c + 1, d + 1) for a, b, c, d in GRID)


def test_nothing_is_cut_to_which_the_judge_objects() -> None:
    canvas, whole = canvas_of(*GRID)
    assert partition(canvas, never, whole) == [whole]


def test_a_cut_knows_its_gutter_and_its_sides() -> None:
    canvas, whole = canvas_of((20, 10, 170, 290), (220, 10, 370, 290))
    (proposal,) = propose(canvas, whole)
    assert proposal.cut == Cut(0, 171, 220, Source.GUTTER)
    assert proposal.features.points == pytest.approx(49 / UNIT)
    assert proposal.features.aligned == 1
    assert proposal.features.alike == pytest.approx(0, abs=0.01)
    assert proposal.features.ink == 0


def test_a_cut_is_right_that_parts_panels_and_tears_none() -> None:
    panels = np.array([(0, 0, 100, 100), (120, 0, 220, 100)], float)
    assert is_right(Cut(0, 100, 120, Source.GUTTER), panels)
    assert is_right(Cut(0, 94, 96, Source.GUTTER), panels), "gold boxes are not exact"
    assert not is_right(Cut(0, 50, 52, Source.GUTTER), panels)
    assert not is_right(Cut(0, 230, 232, Source.GUTTER), panels), "nothing is parted there"
    assert not is_right(Cut(1, 50, 52, Source.GUTTER), panels)
