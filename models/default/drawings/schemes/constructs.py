"""Constructs: genes as thick arrows on strands, proteins as lumps at work."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Point, polar
from models.default.drawings.figure import Random
from models.default.drawings.schemes.sheet import Scheme

_STRANDS = ("#1f6f9f", "#e67e22", "black", "#7f7f7f", "#c00000", "#2e8b57", "#4472c4", "#b0007f")


def strands(random: Random) -> Image.Image:
    """One to four thick strands, straight, forked or stepped, with genes as outlined arrows on or beside them."""
    sheet = Scheme(random, random.uniform(220, 420), random.uniform(100, 260))
    inks = [sheet.one(_STRANDS) for _ in range(2)]
    width, middle = sheet.between(2, 7), sheet.height / 2
    forked, x = sheet.chance(0.5), sheet.width * sheet.between(0.25, 0.5)
    half, fills = (
        sheet.between(10, 22),
        [sheet.one(("#bfbfbf", "#3f8f2f", "black", sheet.any_colour())) for _ in range(2)],
    )
    edge = sheet.one(("black", "black", None))
    for side, ink in zip((-1, 1), inks, strict=True):
        near, far = side * sheet.between(5, 9), side * sheet.between(0.15, 0.3) * sheet.height
        if forked:
            bend = (x + abs(far), middle + far)
            way = [(0, middle + near), (x, middle + near), bend, (sheet.width, middle + far)]
            inner = [
                (x + 14, middle + near * 0.4),
                (bend[0] + 10, middle + far - side * 11),
                (sheet.width * 0.8, middle + far - side * 11),
            ]
            sheet.line(inner, colour=inks[sheet.count(0, 1)], width=width)
        else:
            way = [(0, middle + far), (sheet.width, middle + far)]
            if sheet.chance(0.4):
                way[1:1] = [
                    (x, middle + far),
                    (x, middle + far * 0.6),
                    (x + 40, middle + far * 0.6),
                    (x + 40, middle + far),
                ]
        sheet.line(way, colour=ink, width=width)
        if not forked and sheet.chance(0.7):
            sheet.line([(a, b + 5 + width) for a, b in way], colour=ink, width=width)
        for _ in range(sheet.count(0, 2)):
            a, long = sheet.between(0.1, 0.8) * sheet.width, sheet.between(30, 70)
            ends = (a, middle + far), (a + long, middle + far)
            sheet.block_arrow(*(ends if sheet.chance(0.7) else ends[::-1]), half, sheet.one(fills), edge)
    if sheet.chance(0.4):
        at = (sheet.width * 0.5, middle)
        sheet.text(at, sheet.one(("X", "?", "*", "+")), colour="#d00000", size=24, bold=True)
    if sheet.chance(0.3):
        hook = [
            (sheet.width * 0.7, middle),
            (sheet.width * 0.7, middle - 25),
            (sheet.width * 0.7 + 20, middle - 25),
        ]
        sheet.line(hook[:2], colour="#d00000", width=2)
        sheet.arrow(*hook[1:], colour="#d00000", width=2)
    if sheet.chance(0.3):
        sheet.text((sheet.width / 2, sheet.height * 0.97), sheet.phrase(1, 3))
    sheet.letter()
    return sheet.finish()


def lumps(random: Random) -> Image.Image:
    """Proteins as flat lumps on a strand in one to three states, with arrows between, and a large caption at times."""
    high = random.uniform(160, 320)
    sheet = Scheme(random, random.uniform(150, 400), high + 90)
    sheet.size = sheet.between(12, 22)
    fills = [sheet.one(("#9a9a9a", "#bfbfbf", "white", sheet.any_colour())) for _ in range(2)]
    edge = "black" if "white" in fills else sheet.one((None, "black", "#555555"))
    upright = sheet.width < high * 1.3
    many = sheet.count(1, 3)
    for number in range(many):
        share = (number + 0.45) / many
        at = (sheet.width / 2, high * 0.9 * share) if upright else (sheet.width * share, high * 0.4)
        reach = min(sheet.width if upright else sheet.width / many, high / (many if upright else 1.5)) * 0.28
        _complex(sheet, at, reach, fills, edge, 1 if many > 1 else 3)
        if number:
            gap = (at[0], at[1] - reach * 1.6) if upright else (at[0] - reach * 1.7, at[1])
            end = (gap[0], gap[1] + 16) if upright else (gap[0] + 16, gap[1])
            sheet.arrow(
                (gap[0] - 0.01 * (not upright), gap[1] - 6 * upright), end, width=sheet.between(1.5, 4)
            )
    if sheet.chance(0.7):
        text = sheet.phrase(1, 3).replace(" ", "\n")
        lines = text.count("\n") + 1
        sheet.text((sheet.width / 2, high * (0.9 if upright else 0.8) + lines * sheet.size * 0.6), text)
    sheet.letter()
    return sheet.finish()


def _complex(sheet: Scheme, at: Point, reach: float, fills: list[str], edge: str | None, least: int) -> None:
    along = np.linspace(-1.3, 1.3, 30)
    wave = sheet.between(0, 0.15)
    strand = [(at[0] + reach * float(t), at[1] + reach * (0.3 + wave * float(np.sin(6 * t)))) for t in along]
    if least > 1 or sheet.chance(0.7):
        sheet.line(strand, width=sheet.between(1.5, 4), colour=sheet.one(_STRANDS))
    for number in range(sheet.count(least, 4)):
        place = (at[0] + reach * sheet.between(-0.7, 0.7), at[1] + reach * sheet.between(-0.4, 0.3))
        across, down = reach * sheet.between(0.3, 0.55), reach * sheet.between(0.25, 0.5)
        fill = fills[number % 2]
        sheet.disc(place, across, down, fill=fill, edge=edge, line=1.2)
        if sheet.chance(0.3):
            sheet.word_on(place, sheet.gene(), fill, across * 1.7, size=sheet.size * 0.7)
    if sheet.chance(0.3):
        sheet.disc(
            polar(at, reach, sheet.between(3.5, 6)), reach * 0.15, fill=sheet.any_colour(), edge=edge, line=1
        )
