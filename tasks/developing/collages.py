"""Small figures to learn from, laid out at random: trees of rows and columns, montages, single figures.

`composed` makes what a separation is measured on, as papers print it; these are wilder, quicker and of more kinds:
pictures that touch, panels of one paper together, headings, names of rows, colour bars, frames, drawn charts.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from tasks.developing.collage_drawing import SIDE, Branch, Collage, box_of, choose_style, draw, word
from tasks.developing.composed import PHOTOGRAPHS, WHITE_ENOUGH
from tasks.developing.look_training import PublishedPanel

PANEL_SIDE = 480
"""Longest side to which a panel is decoded."""

SINGLES, MONTAGES = 0.3, 0.15
"""Shares of the collages."""

COUNTS = (2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, 10, 12)
"""Panels of the others."""

HARD = ("GFLO", "GSYS", "GGEN", "GFIG", "GFIG", "GCHE", "GGEL", "GTAB", "GHDR")
"""Codes of single figures that gutters run through."""


class Shelf:
    """Panels to lay out, by what they show and by their paper."""

    def __init__(self, panels: Sequence[PublishedPanel]) -> None:
        self.panels = panels
        self._by_code: dict[str, list[PublishedPanel]] = defaultdict(list)
        self._by_article: dict[str, list[PublishedPanel]] = defaultdict(list)
        for panel in panels:
            self._by_code[panel.code].append(panel)
            self._by_article[panel.article].append(panel)
        self._articles = [own for own in self._by_article.values() if len(own) >= 4] or [list(panels)]
        self.load = functools.cache(load)

    def alike(
        self, random: np.random.Generator, of_article: float, of_code: float
    ) -> Sequence[PublishedPanel]:
        """Panels of one paper or of one code, with these probabilities, or all."""
        drawn = random.random()
        if drawn < of_article:
            return self._articles[int(random.integers(len(self._articles)))]
        if drawn < of_article + of_code:
            return self._by_code[self.panels[int(random.integers(len(self.panels)))].code]
        return self.panels

    def single(self, random: np.random.Generator) -> PublishedPanel:
        """A figure of its own, mostly of a kind that gutters run through; now and then a panel that is none."""
        code = str(random.choice(HARD)) if random.random() < 0.65 else ""
        alone = [panel for panel in self.panels if panel.alone and code in ("", panel.code)]
        pool = alone if alone and random.random() < 0.7 else self._by_code.get(code) or self.panels
        return pool[int(random.integers(len(pool)))]


def load(panel: PublishedPanel) -> Image.Image:
    """RGB, small, white margins cut off."""
    with Image.open(panel.path) as file:
        file.draft("RGB", (PANEL_SIDE, PANEL_SIDE))
        picture = file.convert("RGB")
    picture.thumbnail((PANEL_SIDE, PANEL_SIDE), Image.Resampling.LANCZOS)
    box = picture.convert("L").point(lambda value: 255 * (value < WHITE_ENOUGH)).getbbox()
    return picture.crop(box) if box else picture


def collages(panels: Sequence[PublishedPanel], count: int, seed: int) -> Iterator[Collage]:
    """`count` collages of `panels`; the same ones for the same seed."""
    shelf, number = Shelf(panels), 0
    while count:
        random = np.random.default_rng([seed, number])
        number += 1
        kind = random.random()
        if kind < SINGLES:
            found: Collage | None = single(shelf, random)
        elif kind < SINGLES + MONTAGES:
            found = montage(shelf, random)
        else:
            found = compound(shelf, random)
        if found:
            count -= 1
            yield found


def single(shelf: Shelf, random: np.random.Generator) -> Collage:
    """A figure of one panel, perhaps with a margin or a heading."""
    picture = shelf.load(shelf.single(random))
    picture = resized(picture, SIDE / max(picture.size))
    left, top, right, bottom = (int(random.integers(12)) if random.random() < 0.4 else 0 for _ in range(4))
    if random.random() < 0.15:
        top += 20
    whole = Image.new("RGB", (picture.width + left + right, picture.height + top + bottom), "white")
    whole.paste(picture, (left, top))
    if top >= 20:
        ImageDraw.Draw(whole).text((left, 2), word(random), fill="black", font_size=13)
    return Collage(np.asarray(whole), np.array([box_of(picture, left, top)], np.float32))


def montage(shelf: Shelf, random: np.random.Generator) -> Collage | None:
    """Rows of frames of one size, which may show one thing."""
    pool = [panel for panel in shelf.alike(random, 0.5, 0.5) if panel.code.startswith(PHOTOGRAPHS)]
    pool = pool or [panel for panel in shelf.panels if panel.code.startswith(PHOTOGRAPHS)]
    if not pool:
        return None
    rows, columns = int(random.integers(1, 6)), int(random.integers(2, 7))
    chosen = [pool[int(random.integers(len(pool)))] for _ in range(rows * columns)]
    if random.random() < 0.3:
        chosen = chosen[:1] * len(chosen)
    frames = [cropped(shelf.load(panel), random, 0.4) for panel in chosen]
    numbers = np.arange(rows * columns).reshape(rows, columns).tolist()
    tree = Branch(1, tuple(Branch(0, tuple(row)) for row in numbers))
    style = choose_style(random, photographs=True, regular=True)
    return draw(frames, tree, [random.uniform(0.7, 1.5)] * len(frames), style, random)


def compound(shelf: Shelf, random: np.random.Generator) -> Collage | None:
    """Panels in rows and columns, each in its own proportions."""
    count = int(random.choice(COUNTS))
    pool = shelf.alike(random, 0.35, 0.4)
    chosen = [pool[int(n)] for n in random.choice(len(pool), count, replace=len(pool) < count)]
    photographs = [panel.code.startswith(PHOTOGRAPHS) for panel in chosen]
    zoomed = random.random() < 0.4
    pictures = [
        cropped(shelf.load(panel), random, 0.5)
        if zoomed and photograph and random.random() < 0.7
        else shelf.load(panel)
        for panel, photograph in zip(chosen, photographs, strict=True)
    ]
    tree = random_tree(range(count), int(random.integers(2)), random)
    aspects = [float(np.clip(picture.width / picture.height, 0.3, 4)) for picture in pictures]
    style = choose_style(random, photographs=all(photographs), regular=False)
    return draw(pictures, tree, aspects, style, random)


def random_tree(
    numbers: Sequence[int], axis: int, random: np.random.Generator, depth: int = 0
) -> int | Branch:
    """`numbers` in rows of columns of rows, or the other way round."""
    count = len(numbers)
    if count == 1:
        return numbers[0]
    if depth > 2 or (count <= 4 and random.random() < 0.5):
        return Branch(axis, tuple(numbers))
    parts = int(random.integers(2, min(count, 4) + 1))
    if count % parts == 0 and random.random() < 0.5:
        edges = np.arange(0, count + 1, count // parts)
    else:
        inner = random.choice(np.arange(1, count), parts - 1, replace=False)
        edges = np.array([0, *sorted(inner), count])
    own = (numbers[a:b] for a, b in pairwise(edges.tolist()))
    return Branch(axis, tuple(random_tree(part, 1 - axis, random, depth + 1) for part in own))


def cropped(picture: Image.Image, random: np.random.Generator, least: float) -> Image.Image:
    """A part of `picture`, `least` to all of its sides."""
    share = random.uniform(least, 1)
    width, height = (
        max(1, min(length, max(16, int(length * share * random.uniform(0.7, 1))))) for length in picture.size
    )
    x, y = int(random.integers(picture.width - width + 1)), int(random.integers(picture.height - height + 1))
    return picture.crop((x, y, x + width, y + height))


def resized(picture: Image.Image, scale: float) -> Image.Image:
    """`picture` scaled."""
    size = max(8, round(picture.width * scale)), max(8, round(picture.height * scale))
    return picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2)
