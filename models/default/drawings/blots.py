"""Gels and blots of few lanes, with much white around them: names, wedges, arrows to bands, numbers under lanes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from models.default.drawings.canvas import Canvas
from models.default.drawings.figure import Random

_Plane = npt.NDArray[np.float32]

_LANES = (
    "Control",
    "DNA",
    "WT",
    "KO",
    "siRNA",
    "mock",
    "Topo I",
    "−",
    "+",
    "0",
    "10",
    "20",
    "50",
    "NT",
    "V",
    "M",
    "Input",
    "IP",
    "IgG",
    "S",
    "P",
    "1",
    "2",
    "3",
    "4",
)
_BANDS = (
    "Linear DNA",
    "Relaxed",
    "Supercoiled\nDNA",
    "bound",
    "free",
    "full length",
    "cleaved",
    "precursor",
    "tRNA",
    "18S",
    "28S",
    "dimer",
    "monomer",
    "55 kDa",
    "36 kDa",
    "500 bp",
    "product",
    "substrate",
    "α-FLAG",
    "α-H3",
    "GAPDH",
    "actin",
)
_HEADS = (
    "total RNA",
    "nucleus",
    "cytosol",
    "liver",
    "brain",
    "Vector",
    "Coomassie",
    "Northern blot",
    "time (min)",
    "+ inhibitor",
    "dose (μM)",
    "S. cerevisiae",
)


def few_lanes(random: Random) -> Image.Image:
    """One tall picture of two to eight lanes, names above and on both sides, arrows or lines to the bands."""
    lanes = int(random.integers(2, 9))
    page = Canvas(random, 150 + lanes * 44 + 130, 420)
    page.face, page.size = page.one(("sans", "sans", "sans", "serif", "humanist")), page.between(11, 17)
    wide, tall = lanes * page.between(22, 44), page.between(70, 260)
    x, y = page.one((8.0, 140.0)), page.between(80, 130)
    heights = _apart(np.sort(random.uniform(0.08, 0.92, page.count(1, 5))), 1.3 * page.size / tall)
    page.paste(_picture(_bands(random, lanes, heights, (round(wide), round(tall)))), x, y, wide, tall)
    if page.chance(0.5):
        page.box(x, y, wide, tall, edge="black", line=page.between(0.6, 2))
    _head(page, lanes, (x, y, wide))
    for side in (0, 1):
        if (side == 0 and x < 100) or page.chance(0.35):
            continue
        for height in heights.tolist():
            _name_band(page, side, (x, x + wide)[side], y + height * tall)
    if page.chance(0.25):
        for lane in range(lanes):
            page.text(
                (x + wide * (lane + 0.5) / lanes, y + tall + page.size),
                page.one(("1.0", "0.6", "5", "7", "10", str(lane + 1))),
            )
    return page.finish()


def _apart(heights: npt.NDArray[np.float64], least: float) -> npt.NDArray[np.float64]:
    """The heights, in ascending order, without those too near to the one before: bands' names stand beside them."""
    kept = [float(heights[0])]
    for height in heights[1:].tolist():
        if height - kept[-1] >= least:
            kept.append(height)
    return np.array(kept)


def _name_band(page: Canvas, side: int, edge: float, y: float) -> None:
    away = 1 if side else -1
    sign = page.one(("arrow", "arrow", "wedge", "line", ""))
    if sign == "arrow":
        page.arrow((edge + away * 26, y), (edge + away * 5, y), width=1.3)
    elif sign == "wedge":
        page.polygon(
            [(edge + away * 4, y), (edge + away * 13, y - 5), (edge + away * 13, y + 5)], fill="black"
        )
    elif sign == "line":
        page.line([(edge + away * 3, y), (edge + away * 11, y)])
    page.text(
        (edge + away * (30 if sign == "arrow" else 16), y),
        page.one(_BANDS),
        anchor="lm" if side else "rm",
        size=page.size * 0.9,
    )


