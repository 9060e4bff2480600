"""The pixels of figures: embedded images at their own resolution, everything else rendered.

Where a subfigure lies in one embedded image and nothing was drawn over it, its pixels are that image's, and a JPEG
that is wanted whole keeps its very bytes. Vector and composed artwork is rendered at 300 dpi, or finer where an
image in it is finer.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pymupdf
from PIL import Image

from models import png
from tasks import boxes
from tasks.pdf.pages import PageContent, read_page
from tasks.pdf.painting.look import rotation_of
from tasks.records import Box, EncodedImage, ImageFormat

RENDER_DPI = 300.0
"""Resolution of vector and mixed figures."""

FINEST_DPI = 600.0
"""Mixed figures follow their finest image up to here; beyond it a page alone would be 33 megapixels."""

VIEW_SIDE = 1400
"""Longest side in pixels of the view that separation works on."""

LEAST_SIDE = 8
"""Pixels: a cut narrower than this is widened, for no reader could use it."""

_UNMANAGED = ("DeviceRGB", "DeviceGray", "sRGB")
"""Colour spaces that a JPEG reader shows as the PDF does without knowing the PDF's profile."""

MOST_STRETCH = 1.05
"""A picture drawn wider or higher by more than this is cut with the proportions of the page."""

_STRAIGHT = re.compile(r"\W*(?:0(?:\.0*)?\s+1(?:\.0*)?\W*)*")
"""A `/Decode` that changes nothing."""

_ORIENTATION = 0x0112
"""The EXIF tag."""

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """An embedded raster image where it stands on a page; `bbox` in the page's upright frame, size in pixels."""

    xref: int
    bbox: Box
    width: int
    height: int
    upright: bool
    """Placed without turning or mirroring, so that its pixels are those of the page."""
    masked: bool
    colours: str

    @property
    def dpi(self) -> float:
        """Its resolution as placed."""
        return max(self.dpi_across_and_down)

    @property
    def stretch(self) -> float:
        """How many times finer it is in one direction than in the other: 1 where it keeps its proportions."""
        across, down = self.dpi_across_and_down
        return max(across / down, down / across)

    @property
    def dpi_across_and_down(self) -> tuple[float, float]:
        """Its resolution in both directions."""
        return 72 * self.width / boxes.width(self.bbox), 72 * self.height / boxes.height(self.bbox)


