"""How an image becomes the network's input.

One object for training, evaluation and inference, stored in the bundle. `Transform` decodes and resizes
without torch, so that extraction workers and decoding threads stay light.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from models import png

Fit = Literal["letterbox", "stretch", "crop", "proportions"]
FITS: tuple[Fit, ...] = get_args(Fit)
SQUARE_FITS: tuple[Fit, ...] = ("letterbox", "stretch", "crop")
"""Those whose canvases are all of one shape, which training needs."""

Triple = tuple[float, float, float]
Pixels = npt.NDArray[np.uint8]

IMAGENET_MEAN: Triple = (0.485, 0.456, 0.406)
IMAGENET_STD: Triple = (0.229, 0.224, 0.225)
PAPER_MEAN: Triple = (0.4857, 0.4740, 0.4755)
PAPER_STD: Triple = (0.3648, 0.3557, 0.3669)

PIXEL_LIMIT = 80_000_000
"""Larger images are refused before they are decoded; below Pillow's own warning at 89 megapixels."""

FORMATS = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP", "PPM")
"""The only decoders that input may reach."""

STORED_FORMATS = ("PNG", "JPEG")
"""What a dataset keeps pictures in: the only decoders that a picture found in a paper may reach."""

_WHITE = (255, 255, 255)

_SEVENTHS = ((7, 7), (6, 8), (8, 6), (5, 10), (10, 5), (4, 12), (12, 4))
"""Rows and columns of the shapes that keep proportions, in sevenths of `size`: each has about as many pixels as the
square, and of 224 pixels a seventh is 32, which networks halve five times."""
PROPORTIONS_STEP = 224
"""What `size` must be a multiple of, so that the padding of every layer is the same for all shapes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """Decoding, resizing and normalisation of one image.

    `size` is the side of the network's square input in pixels. `fit` says how a rectangle becomes a square:
    `letterbox` keeps everything and pads with white, `stretch` keeps everything and gives up the proportions,
    `crop` takes the central square (the paper's way) of an image whose shorter side was made `resize` pixels.
    `proportions` makes no square of it: of seven shapes with about size x size pixels, 1:3 to 3:1, the image fills
    the one that is most like it.
    `mean` and `std` normalise the three channels scaled to 0..1.
    """

    size: int = 224
    fit: Fit = "letterbox"
    resize: int = 256
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD

    def prepare(self, data: bytes, formats: tuple[str, ...] = FORMATS) -> Pixels:
        """Encoded image -> (size, size, 3) uint8 RGB, or (rows, columns, 3) of its `shape`. Thread-safe.

        Raises ValueError for what cannot be decoded, is of no format among `formats` or has more than `PIXEL_LIMIT`
        pixels.
        """
        return self.central(self.canvas(data, formats))

    def canvas(self, data: bytes, formats: tuple[str, ...] = FORMATS) -> Pixels:
        """Encoded image -> (canvas_size, canvas_size, 3) uint8 RGB: what augmentation starts from; or as `prepare`."""
        image = _open(data, self.canvas_size, formats)
        if self.fit == "proportions":
            return np.asarray(_resized(image, self.shape(*image.size)).convert("RGB"))
        return np.asarray(_square(image, self.fit, self.canvas_size).convert("RGB"))

    def shape(self, width: float, height: float) -> tuple[int, int]:
        """Rows and columns of the canvas that an image of these sides fills."""
        if self.fit != "proportions":
            return self.size, self.size
        return min(self.shapes, key=lambda shape: abs(math.log(width * shape[0] / (height * shape[1]))))

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """Rows and columns of what `prepare` may give."""
        if self.fit != "proportions":
            return ((self.size, self.size),)
        return tuple((self.size * rows // 7, self.size * columns // 7) for rows, columns in _SEVENTHS)

    @property
    def room(self) -> int:
        """Bytes of the largest that `prepare` may give."""
        return max(3 * rows * columns for rows, columns in self.shapes)

    @property
    def canvas_shapes(self) -> tuple[tuple[int, int], ...]:
        """Rows and columns of what `canvas` may give."""
        return self.shapes if self.fit == "proportions" else ((self.canvas_size, self.canvas_size),)

    def central(self, canvas: Pixels) -> Pixels:
        """The central part of (..., rows, columns, 3), as `prepare` gives it: what evaluation sees."""
        rows, columns = self.centre(*canvas.shape[-3:-1])
        return canvas[..., rows, columns, :]

    def centre(self, rows: int, columns: int) -> tuple[slice, slice]:
        """Where that part lies in canvases of so many rows and columns: everywhere, unless cropping follows."""
        wider = self.canvas_size - self.size
        margin = wider // 2
        return slice(margin, margin + rows - wider), slice(margin, margin + columns - wider)

    @property
    def canvas_size(self) -> int:
        """Side in pixels of the square cached for training: wider than `size` where a crop follows."""
        return self.resize if self.fit == "crop" else self.size


def by_shape(canvases: Iterable[Pixels]) -> list[npt.NDArray[np.int64]]:
    """The places of the canvases of each shape, in the order in which shapes come up: what can be stacked."""
    places: dict[tuple[int, ...], list[int]] = {}
    for place, canvas in enumerate(canvases):
        places.setdefault(canvas.shape, []).append(place)
    return [np.array(alike, np.int64) for alike in places.values()]


PAPER_TRANSFORM = Transform(fit="crop", mean=PAPER_MEAN, std=PAPER_STD)


def _open(data: bytes, target: int, formats: tuple[str, ...]) -> Image.Image:
    """Decodes to RGB or grey; a JPEG is decoded at the smallest of its scales that still exceeds twice the target."""
    try:
        if (own := png.decode(data, PIXEL_LIMIT)) is not None:
            return Image.fromarray(own)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is stricter
            image = Image.open(io.BytesIO(data), formats=formats)
        _check_size(image)
        image.draft("RGB", (2 * target, 2 * target))
        return _to_rgb(image)
    except ValueError:
        raise
    except UnidentifiedImageError as error:  # its words name an object's address
        raise ValueError(f"it is no image ({', '.join(formats)})") from error
    except (OSError, SyntaxError, EOFError, Image.DecompressionBombError, MemoryError) as error:
        raise ValueError(f"the image cannot be decoded: {error}") from error


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if width * height > PIXEL_LIMIT:
        raise ValueError(
            f"the image has {width} x {height} pixels; at most {PIXEL_LIMIT // 10**6} megapixels are read"
        )


def _to_rgb(image: Image.Image) -> Image.Image:
    """Transparency becomes white paper; 16-bit and float greyscale are stretched to 8 bits."""
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        image = _to_8_bits(image)
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, (*_WHITE, 255))
        return Image.alpha_composite(paper, rgba).convert("RGB")
    return image.convert("RGB")


def _to_8_bits(image: Image.Image) -> Image.Image:
    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) * (255.0 / max(high - low, 1e-6))
    return Image.fromarray(scaled.astype(np.uint8))


def _resized(image: Image.Image, shape: tuple[int, int]) -> Image.Image:
    """The whole image with these rows and columns."""
    rows, columns = shape
    return image.resize((columns, rows), Image.Resampling.BILINEAR, reducing_gap=2.0)


def _square(image: Image.Image, fit: Fit, side: int) -> Image.Image:
    """Resizes with a box filter first (`reducing_gap`), then bilinearly: fast and free of aliasing."""
    width, height = image.size
    if fit == "stretch":
        return _resized(image, (side, side))
    if fit == "crop":
        short = min(width, height)
        left, top = (width - short) / 2, (height - short) / 2
        box = (left, top, left + short, top + short)
        return image.resize((side, side), Image.Resampling.BILINEAR, box=box, reducing_gap=2.0)
    scale = side / max(width, height)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = image.resize(inner, Image.Resampling.BILINEAR, reducing_gap=2.0)
    square = Image.new("RGB", (side, side), _WHITE)
    square.paste(small, ((side - inner[0]) // 2, (side - inner[1]) // 2))
    return square
