"""Overviews put together from icons: workflows, cycles, graphical abstracts, single things."""

from __future__ import annotations

import itertools

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Point, polar
from models.default.drawings.figure import Random, words
from models.default.drawings.schemes.icons import icon
from models.default.drawings.schemes.pens import Pen, new_pen
from models.default.drawings.schemes.sheet import Scheme

_GROUNDS = ("#eef5fb", "#fdf6ec", "#f1f8ee", "#fbe9e7", "#f3eef8", "#fffbe6", "#e0f2f1", "#d6e4f0", "white")
_SHAFTS = ("#4472c4", "#ed7d31", "#7f7f7f", "#bfbfbf", "black", "#c00000", "#70ad47", "#222222", "#5b9bd5")
_UNITS = ("h", "min", "d", "weeks", "days", "ms", "months")


def workflow(random: Random) -> Image.Image:
    """Icons in a row, a column or a few rows, with arrows from each to the next and names under them."""
    columns, rows = ((4, 1), (3, 1), (1, 3), (1, 4), (3, 2), (2, 2), (5, 1), (2, 1), (1, 1))[
        random.integers(9)
    ]
    step = random.uniform(80, 150)
    sheet = Scheme(random, step * columns, step * rows * random.uniform(0.9, 1.2))
    pen, wide, tall = new_pen(sheet), sheet.width / columns, sheet.height / rows
    if sheet.chance(0.2):
        ground = sheet.one(_GROUNDS)
        sheet.box(0, 0, sheet.width, sheet.height, fill=ground, edge=sheet.one((None, "black")), radius=12)
    places = [((c + 0.5) * wide, (r + 0.42) * tall) for r in range(rows) for c in range(columns)]
    reach, named = min(wide, tall) * sheet.between(0.2, 0.3), sheet.chance(0.85)
    sheet.size = min(sheet.size, wide / 8) if columns * rows > 1 else sheet.size * 1.4
    if named:
        reach = min(reach, tall * 0.58 - sheet.size * 2.4)
    for at in places:
        icon(pen, at, reach)
        if named:
            _caption(sheet, (at[0], at[1] + reach + sheet.size * 1.1))
    style, shaft = sheet.one(("thin", "thin", "block")), sheet.one(_SHAFTS)
    for start, end in itertools.pairwise(places) if sheet.chance(0.9) else ():
        if columns > 2 and start[1] != end[1]:
            continue
        gap = reach * 1.25
        turn = float(np.arctan2(end[1] - start[1], end[0] - start[0]))
        a, b = polar(start, gap, turn), polar(end, gap, turn + np.pi)
        if abs(np.sin(turn)) > 0.5 and named:
            a = polar(a, sheet.size * 1.4, turn)
        _joint(sheet, a, b, style, shaft)
        if sheet.chance(0.3):
            down = abs(np.sin(turn)) > 0.5
            middle = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
            spot = (middle[0] + sheet.size, middle[1]) if down else (middle[0], middle[1] - sheet.size)
            text = f"{sheet.count(1, 48)} {sheet.one(_UNITS)}"
            sheet.text(spot, text, size=sheet.size * 0.85, anchor="lm" if down else "mm")
    sheet.letter()
    return sheet.finish()


def _caption(sheet: Scheme, at: Point) -> None:
    text = sheet.one((sheet.phrase(1, 2), sheet.phrase(1, 2), sheet.outcome(), sheet.gene()))
    sheet.text(at, text.replace(" ", "\n", 1) if sheet.chance(0.4) else text, bold=sheet.chance(0.2))


def _joint(sheet: Scheme, start: Point, end: Point, style: str, colour: str) -> None:
    if style == "block":
        sheet.block_arrow(start, end, sheet.between(7, 12), colour)
    else:
        sheet.arrow(start, end, bend=sheet.one((0, 0, 0, 0.15)), colour=colour, width=sheet.stroke)


def icon_cycle(random: Random) -> Image.Image:
    """Icons around a circle or an oval with bent arrows between, something in the middle."""
    sheet = Scheme(random, random.uniform(220, 400), random.uniform(220, 360))
    pen, many = new_pen(sheet), sheet.count(3, 7)
    middle, reach = (sheet.width / 2, sheet.height / 2), min(sheet.width, sheet.height) * 0.36
    flat = sheet.one((1.0, sheet.between(0.6, 1)))

    def spot(angle: float) -> Point:
        x, y = polar((0, 0), reach, angle)
        return middle[0] + x, middle[1] + y * flat

    sheet.size = sheet.between(8, 12)
    size, shaft = reach * min(0.33, 1.1 / many), sheet.one(_SHAFTS)
    width, start = sheet.between(1, 4), sheet.between(0, 1)
    ringed = sheet.chance(0.3)
    for number in range(many):
        turn = start + 2 * np.pi * number / many
        at = spot(turn)
        if ringed:
            sheet.disc(
                at, size * 1.3, fill=sheet.one((*_GROUNDS, sheet.any_colour())), edge=sheet.one((None, shaft))
            )
        icon(pen, at, size)
        if sheet.chance(0.7):
            _caption(sheet, (at[0], at[1] + size * 1.3 + sheet.size * 0.8))
        share = 2 * np.pi / many
        ends = spot(turn + share * 0.32), spot(turn + share * 0.7)
        sheet.arrow(*ends, bend=-0.05, colour=shaft, width=width)
    if sheet.chance(0.5):
        icon(pen, middle, reach * 0.35)
    elif sheet.chance(0.5):
        sheet.text(middle, sheet.outcome(), size=sheet.size * 1.4, bold=True)
    sheet.letter()
    return sheet.finish()


