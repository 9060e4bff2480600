"""Lanes of bands, the colours of stains, and what is written above and beside them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Canvas
from models.default.drawings.figure import Random, pick
from models.default.drawings.pictures.plane import Plane, Size, clouds, grain, grid, soften, to_picture

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, width and height on a page."""
_Colour: TypeAlias = tuple[int, int, int]

PROTEINS = (
    "β-actin",
    "GAPDH",
    "α-tubulin",
    "p-STAT3",
    "STAT3",
    "p-AKT (S473)",
    "mTOR",
    "p-p65",
    "IκBα",
    "Cyclin D1",
    "p21",
    "Bcl-xL",
    "caspase-3",
    "ZO-1",
    "N-cadherin",
    "HIF-1α",
    "Beclin 1",
    "p62",
    "LC3B",
    "MMP-9",
    "VEGF",
    "H3K9ac",
    "Histone H3",
    "Lamin A/C",
    "COX-2",
    "Nrf2",
    "His-tag",
    "GST",
    "IgG HC",
    "18S rRNA",
)
LANES = (
    "Ctrl",
    "Control",
    "Mock",
    "Vehicle",
    "WT",
    "KO",
    "+/+",
    "−/−",
    "sh1",
    "sh2",
    "siNC",
    "siRNA",
    "DMSO",
    "EV",
    "Input",
    "FT",
    "W1",
    "E1",
    "E2",
    "IP",
    "IgG",
    "HeLa",
    "A549",
    "MCF-7",
    "0 h",
    "6 h",
    "24 h",
    "10 μM",
    "Marker",
    "NTC",
    "P1",
    "P2",
    "T",
    "N",
)
GROUPS = (
    "Cytosol",
    "Nucleus",
    "Tumour",
    "Normal",
    "Hypoxia",
    "siRNA",
    "24 h",
    "48 h",
    "IP: FLAG",
    "Input",
    "LPS (ng/ml)",
    "Time (h)",
    "Female",
    "Male",
    "Liver",
    "HEK293T",
    "Supernatant",
    "Pellet",
)
_TREATMENTS = ("LPS", "TNF-α", "Inhibitor", "Myc-tag", "HA-Ub", "CHX", "Enzyme", "Mg²⁺", "ATP", "DTT")
MASSES = ("250", "180", "130", "100", "95", "70", "55", "43", "40", "35", "26", "25", "17", "15", "10")
_LENGTHS = ("10000", "5000", "3000", "2000", "1500", "1000", "750", "500", "300", "250", "200", "100")
STAINS: dict[str, tuple[_Colour, _Colour]] = {
    "grey": ((226, 226, 226), (25, 25, 25)),
    "white": ((252, 252, 252), (10, 10, 10)),
    "coomassie": ((214, 226, 244), (28, 44, 130)),
    "pale": ((247, 248, 252), (52, 70, 165)),
    "silver": ((233, 205, 160), (70, 36, 14)),
    "zymogram": ((38, 56, 140), (226, 234, 248)),
    "ponceau": ((250, 224, 222), (196, 44, 62)),
    "ethidium": ((40, 12, 20), (255, 150, 60)),
    "green": ((4, 22, 10), (110, 255, 140)),
}
"""The colours of the ground and of a full band."""


def load(random: Random, lanes: int, size: Size, *, fewest: int = 1, most: int = 9) -> Plane:
    """0..1: bands in lanes, shared by most of them; some lanes empty, some smeared, bands bent or merged."""
    x, y = grid(size)
    bow = random.uniform(-0.05, 0.05) * size[1] * ((x / size[0] - 0.5) * 2) ** 2
    y = np.asarray(y + bow, np.float32)
    plane = np.zeros((size[1], size[0]), np.float32)
    step, half = size[0] / lanes, random.uniform(0.25, 0.5)
    common = random.uniform(0.08, 0.94, int(random.integers(fewest, most + 1)))
    usual, thick = (
        random.uniform(0.15 if most > 3 else 0.6, 1, len(common)) ** 1.3,
        random.uniform(0.006, 0.035) * size[1],
    )
    thick = float(np.clip(thick, 1.1 if most > 3 else 2.2, 9))
    ladder = pick(random, (0, 0, lanes - 1, -1, -1)) if most > 3 and lanes > 2 else -1
    crisp, smeared = float(pick(random, (2, 4, 8))), random.random() < 0.3
    for lane in range(lanes):
        middle = (lane + 0.5) * step
        part = np.s_[:, max(0, int(middle - 0.7 * step)) : int(middle + 0.7 * step) + 1]
        across, down = (x[part] - middle) / (half * step), y[part]
        shape = np.exp(-(np.abs(across) ** crisp))
        if lane == ladder:
            for place in np.geomspace(0.07, 0.93, int(random.integers(6, 13))).tolist():
                plane[part] += random.uniform(0.3, 0.9) * shape * _bell(down, place * size[1], thick * 0.8)
            continue
        loaded = random.uniform(0.2, 1.2 if most > 3 else 2.2) if random.random() < 0.9 else 0.0
        if smeared or random.random() < 0.12:
            reach = random.uniform(0.1, 0.5) * size[1]
            plane[part] += (
                random.uniform(0.05, 0.6)
                * loaded
                * shape
                * _bell(down, random.uniform(0.1, 0.9) * size[1], reach)
            )
        for place, share in zip(common.tolist(), usual.tolist(), strict=True):
            if random.random() < 0.25:
                continue
            bent = place * size[1] + random.normal(0, 0.4) + random.uniform(-1, 1) * thick * 0.5 * across**2
            strength = loaded * share * random.uniform(0.4, 1.3)
            plane[part] += strength * shape * _bell(down, bent, thick * (0.7 + 0.5 * strength))
            if random.random() < 0.12:
                plane[part] += (
                    0.4 * strength * shape * np.exp(-np.abs(down - bent) / (5 * thick)) * (down < bent)
                )
    return np.asarray(np.clip(1 - np.exp(-1.6 * plane), 0, 1), np.float32)


