"""Sections: tissue and soil in layers, vessels cut open."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.default.drawings.canvas import polar
from models.default.drawings.figure import Random
from models.default.drawings.schemes.icons import icon
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
    names, step = min(sheet.size, 12), min(sheet.size, 12) * 1.3
    named = 0.0
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
            last = sheet.height - (many - 0.5 - number) * step
            named = min(max((top + below) / 2, named + step), last)
            text = sheet.phrase(1, 2)
            size = sheet.fitting(text, sheet.width - right - 10, size=names)
            sheet.text((right + 8, named), text, anchor="lm", size=size)
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
        sheet.block_arrow(
            (sheet.width * 0.3, middle[1]), (sheet.width * 0.6, middle[1]), 9, sheet.any_colour()
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
