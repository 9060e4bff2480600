"""What the judge is told of pieces."""

from __future__ import annotations

import numpy as np
import pytest

from models.inference.looks import LOOKS
from tasks.panels.judging.contents import edges, measure_gaps, measure_letters, measure_shape
from tasks.panels.judging.features import measure_pieces
from tasks.panels.judging.graph import build_graph
from tasks.panels.judging.surroundings import Surroundings
from tasks.panels.judging.survey import Survey, inside, overlaps
from tests.tasks.panels.judging.canvases import GRID, LETTERS, UNIT, canvas_of

CELL = (20, 20, 171, 131)


def test_every_piece_has_all_its_features() -> None:
    canvas, whole = canvas_of(*GRID)
    canvas.look = lambda pixels: np.full(len(LOOKS), pixels.shape[1], np.float32)
    graph = build_graph(canvas, whole)
    features = measure_pieces(canvas, graph)
    assert len(features) == len(graph)
    assert np.isfinite(features).all()
    assert set(features[:, -len(LOOKS) :].ravel()) == {400}


def test_a_piece_knows_its_size_and_its_gaps() -> None:
    canvas, whole = canvas_of(*GRID)
    survey = Survey(canvas)
    shape = measure_shape(survey, whole)
    assert (shape.width, shape.height) == (351 / UNIT, 261 / UNIT)
    gaps = measure_gaps(survey, whole.box, 0, core=False)
    assert (gaps.widest, gaps.share, gaps.wide) == (49 / UNIT, 49 / 351, 1)
    assert measure_gaps(survey, CELL, 0, core=False).widest == 0


def test_a_piece_knows_where_its_letter_stands() -> None:
    canvas, whole = canvas_of(*GRID, letters=LETTERS, named=4)
    letters = measure_letters(Survey(canvas), whole)
    assert (letters.own, letters.found, letters.named, letters.unnamed) == (4, 4, 4, 0)
    assert letters.across < 0.1
    assert letters.down < 0.1


def test_the_edges_of_a_frame_are_drawn() -> None:
    mask = np.zeros((50, 60), bool)
    mask[10, 10:40] = mask[10:30, 10] = True
    assert edges(mask, (10, 10, 40, 30)) == pytest.approx([1, 1 / 30, 1, 1 / 20])


def test_sums_over_a_piece_agree_with_its_pixels() -> None:
    canvas, _ = canvas_of(*GRID)
    ink, _, drawn, spread, white, dark, coloured = Survey(canvas).means((200, 0, 400, 300))
    part = canvas.mask[:, 200:400]
    assert ink == pytest.approx(part.mean(), abs=0.03)
    assert (white, dark) == pytest.approx((1 - ink, ink))
    assert drawn == pytest.approx(255 * ink)
    assert spread == pytest.approx(255 * (ink * (1 - ink)) ** 0.5)
    assert coloured == 0


def test_a_cell_of_a_grid_knows_its_neighbours_and_its_peers() -> None:
    canvas, whole = canvas_of(*GRID)
    surroundings = Surroundings(canvas, build_graph(canvas, whole))
    left, top, right, bottom, least, far = surroundings.measure_distances(CELL)
    assert (left, top, far) == (50, 50, 2)
    assert (right, bottom, least) == pytest.approx((49 / UNIT, 39 / UNIT, 39 / UNIT))
    siblings = surroundings.measure_siblings(CELL)
    assert (siblings.parts, siblings.of_mean, siblings.spread) == (2, 1, 0)
    assert surroundings.measure_peers(CELL).log_alike == pytest.approx(np.log(4))
    assert surroundings.measure_siblings(whole.box).parts == 1


def test_boxes_in_and_over_a_piece_are_counted() -> None:
    boxes = np.array([(0, 0, 10, 10), (5, 5, 15, 15), (50, 50, 60, 60)], float)
    assert inside(boxes, (0, 0, 12, 12)) == 1
    shared, alike = overlaps(boxes, (0, 0, 10, 10))
    assert list(shared) == [1, 0.25, 0]
    assert list(alike) == pytest.approx([1, 25 / 175, 0])
