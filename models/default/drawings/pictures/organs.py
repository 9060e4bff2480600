"""What slices through a body share: bones, vertebrae, ventricles, lesions, and how a slice is printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from models.default.drawings.figure import Random
from models.default.drawings.pictures.plane import (
    Plane,
    Size,
    clouds,
    grid,
    layer,
    lump,
    mark,
    press,
    shape_of,
    tint,
    to_picture,
)

_NAMES = ("R", "L", "H", "F", "A", "P", "Axial", "Im: 24", "5 cm")
At: TypeAlias = tuple[float, float]


def printed(random: Random, plane: Plane, names: Sequence[str]) -> Image.Image:
    """The slice as a picture, a third of them cut close, with what is printed on it, the instrument's own names too."""
    image = to_picture(tint(random, plane, 0.08))
    if random.random() < 0.3:
        share = float(random.uniform(0.45, 0.8))
        wide, high = int(image.width * share), int(image.height * share * random.uniform(0.7, 1.2))
        high = min(high, image.height)
        left, top = (
            int(random.integers(0, image.width - wide + 1)),
            int(random.integers(0, image.height - high + 1)),
        )
        image = image.crop((left, top, left + wide, top + high))
        image = image.resize((int(wide / share), int(high / share)), Image.Resampling.BICUBIC)
    inks = ("white", "white", "white", "yellow", "red")
    return press(random, mark(random, image, names=(*_NAMES, *names), inks=inks))


def middle_of(random: Random, size: Size) -> At:
    """About the middle of a picture."""
    return size[0] * float(random.uniform(0.47, 0.53)), size[1] * float(random.uniform(0.46, 0.54))


def shells(random: Random, size: Size, at: At, reach: At) -> Callable[[float, float], Plane]:
    """A head's outline, drawn so many pixels further in and with so soft an edge."""
    seed = int(random.integers(1 << 30))

    def shell(less: float, edge: float) -> Plane:
        inner = reach[0] - less, reach[1] - less
        return lump(np.random.default_rng(seed), size, at, inner, rough=0.03, edge=edge)

    return shell


def somewhere(random: Random, at: At, reach: At, share: float) -> At:
    """Somewhere in that share of the ellipse."""
    turn, far = random.uniform(0, 6.3), share * random.uniform(0, 1) ** 0.5
    return at[0] + reach[0] * float(far * np.cos(turn)), at[1] + reach[1] * float(far * np.sin(turn))


def ventricles(random: Random, plane: Plane, at: At, reach: At, value: float) -> Plane:
    """With four horns of fluid about the middle, and at times the fissure between the halves of a brain."""
    size = (plane.shape[1], plane.shape[0])
    wide = reach[0] * float(random.uniform(0.04, 0.13))
    rise = reach[1] * float(random.uniform(0.15, 0.28))
    turn = float(random.uniform(0.1, 0.5))
    for side in (-1, 1):
        for up in (-1, 1):
            spot = at[0] + side * wide * 1.4, at[1] + up * rise * 0.8
            horn = lump(random, size, spot, (wide, rise * 0.8), rough=0.08, turn=side * up * turn, edge=3)
            plane = layer(plane, 0.9 * horn, value)
    if random.random() < 0.6:
        x, y = grid(size)
        fissure = np.exp(-(((x - at[0]) / 1.5) ** 2)) * (np.abs(y - at[1]) < reach[1] * 0.85)
        plane = plane + fissure.astype(np.float32) * random.uniform(-30, 50)
    return plane


def lesion(random: Random, plane: Plane, at: At, reach: At, value: float) -> Plane:
    """With one lump of that grey somewhere in the ellipse."""
    size = (plane.shape[1], plane.shape[0])
    spot, across = somewhere(random, at, reach, 0.8), pair(random, 0.08 * size[0], 0.2 * size[0])
    body = lump(random, size, spot, across, rough=0.2, edge=random.uniform(1.5, 12))
    inner = value + random.uniform(4, 22) * clouds(random, size, 10, 0.6)
    return layer(plane, random.uniform(0.5, 1) * body, np.asarray(inner, np.float32))


def pair(random: Random, low: float, high: float) -> At:
    """Two half axes: one between the two lengths, the other not too unlike it."""
    first = float(random.uniform(low, high))
    return first, first * float(random.uniform(0.6, 1.5))


def bone(random: Random, plane: Plane, at: At, reach: At, *, rim: float = 245, inside: float = 160) -> Plane:
    """A bright shell with a netted inside."""
    size = (plane.shape[1], plane.shape[0])
    seed, turn = int(random.integers(1 << 30)), float(random.uniform(0, 3))
    outer = lump(np.random.default_rng(seed), size, at, reach, rough=0.12, turn=turn)
    thin = float(random.uniform(0.1, 0.4)) * min(reach)
    inner = (max(1.0, reach[0] - thin), max(1.0, reach[1] - thin))
    core = lump(np.random.default_rng(seed), size, at, inner, rough=0.12, turn=turn, edge=3)
    plane = layer(plane, outer, rim)
    return layer(plane, core, np.asarray(inside + 22 * clouds(random, size, 5, 0.7), np.float32))


def vertebra(random: Random, plane: Plane, at: At, unit: float, rim: float, inside: float) -> Plane:
    """A body, a canal behind it, and processes to the sides."""
    size = (plane.shape[1], plane.shape[0])
    image = Image.new("L", size)
    draw = ImageDraw.Draw(image)
    thick = max(2, round(unit * random.uniform(0.2, 0.4)))
    for dx, dy in ((-1.6, 1.3), (1.6, 1.3), (0, 2.4)):
        draw.line(
            (at[0], at[1] + unit * 0.9, at[0] + dx * unit, at[1] + dy * unit), 255, thick, joint="curve"
        )
    plane = layer(plane, shape_of(image, 1.2), rim)
    canal = lump(random, size, (at[0], at[1] + unit * 1.05), (unit * 0.4, unit * 0.35), rough=0.05)
    plane = layer(plane, canal, inside * 0.6)
    return bone(random, plane, at, (unit, unit * 0.75), rim=rim, inside=inside)
