"""Words that a picture or a patch of colour was painted over, told by the order of painting and by how the page looks.

Boxes are in MuPDF's unrotated page space, points.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tasks import boxes
from tasks.pdf.painting.look import Log, Look, Places, stands_out
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
        covering = self._order[self._covers.holding(box, rules().layout.inside)]
        if not len(covering):
            return False
        written = self._text_order[self._texts.holding(box, rules().layout.mostly)]
        return bool(len(written)) and bool(covering.max() > written.max())


def _of_kind(log: Log, *, text: bool) -> tuple[Places, npt.NDArray[np.int64]]:
    kept = [
        (place, box)
        for place, (kind, box) in enumerate(log)
        if (kind.endswith("text") if text else kind in _HIDING)
    ]
    return Places(box for _, box in kept), np.array([place for place, _ in kept], np.int64)


def hides(look: Look, box: Box) -> bool:
    """Whether nothing shows in a box that was painted over, or a picture just as it is.

    Through what is translucent, or multiplied with the page, the letters are seen.
    """
    inside = look.within(box)
    if not inside.size:
        return False
    if not stands_out(inside, int(np.median(inside))).any():
        return True
    return any(_shows_as_it_is(info, box, look) for info in look.pictures)


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
    grey = look.own_pixels(info["xref"])
    if grey is None:
        return False
    box = boxes.intersection(box, place)
    shown = look.within(box)
    if not shown.size:
        return False
    across, down = grey.shape[1] / boxes.width(place), grey.shape[0] / boxes.height(place)
    part = (
        (box[0] - place[0]) * across,
        (box[1] - place[1]) * down,
        min((box[2] - place[0]) * across, grey.shape[1]),
        min((box[3] - place[1]) * down, grey.shape[0]),
    )
    height, width = shown.shape
    own = Image.fromarray(grey).resize((width, height), Image.Resampling.BOX, box=part)
    differs = np.abs(np.asarray(own, np.int16) - shown) > rules().text.seen_through
    return bool(differs.mean() < 1 - rules().text.as_it_is)
