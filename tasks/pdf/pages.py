"""What stands on one page of a PDF: its text lines, its paint operations and its ink, in one upright frame.

MuPDF gives text and paint operations in the page's unrotated space. Here everything is turned so that most of
the text reads from left to right (`frame`), whatever /Rotate says and however a landscape page was typeset.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pymupdf

from tasks import boxes
from tasks.pdf.lines import OBLIQUE, Line, read_lines
from tasks.pdf.painting.look import WHITE, Log, Look, is_image, rotation_of, stands_out, within_most_ink
from tasks.pdf.painting.raw_lines import Run
from tasks.pdf.painting.visibility import hidden_lines, shows_faint
from tasks.records import Box
from tasks.rules.layout import rules
from tasks.wording.labels import read_label


@dataclass(frozen=True, slots=True)
class Paint:
    """One graphic operation: an image, or a path that is filled or stroked."""

    bbox: Box
    image: bool


@dataclass
class PageContent:
    """A page in its upright frame, `size` in points. `number` counts from 1."""

    number: int
    size: tuple[float, float]
    lines: list[Line]
    paints: list[Paint]
    frame: pymupdf.Matrix
    """From MuPDF's unrotated page space to this frame."""
    handle: pymupdf.Page = field(repr=False)
    """The open page, for its pixels."""
    numbers: frozenset[int] = frozenset()
    """Which of `lines` are the line numbers of a manuscript."""
    turn: int = 0
    """How the page was turned once more to read a part of it that stands sideways, degrees clockwise."""

    @property
    def bounds(self) -> Box:
        """The page itself."""
        return 0.0, 0.0, self.size[0], self.size[1]

    def to_page(self, box: Box) -> Box:
        """A box of this frame in points of `page.rect`, as readers of the dataset know it."""
        rect = pymupdf.Rect(box) * ~self.frame * rotation_of(self.handle)
        return rect.x0, rect.y0, rect.x1, rect.y1

    @cached_property
    def scale(self) -> float:
        """Pixels of `ink` per point: fewer than usual on a page of a poster's size."""
        return within_most_ink(rules().page.ink_dpi / 72, self.size)

    @cached_property
    def ink(self) -> npt.NDArray[np.uint8]:
        """The page as it looks, grey, (H, W) uint8: what is hidden, clipped or white is not there."""
        return self.render(self.bounds, self.scale * 72, grey=True)

    @cached_property
    def paper(self) -> int:
        """The grey of what the page is printed on, as `ink` has it; white where its most common one is a picture's."""
        counts = np.bincount(self.ink.ravel(), minlength=256)
        most, settings = int(counts.argmax()), rules().page
        if most > settings.white_paper:
            return most
        grounds = [
            p for p in self.paints if boxes.area(p.bbox) > settings.whole_page * boxes.area(self.bounds)
        ]
        drawn = bool(grounds) and not any(ground.image for ground in grounds)
        if not drawn and not (grounds and self._bears_text):
            return WHITE
        around = self._grey_around
        if around is not None:
            return around
        light = np.convolve(counts[settings.white_paper :], np.ones(2 * settings.ink_darkness + 1), "same")
        found = settings.white_paper + int(light.argmax())
        return found if not drawn and light.max() > settings.light_paper * self.ink.size else WHITE

    @property
    def _bears_text(self) -> bool:
        """Whether running text stands on the page, as hardly any does on a picture that fills one."""
        settings = rules().layout
        sentences = sum(line.upright and len(line.text.split()) >= settings.sentence for line in self.lines)
        return sentences >= settings.sentences

    @property
    def _grey_around(self) -> int | None:
        """The grey of most of the page's edges, which pictures on a ground leave free; None where there is none."""
        edge, ink = max(1, round(rules().page.ground_edge * self.scale)), self.ink
        ring = np.concatenate(
            [side.ravel() for side in (ink[:edge], ink[-edge:], ink[:, :edge], ink[:, -edge:])]
        )
        most = int(np.bincount(ring, minlength=256).argmax())
        return most if float(stands_out(ring, most).mean()) < 1 - rules().layout.mostly else None

    @cached_property
    def _display_list(self) -> pymupdf.DisplayList:
        """The page interpreted once for all renderings, without annotations."""
        found: pymupdf.DisplayList = self.handle.get_displaylist(annots=0)
        return found

    def box_of(self, view: PageContent, box: Box) -> Box:
        """A box of another view of the same page as one of this."""
        return _turned(box, _numbers(~view.frame * self.frame))

    def seen_turned(self, turn: int) -> PageContent:
        """The same page as one sees it who reads the lines of a `turn` of 90, 180 or 270 degrees."""
        matrix = pymupdf.Matrix(-turn)
        rect = pymupdf.Rect(self.bounds) * matrix
        matrix = matrix * pymupdf.Matrix(1, 0, 0, 1, -rect.x0, -rect.y0)
        return PageContent(
            number=self.number,
            size=(rect.width, rect.height),
            lines=_turn_lines(self.lines, matrix),
            paints=[replace(paint, bbox=_turned(paint.bbox, _numbers(matrix))) for paint in self.paints],
            frame=self.frame * matrix,
            handle=self.handle,
            numbers=self.numbers,
            turn=turn,
        )

    def forget(self) -> None:
        """Let go of ink and display list, a megabyte or more a page; they come again when asked for."""
        for name in ("ink", "_display_list"):
            self.__dict__.pop(name, None)

    @cached_property
    def image_info(self) -> list[dict[str, Any]]:
        """MuPDF's account of the embedded images where they stand, with the `xref` of each, 0 if it has none."""
        info: list[dict[str, Any]] = self.handle.get_image_info()
        listed: dict[tuple[int, int], set[int]] = {}
        for xref, _, width, height, *_ in self.handle.get_images():
            listed.setdefault((width, height), set()).add(xref)
        sizes = [(image["width"], image["height"]) for image in info]
        found = [listed.get(size, {0}) for size in sizes]
        shown = Counter(size for size in sizes if size in listed)
        if all(len(xrefs) == 1 for xrefs in found) and shown.total() == len(shown):
            return [image | {"xref": xref} for image, (xref,) in zip(info, found, strict=True)]
        # Of images of one size only hashes tell which is which, and which is not listed, such as one that stands among
        # the page's own operators. For hashes all images of the page are decoded.
        hashed: list[dict[str, Any]] = self.handle.get_image_info(xrefs=True)
        return hashed

    def render(self, box: Box, dpi: float, *, grey: bool = False) -> npt.NDArray[np.uint8]:
        """A box of this frame as it looks: (H, W, 3) uint8 RGB, or (H, W) where `grey`; annotations left out."""
        zoom = pymupdf.Matrix(dpi / 72, dpi / 72)
        space = pymupdf.csGRAY if grey else pymupdf.csRGB
        clip = pymupdf.Rect(self.to_page(box))
        pixmap = self._display_list.get_pixmap(matrix=zoom, colorspace=space, alpha=0, clip=clip)
        rows = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.stride)
        pixels = rows[:, : pixmap.width * pixmap.n].reshape(pixmap.height, pixmap.width, pixmap.n)
        # The pixmap follows /Rotate; a frame turned further (text set sideways) turns the pixels too.
        turned = np.rot90(pixels, _quarter_turns(~rotation_of(self.handle) * self.frame))
        return np.ascontiguousarray(turned[:, :, 0] if grey else turned)

    def pixels(self, box: Box) -> tuple[slice, slice]:
        """The rows and columns of `ink` that a box of this frame covers."""
        x0, y0, x1, y1 = (value * self.scale for value in boxes.intersection(box, self.bounds))
        return slice(max(0, round(y0)), max(0, round(y1))), slice(max(0, round(x0)), max(0, round(x1)))


