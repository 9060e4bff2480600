"""Angiograms: vessels dark on grey as contrast medium shows them under X-rays, or bright on black."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from models.default.drawings.figure import Random, pick
from models.default.drawings.pictures.plane import (
    Plane,
    Size,
    clouds,
    draw_size,
    grain,
    grid,
    layer,
    lump,
    mark,
    shape_of,
    soften,
    tint,
    to_picture,
    tree,
    wander,
)

_NAMES = ("LAD", "LCX", "RCA", "MCA", "ICA", "ACA", "BA", "PICA", "L", "R", "AVM", "LAO 30 CRA 15")

_SEEN = 0.025
"""Of the middle of a picture, what vessels cover at least."""


def angiogram(random: Random) -> Image.Image:
    """Dark vessels on grey: a brain with all else subtracted, or a heart before spine, ribs, diaphragm and lungs."""
    size = draw_size(random, 0.8, 1.15)
    subtracted = random.random() < 0.45
    ground = _subtracted_ground(random, size) if subtracted else _chest_ground(random, size)
    vessels = _vessels(random, size, random.uniform(0.5, 1.0))
    depth = random.uniform(0.45, 0.95) if subtracted else random.uniform(0.3, 0.7)
    plane = ground * (1 - depth * vessels)
    if random.random() < 0.25:
        at = random.uniform(0.3, 0.7) * size[0], random.uniform(0.3, 0.7) * size[1]
        blush = lump(random, size, at, (0.12 * size[0], 0.1 * size[0]), rough=0.25, edge=25)
        plane = plane * (1 - random.uniform(0.1, 0.5) * blush * (1 + 0.3 * clouds(random, size, 8)))
    plane += grain(random, size, random.uniform(0.5, 1.2)) * random.uniform(1, 9)
    plane = _shutters(random, plane)
    return mark(random, to_picture(tint(random, plane, 0.06)), names=_NAMES)


def bright_vessels(random: Random) -> Image.Image:
    """Bright vessels on black or in a round field: a fundus under fluorescein, a projection of magnetic resonance."""
    size = draw_size(random, 0.75, 1.1)
    vessels = _vessels(random, size, random.uniform(0.7, 1.4))
    shade = clouds(random, size, random.uniform(20, 60), 0.4)
    plane = np.asarray(random.uniform(5, 60) + random.uniform(2, 14) * shade, np.float32)
    if random.random() < 0.45:
        plane += random.uniform(30, 80)
        at, reach = (size[0] / 2, size[1] / 2), min(size) * random.uniform(0.48, 0.6)
        field = lump(random, size, at, (reach, reach), rough=0.0, edge=3)
        disc = (random.uniform(0.2, 0.8) * size[0], random.uniform(0.35, 0.65) * size[1])
        plane = plane + random.uniform(0, 90) * lump(random, size, disc, (28, 30), edge=16)
        plane = layer(
            np.full_like(plane, random.uniform(0, 30)), field, plane + random.uniform(60, 190) * vessels
        )
    else:
        plane = plane + random.uniform(90, 250) * vessels
        if random.random() < 0.5:
            head = lump(random, size, (size[0] / 2, size[1] / 2), (0.42 * size[0], 0.44 * size[1]), edge=30)
            plane = plane * (0.35 + 0.9 * head)
    plane += grain(random, size, 0.7) * random.uniform(1, 6)
    return mark(random, to_picture(tint(random, plane, 0.06)), names=_NAMES)


def _vessels(random: Random, size: Size, wide: float) -> Plane:
    """0..1: one to four trees from an edge or one root, more where the middle stays empty, at times a catheter."""
    image = Image.new("L", (2 * size[0], 2 * size[1]))
    size, wide = image.size, 2 * wide
    draw = ImageDraw.Draw(image)
    middle = size[0] / 2, size[1] / 2
    bend, fork = float(random.uniform(0.05, 0.3)), float(random.uniform(0.06, 0.22))
    thick = wide * float(random.uniform(3, 9))
    root = float(random.uniform(0.2, 0.8)) * size[0], float(random.uniform(0.1, 0.9)) * size[1]
    from_root = random.random() < 0.6
    least = int(random.integers(1, 5))
    for number in range(12):
        if number >= least and _share(image) > _SEEN:
            break
        start = (
            root
            if from_root
            else (float(random.uniform(0, 1)) * size[0], pick(random, (0.0, float(size[1]))))
        )
        turn = float(
            np.arctan2(middle[1] - start[1], middle[0] - start[0])
            + random.normal(0, 0.8 if not from_root else 1.6)
        )
        length = float(random.uniform(0.4, 1.1)) * size[0]
        tree(random, draw, start, turn, thick * float(random.uniform(0.5, 1)), length, bend=bend, fork=fork)
    if random.random() < 0.5:
        start = float(random.uniform(0, 1)) * size[0], pick(random, (0.0, float(size[1])))
        turn = float(np.arctan2(root[1] - start[1], root[0] - start[0]))
        points = wander(random, start, turn, int(random.integers(30, 80)), 10, 0.04)
        draw.line([(x, y) for x, y in points.tolist()], 190, int(random.integers(2, 10)))
    if random.random() < 0.15:
        at = float(random.uniform(0.3, 0.7)) * size[0], float(random.uniform(0.3, 0.7)) * size[1]
        r = float(random.uniform(16, 70))
        draw.ellipse((at[0] - r, at[1] - r * 0.8, at[0] + r, at[1] + r * 0.8), 240)
    light = shape_of(image.reduce(2), float(random.uniform(0.5, 1.4)))
    return np.asarray(np.clip(light * 1.15, 0, 1))


def _share(image: Image.Image) -> float:
    """How much of the middle is white."""
    wide, high = image.size
    middle = image.crop((wide // 8, high // 8, wide - wide // 8, high - high // 8))
    return float(np.asarray(middle.reduce(4), np.float32).mean()) / 255


def _subtracted_ground(random: Random, size: Size) -> Plane:
    """Even grey, with the ghost of a skull."""
    plane = np.asarray(
        random.uniform(130, 240) + random.uniform(1, 10) * clouds(random, size, 60, 0.4), np.float32
    )
    plane += random.uniform(1, 9) * clouds(random, size, 5, 0.7)
    if random.random() < 0.6:
        at = random.uniform(0.35, 0.65) * size[0], random.uniform(0.5, 0.75) * size[1]
        reach = random.uniform(0.4, 0.55) * size[0], random.uniform(0.45, 0.65) * size[1]
        skull = lump(random, size, at, reach, rough=0.02, edge=3)
        rim = skull - lump(random, size, at, (reach[0] - 7, reach[1] - 7), rough=0.02, edge=4)
        plane = plane + random.uniform(-45, 45) * rim - random.uniform(0, 60) * (1 - skull)
    if random.random() < 0.4:
        low = random.uniform(0.7, 0.95) * size[1]
        x, y = grid(size)
        ghost = np.exp(-(((y - low + 0.1 * (x - size[0] / 2)) / 30) ** 2))
        plane = plane + ghost * 40 * np.diff(clouds(random, (size[0] + 1, size[1]), 12, 0.8), axis=1) * 3
    return plane


def _chest_ground(random: Random, size: Size) -> Plane:
    """Light grey, and on it at times a darker heart, the diaphragm's dome, the spine, ribs."""
    x, y = grid(size)
    base = random.uniform(120, 215)
    plane = np.asarray(base + random.uniform(4, 16) * clouds(random, size, 90, 0.35), np.float32)
    plane += random.uniform(-60, 60) * (x / size[0] - 0.5) + random.uniform(-40, 40) * (y / size[1] - 0.5)
    if random.random() < 0.6:
        at = random.uniform(0.3, 0.7) * size[0], random.uniform(0.4, 0.8) * size[1]
        heart = lump(
            random, size, at, (0.45 * size[0], 0.35 * size[1]), rough=0.15, edge=random.uniform(5, 40)
        )
        plane = plane * (1 - random.uniform(0.1, 0.35) * heart)
    if random.random() < 0.6:
        at = random.uniform(0.1, 0.9) * size[0], size[1] * random.uniform(0.95, 1.2)
        dome = lump(random, size, at, (0.6 * size[0], 0.35 * size[1]), rough=0.05, edge=random.uniform(3, 14))
        plane = plane * (1 - random.uniform(0.1, 0.45) * dome)
    if random.random() < 0.5:
        middle, wide = random.uniform(0.1, 0.9) * size[0], random.uniform(0.1, 0.16) * size[0]
        slant = random.uniform(-0.25, 0.25)
        across = np.abs(x - middle - slant * (y - size[1] / 2)) / wide
        discs = 0.75 + 0.25 * np.cos(y / size[1] * random.uniform(22, 40))
        shade = random.uniform(0.1, 0.35) * np.clip((1 - across) * 6, 0, 1) * discs
        plane = np.asarray(plane * (1 - shade), np.float32)
    if random.random() < 0.6:
        period, slope = random.uniform(35, 80), random.uniform(-0.9, 0.9)
        ribs = soften(
            (np.sin((y + slope * x + 0.0015 * (x - size[0] / 2) ** 2) / period * 6.28) > 0.55).astype(
                np.float32
            ),
            2,
        )
        plane = plane * (1 - random.uniform(0.03, 0.16) * ribs)
    return plane


def _shutters(random: Random, plane: Plane) -> Plane:
    """With a round field, dark sides, or neither."""
    height, width = plane.shape
    way = pick(random, ("none", "none", "none", "round", "sides"))
    if way == "round":
        reach = min(width, height) * random.uniform(0.5, 0.62)
        field = lump(random, (width, height), (width / 2, height / 2), (reach, reach), rough=0.0, edge=3)
        return layer(np.full_like(plane, random.uniform(0, 25)), field, plane)
    if way == "sides":
        x, y = grid((width, height))
        slant = random.uniform(-0.1, 0.1)
        far = np.abs(x - width / 2 + slant * (y - height / 2)) - random.uniform(0.4, 0.49) * width
        return layer(
            plane, np.clip(far / random.uniform(1, 12), 0, 1).astype(np.float32), random.uniform(0, 60)
        )
    return plane
