"""Pieces of a figure between gutters, and what they are: an image, a plot, line art or mere text."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from PIL import Image, ImageChops
from scipy import ndimage

from models.inference.looks import looks_of
from models.inference.places import Places, places_of
from tasks.panels.gutters import Mask, PixelBox, Profile, counts, met, trim_lines
from tasks.panels.placements import NOTHING_PLACED, Placements
from tasks.panels.seams import Lines, to_gray

BLOCK = 0.9
"""Share of its box that a picture fills at the least, white spots left out."""

BLACK = 40
"""Of 255: what is darker in red, green and blue is black."""

LEGEND = 40.0
"""PDF points: no framed plot is so low or narrow that has its numbers inside the frame."""


See = Callable[[np.ndarray], Places]
"""How a figure (H, W, 3) uint8 is looked at."""


class Kind(IntEnum):
    """What a piece looks like; the higher, the surer that it is a panel of its own."""

    TEXT = 0
    ART = 1
    PLOT = 2
    IMAGE = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A trimmed box with the kind of what is in it and the panel letters that stand in or beside it."""

    box: PixelBox
    kind: Kind
    letters: tuple[PixelBox, ...] = ()

    @property
    def width(self) -> int:
        """Pixels."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> int:
        """Pixels."""
        return self.box[3] - self.box[1]


def distance(boxes: np.ndarray, box: PixelBox) -> np.ndarray:
    """Pixels (N,) from each of `boxes` (N, 4) to `box`; 0 where they touch."""
    across = np.maximum(np.maximum(boxes[:, 0] - box[2], box[0] - boxes[:, 2]), 0)
    down = np.maximum(np.maximum(boxes[:, 1] - box[3], box[1] - boxes[:, 3]), 0)
    apart: np.ndarray = np.hypot(across, down)
    return apart


def distribute(letters: Sequence[PixelBox], parts: Sequence[Piece]) -> list[Piece]:
    """`parts`, each with those of `letters` that are nearest to it."""
    if not letters or not parts:
        return list(parts)
    nearest = np.stack([distance(np.array(letters), part.box) for part in parts]).argmin(axis=0)
    return [
        replace(
            part,
            letters=tuple(letter for letter, owner in zip(letters, nearest, strict=True) if owner == number),
        )
        for number, part in enumerate(parts)
    ]


class Canvas:
    """The ink of a figure and its connected components, ready for questions about any part of it.

    `unit` is the number of pixels in a PDF point, so that sizes of print can be told in points. `letters` are the
    boxes of the panel letters; `labelled` tells whether the figure has or its caption names any; `gutters` are those
    found to part panels, as axis, start and stop. `placed` is what the PDF knows of the figure, `named` how many panels
    its caption names by letters or numbers, `sided` whether it names any by where they stand.
    """

    def __init__(
        self,
        pixels: np.ndarray,
        mask: Mask,
        unit: float,
        letters: Sequence[PixelBox] = (),
        placed: Placements = NOTHING_PLACED,
        named: int = 0,
        *,
        sided: bool = False,
    ) -> None:
        self.pixels, self.mask, self.unit = pixels, mask.copy(), unit
        self.letters = tuple(letters)
        self.labelled = named > 1 or bool(letters)
        self.placed = placed
        self.gutters: list[tuple[int, int, int]] = []
        self.named, self.sided = named, sided
        components, _ = ndimage.label(mask, np.ones((3, 3)))
        slices = ndimage.find_objects(components)
        self.boxes = np.array([(s[1].start, s[0].start, s[1].stop, s[0].stop) for s in slices]).reshape(-1, 4)
        self.side = max(mask.shape)
        self.big = self._big()
        self._unmark_texts(placed.texts)
        self.core: Mask = np.concatenate([[False], self.big])[components]
        self._components = components
        self._erased = np.zeros(len(self.boxes), bool)
        self._pieces: dict[tuple[PixelBox, bool], Piece | None] = {}
        self._met: dict[tuple[PixelBox, int, bool], Profile] = {}
        self._lined: PixelBox | None = None
        self._lines: tuple[Lines, Lines]
        self._looks: dict[PixelBox, np.ndarray] = {}
        self.look: Callable[[np.ndarray], np.ndarray] = looks_of
        self.see: See = places_of
        for letter in letters:
            self._erase_letter(letter)

    def _erase_letter(self, letter: PixelBox) -> None:
        """Remove a panel letter, with its brackets, from the ink, unless it is part of something larger."""
        x0, y0, x1, y1 = letter
        reach = 0.8 * (y1 - y0)
        within = (
            (self.boxes[:, 0] >= x0 - reach)
            & (self.boxes[:, 2] <= x1 + reach)
            & (self.boxes[:, 1] >= y0 - 0.4 * reach)
            & (self.boxes[:, 3] <= y1 + 0.4 * reach)
        )
        self._erase(within & (self.boxes[:, 3] - self.boxes[:, 1] < 1.6 * (y1 - y0)))

    def _erase(self, components: np.ndarray) -> None:
        """Remove the components (N,) bool from the ink."""
        self._erased |= components
        self._pieces.clear()
        self._met.clear()
        for index in np.flatnonzero(components):
            x0, y0, x1, y1 = self.boxes[index]
            own = self._components[y0:y1, x0:x1] == index + 1
            self.mask[y0:y1, x0:x1] &= ~own
            self.core[y0:y1, x0:x1] &= ~own

    def _unmark_texts(self, texts: Sequence[PixelBox]) -> None:
        """What lies in a line of the PDF's text is print, however large."""
        large = np.flatnonzero(self.big)
        left, top, right, bottom = self.boxes[large].T
        for x0, y0, x1, y1 in texts:
            inside = (left >= x0 - 1) & (top >= y0 - 1) & (right <= x1 + 1) & (bottom <= y1 + 1)
            self.big[large[inside]] = False

    def _big(self) -> np.ndarray:
        """Which components are too large for print: (N,) bool."""
        widths, heights = self.boxes[:, 2] - self.boxes[:, 0], self.boxes[:, 3] - self.boxes[:, 1]
        short, long = np.minimum(widths, heights), np.maximum(widths, heights)
        print_height = max(12 * self.unit, 0.03 * self.side)
        rule = short < 2.5 * self.unit
        big: np.ndarray = (short > print_height) | (long > 4 * print_height) & ~rule
        return big

    @functools.cached_property
    def drawn(self) -> np.ndarray:
        """How much each pixel (H, W) differs from white, from 0 to 255."""
        red, green, blue = Image.fromarray(self.pixels).split()
        return 255 - np.asarray(ImageChops.darker(ImageChops.darker(red, green), blue))

    @functools.cached_property
    def lit(self) -> Mask:
        """Whether each pixel (H, W) is anything but black."""
        red, green, blue = Image.fromarray(self.pixels).split()
        lit: Mask = np.asarray(ImageChops.lighter(ImageChops.lighter(red, green), blue)) > BLACK
        return lit

    @functools.cached_property
    def gray(self) -> np.ndarray:
        """The figure (H, W) uint8 in shades of gray."""
        return to_gray(self.pixels)

    def lines(self, box: PixelBox) -> tuple[Lines, Lines]:
        """The upright and the level lines of the picture in `box`, kept until another is asked for."""
        if box != self._lined:
            x0, y0, x1, y1 = box
            part = self.gray[y0:y1, x0:x1]
            self._lined, self._lines = box, (Lines(part, 0), Lines(part, 1))
        return self._lines

    def profile(self, box: PixelBox, axis: int) -> np.ndarray:
        """How much is drawn on the mean in each column (`axis` 0) or row (1) of `box`."""
        x0, y0, x1, y1 = box
        means: np.ndarray = self.drawn[y0:y1, x0:x1].mean(axis=axis)
        return means

    def met(self, box: PixelBox, axis: int, *, core: bool = False) -> Profile:
        """Whether each line across `axis` of `box` meets ink, print left out if `core`; asked again and again."""
        key = box, axis, core
        if key not in self._met:
            self._met[key] = met(self.core if core else self.mask, box, axis)
        return self._met[key]

    def trim(self, box: PixelBox, *, core: bool = False) -> PixelBox | None:
        """The least box that holds all ink of `box`, print left out if `core`; None where there is none."""
        columns, rows = self.met(box, 0, core=core), self.met(box, 1, core=core)
        trimmed = trim_lines(columns, rows, box)
        if trimmed is not None:
            x, y = box[:2]
            x0, y0, x1, y1 = trimmed
            self._met[trimmed, 0, core] = columns[x0 - x : x1 - x]
            self._met[trimmed, 1, core] = rows[y0 - y : y1 - y]
        return trimmed

    def piece(self, box: PixelBox, *, core: bool = False) -> Piece | None:
        """The trimmed `box` and its kind, print left out if `core`; None where it is empty."""
        key = box, core
        if key not in self._pieces:
            trimmed = self.trim(box, core=core)
            self._pieces[key] = None if trimmed is None else Piece(trimmed, self._kind(trimmed))
        return self._pieces[key]

    def looks(self, box: PixelBox) -> np.ndarray:
        """What the picture in `box` looks like: probabilities (8,), see `models.inference.looks`."""
        if box not in self._looks:
            x0, y0, x1, y1 = box
            self._looks[box] = self.look(self.pixels[y0:y1, x0:x1])
        return self._looks[box]

    @functools.cached_property
    def places(self) -> Places:
        """What each place of the figure is, see `models.inference.places`."""
        return self.see(self.pixels)

    def is_gutter(self, axis: int, start: int, stop: int) -> bool:
        """Whether a gutter across `axis` from `start` to `stop` runs on from one that parts panels elsewhere."""
        return any(
            axis == other and min(stop, end) - max(start, begin) > 0.5 * min(stop - start, end - begin)
            for other, begin, end in self.gutters
        )

    def has_arrows(self, box: PixelBox) -> bool:
        """Whether a level or upright arrow, as those of a scheme, stands alone in `box`."""
        x0, y0, x1, y1 = box
        left, top, right, bottom = self.boxes.T
        widths, heights = right - left, bottom - top
        short, long = np.minimum(widths, heights), np.maximum(widths, heights)
        inside = (left >= x0) & (top >= y0) & (right <= x1) & (bottom <= y1)
        strokes = inside & (long >= 14 * self.unit) & (short <= 9 * self.unit) & (long > 2.5 * short)
        return any(self._is_arrow(index) for index in np.flatnonzero(strokes))

    def _is_arrow(self, index: np.integer) -> bool:
        """Whether the stroke `index` is thin but for one end."""
        x0, y0, x1, y1 = self.boxes[index]
        own = self._components[y0:y1, x0:x1] == index + 1
        thickness = own.sum(axis=0 if x1 - x0 > y1 - y0 else 1)
        end = max(2, len(thickness) // 3)
        shaft = max(1.0, float(np.median(thickness)))
        heads = sorted((int(thickness[:end].max()), int(thickness[-end:].max())))
        return heads[1] >= max(3, 2 * shaft) and heads[1] >= 1.5 * heads[0]

    def thinnest(self, box: PixelBox, axis: int, start: int, stop: int) -> int | None:
        """Where between `start` and `stop` a cut across `axis` of `box` meets least ink; None where it meets much."""
        x0, y0, x1, y1 = box
        part = self.mask[y0:y1, start:stop] if axis == 0 else self.mask[start:stop, x0:x1]
        met = part.sum(axis=axis)
        best = np.flatnonzero(met <= met.min() + 2)
        runs = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
        longest = max(runs, key=len)
        if met.min() > max(3 * 12 * self.unit, 0.06 * part.shape[axis]):
            return None
        return start + int(longest[len(longest) // 2])

    def erase_print(self, box: PixelBox, axis: int, position: int) -> None:
        """Remove from the ink the lines of print that a cut across `axis` of `box` at `position` goes through."""
        x0, y0, x1, y1 = box
        part = self.mask[y0:y1, x0:x1] & ~self.core[y0:y1, x0:x1]
        reach = max(3, round(4 * self.unit))
        lines, _ = ndimage.label(ndimage.maximum_filter1d(part, reach, axis=1))
        crossed = lines[:, position - x0] if axis == 0 else lines[position - y0]
        part &= np.isin(lines, np.unique(crossed[crossed > 0]))
        met = np.zeros(len(self.boxes) + 1, bool)
        met[np.unique(self._components[y0:y1, x0:x1][part])] = True
        self._erase(met[1:] & ~self.big)

    def blocks(self, box: PixelBox) -> list[PixelBox]:
        """The connected components in `box` that are too large for print; none unless each fills its own box."""
        x0, y0, x1, y1 = box
        left, top, right, bottom = self.boxes.T
        inside = (left >= x0) & (top >= y0) & (right <= x1) & (bottom <= y1)
        found: list[PixelBox] = []
        for index in np.flatnonzero(inside & self.big):
            a, b, c, d = map(int, self.boxes[index])
            if (self._components[b:d, a:c] == index + 1).mean() < BLOCK:
                return []
            found.append((a, b, c, d))
        return found

    def print_boxes(self, box: PixelBox) -> np.ndarray:
        """The boxes (N, 4) of the marks of print whose middle lies in `box`."""
        x0, y0, x1, y1 = box
        x, y = (self.boxes[:, 0] + self.boxes[:, 2]) / 2, (self.boxes[:, 1] + self.boxes[:, 3]) / 2
        inside = (x >= x0) & (x < x1) & (y >= y0) & (y < y1)
        marks: np.ndarray = self.boxes[inside & ~self.big & ~self._erased]
        return marks

    def _kind(self, box: PixelBox) -> Kind:
        x0, y0, x1, y1 = box
        core = self.trim(box, core=True)
        if core is None:
            return Kind.TEXT
        least = max(24 * self.unit, 0.06 * self.side)
        if min(core[2] - core[0], core[3] - core[1]) < least and not self._is_strip(box):
            return Kind.TEXT
        part = self.mask[y0:y1, x0:x1]
        if np.count_nonzero(part) > 0.6 * part.size:
            return Kind.IMAGE
        height, width = part.shape
        fullest_row = counts(part, 1).max() / width
        if fullest_row > 0.55 and counts(part, 0).max() / height > 0.45:
            return Kind.TEXT if self._is_framed_print(box) else Kind.PLOT
        return Kind.ART

    def _is_framed_print(self, box: PixelBox) -> bool:
        """Whether `box` is a frame lower than any plot with words in it and none beside it, as that of a legend."""
        x0, y0, x1, y1 = box
        if min(x1 - x0, y1 - y0) > LEGEND * self.unit:
            return False
        part = self.mask[y0:y1, x0:x1]
        edges = (part[:3].any(0), part[-3:].any(0), part[:, :3].any(1), part[:, -3:].any(1))
        marks = self.print_boxes(box)
        return len(marks) >= 3 and all(float(edge.mean()) > 0.85 for edge in edges)

    def _is_strip(self, box: PixelBox) -> bool:
        """Whether `box` is one filled strip, such as one of a blot."""
        x0, y0, x1, y1 = box
        low = 8 * self.unit < y1 - y0 < x1 - x0
        return low and bool(self.core[y0:y1, x0:x1].mean() > 0.7)
