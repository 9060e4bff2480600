"""Pictures of what a tracer reveals: dark spots on white or hot colours on black, alone or over a slice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from models.default.drawings.figure import Random, pick
from models.default.drawings.pictures import slices
from models.default.drawings.pictures.plane import (
    Plane,
    Size,
    clouds,
    draw_size,
    grain,
    lump,
    mark,
    press,
    soften,
    to_picture,
)

_HOT = np.array([(0, 0, 0), (150, 10, 0), (240, 90, 0), (255, 200, 40), (255, 255, 240)], np.float32)
_RAINBOW = np.array([(0, 0, 20), (20, 30, 190), (20, 190, 160), (230, 220, 30), (220, 20, 10)], np.float32)
_NAMES = ("R", "L", "SUV 4.2", "PET", "ANT", "POST", "18F-FDG", "1 h", "2 h", "H", "T")


def tracer(random: Random) -> Image.Image:
    """A whole body with dark organs on white, a brain in hot colours, a slice with spots, a grainy scan of bones."""
    whole = random.random() < 0.6
    size = draw_size(random, 1.4, 2.6) if whole else draw_size(random, 0.7, 1.1)
    size = (size[0] * 200 // size[1] + 60, 380) if whole else size
    uptake = _body(random, size) if whole else _slice(random, size)
    uptake = soften(np.clip(uptake, 0, None), random.uniform(1.2, 4))
    uptake = uptake + random.uniform(0, 0.06) * np.sqrt(uptake + 0.02) * grain(
        random, size, random.uniform(0.6, 2)
    )
    pixels = _coloured(random, np.clip(uptake, 0, 1), grey=0.7)
    return press(
        random, mark(random, to_picture(pixels), names=_NAMES, inks=("black", "red", "white", "#00a0ff"))
    )


def fused(random: Random) -> Image.Image:
    """A slice in grey with the tracer's uptake laid over it in hot colours."""
    size = draw_size(random, 0.72, 1.1)
    plane = slices.draw_slice(random, size)
    uptake = soften(np.clip(_slice(random, size), 0, 1), random.uniform(2, 6))
    colours = _coloured(random, np.clip(uptake * random.uniform(0.8, 1.6), 0, 1), grey=0.0)
    share = np.clip(uptake * 2, 0, 1)[..., None] if random.random() < 0.5 else random.uniform(0.35, 0.65)
    pixels = plane[..., None] * (1 - share) + colours * share
    inks = ("white", "white", "yellow", "#00ff60")
    return press(random, mark(random, to_picture(np.asarray(pixels, np.float32)), names=_NAMES, inks=inks))


def _coloured(random: Random, uptake: Plane, grey: float) -> npt.NDArray[np.float32]:
    if random.random() < grey:
        light = uptake if random.random() < 0.25 else 1 - uptake
        return np.repeat(255 * light[..., None], 3, 2)
    table = pick(random, (_HOT, _HOT, _RAINBOW))
    steps = np.linspace(0, 1, len(table))
    return np.stack([np.interp(uptake, steps, table[:, band]) for band in range(3)], 2).astype(np.float32)


def _spot(
    random: Random, plane: Plane, at: tuple[float, float], reach: tuple[float, float], value: float
) -> Plane:
    size = (plane.shape[1], plane.shape[0])
    turn = float(random.uniform(-0.4, 0.4))
    return np.maximum(plane, value * lump(random, size, at, reach, rough=0.12, turn=turn, edge=min(reach)))


def _body(random: Random, size: Size) -> Plane:
    """Head, trunk, arms and legs faint; brain, heart, kidneys, bladder and spots strong."""
    width, height = size
    x, faint = width / 2, float(random.uniform(0.08, 0.35))
    plane = np.zeros((height, width), np.float32)
    unit = height / 8
    parts = [(x, unit, 0.4, 0.6), (x, 3 * unit, 0.75, 1.7)]
    for side in (-1, 1):
        parts += [
            (x + side * 0.95 * unit, 3.2 * unit, 0.17, 1.6),
            (x + side * 0.38 * unit, 6 * unit, 0.28, 1.9),
        ]
    for across, down, wide, tall in parts:
        plane = _spot(random, plane, (across, down), (wide * unit, tall * unit), faint)
    plane = plane * (1 + 0.2 * clouds(random, size, 12))
    organs = [(0, 0.75, 0.33, 0.4), (0.15, 2.4, 0.25, 0.25), (-0.3, 3.2, 0.4, 0.35), (0, 4.7, 0.2, 0.17)]
    organs += [(-0.35, 3.6, 0.13, 0.22), (0.35, 3.6, 0.13, 0.22)]
    for across, down, wide, tall in organs:
        if random.random() < 0.65:
            at = x + across * unit, down * unit
            plane = _spot(random, plane, at, (wide * unit, tall * unit), float(random.uniform(0.3, 1.1)))
    for _ in range(int(random.integers(0, 14))):
        at = x + float(random.normal(0, 0.4)) * unit, float(random.uniform(1.2, 5.5)) * unit
        r = float(random.uniform(0.05, 0.16)) * unit
        plane = _spot(random, plane, at, (r, r), float(random.uniform(0.5, 1.2)))
    return plane


def _slice(random: Random, size: Size) -> Plane:
    """An ellipse with a rim or a faint inside, and a few spots."""
    at = size[0] / 2, size[1] / 2
    reach = size[0] * float(random.uniform(0.3, 0.44)), size[1] * float(random.uniform(0.3, 0.44))
    plane = _spot(
        random, np.zeros((size[1], size[0]), np.float32), at, reach, float(random.uniform(0.05, 0.7))
    )
    plane = plane * np.clip(1 + random.uniform(0.1, 0.6) * clouds(random, size, 30, 0.4), 0, 2)
    for _ in range(int(random.integers(1, 9))):
        spot = (
            at[0] + float(random.normal(0, 0.4)) * reach[0],
            at[1] + float(random.normal(0, 0.4)) * reach[1],
        )
        wide = float(random.uniform(0.03, 0.15)) * size[0]
        plane = _spot(
            random,
            plane,
            spot,
            (wide, wide * float(random.uniform(0.5, 1.2))),
            float(random.uniform(0.4, 1.2)),
        )
    return plane
