"""Cells with what is in them, and membranes with what crosses them."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Point, polar
from models.default.drawings.figure import Random
from models.default.drawings.schemes.sheet import Scheme

_BODIES = ("#f4e3d0", "#dff0d8", "#d9e8f6", "#fbe3e4", "#eee4f5", "#fff7d6", "white", "#e8f5e9")
_KERNELS = ("#8064a2", "#5b9bd5", "#c0504d", "#a9b7d9", "#d9a3c0", "#e0c080")


def cell(random: Random) -> Image.Image:
    """A cell with what is in it, drawn large, with names, lines and arrows; at times two side by side."""
    many = 2 if random.random() < 0.2 else 1
    sheet = Scheme(random, random.uniform(220, 400) * many, random.uniform(220, 420))
    for number in range(many):
        middle = (sheet.width * (number + 0.5) / many, sheet.height * 0.5)
        _cell(sheet, middle, min(sheet.width / many, sheet.height) * sheet.between(0.34, 0.47))
    if many == 2 and sheet.chance(0.7):
        y = sheet.height * 0.5
        sheet.arrow((sheet.width * 0.47, y), (sheet.width * 0.55, y), width=3)
    sheet.letter()
    return sheet.finish()


def _cell(sheet: Scheme, middle: Point, reach: float) -> None:
    edge = sheet.one(("black", "#5a5a5a", "#3a7d44", "#b5651d"))
    _wall(sheet, middle, reach, edge)
    inside = [_within(sheet, middle, reach * 0.25, reach * 0.65) for _ in range(sheet.count(3, 9))]
    for at in inside:
        _organelle(sheet, at, reach * sheet.between(0.08, 0.2))
    if sheet.chance(0.8):
        at, (across, down) = _within(sheet, middle, 0, reach * 0.35), (reach * 0.3, reach * 0.27)
        sheet.disc(at, across, down, fill=sheet.one(_KERNELS), edge=sheet.one((None, edge)))
        sheet.disc(at, reach * 0.1, fill=sheet.one(_KERNELS))
    for _ in range(sheet.count(0, 40) if sheet.chance(0.5) else 0):
        at = _within(sheet, middle, reach * 0.1, reach * 0.8)
        sheet.disc(at, sheet.between(1, 4), fill=sheet.any_colour())
    for at in inside[: sheet.count(0, 5)]:
        aside = polar(middle, reach * 1.15, float(np.arctan2(at[1] - middle[1], at[0] - middle[0])))
        sheet.label(aside, sheet.one((sheet.outcome(), sheet.gene(), sheet.phrase(1, 2))), at)
    for _ in range(sheet.count(0, 3)):
        a, b = sheet.one(inside), sheet.one(inside)
        if a != b:
            sheet.arrow(a, b, bend=sheet.between(-0.3, 0.3), colour=sheet.one((None, "#c00000", "#2e75b6")))


def _within(sheet: Scheme, middle: Point, least: float, most: float) -> Point:
    """A place so far from the middle."""
    return polar(middle, sheet.between(least, most), sheet.between(0, 6.3))


def _wall(sheet: Scheme, middle: Point, reach: float, edge: str) -> None:
    body, line = sheet.one(_BODIES), sheet.between(1, 6)
    shape = sheet.one(("round", "lump", "angles", "box"))
    if shape == "round":
        sheet.disc(middle, reach, reach * sheet.between(0.7, 1.0), fill=body, edge=edge, line=line)
    elif shape == "box":
        x, y = middle[0] - reach, middle[1] - reach * 0.8
        sheet.box(x, y, reach * 2, reach * 1.6, fill=body, edge=edge, line=line, radius=30)
    elif shape == "lump":
        sheet.polygon(sheet.blob(middle, reach * 0.9, 0.2), fill=body, edge=edge, line=line)
    else:
        angles = np.linspace(0, 2 * np.pi, sheet.count(5, 7), endpoint=False) + sheet.between(0, 1)
        corners = [polar(middle, reach, angle) for angle in angles.tolist()]
        sheet.polygon(corners, fill=body, edge=edge, line=line)


def _organelle(sheet: Scheme, at: Point, reach: float) -> None:
    kind = sheet.one(("mitochondrion", "vesicle", "chloroplast", "reticulum", "lump"))
    fill, edge = sheet.any_colour(), sheet.one((None, "black", "#555555"))
    if kind in ("mitochondrion", "chloroplast"):
        skin, folds = ("#f4b183", "#a0522d") if kind == "mitochondrion" else ("#70ad47", "#2f5d1e")
        sheet.disc(at, reach, reach * 0.5, fill=skin, edge=edge, line=1)
        zigzag = [(at[0] - reach * 0.7 + reach * 0.2 * i, at[1] + reach * 0.25 * (-1) ** i) for i in range(8)]
        sheet.line(zigzag, width=1, colour=folds)
    elif kind == "vesicle":
        sheet.disc(at, reach * 0.6, fill=fill, edge=edge or "black", line=1)
        for _ in range(4):
            sheet.disc(polar(at, reach * 0.3, sheet.between(0, 6.3)), 1.5, fill=sheet.any_colour())
    elif kind == "reticulum":
        for row in range(3):
            y = at[1] + row * reach * 0.3
            way = [(at[0] - reach, y), (at[0], y - reach * 0.15), (at[0] + reach, y)]
            sheet.line(way, colour=fill, width=3)
    else:
        sheet.polygon(sheet.blob(at, reach * 0.6, 0.3), fill=fill, edge=edge, line=1)


def membrane(random: Random) -> Image.Image:
    """Receptors in a membrane, a cascade under it, at the bottom a nucleus with a gene."""
    sheet = Scheme(random, random.uniform(300, 600), random.uniform(220, 440))
    sheet.size = sheet.between(8, 12)
    if sheet.chance(0.3):
        sheet.box(0, 0, sheet.width, sheet.height, fill=sheet.one(("#eef5fb", "#fdf6ec", "#f1f8ee")))
    y = sheet.height * sheet.between(0.15, 0.3)
    _bilayer(sheet, y)
    many = sheet.count(1, 5)
    for number in range(many):
        x = (number + 0.5) * sheet.width / many
        _receptor(sheet, (x, y))
        start, depth = y + 22, sheet.count(1, 4)
        for _ in range(depth):
            end = min(start + sheet.between(30, 60), sheet.height * 0.78)
            if end - start < 25:
                break
            sheet.arrow((x, start), (x, end - 9), head=sheet.one(("triangle", "triangle", "bar")))
            if sheet.chance(0.6):
                sheet.disc((x, end), 20, 9, fill=sheet.any_colour(), edge=sheet.one((None, "black")), line=1)
            sheet.text((x, end), sheet.gene(), size=sheet.size * 0.9)
            start = end + 9
    if sheet.chance(0.6):
        _nucleus(sheet)
    sheet.letter()
    return sheet.finish()


def _bilayer(sheet: Scheme, y: float) -> None:
    """A row of heads with tails over another, or two plain lines."""
    if sheet.chance(0.4):
        for shift in (0.0, 8.0):
            sheet.line(
                [(0, y + shift), (sheet.width, y + shift)],
                width=sheet.between(1, 4),
                colour=sheet.one(("#8c6d46", "#777777", "black")),
            )
        return
    fill, step = sheet.any_colour(), sheet.between(6, 10)
    for number in range(int(sheet.width / step)):
        x = (number + 0.5) * step
        for head, tail in ((y - 9, y - 1), (y + 9, y + 1)):
            sheet.line([(x - 1.2, head), (x - 1.2, tail)], width=0.6, colour="#999999")
            sheet.line([(x + 1.2, head), (x + 1.2, tail)], width=0.6, colour="#999999")
            sheet.disc((x, head), step * 0.42, fill=fill, edge="#666666", line=0.5)


def _receptor(sheet: Scheme, at: Point) -> None:
    x, y = at
    fill, kind = sheet.any_colour(), sheet.one(("channel", "receptor", "helices"))
    if kind == "channel":
        sheet.box(x - 13, y - 18, 10, 36, fill=fill, edge="black", line=1, radius=5)
        sheet.box(x + 3, y - 18, 10, 36, fill=fill, edge="black", line=1, radius=5)
        sheet.arrow((x, y - 35), (x, y + 24), width=1)
    elif kind == "receptor":
        sheet.line([(x, y + 18), (x, y - 12), (x - 12, y - 30)], width=5, colour=fill)
        sheet.line([(x, y - 12), (x + 12, y - 30)], width=5, colour=fill)
        sheet.disc((x, y - 32), 6, fill=sheet.any_colour(), edge="black", line=1)
    else:
        for number in range(sheet.count(3, 7)):
            sheet.box(x - 20 + number * 6, y - 14, 5, 28, fill=fill, edge="#444444", line=0.8, radius=2)
    sheet.text((x + 24, y - 28), sheet.gene(), anchor="lm")


def _nucleus(sheet: Scheme) -> None:
    middle = (sheet.width / 2, sheet.height * 1.05)
    sheet.disc(
        middle,
        sheet.width * 0.42,
        sheet.height * 0.24,
        fill=sheet.one(_BODIES),
        edge="#7d5ba6",
        line=sheet.between(1, 4),
    )
    y = sheet.height * 0.92
    xs = np.linspace(sheet.width * 0.3, sheet.width * 0.7, 60)
    for phase, colour in ((0.0, "#2e75b6"), (np.pi, "#c00000")):
        sheet.line([(float(x), y + 5 * float(np.sin(x / 5 + phase))) for x in xs], width=1.6, colour=colour)
    sheet.text((sheet.width * 0.72, y - 12), sheet.gene(), slanted=True, anchor="lm")
