"""Drawings to measure: parts with dimension lines, plants of pipes, benches of optics, chips with channels."""

from __future__ import annotations

import itertools

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Point, polar
from models.default.drawings.figure import Random
from models.default.drawings.schemes.devices import shade, solid
from models.default.drawings.schemes.sheet import Scheme

_SIZES = ("d", "L", "T_in", "T_out", "h", "R1", "w", "D", "F", "H", "b")
_PALE = ("white", "white", "#fffbe6", "#f5f5dc", "#eeeeee", "#e8f0f8", "#fdf3c8")
_STEEL = ("#9a9a9a", "#c8c8c8", "#6b6b6b", "#e0e0e0", "white", "#7a4545", "#8c6d46", "#b0c4de")
_PIPES = ("#0070c0", "#ff0000", "#7f7f7f", "#00b050", "#ffc000", "#5b9bd5", "#c55a11", "black", "#d99694")
_RAYS = ("#ff0000", "#00b050", "#0070c0", "#c00000", "#7030a0", "#ffc000")
_OPTICS = (
    "Laser",
    "BS",
    "M1",
    "M2",
    "L1",
    "L2",
    "PBS",
    "AOM",
    "λ/2",
    "CCD",
    "PD",
    "Objective",
    "Pinhole",
    "Fibre",
)

_ROOM = 130.0
"""Pixels above a chip, for what stands on it."""


def dimensioned(random: Random) -> Image.Image:
    """Rings, plates, rods or steps seen from the front and the side, in thin lines, with their sizes."""
    sheet = Scheme(random, random.uniform(220, 460), random.uniform(170, 340))
    sheet.ink, sheet.stroke = "black", sheet.between(0.7, 1.8)
    sheet.size = sheet.between(8, 14)
    views = sheet.one((1, 1, 2))
    for number in range(views):
        middle = (sheet.width * (number + 0.5) / views, sheet.height / 2)
        reach = min(sheet.width / views, sheet.height) * sheet.between(0.2, 0.3)
        sheet.one((_ring, _square, _rod, _steps))(sheet, middle, reach)
    if sheet.chance(0.25):
        sheet.box(1, 1, sheet.width - 2, sheet.height - 2, edge="black", line=1)
    sheet.letter()
    return sheet.finish()


def _measure(sheet: Scheme, start: Point, end: Point) -> None:
    """A line with points at both ends, and how long it is."""
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    sheet.arrow(middle, end, width=0.8)
    sheet.arrow(middle, start, width=0.8)
    unit = sheet.one(("mm", "μm", "m", "cm", "nm"))
    text = sheet.one((f"{sheet.count(1, 99)} {unit}", f"{sheet.between(0, 9):.1f} {unit}", sheet.one(_SIZES)))
    if abs(end[0] - start[0]) > abs(end[1] - start[1]):
        size = sheet.fitting(text, max(16, abs(end[0] - start[0])))
        sheet.text((middle[0], middle[1] - sheet.size * 0.8), text, size=size)
    else:
        sheet.text((middle[0] + 4, middle[1]), text, anchor="lm")


def _ring(sheet: Scheme, at: Point, reach: float) -> None:
    for number in range(sheet.count(1, 4)):
        size = reach * (1 - 0.25 * number * sheet.between(0.3, 1))
        sheet.disc(at, size, fill=sheet.one(_PALE), edge="black", line=sheet.between(0.8, 2.5))
    for x, y in ((1, 0), (0, 1)):
        ends = [
            (at[0] - x * reach * 1.1, at[1] - y * reach * 1.1),
            (at[0] + x * reach * 1.1, at[1] + y * reach * 1.1),
        ]
        sheet.line(ends, width=0.7, dash=sheet.one((0, 4)))
    _measure(sheet, (at[0] - reach, at[1] - reach * 1.15), (at[0] + reach, at[1] - reach * 1.15))
    for _ in range(sheet.count(0, 2)):
        turn = sheet.between(0, 6.3)
        sheet.arrow(polar(at, reach * 1.3, turn), polar(at, reach * sheet.between(0.5, 1), turn), width=0.8)
        sheet.text(polar(at, reach * 1.42, turn), sheet.phrase(1, 2), size=sheet.size * 0.8)