def read_page(page: pymupdf.Page, repeated: frozenset[str] = frozenset()) -> PageContent:
    """Read one page's text and paint operations (not its pixels, which are rendered when asked for).

    Lines whose text is among `repeated` have no say in which way is up.
    """
    log = page.get_bboxlog()
    lines = _seen_lines(page, log)
    frame, size = _upright_frame(page, lines, repeated)
    return PageContent(
        number=page.number + 1,
        size=size,
        lines=_turn_lines(lines, frame),
        paints=_read_paints(log, frame, (0.0, 0.0, *size)),
        frame=frame,
        handle=page,
    )


def _seen_lines(page: pymupdf.Page, log: Log, numbered: Set[Run] = frozenset()) -> list[Line]:
    look = Look(page)
    lines = read_lines(page, shows_faint(look, log), numbered)
    unseen, doubles = hidden_lines(lines, look, log)
    return [
        line if line.unseen == (i in unseen) else replace(line, unseen=i in unseen)
        for i, line in enumerate(lines)
        if i not in doubles
    ]


def with_numbers_apart(page: PageContent, numbered: Set[Run]) -> PageContent:
    """The page with each of the line numbers `numbered` as a line of its own, told in `numbers`."""
    if not numbered:
        return page
    lines = _turn_lines(_seen_lines(page.handle, page.handle.get_bboxlog(), numbered), page.frame)
    places = {(run.block, run.number) for run in numbered}
    numbers = frozenset(i for i, line in enumerate(lines) if (line.block, line.text) in places)
    return replace(page, lines=lines, numbers=numbers)


def side_views(page: PageContent) -> list[PageContent]:
    """The page turned so that captions can be read that stand sideways on it, beside text that does not."""
    turns = {line.turn for line in page.lines if line.turn > 0 and _labels_something(line)}
    return [page.seen_turned(turn) for turn in sorted(turns)]


