"""A canvas for schemes, formulas and tables: shapes, arrows and text, drawn large and reduced.

Pillow draws a picture of a hundred words in a few milliseconds, a tenth of what matplotlib takes.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFont

from models.default.drawings.figure import Random, pick

Point = tuple[float, float]
Head = Literal["triangle", "open", "bar"]
Face = Literal["sans", "serif", "humanist", "screen"]
_Item = TypeVar("_Item")

_SCALE = 2
"""Drawn this many times as large, and reduced: Pillow's lines have no soft edges."""
_ALL_BUT_SQUARE = 2.0
"""Sides of a box that differ by less: where its round corners all but meet on every side, Pillow fails."""
_FACES: dict[Face, tuple[str, str, str]] = {
    "sans": ("rdkit:FreeSans", "", ""),
    "humanist": ("rdkit:Telex-Regular", "", ""),
    "serif": ("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic"),
    "screen": ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique"),
}
"""Regular, bold and slanted; a face without a bold one is drawn with a stroke. FreeSans is a Helvetica."""
_FULL: Face = "screen"
"""What writes the signs that another face lacks."""
_BOLDER = 0.4
"""Pixels that a stroke makes letters thicker, on either side."""


class Canvas:
    """A white page of `width` x `height` pixels, y downwards, with a face, an ink and a width of line of its own."""

    def __init__(self, random: Random, width: float, height: float) -> None:
        self.random = random
        self.width, self.height = width, height
        self.face: Face = pick(random, ("sans", "sans", "sans", "serif", "humanist", "screen"))
        self.ink = "black"
        self.stroke = float(random.uniform(0.8, 2.2))
        self.size = float(random.uniform(9, 15))
        self._image = Image.new("RGB", (round(width * _SCALE), round(height * _SCALE)), "white")
        self._draw = ImageDraw.Draw(self._image)

    def chance(self, probability: float) -> bool:
        """True as often as that."""
        return bool(self.random.random() < probability)

    def count(self, least: int, most: int) -> int:
        """A number from `least` to `most`."""
        return int(self.random.integers(least, most + 1))

    def between(self, low: float, high: float) -> float:
        """A number between the two."""
        return float(self.random.uniform(low, high))

    def one(self, items: Sequence[_Item]) -> _Item:
        """One of the items."""
        return pick(self.random, items)

    def text(
        self,
        at: Point,
        text: str,
        *,
        size: float | None = None,
        colour: str | None = None,
        anchor: str = "mm",
        bold: bool = False,
        slanted: bool = False,
        turn: float = 0,
    ) -> None:
        """Text, in lines where it has several; `anchor` as Pillow's, `turn` in degrees to the left."""
        font, thick = self._letters_of(text, size, bold, slanted)
        fill = colour or self.ink
        if turn:
            self._turned(at, text, font, fill, turn)
        elif "\n" in text:
            x, y = _scaled(at)
            self._draw.multiline_text(
                (x, y),
                text,
                fill,
                font,
                anchor=anchor[0] + "m",
                align="center",
                spacing=2,
                stroke_width=thick,
            )
        else:
            self._draw.text(_scaled(at), text, fill, font, anchor=anchor, stroke_width=thick)

    def extent(
        self, at: Point, text: str, *, size: float | None = None, anchor: str = "mm", bold: bool = False
    ) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what `text` writes."""
        font, thick = self._letters_of(text, size, bold)
        anchor = anchor[0] + "m" if "\n" in text else anchor
        box = self._draw.textbbox(_scaled(at), text, font, anchor, 2, stroke_width=thick)
        left, top, right, bottom = (float(side) / _SCALE for side in box)
        return left, top, right, bottom

    def _letters_of(
        self, text: str, size: float | None, bold: bool, slanted: bool = False
    ) -> tuple[ImageFont.FreeTypeFont, float]:
        """The font, and how thick a stroke makes it bold where it has no bold face."""
        face = self.face if _writes(self.face, text) else _FULL
        name = _FACES[face][1 if bold else 2 if slanted else 0]
        font = _font(name or _FACES[face][0], max(4, round((size or self.size) * _SCALE)))
        return font, _BOLDER * _SCALE if bold and not name else 0

    def _turned(self, at: Point, text: str, font: ImageFont.FreeTypeFont, fill: str, turn: float) -> None:
        left, top, right, bottom = font.getbbox(text)
        mask = Image.new("L", (round(right - left) + 4, round(bottom - top) + 4))
        ImageDraw.Draw(mask).text((2 - left, 2 - top), text, 255, font)
        mask = mask.rotate(turn, expand=True, resample=Image.Resampling.BICUBIC)
        x, y = _scaled(at)
        self._image.paste(fill, (round(x - mask.width / 2), round(y - mask.height / 2)), mask)

    def line(
        self,
        points: Sequence[Point],
        *,
        colour: str | None = None,
        width: float | None = None,
        dash: float = 0,
    ) -> None:
        """A line through the points, dashed where `dash` is a length."""
        drawn, thick = [_scaled(point) for point in points], self._thick(width)
        fill = colour or self.ink
        if not dash:
            self._draw.line(drawn, fill, thick, joint="curve")
            return
        for (x, y), (x1, y1) in itertools.pairwise(drawn):
            steps = max(1, int(np.hypot(x1 - x, y1 - y) / (dash * _SCALE)))
            for step in range(0, steps, 2):
                a, b = step / steps, min(1, (step + 1) / steps)
                ends = ((x + (x1 - x) * a, y + (y1 - y) * a), (x + (x1 - x) * b, y + (y1 - y) * b))
                self._draw.line(ends, fill, thick)

    def arrow(
        self,
        start: Point,
        end: Point,
        *,
        bend: float = 0,
        head: Head = "triangle",
        colour: str | None = None,
        width: float | None = None,
        dash: float = 0,
    ) -> None:
        """From `start` to `end`, bent aside by that share of its length, with a point or a bar at its end."""
        way = bow(start, end, bend)
        (x0, y0), (x1, y1) = way[-2], end
        thick = self.stroke if width is None else width
        turn, reach = float(np.arctan2(y1 - y0, x1 - x0)), 4 + 2.6 * thick
        short = (x1 - 0.7 * reach * np.cos(turn), y1 - 0.7 * reach * np.sin(turn))
        shaft = [*way[:-1], (float(short[0]), float(short[1])) if head == "triangle" else end]
        self.line(shaft, colour=colour, width=width, dash=dash)
        if head == "bar":
            self.line(
                [polar(end, reach, turn + a) for a in (np.pi / 2, -np.pi / 2)], colour=colour, width=width
            )
        elif head == "open":
            ends = [polar(end, reach, turn + a) for a in (2.6, -2.6)]
            self.line([ends[0], end, ends[1]], colour=colour, width=width)
        elif head == "triangle":
            self.polygon(
                [end, polar(end, reach, turn + 2.7), polar(end, reach, turn - 2.7)], fill=colour or self.ink
            )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str | None = None,
        edge: str | None = None,
        line: float | None = None,
        radius: float = 0,
    ) -> None:
        """A rectangle from its upper left corner; without `edge` it has none."""
        corners = (*_scaled((x, y)), *_scaled((x + max(width, 1), y + max(height, 1))))
        thick = self._thick(line) if edge else 0
        radius = min(radius, width / 2, height / 2)
        if abs(width - height) < _ALL_BUT_SQUARE:
            radius = max(0.0, radius - 1)
        self._draw.rounded_rectangle(corners, radius * _SCALE, fill, edge, thick)

    def disc(
        self,
        at: Point,
        across: float,
        down: float | None = None,
        *,
        fill: str | None = None,
        edge: str | None = None,
        line: float | None = None,
    ) -> None:
        """A disc, or an ellipse, by its two radii."""
        (x, y), rx, ry = _scaled(at), across * _SCALE, (across if down is None else down) * _SCALE
        self._draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill, edge, self._thick(line) if edge else 0)

    def polygon(
        self,
        points: Sequence[Point],
        *,
        fill: str | None = None,
        edge: str | None = None,
        line: float | None = None,
    ) -> None:
        """A filled shape, outlined where `edge` is a colour."""
        if fill:
            self._draw.polygon([_scaled(point) for point in points], fill)
        if edge:
            self.line([*points, points[0], points[1]], colour=edge, width=line)

    def paste(self, image: Image.Image, x: float, y: float, width: float, height: float) -> None:
        """A picture, stretched to this size."""
        size = (max(1, round(width * _SCALE)), max(1, round(height * _SCALE)))
        self._image.paste(
            image.resize(size, Image.Resampling.BILINEAR), (round(x * _SCALE), round(y * _SCALE))
        )

    def blob(self, at: Point, across: float, rough: float = 0.15, flat: float = 1.0) -> list[Point]:
        """The outline of a roundish lump."""
        angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        reach = np.full(40, across)
        for wave in (2, 3, 5):
            reach += across * rough * self.random.normal(0, 0.5) * np.sin(wave * angles + self.between(0, 6))
        return [
            (at[0] + float(r * np.cos(a)), at[1] + float(r * np.sin(a)) * flat)
            for r, a in zip(reach, angles, strict=True)
        ]

    def finish(self, cut: bool = True) -> Image.Image:
        """The picture reduced and cut to its ink; a third of them through JPEG, as many come into papers."""
        image = self._image.reduce(_SCALE)
        if cut:
            left, top, right, bottom = ImageChops.invert(image).getbbox() or (0, 0, *image.size)
            margin = self.count(0, 6)
            corner = max(0, left - margin), max(0, top - margin)
            image = image.crop(
                (*corner, min(image.width, right + margin), min(image.height, bottom + margin))
            )
        if not self.chance(0.33):
            return image
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=self.count(40, 90))
        stream.seek(0)
        return Image.open(stream).convert("RGB")

    def _thick(self, width: float | None) -> int:
        return max(1, round((self.stroke if width is None else width) * _SCALE))


def polar(middle: Point, reach: float, angle: float) -> Point:
    """A point about `middle`, the angle in radians."""
    return middle[0] + reach * float(np.cos(angle)), middle[1] + reach * float(np.sin(angle))


def bow(start: Point, end: Point, bend: float) -> list[Point]:
    """The way from `start` to `end`, straight or along a parabola that is `bend` of its length high."""
    (x0, y0), (x1, y1) = start, end
    if not bend:
        return [start, end]
    middle = ((x0 + x1) / 2 - bend * (y1 - y0) * 2, (y0 + y1) / 2 + bend * (x1 - x0) * 2)
    way = []
    for t in np.linspace(0, 1, 16).tolist():
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        way.append((a * x0 + b * middle[0] + c * x1, a * y0 + b * middle[1] + c * y1))
    return way


def _scaled(point: Point) -> Point:
    return point[0] * _SCALE, point[1] * _SCALE


def _writes(face: Face, text: str) -> bool:
    """Whether all styles of a face have all of the text's letters and signs."""
    return all(_signs(name).issuperset(map(ord, text.replace("\n", ""))) for name in _FACES[face] if name)


@cache
def _signs(name: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(_file(name)).get_charmap())


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    # The other engine, which is not there on every machine, sets letters closer: other drawings.
    return ImageFont.truetype(_file(name), size, layout_engine=ImageFont.Layout.BASIC)


def _file(name: str) -> str:
    if name.startswith("rdkit:"):
        folder = "Data/Fonts" if "Telex" in name else "Chem/Draw"
        return str(files("rdkit").joinpath(f"{folder}/{name[6:]}.ttf"))
    return str(files("matplotlib").joinpath(f"mpl-data/fonts/ttf/{name}.ttf"))
