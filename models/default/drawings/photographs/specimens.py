"""Excised organs and tumours, whole, cut or as stained slices, alone or in rows on a ground."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.default.drawings.figure import Random, pick
from models.default.drawings.photographs.light import (
    Pixels,
    cloth,
    dome,
    filled,
    lit,
    mottled,
    near,
    paint,
    ruler,
    taken,
    vessels,
)
from models.default.drawings.pictures.plane import (
    Plane,
    clouds,
    draw_size,
    grid,
    lump,
    soften,
)

_FLESH = (
    (120, 40, 30),
    (150, 55, 45),
    (95, 45, 30),
    (200, 150, 110),
    (215, 165, 150),
    (190, 90, 80),
    (205, 120, 105),
    (225, 200, 160),
    (160, 110, 70),
)
_NAMES = ("Control", "Sham", "T", "*", "Liver", "Tumor", "1 cm", "WT", "KO", "Day 21", "P1")


def rows(random: Random) -> Image.Image:
    """Organs or tumours of a group in each row, on cloth or paper, often with a ruler."""
    size = draw_size(random, 0.25, 0.95)
    pixels = cloth(random, size)
    lines, count = int(random.integers(1, 5)), int(random.integers(3, 9))
    lines = max(1, min(lines, int(size[1] / size[0] * 6)))
    room = size[0] / (count + 0.4), size[1] * 0.85 / lines
    base, long, rough = (
        near(random, pick(random, _FLESH)),
        random.uniform(0.7, 1.5),
        random.uniform(0.03, 0.12),
    )
    height, body = np.zeros((size[1], size[0]), np.float32), pixels
    whole = np.zeros_like(height)
    for line in range(lines):
        least = random.uniform(0.18, 0.45)
        for place in range(count):
            if random.random() < 0.05:
                continue
            reach = min(room) * float(random.uniform(least, least * 1.3 + 0.05))
            at = (
                room[0] * float(place + 0.7 + random.normal(0, 0.06)),
                room[1] * float(line + 0.55 + random.normal(0, 0.05)),
            )
            mask, rise = dome(
                random,
                size,
                at,
                (reach, min(reach * float(long), 0.48 * room[1])),
                rough=rough,
                turn=float(random.normal(0, 0.4)),
            )
            body = paint(body, mask, near(random, base, 9))
            height, whole = np.maximum(height, rise), np.maximum(whole, mask)
    pixels = _thrown(random, pixels, whole)
    marbled = mottled(body, clouds(random, size, 12, 0.7), random.uniform(4, 18), (1, 0.8, 0.7))
    rough_skin = height + random.uniform(0.2, 1) * clouds(random, size, 5, 0.7) * whole
    pixels = paint(pixels, whole, lit(random, marbled, rough_skin, random.uniform(0, 0.8), 0.8))
    return taken(random, ruler(random, pixels) if random.random() < 0.5 else pixels, _NAMES)


def organ(random: Random) -> Image.Image:
    """One organ or tumour of several lobes, with vessels, folds or fat upon it; at times cut open."""
    size = draw_size(random, 0.6, 1.2)
    ground = cloth(random, size)
    unit, base = min(size) * float(random.uniform(0.22, 0.4)), near(random, pick(random, _FLESH))
    height = np.zeros((size[1], size[0]), np.float32)
    whole = np.zeros_like(height)
    for number in range(int(random.integers(1, 6))):
        aside = random.normal(0, 0.5, 2) * unit * (number > 0)
        at = size[0] / 2 + float(aside[0]), size[1] / 2 + float(aside[1])
        reach = unit * float(random.uniform(0.6, 1.2)), unit * float(random.uniform(0.5, 1))
        mask, rise = dome(random, size, at, reach, rough=0.12, turn=float(random.uniform(0, 3)))
        height, whole = np.maximum(height, rise), np.maximum(whole, mask)
    body = mottled(filled(size, base), clouds(random, size, 40, 0.7), random.uniform(5, 25), (1, 0.8, 0.7))
    way = pick(random, ("vessels", "folds", "fat", "cut", "plain"))
    if way == "vessels":
        body = paint(body, 0.7 * vessels(random, size, 5, random.uniform(2, 6)), near(random, (120, 15, 20)))
    elif way == "folds":
        folds = np.abs(clouds(random, size, random.uniform(9, 20), 0.3))
        height = height - 4 * np.clip(1 - folds * 4, 0, 1)
        body = mottled(body, np.clip(1 - folds * 3, 0, 1).astype(np.float32), -45, (0.6, 1, 1))
    elif way == "fat":
        fat = np.clip(clouds(random, size, 35, 0.5) * 3 - random.uniform(0, 3), 0, 1)
        body, height = paint(body, fat, near(random, (225, 190, 110))), height + 4 * fat
    elif way == "cut":
        body, height = _cut(random, body), soften(np.minimum(height, 6), 1)
    height = height + random.uniform(0.3, 1.6) * clouds(random, size, random.uniform(4, 14), 0.6)
    ground = _thrown(random, ground, whole)
    pixels = paint(
        ground, whole, lit(random, body, np.asarray(height, np.float32), random.uniform(0, 1.2), 0.7)
    )
    return taken(random, ruler(random, pixels) if random.random() < 0.3 else pixels, _NAMES)


def stained_slices(random: Random) -> Image.Image:
    """Slices of brain or heart stained red, a part of each left white, in rows."""
    size = draw_size(random, 0.3, 1.2)
    pixels = cloth(random, size)
    lines, count = pick(random, ((1, 1), (1, 4), (1, 6), (2, 3), (3, 5), (5, 2), (6, 3), (2, 5)))
    room = size[0] / count, size[1] / lines
    red, white = near(random, (185, 35, 50), 20), near(random, (235, 215, 205), 10)
    heart = random.random() < 0.3
    shade = clouds(random, size, 20, 0.6)
    whole = np.zeros((size[1], size[0]), np.float32)
    body = mottled(filled(size, red), shade, random.uniform(4, 16), (1, 1.2, 1.2))
    for line in range(lines):
        share = random.uniform(0, 1)
        for place in range(count):
            at = room[0] * (place + 0.5), room[1] * (line + 0.5)
            reach = min(room[0] * 0.44, room[1] * 0.6), min(room[1] * 0.44, room[0] * 0.38)
            part = lump(random, size, at, reach, rough=0.05)
            notch = lump(random, size, (at[0], at[1] - reach[1]), (reach[0] * 0.06, reach[1] * 0.3), edge=3)
            part = part * (1 - notch)
            if heart:
                part = part * (1 - lump(random, size, at, (reach[0] * 0.3, reach[1] * 0.3), rough=0.2))
            spot = (
                at[0] + reach[0] * pick(random, (0.7, 0.7, -0.7)),
                at[1] + reach[1] * float(random.uniform(-0.5, 0.6)),
            )
            dead = lump(random, size, spot, (reach[0] * 0.6, reach[1] * 0.7), rough=0.2, edge=9)
            body = paint(body, dead * float(share > 0.3), mottled(filled(size, white), shade, 5))
            for side in (-1, 1):
                deep = at[0] + side * reach[0] * 0.35, at[1] + reach[1] * 0.1
                pale = lump(random, size, deep, (reach[0] * 0.13, reach[1] * 0.35), turn=side * 0.5, edge=6)
                body = paint(body, 0.5 * pale, white)
            whole = np.maximum(whole, part)
    pixels = _thrown(random, pixels, whole)
    height = soften(whole, 2) * 5 + 0.4 * clouds(random, size, 6)
    pixels = paint(pixels, whole, lit(random, body, np.asarray(height, np.float32), random.uniform(0, 0.5)))
    return taken(random, ruler(random, pixels) if random.random() < 0.2 else pixels, _NAMES)


def _thrown(random: Random, ground: Pixels, whole: Plane) -> Pixels:
    """The ground with the shadow that things throw on it."""
    far = random.integers(-5, 6, 2)
    shadow = soften(np.roll(whole, (int(far[0]), int(far[1])), (0, 1)), random.uniform(2, 6))
    return np.asarray(ground * (1 - random.uniform(0.2, 0.7) * shadow)[..., None], np.float32)


def _cut(random: Random, body: Pixels) -> Pixels:
    """A cut surface: zones of grey, yellow and blood, and holes."""
    size = (body.shape[1], body.shape[0])
    x, _ = grid(size)
    for shade in ((225, 205, 180), (215, 170, 90), (130, 25, 25), (190, 150, 140)):
        zone = np.clip(
            (clouds(random, size, random.uniform(20, 60), 0.5) - random.uniform(-0.5, 1.5)) * 4, 0, 1
        )
        body = paint(body, np.asarray(zone, np.float32), near(random, shade))
    streaks = np.sin(x / random.uniform(2, 6) + 3 * clouds(random, size, 40, 0.4))
    return mottled(body, np.asarray(streaks, np.float32), random.uniform(0, 9))
