"""Slices through a body by magnetic resonance."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.default.drawings.figure import Random, pick
from models.default.drawings.pictures.organs import (
    bone,
    lesion,
    middle_of,
    pair,
    printed,
    shells,
    somewhere,
    ventricles,
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
    soften,
    warp,
)

_NAMES = ("T1", "T2", "FLAIR", "T1 + C", "DWI", "STIR", "TR 4000", "TE 90")


def magnetic_resonance(random: Random) -> Image.Image:
    """A brain, a limb, a belly or a spine; brighter near the coil; whole on black or cut close."""
    size = draw_size(random, 0.72, 1.25)
    plane = pick(random, (_brain, _brain, _limb, _belly, _belly, _spine))(random, size)
    bias = 1 + random.uniform(0.05, 0.35) * clouds(random, size, 130, 0.3)
    plane = plane * np.clip(bias, 0.3, 2) + np.abs(
        grain(random, size, random.uniform(0.5, 1.2))
    ) * random.uniform(1, 9)
    return printed(random, np.asarray(plane, np.float32), _NAMES)


def _brain(random: Random, size: Size) -> Plane:
    """A bright thin scalp, a black skull, the folded brain, its ventricles, and at times a tumour."""
    at = middle_of(random, size)
    reach = size[0] * float(random.uniform(0.34, 0.44)), size[1] * float(random.uniform(0.38, 0.47))
    shell = shells(random, size, at, reach)
    grey = random.uniform(60, 140)
    white = grey + random.choice((-1, 1)) * random.uniform(12, 45)
    fluid = pick(random, (random.uniform(5, 40), random.uniform(190, 250)))
    plane = np.full((size[1], size[0]), random.uniform(0, 10), np.float32)
    skull = float(random.uniform(5, 14))
    if random.random() < 0.85:
        plane = layer(plane, shell(0, 2), random.uniform(90, 240) + 20 * clouds(random, size, 8))
        plane = layer(plane, shell(float(random.uniform(3, 8)), 2), random.uniform(5, 40))
    plane = layer(plane, shell(skull, 2), fluid * 0.8)
    folds = warp(random, clouds(random, size, random.uniform(7, 14), 0.25), 20, 6)
    cortex = np.clip(np.abs(folds) * 2.5 - 0.8, 0, 1)
    deep = np.clip(shell(skull + 16, 16) + 0.8 * (cortex - 0.5), 0, 1)
    inside = layer(np.full_like(plane, grey), soften(np.asarray(deep, np.float32), 1.2), white)
    furrow = soften((np.abs(folds) < 0.14).astype(np.float32), 1.0) * np.clip(1 - shell(skull + 28, 20), 0, 1)
    inside = layer(inside, np.clip(furrow * 1.3, 0, 1), fluid)
    plane = layer(plane, shell(skull + 3, 3), inside + 4 * clouds(random, size, 10))
    plane = ventricles(random, plane, at, reach, fluid)
    if random.random() < 0.5:
        plane = lesion(
            random, plane, at, (reach[0] * 0.7, reach[1] * 0.7), pick(random, (230.0, 190.0, 40.0))
        )
    return plane


def _limb(random: Random, size: Size) -> Plane:
    """A leg or an arm across: fat, muscles parted by fine lines, one or two bones with black shells."""
    at, least = middle_of(random, size), min(size)
    reach = least * float(random.uniform(0.3, 0.46)), least * float(random.uniform(0.28, 0.46))
    fat, muscle = random.uniform(40, 250), random.uniform(55, 130)
    plane = np.full((size[1], size[0]), random.uniform(0, 12), np.float32)
    whole = lump(random, size, at, reach, rough=0.08, edge=2)
    plane = layer(plane, whole, fat)
    share = float(random.uniform(0.7, 0.93))
    flesh = muscle + 8 * clouds(random, size, 14, 0.7)
    lines = np.abs(clouds(random, size, 45, 0.35)) < 0.05
    flesh = flesh + soften(lines.astype(np.float32), 0.9) * (fat - muscle) * 0.6
    core = lump(random, size, at, (reach[0] * share, reach[1] * share), rough=0.09, edge=2)
    plane = layer(plane, core, np.asarray(flesh, np.float32))
    for _ in range(int(random.integers(1, 3))):
        spot, wide = somewhere(random, at, reach, 0.5), pair(random, 0.05 * least, 0.14 * least)
        plane = bone(random, plane, spot, wide, rim=random.uniform(2, 25), inside=random.uniform(40, 230))
    for _ in range(int(random.integers(2, 9))):
        dot = lump(random, size, somewhere(random, at, reach, 0.8), pair(random, 1.5, 4), rough=0.05)
        plane = layer(plane, dot, pick(random, (5.0, 235.0)))
    if random.random() < 0.4:
        plane = layer(plane, whole, lesion(random, plane, at, reach, random.uniform(150, 250)))
    return plane


def _belly(random: Random, size: Size) -> Plane:
    """Soft organs that fill the picture: bright and dark lumps with black edges, striped gut, fat around."""
    low = random.uniform(20, 90)
    plane = np.asarray(low + 14 * clouds(random, size, 30, 0.6), np.float32)
    largest = random.uniform(0.08, 0.25) * size[0]
    texture = clouds(random, size, 9, 0.6)
    for _ in range(int(random.integers(14, 60))):
        spot = float(random.uniform(0, size[0])), float(random.uniform(0, size[1]))
        wide = pair(random, 0.15 * largest, largest)
        seed, turn = int(random.integers(1 << 30)), float(random.uniform(0, 3))
        wall = lump(
            np.random.default_rng(seed),
            size,
            spot,
            (wide[0] + 2.5, wide[1] + 2.5),
            rough=0.18,
            turn=turn,
            edge=2,
        )
        plane = layer(plane, wall * random.uniform(0.3, 0.9), random.uniform(5, 60))
        body = lump(np.random.default_rng(seed), size, spot, wide, rough=0.18, turn=turn, edge=2.5)
        value = random.uniform(25, 235) + random.uniform(2, 16) * texture
        plane = layer(plane, body, np.asarray(value, np.float32))
    plane = warp(random, plane, random.uniform(15, 40), random.uniform(2, 8))
    if random.random() < 0.6:
        at = middle_of(random, size)
        reach = size[0] * float(random.uniform(0.38, 0.48)), size[1] * float(random.uniform(0.44, 0.62))
        fat = random.uniform(60, 230)
        skin = lump(random, size, at, reach, rough=0.05, edge=3)
        inner = lump(random, size, at, (reach[0] * 0.9, reach[1] * 0.9), rough=0.05, edge=3)
        plane = layer(np.asarray(layer(np.full_like(plane, 4), skin, fat), np.float32), inner, plane)
    return soften(plane, random.uniform(0.5, 1.3))


def _spine(random: Random, size: Size) -> Plane:
    """Vertebrae and discs in a bent column, the cord behind, streaky muscle, a bright back."""
    x, y = grid(size)
    bend, shift = random.uniform(-0.3, 0.3) * size[0], random.uniform(0.35, 0.6) * size[0]
    column = x - shift - bend * np.sin(np.pi * y / size[1] + random.uniform(-0.5, 0.5))
    streaks = warp(random, grain(random, size, 5, 0.5), 40, 14)
    plane = np.asarray(random.uniform(30, 80) + 16 * streaks + 14 * clouds(random, size, 40), np.float32)
    wide, tall = random.uniform(0.06, 0.1) * size[0], random.uniform(0.08, 0.16) * size[1]
    inside = np.clip((wide - np.abs(column)) / 1.5, 0, 1)
    phase = np.abs(((y + 0.15 * column) / tall) % 1 - 0.5)
    body = np.clip((0.36 - phase) * tall / 1.5, 0, 1)
    bone, disc = random.uniform(60, 190), random.uniform(25, 220)
    plane = layer(plane, np.asarray(inside, np.float32), random.uniform(5, 40))
    plane = layer(
        plane,
        np.asarray(inside * body, np.float32),
        np.asarray(bone + 7 * clouds(random, size, 6), np.float32),
    )
    plane = layer(plane, np.asarray(inside * np.clip((phase - 0.43) * tall, 0, 1), np.float32), disc)
    canal = column - wide * 1.5
    plane = layer(plane, np.clip((wide * 0.42 - np.abs(canal)) / 1.5, 0, 1), pick(random, (20.0, 230.0)))
    plane = layer(plane, np.clip((wide * 0.22 - np.abs(canal)) / 1.5, 0, 1), random.uniform(90, 150))
    back = column - random.uniform(3, 5) * wide + 6 * grain(random, size, 50)
    plane = layer(plane, np.clip(back / 2, 0, 1), random.uniform(120, 250))
    return layer(plane, np.clip((back - random.uniform(10, 50)) / 2, 0, 1), random.uniform(0, 10))
