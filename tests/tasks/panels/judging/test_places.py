"""What is read of the network of places for pieces and their parts."""

from __future__ import annotations

import numpy as np
import pytest

from models.inference.places import Places
from models.networks.place_plan import FIELDS, HIDDEN, LAYERS, SAMPLES, SHAPES
from tasks.panels.judging.places import PlaceFeatures, find_separations, measure_places, read_fields

WHOLE, LEFT, RIGHT = (0, 0, 320, 160), (0, 0, 152, 160), (168, 0, 320, 160)


def weights(random: np.random.Generator) -> dict[str, np.ndarray]:
    sizes = [(HIDDEN + FIELDS) * SAMPLES**2 + SHAPES, *LAYERS]
    return {
        name: array.astype(np.float32)
        for place, before, after in zip((0, 3, 5), sizes[:-1], sizes[1:], strict=True)
        for name, array in (
            (f"piece.{place}.weight", random.normal(0, 0.1, (after, before))),
            (f"piece.{place}.bias", random.normal(0, 0.1, after)),
        )
    }


@pytest.fixture
def places() -> Places:
    """Two panels side by side with a separation between them."""
    random = np.random.default_rng(4)
    maps = random.random((HIDDEN + FIELDS, 20, 40)).astype(np.float32)
    maps[-3:] = 0
    maps[-3] = 1
    maps[-3, :, 19:21] = 0
    maps[-2, :, 19:21] = 1
    return Places(maps, (320, 160), 1.0, weights(random))


def test_a_piece_with_a_separation_through_it_shows_it(places: Places) -> None:
    whole, left, right = read_fields(places, [WHOLE, LEFT, RIGHT])
    names = PlaceFeatures._fields[4:10]
    assert dict(zip(names, whole, strict=True))["line_across"] > 0.7
    for part in (left, right):
        found = dict(zip(names, part, strict=True))
        assert found["line_across"] == found["line_down"] == 0
        assert found["inside"] > 0.95


def test_a_piece_is_held_against_the_best_of_its_ways(places: Places) -> None:
    upper, lower = (0, 0, 320, 80), (0, 80, 320, 160)
    ways = {WHOLE: [[LEFT, RIGHT], [upper, lower]], LEFT: [], RIGHT: [], upper: [], lower: []}
    rows = [PlaceFeatures(*row) for row in measure_places(places, ways)]
    whole, *parts = rows
    means = [np.mean([part.one for part in own]) for own in (parts[:2], parts[2:])]
    assert whole.parts_mean == pytest.approx(max(means), rel=1e-5)
    assert whole.better_whole == pytest.approx(whole.one - max(means), abs=1e-5)
    assert parts[0].parts_mean == 0
    assert parts[0].better_whole == pytest.approx(parts[0].one)


def test_no_pieces_no_features(places: Places) -> None:
    assert measure_places(places, {}).shape == (0, len(PlaceFeatures._fields))


def test_a_separation_is_found_and_moved_to_the_gutter(places: Places) -> None:
    gray = np.random.default_rng(2).uniform(0, 255, (160, 320))
    gray[:, 155:158] = 80
    ((position, sure),) = find_separations(places, gray, WHOLE, 0)
    assert position == 156
    assert sure > 0.7
    assert find_separations(places, gray, WHOLE, 1) == []
    assert find_separations(places, gray, LEFT, 0) == []


def test_without_a_gutter_it_is_moved_to_the_sharpest_step(places: Places) -> None:
    gray = np.random.default_rng(2).uniform(0, 60, (160, 320))
    gray[:, 163:] += 150
    ((position, _),) = find_separations(places, gray, WHOLE, 0)
    assert position == 163


def test_a_box_too_thin_to_be_cut_has_no_separation(places: Places) -> None:
    assert find_separations(places, np.zeros((160, 320)), (100, 0, 102, 160), 0) == []
