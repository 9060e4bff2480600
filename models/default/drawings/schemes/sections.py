"""Sections and ideas: tissue and soil in layers, vessels, lattices, axes and slopes that nothing measured."""

from __future__ import annotations

import itertools

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Point, polar
from models.default.drawings.figure import Random
from models.default.drawings.schemes.icons import icon
from models.default.drawings.schemes.overviews import block_arrow
from models.default.drawings.schemes.pens import new_pen
from models.default.drawings.schemes.sheet import Scheme

_TISSUES = (
    "#f6c9c9",
    "#e8a0a0",
    "#fbe5d6",
    "#d99694",
    "#f4b183",
    "#fff2cc",
    "#c00000",
    "#f8d7e3",
    "#d9c3e6",
    "#fde0c5",
)
_SOILS = (
    "#8c6d46",
    "#a0522d",
    "#c9a27e",
    "#5b4636",
    "#d2b48c",
    "#7f7f7f",
    "#bfa77a",
    "#9dc3e6",
    "#548235",
    "#e6d5b8",
)
_QUALITIES = (
    "low",
    "high",
    "fast",
    "slow",
    "Rural",
    "Urban",
    "small",
    "large",
    "young",
    "old",
    "simple",
    "complex",
)


def tissue(random: Random) -> Image.Image:
    """Wavy layers of tissue or soil with cells, grains, roots or vessels in them, and names beside."""
    sheet = Scheme(random, random.uniform(220, 440), random.uniform(180, 340))
    soil = sheet.chance(0.4)
    colours, many = (_SOILS if soil else _TISSUES), sheet.count(2, 6)
    right = sheet.width * sheet.one((1.0, 1.0, 0.72))
    wave, phase, edge = sheet.between(0, 9), sheet.between(0, 6), sheet.one((None, "black", "#7f5f5f"))
    xs = np.linspace(0, right, 40)
    if sheet.chance(0.4):
        sheet.box(0, 0, right, sheet.height, fill=sheet.one(("#eef5fb", "#d6eaf8", "#fffbe6")))
    tops = sorted(sheet.between(0.1, 0.9) * sheet.height for _ in range(many))
    for number, top in enumerate(tops):
        ridge = [(float(x), top + wave * float(np.sin(x / sheet.width * 14 + phase))) for x in xs]
        sheet.polygon([*ridge, (right, sheet.height), (0, sheet.height)], fill=sheet.one(colours))
        if edge:
            sheet.line(ridge, colour=edge, width=1)
        below = tops[number + 1] if number + 1 < many else sheet.height
        if below - top > 18:
            _grains(sheet, (0, top + wave + 4, right, below - 5))
        if right < sheet.width:
            sheet.text(
                (right + 8, (top + below) / 2), sheet.phrase(1, 2), anchor="lm", size=min(sheet.size, 12)
            )
    pen = new_pen(sheet)
    for _ in range(sheet.count(0, 3)):
        icon(pen, (sheet.between(20, right - 20), max(22, tops[0] - 20)), sheet.between(14, 26))
    for _ in range(sheet.count(0, 3)):
        x = sheet.between(20, right - 20)
        ends = (x, sheet.height * sheet.between(0.1, 0.4)), (x, sheet.height * sheet.between(0.6, 0.9))
        sheet.arrow(
            *(ends if sheet.chance(0.5) else ends[::-1]),
            width=sheet.between(1, 4),
            colour=sheet.one((None, "#0070c0", "#c00000")),
        )
    sheet.letter()
    return sheet.finish()


def _grains(sheet: Scheme, place: tuple[float, float, float, float]) -> None:
    """A layer's cells in a row, strewn grains, or nothing."""
    x0, y0, x1, y1 = place
    kind, fill, tall = sheet.one(("row", "strewn", "none")), sheet.any_colour(), y1 - y0
    if kind == "row":
        step = max(9.0, tall * sheet.between(0.4, 1))
        for number in range(int((x1 - x0) / step)):
            x = x0 + number * step
            sheet.box(x, y0, step * 0.94, tall, fill=fill, edge="#555555", line=0.8, radius=step * 0.3)
            sheet.disc(
                (x + step * 0.47, (y0 + y1) / 2),
                min(step, tall) * 0.18,
                fill=sheet.one(("#5b3a8c", "#333333")),
            )
    elif kind == "strewn":
        for _ in range(sheet.count(8, 50)):
            at = (sheet.between(x0, x1), sheet.between(y0, y1))
            sheet.disc(at, sheet.between(1, 5), fill=fill, edge=sheet.one((None, "#555555")), line=0.6)


