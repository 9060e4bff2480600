"""Circuits of elements on wires, and boxes stacked as protocols are."""

from __future__ import annotations

from PIL import Image

from models.default.drawings.canvas import Point
from models.default.drawings.figure import Random
from models.default.drawings.schemes.sheet import Scheme

_LEVELS = ("IP", "TCP", "MAC", "HTTP", "Physical layer", "API")


def circuit(random: Random) -> Image.Image:
    """Resistors, capacitors, amplifiers and blocks on wires that turn at right angles, with their symbols."""
    sheet = Scheme(random, random.uniform(220, 520), random.uniform(160, 340))
    sheet.ink = "black"
    columns, rows = sheet.count(2, 5), sheet.count(1, 3)
    step, tall = sheet.width / (columns + 0.8), sheet.height / (rows + 0.6)
    for row in range(rows):
        y = (row + 0.7) * tall
        for column in range(columns):
            x = (column + 0.2) * step
            _element(sheet, (x, y), step)
            if row and sheet.chance(0.6):
                sheet.line([(x, y), (x, y - tall)])
                sheet.disc((x, y), 2.5, fill="black")
        if sheet.chance(0.6):
            end = (columns + 0.2) * step
            sheet.line([(end, y), (end, y + 14)])
            for number in range(3):
                half, under = 8 - 3 * number, y + 14 + 4 * number
                sheet.line([(end - half, under), (end + half, under)])
        else:
            end = (columns + 0.2) * step
            sheet.disc((end + 3, y), 3, edge="black")
            sheet.text((end + 10, y - 9), sheet.one(("Vo", "Vout", "OUT", "I")), slanted=True)
    sheet.letter()
    return sheet.finish()


def _element(sheet: Scheme, start: Point, length: float) -> None:
    x, y = start
    a, b = x + length * 0.25, x + length * 0.75
    kind = sheet.one(("resistor", "resistor", "box", "capacitor", "amplifier", "wire", "source"))
    sheet.line([(x, y), (x + length if kind == "wire" else a, y)])
    if kind != "wire":
        sheet.line([(b, y), (x + length, y)])
    middle = (a + b) / 2
    if kind == "resistor":
        teeth = [(a + (b - a) * (i + 0.5) / 7, y + 7 * (-1) ** i) for i in range(7)]
        sheet.line([(a, y), *teeth, (b, y)])
    elif kind == "box":
        sheet.box(a, y - 13, b - a, 26, fill=sheet.one(("white", "white", sheet.any_colour())), edge="black")
        sheet.text((middle, y), sheet.one(("DSP", "ADC", "G(s)", "MCU", "LPF", "H", "K", "PID", "DAC")))
    elif kind == "capacitor":
        sheet.line([(a, y), (middle - 4, y)])
        sheet.line([(middle + 4, y), (b, y)])
        for side in (-4, 4):
            sheet.line([(middle + side, y - 11), (middle + side, y + 11)])
    elif kind == "amplifier":
        sheet.polygon([(a, y - 24), (a, y + 24), (b, y)], fill="white", edge="black")
        sheet.text((a + (b - a) * 0.35, y), sheet.one(("A", "G", "−\n+", "x1")))
    elif kind == "source":
        sheet.disc((middle, y), (b - a) / 2, edge="black")
        sheet.text((middle, y), sheet.one(("~", "+", "V", "I")))
    if kind in ("resistor", "capacitor", "source"):
        name = {"resistor": "R", "capacitor": "C", "source": "V"}[kind] + sheet.one(
            ("1", "2", "s", "in", "m")
        )
        sheet.text((middle, y - 18 - (b - a) * 0.2 * (kind == "source")), name, slanted=True)


def stack(random: Random) -> Image.Image:
    """Boxes on one another without gaps, some of them split: protocols, software, levels."""
    sheet = Scheme(random, random.uniform(140, 420), random.uniform(140, 340))
    rows, columns = sheet.count(3, 8), sheet.count(1, 3)
    tall, wide = sheet.height / rows - 1, (sheet.width - 4) / columns - 6
    coloured, gap = sheet.chance(0.6), sheet.one((0, 0, 3))
    sheet.size = min(sheet.size, tall * 0.5)
    for column in range(columns):
        x = 2 + column * (wide + 6)
        for row in range(rows):
            parts = sheet.one((1, 1, 1, 2))
            for part in range(parts):
                fill = sheet.any_colour() if coloured and sheet.chance(0.7) else "white"
                left = x + part * wide / parts
                sheet.box(left, 2 + row * tall, wide / parts - gap, tall - gap, fill=fill, edge="black")
                name = sheet.one((sheet.gene(), sheet.phrase(1, 1), *_LEVELS))
                at = (left + wide / parts / 2, 2 + (row + 0.5) * tall)
                sheet.text(at, name, size=min(sheet.size, wide / parts / 5))
        if column and sheet.chance(0.6):
            y = sheet.between(0.2, 0.8) * sheet.height
            sheet.arrow((x - 16, y), (x + 8, y))
    return sheet.finish()
