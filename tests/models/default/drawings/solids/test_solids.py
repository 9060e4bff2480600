from __future__ import annotations

import numpy as np
import pytest

from models.default.drawings.canvas import Canvas
from models.default.drawings.panels import Drawer
from models.default.drawings.solids import bodies, meshes, proteins, scene

pytest.importorskip("rdkit", reason="needs the extra figmill[draw]")

DRAWERS: tuple[Drawer, ...] = (
    proteins.ribbons,
    proteins.surface,
    proteins.nucleic_acid,
    bodies.brain,
    bodies.organ,
    bodies.blobs,
    meshes.elements,
)
RED, GREEN = np.array([255.0, 0, 0]), np.array([0.0, 255, 0])


def generator() -> np.random.Generator:
    return np.random.default_rng(4)


@pytest.mark.parametrize("draw", DRAWERS, ids=[draw.__name__ for draw in DRAWERS])
def test_a_rendered_body_is_there_and_no_two_are_alike(draw: Drawer) -> None:
    images = [draw(np.random.default_rng(seed)) for seed in range(5)]
    for image in images:
        assert image.mode == "RGB"
        assert np.asarray(image.convert("L"), np.float32).std() > 3
    assert len({image.tobytes() for image in images}) == 5
    shapes = [image.width / image.height for image in images]
    assert max(shapes) > 1.1 * min(shapes)


def test_a_turn_keeps_lengths_and_angles() -> None:
    turn = scene.turned(generator())
    assert turn @ turn.T == pytest.approx(np.eye(3))


def test_the_rainbow_goes_from_blue_by_green_to_red() -> None:
    assert scene.rainbow(np.array([0, 0.5, 1])).tolist() == [[0, 0, 255], [0, 220, 0], [255, 0, 0]]


@pytest.mark.parametrize("red_first", [True, False])
def test_the_near_ball_hides_the_far_one_in_whatever_order_they_come(red_first: bool) -> None:
    drawn = scene.Scene(generator())
    balls = [(np.array([0.0, 0, 5]), RED), (np.array([0.0, 0, -5]), GREEN)]
    for at, colour in balls if red_first else balls[::-1]:
        drawn.ball(at, 1.0, colour)
    page = Canvas(generator(), 60, 60)
    drawn.draw(page, (0, 0, 60, 60), gloss=0, fog=0)
    middle = np.asarray(page.finish(cut=False), np.float32)[30, 30]
    assert middle[0] > 5 * middle[1] + 20


def test_fog_pales_what_is_far() -> None:
    greens = []
    for fog in (0.0, 0.8):
        drawn = scene.Scene(generator())
        drawn.ball(np.array([0.0, 0, 5]), 1.0, RED)
        drawn.ball(np.array([3.0, 0, -5]), 1.0, GREEN)
        page = Canvas(generator(), 120, 60)
        drawn.draw(page, (0, 0, 120, 60), gloss=0, fog=fog)
        greens.append(np.asarray(page.finish(cut=False), np.float32)[30, 95, 0])
    assert greens[0] + 60 < greens[1]


def test_a_smooth_way_meets_its_knots() -> None:
    knots = generator().normal(0, 1, (4, 3))
    way = scene.smooth(knots, 5)
    assert way[::5] == pytest.approx(knots)


def test_of_balls_the_nearest_is_seen_and_beyond_them_nothing() -> None:
    centres = np.array([[20.0, 20, 0], [24.0, 20, 30]])
    height, which = scene.balls(centres, np.array([10.0, 6.0]), (50, 40))
    assert height.shape == which.shape == (40, 50)
    assert which[20, 12] == 0
    assert which[20, 24] == 1
    assert height[20, 24] == pytest.approx(36)
    assert which[5, 45] == -1
    assert not np.isfinite(height[5, 45])
    pixels = scene.shade(generator(), height, np.broadcast_to(RED, (40, 50, 3)), np.full(3, 255.0))
    assert pixels[5, 45].tolist() == [255, 255, 255]
    assert pixels[20, 12, 0] > pixels[20, 12, 1]
