from __future__ import annotations

import numpy as np
import pytest

from models.default.drawings.panels import Drawer
from models.default.drawings.photographs import growths, light, surfaces, things
from tests.models.default.drawings.looks import draw_unlike

pytest.importorskip("rdkit", reason="needs the extra figmill[draw]")

DRAWERS: tuple[Drawer, ...] = (
    surfaces.dermoscopy,
    surfaces.plaques,
    surfaces.endoscopy,
    growths.dish,
    growths.wells,
    things.plant,
    things.landscape,
    things.animal,
    things.instrument,
)

SIZE = (120, 80)


def generator(seed: int = 3) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("draw", DRAWERS, ids=[draw.__name__ for draw in DRAWERS])
def test_a_photograph_is_coloured_and_no_two_are_alike(draw: Drawer) -> None:
    images = draw_unlike(draw, 5, 1.1)
    assert max(np.asarray(image, np.float32).std(2).mean() for image in images) > 8


def test_a_dome_is_as_high_as_its_shorter_half_axis_and_flat_outside() -> None:
    mask, height = light.dome(generator(), SIZE, (60, 40), (30, 20), rough=0.0)
    assert height[40, 60] == pytest.approx(20, abs=1)
    assert mask[40, 60] == 1
    assert height[40, 95] == mask[40, 95] == 0
    assert 0 < height[40, 85] < height[40, 70] < height[40, 60]


def test_the_side_of_a_dome_that_faces_the_lamp_is_the_lighter_one() -> None:
    grey = light.filled(SIZE, np.full(3, 120, np.float32))
    _, height = light.dome(generator(), SIZE, (60, 40), (30, 30), rough=0.0)
    seen = light.lit(generator(), grey, height, gloss=0.0)
    assert seen[22, 60].mean() > seen[58, 60].mean() + 10
    assert np.allclose(seen[2, 2], 120, atol=1)


def test_gloss_adds_highlights() -> None:
    grey = light.filled(SIZE, np.full(3, 120, np.float32))
    _, height = light.dome(generator(), SIZE, (60, 40), (30, 30), rough=0.0)
    dull, wet = (light.lit(generator(), grey, height, gloss) for gloss in (0.0, 1.0))
    assert wet.max() > dull.max() + 80


def test_paint_covers_where_its_mask_is_one() -> None:
    grey, mask = light.filled(SIZE, np.full(3, 120, np.float32)), np.zeros((80, 120), np.float32)
    mask[:40] = 1
    painted = light.paint(grey, mask, np.array([200, 10, 10], np.float32))
    assert painted[10, 10].tolist() == [200, 10, 10]
    assert painted[60, 10].tolist() == [120, 120, 120]


def test_a_ruler_lies_along_an_edge() -> None:
    grey = light.filled(SIZE, np.full(3, 120, np.float32))
    changed = (light.ruler(generator(), grey) != grey).any((1, 2))
    assert changed[0] != changed[-1]
    assert 4 < changed.sum() < 16