def _square(sheet: Scheme, at: Point, reach: float) -> None:
    for number in range(sheet.count(1, 4)):
        size = reach * (1, 0.6, 0.3, 0.15)[number]
        x, y = at[0] - size, at[1] - size
        sheet.box(
            x,
            y,
            2 * size,
            2 * size,
            fill=sheet.one(_PALE),
            edge=sheet.one(("black", "#548235", "#777777")),
            line=1.2,
        )
        _measure(sheet, (x, at[1] + size + 6), (x + 2 * size, at[1] + size + 6))
    _measure(sheet, (at[0] + reach * 1.1, at[1] - reach), (at[0] + reach * 1.1, at[1] + reach))


def _rod(sheet: Scheme, at: Point, reach: float) -> None:
    x, y, half = at[0] - reach, at[1], reach * sheet.between(0.15, 0.5)
    skin = sheet.one((*_PALE, *_STEEL))
    sheet.box(x, y - half, 2 * reach, 2 * half, fill=skin, edge="black", line=sheet.stroke)
    sheet.disc((x + 2 * reach, y), half * 0.3, half, fill=skin, edge="black", line=sheet.stroke)
    sheet.disc((x, y), half * 0.3, half, fill=skin, edge="black", line=sheet.stroke)
    sheet.line([(x - reach * 0.2, y), (x + 2.2 * reach, y)], width=0.7, dash=4)
    _measure(sheet, (x, y - half * 1.3 - 3), (x + 2 * reach, y - half * 1.3 - 3))
    _measure(sheet, (x + 2.15 * reach, y - half), (x + 2.15 * reach, y + half))


def _steps(sheet: Scheme, at: Point, reach: float) -> None:
    """A shaft that narrows, upright or lying, hatched at times."""
    upright, along = sheet.chance(0.5), -reach
    skin, hatched = sheet.one(_STEEL), sheet.chance(0.4)
    while along < reach:
        long, half = sheet.between(0.2, 0.9) * reach, sheet.between(0.1, 0.5) * reach
        corner, size = ((at[0] - half, at[1] + along), (2 * half, long))
        if not upright:
            corner, size = (at[0] + along, at[1] - half), (long, 2 * half)
        sheet.box(*corner, *size, fill=skin, edge="black", line=sheet.stroke)
        for step in range(int(long / 7)) if hatched else ():
            a = (corner[0] + step * size[0] * 7 / long, corner[1])
            sheet.line([a, (a[0] + min(7, size[0]), corner[1] + size[1] * 0.3)], width=0.6)
        if sheet.chance(0.5):
            ends = (corner[0], corner[1] - 6), (corner[0] + size[0], corner[1] - 6)
            _measure(sheet, *ends)
        along += long


def contact(random: Random) -> Image.Image:
    """Two or three plain bodies that touch, bend or branch, in flat colours, with a word or two and forces."""
    sheet = Scheme(random, random.uniform(180, 380), random.uniform(150, 320))
    sheet.size = sheet.between(12, 22)
    dark = sheet.chance(0.15)
    if dark:
        sheet.box(0, 0, sheet.width, sheet.height, fill=sheet.one(("black", "#10203a")))
    skins = [sheet.one((*_STEEL, sheet.any_colour())) for _ in range(3)]
    edge = sheet.one((None, "black", "#333333"))
    for number in range(sheet.count(2, 4)):
        start = (sheet.width * sheet.between(0.05, 0.95), 0.0)
        end = (sheet.width * sheet.between(0.05, 0.95), sheet.height)
        if sheet.chance(0.3):
            start, end = (
                (0.0, start[0] * sheet.height / sheet.width),
                (sheet.width, sheet.height * sheet.between(0, 1)),
            )
        _limb(sheet, start, end, sheet.between(6, 40), (skins[number % 3], edge))
    for _ in range(sheet.count(0, 3)):
        at = (sheet.width * sheet.between(0.2, 0.8), sheet.height * sheet.between(0.2, 0.8))
        push = polar(at, sheet.between(25, 60), sheet.between(0, 6.3))
        sheet.arrow(at, push, colour="white" if dark else None, width=sheet.between(1.5, 4))
        if sheet.chance(0.6):
            sheet.text(
                push,
                sheet.one(("F", "Fn", "v", "P", "q", "roll", "u", sheet.phrase(1, 1))),
                colour="white" if dark else None,
            )
    sheet.letter()
    return sheet.finish(cut=not dark)


