"""Small JPEGs of pictures that came from papers.

Most pictures of a dataset are PNGs that Figmill wrote, which `models.png` reads faster than Pillow does. They are made
smaller with a Hamming filter, in the colours that they have: of 80 pictures of papers (half a megapixel each) a
thumbnail takes 6.5 ms of a core, and took 14 by Pillow alone, bicubic and in RGB.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from models import png

if TYPE_CHECKING:
    from PIL import Image

SIDE = 256
"""Longest side of a thumbnail in an index, pixels."""
_PIXEL_LIMIT = 80_000_000
"""Larger pictures are not decoded."""
_WHITE = (255, 255, 255)
_PLAIN = ("L", "RGB")
"""What is made smaller as it is."""


def thumbnail(data: bytes | None, side: int = SIDE, quality: int = 80) -> tuple[bytes, int, int] | None:
    """A JPEG of at most `side` pixels a side with its width and height; None for what cannot be decoded.

    Thread-safe. Only PNG and JPEG are decoded; transparent parts become white. EXIF data and comments
    are not handed on.
    """
    from PIL import Image

    small = _small(data, side, side, Image.Resampling.HAMMING)
    if small is None:
        return None
    encoded = io.BytesIO()
    small.save(encoded, "JPEG", quality=quality, comment=b"")  # else Pillow takes over the picture's own
    return encoded.getvalue(), small.width, small.height


def reduced(data: bytes | None, side: int) -> Image.Image | None:
    """The picture in RGB at no more than `side` pixels a side, transparent parts white; None for what cannot be
    decoded. Thread-safe.

    Bicubic, of a JPEG at twice that at least: pictures are compared by it, and a Hamming filter knows a few less again
    (`tests/benchmarks/duplicates.py`: 0.991 of 540 variants, 0.994 so).
    """
    from PIL import Image

    small = _small(data, side, 2 * side, Image.Resampling.BICUBIC)
    return None if small is None else small.convert("RGB")


def _small(data: bytes | None, side: int, decoded: int, resample: Image.Resampling) -> Image.Image | None:
    """The same in grey where the picture is grey."""
    from PIL import Image

    try:
        small = _decoded(data or b"", decoded)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    if small is not None:
        small.thumbnail((side, side), resample, reducing_gap=2.0)
    return small


def _decoded(data: bytes, side: int) -> Image.Image | None:
    """The picture in grey or RGB, a JPEG perhaps at a half, a quarter or an eighth but not below `side`; None where it
    has too many pixels. Raises Pillow's errors."""
    from PIL import Image

    pixels = png.decode(data, _PIXEL_LIMIT)
    if pixels is not None:
        return Image.fromarray(pixels)
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
        if picture.width * picture.height > _PIXEL_LIMIT:
            return None
        picture.draft(None, (side, side))
        return _opaque(picture)


def _opaque(picture: Image.Image) -> Image.Image:
    from PIL import Image

    if not picture.has_transparency_data:
        picture.load()
        return picture if picture.mode in _PLAIN else picture.convert("RGB")
    layer = picture.convert("RGBA")
    ground = Image.new("RGBA", layer.size, (*_WHITE, 255))
    return Image.alpha_composite(ground, layer).convert("RGB")
