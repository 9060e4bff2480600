from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from models.data.views import draw_view
from models.transforms import Transform

SQUARE = Transform(size=64, fit="stretch")
LEAST = 0.3
"""Of a side, what is seen at least, but for rounding."""


def encode(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def gradient(width: int = 90, height: int = 60) -> np.ndarray:
    """Red grows to the right, green downwards; blue is what no margin has."""
    red, green = np.meshgrid(np.linspace(60, 200, width), np.linspace(60, 200, height))
    return np.stack([red, green, np.full_like(red, 128)], axis=2).astype(np.uint8)


def test_a_view_depends_on_the_image_and_the_seed_alone() -> None:
    first, second = encode(gradient()), encode(gradient(91))
    assert np.array_equal(draw_view(first, SQUARE, 1), draw_view(first, SQUARE, 1))
    assert not np.array_equal(draw_view(first, SQUARE, 1), draw_view(first, SQUARE, 2))
    assert not np.array_equal(draw_view(first, SQUARE, 1), draw_view(second, SQUARE, 1))


def test_views_show_a_third_of_each_side_or_more_either_way_round_and_sometimes_framed() -> None:
    views = [draw_view(encode(gradient()), SQUARE, seed) for seed in range(60)]
    assert {view.shape for view in views} == {(64, 64, 3)}
    whole = [view for view in views if np.ptp(view[..., 2]) <= 2]
    assert 30 <= len(whole) < 55  # the others have a margin
    red = np.array([view[32, -1, 0].astype(float) - view[32, 0, 0] for view in whole])
    green = np.array([view[-1, 32, 1].astype(float) - view[0, 32, 1] for view in whole])
    assert len({bool(growth > 0) for growth in red}) == 2  # mirrored
    assert green.min() > LEAST * 140  # never upside down
    assert np.abs(red).min() > LEAST * 140
    assert np.abs(red).min() < 0.7 * 140
    assert np.ptp(np.log(green / np.abs(red))) > 0.15  # in other proportions
    assert {0, 255} <= {int(shade) for view in views for shade in np.unique(view[..., 2])}


def test_a_view_has_the_shape_that_is_most_like_the_part_it_shows() -> None:
    """A part's proportions are those of the image, changed by a quarter at most, unless a margin is cut into."""
    transform = Transform(size=56, fit="proportions")
    shapes = {draw_view(encode(gradient(300, 100)), transform, seed).shape[:2] for seed in range(60)}
    assert shapes <= {transform.shape(300, 100), transform.shape(200, 100), transform.shape(133, 100)}
    assert len(shapes) > 1
    assert {draw_view(encode(gradient(50, 50)), SQUARE, seed).shape for seed in range(3)} == {(64, 64, 3)}


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(ValueError, match="image"):
        draw_view(b"no picture", SQUARE, 0)