def _limb(sheet: Scheme, start: Point, end: Point, half: float, look: tuple[str, str | None]) -> None:
    """A band that bends and tapers."""
    (x0, y0), (x1, y1) = start, end
    turn, bend = float(np.arctan2(y1 - y0, x1 - x0)) + np.pi / 2, sheet.between(-0.25, 0.25)
    taper, length = sheet.between(0.2, 1.2), float(np.hypot(x1 - x0, y1 - y0))
    sides: tuple[list[Point], list[Point]] = ([], [])
    for t in np.linspace(0, 1, 20).tolist():
        middle = (x0 + (x1 - x0) * t, y0 + (y1 - y0) * t)
        off, wide = 4 * bend * t * (1 - t) * length, half * (1 + (taper - 1) * t)
        sides[0].append(polar(middle, off - wide, turn))
        sides[1].append(polar(middle, off + wide, turn))
    sheet.polygon([*sides[0], *reversed(sides[1])], fill=look[0], edge=look[1], line=sheet.stroke)


def plumbing(random: Random) -> Image.Image:
    """Pipes that turn at right angles between vessels, pumps, valves and coils, with numbers in circles or names."""
    sheet = Scheme(random, random.uniform(280, 520), random.uniform(220, 420))
    sheet.size = sheet.between(7, 11)
    step = sheet.between(34, 56)
    across, down = max(3, int(sheet.width / step)), max(3, int(sheet.height / step))
    spots = [(sheet.count(0, across - 1), sheet.count(0, down - 1)) for _ in range(sheet.count(5, 11))]
    places = [((c + 0.5) * step, (r + 0.5) * step) for c, r in dict.fromkeys(spots)]
    pipes = [sheet.one(_PIPES) for _ in range(sheet.count(1, 4))]
    width, outlined = sheet.one((1.2, 2, 3, 6, 9)), sheet.chance(0.4)
    if sheet.chance(0.3):
        w, h = across * step, down * step
        roof = (
            [(0, h), (0, h * 0.3), (w / 2, 0), (w, h * 0.3), (w, h)]
            if sheet.chance(0.5)
            else [(0, 0), (w, 0), (w, h), (0, h)]
        )
        sheet.polygon(roof, fill=sheet.one(("white", "#eeeeee")), edge="black", line=2)
    for number, (a, b) in enumerate(itertools.pairwise([*places, *places[1::2]])):
        way = [a, (b[0], a[1]), b] if sheet.chance(0.5) else [a, (a[0], b[1]), b]
        if outlined and width > 2:
            sheet.line(way, width=width + 2.5, colour="black")
        sheet.line(way, width=width, colour=pipes[number % len(pipes)])
        if sheet.chance(0.4):
            middle = ((way[1][0] + b[0]) / 2, (way[1][1] + b[1]) / 2)
            sheet.arrow(way[1], middle, width=max(1.5, width * 0.6), colour=pipes[number % len(pipes)])
    named = sheet.one(("number", "name", "none"))
    for number, at in enumerate(places):
        sheet.one((_vessel, _vessel, _pump, _valve, _exchanger))(sheet, at, step * 0.36)
        if named == "number":
            place = (at[0] + step * 0.4, at[1] - step * 0.4)
            sheet.disc(place, sheet.size * 0.8, fill="white", edge="black", line=0.8)
            sheet.text(place, str(number + 1), size=sheet.size * 0.9)
        elif named == "name" and sheet.chance(0.7):
            sheet.text((at[0], at[1] - step * 0.5), sheet.phrase(1, 1))
    sheet.letter()
    return sheet.finish()


