"""Thumbnails: small JPEGs, whatever a paper's picture is."""

import io

import numpy as np
import pytest
from PIL import Image

from models.png import encode
from tasks.index.thumbnails import thumbnail
from tests.tasks.small_datasets import png


def _encoded(mode: str, size: tuple[int, int], kind: str = "PNG") -> bytes:
    data = io.BytesIO()
    Image.new(mode, size).save(data, kind)
    return data.getvalue()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_any_mode_becomes_a_jpeg_of_the_same_shape(mode: str):
    made = thumbnail(_encoded(mode, (600, 300)))
    assert made is not None
    data, width, height = made
    assert (width, height) == (256, 128)
    assert Image.open(io.BytesIO(data)).format == "JPEG"


@pytest.mark.parametrize("shape", [(300, 600), (300, 600, 3)], ids=["grey", "colours"])
def test_a_png_of_figmills_own_has_the_thumbnail_of_any_other_and_grey_stays_grey(shape: tuple[int, ...]):
    pixels = np.random.default_rng(0).integers(0, 255, shape, np.uint8)
    others = io.BytesIO()
    Image.fromarray(pixels).save(others, "PNG")
    made = thumbnail(encode(pixels))
    assert made == thumbnail(others.getvalue())
    assert made is not None
    assert Image.open(io.BytesIO(made[0])).mode == ("L" if len(shape) == 2 else "RGB")


@pytest.mark.parametrize("size", [(2000, 1500), (257, 100)])
def test_a_large_jpeg_is_as_large_as_a_thumbnail_may_be(size: tuple[int, int]):
    made = thumbnail(_encoded("RGB", size, "JPEG"))
    assert made is not None
    assert max(made[1:]) == 256
    assert made[2] / made[1] == pytest.approx(size[1] / size[0], abs=0.01)


def test_what_is_transparent_becomes_white():
    made = thumbnail(_encoded("RGBA", (10, 10)))
    assert made is not None
    assert Image.open(io.BytesIO(made[0])).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("data", [None, b"", b"torn", png()[:2000], _encoded("RGB", (9, 9), "GIF")])
def test_what_cannot_be_decoded_has_none(data: bytes | None):
    assert thumbnail(data) is None


def test_a_picture_of_too_many_pixels_is_not_decoded():
    assert thumbnail(_encoded("1", (20_000, 5_000))) is None


def test_a_small_jpeg_is_decoded_too_and_keeps_no_words():
    about = Image.Exif()
    about[0x010E] = "of a named patient"
    data = io.BytesIO()
    Image.effect_noise((100, 80), 50).save(data, "JPEG", exif=about, comment=b"a named patient")
    whole = data.getvalue()
    made = thumbnail(whole)
    assert made is not None
    assert made[1:] == (100, 80)
    assert b"named patient" not in made[0]
    assert thumbnail(whole[: whole.index(b"\xff\xda")] + b"\xff\xd9") is None  # no scan between head and end
