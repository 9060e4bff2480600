"""Slices through a body by computed tomography."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from models.default.drawings.figure import Random, pick
from models.default.drawings.pictures.organs import (
    At,
    bone,
    lesion,
    middle_of,
    pair,
    printed,
    shells,
    somewhere,
    ventricles,
    vertebra,
)
from models.default.drawings.pictures.plane import (
    Plane,
    Size,
    clouds,
    draw_size,
    grain,
    grid,
    layer,
    lump,
    shape_of,
    soften,
    tree,
)

_NAMES = ("kV 120", "mA 250", "W 400 L 40", "W 1500 L -600", "DFOV 36 cm", "5.0 mm", "+C")


def computed_tomography(random: Random) -> Image.Image:
    """A head, a chest with its lungs, a trunk, or a few bones; whole on black or cut close."""
    size = draw_size(random, 0.72, 1.1)
    plane = pick(random, (_head, _chest, _chest, _trunk, _trunk, _bones))(random, size)
    coarse = grain(random, size, random.uniform(0.6, 1.6))
    plane = plane + (0.3 + (plane > 25)) * coarse * random.uniform(1, 11)
    if random.random() < 0.25:
        plane = (plane - 128) * random.uniform(1.1, 1.8) + random.uniform(100, 150)
    return printed(random, np.asarray(plane, np.float32), _NAMES)


def _head(random: Random, size: Size) -> Plane:
    """A thick white skull, grey brain with darker fluid, and at times something light or dark in it."""
    at = middle_of(random, size)
    reach = size[0] * float(random.uniform(0.32, 0.42)), size[1] * float(random.uniform(0.38, 0.47))
    shell = shells(random, size, at, reach)
    thick, scalp = float(random.uniform(6, 18)), float(random.uniform(3, 12))
    plane = np.full((size[1], size[0]), random.uniform(0, 12), np.float32)
    plane = layer(plane, shell(0, 1.5), random.uniform(50, 130))
    plane = layer(plane, shell(scalp, 1.5), random.uniform(225, 255))
    grey = random.uniform(75, 150)
    plane = layer(
        plane, shell(scalp + thick, 2.5), grey + random.uniform(2, 8) * clouds(random, size, 25, 0.6)
    )
    brain = shell(scalp + thick + 4, 6)
    folds = soften((np.abs(clouds(random, size, 22, 0.5)) < 0.12).astype(np.float32), 1.5)
    rim = brain - shell(scalp + thick + 30, 25)
    plane = plane - 30 * np.clip(rim, 0, 1) * folds
    dark = grey - random.uniform(25, 60)
    plane = ventricles(random, plane, at, reach, dark)
    if random.random() < 0.5:
        plane = lesion(
            random, plane, at, (reach[0] * 0.7, reach[1] * 0.7), grey + pick(random, (-45, -25, 30, 60, 90))
        )
    if random.random() < 0.35:
        for _ in range(int(random.integers(2, 14))):
            hole = lump(random, size, somewhere(random, at, reach, 0.6), pair(random, 3, 18), rough=0.3)
            plane = layer(plane, hole, pick(random, (2.0, 250.0)))
    return plane


def _chest(random: Random, size: Size) -> Plane:
    """Two black lungs with branching vessels, the heart between, ribs and a vertebra; the table's arc below."""
    at = middle_of(random, size)
    reach = size[0] * float(random.uniform(0.42, 0.49)), size[1] * float(random.uniform(0.33, 0.43))
    lung_window = random.random() < 0.6
    flesh = random.uniform(150, 255) if lung_window else random.uniform(100, 150)
    fat = flesh - random.uniform(0, 25) if lung_window else random.uniform(20, 60)
    air = random.uniform(25, 90) if lung_window else random.uniform(0, 12)
    plane = np.full((size[1], size[0]), random.uniform(0, 20), np.float32)
    plane = _table(random, plane, at, reach)
    plane = layer(plane, lump(random, size, at, reach, rough=0.05, edge=2), fat)
    plane = layer(
        plane, lump(random, size, at, (reach[0] * 0.92, reach[1] * 0.88), rough=0.05, edge=3), flesh
    )
    image = Image.new("L", (2 * size[0], 2 * size[1]))
    draw = ImageDraw.Draw(image)
    lungs = np.zeros_like(plane)
    for side in (-1, 1):
        spot = at[0] + side * reach[0] * 0.46, at[1] - reach[1] * float(random.uniform(-0.05, 0.12))
        inner = reach[0] * float(random.uniform(0.3, 0.39)), reach[1] * float(random.uniform(0.6, 0.78))
        lungs = np.maximum(lungs, lump(random, size, spot, inner, rough=0.07, turn=side * 0.15))
        for _ in range(int(random.integers(2, 6))):
            start = (
                2 * (at[0] + side * reach[0] * 0.15),
                2 * (at[1] + float(random.normal(0, 0.12)) * reach[1]),
            )
            turn = float((0 if side > 0 else np.pi) + random.normal(0, 0.9))
            tree(random, draw, start, turn, float(random.uniform(4, 10)), reach[0] * 1.2, bend=0.12, fork=0.2)
    inside = air + random.uniform(1, 8) * clouds(random, size, 8, 0.7)
    inside = layer(inside, shape_of(image.reduce(2), 0.7), flesh if lung_window else random.uniform(120, 230))
    if random.random() < 0.45:
        haze = np.clip(clouds(random, size, 40, 0.5) - random.uniform(0, 1.2), 0, 1.5)
        inside = inside + haze * random.uniform(30, 110)
    plane = layer(plane, lungs, np.asarray(inside, np.float32))
    heart = (
        at[0] + reach[0] * float(random.uniform(-0.05, 0.2)),
        at[1] - reach[1] * float(random.uniform(0, 0.3)),
    )
    plane = layer(
        plane, lump(random, size, heart, (reach[0] * 0.3, reach[1] * 0.42), rough=0.1, edge=3), flesh
    )
    if not lung_window:
        for _ in range(int(random.integers(2, 5))):
            vessel = lump(
                random, size, somewhere(random, heart, reach, 0.25), pair(random, 8, 22), rough=0.05, edge=3
            )
            plane = layer(plane, vessel, random.uniform(170, 250))
    for rib in np.linspace(0.2, 6.0, int(random.integers(7, 13))):
        spot = at[0] + reach[0] * 0.86 * float(np.cos(rib)), at[1] + reach[1] * 0.82 * float(np.sin(rib))
        bar = lump(
            random, size, spot, (float(random.uniform(6, 15)), 3.5), turn=float(rib + np.pi / 2), rough=0.1
        )
        plane = layer(plane, bar, 255 if not lung_window else min(255.0, flesh + 30))
    return vertebra(random, plane, (at[0], at[1] + reach[1] * 0.62), size[0] * 0.055, 255, 215)


