"""Gutters, frames and backgrounds of ink masks."""

from __future__ import annotations

import numpy as np

from tasks.panels.gutters import Mask, background_colour, counts, empty_runs, ink, met, trim, without_frame


def mask_of(*boxes: tuple[int, int, int, int], size: tuple[int, int] = (100, 100)) -> Mask:
    mask = np.zeros(size, bool)
    for x0, y0, x1, y1 in boxes:
        mask[y0:y1, x0:x1] = True
    return mask


def test_trim_finds_the_ink_or_nothing() -> None:
    mask = mask_of((10, 20, 30, 40))
    assert trim(mask, (0, 0, 100, 100)) == (10, 20, 30, 40)
    assert trim(mask, (50, 50, 100, 100)) is None


def test_lines_are_counted() -> None:
    mask = mask_of((10, 20, 30, 60), size=(300, 300))
    part = mask[15:90, 5:40]
    assert counts(part, 0).tolist() == [0] * 5 + [40] * 20 + [0] * 10
    assert counts(part, 1).tolist() == [0] * 5 + [20] * 40 + [0] * 30
    assert counts(np.ones((1, 300), bool), 1).tolist() == [300]


def test_gutters_are_empty_runs_within() -> None:
    mask = mask_of((10, 0, 40, 100), (42, 0, 60, 100), (80, 0, 90, 100))
    profile = met(mask, (0, 0, 100, 100), 0)
    assert list(empty_runs(profile, 10)) == [(60, 80)]
    assert list(empty_runs(profile, 2)) == [(40, 42), (60, 80)]


def test_a_light_ground_is_told_from_the_dark_of_an_image() -> None:
    pixels = np.full((50, 50, 3), (240, 250, 230), np.uint8)
    assert np.abs(background_colour(pixels).astype(int) - (240, 250, 230)).max() <= 2
    assert (background_colour(np.zeros((50, 50, 3), np.uint8)) == 255).all()


def test_ink_is_what_differs_from_the_ground() -> None:
    pixels = np.full((4, 4, 3), 230, np.uint8)
    pixels[1, 1] = 0
    assert ink(pixels, np.full(3, 230)).sum() == 1
    assert ink(pixels).all()


def test_a_frame_is_removed_but_not_a_single_line() -> None:
    framed = mask_of((0, 0, 100, 2), (0, 98, 100, 100), (0, 0, 2, 100), (98, 0, 100, 100), (40, 40, 60, 60))
    assert without_frame(framed, 4).sum() == 400
    lined = mask_of((0, 0, 100, 2), (40, 40, 60, 60))
    assert without_frame(lined, 4).sum() == lined.sum()