def _vessel(sheet: Scheme, at: Point, reach: float) -> None:
    wide, tall = reach * sheet.between(0.4, 1), reach * sheet.between(0.5, 1.2)
    fill = sheet.one(("white", "#d9d9d9", "#cfe8f7", sheet.any_colour()))
    sheet.box(
        at[0] - wide,
        at[1] - tall,
        2 * wide,
        2 * tall,
        fill=fill,
        edge="black",
        line=1.2,
        radius=sheet.one((0, 8, 99)),
    )


def _pump(sheet: Scheme, at: Point, reach: float) -> None:
    sheet.disc(at, reach * 0.6, fill="white", edge="black", line=1.2)
    corners = [polar(at, reach * 0.6, turn) for turn in (0, 2.1, 4.2)]
    sheet.polygon(corners, fill=sheet.one((None, "black", "#999999")), edge="black", line=1)


def _valve(sheet: Scheme, at: Point, reach: float) -> None:
    (x, y), half = at, reach * 0.5
    fill = sheet.one(("white", "black", sheet.any_colour()))
    sheet.polygon(
        [(x - half, y - half * 0.7), (x, y), (x - half, y + half * 0.7)], fill=fill, edge="black", line=1
    )
    sheet.polygon(
        [(x + half, y - half * 0.7), (x, y), (x + half, y + half * 0.7)], fill=fill, edge="black", line=1
    )


def _exchanger(sheet: Scheme, at: Point, reach: float) -> None:
    (x, y) = at
    sheet.box(
        x - reach,
        y - reach * 0.7,
        2 * reach,
        reach * 1.4,
        fill=sheet.one(("white", "#e6e6e6")),
        edge="black",
        line=1,
    )
    zigzag = [(x - reach * 0.8 + reach * 0.2 * i, y + reach * 0.45 * (-1) ** i) for i in range(9)]
    sheet.line(zigzag, width=1.5, colour=sheet.one(_PIPES))


def bench(random: Random) -> Image.Image:
    """Lasers, mirrors, lenses and cameras on rays that turn at right angles."""
    sheet = Scheme(random, random.uniform(280, 500), random.uniform(180, 360))
    sheet.size = sheet.between(8, 12)
    at = (sheet.between(30, 60), sheet.height * sheet.between(0.2, 0.8))
    ray, width = sheet.one(_RAYS), sheet.one((1, 1.5, 3, 5))
    way, heading = [at], (1, 0)
    for _ in range(sheet.count(3, 7)):
        length = sheet.between(40, 110)
        end = (at[0] + heading[0] * length, at[1] + heading[1] * length)
        if not (20 < end[0] < sheet.width - 20 and 20 < end[1] < sheet.height - 20):
            heading = (1, 0) if heading[1] else (0, 1 if at[1] < sheet.height / 2 else -1)
            continue
        way.append(end)
        at = end
        if sheet.chance(0.4):
            heading = (1, 0) if heading[1] else (0, 1 if at[1] < sheet.height / 2 else -1)
    if len(way) > 1:
        sheet.line(way, colour=ray, width=width)
    for number, place in enumerate(way):
        _optic(sheet, place, number in (0, len(way) - 1))
        if sheet.chance(0.7):
            sheet.text((place[0], place[1] - 24), sheet.one(_OPTICS))
    if sheet.chance(0.3):
        sheet.box(4, 4, sheet.width - 8, sheet.height - 8, edge=sheet.one(("black", "#777777")), line=1)
    sheet.letter()
    return sheet.finish()


