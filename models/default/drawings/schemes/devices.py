"""Apparatus and devices: vessels with tubes, solids seen aslant, sections through layers."""

from __future__ import annotations

import itertools

from PIL import Image, ImageColor

from models.default.drawings.canvas import Point
from models.default.drawings.figure import Random
from models.default.drawings.schemes.sheet import Scheme

_PARTS = (
    "Pump",
    "Valve",
    "Camera",
    "Laser",
    "Electrode",
    "Water bath",
    "Sensor",
    "Substrate",
    "Nozzle",
    "Inlet",
    "Outlet",
    "Heater",
    "Lens",
    "Mirror",
    "Detector",
    "Filter",
    "Computer",
    "Amplifier",
    "Chamber",
    "Specimen",
    "Contact pad",
    "Insulation layer",
    "ITO",
    "SiO2",
    "Au",
    "Glass",
    "PDMS",
    "Gas",
    "Feeder",
    "Stage",
    "Objective",
)


def apparatus(random: Random) -> Image.Image:
    """Vessels, boxes and coils joined by tubes, with names beside them and lines to them."""
    sheet = Scheme(random, random.uniform(260, 540), random.uniform(220, 440))
    sheet.size = sheet.between(8, 12)
    columns, rows = sheet.count(2, 3), sheet.count(1, 3)
    wide, tall = sheet.width / columns, sheet.height / rows
    places = [((c + 0.5) * wide, (r + 0.5) * tall) for r in range(rows) for c in range(columns)]
    grey = sheet.chance(0.4)
    for a, b in itertools.pairwise(places):
        bend = (b[0], a[1]) if sheet.chance(0.5) else (a[0], b[1])
        colour = sheet.one(("black", "#777777", sheet.any_colour()))
        sheet.line([a, bend, b], width=sheet.between(1, 5), colour=colour)
    for at in places:
        fill = sheet.one(("#d9d9d9", "#bfbfbf", "white", "#eeeeee")) if grey else sheet.any_colour()
        _part(sheet, at, min(wide, tall) * sheet.between(0.2, 0.34), fill)
        if sheet.chance(0.8):
            x = at[0] + wide * sheet.between(0.15, 0.35) * sheet.one((-1, 1))
            off = (x, at[1] - tall * sheet.between(0.3, 0.44))
            sheet.label(off, sheet.one(_PARTS), at if sheet.chance(0.6) else None)
    sheet.letter()
    return sheet.finish()


def _part(sheet: Scheme, at: Point, reach: float, fill: str) -> None:
    sheet.one((_beaker, _drum, _block, _wheel, _coil, _monitor, _lens))(sheet, at, reach, fill)


def _beaker(sheet: Scheme, at: Point, reach: float, fill: str) -> None:
    x, y = at
    liquid = sheet.one(("#cfe8f7", "#e8f4d8", fill))
    sheet.box(x - reach, y - reach * 0.1, reach * 2, reach * 1.1, fill=liquid)
    top, bottom = y - reach, y + reach
    sheet.line([(x - reach, top), (x - reach, bottom), (x + reach, bottom), (x + reach, top)])


def _drum(sheet: Scheme, at: Point, reach: float, fill: str) -> None:
    cylinder(sheet, at, reach * 0.8, reach * 1.6, fill)


def _block(sheet: Scheme, at: Point, reach: float, fill: str) -> None:
    size = (reach * 1.6, reach * 1.2, reach * sheet.between(0, 0.6))
    solid(sheet, (at[0] - reach, at[1] - reach * 0.6), size, fill)


def _wheel(sheet: Scheme, at: Point, reach: float, fill: str) -> None:
    sheet.disc(at, reach, fill=fill, edge="black")
    sheet.disc(at, reach * 0.5, fill="white", edge="black")


def _coil(sheet: Scheme, at: Point, reach: float, fill: str) -> None:
    x, y = at
    sheet.line([(x - reach + reach * 0.25 * turn, y + reach * 0.5 * (-1) ** turn) for turn in range(9)])


def _monitor(sheet: Scheme, at: Point, reach: float, fill: str) -> None:
    x, y = at
    sheet.box(x - reach, y - reach * 0.7, reach * 2, reach * 1.3, fill=fill, edge="black", radius=4)
    glass = (x - reach * 0.8, y - reach * 0.5, reach * 1.6, reach * 0.9)
    sheet.box(*glass, fill="#e8f0f8", edge="black", line=1)
    foot = y + reach
    sheet.line([(x, y + reach * 0.6), (x, foot), (x - reach * 0.5, foot), (x + reach * 0.5, foot)])


def _lens(sheet: Scheme, at: Point, reach: float, fill: str) -> None:
    x, y = at
    sheet.disc(at, reach * 0.3, reach, fill=sheet.one(("#cfe8f7", fill)), edge="black")
    for side in (-0.5, 0.0, 0.5):
        ray = [(x - reach * 1.6, y), (x, y + side * reach), (x + reach * 1.6, y)]
        sheet.line(ray, width=1, colour=sheet.one(("#c00000", "#ff0000", "#00a000")))