def _bell(down: Plane, at: float, thick: float) -> Plane:
    return np.asarray(np.exp(-(((down - at) / thick) ** 2)), np.float32)


def stain(random: Random, plane: Plane, name: str) -> Image.Image:
    """In a stain's colours, on a ground that is uneven, speckled and lit from a side."""
    size = (plane.shape[1], plane.shape[0])
    x, y = grid(size)
    turn = random.uniform(0, 6.3)
    lit = random.uniform(0, 0.25) * ((x / size[0] - 0.5) * np.cos(turn) + (y / size[1] - 0.5) * np.sin(turn))
    dirt = random.uniform(0, 0.05) * clouds(random, size, 40) + random.uniform(0, 0.03) * grain(
        random, size, 0.7
    )
    share = soften(plane, random.uniform(0.3, 1.2)) * random.uniform(0.45, 1.0) + lit + dirt
    ground, full = (np.array(colour) + random.normal(0, 7, 3) for colour in STAINS[name])
    pixels = ground + (share + random.uniform(-0.02, 0.08))[..., None] * (full - ground)
    if name in ("grey", "white"):
        pixels = pixels.mean(2)
    return to_picture(np.asarray(pixels, np.float32))


def head(page: Canvas, lanes: int, box: Box) -> None:
    """Above the lanes: numbers, names upright or slanted, groups with lines under them, rows of plus and minus."""
    left, top, wide, _ = box
    step, size = wide / lanes, page.size
    at = [left + (lane + 0.5) * step for lane in range(lanes)]
    way = page.one(("numbers", "numbers", "slanted", "slanted", "upright", "groups", "signs", "none"))
    if way == "numbers":
        small = min(size, step * 0.75)
        for lane, x in enumerate(at):
            page.text(
                (x, top - small * 0.8), "M" if lane == 0 and page.chance(0.5) else str(lane + 1), size=small
            )
    elif way in ("slanted", "upright"):
        turn = 90.0 if way == "upright" else page.one((35.0, 45.0, 60.0))
        for x in at:
            name = page.one(LANES)
            far = len(name) * size * 0.25 + 6
            aside = 0.0 if turn == 90 else far * 0.6
            page.text((x + aside, top - far * (1.1 if turn == 90 else 0.8)), name, turn=turn, size=size * 0.9)
    elif way == "groups":
        cuts = [0, *sorted({page.count(1, lanes) for _ in range(page.count(1, 3))} - {lanes}), lanes]
        for first, last in itertools.pairwise(cuts):
            a, b = left + first * step + 3, left + last * step - 3
            page.line([(a, top - size * 1.7), (b, top - size * 1.7)], width=1.2)
            name = page.one([name for name in GROUPS if len(name) * size * 0.55 < b - a] or ["+"])
            page.text(((a + b) / 2, top - size * 2.5), name, bold=page.chance(0.3))
        for lane, x in enumerate(at):
            page.text((x, top - size * 0.8), page.one(("+", "−", str(lane + 1))), size=min(size, step))
    elif way == "signs":
        for row in range(page.count(1, 3)):
            y = top - size * (0.8 + 1.25 * row)
            page.text((left - 6, y), page.one(_TREATMENTS), anchor="rm")
            for x in at:
                page.text((x, y), page.one("+−"))


def sizes(page: Canvas, box: Box, *, right: bool = False) -> None:
    """Masses or lengths beside the lanes, each with a dash, the unit above."""
    left, top, wide, tall = box
    edge, away = (left + wide, 1) if right else (left, -1)
    protein = page.chance(0.6)
    names: Sequence[str] = MASSES if protein else _LENGTHS
    small = page.size * page.between(0.7, 1.0)
    count = max(2, min(page.count(2, 9), int(tall / small / 1.3)))
    first = page.count(0, max(0, len(names) - count))
    shown = names[first : first + count]
    for name, share in zip(
        shown, np.linspace(page.between(0.05, 0.15), page.between(0.8, 0.95), len(shown)) ** 1.1, strict=True
    ):
        y = top + float(share) * tall
        dash = page.one((0.0, 7.0)) if wide < 60 else 7.0
        if dash:
            page.line([(edge + away * 2, y), (edge + away * (2 + dash), y)], width=1.3)
        page.text((edge + away * (5 + dash), y), name, anchor="lm" if right else "rm", size=small)
    if page.chance(0.6):
        page.text(
            (edge + away * 6, top - small),
            "kDa" if protein else "bp",
            anchor="lm" if right else "rm",
            size=small,
        )


def lettered(page: Canvas) -> None:
    """A panel's letter in the upper left corner, at times."""
    if page.chance(0.3):
        page.text((2, 2), page.one("ABCDEFabcdef"), anchor="lt", bold=page.chance(0.8), size=page.size * 1.5)
