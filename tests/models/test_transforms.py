import io
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from models.transforms import PIXEL_LIMIT, Transform, by_shape
from tests.models.pictures import encoded


def halves(width: int, height: int) -> Image.Image:
    """Red on the left, blue on the right."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2, 0] = pixels[:, width // 2 :, 2] = 255
    return Image.fromarray(pixels)


def test_letterbox_keeps_all_and_pads_with_white() -> None:
    square = Transform(size=64, fit="letterbox").prepare(encoded(halves(200, 50)))
    assert square.shape == (64, 64, 3)
    assert square.dtype == np.uint8
    assert (square[:20] == 255).all()
    assert (square[32, 2] == [255, 0, 0]).all()
    assert (square[32, 61] == [0, 0, 255]).all()


def test_stretch_fills_the_square() -> None:
    square = Transform(size=64, fit="stretch").prepare(encoded(halves(200, 50)))
    assert (square[0, 0] == [255, 0, 0]).all()
    assert (square[63, 63] == [0, 0, 255]).all()


def test_crop_takes_the_centre_of_a_wider_canvas() -> None:
    transform = Transform(size=32, resize=40, fit="crop")
    data = encoded(halves(400, 40))
    canvas = transform.canvas(data)
    assert canvas.shape == (40, 40, 3)
    assert np.array_equal(transform.prepare(data), canvas[4:36, 4:36])


@pytest.mark.parametrize(
    ("width", "height", "shape"),
    [
        (100, 100, (224, 224)),
        (400, 300, (192, 256)),
        (300, 400, (256, 192)),
        (640, 320, (160, 320)),
        (10, 30, (384, 128)),
        (5000, 10, (128, 384)),
        (115, 100, (224, 224)),
        (117, 100, (192, 256)),
    ],
)
def test_proportions_fills_the_shape_that_is_most_like_the_image(
    width: int, height: int, shape: tuple[int, int]
) -> None:
    transform = Transform(fit="proportions")
    canvas = transform.prepare(encoded(halves(width, height)))
    assert canvas.shape == (*shape, 3)
    assert (canvas[0, 0] == [255, 0, 0]).all()
    assert (canvas[-1, -1] == [0, 0, 255]).all()
    assert np.array_equal(transform.central(canvas), canvas)


def test_shapes_that_keep_proportions_have_about_as_many_pixels_as_the_square() -> None:
    transform = Transform(fit="proportions")
    assert len(transform.shapes) == len(set(transform.shapes)) == 7
    assert transform.room == 3 * 160 * 320
    for rows, columns in transform.shapes:
        assert (columns, rows) in transform.shapes
        assert rows % 32 == columns % 32 == 0
        assert abs(rows * columns / 224**2 - 1) < 0.025


@given(width=st.integers(1, 10_000), height=st.integers(1, 10_000))
def test_no_image_between_1_3_and_3_1_is_stretched_by_more_than_a_quarter(width: int, height: int) -> None:
    rows, columns = Transform(fit="proportions").shape(width, height)
    ratio = min(max(width / height, 1 / 3), 3)
    assert 0.8 < columns / rows / ratio < 1.25


def test_canvases_of_one_shape_are_found_together() -> None:
    canvases = [np.zeros((rows, 4, 3), np.uint8) for rows in (2, 3, 2, 4, 3)]
    assert [places.tolist() for places in by_shape(canvases)] == [[0, 2], [1, 4], [3]]
    assert by_shape([]) == []


def test_a_jpeg_decoded_at_reduced_scale_looks_like_the_whole() -> None:
    image = halves(3000, 2000)
    transform = Transform(size=64, fit="stretch")
    small, full = transform.prepare(encoded(image, "JPEG")), transform.prepare(encoded(image, "PNG"))
    assert np.abs(small.astype(int) - full).mean() < 2


def test_transparency_becomes_white_paper() -> None:
    clear = Image.new("RGBA", (30, 30), (255, 0, 0, 0))
    assert (Transform(size=16).prepare(encoded(clear)) == 255).all()


def test_a_picture_for_which_memory_does_not_suffice_cannot_be_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def out_of_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("models.transforms.png.decode", out_of_memory)
    with pytest.raises(ValueError, match=r"cannot be decoded|is no image \(PNG"):
        Transform(size=16).prepare(encoded(halves(30, 30)))


def test_sixteen_bit_greyscale_is_stretched_to_eight() -> None:
    ramp = Image.fromarray(np.linspace(1000, 3000, 64 * 64).reshape(64, 64).astype(np.uint16))
    square = Transform(size=64).prepare(encoded(ramp))
    assert square.min() < 5
    assert square.max() > 250


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "RGB"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    data = encoded(halves(40, 30).convert(mode), "TIFF")
    assert Transform(size=16).prepare(data).shape == (16, 16, 3)


@pytest.mark.parametrize("data", [b"", b"not an image", encoded(halves(90, 90), "JPEG")[:200]])
def test_what_cannot_be_decoded_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"cannot be decoded|is no image \(PNG"):
        Transform().prepare(data)


def test_an_image_over_the_pixel_limit_is_refused_before_it_is_decoded() -> None:
    stream = io.BytesIO()
    Image.new("1", (10_000, PIXEL_LIMIT // 10_000 + 1)).save(stream, "PNG")
    with pytest.raises(ValueError, match="megapixels"):
        Transform().prepare(stream.getvalue())


def test_preparing_needs_no_torch() -> None:
    code = "import sys, models.transforms, models.bundle.description, models.taxonomy; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
