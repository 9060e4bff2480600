"""Ultrasound: sectors and rectangles of speckle on black, with the marks of the machine around them."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Canvas
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
    press,
    soften,
    to_picture,
    warp,
)

_TEXTS = (
    "FR 25Hz",
    "M3",
    "P",
    "2D",
    "58%",
    "C 50",
    "TIS 0.4",
    "MI 1.2",
    "Gen",
    "10",
    "15",
    "5",
    "RES",
    "Dist 1.24 cm",
    "HR 72",
)


def ultrasound(random: Random) -> Image.Image:
    """Layers and dark cavities in speckle, in a fan or a rectangle; at times with a window of colour in it."""
    size = draw_size(random, 0.65, 1.0)
    x, y = grid(size)
    field, depth, turn = pick(random, (_fan, _fan, _box))(random, size)
    echo = np.asarray(random.uniform(0.15, 0.5) + 0.16 * clouds(random, size, 60, 0.6), np.float32)
    layers = np.sin(depth / random.uniform(6, 30) + 2.5 * grain(random, size, 70) + turn)
    echo = echo + np.clip(layers - random.uniform(0.2, 0.9), 0, 1) * random.uniform(0, 1.6) * np.exp(
        -depth / random.uniform(60, 300)
    )
    for _ in range(int(random.integers(0, 6))):
        at = float(random.uniform(0.2, 0.8)) * size[0], float(random.uniform(0.2, 0.85)) * size[1]
        wide = float(random.uniform(0.03, 0.2)) * size[0]
        hole = lump(
            random,
            size,
            at,
            (wide, wide * float(random.uniform(0.4, 1))),
            rough=0.15,
            edge=random.uniform(3, 9),
        )
        rim = hole - soften(hole, 2) * hole
        dark = random.random() < 0.75
        value = random.uniform(0.0, 0.12) if dark else random.uniform(0.4, 0.9)
        echo = np.asarray(layer(echo, hole, value) + rim * random.uniform(0, 1.5), np.float32)
        below = np.exp(-(((x - at[0]) / wide) ** 4)) * (y > at[1] + wide * 0.5)
        echo = echo * (1 + random.uniform(-0.6, 0.7) * below)
    speckle = np.hypot(
        grain(random, size, random.uniform(0.7, 1.4), 2.2), grain(random, size, random.uniform(0.7, 1.4), 2.2)
    )
    bright = np.clip(echo, 0.01, None) * (0.25 + 0.75 * speckle)
    plane = np.clip(bright, 0, 1.6) ** random.uniform(0.55, 0.95) * random.uniform(110, 230)
    plane = layer(np.full_like(plane, random.uniform(0, 8)), field, np.asarray(plane, np.float32))
    pixels = np.repeat(plane[..., None], 3, 2)
    if random.random() < 0.25:
        at = float(random.uniform(0.3, 0.7)) * size[0], float(random.uniform(0.3, 0.7)) * size[1]
        wide = float(random.uniform(0.05, 0.16)) * size[0]
        spot = lump(random, size, at, (wide, wide * 0.5), rough=0.3, turn=float(random.uniform(0, 3)), edge=3)
        flow = warp(random, clouds(random, size, 25, 0.4), 20, 4)[..., None]
        hue = np.where(flow > random.uniform(-1, 1), np.array([230, 60, 20]), np.array([30, 70, 230]))
        share = (spot * field)[..., None]
        pixels = pixels * (1 - share) + hue * share
    elif random.random() < 0.15:
        pixels = pixels * np.array([1, 0.85, 0.6])
    image = _with_marks(random, to_picture(np.asarray(pixels, np.float32)))
    return press(
        random,
        mark(
            random,
            image,
            names=("RV", "LV", "LA", "RA", "AO", "B", "K", "T"),
            inks=("white", "white", "yellow"),
        ),
    )


def _fan(random: Random, size: Size) -> tuple[Plane, Plane, Plane]:
    """(where there is an echo, how deep, at which angle) in a fan, from a point or from an arc."""
    x, y = grid(size)
    top = -size[1] * float(random.uniform(0.0, 0.6)) if random.random() < 0.6 else 0.04 * size[1]
    middle = size[0] * float(random.uniform(0.42, 0.58))
    far, turn = np.hypot(x - middle, y - top), np.arctan2(x - middle, y - top)
    first, last = max(0.0, 0.05 * size[1] - top), 0.97 * size[1] - top
    wide = random.uniform(0.45, 0.85) if top > 0 else random.uniform(0.3, 0.6)
    inside = (far > first) & (far < last) & (np.abs(turn) < wide)
    return (
        soften(inside.astype(np.float32), 0.7),
        np.asarray(far - first, np.float32),
        np.asarray(turn, np.float32),
    )


def _box(random: Random, size: Size) -> tuple[Plane, Plane, Plane]:
    """The same in a rectangle, as a flat probe gives, or over the whole picture."""
    x, y = grid(size)
    side = random.uniform(0.0, 0.15) * size[0] if random.random() < 0.6 else 0.0
    inside = (x >= side) & (x < size[0] - side) & (y >= 0.6 * side)
    return inside.astype(np.float32), y, np.asarray(0.01 * x, np.float32)


def _with_marks(random: Random, image: Image.Image) -> Image.Image:
    """With a scale of depth, a bar of greys, settings and a cross at times."""
    page = Canvas(random, image.width, image.height)
    page.paste(image, 0, 0, image.width, image.height)
    page.ink, page.size = page.one(("white", "#cccc66", "#99cccc")), page.between(6, 10)
    if page.chance(0.5):
        side = page.one((0.96, 0.04)) * image.width
        for place in range(1, page.count(5, 15)):
            y = image.height * place / 15
            page.line([(side, y), (side + (6 if place % 5 else 10), y)], width=0.8)
    if page.chance(0.35):
        for place in range(24):
            shade = 255 - place * 10
            page.box(image.width * 0.93, 12 + place * 3, 8, 3, fill="#" + f"{shade:02x}" * 3)
    if page.chance(0.5):
        for place in range(page.count(2, 8)):
            page.text((4, 10 + place * page.size * 1.3), page.one(_TEXTS), anchor="lm")
    if page.chance(0.3):
        start = image.width * page.between(0.3, 0.6), image.height * page.between(0.3, 0.6)
        end = start[0] + page.between(-60, 60), start[1] + page.between(10, 60)
        page.line([start, end], width=0.8, dash=3)
        for at in (start, end):
            page.text(at, "+", size=12)
    return page.finish(cut=False)