def _labels_something(line: Line) -> bool:
    label = read_label(line.text)
    return label is not None and (label.separated or line.bold) and not (label.refers or label.bracketed)


def turn_upright(pages: Sequence[PageContent]) -> list[PageContent]:
    """The pages, of which those are read once more that a line repeated from page to page had turned."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({line.text for line in page.lines if len(line.text) > 1})
    repeated = frozenset(text for text, count in counts.items() if count >= rules().page.repeated)
    return [_reread(page, repeated) if _may_be_turned(page, repeated) else page for page in pages]


def _may_be_turned(page: PageContent, repeated: frozenset[str]) -> bool:
    """Whether lines that repeat decide over those that do not: upright ones, with others that are not."""
    own = [line.turn for line in page.lines if line.text not in repeated]
    return any(line.upright and line.text in repeated for line in page.lines) and any(
        turn > 0 for turn in own
    )


def _reread(page: PageContent, repeated: frozenset[str]) -> PageContent:
    again = read_page(page.handle, repeated)
    return again if any(line.upright for line in again.lines) else page


def _read_paints(log: Sequence[tuple[str, Box]], frame: pymupdf.Matrix, bounds: Box) -> list[Paint]:
    """The operations that paint on the page, those alike to the point once: a scatter plot can have 100,000."""
    paints: dict[tuple[int, ...], Paint] = {}
    matrix = _numbers(frame)
    for operation, unturned in log:
        if operation.endswith("text"):
            continue
        box = boxes.intersection(_turned(unturned, matrix), bounds)
        if box[0] <= box[2] and box[1] <= box[3]:
            image = is_image(operation)
            key = (image, *map(round, box))
            paints.pop(key, None)  # the order is that of painting: what comes later lies above
            paints[key] = Paint(box, image)
    return list(paints.values())


def _turned(box: Box, frame: Sequence[float]) -> Box:
    """A box under a matrix that turns by quarters; in plain arithmetic, for a plot has 100,000 boxes."""
    a, b, c, d, e, f = frame
    x0, y0, x1, y1 = box
    left, top, right, bottom = (
        a * x0 + c * y0 + e,
        b * x0 + d * y0 + f,
        a * x1 + c * y1 + e,
        b * x1 + d * y1 + f,
    )
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)


def _numbers(frame: pymupdf.Matrix) -> tuple[float, ...]:
    """A matrix as plain numbers, which are quicker to reckon with."""
    return frame.a, frame.b, frame.c, frame.d, frame.e, frame.f


def _turn_lines(lines: Sequence[Line], frame: pymupdf.Matrix) -> list[Line]:
    matrix, degrees = _numbers(frame), _degrees(frame)
    turns = [line.turn if line.turn == OBLIQUE else (line.turn + degrees) % 360 for line in lines]
    return [
        replace(line, bbox=_turned(line.bbox, matrix), upright=turn == 0 and not line.unseen, turn=turn)
        for line, turn in zip(lines, turns, strict=True)
    ]


def _degrees(frame: pymupdf.Matrix) -> int:
    """By how many degrees, clockwise, a rotation matrix turns."""
    return -90 * _quarter_turns(frame) % 360


def _upright_frame(
    page: pymupdf.Page, lines: Sequence[Line], repeated: frozenset[str]
) -> tuple[pymupdf.Matrix, tuple[float, float]]:
    """The turn by a multiple of 90 degrees that sets most letters upright, and the page's size after it.

    Banners and running heads stand at the edges or on every page: they do not tell how a page is to be read.
    """
    unrotated = page.rect * ~rotation_of(page)
    letters = dict.fromkeys((0, 90, 180, 270), 0)
    for line in lines:
        if (
            line.turn != OBLIQUE
            and (not _at_edge(line, unrotated) or read_label(line.text))
            and line.text not in repeated
        ):
            letters[line.turn] += len(line.text)
    most = max(letters, key=lambda angle: letters[angle])
    # A page without text of its own keeps the turn its /Rotate gives it.
    turn = pymupdf.Matrix(-most) if letters[most] else pymupdf.Matrix(page.rotation)
    turned = unrotated * turn
    return turn * pymupdf.Matrix(1, 0, 0, 1, -turned.x0, -turned.y0), (turned.width, turned.height)


def _at_edge(line: Line, page: pymupdf.Rect) -> bool:
    """Whether a line lies all within the band along one of the page's sides."""
    x0, y0, x1, y1 = line.bbox
    across, down = rules().page.edge * page.width, rules().page.edge * page.height
    return bool(x1 < page.x0 + across or x0 > page.x1 - across or y1 < page.y0 + down or y0 > page.y1 - down)


def _quarter_turns(matrix: pymupdf.Matrix) -> int:
    """How many quarter turns counter-clockwise (numpy.rot90's unit) a rotation matrix makes."""
    if abs(matrix.a) > 0.5:
        return 0 if matrix.a > 0 else 2
    return 3 if matrix.b > 0 else 1
