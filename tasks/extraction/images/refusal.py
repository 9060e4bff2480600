"""What image files are refused for, and what shows that one is damaged."""

from __future__ import annotations

import struct

from tasks.errors import PaperError
from tasks.pdf.pixels import LEAST_SIDE
from tasks.settings import ExtractionLimits

BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
"""What Pillow raises for files that are damaged or made to harm."""


def check_size(width: int, height: int, limits: ExtractionLimits) -> None:
    """Raises PaperError for an image that is too large, or too small to show anything."""
    millions = width * height / 1e6
    if millions > limits.image_megapixels:
        raise PaperError("too_large", f"it has {millions:,.0f} megapixels")
    if min(width, height) < LEAST_SIDE:
        raise PaperError("damaged", "it is too small to show anything")
