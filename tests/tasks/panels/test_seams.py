"""Seams between images that have no gutter."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from tasks.panels.seams import Lines, find_seams, is_annotation


def texture(height: int, width: int, seed: int, level: int = 120) -> np.ndarray:
    """A smooth random picture (H, W) uint8, like a micrograph."""
    random = np.random.default_rng(seed)
    smooth = gaussian_filter(random.normal(0, 1, (height, width)), 4)
    shades = level + 25 * smooth / smooth.std() + random.normal(0, 3, smooth.shape)
    picture: np.ndarray = np.clip(shades, 0, 255).astype(np.uint8)
    return picture


def test_a_white_line_between_two_pictures() -> None:
    picture = texture(200, 400, 1)
    picture[:, 199:201] = 255
    (seam,) = find_seams(Lines(picture, 0), 40)
    assert abs(seam.start - 199) <= 3
    assert find_seams(Lines(picture, 1), 40) == []


def test_a_dark_grid_on_light_pictures() -> None:
    picture = texture(300, 300, 2, 180)
    picture[149:151] = picture[:, 149:151] = 0
    assert len(find_seams(Lines(picture, 0), 40)) == len(find_seams(Lines(picture, 1), 40)) == 1


def test_a_thick_band_of_any_shade() -> None:
    picture = texture(200, 400, 3, 60)
    picture[:, 190:210] = 200
    (seam,) = find_seams(Lines(picture, 0), 40)
    assert (seam.start, seam.stop) == (190, 210)


def test_pictures_that_touch() -> None:
    picture = np.hstack([texture(200, 200, 4, 70), texture(200, 200, 5, 170)])
    (seam,) = find_seams(Lines(picture, 0), 40)
    assert seam.start <= 200 <= seam.stop + 1


def test_one_picture_has_no_seam() -> None:
    assert (
        find_seams(Lines(texture(300, 300, 6), 0), 40) == find_seams(Lines(texture(300, 300, 6), 1), 40) == []
    )


def test_the_rules_of_a_table_are_no_seams() -> None:
    picture = texture(600, 600, 7)
    picture[:, ::40] = 255
    assert find_seams(Lines(picture, 0), 30) == []


def test_a_band_is_one_seam_as_wide_as_itself() -> None:
    picture = texture(200, 400, 8)
    picture[:, 190:210] = 250
    (seam,) = find_seams(Lines(picture, 0), 40)
    assert (seam.start, seam.stop) == (190, 210)


def test_a_line_in_colour_marks_something_in_one_picture() -> None:
    gray = texture(200, 400, 4)
    pixels = np.dstack([gray] * 3)
    for colour, marks in (((250, 230, 30), True), ((255, 255, 255), False)):
        pixels[:, 199:201] = colour
        (seam,) = find_seams(Lines(pixels.mean(axis=2).astype(np.uint8), 0), 40)
        assert is_annotation(pixels, 0, seam) is marks


def test_a_step_between_pictures_in_colour_marks_nothing() -> None:
    pixels = np.dstack([texture(200, 400, 5, 200), texture(200, 400, 6, 60), texture(200, 400, 7, 150)])
    pixels[:, 200:] = np.dstack(
        [texture(200, 200, 8, 90), texture(200, 200, 9, 30), texture(200, 200, 10, 200)]
    )
    for seam in find_seams(Lines(pixels.mean(axis=2).astype(np.uint8), 0), 40):
        assert not is_annotation(pixels, 0, seam)
