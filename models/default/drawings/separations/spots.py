"""Dot blots, thin-layer plates, and gels in two directions."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Canvas
from models.default.drawings.figure import Random, pick
from models.default.drawings.pictures.plane import Plane, Size, clouds, grain, grid, to_picture
from models.default.drawings.separations.lanes import LANES, MASSES, PROTEINS, lettered, sizes, stain


def _dabs(random: Random, size: Size, spots: list[tuple[float, float, float, float, float]]) -> Plane:
    """0..1: round spots of (x, y, half width, half height, strength), flat or peaked, with a tail at times."""
    x, y = grid(size)
    plane = np.zeros((size[1], size[0]), np.float32)
    sharp = float(pick(random, (1, 1.5, 3)))
    for across, down, wide, high, strength in spots:
        r = int(3 * max(wide, high)) + 2
        part = np.s_[max(0, int(down) - r) : int(down) + r, max(0, int(across) - r) : int(across) + r]
        far = ((x[part] - across) / wide) ** 2 + ((y[part] - down) / high) ** 2
        plane[part] += strength * np.exp(-(far**sharp))
    return np.asarray(np.clip(plane, 0, 1.1), np.float32)


def dot_blot(random: Random) -> Image.Image:
    """Rows of round spots, fainter from left to right, on white or grey; names before the rows, doses above."""
    columns, rows = int(random.integers(2, 13)), int(random.integers(1, 9))
    step = float(random.uniform(20, 42))
    wide, tall = columns * step, rows * step * float(random.uniform(0.8, 1.1))
    page = Canvas(random, wide + 150, tall + 110)
    page.size = page.between(9, 18)
    size, spots = (round(wide), round(tall)), []
    reach, fade = step * page.between(0.2, 0.42), page.between(0.55, 1.05)
    for row in range(rows):
        strength = page.between(0.2, 1.2)
        for column in range(columns):
            if page.chance(0.92):
                at = (
                    (column + 0.5) * step + page.between(-1, 1),
                    (row + 0.5) * tall / rows + page.between(-1, 1),
                )
                level = strength * fade**column * page.between(0.7, 1.2)
                spots.append((*at, reach * page.between(0.85, 1.1), reach * page.between(0.85, 1.1), level))
    name = page.one(("grey", "white", "white", "pale", "zymogram"))
    page.paste(stain(random, _dabs(random, size, spots), name), 95, 60, wide, tall)
    if page.chance(0.35):
        page.box(95, 60, wide, tall, edge="black", line=page.between(0.6, 1.6))
    for row in range(rows):
        page.text(
            (88, 60 + (row + 0.5) * tall / rows),
            page.one(PROTEINS + LANES),
            anchor="rm",
            size=min(page.size, step * 0.6),
        )
    if page.chance(0.6):
        for column in range(columns):
            page.text(
                (95 + (column + 0.5) * step, 50),
                page.one((str(column + 1), str(2**column))),
                size=min(page.size, step * 0.5),
            )
    lettered(page)
    return page.finish()


def thin_layer(random: Random) -> Image.Image:
    """A plate with a start line and spots that ran up: white, dark under ultraviolet light, or charred."""
    lanes = int(random.integers(1, 11))
    wide, tall = lanes * float(random.uniform(18, 36)) + 16, float(random.uniform(130, 290))
    page = Canvas(random, wide + 150, tall + 80)
    page.size = page.between(9, 17)
    ground = np.array(
        page.one(((246, 246, 242), (232, 228, 205), (120, 205, 120), (60, 70, 130), (210, 205, 215)))
    )
    size = (round(wide), round(tall))
    runs = [page.between(0.1, 0.85) for _ in range(page.count(1, 6))]
    pixels = (
        ground
        * (1 + page.between(0.01, 0.05) * clouds(random, size, 40) + 0.01 * grain(random, size, 0.8))[
            ..., None
        ]
    )
    for inks in range(page.count(1, 3)):
        spots = []
        for lane in range(lanes):
            for run in runs[inks::2]:
                if page.chance(0.65):
                    across = 8 + (lane + 0.5) * (wide - 16) / lanes
                    high = page.between(2, 8)
                    spots.append(
                        (across, tall * (0.92 - run), page.between(4, 9), high, page.between(0.2, 1.1))
                    )
        ink = np.array(
            page.one(
                ((60, 40, 90), (40, 40, 40), (150, 60, 40), (220, 170, 40), (170, 210, 255), (60, 110, 50))
            )
        )
        share = _dabs(random, size, spots)[..., None]
        pixels = pixels * (1 - share) + ink * share
    page.paste(to_picture(np.asarray(pixels, np.float32)), 75, 35, wide, tall)
    page.line(
        [(78, 35 + tall * 0.93), (72 + wide, 35 + tall * 0.93)],
        colour="#666666",
        width=0.8,
        dash=page.one((0, 0, 3)),
    )
    if page.chance(0.4):
        page.line([(78, 35 + tall * 0.05), (72 + wide, 35 + tall * 0.05)], colour="#666666", width=0.8)
    if page.chance(0.5):
        page.box(75, 35, wide, tall, edge="black", line=1)
    for lane in range(lanes):
        page.text(
            (83 + (lane + 0.5) * (wide - 16) / lanes, 35 + tall + page.size * 0.8),
            page.one((str(lane + 1), "S", "R", "A")),
        )
    for _ in range(page.count(0, 3)):
        y = 35 + tall * page.between(0.1, 0.85)
        page.arrow((52, y), (71, y), width=1.2)
        page.text((48, y), page.one(("Rf 0.5", "TAG", "PC", "FFA", "std", "origin")), anchor="rm")
    lettered(page)
    return page.finish()


def two_ways(random: Random) -> Image.Image:
    """A gel in two directions: spots and streaks, masses beside, the range of pH above, some spots named."""
    wide = float(random.uniform(180, 330))
    tall = wide * float(random.uniform(0.65, 1.15))
    page = Canvas(random, wide + 110, tall + 90)
    page.size = page.between(8, 14)
    size, count = (round(wide), round(tall)), page.count(30, 260)
    spots = []
    for _ in range(count):
        at = random.beta(1.4, 1.4) * wide, random.beta(1.3, 1.5) * tall
        reach = page.between(0.9, 4.5)
        spots.append(
            (
                *at,
                reach * page.one((1.0, 1.0, 1.6, 5.0)),
                reach * page.between(0.6, 1),
                page.between(0.1, 1) ** 1.5,
            )
        )
    name = page.one(("grey", "grey", "white", "coomassie", "pale", "silver"))
    box = (70.0, 55.0, wide, tall)
    page.paste(
        stain(random, _dabs(random, size, [(float(a), float(b), c, d, e) for a, b, c, d, e in spots]), name),
        *box,
    )
    if page.chance(0.5):
        page.box(*box, edge="black", line=page.between(0.6, 1.5))
    if page.chance(0.7):
        sizes(page, box)
    if page.chance(0.7):
        page.text((70, 42), page.one(("3", "4", "pH 3")), anchor="lm")
        page.text((70 + wide, 42), page.one(("7", "10", "pH 10")), anchor="rm")
        page.arrow((70 + wide * 0.3, 42), (70 + wide * 0.7, 42), width=1.2)
        page.text((70 + wide / 2, 30), page.one(("pI", "IEF", "pH")))
    ink = page.one(("black", "red", "blue"))
    for number in range(page.count(0, 14)):
        x, y = spots[number % count][:2]
        at = 70 + float(x), 55 + float(y)
        if page.chance(0.5):
            page.disc(at, 6, edge=ink, line=1)
        page.text(
            (at[0] + 10, at[1] - 7),
            page.one((str(number + 1), page.one(MASSES))),
            size=page.size * 0.8,
            colour=ink,
        )
    lettered(page)
    return page.finish()