def abstract(random: Random) -> Image.Image:
    """Coloured fields with icons, phrases and arrows in them, and thick arrows from field to field."""
    columns, rows = ((2, 1), (3, 1), (1, 2), (2, 2), (3, 2), (1, 3), (1, 1))[random.integers(7)]
    sheet = Scheme(random, random.uniform(130, 210) * columns, random.uniform(120, 190) * rows)
    pen, wide, tall = new_pen(sheet), sheet.width / columns, sheet.height / rows
    sheet.size = sheet.between(7, 11)
    if sheet.chance(0.3):
        sheet.box(0, 0, sheet.width, sheet.height, fill=sheet.one(_GROUNDS))
    edge, radius = sheet.one((None, None, "black", "#7f7f7f", "#2e75b6")), sheet.one((0, 8, 20))
    gap, headed = sheet.between(2, 14), sheet.one(("bar", "text", "text", "none"))
    for row, column in itertools.product(range(rows), range(columns)):
        x, y = column * wide + gap, row * tall + gap
        _field(sheet, pen, (x, y, wide - 2 * gap, tall - 2 * gap), (edge, radius, headed))
    shaft = sheet.one(_SHAFTS)
    for column in range(1, columns) if sheet.chance(0.6) else ():
        for row in range(rows):
            y = (row + 0.5) * tall
            sheet.block_arrow(
                (column * wide - 14, y), (column * wide + 14, y), 10, shaft, sheet.one((None, "white"))
            )
    sheet.letter()
    return sheet.finish()


def _field(
    sheet: Scheme, pen: Pen, place: tuple[float, float, float, float], look: tuple[str | None, float, str]
) -> None:
    (x, y, wide, tall), (edge, radius, headed) = place, look
    sheet.box(x, y, wide, tall, fill=sheet.one(_GROUNDS), edge=edge, line=1.2, radius=radius)
    ground = "white"
    if headed == "bar":
        ground = sheet.any_colour()
        sheet.box(x, y, wide, sheet.size * 1.9, fill=ground, edge=edge, line=1.2, radius=radius)
    if headed != "none":
        at, size = (x + wide / 2, y + sheet.size), sheet.size * 1.1
        sheet.word_on(at, sheet.phrase(1, 2), ground, wide, bold=True, size=size)
        y, tall = y + sheet.size * 2, tall - sheet.size * 2
    columns = sheet.count(1, 3)
    rows = sheet.count(1, 2)
    reach = min(wide / columns, tall / rows) * 0.3
    spots = [
        (x + (c + 0.5) * wide / columns, y + (r + 0.42) * tall / rows)
        for r in range(rows)
        for c in range(columns)
    ]
    for at in spots:
        if sheet.chance(0.2):
            for line in range(3):
                text = words(sheet.random, 1, 2)
                sheet.text((at[0], at[1] + (line - 1) * sheet.size * 1.3), f"• {text}", size=sheet.size * 0.8)
            continue
        icon(pen, at, reach)
        if sheet.chance(0.6):
            sheet.text((at[0], at[1] + reach + sheet.size * 0.9), sheet.phrase(1, 1), size=sheet.size * 0.85)
    for start, end in itertools.pairwise(spots):
        if sheet.chance(0.4):
            turn = float(np.arctan2(end[1] - start[1], end[0] - start[0]))
            a, b = polar(start, reach * 1.2, turn), polar(end, reach * 1.2, turn + np.pi)
            sheet.arrow(a, b, width=sheet.between(1, 3), head=sheet.one(("triangle", "triangle", "bar")))


def portrait(random: Random) -> Image.Image:
    """One thing drawn large, with names, lines to it, arrows beside it, or something at work on it."""
    sheet = Scheme(random, random.uniform(200, 380), random.uniform(170, 340))
    sheet.size = sheet.between(11, 20)
    pen = new_pen(sheet)
    middle = (sheet.width * sheet.between(0.4, 0.6), sheet.height * sheet.between(0.4, 0.6))
    reach = min(sheet.width, sheet.height) * sheet.between(0.22, 0.4)
    framed = sheet.chance(0.2)
    if framed:
        sheet.box(2, 2, sheet.width - 4, sheet.height - 4, edge="black", fill="white")
    icon(pen, middle, reach)
    for _ in range(sheet.count(0, 4)):
        turn = sheet.between(0, 6.3)
        at = polar(middle, reach * 1.35, turn)
        sheet.label(at, sheet.one((sheet.phrase(1, 1), sheet.gene())), polar(middle, reach * 0.6, turn))
    if sheet.chance(0.3):
        x, y = polar(middle, reach * 1.2, sheet.between(0, 6.3))
        icon(pen, (x, y), reach * 0.35)
        sheet.arrow((x, y), middle, colour=sheet.one(_SHAFTS), width=sheet.between(1, 4))
    if sheet.chance(0.6):
        y = sheet.height * sheet.one((0.06, 0.95))
        sheet.text((sheet.width / 2, y), sheet.phrase(1, 2), bold=sheet.chance(0.5), size=sheet.size * 1.2)
    sheet.letter()
    return sheet.finish()
