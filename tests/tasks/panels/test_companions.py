"""Parts that accompany a panel: joined to it, unless they have print of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from models.inference.looks import LOOKS
from tasks.panels.companions import join_strips
from tasks.panels.pieces import Canvas, Kind, Piece
from tasks.panels.separation import separate
from tests.tasks.panels.judging.canvases import canvas_of
from tests.tasks.panels.test_separation import assert_panels, figure, plot


def tree(draw: ImageDraw.ImageDraw, left: int, right: int, top: int, bottom: int) -> None:
    """A binary tree of lines that ends at eight leaves at `bottom`."""
    ends = [(x, bottom) for x in np.linspace(left, right, 8)]
    for level in range(3):
        height = bottom - (bottom - top) * (level + 1) // 3
        pairs = list(zip(ends[::2], ends[1::2], strict=True))
        for (x0, y0), (x1, y1) in pairs:
            draw.line([(x0, y0), (x0, height), (x1, height), (x1, y1)], fill="black", width=2)
        ends = [((x0 + x1) / 2, height) for (x0, _), (x1, _) in pairs]


def heat_map(draw: ImageDraw.ImageDraw, left: int, top: int) -> None:
    shades = np.random.default_rng(0).integers(0, 255, (24, 8, 3))
    for i, j in np.ndindex(24, 8):
        corner = left + j * 50, top + i * 20
        draw.rectangle((*corner, corner[0] + 49, corner[1] + 19), fill=tuple(map(int, shades[i, j])))


def test_the_tree_over_a_heat_map_belongs_to_it() -> None:
    picture = Image.new("RGB", (520, 620), "white")
    draw = ImageDraw.Draw(picture)
    tree(draw, 65, 415, 20, 90)
    heat_map(draw, 40, 104)
    assert_panels(separate(figure(picture)), [(40, 20, 440, 584)])


def test_the_trees_at_two_sides_and_the_key_between_them_belong_to_a_heat_map() -> None:
    picture = Image.new("RGB", (620, 620), "white")
    draw = ImageDraw.Draw(picture)
    tree(draw, 165, 515, 20, 90)
    heat_map(draw, 140, 104)
    side = Image.new("RGB", (480, 70), "white")
    tree(ImageDraw.Draw(side), 10, 470, 0, 69)
    picture.paste(side.rotate(90, expand=True), (56, 104))
    draw.rectangle((40, 20, 110, 80), fill="navy")
    assert_panels(separate(figure(picture)), [(40, 20, 540, 584)], tolerance=20)


@pytest.mark.parametrize("height", [220, 300])
def test_a_plot_with_numbers_of_its_own_is_a_panel_beside_another(height: int) -> None:
    picture = Image.new("RGB", (380, 310 + height), "white")
    picture.paste(plot(380, height), (0, 0))
    picture.paste(plot(380, 300), (0, height + 5))
    assert len(separate(figure(picture))) == 2


STRIPS = [Piece((40, top, 240, top + 60), Kind.IMAGE) for top in (20, 90, 160)]
"""Three strips of a blot, at two pixels to a point."""


def strips_on(look: str) -> Canvas:
    """A canvas on which everything looks like `look`."""
    canvas, _ = canvas_of(*(piece.box for piece in STRIPS))
    shares = np.array([float(name == look) for name in LOOKS])
    canvas.look = lambda pixels: shares
    return canvas


def test_the_strips_of_a_blot_are_one_panel() -> None:
    assert [piece.box for piece in join_strips(strips_on("gel"), STRIPS)] == [(40, 20, 240, 220)]


def test_strips_that_look_like_photographs_are_panels() -> None:
    assert join_strips(strips_on("photograph"), STRIPS) == STRIPS


@pytest.mark.parametrize(
    "strips",
    [
        [STRIPS[0], replace(STRIPS[1], box=(40, 130, 240, 190))],
        [STRIPS[0], replace(STRIPS[1], box=(150, 90, 350, 150))],
        [STRIPS[0], replace(STRIPS[1], box=(40, 90, 120, 150))],
        [replace(STRIPS[0], letters=((40, 20, 50, 30),)), replace(STRIPS[1], letters=((40, 90, 50, 100),))],
        [STRIPS[0], replace(STRIPS[1], kind=Kind.PLOT)],
    ],
    ids=["apart", "aside", "narrower", "lettered", "a plot"],
)
def test_what_is_no_strip_of_the_same_blot_stays_alone(strips: list[Piece]) -> None:
    assert join_strips(strips_on("gel"), strips) == strips


def test_two_blots_side_by_side_stay_two() -> None:
    beside = [
        replace(piece, box=(piece.box[0] + 210, *piece.box[1:2], piece.box[2] + 210, piece.box[3]))
        for piece in STRIPS
    ]
    assert len(join_strips(strips_on("gel"), [*STRIPS, *beside])) == 2