def vessel(random: Random) -> Image.Image:
    """A tube of flesh cut open lengthwise or across, with what flows in it and names with lines."""
    sheet = Scheme(random, random.uniform(220, 420), random.uniform(140, 300))
    sheet.size = sheet.between(10, 15)
    wall, inside = sheet.one(_TISSUES), sheet.one(("white", "#fde9e9", "#c0392b", "#eaf3fb"))
    middle, pen = (sheet.width / 2, sheet.height / 2), new_pen(sheet)
    reach, edge = sheet.height * sheet.between(0.25, 0.38), sheet.one((None, "black", "#7f3f3f"))
    across = sheet.chance(0.5)
    if across:
        for size, fill in ((1.0, wall), (0.82, sheet.one(_TISSUES)), (0.6, inside)):
            sheet.polygon(
                sheet.blob(middle, reach * 1.2 * size, sheet.one((0.0, 0.06, 0.2))),
                fill=fill,
                edge=edge,
                line=1.5,
            )
    else:
        sheet.box(10, middle[1] - reach, sheet.width - 20, 2 * reach, fill=wall, edge=edge, line=1.5)
        sheet.box(
            10, middle[1] - reach * 0.7, sheet.width - 20, 1.4 * reach, fill=inside, edge=edge, line=1.5
        )
    blood = sheet.one(("#c00000", "#e57373", sheet.any_colour()))
    for _ in range(sheet.count(2, 14)):
        at = (
            middle[0] + reach * sheet.between(-0.5, 0.5) * (1 if across else 2.5),
            middle[1] + reach * sheet.between(-0.45, 0.45),
        )
        if sheet.chance(0.15):
            icon(pen, at, reach * 0.22)
        else:
            sheet.disc(at, reach * 0.12, reach * sheet.one((0.07, 0.12)), fill=blood, edge=edge, line=1)
    if not across and sheet.chance(0.6):
        block_arrow(
            sheet, (sheet.width * 0.3, middle[1]), (sheet.width * 0.6, middle[1]), 9, sheet.any_colour()
        )
    for _ in range(sheet.count(0, 4)):
        turn = sheet.between(0, 6.3)
        sheet.label(
            polar(middle, reach * 1.5, turn),
            sheet.phrase(1, 1),
            polar(middle, reach * sheet.between(0.3, 0.9), turn),
        )
    sheet.letter()
    return sheet.finish()


def lattice(random: Random) -> Image.Image:
    """A tiling, a lattice of balls and bonds, or a grid some of whose cells are filled, with arrows and letters."""
    sheet = Scheme(random, random.uniform(180, 380), random.uniform(160, 340))
    step, kind = sheet.between(18, 48), sheet.one(("hexagons", "squares", "balls", "honeycomb"))
    across, down = int(sheet.width / step) + 1, int(sheet.height / step) + 1
    edge, share = sheet.one(("black", "#777777", "white")), sheet.between(0.05, 0.6)
    slant, size = sheet.one((0.0, 0.0, 0.5)), step * sheet.between(0.15, 0.42)
    fills = (sheet.colour(0), sheet.colour(1))
    spots: list[Point] = []
    for row, column in itertools.product(range(down), range(across)):
        shift = step / 2 * (row % 2) if kind in ("hexagons", "honeycomb") else slant * row * step
        spots.append(
            (
                (column + 0.5) * step + shift,
                (row + 0.5) * step * (0.87 if kind in ("hexagons", "honeycomb") else 1),
            )
        )
    for x, y in spots if kind in ("balls", "honeycomb") else ():
        ends = (
            ((step, 0.0), (slant * step, step))
            if kind == "balls"
            else ((step, 0), (step / 2, step * 0.87), (-step / 2, step * 0.87))
        )
        for right, under in ends:
            if x + right < sheet.width and y + under < sheet.height:
                sheet.line([(x, y), (x + right, y + under)], width=sheet.between(0.8, 1.2), colour="#777777")
    for number, (x, y) in enumerate(spots):
        fill = (
            fills[number % 2 if sheet.chance(0.9) else 0]
            if kind in ("balls", "honeycomb")
            else sheet.any_colour()
            if sheet.chance(share)
            else "white"
        )
        if kind == "hexagons":
            corners = [polar((x, y), step * 0.577, np.pi / 6 + i * np.pi / 3) for i in range(6)]
            sheet.polygon(corners, fill=fill, edge="#555555" if edge == "white" else edge, line=1)
        elif kind == "squares":
            sheet.box(x - step / 2, y - step / 2, step, step, fill=fill, edge="#555555", line=1)
        else:
            sheet.disc((x, y), size, fill=fill, edge=edge, line=1)
    for _ in range(sheet.count(0, 3)):
        start, end = sheet.one(spots), sheet.one(spots)
        if start != end:
            sheet.arrow(
                start, end, width=sheet.between(1, 4), colour=sheet.one(("#c00000", "black", "#0070c0"))
            )
        sheet.text(
            start, sheet.one(("a", "b", "t", "J", "x", "i", "j", "S", sheet.phrase(1, 1))), slanted=True
        )
    sheet.letter()
    return sheet.finish()


