"""How a page looks and what is painted on it, asked for before its text is read.

Boxes are in MuPDF's unrotated page space, points.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pymupdf

from tasks import boxes
from tasks.pdf.painting.faults import MUPDF_ERRORS, raise_if_out_of_memory
from tasks.records import Box
from tasks.rules.layout import rules

WHITE = 255
"""The grey of paper without ink."""

Log = Sequence[tuple[str, Box]]
"""What `Page.get_bboxlog` tells: each operation of a page and its box, in the order of painting."""


class Look:
    """A page as it looks, rendered grey when first asked for: a pixel to a point, or fewer on a poster."""

    def __init__(self, page: pymupdf.Page) -> None:
        self.page = page
        scale = within_most_ink(1.0, (page.rect.width, page.rect.height))
        self._zoom = pymupdf.Matrix(scale, scale)
        self._decoded: tuple[int, npt.NDArray[np.uint8] | None] | None = None

    @property
    def bounds(self) -> Box:
        """The page itself."""
        x0, y0, x1, y1 = pymupdf.Rect(self.page.rect) * ~rotation_of(self.page)
        return x0, y0, x1, y1

    @cached_property
    def _pixels(self) -> npt.NDArray[np.uint8]:
        """The whole page, (H, W) uint8; empty where it cannot be rendered, for its words are read all the same."""
        try:
            pixmap = self.page.get_pixmap(
                matrix=self._zoom, colorspace=pymupdf.csGRAY, alpha=False, annots=False
            )
        except MUPDF_ERRORS as error:
            raise_if_out_of_memory(error)
            return np.empty((0, 0), np.uint8)
        return np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.stride)

    @cached_property
    def pictures(self) -> list[dict[str, Any]]:
        """What PyMuPDF tells of the pictures on the page."""
        infos: list[dict[str, Any]] = self.page.get_image_info(xrefs=True)
        return infos

    def own_pixels(self, xref: int) -> npt.NDArray[np.uint8] | None:
        """A picture's own pixels in grey, (H, W) uint8; None where it has some that are clear, or cannot be read.

        The last one is kept, for captions lie beneath one picture.
        """
        if self._decoded is None or self._decoded[0] != xref:
            self._decoded = xref, self._decode(xref)
        return self._decoded[1]

    def _decode(self, xref: int) -> npt.NDArray[np.uint8] | None:
        try:
            pixmap = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.Pixmap(self.page.parent, xref))
        except MUPDF_ERRORS as error:
            raise_if_out_of_memory(error)
            return None
        if pixmap.alpha:
            return None
        rows = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.stride)
        return rows[:, : pixmap.width]

    def within(self, box: Box) -> npt.NDArray[np.uint8]:
        """What shows in a box, (h, w) uint8; empty beyond the page."""
        shown = pymupdf.Rect(box) * rotation_of(self.page) * self._zoom
        x0, y0, x1, y1 = (max(0, round(value)) for value in shown)
        return self._pixels[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]


def within_most_ink(scale: float, size: tuple[float, float]) -> float:
    """Pixels per point: as asked for, or fewer where a page is so large that they would be too many."""
    return float(min(scale, (rules().page.most_ink / max(1.0, size[0] * size[1])) ** 0.5))


def rotation_of(page: pymupdf.Page) -> pymupdf.Matrix:
    """From MuPDF's unrotated space of a page to `page.rect`; PyMuPDF's own matrix forgets a /UserUnit."""
    across, down = page.rect.width, page.rect.height
    shift = {90: (across, 0.0), 180: (across, down), 270: (0.0, down)}.get(page.rotation, (0.0, 0.0))
    turned: pymupdf.Matrix = pymupdf.Matrix(page.rotation) * pymupdf.Matrix(1, 0, 0, 1, *shift)
    return turned


def stands_out(grey: npt.NDArray[np.uint8], ground: int) -> npt.NDArray[np.bool_]:
    """Where `grey` differs from its ground by more than noise does."""
    noise = rules().page.ink_darkness
    return (grey < max(0, ground - noise)) | (grey > min(255, ground + noise))


def is_image(operation: str) -> bool:
    """Whether an operation of the log paints a picture or a shading."""
    return "image" in operation or "imgmask" in operation or "shade" in operation


class Places:
    """Boxes of a page, of which one may have 100,000, kept for asking often which of them hold another."""

    def __init__(self, places: Iterable[Box]) -> None:
        self._boxes = np.array(list(places), np.float64).reshape(-1, 4)
        areas = np.prod(self._boxes[:, 2:] - self._boxes[:, :2], axis=1)
        self._order = np.argsort(-areas, kind="stable")
        self._boxes, self._areas = self._boxes[self._order], areas[self._order]

    def __len__(self) -> int:
        return len(self._order)

    def holding(self, box: Box, share: float) -> npt.NDArray[np.intp]:
        """Which of them hold more than such a share of a box, by their place in the order given: (N,) in no order."""
        box = box if boxes.area(box) > 0 else boxes.grown(box, 0.01)
        # A smaller one cannot hold so much.
        large = int(np.searchsorted(-self._areas, -share * boxes.area(box)))
        return self._order[:large][shares_inside(box, self._boxes[:large]) > share]


def shares_inside(box: Box, places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The share of a box that lies in each of the boxes `places`: (N, 4) in, (N,) out."""
    across = np.minimum(places[:, 2], box[2]) - np.maximum(places[:, 0], box[0])
    down = np.minimum(places[:, 3], box[3]) - np.maximum(places[:, 1], box[1])
    area = max((box[2] - box[0]) * (box[3] - box[1]), 1e-9)
    shares: npt.NDArray[np.float64] = np.clip(across, 0, None) * np.clip(down, 0, None) / area
    return shares
