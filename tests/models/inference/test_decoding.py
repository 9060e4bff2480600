"""Encoded images made ready in threads or processes: the same canvases, whatever an image does to who decodes it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from models import png
from models.inference.decoding import Decoders
from models.transforms import Transform
from tests.models.pictures import encoded

TRANSFORM = Transform(size=32)
PROPORTIONS = Transform(size=28, fit="proportions")


def picture(seed: int, rows: int = 40, columns: int = 50) -> bytes:
    return png.encode(np.random.default_rng(seed).integers(0, 256, (rows, columns, 3), dtype=np.uint8))


@pytest.fixture(params=[False, True], ids=["threads", "processes"])
def decoders(request: pytest.FixtureRequest) -> Iterator[Decoders]:
    made = Decoders(TRANSFORM, 2, processes=request.param)
    yield made
    made.close()


def test_canvases_are_those_of_the_transform_and_what_cannot_be_read_is_named(decoders: Decoders) -> None:
    images = [picture(1), b"no picture", picture(2), b""]
    chunks = [images[first : first + decoders.chunk] for first in range(0, len(images), decoders.chunk)]
    decoded = [future.result() for future in [decoders.submit(chunk) for chunk in chunks]]
    assert np.concatenate([one.read for one in decoded]).tolist() == [True, False, True, False]
    pixels = [canvas for one in decoded for canvas in one.pixels]
    assert np.array_equal(pixels, [TRANSFORM.prepare(images[0]), TRANSFORM.prepare(images[2])])


@pytest.mark.parametrize("processes", [False, True], ids=["threads", "processes"])
def test_canvases_of_different_shapes_come_back_as_they_are(processes: bool) -> None:
    decoders = Decoders(PROPORTIONS, 1, processes=processes)
    images = [picture(1, 90, 30), picture(2, 40, 40), b"no picture", picture(3, 30, 90), picture(4, 20, 30)]
    chunks = [images[first : first + decoders.chunk] for first in range(0, len(images), decoders.chunk)]
    decoded = [future.result() for future in [decoders.submit(chunk) for chunk in chunks]]
    assert np.concatenate([one.read for one in decoded]).tolist() == [True, True, False, True, True]
    canvases = [canvas for one in decoded for canvas in one.pixels]
    assert [canvas.shape for canvas in canvases] == [(48, 16, 3), (28, 28, 3), (16, 48, 3), (24, 32, 3)]
    for canvas, image in zip(canvases, [images[0], images[1], *images[3:]], strict=True):
        assert np.array_equal(canvas, PROPORTIONS.prepare(image))
    decoders.close()


def test_no_decoder_is_reached_but_those_of_what_a_dataset_keeps(decoders: Decoders) -> None:
    """Whoever takes over a process that reads papers chooses the bytes, not which of Pillow's decoders they meet."""
    square = Image.new("RGB", (40, 40), "red")
    for name, is_kept in {"PNG": True, "JPEG": True, "TIFF": False, "WEBP": False, "GIF": False}.items():
        assert decoders.submit([encoded(square, name)]).result().read.tolist() == [is_kept], name


def test_what_was_decoded_stays_when_more_is_decoded() -> None:
    decoders = Decoders(TRANSFORM, 1, processes=True)
    first = decoders.submit([picture(1)]).result()
    decoders.submit([picture(2)]).result()
    assert np.array_equal(first.pixels[0], TRANSFORM.prepare(picture(1)))
    decoders.close()


class Deadly(Transform):
    """A transform whose images may end the process."""

    def prepare(self, data: bytes, formats: tuple[str, ...] = ()) -> np.ndarray:
        if data == b"deadly":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().prepare(data, formats)


def test_an_image_that_ends_its_process_costs_itself_alone() -> None:
    decoders = Decoders(Deadly(size=32), 1, processes=True)
    decoded = decoders.submit([picture(1), b"deadly", picture(2)]).result()
    assert decoded.read.tolist() == [True, False, True]
    assert np.array_equal(decoded.pixels[1], TRANSFORM.prepare(picture(2)))
    assert decoders.submit([picture(3)]).result().read.tolist() == [True]
    decoders.close()