def _head(page: Canvas, lanes: int, place: tuple[float, float, float]) -> None:
    """Above the lanes: names upright or slanted, a wedge for a rising dose, a line over a group."""
    x, y, wide = place
    way, step = page.one(("names", "aslant", "wedge", "group", "none")), wide / lanes
    if way == "none":
        return
    short = [name for name in _LANES if len(name) <= max(2, int(step / page.size * 2))]
    for lane in range(lanes):
        at = x + (lane + 0.5) * step
        if way == "aslant":
            page.text(
                (at + 8, y - 20), page.one(_LANES), turn=page.one((45.0, 45.0, 90.0)), size=page.size * 0.9
            )
        else:
            page.text(
                (at, y - page.size * 0.7),
                page.one(short),
                size=page.size * 0.9,
            )
    top = y - page.size * 1.7 - 24 * (way == "aslant")
    if way == "wedge":
        page.polygon([(x + wide * 0.3, top), (x + wide, top), (x + wide, top - 11)], fill="black")
    elif way == "group":
        page.line([(x + 3, top), (x + wide - 3, top)])
    if way != "names":
        page.text(
            (x + wide / 2, top - page.size), page.one(_HEADS), bold=page.chance(0.3), slanted=page.chance(0.2)
        )


def _bands(random: Random, lanes: int, heights: npt.NDArray[np.float64], size: tuple[int, int]) -> _Plane:
    """(tall, wide): the same bands in all lanes, some missing; dark on pale ground, or bright on black."""
    wide, tall = size
    ground, step = float(random.uniform(205, 254)), wide / lanes
    y, x = np.mgrid[:tall, :wide].astype(np.float32)
    plane = np.full((tall, wide), ground, np.float32)
    half, thick = random.uniform(0.28, 0.46) * step, random.uniform(2.0, 7.0)
    for lane in range(lanes):
        middle = (lane + 0.5) * step
        shape = np.exp(-((np.abs(x - middle) / half) ** 6))
        if random.random() < 0.3:
            plane -= (
                shape * random.uniform(5, 60) * np.exp(-(((y / tall - random.uniform(0.2, 0.8)) / 0.25) ** 2))
            )
        for height in heights:
            if random.random() < 0.75:
                bent = (
                    height * tall + random.uniform(-2, 2) + random.uniform(-3, 3) * ((x - middle) / half) ** 2
                )
                plane -= ground * random.uniform(0.1, 1.1) * shape * np.exp(-(((y - bent) / thick) ** 2))
    if random.random() < 0.25:
        plane = 255 - plane
    grain = random.normal(0, random.uniform(1, 9), plane.shape) + random.uniform(-20, 5) * x / wide
    drawn: _Plane = (plane + grain).clip(0, 255).astype(np.float32)
    return drawn


def _picture(plane: _Plane) -> Image.Image:
    return Image.fromarray(plane.astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.7)).convert("RGB")


def framed_strips(random: Random) -> Image.Image:
    """One to four short strips in frames, far apart, with large names at a side, treatments above, numbers between."""
    lanes, rows = int(random.integers(2, 8)), int(random.integers(1, 5))
    page = Canvas(random, 120 + lanes * 46 + 110, 110 + rows * 78 + 70)
    page.face, page.size = page.one(("sans", "sans", "serif", "humanist")), page.between(12, 19)
    wide, left, y = lanes * page.between(24, 46), page.one((6.0, 118.0)), 92.0
    edge, gap = page.between(0, 2.5), page.between(5, 36)
    _head(page, lanes, (left, y, wide))
    for _ in range(rows):
        tall = page.between(22, 44)
        heights = random.uniform(0.3, 0.7, page.one((1, 1, 1, 2)))
        page.paste(_picture(_bands(random, lanes, heights, (round(wide), round(tall)))), left, y, wide, tall)
        if edge > 0.4:
            page.box(left, y, wide, tall, edge="black", line=edge)
        if left > 100:
            page.text((left - 7, y + tall / 2), page.one(_BANDS).replace("\n", " "), anchor="rm")
        else:
            page.text((left + wide + 7, y + tall / 2), page.one(_BANDS).replace("\n", " "), anchor="lm")
        if gap > 22:
            for lane in range(lanes):
                page.text((left + wide * (lane + 0.5) / lanes, y + tall + gap / 2), str(page.count(1, 12)))
        y += tall + gap
    if page.chance(0.35):
        for lane in range(lanes):
            page.text(
                (left + wide * (lane + 0.5) / lanes, y + 22),
                page.one(_LANES),
                turn=page.one((45.0, 60.0, 90.0)),
                size=page.size * 0.8,
            )
    return page.finish()
