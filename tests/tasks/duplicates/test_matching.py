"""One picture laid over another: the same scene cut and encoded anew is known, another one is not."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tasks.duplicates.matching import is_cut_of, may_be_cuts
from tasks.duplicates.signatures import WINDOWS, signature
from tests.tasks.duplicates.drawn import cut, encoded, picture, variants


def _judged(whole: bytes, part: bytes) -> bool:
    ours, theirs = signature(whole), signature(part)
    assert ours is not None
    assert theirs is not None
    window = int(np.bitwise_count(ours[1] ^ theirs[1][0]).argmin())
    sizes = [Image.open(io.BytesIO(one)).size for one in (whole, part)]
    aspect = (sizes[1][0] / sizes[1][1]) / (sizes[0][0] / sizes[0][1])
    likely = may_be_cuts(ours[0][None], theirs[0][None], np.array([window]), np.array([aspect], np.float32))
    return bool(likely[0]) and is_cut_of(ours[0], theirs[0], window, aspect)


@pytest.mark.parametrize("kind", variants(picture(1)))
def test_a_variant_is_known(kind: str):
    for seed in range(6):
        image = picture(seed)
        assert _judged(encoded(image), variants(image)[kind]), seed


def test_another_picture_is_not():
    assert not any(_judged(encoded(picture(one)), encoded(picture(one + 1))) for one in range(12))


def test_a_chart_on_the_same_axes_is_another():
    def chart(heights: tuple[int, ...]) -> bytes:
        image = Image.new("RGB", (300, 240), "white")
        pen = ImageDraw.Draw(image)
        pen.line((30, 10, 30, 210, 290, 210), fill="black", width=2)
        for number, height in enumerate(heights):
            pen.rectangle((50 + 60 * number, 210 - height, 85 + 60 * number, 210), fill=(80, 80, 80))
        return encoded(image)

    assert _judged(chart((150, 120, 90, 40)), chart((150, 120, 90, 40)))
    assert not _judged(chart((150, 120, 90, 40)), chart((150, 60, 130, 100)))


def test_a_picture_squeezed_to_another_shape_is_another():
    image = picture(3)
    assert not _judged(encoded(image), encoded(image.resize((320, 120))))


def test_the_window_says_where_to_begin():
    image = picture(4)
    ours, theirs = (signature(encoded(one)) for one in (image, cut(image, 0.0, 0.0, 0.14, 0.14)))
    assert ours is not None
    assert theirs is not None
    found = WINDOWS[int(np.bitwise_count(ours[1] ^ theirs[1][0]).argmin())]
    assert found[:2] == (0.0, 0.0)
    assert found[2] < 1
