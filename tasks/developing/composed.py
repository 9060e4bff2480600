"""Compound figures composed from single panels: random layouts, gutters, letters, frames, titles, placed images.

Gold papers are few and a method can be fitted to them; of these there are as many as one likes, and other ones for
looking than for measuring.
"""

from __future__ import annotations

import csv
import string
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from tasks.developing.panel_gold import GoldFigure, figure_image
from tasks.records import Box

UNIT = 200 / 72
"""Pixels in a PDF point."""

PHOTOGRAPHS = ("DM", "DR", "DV", "GNCP")
"""Beginnings of the codes of panels that are pictures to their very edge and may touch each other."""

WHITE_ENOUGH = 235

LEAST_SIDE = 45.0
"""Points: a composition with a smaller panel is not taken, for nobody prints such."""


@dataclass(frozen=True, slots=True)
class Source:
    """A panel to compose with: its ImageCLEF code and its pixels, white margins cut off."""

    code: str
    path: Path

    @property
    def photograph(self) -> bool:
        """Whether it has no white ground of its own."""
        return self.code.startswith(PHOTOGRAPHS)

    def load(self) -> Image.Image:
        """RGB."""
        picture = Image.open(self.path).convert("RGB")
        box = picture.convert("L").point(lambda value: 255 * (value < WHITE_ENOUGH)).getbbox()
        return picture.crop(box) if box else picture


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a panel goes, in points."""

    x: float
    y: float
    width: float
    height: float


def load_sources(shared: Path, split: str) -> list[Source]:
    """The panels of real figures in `split` (`train` or `dev`), which hold different articles."""
    with (shared / "panels/published.csv").open(newline="") as file:
        return [
            Source(row["code"], shared / "panels" / row["path"])
            for row in csv.DictReader(file)
            if row["split"] == split and row["unsure"] == "0"
        ]


def composed_figures(sources: Sequence[Source], count: int, seed: int) -> Iterator[GoldFigure]:
    """`count` compound figures; the same ones for the same seed."""
    by_code = defaultdict(list)
    for source in sources:
        by_code[source.code].append(source)
    for number in range(count):
        random = np.random.default_rng([seed, number])
        figure = None
        while figure is None:
            pool: Sequence[Source] = sources
            if random.random() < 0.6:
                pool = by_code[sources[int(random.integers(len(sources)))].code]
            figure = Composer(pool, random, f"composed {seed}-{number}").compose()
        yield figure


def single_figures(sources: Sequence[Source], count: int, seed: int) -> Iterator[GoldFigure]:
    """`count` of the panels as figures of their own, some as an image cut into touching tiles."""
    random = np.random.default_rng(seed)
    for number in random.choice(len(sources), min(count, len(sources)), replace=False):
        picture = sources[number].load()
        scale = random.uniform(150, 480) * UNIT / picture.width
        scale = min(scale, 600 * UNIT / picture.height)
        picture = picture.resize((max(8, int(picture.width * scale)), max(8, int(picture.height * scale))))
        whole = (0.0, 0.0, picture.width / UNIT, picture.height / UNIT)
        images = strips(whole, int(random.integers(2, 8))) if random.random() < 0.3 else (whole,)
        image = figure_image(picture, images, (), ())
        yield GoldFigure(f"single {sources[number].path.stem}", image, [whole], [None])


def strips(box: Box, count: int) -> tuple[Box, ...]:
    """`box` as `count` touching strips."""
    x0, y0, x1, y1 = box
    edges = np.linspace(y0, y1, count + 1)
    return tuple((x0, float(a), x1, float(b)) for a, b in pairwise(edges))


class Composer:
    """One figure in the making."""

    def __init__(self, pool: Sequence[Source], random: np.random.Generator, name: str) -> None:
        self.random, self.name = random, name
        self.sources = [pool[i] for i in random.integers(len(pool), size=int(random.integers(2, 10)))]
        self.photographs = all(source.photograph for source in self.sources)
        self.width = float(random.choice([240, 340, 500]))
        self.gutter, self.ground = self.choose_gutter()
        self.letters, self.place = self.choose_letters()
        self.typeset = random.random() < 0.4
        self.strip = 16.0 if self.place in ("above", "below") else 0.0

    def choose_gutter(self) -> tuple[float, str]:
        """Its width in points and its colour; only photographs may stand close or on a dark ground."""
        if not self.photographs:
            return float(self.random.uniform(7, 24)), "white"
        ground = str(self.random.choice(["white", "white", "white", "black", "gray"]))
        return float(self.random.choice([0.7, 1.5, 3, 6, 12, 20])), ground

    def choose_letters(self) -> tuple[list[str], str]:
        """The panels' letters (or none) and where they stand."""
        kind = self.random.choice(["none", "upper", "upper", "lower", "bracketed"])
        alphabet = string.ascii_uppercase if kind == "upper" else string.ascii_lowercase
        letters = [f"({x})" if kind == "bracketed" else x for x in alphabet[: len(self.sources)]]
        if kind == "none":
            return [], "none"
        if self.photographs and (self.ground != "white" or self.random.random() < 0.6):
            return letters, "inside"
        return letters, "below" if kind == "bracketed" else "above"

    def rows(self) -> list[int]:
        """How many panels stand in each row."""
        left, rows = len(self.sources), []
        columns = int(self.random.integers(1, 5))
        while left > 0:
            taken = min(left, columns if self.random.random() < 0.7 else int(self.random.integers(1, 5)))
            rows.append(taken)
            left -= taken
        return rows

    def cells(self, pictures: Sequence[Image.Image]) -> list[Cell]:
        """Rows as wide as the figure, or a centred brick layout of cells of one size."""
        rows = self.rows()
        brick = self.photographs and self.random.random() < 0.3
        cells, y, first = [], 0.0, 0
        for count in rows:
            aspects = [p.width / p.height for p in pictures[first : first + count]]
            room = self.width - (count - 1) * self.gutter
            if brick:
                room = self.width - (max(rows) - 1) * self.gutter
                side = room / max(rows)
                x = (self.width - count * side - (count - 1) * self.gutter) / 2
                for _ in range(count):
                    cells.append(Cell(x, y + self.strip, side, 0.75 * side))
                    x += side + self.gutter
                y += 0.75 * side + self.strip + self.gutter
            else:
                height = min(room / sum(aspects), 240.0)
                x = 0.0
                for aspect in aspects:
                    cells.append(Cell(x, y + self.strip, aspect * height, height))
                    x += aspect * height + self.gutter
                y += height + self.strip + self.gutter
            first += count
        return cells

    def compose(self) -> GoldFigure | None:
        """Draw everything; None where a panel would be too small or the figure higher than a page."""
        pictures = [source.load() for source in self.sources]
        cells = self.cells(pictures)
        if min(min(cell.width, cell.height) for cell in cells) < LEAST_SIDE or cells[-1].y > 560:
            return None
        right = max(cell.x + cell.width for cell in cells)
        bottom = max(cell.y + cell.height for cell in cells) + (self.strip if self.place == "below" else 0)
        top = 22.0 if self.ground == "white" and self.random.random() < 0.12 else 0.0
        legend = 24.0 if self.ground == "white" and self.random.random() < 0.12 else 0.0
        size = round(right * UNIT), round((bottom + top + legend) * UNIT)
        canvas = Image.new("RGB", size, self.ground)
        draw = ImageDraw.Draw(canvas)
        boxes: list[Box] = []
        words: list[tuple[str, Box]] = []
        framed = self.photographs and self.random.random() < 0.1
        for picture, cell in zip(pictures, cells, strict=True):
            box = (cell.x, cell.y + top, cell.x + cell.width, cell.y + top + cell.height)
            x0, y0, x1, y1 = (round(value * UNIT) for value in box)
            canvas.paste(ImageOps.fit(picture, (max(4, x1 - x0), max(4, y1 - y0))), (x0, y0))
            if framed:
                draw.rectangle([x0, y0, x1 - 1, y1 - 1], outline="black", width=2)
            boxes.append(box)
        if top:
            draw.text((0.3 * size[0], 4), "Survival of both groups", fill="black", font_size=9 * UNIT)
        if legend:
            self.draw_legend(draw, size)
        for letter, box in zip(self.letters, boxes, strict=False):
            self.draw_letter(canvas, letter, box, words)
        expected = tuple(x.strip("()") for x in self.letters) if self.random.random() < 0.8 else ()
        image = figure_image(canvas, self.placed_images(boxes, size), words, expected)
        labels: list[str | None] = [x.strip("()") for x in self.letters]
        labels = labels or [None] * len(boxes)
        return GoldFigure(self.name, image, boxes, labels)

    def draw_legend(self, draw: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
        """A line of coloured marks with names at the foot."""
        for number, name in enumerate(("Control", "Treated", "Both")):
            x, y = (0.1 + 0.3 * number) * size[0], size[1] - 14 * UNIT
            draw.rectangle([x, y, x + 8 * UNIT, y + 8 * UNIT], fill=("red", "blue", "green")[number])
            draw.text((x + 12 * UNIT, y), name, fill="black", font_size=8 * UNIT)

    def draw_letter(self, canvas: Image.Image, letter: str, box: Box, words: list[tuple[str, Box]]) -> None:
        """A panel's letter, as the PDF's text too if `typeset`."""
        font = ImageFont.load_default(11 * UNIT)
        x, y = {
            "above": (box[0], box[1] - 14),
            "below": ((box[0] + box[2]) / 2 - 5, box[3] + 1),
            "inside": (box[0] + 4, box[1] + 3),
        }[self.place]
        draw = ImageDraw.Draw(canvas)
        fill = "black"
        x0, y0, x1, y1 = draw.textbbox((x * UNIT, y * UNIT), letter, font=font)
        if self.place == "inside":
            fill = "white"
            ground = "black" if self.random.random() < 0.5 else None
            if ground is None and np.asarray(canvas.crop((x0, y0, x1, y1)).convert("L")).mean() > 120:
                fill, ground = "black", "white"
            if ground:
                draw.rectangle([x0 - 4, y0 - 4, x1 + 4, y1 + 4], fill=ground)
        draw.text((x * UNIT, y * UNIT), letter, fill=fill, font=font)
        if self.typeset:
            words.append((letter, (x0 / UNIT, y0 / UNIT, x1 / UNIT, y1 / UNIT)))

    def placed_images(self, boxes: Sequence[Box], size: tuple[int, int]) -> tuple[Box, ...]:
        """What the PDF says: a picture for each panel, or one of the whole, or that one in tiles."""
        whole = (0.0, 0.0, size[0] / UNIT, size[1] / UNIT)
        kind = self.random.random()
        if kind < 0.35 and self.gutter > 1:
            return tuple(boxes)
        return strips(whole, int(self.random.integers(2, 8))) if kind < 0.5 else (whole,)
