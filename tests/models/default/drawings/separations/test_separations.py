from __future__ import annotations

import numpy as np
import pytest

from models.default.drawings.panels import Drawer
from models.default.drawings.separations import lanes, stained, strips
from tests.models.default.drawings.looks import draw_unlike

pytest.importorskip("rdkit", reason="needs the extra figmill[draw]")

DRAWERS: tuple[Drawer, ...] = (
    stained.stained,
    stained.two_dyes,
    stained.clear_lanes,
    strips.lone_strip,
    strips.strip_columns,
)


@pytest.mark.parametrize("draw", DRAWERS, ids=[draw.__name__ for draw in DRAWERS])
def test_a_gel_has_something_on_it_and_no_two_are_alike(draw: Drawer) -> None:
    draw_unlike(draw, 5, 1.15)


@pytest.mark.parametrize("count", [1, 2, 7, 20])
def test_lanes_hold_bands_across_and_nothing_between_them(count: int) -> None:
    planes = [lanes.load(np.random.default_rng(seed), count, (count * 20, 90)) for seed in range(12)]
    for plane in planes:
        assert plane.shape == (90, count * 20)
        assert 0 <= plane.min() <= plane.max() <= 1
    total = sum(planes)
    middles, borders = total[:, 10::20].mean(), total[:, ::20].mean()
    assert middles > 3 * borders


def test_each_stain_has_its_ground_and_its_bands() -> None:
    plane = np.zeros((60, 60), np.float32)
    plane[20:40] = 1
    for name, (ground, full) in lanes.STAINS.items():
        drawn = np.asarray(lanes.stain(np.random.default_rng(1), plane, name), np.float32)
        band, rest = drawn[25:35].mean((0, 1)), drawn[:12].mean((0, 1))
        towards = np.subtract(full, ground)
        assert (band - rest) @ towards > 0.3 * towards @ towards, name


def test_few_bands_are_strong_as_in_a_strip_of_one_protein() -> None:
    few = [lanes.load(np.random.default_rng(seed), 4, (90, 24), most=1).max() for seed in range(10)]
    assert np.median(few) > 0.5
