"""Image files that Pillow refuses, as MuPDF reads them: TIFFs of rare samples, PNGs with much metadata, torn JPEGs."""

from __future__ import annotations

import io

import numpy as np
import pymupdf
from PIL import Image, TiffImagePlugin
from pymupdf import mupdf

from tasks.extraction.images.refusal import BROKEN, check_size
from tasks.pdf.painting.faults import MUPDF_ERRORS, raise_if_out_of_memory
from tasks.settings import ExtractionLimits

_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_TIFF = (b"II*\0", b"MM\0*")
"""How the files begin of which MuPDF is asked."""
_BITS, _SAMPLES = 258, 339
"""Tags of TIFF 6.0."""
_ONE_COLOUR = 4
"""Levels of 255 by which JPEG's coding may change what is of one colour."""


def decode_by_mupdf(data: bytes, limits: ExtractionLimits) -> Image.Image | None:
    """The image as MuPDF reads it; None where it cannot, or would not show what is meant."""
    if not data.startswith(_BEGINNINGS + _TIFF) or not _has_plain_samples(data):
        return None
    try:
        image = mupdf.fz_new_image_from_buffer(mupdf.fz_new_buffer_from_copied_data(data))
        if mupdf.fz_image_orientation(image) > 1:
            return None
        check_size(image.w(), image.h(), limits)
        pixmap = pymupdf.Pixmap(data)
        if pixmap.colorspace is None:
            return None
        pixmap = pymupdf.Pixmap(pymupdf.csRGB, pixmap)
    except MUPDF_ERRORS as error:
        raise_if_out_of_memory(error)
        return None
    rows = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.stride)
    pixels = rows[:, : pixmap.width * pixmap.n].reshape(pixmap.height, pixmap.width, pixmap.n)
    # MuPDF's colours are multiplied by their alpha.
    white = 255 - pixels[..., 3:] if pixmap.alpha else np.uint8(0)
    return Image.fromarray(np.ascontiguousarray(pixels[..., :3] + white))


def is_mostly_missing(image: Image.Image) -> bool:
    """Whether the lower half of a picture or more is of one colour, as it is where a file was cut short."""
    lower = np.asarray(image)[image.height // 2 :].astype(np.int16)
    return bool((np.abs(lower - lower[-1, -1]) <= _ONE_COLOUR).all())


def _has_plain_samples(data: bytes) -> bool:
    """Whether a file is no TIFF, or one of up to 16 bits without sign: MuPDF takes floats for numbers."""
    if not data.startswith(_TIFF):
        return True
    try:
        tags = TiffImagePlugin.ImageFileDirectory_v2(data[:8])
        file = io.BytesIO(data)
        file.seek(tags.next)
        tags.load(file)
        return set(tags.get(_SAMPLES, (1,))) == {1} and max(tags.get(_BITS, (1,))) <= 16
    except BROKEN:
        return False
