"""Gels and membranes whole: dark on white, Coomassie, silver, zymograms, membranes in two dyes."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Canvas
from models.default.drawings.figure import Random
from models.default.drawings.pictures.plane import grain, soften, to_picture
from models.default.drawings.separations.lanes import PROTEINS, Box, head, lettered, load, sizes, stain

_STAINS = (
    "grey",
    "grey",
    "white",
    "white",
    "coomassie",
    "coomassie",
    "pale",
    "silver",
    "zymogram",
    "ponceau",
)
_RARE = ("ethidium", "green")


def stained(random: Random) -> Image.Image:
    """One gel in some stain, few or many lanes, seldom framed; sizes at a side, names above, marks at bands."""
    lanes = int(random.integers(1, 9) if random.random() < 0.6 else random.integers(9, 21))
    step = float(random.uniform(14, 44) if lanes < 9 else random.uniform(10, 20))
    wide, tall = lanes * step, float(random.uniform(0.5, 2.2)) * float(random.uniform(90, 190))
    page, box = _page(random, wide, tall)
    name = page.one(_STAINS if page.chance(0.92) else _RARE)
    page.paste(stain(random, load(random, lanes, (max(24, round(wide)), round(tall))), name), *box)
    _around(page, lanes, box)
    return page.finish(cut=page.chance(0.85))


def two_dyes(random: Random) -> Image.Image:
    """A membrane in red and green on black or white, both where bands meet; alone, or each colour beside it in grey."""
    lanes = int(random.integers(2, 13))
    wide, tall = lanes * float(random.uniform(14, 36)), float(random.uniform(30, 220))
    page, box = _page(random, wide, tall)
    size = (round(wide), round(tall))
    light = page.chance(0.25)
    first, second = (soften(load(random, lanes, size, most=3 if tall < 70 else 6), 0.6) for _ in range(2))
    inks = np.array(
        page.one(
            (((255, 30, 20), (20, 255, 30)), ((250, 40, 40), (30, 90, 255)), ((255, 0, 200), (0, 230, 60)))
        )
    )
    share = page.between(0.0, 0.15) * (1 + 0.15 * grain(random, size, 0.8))
    colours = 255 - inks if light else inks
    pixels = (first + share)[..., None] * colours[0] + (second + share / 2)[..., None] * colours[1]
    pixels = 255 - pixels if light else pixels
    page.paste(to_picture(np.asarray(pixels, np.float32)), *box)
    _around(page, lanes, box)
    if page.chance(0.3):
        y = box[1] + tall + 8
        for plane in (first, second)[: page.count(1, 2)]:
            page.paste(
                stain(random, plane[: max(20, size[1] // 3)], page.one(("grey", "white"))),
                box[0],
                y,
                wide,
                max(20, tall / 3),
            )
            y += max(20, tall / 3) + 5
    return page.finish()


def _page(random: Random, wide: float, tall: float) -> tuple[Canvas, Box]:
    page = Canvas(random, wide + 230, tall + 200)
    page.face, page.size = page.one(("sans", "sans", "sans", "serif", "humanist")), page.between(9, 20)
    return page, (110.0, 105.0, wide, tall)


def _around(page: Canvas, lanes: int, box: Box) -> None:
    """What stands around the lanes: names, sizes, marks at bands; lines that cut it, a frame at times."""
    left, top, wide, tall = box
    if page.chance(0.12):
        page.box(*box, edge="black", line=page.between(0.6, 1.8))
    head(page, lanes, box)
    for right in (False, True):
        if page.chance(0.2 if right else 0.6):
            sizes(page, box, right=right)
        elif page.chance(0.5):
            _bands(page, (left + wide, 1) if right else (left, -1), top, tall)
    if lanes > 3 and page.chance(0.15):
        x = left + wide / lanes * page.count(1, lanes - 1)
        dash, colour = page.one((0, 4)), page.one(("white", "black", "black"))
        page.line([(x, top), (x, top + tall)], colour=colour, width=page.between(0.8, 3), dash=dash)
    if page.chance(0.12):
        page.box(
            left + page.between(0, 0.6) * wide,
            top + page.between(0.1, 0.7) * tall,
            wide * page.between(0.15, 0.4),
            page.size,
            edge=page.one(("red", "black")),
            line=1.4,
        )
    lettered(page)


def _bands(page: Canvas, side: tuple[float, int], top: float, tall: float) -> None:
    edge, away = side
    last = -1.0
    for share in sorted(page.between(0.08, 0.92) for _ in range(page.count(1, 4))):
        y = top + share * tall
        if y - last < page.size * 1.3 and last >= 0:
            continue
        last = y
        kind = page.one(("arrow", "wedge", "star", "line", "name"))
        reach = 5.0
        if kind == "arrow":
            page.arrow((edge + away * 24, y), (edge + away * 4, y), width=1.4)
            reach = 28.0
        elif kind == "wedge":
            ends = [(edge + away * 3, y), (edge + away * 12, y - 5), (edge + away * 12, y + 5)]
            page.polygon(ends, fill=page.one(("black", "black", "red")))
            reach = 16.0
        elif kind == "star":
            page.text((edge + away * 8, y), "*", size=page.size * 1.3)
            continue
        elif kind == "line":
            page.line([(edge + away * 3, y), (edge + away * 14, y)])
            reach = 18.0
        if page.chance(0.75):
            page.text(
                (edge + away * reach, y),
                page.one(PROTEINS),
                anchor="lm" if away > 0 else "rm",
                size=page.size * 0.85,
            )


def clear_lanes(random: Random) -> Image.Image:
    """Dark bands alone on white or a light gradient, without frame, lanes apart, each with a large letter above."""
    lanes = int(random.integers(1, 7))
    step, tall = float(random.uniform(26, 60)), float(random.uniform(60, 260))
    page, box = _page(random, lanes * step, tall)
    page.size = page.between(14, 26)
    apart = page.between(0, 10)
    for lane in range(lanes):
        plane = load(random, 1, (round(step), round(tall)), most=6)
        picture = stain(
            random,
            np.asarray(plane * page.between(0.5, 1), np.float32),
            page.one(("white", "white", "grey", "pale")),
        )
        page.paste(picture, box[0] + lane * step + apart / 2, box[1], step - apart, tall)
        page.text(
            (box[0] + (lane + 0.5) * step, box[1] - page.size * 0.7),
            page.one(("M", "1", "2", "3", "A", "B", "+", "−", "C")),
        )
    if page.chance(0.6):
        sizes(page, box, right=page.chance(0.2))
    if page.chance(0.4):
        _bands(page, (box[0] + box[2], 1), box[1], tall)
    lettered(page)
    return page.finish()
