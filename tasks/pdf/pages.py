"""What stands on one page of a PDF: its text lines, its paint operations and its ink, in one upright frame.

MuPDF gives text and paint operations in the page's unrotated space. Here everything is turned so that most of
the text reads from left to right (`frame`), whatever /Rotate says and however a landscape page was typeset.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pymupdf

from tasks import boxes
from tasks.records import Box

INK_DPI = 100
"""Resolution of the page's ink, enough for edges to within a point and cheap: about 9 ms a page."""

MOST_INK = 16e6
"""Pixels of ink at the most, whatever size a page claims; A4 has one million."""

INK_DARKNESS = 16
"""How far below white a pixel counts as ink: above the noise of JPEG margins, below a light grey rule."""

_TEXT_FLAGS = pymupdf.TEXT_MEDIABOX_CLIP  # no TEXT_PRESERVE_LIGATURES: "ﬁ" comes out as "fi"
_BOLD_FLAG: int = pymupdf.TEXT_FONT_BOLD
_BOLD_NAME = re.compile(r"bold|black|heavy|demi|[-.,]bd?$|(?<=[a-z])bd?$|(?<=Times)B$|\.B$", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_WITHOUT_WIDTH = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. `size` is in points; `bold` and `font` are those of its first letters."""

    text: str
    bbox: Box
    size: float
    font: str
    bold: bool
    upright: bool
    block: int
    text_font: str
    """The font of most of its letters."""


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

    @property
    def bounds(self) -> Box:
        """The page itself."""
        return 0.0, 0.0, self.size[0], self.size[1]

    def to_page(self, box: Box) -> Box:
        """A box of this frame in points of `page.rect`, as readers of the dataset know it."""
        rect = pymupdf.Rect(box) * ~self.frame * self.handle.rotation_matrix
        return rect.x0, rect.y0, rect.x1, rect.y1

    @property
    def scale(self) -> float:
        """Pixels of `ink` per point: fewer than usual on a page of a poster's size, to stay within MOST_INK."""
        return float(min(INK_DPI / 72, (MOST_INK / max(1.0, self.size[0] * self.size[1])) ** 0.5))

    @cached_property
    def ink(self) -> npt.NDArray[np.uint8]:
        """The page as it looks, grey, (H, W) uint8: what is hidden, clipped or white is not there."""
        return self.render(self.bounds, self.scale * 72, grey=True)

    @cached_property
    def _display_list(self) -> pymupdf.DisplayList:
        """The page interpreted once for all renderings, without annotations."""
        found: pymupdf.DisplayList = self.handle.get_displaylist(annots=0)
        return found

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
        turned = np.rot90(pixels, _quarter_turns(~self.handle.rotation_matrix * self.frame))
        return np.ascontiguousarray(turned[:, :, 0] if grey else turned)

    def pixels(self, box: Box) -> tuple[slice, slice]:
        """The rows and columns of `ink` that a box of this frame covers."""
        x0, y0, x1, y1 = (value * self.scale for value in boxes.intersection(box, self.bounds))
        return slice(max(0, round(y0)), max(0, round(y1))), slice(max(0, round(x0)), max(0, round(x1)))


def read_page(page: pymupdf.Page) -> PageContent:
    """Read one page's text and paint operations (not its pixels, which are rendered when asked for)."""
    lines = _read_lines(page)
    frame, size = _upright_frame(page, lines)
    bounds = (0.0, 0.0, *size)
    paints = _read_paints(page, frame, bounds)
    return PageContent(
        number=page.number + 1,
        size=size,
        lines=[line for line, _ in (_turn_line(line, direction, frame) for line, direction in lines)],
        paints=paints,
        frame=frame,
        handle=page,
    )


def _read_paints(page: pymupdf.Page, frame: pymupdf.Matrix, bounds: Box) -> list[Paint]:
    """The operations that paint on the page, those alike to the point once: a scatter plot can have 100,000."""
    paints: dict[tuple[int, ...], Paint] = {}
    for operation, unturned in page.get_bboxlog():
        if operation.endswith("text"):
            continue
        box = boxes.intersection(_turned(unturned, frame), bounds)
        if box[0] <= box[2] and box[1] <= box[3]:
            image = "image" in operation or "shade" in operation
            key = (image, *map(round, box))
            paints.pop(key, None)  # the order is that of painting: what comes later lies above
            paints[key] = Paint(box, image)
    return list(paints.values())


def _turned(box: Box, frame: pymupdf.Matrix) -> Box:
    rect = pymupdf.Rect(box) * frame
    return rect.x0, rect.y0, rect.x1, rect.y1


def _turn_line(
    line: Line, direction: tuple[float, float], frame: pymupdf.Matrix
) -> tuple[Line, tuple[float, float]]:
    x, y = direction
    turned = x * frame.a + y * frame.c, x * frame.b + y * frame.d
    return replace(line, bbox=_turned(line.bbox, frame), upright=turned[0] > 0.9), turned


def _upright_frame(
    page: pymupdf.Page, lines: list[tuple[Line, tuple[float, float]]]
) -> tuple[pymupdf.Matrix, tuple[float, float]]:
    """The turn by a multiple of 90 degrees that sets most letters upright, and the page's size after it."""
    letters = dict.fromkeys((0, 90, 180, 270), 0)
    for line, (x, y) in lines:
        angle = 0 if x > 0.9 else 90 if y > 0.9 else 180 if x < -0.9 else 270 if y < -0.9 else None
        if angle is not None:
            letters[angle] += len(line.text)
    most = max(letters, key=lambda angle: letters[angle])
    # An empty or purely graphic page keeps the turn its /Rotate gives it.
    turn = pymupdf.Matrix(-most) if letters[most] else pymupdf.Matrix(page.rotation)
    unrotated = page.rect * page.derotation_matrix
    turned = unrotated * turn
    return turn * pymupdf.Matrix(1, 0, 0, 1, -turned.x0, -turned.y0), (turned.width, turned.height)


def _quarter_turns(matrix: pymupdf.Matrix) -> int:
    """How many quarter turns counter-clockwise (numpy.rot90's unit) a rotation matrix makes."""
    if abs(matrix.a) > 0.5:
        return 0 if matrix.a > 0 else 2
    return 3 if matrix.b > 0 else 1


def _read_lines(page: pymupdf.Page) -> list[tuple[Line, tuple[float, float]]]:
    found = []
    for number, block in enumerate(page.get_text("dict", flags=_TEXT_FLAGS)["blocks"]):
        for raw in _joined(block.get("lines", [])):
            line = _read_line(raw, number)
            if line is not None:
                found.append((line, tuple(raw["dir"])))
    return found


def _read_line(raw: dict[str, Any], block: int) -> Line | None:
    spans = [span for span in raw["spans"] if span["text"].strip()]
    if not spans:
        return None
    text = clean("".join(span["text"] for span in raw["spans"]))
    widest = max(spans, key=lambda span: len(span["text"]))
    first = spans[0]
    return Line(
        text=text,
        bbox=boxes.hull(tuple(span["bbox"]) for span in spans),
        size=round(widest["size"], 1),
        font=first["font"],
        bold=is_bold(first["font"], first["flags"]),
        upright=True,
        block=block,
        text_font=widest["font"],
    )


def _joined(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Pieces of one printed line, which MuPDF splits at wide spaces, put together again."""
    joined: list[dict[str, Any]] = []
    for line in lines:
        before = joined[-1] if joined else None
        if before is not None and _continues(before, line):
            gap = [{**line["spans"][0], "text": " ", "bbox": line["bbox"]}] if _apart(before, line) else []
            joined[-1] = {
                **before,
                "spans": before["spans"] + gap + line["spans"],
                "bbox": boxes.hull([tuple(before["bbox"]), tuple(line["bbox"])]),
            }
        else:
            joined.append(line)
    return joined


def _continues(before: dict[str, Any], line: dict[str, Any]) -> bool:
    if before["dir"] != line["dir"] or abs(line["dir"][0]) < 0.9:
        return False
    (_, top, right, bottom), (x0, y0, _, y1) = before["bbox"], line["bbox"]
    if "".join(span["text"] for span in before["spans"]).strip().isdigit():
        return False  # a manuscript's line number
    common = min(bottom, y1) - max(top, y0)
    size = min(bottom - top, y1 - y0)
    return bool(common > 0.5 * size and -0.5 * size < x0 - right < 3 * size)


def _apart(before: dict[str, Any], line: dict[str, Any]) -> bool:
    return not before["spans"][-1]["text"].endswith(" ") and line["bbox"][0] - before["bbox"][2] > 0.5


def is_bold(font: str, flags: int) -> bool:
    """Whether a span is set in bold, by its flags or by its font's name (`MinionPro-Bold`, `AdvTTaf7f9f4f.B`)."""
    return bool(flags & _BOLD_FLAG) or bool(_BOLD_NAME.search(font))


def clean(text: str) -> str:
    """Text without control and direction marks, every kind of space as one plain space."""
    return re.sub(r"\s+", " ", _CONTROL.sub(" ", _WITHOUT_WIDTH.sub("", text))).strip()
