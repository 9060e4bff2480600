"""Which words of a page its readers see, and the words recognised in a scan told from others that nobody sees.

Boxes are in MuPDF's unrotated page space, points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from tasks import boxes
from tasks.pdf.covering import Painting, hides
from tasks.pdf.lines import Line
from tasks.pdf.look import WHITE, Log, Look, is_image, shares_inside, stands_out
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


def as_seen(lines: Sequence[Line], look: Look, log: Log) -> list[Line]:
    """The lines of a page, those `unseen` that no reader sees; of a scan the words recognised in it are its text.

    Of two lines in one place, one seen and one not, the seen one is the text of that place.
    """
    unseen = {i for i, line in enumerate(lines) if line.unseen} | _covered_captions(lines, look, log)
    if not unseen:
        return list(lines)
    seen = [line for i, line in enumerate(lines) if i not in unseen]
    scanned = _is_scan(_own_text(seen, look), sum(len(lines[i].text) for i in unseen), look, log)
    places = np.array([line.bbox for line in seen], np.float64).reshape(-1, 4)
    mostly = rules().layout.mostly
    return [
        replace(line, unseen=not scanned) if i in unseen else line
        for i, line in enumerate(lines)
        if i not in unseen or not (shares_inside(line.bbox, places) > mostly).any()
    ]


def _covered_captions(lines: Sequence[Line], look: Look, log: Log) -> set[int]:
    """Which lines that read like captions were painted over, so that nobody sees them.

    Other words beneath a picture do no harm; where all text of a page lies beneath one, it is that of a scan.
    """
    labels = [i for i, line in enumerate(lines) if not line.unseen and _begins_with_label(line)]
    if not labels:
        return set()
    painting = Painting(log)
    covered = [i for i in labels if painting.is_over(lines[i].bbox)]
    if not covered or not _own_text((line for line in lines if not painting.is_over(line.bbox)), look):
        return set()
    return {i for i in covered if hides(look, lines[i].bbox)}


def _begins_with_label(line: Line) -> bool:
    label = read_label(line.text)
    return label is not None and not label.refers


def _own_text(lines: Iterable[Line], look: Look) -> list[Line]:
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


def _is_scan(own: Sequence[Line], unseen: int, look: Look, log: Log) -> bool:
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
