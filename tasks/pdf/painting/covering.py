"""Words that a picture or a patch of colour was painted over, told by the order of painting and by how the page looks.

Boxes are in MuPDF's unrotated page space, points.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pymupdf
from PIL import Image

from tasks import boxes
from tasks.pdf.painting.faults import MUPDF_ERRORS, raise_if_out_of_memory
from tasks.pdf.painting.look import Log, Look, shares_inside, stands_out
from tasks.records import Box
from tasks.rules.layout import rules

_HIDING = ("fill-image", "fill-path", "fill-shade")


class Painting:
    """A page's operations that paint text, and those that may hide it, in their order."""

    def __init__(self, log: Log) -> None:
        self._texts, self._text_order = _of_kind(log, text=True)
        self._covers, self._order = _of_kind(log, text=False)

    @property
    def may_hide(self) -> bool:
        """Whether anything was painted later than text."""
        orders = self._order, self._text_order
        return all(map(len, orders)) and bool(self._order[-1] > self._text_order[0])

    def is_over(self, box: Box) -> bool:
        """Whether all of a line was painted over by something later than any text in its place."""
        covering = self._order[shares_inside(box, self._covers) > rules().layout.inside]
        if not len(covering):
            return False
        written = self._text_order[shares_inside(box, self._texts) > rules().layout.mostly]
        return bool(len(written)) and bool(covering.max() > written.max())


def _of_kind(log: Log, *, text: bool) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    kept = [
        (place, box)
        for place, (kind, box) in enumerate(log)
        if (kind.endswith("text") if text else kind in _HIDING)
    ]
    return (
        np.array([box for _, box in kept], np.float64).reshape(-1, 4),
        np.array([place for place, _ in kept], np.int64),
    )


def hides(look: Look, box: Box) -> bool:
    """Whether nothing shows in a box that was painted over, or a picture just as it is.

    Through what is translucent, or multiplied with the page, the letters are seen.
    """
    inside = look.within(box)
    if not inside.size:
        return False
    if not stands_out(inside, int(np.median(inside))).any():
        return True
    return any(_shows_as_it_is(info, box, look) for info in look.page.get_image_info(xrefs=True))


def _shows_as_it_is(info: dict[str, Any], box: Box, look: Look) -> bool:
    """Whether what shows in a box are the pixels of an upright picture that lies on it, or on nearly all of it."""
    place = tuple(info["bbox"])
    upright = (
        look.page.rotation == 0 and np.allclose(info["transform"][1:3], 0) and min(info["transform"][::3]) > 0
    )
    if (
        not upright
        or info["has-mask"]
        or not info["xref"]
        or boxes.share_inside(box, place) < rules().layout.inside
    ):
        return False
    try:
        pixmap = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.Pixmap(look.page.parent, info["xref"]))
    except MUPDF_ERRORS as error:
        raise_if_out_of_memory(error)
        return False
    if pixmap.alpha:
        return False
    box = boxes.intersection(box, place)
    shown = look.within(box)
    grey = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.stride)
    across, down = pixmap.width / boxes.width(place), pixmap.height / boxes.height(place)
    part = (
        (box[0] - place[0]) * across,
        (box[1] - place[1]) * down,
        min((box[2] - place[0]) * across, pixmap.width),
        min((box[3] - place[1]) * down, pixmap.height),
    )
    height, width = shown.shape
    own = Image.fromarray(grey[:, : pixmap.width]).resize((width, height), Image.Resampling.BOX, box=part)
    differs = np.abs(np.asarray(own, np.int16) - shown) > rules().text.seen_through
    return bool(differs.mean() < 1 - rules().text.as_it_is)