@dataclass
class FigurePixels:
    """Cuts subfigures out of one figure. `box` in the page's upright frame; at most `megapixels` a cut."""

    page: PageContent
    box: Box
    images: Sequence[PlacedImage]
    megapixels: float
    notes: list[str] = field(default_factory=list)
    """Sentences about cuts that had to be scaled down."""
    _decoded: dict[int, Pixels | None] = field(default_factory=dict)
    _rendered: tuple[Pixels, float] | None = None

    def view(self) -> Pixels:
        """The figure as it looks, (H, W, 3) uint8, its longer side at most VIEW_SIDE pixels."""
        longer = max(boxes.width(self.box), boxes.height(self.box), 1.0)
        return self.page.render(self.box, min(RENDER_DPI, 72 * VIEW_SIDE / longer))

    def cut(self, box: Box) -> EncodedImage:
        """One subfigure, encoded: a JPEG's own bytes where they are just this, else a PNG."""
        box = boxes.intersection(box, self.box)
        image = self._source(box)
        if image is not None:
            pixels = self._decode(image)
            if pixels is not None:
                part = _crop(pixels, box, image.bbox)
                common = boxes.intersection(box, image.bbox)
                if _alike(part, self.page.render(common, _check_dpi(common))):
                    return self._own_bytes(image, box, pixels) or encode_png(_as_printed(part, image))
        rendered, dpi = self._render()
        return encode_png(_crop(rendered, box, _covered(self.box, rendered, dpi)))

    def _source(self, box: Box) -> PlacedImage | None:
        """The embedded image that alone makes up a box, if there is one that can be taken as it is."""
        inside = [image for image in self.images if boxes.overlaps(image.bbox, box, -1)]
        # Off-page or hidden copies of the same picture are common; the one that covers the box is meant.
        covering = [i for i in inside if boxes.share_inside(box, boxes.grown(i.bbox, 0.5)) > 0.99]
        if len(covering) != 1 or self._painted_over(covering[0], box):
            return None
        image = covering[0]
        written = any(
            boxes.share_inside(line.bbox, box) > 0.5 or boxes.share_inside(box, line.bbox) > 0.5
            for line in self.page.lines
            if not line.unseen
        )
        fits = image.width * image.height <= self.megapixels * 1e6
        return image if image.xref and image.upright and not image.masked and fits and not written else None

    def _painted_over(self, image: PlacedImage, box: Box) -> bool:
        """Whether an arrow, a scale bar or another picture was painted into a box after the image."""
        paints = self.page.paints
        own = [
            i for i, p in enumerate(paints) if p.image and _same_place(p.bbox, image.bbox, self.page.bounds)
        ]
        later = paints[own[-1] + 1 :] if own else paints
        # What goes all around the box is a frame, or hides everything, which the comparison sees.
        return any(
            boxes.overlaps(p.bbox, box, -0.5) and boxes.share_inside(box, p.bbox) < 0.99 for p in later
        )

    def _decode(self, image: PlacedImage) -> Pixels | None:
        if image.xref not in self._decoded:
            self._decoded[image.xref] = _decode(self.page.handle.parent, image.xref)
        return self._decoded[image.xref]

    def _own_bytes(self, image: PlacedImage, box: Box, pixels: Pixels) -> EncodedImage | None:
        """The image's own JPEG bytes when a box takes all but a sliver of it and any reader shows them so."""
        whole = boxes.area(boxes.intersection(box, image.bbox)) > 0.985 * boxes.area(image.bbox)
        if not whole or image.stretch > MOST_STRETCH or not any(name in image.colours for name in _UNMANAGED):
            return None
        document = self.page.handle.parent
        raw: dict[str, Any] = document.extract_image(image.xref)
        if raw.get("ext") != "jpeg" or _recolours(document, image.xref):
            return None
        try:
            if _is_turned(raw["image"]) or not _alike(_seen_small(raw["image"]), pixels):
                return None
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            return None  # MuPDF shows what other programs refuse: a JPEG that is cut short
        return encoded(raw["image"], "jpeg", image.width, image.height)

    def _render(self) -> tuple[Pixels, float]:
        """The whole figure rendered once, with the resolution that was taken."""
        if self._rendered is None:
            finest = [i.dpi for i in self.images if boxes.share_inside(i.bbox, self.box) > 0.5]
            wanted = min(FINEST_DPI, max([RENDER_DPI, *finest]))
            if max(finest, default=0.0) > MOST_STRETCH * FINEST_DPI:
                self.notes.append(
                    f"page {self.page.number}: a figure with a picture of {max(finest):.0f} dpi was scaled down to "
                    f"{FINEST_DPI:.0f}"
                )
            millions = boxes.area(self.box) * (wanted / 72) ** 2 / 1e6
            dpi = wanted * min(1.0, (self.megapixels / millions) ** 0.5) if millions > 0 else wanted
            if dpi < wanted:
                self.notes.append(
                    f"page {self.page.number}: a figure of {millions:.0f} megapixels was scaled down to "
                    f"{self.megapixels:.0f}"
                )
            self._rendered = self.page.render(self.box, dpi), dpi
        return self._rendered


def cut_box(page: pymupdf.Page, box: Box, megapixels: float) -> EncodedImage:
    """What stands in a box of a page, in points of `page.rect`, cut as a figure's panels are."""
    content = read_page(page)
    rect = pymupdf.Rect(box) * ~rotation_of(page) * content.frame
    upright = (rect.x0, rect.y0, rect.x1, rect.y1)
    return FigurePixels(content, upright, placed_images(content), megapixels).cut(upright)


def placed_images(page: PageContent) -> list[PlacedImage]:
    """The raster images of a page, where they stand in its upright frame; those without extent are left out."""
    found = []
    for info in page.image_info:
        matrix = pymupdf.Matrix(info["transform"]) * page.frame
        rect = pymupdf.Rect(info["bbox"]) * page.frame
        if rect.width < 1 or rect.height < 1 or not info["width"] or not info["height"]:
            continue
        found.append(
            PlacedImage(
                xref=info["xref"],
                bbox=(rect.x0, rect.y0, rect.x1, rect.y1),
                width=info["width"],
                height=info["height"],
                upright=matrix.a > 0 and matrix.d > 0 and abs(matrix.b) + abs(matrix.c) < 0.01 * matrix.a,
                masked=bool(info.get("has-mask")),
                colours=str(info.get("cs-name")),
            )
        )
    return found


def encode_png(pixels: Pixels) -> EncodedImage:
    """(H, W, 3) uint8 as a PNG, grey where it has no colour."""
    height, width = pixels.shape[:2]
    return encoded(png.encode(pixels[..., 0] if _is_grey(pixels) else pixels), "png", width, height)


