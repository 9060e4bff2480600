"""Signatures: of what can be decoded and shows something; the same for the same picture however it is encoded."""

import numpy as np
import pytest
from PIL import Image

from tasks.duplicates.signatures import BITS, SIDE, WINDOWS, signature
from tests.tasks.duplicates.drawn import encoded, picture


def test_it_has_the_picture_and_a_code_for_each_window():
    found = signature(encoded(picture(1)))
    assert found is not None
    grey, codes = found
    assert grey.shape == (SIDE, SIDE)
    assert codes.shape == (len(WINDOWS),)
    assert int(codes.max()) < 2**BITS


@pytest.mark.parametrize("data", [None, b"", b"no picture", encoded(Image.new("RGB", (99, 99), "white"))])
def test_nothing_is_known_of_what_shows_nothing(data: bytes | None):
    assert signature(data) is None


def test_the_code_hardly_depends_on_size_and_encoding():
    image = picture(2)
    first = signature(encoded(image))
    other = signature(encoded(image.resize((160, 120)), "JPEG", quality=40))
    another = signature(encoded(picture(3)))
    assert first is not None
    assert other is not None
    assert another is not None
    assert np.bitwise_count(first[1][0] ^ other[1][0]) <= 3
    assert np.bitwise_count(first[1][0] ^ another[1][0]) > 8


def test_transparent_ground_counts_as_white():
    image = picture(5).convert("RGBA")
    hole = Image.new("L", image.size, 255)
    hole.paste(0, (0, 0, 100, 100))
    seen = image.copy()
    seen.putalpha(hole)
    white = Image.alpha_composite(Image.new("RGBA", image.size, "white"), seen)
    with_hole, on_white = signature(encoded(seen)), signature(encoded(white.convert("RGB")))
    assert with_hole is not None
    assert on_white is not None
    assert np.array_equal(with_hole[0], on_white[0])
