from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from models.default.drawings.pictures import plane

pytest.importorskip("rdkit", reason="needs the extra figmill[draw]")

SIZE = (120, 80)


def generator() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.mark.parametrize("reach", [0.6, 3.0, 25.0, 200.0])
def test_noise_is_level_and_of_unit_spread_whatever_its_grain(reach: float) -> None:
    noise = plane.grain(generator(), SIZE, reach)
    assert noise.shape == (80, 120)
    if reach < 30:
        assert abs(noise.mean()) < 0.6
        assert 0.5 < noise.std() < 1.6
    assert np.abs(noise).max() < 7


def test_larger_grains_are_smoother() -> None:
    fine, coarse = (plane.clouds(generator(), SIZE, reach, 0.3) for reach in (2.0, 30.0))
    assert np.abs(np.diff(fine, axis=1)).mean() > 3 * np.abs(np.diff(coarse, axis=1)).mean()


def test_a_lump_fills_its_ellipse_and_nothing_else() -> None:
    lump = plane.lump(generator(), SIZE, (60, 40), (30, 20), rough=0.0)
    assert lump.min() == 0
    assert lump.max() == 1
    assert lump[40, 60] == lump[40, 85] == lump[55, 60] == 1
    assert lump[40, 95] == lump[65, 60] == 0
    assert lump.sum() == pytest.approx(np.pi * 30 * 20, rel=0.03)


def test_a_lump_beyond_the_edge_is_cut_or_not_there() -> None:
    assert 0 < plane.lump(generator(), SIZE, (0, 0), (30, 20)).sum() < 0.3 * np.pi * 30 * 20
    assert not plane.lump(generator(), SIZE, (500, 500), (30, 20)).any()


def test_a_layer_covers_what_its_mask_covers() -> None:
    mask = np.array([[0, 0.5, 1]], np.float32)
    assert plane.layer(np.full_like(mask, 10), mask, 30).tolist() == [[10, 20, 30]]


def test_every_pixel_of_a_cell_is_nearest_to_its_seed_and_borders_have_no_margin() -> None:
    which, margin = plane.cells(generator(), SIZE, 9, even=1.0)
    assert len(np.unique(which)) == 9
    assert margin.min() >= 0
    borders = which[:, 1:] != which[:, :-1]
    assert margin[:, 1:][borders].max() <= 2


def test_a_vessel_thins_and_forks() -> None:
    drawn = []
    for fork in (0.0, 0.3):
        image = Image.new("L", (300, 300))
        plane.tree(generator(), ImageDraw.Draw(image), (150, 150), 0.0, 12, 140, bend=0.0, fork=fork)
        drawn.append(np.asarray(image) > 0)
    alone, forked = drawn
    assert 10 <= alone[:, 155].sum() <= 14
    assert 0 < alone[:, 275].sum() < 9
    assert forked.sum() > 1.5 * alone.sum()


def test_marks_leave_a_picture_its_size() -> None:
    for seed in range(6):
        picture = Image.new("RGB", SIZE, "grey")
        marked = plane.mark(np.random.default_rng(seed), picture, names=("T1",), bar=1.0)
        assert marked.size == SIZE
        assert np.asarray(marked).std() > 0