def idea(random: Random) -> Image.Image:
    """Axes without numbers, between words at their ends, with plain curves, wedges, ovals or icons on them."""
    sheet = Scheme(random, random.uniform(220, 420), random.uniform(170, 320))
    sheet.size = sheet.between(9, 15)
    left, top, right, bottom = 40.0, 24.0, sheet.width - 12, sheet.height - 34
    pen, kind = new_pen(sheet), sheet.one(("curves", "ovals", "icons", "wedges"))
    if kind != "wedges":
        sheet.arrow((left, bottom), (right, bottom))
        sheet.arrow((left, bottom), (left, top))
        sheet.text(((left + right) / 2, bottom + 16), sheet.phrase(1, 2))
        sheet.text((left - 18, (top + bottom) / 2), sheet.phrase(1, 2), turn=90)
    if sheet.chance(0.5):
        sheet.text((left + 14, bottom + 16), sheet.one(_QUALITIES), slanted=True)
        sheet.text((right - 14, bottom + 16), sheet.one(_QUALITIES), slanted=True)
    wide, tall = right - left, bottom - top
    for number in range(sheet.count(1, 5)):
        at = (left + wide * sheet.between(0.15, 0.85), top + tall * sheet.between(0.15, 0.85))
        if kind == "curves":
            _slope(sheet, (left, top, wide, tall), sheet.colour(number))
        elif kind == "ovals":
            sheet.disc(
                at,
                wide * sheet.between(0.06, 0.2),
                tall * sheet.between(0.06, 0.15),
                fill=sheet.colour(number),
                edge="black",
                line=1,
            )
            sheet.text(at, sheet.phrase(1, 1))
        elif kind == "icons":
            icon(pen, at, min(wide, tall) * sheet.between(0.08, 0.16))
        else:
            y = top + number * tall / 5
            flip = sheet.chance(0.5)
            thick = tall / 7
            wedge = [(left, y + thick), (right, y + thick), (left if flip else right, y)]
            sheet.polygon(wedge, fill=sheet.colour(number), edge=sheet.one((None, "black")), line=1)
            sheet.text(((left + right) / 2, y + thick / 2), sheet.phrase(1, 2))
    sheet.letter()
    return sheet.finish()


def _slope(sheet: Scheme, place: tuple[float, float, float, float], colour: str) -> None:
    x, y, wide, tall = place
    along = np.linspace(0.03, 0.97, 40)
    middle, sharp = sheet.between(0.25, 0.75), sheet.between(4, 16) * sheet.one((-1, 1))
    bell = np.exp(-((along - middle) ** 2) * abs(sharp) * 4)
    height = bell if sheet.chance(0.5) else 1 / (1 + np.exp(-sharp * (along - middle)))
    way = [
        (x + wide * float(a), y + tall * (0.95 - 0.85 * float(h))) for a, h in zip(along, height, strict=True)
    ]
    sheet.line(
        way,
        colour=colour if colour != "white" else "black",
        width=sheet.between(1.5, 4),
        dash=sheet.one((0, 0, 5)),
    )
    if sheet.chance(0.6):
        sheet.text(
            (way[25][0], way[25][1] - 10), sheet.phrase(1, 1), colour=colour if colour != "white" else None
        )
