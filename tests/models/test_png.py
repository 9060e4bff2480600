"""PNGs of our own: any reader reads them, and nothing that somebody made of them does harm."""

import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from models import png
from models.transforms import FITS, Transform

LIMIT = 10**6
SIDES = st.integers(1, 40)


@st.composite
def pictures(draw: st.DrawFn) -> np.ndarray:
    height, width = draw(SIDES), draw(SIDES)
    return draw(arrays(np.uint8, draw(st.sampled_from([(height, width), (height, width, 3)]))))


def photograph(*shape: int) -> np.ndarray:
    rng = np.random.default_rng(5)
    slopes = np.add.outer(np.arange(shape[0]), np.arange(shape[1])).reshape(
        *shape[:2], *[1] * (len(shape) - 2)
    )
    return (slopes + rng.integers(0, 40, shape)).astype(np.uint8)


def header(data: bytes, **changed: int) -> bytes:
    """`data` with another width, height, bits, colour or interlacing, and the checksum that goes with them."""
    names = ("width", "height", "bits", "colour", "deflate", "filters", "interlacing")
    fields = dict(zip(names, struct.unpack(">IIBBBBB", data[16:29]), strict=True)) | changed
    packed = struct.pack(">IIBBBBB", *fields.values())
    return data[:16] + packed + struct.pack(">I", zlib.crc32(b"IHDR" + packed)) + data[33:]


@given(pictures())
def test_pillow_reads_what_we_write_and_so_do_we(pixels: np.ndarray) -> None:
    data = png.encode(pixels)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        np.testing.assert_array_equal(np.asarray(image), pixels)
    np.testing.assert_array_equal(png.decode(data, LIMIT), pixels)


def test_parts_of_a_larger_picture_can_be_written() -> None:
    whole = photograph(60, 80, 3)
    for part in (whole[5:30, 7:50], whole[..., 1], whole[::-1]):
        np.testing.assert_array_equal(png.decode(png.encode(part), LIMIT), part)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "I;16"])
def test_pictures_of_others_are_left_to_pillow(mode: str) -> None:
    buffer = io.BytesIO()
    Image.fromarray(photograph(40, 30)).convert("RGB" if mode == "P" else "L").convert(mode).save(
        buffer, "PNG"
    )
    assert png.decode(buffer.getvalue(), LIMIT) is None


@given(pictures(), st.data())
def test_a_damaged_picture_is_refused(pixels: np.ndarray, data: st.DataObject) -> None:
    whole = bytearray(png.encode(pixels))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    found = png.decode(bytes(whole), LIMIT)
    assert found is None


@given(pictures(), st.data())
def test_a_picture_cut_short_is_refused(pixels: np.ndarray, data: st.DataObject) -> None:
    whole = png.encode(pixels)
    assert png.decode(whole[: data.draw(st.integers(0, len(whole) - 1))], LIMIT) is None


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_refused(data: bytes) -> None:
    assert png.decode(data, LIMIT) is None


def test_a_header_that_tells_of_another_picture_of_the_same_size_is_refused() -> None:
    """10 x 1 in colour are as many bytes as 30 x 1 in grey; whoever changed that forgot the checksum."""
    grey = png.encode(photograph(1, 30))
    changed = header(grey, width=10, colour=2)
    assert png.decode(changed, LIMIT) is not None
    assert png.decode(changed[:29] + grey[29:33] + changed[33:], LIMIT) is None


def with_body(data: bytes, body: bytes) -> bytes:
    """`data` with other deflated bytes and the checksum that goes with them."""
    chunk = b"IDAT" + body
    return (
        data[:33] + struct.pack(">I", len(body)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[-12:]
    )


def test_bytes_behind_the_picture_are_refused() -> None:
    data = png.encode(photograph(40, 30))
    body = data[41:-16]
    assert png.decode(with_body(data, body), LIMIT) is not None
    assert png.decode(with_body(data, body + bytes(1000)), LIMIT) is None


WRONG = [
    {"width": 31},
    {"width": 29},
    {"height": 41},
    {"height": 39},
    {"height": 0},
    {"bits": 16},
    {"colour": 6},
]


@pytest.mark.parametrize("changed", [*WRONG, {"interlacing": 1}], ids=str)
def test_a_header_that_does_not_fit_is_refused(changed: dict[str, int]) -> None:
    assert png.decode(header(png.encode(photograph(40, 30)), **changed), LIMIT) is None


def test_no_more_is_inflated_than_the_header_announces() -> None:
    bomb = zlib.compress(bytes(200 * 2**20), 9)
    data = png.encode(photograph(40, 30))
    tracemalloc.start()
    assert png.decode(with_body(data, bomb), LIMIT) is None
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


def test_more_pixels_than_allowed_are_not_even_inflated() -> None:
    data = png.encode(photograph(40, 30))
    assert png.decode(data, 40 * 30) is not None
    assert png.decode(data, 40 * 30 - 1) is None


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("shape", [(900, 1300), (900, 1300, 3), (37, 500, 3)], ids=str)
def test_the_network_sees_the_same_picture_whoever_wrote_it(fit: str, shape: tuple[int, ...]) -> None:
    pixels, buffer = photograph(*shape), io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    transform = Transform(fit=fit, size=64, resize=80)
    np.testing.assert_array_equal(transform.prepare(png.encode(pixels)), transform.prepare(buffer.getvalue()))
