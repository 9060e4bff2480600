"""An image file's pixels as readers see them: Pillow's where it can read the file, else MuPDF's.

Pillow gives the grey of TIFFs as it is stored, not as it is meant, and refuses what other programs show: those with
rare samples, PNGs with megabytes of metadata, files that are cut short.
"""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageOps, TiffImagePlugin, UnidentifiedImageError

from tasks.errors import PaperError
from tasks.extraction.images.refusal import BROKEN, check_size
from tasks.extraction.images.second_opinion import decode_by_mupdf, is_mostly_missing
from tasks.pdf.pixels import Pixels
from tasks.settings import ExtractionLimits

FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "GIF")
"""What Pillow may take a file for, in the order of what is taken where a figure comes in several."""

_RANGES = (1.0, 255.0, 65535.0)
"""White in images of floats, of bytes and of 16 bits; 32-bit ones with more are stretched to their own highest."""
_ORIENTATION = 0x0112
_REDUCED = 254
"""TIFF 6.0's tag that a picture is one of another in small."""
_BITS, _PHOTOMETRIC, _COUNT, _PLANES, _COLOURS, _FORMAT = _TOLD = (258, 262, 277, 284, 320, 339)
"""TIFF 6.0's tags of what its samples are; of the others some have megabytes."""
_MOST_THUMBNAILS = 4


def decode_image(data: bytes, limits: ExtractionLimits, notes: list[str]) -> tuple[Pixels, bool]:
    """An image as (H, W, 3) uint8, upright; whether the file shows just that and is a JPEG.

    Of several pictures in one file it is the first that is no thumbnail. What became of it otherwise goes to `notes`.
    Raises PaperError where it cannot be read.
    """
    try:
        shown, kept = _by_pillow(data, limits)
    except Image.DecompressionBombError as error:
        raise PaperError("too_large", "it has more pixels than Pillow opens") from error
    except BROKEN as error:
        torn = isinstance(error, OSError) and not isinstance(error, UnidentifiedImageError)
        second = decode_by_mupdf(data, limits)
        if second is None or (torn and is_mostly_missing(second)):
            raise PaperError("damaged", f"it is damaged ({type(error).__name__})") from error
        shown, kept = second, False
        if torn:
            notes.append("is damaged and may be incomplete")
    millions = shown.width * shown.height / 1e6
    if millions > limits.megapixels:
        scale = (limits.megapixels / millions) ** 0.5
        size = (max(1, int(shown.width * scale)), max(1, int(shown.height * scale)))
        shown, kept = shown.resize(size, Image.Resampling.BOX), False
        notes.append(f"of {millions:,.0f} megapixels was scaled down to {limits.megapixels:,.0f}")
    return np.asarray(shown), kept


def _by_pillow(data: bytes, limits: ExtractionLimits) -> tuple[Image.Image, bool]:
    with _opened(data) as image:
        if isinstance(image, TiffImagePlugin.TiffImageFile):
            _pass_thumbnails(image)
        check_size(image.width, image.height, limits)
        turned = bool(image.getexif().get(_ORIENTATION, 1) != 1)
        kept = image.format == "JPEG" and image.mode in ("RGB", "L") and not turned
        tags = _tags(image) if isinstance(image, TiffImagePlugin.TiffImageFile) else {}
        return _on_white(ImageOps.exif_transpose(image) if turned else image, tags), kept


def _opened(data: bytes) -> Image.Image:
    """An image whose size is known and whose pixels are not yet decoded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(io.BytesIO(data), formats=FORMATS)


def _pass_thumbnails(image: TiffImagePlugin.TiffImageFile) -> None:
    """Go to the first picture of a TIFF that is not one of another in small."""
    for place in range(1, _MOST_THUMBNAILS + 1):
        if not int(image.tag_v2.get(_REDUCED, 0)) & 1:
            return
        try:
            image.seek(place)
        except EOFError:
            break
    image.seek(0)


def _tags(image: TiffImagePlugin.TiffImageFile) -> dict[int, Any]:
    return {tag: image.tag_v2[tag] for tag in _TOLD if tag in image.tag_v2}


def _on_white(image: Image.Image, tags: dict[int, Any]) -> Image.Image:
    """An image as RGB: transparency over white, many bits of grey as 8; `tags` are a TIFF's."""
    if tags.get(_PLANES) == 2 and tags.get(_COUNT, 1) > 1 and max(tags.get(_BITS, (8,))) > 8:
        raise PaperError("damaged", "it keeps each colour apart in 16 bits, which is not read")
    if image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(_grey(image, tags)).convert("RGB")
    if image.mode == "P" and max(tags.get(_COLOURS, (256,))) < 256:
        # Of 8 bits, against the rule, as libtiff reads it too.
        image.putpalette(bytes(tags[_COLOURS]), "RGB;L")
    if image.mode == "CMYK" and "icc_profile" in image.info:
        return _by_profile(image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image.convert("RGB")


def _grey(image: Image.Image, tags: dict[int, Any]) -> Pixels:
    """Grey of 12, 16 or 32 bits, or of floats, as (H, W) uint8; TIFF's unsigned 32 bits are no negative numbers."""
    stored = np.asarray(image)
    if stored.dtype == np.int32 and tags.get(_BITS) == (32,) and tags.get(_FORMAT, (1,))[0] == 1:
        stored = stored.view(np.uint32)
    grey = np.nan_to_num(stored.astype(np.float32), posinf=0.0, neginf=0.0)
    if image.mode.startswith("I;16"):
        white = 4095 if tags.get(_BITS) == (12,) else 65535
        grey = (white - grey if tags.get(_PHOTOMETRIC) == 0 else grey) * (255 / white)
    else:
        grey = grey * _to_8_bits(grey)
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        grey[stored == clear] = 255
    return grey.clip(0, 255).astype(np.uint8)


def _to_8_bits(grey: npt.NDArray[np.float32]) -> float:
    """The factor from an image's own range of grey to 255: black stays black, and faint stays faint."""
    highest = float(grey.max(initial=0.0))
    return 255 / next((full for full in _RANGES if highest <= full), highest)


def _by_profile(image: Image.Image) -> Image.Image:
    """Inks as RGB by the profile that the file brings along; plainly where that cannot be used."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        found = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        found = None
    return found or image.convert("RGB")