def _table(random: Random, plane: Plane, at: At, reach: At) -> Plane:
    if random.random() < 0.4:
        return plane
    x, y = grid((plane.shape[1], plane.shape[0]))
    for shift in (0, random.uniform(6, 16)):
        low = at[1] + reach[1] * 1.03 + shift - ((x - at[0]) / reach[0]) ** 2 * random.uniform(4, 30)
        arc = random.uniform(40, 150) * np.exp(-(((y - low) / 1.2) ** 2))
        plane = np.asarray(plane + arc, np.float32)
    return plane


def _trunk(random: Random, size: Size) -> Plane:
    """A belly: a dark rim of fat, muscles, liver, gut with gas, vessels, kidneys, a vertebra."""
    at = middle_of(random, size)
    reach = size[0] * float(random.uniform(0.42, 0.49)), size[1] * float(random.uniform(0.35, 0.44))
    fat, flesh = random.uniform(15, 70), random.uniform(95, 165)
    plane = np.full((size[1], size[0]), random.uniform(0, 8), np.float32)
    plane = _table(random, plane, at, reach)
    plane = layer(
        plane, lump(random, size, at, reach, rough=0.05, edge=2), fat + 4 * clouds(random, size, 12)
    )
    share = float(random.uniform(0.78, 0.93))
    plane = layer(
        plane, lump(random, size, at, (reach[0] * share, reach[1] * share), rough=0.05, edge=2), flesh - 10
    )
    cavity = lump(random, size, at, (reach[0] * share * 0.93, reach[1] * share * 0.88), rough=0.04, edge=2)
    plane = layer(plane, cavity, fat + 8 * clouds(random, size, 12))
    inner = reach[0] * share * 0.8, reach[1] * share * 0.75
    if random.random() < 0.7:
        liver = at[0] - inner[0] * 0.45, at[1] - inner[1] * 0.15
        plane = layer(
            plane, lump(random, size, liver, (inner[0] * 0.6, inner[1] * 0.7), rough=0.15, edge=2), flesh + 15
        )
    for _ in range(int(random.integers(6, 26))):
        spot = somewhere(random, (at[0], at[1] - 0.15 * inner[1]), inner, 0.95)
        gut = lump(
            random, size, spot, pair(random, 8, 30), rough=0.18, turn=float(random.uniform(0, 3)), edge=2.5
        )
        plane = layer(plane, gut, flesh + random.uniform(-25, 60))
        if random.random() < 0.2:
            gas = lump(random, size, (spot[0], spot[1] - 5), pair(random, 5, 14), rough=0.15)
            plane = layer(plane, gas, 2)
    for side in (-1, 1):
        if random.random() < 0.7:
            spot = at[0] + side * inner[0] * 0.6, at[1] + inner[1] * 0.5
            kidney = lump(random, size, spot, (size[0] * 0.06, size[0] * 0.075), rough=0.12, edge=2)
            plane = layer(plane, kidney, flesh + random.uniform(10, 90))
    back = at[0], at[1] + inner[1] * float(random.uniform(0.5, 0.75))
    for side in (-1, 1):
        muscle = back[0] + side * size[0] * 0.08, back[1] + size[0] * 0.09
        plane = layer(
            plane, lump(random, size, muscle, (size[0] * 0.06, size[0] * 0.05), rough=0.1, edge=2), flesh
        )
    aorta = lump(
        random, size, (back[0], back[1] - size[0] * 0.085), (size[0] * 0.03,) * 2, rough=0.04, edge=2
    )
    plane = layer(plane, aorta, flesh + random.uniform(10, 100))
    plane = vertebra(
        random, plane, back, size[0] * float(random.uniform(0.05, 0.07)), 250, random.uniform(170, 235)
    )
    return (
        lesion(random, plane, at, inner, flesh + random.uniform(-50, 70)) if random.random() < 0.3 else plane
    )


