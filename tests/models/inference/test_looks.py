"""What pictures look like to whoever cuts figures."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from models.inference.looks import LOOKS, looks_of
from models.transforms import Pixels


def micrograph() -> Pixels:
    random = np.random.default_rng(1)
    coarse = Image.fromarray(random.integers(0, 255, (24, 32, 3), np.uint8))
    return np.asarray(coarse.resize((320, 240), Image.Resampling.BICUBIC))


def flow_chart() -> Pixels:
    picture = Image.new("RGB", (300, 400), "white")
    draw = ImageDraw.Draw(picture)
    for y in (10, 140, 270):
        draw.rectangle((60, y, 240, y + 70), outline="black", width=2)
        draw.text((75, y + 25), "Assessed for eligibility", fill="black", font_size=14)
        draw.line((150, y + 70, 150, y + 130), fill="black", width=2)
    return np.asarray(picture)


@pytest.mark.parametrize(("pixels", "look"), [(micrograph(), "photograph"), (flow_chart(), "flow chart")])
def test_a_picture_looks_like_its_kind(pixels: Pixels, look: str) -> None:
    assert LOOKS[looks_of(pixels).argmax()] == look


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (700, 3)])
def test_any_size_has_a_look(size: tuple[int, int]) -> None:
    looks = looks_of(np.full((*size, 3), 255, np.uint8))
    assert looks.shape == (len(LOOKS),)
    assert looks.sum() == pytest.approx(1, abs=1e-5)
