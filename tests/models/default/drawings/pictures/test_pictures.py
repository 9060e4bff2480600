from __future__ import annotations

import numpy as np
import pytest

from models.default.drawings.panels import Drawer
from models.default.drawings.pictures import echoes, electrons, resonance, slices, vessels
from tests.models.default.drawings.looks import draw_unlike

pytest.importorskip("rdkit", reason="needs the extra figmill[draw]")

DRAWERS: tuple[Drawer, ...] = (
    vessels.angiogram,
    vessels.bright_vessels,
    slices.computed_tomography,
    resonance.magnetic_resonance,
    echoes.ultrasound,
    electrons.surface,
    electrons.polished,
)


def greys(draw: Drawer, seed: int) -> np.ndarray:
    return np.asarray(draw(np.random.default_rng(seed)).convert("L"), np.float32)


@pytest.mark.parametrize("draw", DRAWERS, ids=[draw.__name__ for draw in DRAWERS])
def test_a_picture_has_something_on_it_and_no_two_are_alike(draw: Drawer) -> None:
    draw_unlike(draw, 5, 1.15)


def test_angiograms_are_bright_and_bright_vessels_stand_on_dark() -> None:
    dark = np.median([np.median(greys(vessels.angiogram, seed)) for seed in range(8)])
    bright = np.median([np.median(greys(vessels.bright_vessels, seed)) for seed in range(8)])
    assert bright + 40 < dark
