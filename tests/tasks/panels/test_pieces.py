"""The canvas: what it remembers of its lines is what is drawn."""

from __future__ import annotations

from tests.tasks.panels.judging.canvases import canvas_of

BLOCKS = ((20, 20, 180, 280), (220, 20, 380, 280))
MARK = (195, 100, 205, 106)
"""Print between them."""

GAP = (181, 0, 220, 300)


def test_lines_are_met_until_what_is_on_them_is_erased() -> None:
    canvas, _ = canvas_of(*BLOCKS, MARK)
    assert canvas.met(GAP, 1).any()
    assert not canvas.met(GAP, 1, core=True).any()
    canvas.erase_print((0, 0, 400, 300), 0, 200)
    assert not canvas.met(GAP, 1).any()
    assert canvas.piece(GAP) is None


def test_what_a_trimmed_box_meets_is_what_its_pixels_do() -> None:
    canvas, _ = canvas_of(*BLOCKS, MARK)
    trimmed = canvas.trim((10, 5, 390, 290))
    assert trimmed == (20, 20, 381, 281)
    x0, y0, x1, y1 = trimmed
    for axis in (0, 1):
        assert (canvas.met(trimmed, axis) == canvas.mask[y0:y1, x0:x1].any(axis=axis)).all()


def test_lines_of_a_picture_are_looked_at_once_while_it_is_the_same() -> None:
    canvas, _ = canvas_of(*BLOCKS)
    first = canvas.lines(BLOCKS[0])
    assert canvas.lines(BLOCKS[0]) is first
    assert canvas.lines(BLOCKS[1]) is not first
    assert (first[0].length, first[0].height) == (first[1].height, first[1].length) == (160, 260)
