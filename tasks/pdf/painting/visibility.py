"""Which words of a page its readers see, and the words recognised in a scan told from others that nobody sees.

Boxes are in MuPDF's unrotated page space, points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Protocol

import numpy as np

from tasks import boxes
from tasks.pdf.painting.covering import Painting, hides
from tasks.pdf.painting.look import WHITE, Log, Look, is_image, shares_inside, stands_out
from tasks.records import Box
from tasks.rules.layout import rules
from tasks.wording.labels import read_label

_CELLS = 64
"""Of a page, across and down, in which is reckoned how much of it pictures cover."""


def shows_faint(look: Look, log: Log) -> Callable[[Box], bool]:
    """Whether faint words in a box are seen.

    They are where a picture or a path smaller than the page was painted, and where they stand out from a ground that
    was painted over the page, or from bare paper by their outline.
    """

    @cache
    def painted() -> tuple[list[Box], list[Box], list[Box]]:
        most = rules().page.whole_page * boxes.area(look.bounds)
        paths = [box for kind, box in log if kind.endswith("path")]
        smaller = [box for box in paths if 0 < boxes.area(box) < most]
        pictures = [box for kind, box in log if is_image(kind) and boxes.area(box)]
        outlined = [box for kind, box in log if kind == "stroke-text"]
        return smaller + pictures, [box for box in paths if boxes.area(box) >= most], outlined

    def contrasts(box: Box, lightest: int) -> bool:
        inside = look.within(box)
        ground = int(np.median(inside)) if inside.size else lightest + 1
        return ground <= lightest and bool(stands_out(inside, ground).any())

    def shows(box: Box) -> bool:
        under, grounds, outlined = painted()
        least = rules().text.under_faint
        if any(boxes.share_inside(box, one) > least for one in under):
            return True
        if any(boxes.share_inside(box, one) > least for one in grounds):
            return contrasts(box, rules().page.white_paper - 1)
        return any(boxes.share_inside(box, one) > least for one in outlined) and contrasts(box, WHITE)

    return shows


class Written(Protocol):
    """A line of text, as tasks.pdf.lines has it."""

    @property
    def text(self) -> str:
        """Its words."""

    @property
    def bbox(self) -> Box:
        """Where it stands."""

    @property
    def unseen(self) -> bool:
        """It is not painted."""


def hidden_lines(lines: Sequence[Written], look: Look, log: Log) -> tuple[set[int], set[int]]:
    """Which lines of a page no reader sees, and which of these stand where others are seen, and are no text at all.

    Of a scan the words recognised in it are its text, which is seen.
    """
    unseen = {i for i, line in enumerate(lines) if line.unseen} | _covered_captions(lines, look, log)
    if not unseen:
        return set(), set()
    seen = [line for i, line in enumerate(lines) if i not in unseen]
    places, mostly = np.array([line.bbox for line in seen], np.float64).reshape(-1, 4), rules().layout.mostly
    doubles = {i for i in unseen if (shares_inside(lines[i].bbox, places) > mostly).any()}
    scanned = _is_scan(_own_text(seen, look), sum(len(lines[i].text) for i in unseen), look, log)
    return set() if scanned else unseen, doubles


def _covered_captions(lines: Sequence[Written], look: Look, log: Log) -> set[int]:
    """Which lines that read like captions were painted over, so that nobody sees them.

    Other words beneath a picture do no harm; where all text of a page lies beneath one, it is that of a scan.
    """
    painting = Painting(log)
    if not painting.may_hide:
        return set()
    labels = [i for i, line in enumerate(lines) if not line.unseen and _begins_with_label(line)]
    covered = [i for i in labels if painting.is_over(lines[i].bbox)]
    if not covered or not _own_text((line for line in lines if not painting.is_over(line.bbox)), look):
        return set()
    return {i for i in covered if hides(look, lines[i].bbox)}


def _begins_with_label(line: Written) -> bool:
    label = read_label(line.text)
    return label is not None and not label.refers


def _own_text(lines: Iterable[Written], look: Look) -> list[Written]:
    """Those of the seen lines that are text of a page: neither a stamp in its margins nor letters on a picture."""
    (_, y0, _, y1), least = look.bounds, rules().captions.phrase
    band = rules().page.margin_band * (y1 - y0)
    return [
        line
        for line in lines
        if not line.unseen
        and len(line.text.split()) >= least
        and y0 + band < line.bbox[3]
        and line.bbox[1] < y1 - band
    ]


def _is_scan(own: Sequence[Written], unseen: int, look: Look, log: Log) -> bool:
    """Whether so many unseen letters are a page's text: it has none of its `own`, or less, on a picture of it all."""
    if not own:
        return True
    pictures = [box for kind, box in log if is_image(kind)]
    less = sum(len(line.text) for line in own) < unseen
    return less and _covered(look.bounds, pictures) > rules().page.whole_page


def _covered(page: Box, pictures: Sequence[Box]) -> float:
    """The share of a page that pictures cover together, as the strips of a scan do, 0 to 1."""
    grid = np.zeros((_CELLS, _CELLS), bool)
    across, down = boxes.width(page) / _CELLS or 1.0, boxes.height(page) / _CELLS or 1.0
    for picture in pictures:
        x0, y0, x1, y1 = boxes.intersection(picture, page)
        if x0 < x1 and y0 < y1:
            left, right = round((x0 - page[0]) / across), round((x1 - page[0]) / across)
            grid[round((y0 - page[1]) / down) : round((y1 - page[1]) / down), left:right] = True
    return float(grid.mean())
