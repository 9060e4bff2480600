"""What the judge is told of a split."""

from __future__ import annotations

import numpy as np
import pytest

from models.inference.looks import LOOKS
from tasks.panels.judging.cuts import CutFeatures, cuts_of, measure_cuts
from tasks.panels.judging.splits import PieceFeatures, measure_letters, measure_piece, measure_split
from tasks.panels.pieces import Kind, Piece
from tasks.panels.rules import Split, find_split
from tests.tasks.panels.judging.canvases import GRID, LETTERS, UNIT, canvas_of


def test_a_cut_knows_its_gutter_and_its_sides() -> None:
    canvas, whole = canvas_of((20, 20, 170, 280), (220, 20, 370, 280))
    split = find_split(canvas, whole)
    assert split is not None
    (cut,) = cuts_of(split, 0)
    assert (cut.start, cut.stop) == (171, 220)
    (features,) = measure_cuts(canvas, whole, [cut])
    assert features.points == pytest.approx(49 / UNIT)
    assert (features.aligned, features.ink, features.of_widest) == (1, 0, 1)


def test_a_split_knows_how_many_parts_have_letters() -> None:
    canvas, whole = canvas_of(*GRID, letters=LETTERS, named=2)
    split = find_split(canvas, whole)
    assert split is not None
    features = measure_piece(canvas, whole, split)
    assert (features.parts, features.as_many_as_named, features.all_lettered) == (2, 1, 1)
    assert (features.letters, features.letters_unnamed) == (4, 0)


def test_letters_over_bars_stand_at_no_corner() -> None:
    parts = [Piece((x, 0, x + 100, 100), Kind.IMAGE) for x in (0, 120)]
    corners = Piece((0, 0, 220, 100), Kind.ART, ((2, -12, 10, -2), (122, -12, 130, -2)))
    middles = Piece((0, 0, 220, 100), Kind.ART, ((46, 30, 54, 40), (166, 70, 174, 80)))
    assert measure_letters(corners, Split(parts, 0))[0] == 1
    assert measure_letters(corners, Split(parts, 0))[3] == 1
    assert measure_letters(middles, Split(parts, 0))[0] == 0


def test_the_looks_of_piece_and_figure_are_measured() -> None:
    canvas, whole = canvas_of(*GRID)
    canvas.look = lambda pixels: np.full(len(LOOKS), pixels.shape[1], np.float32)
    split = find_split(canvas, whole)
    assert split is not None
    assert split.axis is not None
    features = measure_split(canvas, whole, split, split.axis)
    count = len(PieceFeatures._fields) + 3 * len(CutFeatures._fields)
    assert features.shape == (count + 2 * len(LOOKS),)
    assert set(features[count : count + len(LOOKS)]) == {whole.width}
    assert set(features[count + len(LOOKS) :]) == {400}
    assert np.isfinite(features).all()
