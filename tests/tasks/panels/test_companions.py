"""Parts that accompany a panel: joined to it, unless they have print of their own."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tasks.panels.separation import separate
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