def shade(colour: str, light: float) -> str:
    """The colour lighter (above 1) or darker."""
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return "#" + "".join(f"{min(255, int(part * light)):02x}" for part in (red, green, blue))


def solid(sheet: Scheme, corner: Point, size: tuple[float, float, float], fill: str) -> None:
    """A block seen from above and from the right: width, height, depth."""
    (x, y), (wide, tall, deep) = corner, size
    edge, right, back, rise = sheet.one((None, "black", "#444444")), x + wide, x + wide + deep, deep * 0.5
    top = [(x, y), (x + deep, y - rise), (back, y - rise), (right, y)]
    side = [(right, y), (back, y - rise), (back, y + tall - rise), (right, y + tall)]
    sheet.polygon(top, fill=shade(fill, 1.15), edge=edge, line=1)
    sheet.polygon(side, fill=shade(fill, 0.7), edge=edge, line=1)
    sheet.box(x, y, wide, tall, fill=fill, edge=edge, line=1)


def cylinder(sheet: Scheme, at: Point, across: float, tall: float, fill: str) -> None:
    """A standing drum, its side shaded."""
    x, y = at
    for step in range(12):
        light = 0.65 + 0.5 * (1 - abs(step - 4) / 8)
        sheet.box(x - across + step * across / 6, y - tall / 2, across / 6 + 1, tall, fill=shade(fill, light))
    sheet.disc((x, y + tall / 2), across, across * 0.3, fill=shade(fill, 0.85))
    sheet.disc((x, y - tall / 2), across, across * 0.3, fill=shade(fill, 1.15), edge="#555555", line=1)


def solids(random: Random) -> Image.Image:
    """Blocks and drums in view from above, shaded, alone or stacked, with names, sizes and lines to them."""
    sheet = Scheme(random, random.uniform(240, 480), random.uniform(180, 400))
    many = sheet.count(1, 4)
    for number in range(many):
        x, y = (number + 0.3) * sheet.width / many, sheet.height * sheet.between(0.35, 0.6)
        reach = sheet.width / many * sheet.between(0.3, 0.45)
        _pile(sheet, (x, y), reach)
        if sheet.chance(0.8):
            at = (x + reach * 0.4, sheet.height * sheet.between(0.85, 0.95))
            sheet.label(at, sheet.one(_PARTS), (x + reach * 0.4, y + 60))
        if number and sheet.chance(0.6):
            gap, middle = number * sheet.width / many, sheet.height / 2
            sheet.arrow((gap - 12, middle), (gap + 12, middle), width=sheet.between(1.5, 4))
    if sheet.chance(0.3):
        y = sheet.height * 0.96
        sheet.arrow((20, y), (sheet.width * 0.5, y), width=1)
        sheet.text((sheet.width * 0.25, y - 9), f"{sheet.count(1, 900)} μm")
    sheet.letter()
    return sheet.finish()


def _pile(sheet: Scheme, at: Point, reach: float) -> None:
    """A drum, or blocks on one another."""
    x, y = at
    if sheet.chance(0.35):
        fill = sheet.one(("#9a9a9a", "#7f7f7f", sheet.any_colour()))
        cylinder(sheet, (x + reach / 2, y), reach * 0.5, reach * sheet.between(0.4, 1.6), fill)
        return
    for layer in range(sheet.count(1, 5)):
        tall = sheet.between(6, 40)
        y -= tall
        solid(sheet, (x, y + 50), (reach, tall, reach * 0.6), sheet.colour(layer))


def layers(random: Random) -> Image.Image:
    """A section through layers of a device or of tissue, with names in them or a key beside."""
    sheet = Scheme(random, random.uniform(220, 480), random.uniform(120, 320))
    many, keyed = sheet.count(3, 8), sheet.chance(0.4)
    left, right = (sheet.between(0, 40), sheet.width * (0.65 if keyed else 0.98))
    y, edge = 10.0, sheet.one((None, None, "black"))
    for number in range(many):
        tall = sheet.between(6, 1.6 * sheet.height / many)
        if y + tall > sheet.height - 5:
            break
        inset = 0.0 if sheet.chance(0.6) else sheet.between(0, 60)
        x, x1 = left + inset, right - inset
        sheet.box(x, y, x1 - x, tall, fill=sheet.colour(number), edge=edge, line=1)
        name = sheet.one(_PARTS)
        if keyed:
            sheet.box(right + 14, 12 + number * 20, 16, 11, fill=sheet.colour(number), edge="black", line=0.8)
            sheet.text((right + 36, 18 + number * 20), name, anchor="lm", size=9)
        elif tall > 13 and sheet.chance(0.8):
            sheet.text(((x + x1) / 2, y + tall / 2), name, size=min(sheet.size, tall * 0.8))
        y += tall + sheet.one((0, 0, 0, 3))
    for _ in range(sheet.count(0, 5)):
        x = sheet.between(left, right)
        colour = sheet.one(("#c00000", "black", "#2e75b6"))
        sheet.arrow((x, 0), (x, sheet.between(20, max(25, y * 0.7))), width=1.2, colour=colour)
    sheet.letter()
    return sheet.finish()
