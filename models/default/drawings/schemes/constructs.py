"""Constructs: genes as thick arrows on strands, blocks on a line, plasmids, domains of proteins, lumps at work."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Point, polar
from models.default.drawings.figure import Random
from models.default.drawings.schemes.overviews import block_arrow
from models.default.drawings.schemes.sheet import Scheme

_STRANDS = ("#1f6f9f", "#e67e22", "black", "#7f7f7f", "#c00000", "#2e8b57", "#4472c4", "#b0007f")
_BLOCKS = (
    "uORF",
    "ORF",
    "lacZ",
    "GFP",
    "NLuc",
    "AmpR",
    "P",
    "ter",
    "5′UTR",
    "LTR",
    "IRES",
    "ori",
    "NeoR",
    "Cas9",
    "TM",
    "SH2",
)


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
            block_arrow(sheet, *(ends if sheet.chance(0.7) else ends[::-1]), half, sheet.one(fills), edge)
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


def blocks(random: Random) -> Image.Image:
    """Rows of boxes and arrows on a line: genes, messengers or domains, with names in or over them."""
    sheet = Scheme(random, random.uniform(280, 520), random.uniform(70, 240))
    sheet.size = sheet.between(8, 13)
    rows, named = sheet.count(1, 4), sheet.chance(0.6)
    left, form = (sheet.width * 0.2 if named else 4.0), sheet.one(("box", "box", "arrow", "round", "mixed"))
    inside, edge = sheet.chance(0.7), sheet.one((None, "black"))
    for row in range(rows):
        y, tall = (row + 0.5) * sheet.height / rows, sheet.between(12, 22)
        sheet.line([(left, y), (sheet.width, y)], width=sheet.between(1, 3))
        if named:
            sheet.text(
                (left - 6, y),
                sheet.one((sheet.gene(), sheet.phrase(1, 1))),
                anchor="rm",
                slanted=sheet.chance(0.3),
            )
        x = left + sheet.between(0, 40)
        for number in range(sheet.count(2, 8)):
            wide = sheet.between(20, 90)
            if x + wide > sheet.width:
                break
            _block(sheet, (x, y), (wide, tall), (form, sheet.colour(number), edge))
            if sheet.chance(0.8):
                text = sheet.one(_BLOCKS)
                sheet.text((x + wide / 2, y if inside else y - tall), text, size=sheet.size * 0.85)
            x += wide + sheet.one((0, 4, 18, 30))
        if sheet.chance(0.3):
            sheet.line([(left + 8, y), (left + 8, y - 20)], width=1.5)
            sheet.arrow((left + 8, y - 20), (left + 28, y - 20), width=1.5)
        if row and sheet.chance(0.3):
            a = sheet.between(left, sheet.width)
            sheet.line(
                [(a, y - tall), (sheet.between(left, sheet.width), y - sheet.height / rows + tall)],
                width=0.8,
                dash=3,
            )
    sheet.letter()
    return sheet.finish()


def _block(sheet: Scheme, at: Point, size: tuple[float, float], look: tuple[str, str, str | None]) -> None:
    (x, y), (wide, tall), (form, fill, edge) = at, size, look
    kind = sheet.one(("box", "arrow", "round", "lump")) if form == "mixed" else form
    if kind == "arrow":
        ends = (x, y), (x + wide, y)
        block_arrow(sheet, *(ends if sheet.chance(0.75) else ends[::-1]), tall * 0.7, fill, edge)
    elif kind == "lump":
        sheet.disc((x + wide / 2, y), wide / 2, tall * 0.8, fill=fill, edge=edge or "black", line=1)
    else:
        sheet.box(
            x, y - tall / 2, wide, tall, fill=fill, edge=edge, line=1, radius=99 if kind == "round" else 0
        )


def plasmid(random: Random) -> Image.Image:
    """A ring with genes as arrows along it, their names outside, its own name and length inside."""
    sheet = Scheme(random, random.uniform(240, 380), random.uniform(220, 340))
    sheet.size = sheet.between(9, 13)
    middle, reach = (
        (sheet.width / 2, sheet.height / 2),
        min(sheet.width, sheet.height) * sheet.between(0.27, 0.36),
    )
    sheet.disc(middle, reach, edge=sheet.one(("black", "#7f7f7f", "#2e75b6")), line=sheet.between(1, 4))
    if sheet.chance(0.4):
        sheet.disc(middle, reach - 5, edge="black", line=1)
    turn, half, edge = sheet.between(0, 1), sheet.between(5, 12), sheet.one((None, "black"))
    for number in range(sheet.count(2, 8)):
        long = sheet.between(0.3, 1.2)
        if turn + long > 6.6:
            break
        along = np.linspace(turn, turn + long, 14).tolist()
        outer, inner = (
            [polar(middle, reach + half, t) for t in along[:-3]],
            [polar(middle, reach - half, t) for t in along[:-3]],
        )
        head = [
            polar(middle, reach + half * 1.7, along[-4]),
            polar(middle, reach, along[-1]),
            polar(middle, reach - half * 1.7, along[-4]),
        ]
        sheet.polygon([*outer, *head, *inner[::-1]], fill=sheet.colour(number), edge=edge, line=1)
        place = polar(middle, reach + half * 1.7 + 10, turn + long / 2)
        anchor = "lm" if place[0] > middle[0] else "rm"
        sheet.text(place, sheet.one((*_BLOCKS, sheet.gene())), anchor=anchor, slanted=sheet.chance(0.3))
        turn += long + sheet.between(0.05, 0.5)
    sheet.text(
        middle, f"p{sheet.gene()}\n{sheet.count(3, 14)}.{sheet.count(0, 9)} kb", bold=sheet.chance(0.4)
    )
    sheet.letter()
    return sheet.finish()


def lumps(random: Random) -> Image.Image:
    """Proteins as lumps on a strand before and after something, shaded or flat, with arrows and a large caption."""
    sheet = Scheme(random, random.uniform(150, 400), random.uniform(160, 320))
    sheet.size = sheet.between(12, 22)
    fills = [sheet.one(("#9a9a9a", "#bfbfbf", "white", sheet.any_colour())) for _ in range(2)]
    edge, upright = sheet.one((None, "black", "#555555")), sheet.width < sheet.height * 1.3
    many = sheet.count(1, 3)
    for number in range(many):
        share = (number + 0.45) / many
        at = (
            (sheet.width / 2, sheet.height * 0.85 * share)
            if upright
            else (sheet.width * share, sheet.height * 0.4)
        )
        reach = (
            min(sheet.width if upright else sheet.width / many, sheet.height / (many if upright else 1.5))
            * 0.28
        )
        _complex(sheet, at, reach, fills, edge)
        if number:
            gap = (at[0], at[1] - reach * 1.6) if upright else (at[0] - reach * 1.7, at[1])
            end = (gap[0], gap[1] + 16) if upright else (gap[0] + 16, gap[1])
            sheet.arrow(
                (gap[0] - 0.01 * (not upright), gap[1] - 6 * upright), end, width=sheet.between(1.5, 4)
            )
    if sheet.chance(0.7):
        sheet.text((sheet.width / 2, sheet.height * 0.93), sheet.phrase(1, 3).replace(" ", "\n"))
    sheet.letter()
    return sheet.finish()


def _complex(sheet: Scheme, at: Point, reach: float, fills: list[str], edge: str | None) -> None:
    along = np.linspace(-1.3, 1.3, 30)
    wave = sheet.between(0, 0.15)
    strand = [(at[0] + reach * float(t), at[1] + reach * (0.3 + wave * float(np.sin(6 * t)))) for t in along]
    if sheet.chance(0.7):
        sheet.line(strand, width=sheet.between(1.5, 4), colour=sheet.one(_STRANDS))
    for number in range(sheet.count(1, 4)):
        place = (at[0] + reach * sheet.between(-0.7, 0.7), at[1] + reach * sheet.between(-0.4, 0.3))
        across, down = reach * sheet.between(0.3, 0.55), reach * sheet.between(0.25, 0.5)
        fill = fills[number % 2]
        sheet.disc(place, across, down, fill=fill, edge=edge, line=1.2)
        if sheet.chance(0.3):
            sheet.text(place, sheet.gene(), size=min(sheet.size * 0.7, across * 0.7))
    if sheet.chance(0.3):
        sheet.disc(
            polar(at, reach, sheet.between(3.5, 6)), reach * 0.15, fill=sheet.any_colour(), edge=edge, line=1
        )
