"""Where the network of places would cut a piece."""

from __future__ import annotations

import numpy as np
import pytest

from models.inference.places import Places
from models.networks.place_plan import FIELDS, HIDDEN
from tasks.panels.judging.separations import find_separations

WHOLE, LEFT = (0, 0, 320, 160), (0, 0, 152, 160)


@pytest.fixture
def places() -> Places:
    """Two panels side by side with a separation between them."""
    maps = np.zeros((HIDDEN + FIELDS, 20, 40), np.float32)
    maps[-3] = 1
    maps[-3, :, 19:21] = 0
    maps[-2, :, 19:21] = 1
    return Places(maps, (320, 160), 1.0, {})


def noise(highest: int) -> np.ndarray:
    return np.random.default_rng(2).integers(0, highest, (160, 320, 3), np.uint8)


def test_a_separation_is_found_and_moved_to_the_gutter(places: Places) -> None:
    pixels = noise(255)
    pixels[:, 155:158] = 80
    ((position, sure),) = find_separations(places, pixels, WHOLE, 0)
    assert position == 156
    assert sure > 0.7
    assert find_separations(places, pixels, WHOLE, 1) == []
    assert find_separations(places, pixels, LEFT, 0) == []


def test_without_a_gutter_it_is_moved_to_the_sharpest_step(places: Places) -> None:
    pixels = noise(100)
    pixels[:, 163:] += 150
    ((position, _),) = find_separations(places, pixels, WHOLE, 0)
    assert position == 163


def test_positions_are_those_of_the_figure(places: Places) -> None:
    pixels = noise(255)
    pixels[:, 155:158] = 80
    ((position, _),) = find_separations(places, pixels, (40, 16, 300, 144), 0)
    assert position == 156


def test_a_box_too_thin_to_be_cut_has_no_separation(places: Places) -> None:
    assert find_separations(places, noise(9), (100, 0, 102, 160), 0) == []
