"""Molecules as balls, coils and strands: what comes together, and what is read."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Point, polar
from models.default.drawings.figure import Random
from models.default.drawings.schemes.sheet import Scheme


def assembly(random: Random) -> Image.Image:
    """Balls, rods and coils that come together: before an arrow and after it, with a key."""
    sheet = Scheme(random, random.uniform(260, 560), random.uniform(140, 320))
    stages = sheet.count(1, 4)
    kinds = [(sheet.any_colour(), sheet.between(5, 13)) for _ in range(sheet.count(1, 3))]
    y = sheet.height * 0.42
    for stage in range(stages):
        x = (stage + 0.5) * sheet.width / stages
        spread = sheet.between(15, sheet.width / stages * 0.36)
        for _ in range(sheet.count(4, 26)):
            fill, radius = sheet.one(kinds)
            at = polar((x, y), spread * sheet.between(0, 1) ** 0.5, sheet.between(0, 6.3))
            _ball(sheet, at, radius, fill)
        if sheet.chance(0.5):
            _coil(sheet, (x - spread, y + spread * 0.9), spread * 2)
        if stage:
            gap = x - sheet.width / stages / 2
            sheet.arrow((gap - 14, y), (gap + 14, y), width=sheet.between(1, 3))
            if sheet.chance(0.4):
                sheet.arrow((gap + 14, y + 8), (gap - 14, y + 8), width=1.5)
            sheet.text((gap, y - 12), sheet.one((sheet.gene(), "+ATP", "ΔT", "")), size=sheet.size * 0.85)
        if sheet.chance(0.6):
            sheet.text((x, sheet.height * 0.86), sheet.phrase(1, 3), bold=sheet.chance(0.3))
    if sheet.chance(0.4):
        for number, (fill, radius) in enumerate(kinds):
            _ball(sheet, (20 + 90 * number, sheet.height - 14), min(radius, 7), fill)
            sheet.text((32 + 90 * number, sheet.height - 14), sheet.metabolite(), anchor="lm", size=9)
    return sheet.finish()


def _ball(sheet: Scheme, at: Point, radius: float, fill: str) -> None:
    edge = sheet.one((None, "black", "#555555")) or ("black" if fill == "white" else None)
    sheet.disc(at, radius, fill=fill, edge=edge, line=0.8)
    if radius > 6:
        sheet.disc((at[0] - radius * 0.3, at[1] - radius * 0.3), radius * 0.25, fill="white")


def _coil(sheet: Scheme, at: Point, length: float) -> None:
    xs = np.linspace(0, length, 50)
    turns, high = sheet.between(3, 10), sheet.between(3, 9)
    way = [(at[0] + float(x), at[1] + high * float(np.sin(x / length * turns * 6.28))) for x in xs]
    sheet.line(way, width=sheet.between(1, 3), colour=sheet.one(("black", "#2e8b2e", "#c00000", "#555555")))


def messenger(random: Random) -> Image.Image:
    """Strands with coding boxes, ribosomes on them, hairpins and arrows, and words under each."""
    sheet = Scheme(random, random.uniform(240, 520), random.uniform(90, 340))
    rows = sheet.count(1, 4)
    fills, thick = [sheet.any_colour() for _ in range(3)], sheet.between(8, 22)
    for row in range(rows):
        y, left = (row + 0.45) * sheet.height / rows, sheet.width * sheet.between(0.05, 0.15)
        right = sheet.width * sheet.between(0.75, 0.97)
        sheet.line([(left, y), (right, y)], width=sheet.between(1.2, 3))
        if sheet.chance(0.5):
            sheet.text((left - 8, y), "5'", anchor="rm")
        x = left + sheet.between(8, 50)
        while x < right - 40:
            wide = min(sheet.between(24, 110), right - x)
            _feature(sheet, (x, y), (wide, thick), sheet.one(fills))
            x += wide + sheet.between(6, 50)
        for _ in range(sheet.count(0, 5)):
            _ribosome(
                sheet, (sheet.between(left, right), y), thick, sheet.one(("#f4822a", "#8fbc5a", *fills))
            )
        if sheet.chance(0.7):
            sheet.text((sheet.width / 2, y + thick + sheet.size), sheet.phrase(1, 4), bold=sheet.chance(0.3))
    sheet.letter()
    return sheet.finish()


def _feature(sheet: Scheme, at: Point, size: tuple[float, float], fill: str) -> None:
    """A coding box, an arrow where reading starts, or a hairpin."""
    (x, y), (wide, thick) = at, size
    if sheet.chance(0.7):
        sheet.box(x, y - thick / 2, wide, thick, fill=fill, edge=sheet.one((None, "black")))
        sheet.text((x + wide / 2, y), sheet.one(("ORF", "CDS", sheet.gene(), "")), size=thick * 0.6)
    elif sheet.chance(0.6):
        sheet.arrow((x, y), (x + 24, y - thick * 1.6), bend=0.5)
    else:
        sheet.line([(x, y), (x, y - 18), (x + 8, y - 18), (x + 8, y)])
        sheet.disc((x + 4, y - 26), 10, edge=sheet.ink)


def _ribosome(sheet: Scheme, at: Point, thick: float, fill: str) -> None:
    for rise, across, down in ((-0.55, 0.5, 0.4), (0.25, 0.42, 0.28)):
        middle = (at[0], at[1] + rise * thick)
        sheet.disc(middle, thick * across, thick * down, fill=fill, edge="#555555", line=1)
