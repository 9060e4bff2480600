"""An article without a PDF: its figures are the image files that its JATS refers to.

Runs in a worker process, as the reading of PDFs does: images are hostile, too. There is no page, so a figure has no
page and no boxes; captions are those of the JATS. Whatever is wrong with the article is raised as PaperError.
"""

from __future__ import annotations

import io
import struct
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from tasks.article import jats
from tasks.errors import PaperError
from tasks.extraction.reading import merge_metadata, panel_captions, with_attribution, with_mentions
from tasks.panels.markers import expected_labels, find_sides
from tasks.panels.separation import FigureImage, Panel, separate
from tasks.pdf.pixels import LEAST_SIDE, Pixels, encode_png, encoded
from tasks.records import EncodedImage, Extraction, Figure, Gap, Graphic, PaperFiles, Subfigure
from tasks.settings import ExtractionLimits

FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "GIF")
"""What Pillow may take a file for, in the order of what is taken where a figure comes in several."""

_PRINTED = (500.0, 650.0)
"""Points: a figure is printed as wide as the page's text or as high, which tells how large letters in it are."""
SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".gif")
"""Of the files that may be a figure."""
_RANGES = (1.0, 255.0, 65535.0)
"""White in images of floats, of bytes and of 16 bits; 32-bit ones with more are stretched to their own highest."""
_BROKEN = (
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


def read_graphics(files: PaperFiles, limits: ExtractionLimits) -> Extraction:
    """Every figure of an article with its subfigures. Raises PaperError."""
    started = time.perf_counter()
    try:
        article = jats.load_article(files.main.path)
    except jats.JatsError as error:
        raise PaperError("no_jats", f"The XML {error}; fetch it again.") from error
    metadata = merge_metadata(files.paper.metadata, article.metadata)
    gaps: list[Gap] = []
    figures: list[Figure] = []
    for artwork in article.artworks:
        panels = list(_panels(artwork, files.graphics, limits, gaps))
        if panels:
            figure = with_mentions(_figure(len(figures), artwork, panels), article.sentences)
            figures.append(with_attribution(figure, metadata))
    return Extraction(
        paper=files.paper,
        metadata=metadata,
        pages=0,
        figures=tuple(figures),
        seconds=time.perf_counter() - started,
        gaps=tuple(gaps),
    )


@dataclass(frozen=True, slots=True)
class _Cut:
    """A panel with its picture."""

    panel: Panel
    image: EncodedImage


def _panels(
    artwork: jats.Artwork, graphics: Sequence[Graphic], limits: ExtractionLimits, gaps: list[Gap]
) -> Iterator[_Cut]:
    """The panels of all image files of a figure; what cannot be had or read goes to `gaps`."""
    name = artwork.label or "a figure without label"
    letters = artwork.letters or (None,) * len(artwork.graphics)
    for reference, letter in zip(artwork.graphics, letters, strict=True):
        graphic = find_graphic(reference, graphics)
        if graphic is None or graphic.file.copy is None:
            gaps.append(Gap("figure", None, f"an image of {name} is not at hand"))
            continue
        notes: list[str] = []
        try:
            for cut in _separated(graphic.file.path, artwork.caption, limits, notes):
                known = letter is not None and cut.panel.label is None
                yield replace(cut, panel=replace(cut.panel, label=letter)) if known else cut
            gaps += [Gap("image", None, f"an image of {name} {note}") for note in notes]
        except PaperError as error:
            gaps.append(Gap("figure", None, f"an image of {name} was left out: {error.error}"))


def find_graphic(reference: str, graphics: Sequence[Graphic]) -> Graphic | None:
    """The image file that a JATS refers to, with or without its suffix; None where there is none."""
    by_name = {graphic.name.lower(): graphic for graphic in graphics}
    paths = (PurePosixPath(reference), PurePosixPath(unquote(reference).replace("\\", "/")))
    names = [path.name.lower() + suffix for path in paths for suffix in ("", *SUFFIXES)]
    names += [path.stem.lower() + suffix for path in paths for suffix in SUFFIXES]
    return next((by_name[name] for name in names if name in by_name), None)


def _figure(index: int, artwork: jats.Artwork, cuts: Sequence[_Cut]) -> Figure:
    subcaptions = panel_captions(artwork.caption, [cut.panel for cut in cuts])
    return Figure(
        figure_index=index,
        page=None,
        bbox=None,
        kind="raster",
        label=artwork.label,
        caption=artwork.caption,
        caption_source="jats" if artwork.caption else None,
        subfigures=tuple(
            Subfigure(place, None, cut.image, cut.panel.label, subcaption)
            for place, (cut, subcaption) in enumerate(zip(cuts, subcaptions, strict=True))
        ),
        id=artwork.facts.id,
        doi=artwork.facts.doi,
        alt_text=artwork.facts.alt_text,
        rights=artwork.facts.rights,
    )


def _separated(file: Path, caption: str | None, limits: ExtractionLimits, notes: list[str]) -> Iterator[_Cut]:
    """The panels of an image file by its pixels. Raises PaperError where it cannot be read."""
    data = file.read_bytes()
    pixels, kept = _decode(data, limits, notes)
    height, width = pixels.shape[:2]
    unit = max(width / _PRINTED[0], height / _PRINTED[1], 1.0)
    box = (0.0, 0.0, width / unit, height / unit)
    said = caption or ""
    labels, sided = expected_labels(said), bool(find_sides(said))
    panels = separate(FigureImage(pixels, box, (), (), (), labels, sided))
    for panel in panels:
        x0, y0, x1, y1 = (round(value * unit) for value in panel.bbox)
        whole = len(panels) == 1 and (x1 - x0) * (y1 - y0) > 0.985 * width * height
        part = pixels[max(y0, 0) : max(y1, y0 + LEAST_SIDE), max(x0, 0) : max(x1, x0 + LEAST_SIDE)]
        yield _Cut(panel, encoded(data, "jpeg", width, height) if whole and kept else encode_png(part))


def _decode(data: bytes, limits: ExtractionLimits, notes: list[str]) -> tuple[Pixels, bool]:
    """An image's first frame as (H, W, 3) uint8, upright; whether the file shows just that and is a JPEG.

    That it was scaled down goes to `notes`.
    """
    try:
        with _opened(data) as image:
            millions = image.width * image.height / 1e6
            if millions > limits.image_megapixels:
                raise PaperError("too_large", f"it has {millions:,.0f} megapixels")
            if min(image.size) < LEAST_SIDE:
                raise PaperError("damaged", "it is too small to show anything")
            turned = bool(image.getexif().get(0x0112, 1) != 1)
            kept = image.format == "JPEG" and image.mode in ("RGB", "L") and not turned
            upright = ImageOps.exif_transpose(image) if turned else image
            shown = _on_white(upright)
    except Image.DecompressionBombError as error:
        raise PaperError("too_large", "it has more pixels than Pillow opens") from error
    except _BROKEN as error:
        raise PaperError("damaged", f"it is damaged ({type(error).__name__})") from error
    if millions > limits.megapixels:
        scale = (limits.megapixels / millions) ** 0.5
        size = (max(1, int(shown.width * scale)), max(1, int(shown.height * scale)))
        shown, kept = shown.resize(size, Image.Resampling.BOX), False
        notes.append(f"of {millions:,.0f} megapixels was scaled down to {limits.megapixels:,.0f}")
    return np.asarray(shown), kept


def _opened(data: bytes) -> Image.Image:
    """An image whose size is known and whose pixels are not yet decoded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(io.BytesIO(data), formats=FORMATS)


def _on_white(image: Image.Image) -> Image.Image:
    """An image as RGB: transparency over white, 16 bits of grey as 8."""
    if image.mode.startswith("I") or image.mode == "F":
        grey = np.nan_to_num(np.asarray(image).astype(np.float32), posinf=0.0, neginf=0.0)
        return Image.fromarray(
            (grey * (255 / 65535 if image.mode.startswith("I;16") else _to_8_bits(grey)))
            .clip(0, 255)
            .astype(np.uint8)
        ).convert("RGB")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image.convert("RGB")


def _to_8_bits(grey: npt.NDArray[np.float32]) -> float:
    """The factor from an image's own range of grey to 255: black stays black, and faint stays faint."""
    highest = float(grey.max(initial=0.0))
    return 255 / next((full for full in _RANGES if highest <= full), highest)
