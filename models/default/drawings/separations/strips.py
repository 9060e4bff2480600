"""Single strips with much white around, and columns of short strips with names left and masses right."""

from __future__ import annotations

from PIL import Image

from models.default.drawings.canvas import Canvas
from models.default.drawings.figure import Random
from models.default.drawings.separations.lanes import (
    GROUPS,
    LANES,
    MASSES,
    PROTEINS,
    head,
    lettered,
    load,
    stain,
)

_GROUNDS = ("grey", "grey", "white", "white", "pale")


def lone_strip(random: Random) -> Image.Image:
    """One strip, or two, small on a white page: large letters above, a name beside, numbers or names below."""
    lanes = int(random.integers(1, 13))
    wide, tall = lanes * float(random.uniform(14, 40)), float(random.uniform(16, 44))
    page = Canvas(random, wide + 240, 300)
    page.face, page.size = page.one(("sans", "sans", "sans", "serif", "humanist")), page.between(10, 24)
    left, top, name = 115.0, 110.0, page.one(_GROUNDS)
    head(page, lanes, (left, top, wide, tall))
    for _ in range(page.one((1, 1, 2))):
        _strip(page, lanes, (left, top, wide, tall), name)
        page.text((left - 8, top + tall / 2), page.one(PROTEINS), anchor="rm", bold=page.chance(0.2))
        if page.chance(0.35):
            page.text(
                (left + wide + 8, top + tall / 2),
                page.one(MASSES) + " kDa",
                anchor="lm",
                size=page.size * 0.8,
            )
        top += tall + page.between(2, 14)
    if page.chance(0.5):
        small = min(page.size, wide / lanes * 0.5)
        for lane in range(lanes):
            x = left + wide * (lane + 0.5) / lanes
            if page.chance(0.9):
                page.text((x, top + small), f"{page.between(0, 2):.1f}", size=small)
    if page.chance(0.25):
        page.text((left + wide / 2, top + page.size * 2.6), page.one(GROUPS), bold=page.chance(0.4))
    lettered(page)
    return page.finish(cut=page.chance(0.7))


def strip_columns(random: Random) -> Image.Image:
    """Up to twelve short strips under one another, in one column or several; names left, masses right, dashed cuts."""
    lanes, rows, columns = (
        int(random.integers(2, 10)),
        int(random.integers(3, 13)),
        int(random.integers(1, 4)),
    )
    step, tall = float(random.uniform(12, 30)), float(random.uniform(12, 30))
    wide, gap, between = lanes * step, float(random.uniform(1.5, 9)), float(random.uniform(4, 40))
    page = Canvas(random, columns * (wide + between) + 230, rows * (tall + gap) + 190)
    page.face, page.size = (
        page.one(("sans", "sans", "sans", "serif", "humanist")),
        page.between(9, max(10, tall * 0.7)),
    )
    name, edge = page.one(_GROUNDS), page.one((0.0, 0.0, 0.6, 1.2))
    left, top = 120.0, 110.0
    for column in range(columns):
        x, y = left + column * (wide + between), top
        head(page, lanes, (x, y, wide, tall))
        for _ in range(rows):
            _strip(page, lanes, (x, y, wide, tall), name, edge)
            if column == 0:
                page.text((x - 7, y + tall / 2), page.one(PROTEINS), anchor="rm", slanted=page.chance(0.05))
            if column == columns - 1:
                page.text((x + wide + 7, y + tall / 2), page.one(MASSES), anchor="lm", size=page.size * 0.85)
            y += tall + gap
        if page.chance(0.2):
            cut = x + step * page.count(1, lanes - 1)
            page.line(
                [(cut, top), (cut, y - gap)],
                colour=page.one(("black", "white")),
                width=1.2,
                dash=page.one((0, 3, 5)),
            )
    if page.chance(0.3):
        for lane in range(lanes):
            at = (left + (lane + 0.5) * step, top + rows * (tall + gap) + 22)
            page.text(at, page.one(LANES), turn=page.one((45.0, 60.0, 90.0)), size=page.size * 0.8)
    lettered(page)
    return page.finish()


def _strip(
    page: Canvas, lanes: int, box: tuple[float, float, float, float], name: str, edge: float = 0.0
) -> None:
    plane = load(page.random, lanes, (round(box[2]), round(box[3])), most=page.one((1, 1, 1, 2, 3)))
    page.paste(stain(page.random, plane, name), *box)
    if edge:
        page.box(*box, edge="black", line=edge)
