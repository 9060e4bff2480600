"""Which words of a page its readers see, and the words recognised in a scan told from others that nobody sees.

Boxes are in MuPDF's unrotated page space, points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tasks import boxes
from tasks.pdf.painting.covering import Painting, hides
from tasks.pdf.painting.look import WHITE, Log, Look, Places, is_image, stands_out
from tasks.records import Box
from tasks.rules.layout import rules
from tasks.wording.labels import read_label

_CELLS = 256
"""Of a page, across and down, in which is reckoned where pictures are."""


def shows_faint(look: Look, log: Log) -> Callable[[Box], bool]:
    """Whether faint words in a box are seen.

    They are where a picture or a path smaller than the page was painted, and where they stand out from a ground that
    was painted over the page, or from bare paper by their outline.
    """

    @cache
    def painted() -> tuple[Places, Places, Places]:
        most = rules().page.whole_page * boxes.area(look.bounds)
        paths = [box for kind, box in log if kind.endswith("path")]
        smaller = [box for box in paths if 0 < boxes.area(box) < most]
        pictures = [box for kind, box in log if is_image(kind) and boxes.area(box)]
        outlined = [box for kind, box in log if kind == "stroke-text"]
        grounds = [box for box in paths if boxes.area(box) >= most]
        return Places(smaller + pictures), Places(grounds), Places(outlined)

    def contrasts(box: Box, lightest: int) -> bool:
        inside = look.within(box)
        ground = int(np.median(inside)) if inside.size else lightest + 1
        return ground <= lightest and bool(stands_out(inside, ground).any())

    def shows(box: Box) -> bool:
        under, grounds, outlined = painted()
        least = rules().text.under_faint
        if under.holding(box, least).size:
            return True
        if grounds.holding(box, least).size:
            return contrasts(box, rules().page.white_paper - 1)
        return bool(outlined.holding(box, least).size) and contrasts(box, WHITE)

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
    doubles = _doubles(lines, unseen, seen)
    scanned = _is_scan(_own_text(seen, look), [lines[i] for i in unseen], look, log)
    return set() if scanned else unseen, doubles


def _doubles(lines: Sequence[Written], unseen: Iterable[int], seen: Sequence[Written]) -> set[int]:
    """Which unseen lines stand where others are seen, of no other size: not all those beneath a watermark."""
    places, text, mostly = Places(line.bbox for line in seen), rules().text, rules().layout.mostly
    return {
        i
        for i in unseen
        if any(
            _height(seen[j].bbox) < text.as_high * _height(lines[i].bbox)
            for j in places.holding(lines[i].bbox, mostly)
        )
    }


def _height(box: Box) -> float:
    """How high a line's letters are at the most, whichever way it reads; of an oblique one much more."""
    return min(boxes.width(box), boxes.height(box))


def _covered_captions(lines: Sequence[Written], look: Look, log: Log) -> set[int]:
    """Which lines that read like captions were painted over, so that nobody sees them.

    Other words beneath a picture do no harm; where the text of a page lies beneath one, it is that of a scan.
    """
    painting = Painting(log)
    if not painting.may_hide:
        return set()
    labels = [i for i, line in enumerate(lines) if not line.unseen and _begins_with_label(line)]
    covered = [i for i in labels if painting.is_over(lines[i].bbox)]
    if not covered:
        return set()
    over = [painting.is_over(line.bbox) for line in lines]
    beneath = [line for line, hidden in zip(lines, over, strict=True) if hidden]
    own = _own_text((line for line, hidden in zip(lines, over, strict=True) if not hidden), look)
    if _is_scan(own, beneath, look, log):
        return set()
    return {i for i in covered if hides(look, lines[i].bbox)}


def _begins_with_label(line: Written) -> bool:
    label = read_label(line.text)
    return label is not None and not label.refers


def _own_text(lines: Iterable[Written], look: Look) -> list[Written]:
    """Those of the seen lines that are text of a page: neither a stamp in its margins nor letters on a picture."""
    (x0, y0, x1, y1), least = look.bounds, rules().captions.phrase
    across, down = (rules().page.margin_band * side for side in (x1 - x0, y1 - y0))
    inner = x0 + across, y0 + down, x1 - across, y1 - down
    return [
        line
        for line in lines
        if not line.unseen and len(line.text.split()) >= least and boxes.overlaps(line.bbox, inner)
    ]


def _is_scan(own: Sequence[Written], hidden: Sequence[Written], look: Look, log: Log) -> bool:
    """Whether hidden lines are the text of a page: it has none of its `own`, or less, all on pictures.

    A scan may leave margins, and bear a watermark; beside the picture of a figure stands a caption.
    """
    if not own:
        return True
    if sum(len(line.text) for line in own) >= sum(len(line.text) for line in hidden):
        return False
    pictured = _pictured(look.bounds, [box for kind, box in log if is_image(kind)])
    return all(pictured[_cells(line.bbox, look.bounds)].mean() > rules().layout.mostly for line in own)


def _pictured(page: Box, pictures: Iterable[Box]) -> npt.NDArray[np.bool_]:
    """Where on a page pictures are, be they the strips of a scan, in cells: (_CELLS, _CELLS) bool."""
    grid = np.zeros((_CELLS, _CELLS), bool)
    for picture in pictures:
        if boxes.area(boxes.intersection(picture, page)):
            grid[_cells(picture, page)] = True
    return grid


def _cells(box: Box, page: Box) -> tuple[slice, slice]:
    """The rows and columns of a page's cells on which a box lies, one of each at the least."""
    x0, y0, x1, y1 = boxes.intersection(box, page)
    across, down = boxes.width(page) / _CELLS or 1.0, boxes.height(page) / _CELLS or 1.0
    left, top = round((x0 - page[0]) / across), round((y0 - page[1]) / down)
    right, foot = round((x1 - page[0]) / across), round((y1 - page[1]) / down)
    left, top = min(left, _CELLS - 1), min(top, _CELLS - 1)
    return slice(top, max(foot, top + 1)), slice(left, max(right, left + 1))