def _optic(sheet: Scheme, at: Point, ending: bool) -> None:
    (x, y), glass = at, sheet.one(("#cfe8f7", "#9dc3e6", "#dddddd"))
    if ending:
        sheet.box(
            x - 24,
            y - 11,
            48,
            22,
            fill=sheet.one(("#7f7f7f", "#404040", "white", sheet.any_colour())),
            edge="black",
            line=1,
        )
        return
    kind = sheet.one(("mirror", "lens", "cube", "plate"))
    if kind == "mirror":
        sheet.line([(x - 12, y - 12), (x + 12, y + 12)], width=4, colour="#555555")
    elif kind == "lens":
        flat = sheet.chance(0.5)
        sheet.disc(at, 4 if flat else 16, 16 if flat else 4, fill=glass, edge="black", line=0.8)
    elif kind == "cube":
        sheet.box(x - 11, y - 11, 22, 22, fill=glass, edge="black", line=1)
        sheet.line([(x - 11, y - 11), (x + 11, y + 11)], width=1)
    else:
        sheet.box(x - 3, y - 14, 6, 28, fill=glass, edge="black", line=0.8)


def chip(random: Random) -> Image.Image:
    """A device of slabs seen aslant, with channels, pads or pillars on it, names with lines, and a circle of detail."""
    across, down = random.uniform(280, 480), random.uniform(200, 360)
    sheet = Scheme(random, across + 230, down + _ROOM)
    sheet.size = sheet.between(8, 13)
    wide, deep = across * sheet.between(0.35, 0.55), down * sheet.between(0.3, 0.5)
    x, y = across * 0.12, _ROOM + down * sheet.between(0.6, 0.75)
    lift, slant = sheet.one((0.0, 0.0, 30.0)), deep * sheet.between(0.6, 1.1)
    names, named = sheet.chance(0.8), sheet.height
    for layer in range(sheet.count(1, 4)):
        tall, fill = sheet.between(5, 20), sheet.one((*_STEEL, sheet.colour(layer)))
        top = [(x, y), (x + slant, y - deep), (x + slant + wide, y - deep), (x + wide, y)]
        side = [
            (x + wide, y),
            (x + slant + wide, y - deep),
            (x + slant + wide, y - deep + tall),
            (x + wide, y + tall),
        ]
        edge = sheet.one((None, "#333333"))
        sheet.polygon(top, fill=fill, edge=edge, line=0.8)
        sheet.polygon(side, fill=shade(fill, 0.65), edge=edge, line=0.8)
        sheet.box(x, y, wide, tall, fill=shade(fill, 0.85), edge=edge, line=0.8)
        if names and sheet.chance(0.7):
            named = min(named - sheet.size * 1.3, y - deep * 0.6)
            sheet.text((x + wide + slant + 8, named), sheet.phrase(1, 2), anchor="lm")
        y -= sheet.between(6, 18) + lift
    y += 6 + lift

    def place(along: float, back: float) -> Point:
        return x + wide * along + slant * back, y - deep * back

    ink, width = sheet.one(_PIPES), sheet.between(1.5, 6)
    for _ in range(sheet.count(1, 5)):
        a, b = sheet.between(0.05, 0.4), sheet.between(0.6, 0.95)
        back = sheet.between(0.15, 0.85)
        turn = sheet.between(0.15, 0.85)
        sheet.line(
            [place(a, back), place((a + b) / 2, back), place((a + b) / 2, turn), place(b, turn)],
            colour=ink,
            width=width,
        )
        for end in (place(a, back), place(b, turn)):
            sheet.disc(end, width * 1.5, width * 0.8, fill=sheet.any_colour(), edge="black", line=0.6)
    if sheet.chance(0.4):
        spot = place(sheet.between(0.2, 0.8), 0.5)
        glass, reach = (across * 0.82, _ROOM + down * 0.75), down * 0.18
        sheet.line([spot, polar(glass, reach, -2.5)], width=0.8, dash=3)
        sheet.disc(glass, reach, fill="white", edge="black", line=1)
        size = (reach * 0.8, reach * 0.4, reach * 0.4)
        solid(sheet, (glass[0] - reach * 0.6, glass[1]), size, sheet.any_colour())
    sheet.letter((3, y - deep - sheet.size * 1.5))
    return sheet.finish()
