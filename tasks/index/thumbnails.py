"""Small JPEGs of pictures that came from papers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

SIDE = 256
"""Longest side of a thumbnail in an index, pixels."""
_PIXEL_LIMIT = 80_000_000
"""Larger pictures are not decoded."""
_WHITE = (255, 255, 255)


def thumbnail(data: bytes | None, side: int = SIDE, quality: int = 80) -> tuple[bytes, int, int] | None:
    """A JPEG of at most `side` pixels a side with its width and height; None for what cannot be decoded.

    Thread-safe. Only PNG and JPEG are decoded; transparent parts become white. EXIF data and comments
    are not handed on.
    """
    small = reduced(data, side)
    if small is None:
        return None
    encoded = io.BytesIO()
    small.save(encoded, "JPEG", quality=quality, comment=b"")  # else Pillow takes over the picture's own
    return encoded.getvalue(), small.width, small.height


def reduced(data: bytes | None, side: int) -> Image.Image | None:
    """The picture in RGB at no more than `side` pixels a side, transparent parts white; None for what cannot be
    decoded. Thread-safe."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data or b""), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > _PIXEL_LIMIT:
                return None
            picture.draft("RGB", (2 * side, 2 * side))
            small = _opaque(picture)
            small.thumbnail((side, side), reducing_gap=2.0)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return small


def _opaque(picture: Image.Image) -> Image.Image:
    from PIL import Image

    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    ground = Image.new("RGBA", layer.size, (*_WHITE, 255))
    return Image.alpha_composite(ground, layer).convert("RGB")
