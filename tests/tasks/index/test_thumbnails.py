"""Thumbnails: small JPEGs, whatever a paper's picture is."""

import io

import pytest
from PIL import Image

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
