"""What drawn photographs share: colours, rounded things, light upon them, cloths, and a camera's faults."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from models.default.drawings.figure import Random, pick
from models.default.drawings.pictures.plane import (
    Plane,
    Size,
    clouds,
    grain,
    grid,
    lump,
    mark,
    press,
    shape_of,
    soften,
    to_picture,
    tree,
)

Pixels: TypeAlias = npt.NDArray[np.float32]
"""(height, width, 3): red, green and blue of 0 to 255."""
Colour: TypeAlias = npt.NDArray[np.float32]


def near(random: Random, colour: Sequence[float] | Colour, spread: float = 14) -> Colour:
    """A colour about as this one: lighter or darker, and of another cast."""
    shift = random.normal(0, spread) + random.normal(0, spread / 2, 3)
    return np.clip(np.asarray(colour) + shift, 0, 255).astype(np.float32)


def filled(size: Size, colour: Colour) -> Pixels:
    """All of one colour."""
    return np.asarray(np.broadcast_to(colour, (size[1], size[0], 3)), np.float32)


def paint(pixels: Pixels, mask: Plane, colour: Pixels | Colour) -> Pixels:
    """The colour where the mask is one, what was there where it is none."""
    share = mask[..., None]
    return np.asarray(pixels * (1 - share) + colour * share, np.float32)


def mottled(pixels: Pixels, plane: Plane, far: float, cast: Sequence[float] = (1, 1, 1)) -> Pixels:
    """Lighter and darker by the plane, each of the three colours by its own share."""
    return np.asarray(pixels + far * plane[..., None] * np.asarray(cast, np.float32), np.float32)


def dome(
    random: Random,
    size: Size,
    at: tuple[float, float],
    reach: tuple[float, float],
    *,
    rough: float = 0.1,
    turn: float = 0.0,
) -> tuple[Plane, Plane]:
    """(mask, height) of a rounded lump; it is as high as its shorter half axis."""
    low = min(reach)
    rise = np.clip(2 * lump(random, size, at, reach, rough=rough, turn=turn, edge=2 * low) - 1, 0, 1)
    return np.clip(rise * low, 0, 1), np.asarray(low * np.sqrt(rise * (2 - rise)), np.float32)


def lit(random: Random, pixels: Pixels, height: Plane, gloss: float, steep: float = 1.0) -> Pixels:
    """Under a lamp from aside: slopes towards it lighter, and as glossy as that, from dull to wet."""
    down, across = np.gradient(soften(height, 0.9) * steep)
    turn, tilt = random.uniform(-2.6, -0.5), random.uniform(0.25, 0.8)
    lamp = np.array([np.cos(turn) * np.sin(tilt), np.sin(turn) * np.sin(tilt), np.cos(tilt)])
    half = lamp + np.array([0, 0, 1])
    half = half / np.linalg.norm(half)
    long = np.sqrt(across**2 + down**2 + 1)
    seen, gleam = ((v[2] - v[0] * across - v[1] * down) / long for v in (lamp, half))
    dim = random.uniform(0.25, 0.55)
    shade = dim + (1 - dim) * np.clip(seen, 0, 1) / lamp[2]
    shine = 255 * gloss * np.clip(gleam, 0, 1) ** random.uniform(25, 120)
    return np.asarray(pixels * np.clip(shade, 0, 1.35)[..., None] + shine[..., None], np.float32)


def vessels(random: Random, size: Size, count: int, thick: float) -> Plane:
    """0..1: trees of vessels from the upper and lower edges inwards."""
    image = Image.new("L", size)
    draw = ImageDraw.Draw(image)
    for _ in range(count):
        root = float(random.uniform(0, size[0])), pick(random, (0.0, float(size[1])))
        turn = float(np.arctan2(size[1] / 2 - root[1], size[0] / 2 - root[0]) + random.normal(0, 0.5))
        tree(random, draw, root, turn, thick, size[0] * float(random.uniform(0.3, 0.8)), fork=0.12)
    return shape_of(image, float(random.uniform(0.6, 1.2)))


_GROUNDS = (
    (40, 90, 160),
    (30, 120, 110),
    (40, 130, 90),
    (70, 140, 190),
    (20, 22, 26),
    (15, 15, 15),
    (60, 62, 66),
    (225, 226, 228),
    (240, 240, 238),
    (180, 185, 190),
    (160, 125, 85),
)


def cloth(random: Random, size: Size, colours: Sequence[Sequence[float]] = _GROUNDS) -> Pixels:
    """A ground of cloth, paper, rubber or wood, with a fall of light, and folds or grain."""
    pixels = filled(size, near(random, pick(random, colours)))
    x, y = grid(size)
    fall = (x / size[0] - 0.5) * random.normal(0, 0.25) + (y / size[1] - 0.5) * random.normal(0, 0.25)
    pixels = np.asarray(pixels * (1 + fall)[..., None], np.float32)
    if random.random() < 0.5:
        pixels = lit(
            random, pixels, random.uniform(2, 9) * clouds(random, size, random.uniform(25, 70), 0.4), 0.0
        )
    if random.random() < 0.4:
        weave = np.sin(x * random.uniform(1.2, 2.5)) + np.sin(y * random.uniform(1.2, 2.5))
        pixels = mottled(pixels, np.asarray(weave, np.float32), random.uniform(1, 6))
    return mottled(pixels, clouds(random, size, 6, 0.8), random.uniform(1, 6))


def taken(random: Random, pixels: Pixels, names: Sequence[str] = (), bar: float = 0.03) -> Image.Image:
    """As a camera takes it: out of focus, darker at its corners, of a cast, with noise, marked and pressed."""
    size = (pixels.shape[1], pixels.shape[0])
    x, y = grid(size)
    far = ((x / size[0] - 0.5) ** 2 + (y / size[1] - 0.5) ** 2) * random.choice((0, 0, 0.3, 0.8))
    reach = random.uniform(0.3, 1.3)
    seen = np.stack([soften(pixels[..., place], reach) for place in range(3)], 2) * (1 - far)[..., None]
    seen = seen * np.clip(random.normal(1, 0.05, 3), 0.85, 1.15) * random.uniform(0.85, 1.15)
    seen = 255 * np.clip(seen / 255, 0, 1) ** random.uniform(0.75, 1.3)
    noise = np.stack([grain(random, size, 0.6) for _ in range(3)], 2) * random.uniform(0.5, 5)
    return press(random, mark(random, to_picture(np.asarray(seen + noise, np.float32)), names=names, bar=bar))


def ruler(random: Random, pixels: Pixels) -> Pixels:
    """With a ruler along the lower or upper edge: marks and numbers on white, steel or yellow."""
    height, width = pixels.shape[:2]
    high = int(random.uniform(0.08, 0.16) * height)
    top = height - high if random.random() < 0.8 else 0
    ground = near(random, pick(random, ((240, 240, 238), (180, 182, 185), (200, 160, 60), (30, 60, 130))), 8)
    strip = Image.new("RGB", (width, high), tuple(int(v) for v in ground))
    draw = ImageDraw.Draw(strip)
    ink = "black" if ground.mean() > 110 else "white"
    step, first = random.uniform(4, 11), int(random.integers(0, 12))
    for place in range(int(width / step) + 1):
        long = 0.55 if place % 10 == 0 else 0.42 if place % 5 == 0 else 0.25
        draw.line((place * step, 0, place * step, high * long), ink, 1)
        if place % 10 == 0:
            draw.text((place * step + 2, high * 0.5), str(first + place // 10), ink)
    pixels = pixels.copy()
    pixels[top : top + high] = np.asarray(strip, np.float32)
    return pixels
