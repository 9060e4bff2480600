"""The drawing of collages: pictures in rows and columns, with what stands in and around them."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

SIDE = 640
"""Longest side of a collage in pixels, what stands around its panels left out."""

LEAST_SIDE = 26
"""Pixels: no panel is smaller."""

WORDS = (
    "Control",
    "Treated",
    "WT",
    "KO",
    "siRNA",
    "merge",
    "DAPI",
    "0 h",
    "24 h",
    "Day 7",
    "before",
    "n = 12",
    "Tumor",
)

Boxes = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Collage:
    """A figure (H, W, 3) uint8 and its panels' boxes (N, 4) in pixels."""

    pixels: npt.NDArray[np.uint8]
    boxes: Boxes


@dataclass(frozen=True, slots=True)
class Branch:
    """Parts side by side (`axis` 0) or one above the other (1); a number is a panel."""

    axis: int
    parts: tuple[int | Branch, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a part goes, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(slots=True)
class Margins:
    """Room around the panels, in pixels."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0


@dataclass(frozen=True, slots=True)
class Style:
    """How a collage is drawn."""

    photographs: bool
    ground: str
    gutter: float
    letters: str
    inside: bool
    framed: bool
    boxed: bool
    headings: bool
    row_names: bool
    legend: str
    bar: bool
    margins: Margins = field(default_factory=Margins)

    @property
    def strip(self) -> int:
        """Pixels above each panel for its letter."""
        return 16 if self.letters and not self.inside else 0


def aspect_of(tree: int | Branch, aspects: Sequence[float]) -> float:
    """Width by height, gutters left out."""
    if isinstance(tree, int):
        return aspects[tree]
    own = [aspect_of(part, aspects) for part in tree.parts]
    return sum(own) if tree.axis == 0 else 1 / sum(1 / aspect for aspect in own)


def place(
    tree: int | Branch, cell: Cell, gutter: float, aspects: Sequence[float]
) -> Iterator[tuple[int, Cell]]:
    """Each panel of `tree` with its cell, if `tree` fills `cell`."""
    if isinstance(tree, int):
        yield tree, cell
        return
    own = np.array([aspect_of(part, aspects) for part in tree.parts])
    shares = own / own.sum() if tree.axis == 0 else (1 / own) / (1 / own).sum()
    room = (cell.width if tree.axis == 0 else cell.height) - gutter * (len(own) - 1)
    at = cell.x if tree.axis == 0 else cell.y
    for part, length in zip(tree.parts, (room * shares).tolist(), strict=True):
        if tree.axis == 0:
            yield from place(part, Cell(at, cell.y, length, cell.height), gutter, aspects)
        else:
            yield from place(part, Cell(cell.x, at, cell.width, length), gutter, aspects)
        at += length + gutter


def choose_style(random: np.random.Generator, *, photographs: bool, regular: bool) -> Style:
    """Only photographs touch or stand on a dark ground; regular rows more often have names than letters."""
    ground = str(random.choice(["white", "white", "white", "black", "gray"])) if photographs else "white"
    gutter = float(random.choice([0, 1, 2, 3, 4, 6, 10, 20]) if photographs else random.uniform(8, 40))
    if not photographs and random.random() < 0.25:
        gutter = float(random.uniform(3, 8))
    kinds = ["", "upper", "upper", "lower", "bracketed"]
    letters = str(random.choice(kinds)) if not regular or random.random() < 0.4 else ""
    light = ground == "white"
    legend = str(random.choice(["bottom", "right", "top"])) if light and random.random() < 0.12 else ""
    style = Style(
        photographs,
        ground,
        gutter,
        letters,
        inside=photographs and (not light or gutter < 8 or random.random() < 0.6),
        framed=photographs and random.random() < 0.1,
        boxed=not photographs and random.random() < 0.1,
        headings=light and random.random() < (0.5 if regular else 0.15),
        row_names=light and random.random() < (0.4 if regular else 0.1),
        legend=legend,
        bar=light and random.random() < 0.08,
    )
    margins = style.margins
    margins.left, margins.top = 18 * style.row_names, 18 * style.headings
    margins.right = 40 * style.bar + 60 * (legend == "right")
    margins.top += 34 * (legend == "top")
    margins.bottom = 34 * (legend == "bottom")
    return style


def draw(
    pictures: Sequence[Image.Image],
    tree: int | Branch,
    aspects: Sequence[float],
    style: Style,
    random: np.random.Generator,
) -> Collage | None:
    """The collage; None where a panel would be too small."""
    aspect = aspect_of(tree, aspects)
    width, height = (SIDE, SIDE / aspect) if aspect > 1 else (SIDE * aspect, SIDE)
    cells = dict(place(tree, Cell(0, 0, width, height), style.gutter + style.strip, aspects))
    if min(min(cell.width, cell.height) for cell in cells.values()) < LEAST_SIDE:
        return None
    margins = style.margins
    size = width + margins.left + margins.right, height + margins.top + margins.bottom + style.strip
    whole = Image.new("RGB", (round(size[0]), round(size[1])), style.ground)
    boxes = []
    for number, picture in enumerate(pictures):
        cell = cells[number]
        x, y = cell.x + margins.left, cell.y + margins.top + style.strip
        scale = min(cell.width / picture.width, cell.height / picture.height)
        sides = cell.width, cell.height
        if not style.photographs:
            sides = picture.width * scale, picture.height * scale
            x += (cell.width - sides[0]) * (random.random() if random.random() < 0.3 else 0.5)
        own = picture.resize(
            (max(4, round(sides[0])), max(4, round(sides[1]))), Image.Resampling.BILINEAR, reducing_gap=2
        )
        whole.paste(own, (round(x), round(y)))
        boxes.append(box_of(own, round(x), round(y)))
    decorate(whole, boxes, style, random)
    return Collage(np.asarray(whole), np.array(boxes, np.float32))


def decorate(
    whole: Image.Image, boxes: Sequence[tuple[int, int, int, int]], style: Style, random: np.random.Generator
) -> None:
    """Frames, letters, headings, names of rows, a legend and a colour bar: what belongs to no panel."""
    pen, margins = ImageDraw.Draw(whole), style.margins
    for number, box in enumerate(boxes):
        if style.framed or style.boxed:
            out = 0 if style.framed else 3
            pen.rectangle([box[0] - out, box[1] - out, box[2] + out - 1, box[3] + out - 1], outline="black")
        if style.letters:
            draw_letter(whole, pen, box, number, style)
        if style.headings and box[1] <= margins.top + style.strip + 2:
            size = random.uniform(9, 14)
            pen.text((box[0] + (box[2] - box[0]) / 3, 1), word(random), fill="black", font_size=size)
        if style.row_names and box[0] <= margins.left + 2:
            name = Image.new("L", (70, 14), 255)
            ImageDraw.Draw(name).text((0, 0), word(random), fill=0, font_size=11)
            whole.paste(name.rotate(90, expand=True), (2, max(0, (box[1] + box[3]) // 2 - 35)))
    if style.legend:
        draw_legend(pen, whole.size, style.legend, random)
    if style.bar:
        draw_bar(whole, pen)


def draw_letter(
    whole: Image.Image, pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], number: int, style: Style
) -> None:
    """The panel's letter over it, or in its corner in the shade that shows."""
    letter = string.ascii_uppercase[number % 26]
    letter = {"upper": letter, "lower": letter.lower(), "bracketed": f"({letter.lower()})"}[style.letters]
    if style.inside:
        x, y = box[0] + 3, box[1] + 2
        light = np.asarray(whole.crop((x, y, x + 14, y + 14)).convert("L")).mean() > 120
        pen.text((x, y), letter, fill="black" if light else "white", font=ImageFont.load_default(14))
    else:
        pen.text((box[0], box[1] - style.strip), letter, fill="black", font=ImageFont.load_default(14))


def draw_legend(
    pen: ImageDraw.ImageDraw, size: tuple[int, int], side: str, random: np.random.Generator
) -> None:
    """Coloured marks with names."""
    width, height = size
    for number, colour in enumerate(("red", "blue", "green", "black")[: int(random.integers(2, 5))]):
        along = 10 + number * width // 5
        x, y = {
            "right": (width - 56, height // 2 + 14 * number),
            "top": (along, 4),
            "bottom": (along, height - 20),
        }[side]
        pen.rectangle([x, y, x + 7, y + 7], fill=colour)
        pen.text((x + 10, y - 2), word(random), fill="black", font_size=9)


def draw_bar(whole: Image.Image, pen: ImageDraw.ImageDraw) -> None:
    """A colour bar with its numbers at the right."""
    width, height = whole.size
    shades = np.linspace(0, 1, max(20, height // 2))[:, None, None] * np.array([255, 120, 30])
    bar = Image.fromarray(np.broadcast_to(shades, (len(shades), 10, 3)).astype(np.uint8))
    whole.paste(bar, (width - 36, height // 4))
    for number in range(4):
        pen.text(
            (width - 22, height // 4 + number * len(shades) // 4), f"{number / 2}", fill="black", font_size=9
        )


def box_of(picture: Image.Image, x: int, y: int) -> tuple[int, int, int, int]:
    """The box of `picture` pasted at `x`, `y`."""
    return x, y, x + picture.width, y + picture.height


def word(random: np.random.Generator) -> str:
    """Some word that stands in figures."""
    return str(random.choice(WORDS))