def _is_grey(pixels: Pixels) -> bool:
    """Whether no pixel has a colour; most that do are told by a few of them."""
    return all(
        bool((some[..., 0] == some[..., 1]).all() and (some[..., 1] == some[..., 2]).all())
        for some in (pixels[::16, ::16], pixels)
    )


def encoded(data: bytes, kind: ImageFormat, width: int, height: int) -> EncodedImage:
    """Encoded bytes with their size in pixels and their hash."""
    return EncodedImage(data, kind, width, height, hashlib.sha256(data).hexdigest())


def _decode(document: pymupdf.Document, xref: int) -> Pixels | None:
    """An embedded image as (H, W, 3) uint8 RGB; None where MuPDF cannot read it by itself."""
    try:
        pixmap = pymupdf.Pixmap(document, xref)
        if pixmap.alpha or pixmap.colorspace is None:
            return None
        if pixmap.colorspace.n != 3 or "sRGB" not in pixmap.colorspace.name:
            pixmap = pymupdf.Pixmap(pymupdf.csRGB, pixmap)
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase):
        return None
    rows = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.stride)
    return rows[:, : pixmap.width * 3].reshape(pixmap.height, pixmap.width, 3)


def _crop(pixels: Pixels, box: Box, covered: Box) -> Pixels:
    """The part of `pixels`, which cover one box, that another box takes; never empty."""
    height, width = pixels.shape[:2]
    x, y = width / boxes.width(covered), height / boxes.height(covered)
    left, right = _span((box[0] - covered[0]) * x, (box[2] - covered[0]) * x, width)
    top, bottom = _span((box[1] - covered[1]) * y, (box[3] - covered[1]) * y, height)
    return pixels[top:bottom, left:right]


def _span(start: float, end: float, limit: int) -> tuple[int, int]:
    first, last = max(0, round(start)), min(limit, round(end))
    if last - first < LEAST_SIDE:
        first = max(0, min(first, limit - LEAST_SIDE))
        last = min(limit, first + LEAST_SIDE)
    return first, last


def _covered(box: Box, pixels: Pixels, dpi: float) -> Box:
    """The box that a rendering really covers: MuPDF rounds a clip outwards to whole pixels."""
    unit = 72 / dpi
    x0, y0 = int(box[0] / unit) * unit, int(box[1] / unit) * unit
    return x0, y0, x0 + pixels.shape[1] * unit, y0 + pixels.shape[0] * unit


def _same_place(a: Box, b: Box, bounds: Box) -> bool:
    return all(abs(x - y) < 1 for x, y in zip(a, boxes.intersection(b, bounds), strict=True))


def _recolours(document: pymupdf.Document, xref: int) -> bool:
    """Whether the PDF shows an image otherwise than its bytes: `/Decode [1 0]` inverts, `/ColorTransform` mixes."""
    decode: str = document.xref_get_key(xref, "Decode")[1]
    straight = decode == "null" or _STRAIGHT.fullmatch(decode)
    return not straight or "ColorTransform" in document.xref_get_key(xref, "DecodeParms")[1]


def _seen_small(data: bytes) -> Pixels:
    """A JPEG as other programs show it, at an eighth of its size, which costs little to decode."""
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (max(1, image.width // 8), max(1, image.height // 8)))
        return np.asarray(image.convert("RGB"))


def _as_printed(pixels: Pixels, image: PlacedImage) -> Pixels:
    """A cut of an image with the proportions that it has on the page; the finer direction keeps its pixels."""
    if image.stretch <= MOST_STRETCH:
        return pixels
    across, down = image.dpi_across_and_down
    height, width = pixels.shape[:2]
    size = round(width * max(1.0, down / across)), round(height * max(1.0, across / down))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def _is_turned(data: bytes) -> bool:
    """Whether a JPEG asks its readers to turn it, which PDF readers do not do."""
    with Image.open(io.BytesIO(data)) as image:
        return bool(image.getexif().get(_ORIENTATION, 1) != 1)


def _check_dpi(box: Box) -> float:
    return max(20.0, min(100.0, 72 * 256 / max(boxes.width(box), boxes.height(box), 1.0)))


def _alike(a: Pixels, b: Pixels) -> bool:
    """Whether two pictures are the same at a glance: no clip, no other colours, nothing that hides a part."""
    small = [
        np.asarray(Image.fromarray(p).resize((12, 12), Image.Resampling.BOX), np.float32) for p in (a, b)
    ]
    difference = np.abs(small[0] - small[1])
    return bool(difference.max() < 60 and difference.mean() < 8)