def _bones(random: Random, size: Size) -> Plane:
    """Bones in dark grey flesh, as the window for bone shows them, at times with metal and its rays."""
    at = middle_of(random, size)
    reach = size[0] * float(random.uniform(0.35, 0.7)), size[1] * float(random.uniform(0.35, 0.7))
    flesh = random.uniform(35, 100)
    plane = np.full((size[1], size[0]), random.uniform(0, 15), np.float32)
    plane = layer(
        plane, lump(random, size, at, reach, rough=0.08, edge=2), flesh + 5 * clouds(random, size, 30)
    )
    for _ in range(int(random.integers(1, 6))):
        spot, wide = somewhere(random, at, reach, 0.75), pair(random, 10, 55)
        plane = bone(random, plane, spot, wide, rim=random.uniform(215, 255), inside=random.uniform(60, 170))
    if random.random() < 0.3:
        plane = vertebra(random, plane, at, size[0] * 0.1, 250, 150)
    if random.random() < 0.2:
        spot = somewhere(random, at, reach, 0.5)
        x, y = grid(size)
        rays = np.cos(np.arctan2(y - spot[1], x - spot[0]) * int(random.integers(2, 9)))
        plane = plane + 900 * rays / (np.hypot(x - spot[0], y - spot[1]) + 15)
        plane = layer(np.asarray(plane, np.float32), lump(random, size, spot, (9, 7), rough=0.05), 255)
    return plane
