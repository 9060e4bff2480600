"""Radiographs: bones bright on black or dark on white, and chests."""

from __future__ import annotations

import numpy as np
from PIL import Image

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
    tint,
    to_picture,
)

_NAMES = ("R", "L", "R", "L", "AP", "PA", "LAT", "3 mo", "6 mo", "Pre", "Post", "PORTABLE")


def radiograph(random: Random) -> Image.Image:
    """A limb with its bones, joints and screws, a hand, a spine from aside, or a chest."""
    way = pick(random, (_limb, _limb, _hand, _spine, _chest, _chest))
    size = draw_size(random, 0.9, 1.9) if way is not _chest else draw_size(random, 0.8, 1.15)
    light = way(random, size)
    light = light + random.uniform(0, 0.03) * clouds(random, size, 6, 0.8)
    plane = 255 * np.clip(light, 0, 1.05) ** random.uniform(0.7, 1.3)
    if random.random() < 0.06:
        plane = 255 - plane
    plane = plane + random.uniform(0.5, 6) * grain(random, size, random.uniform(0.4, 1))
    if random.random() < 0.3:
        plane = plane * random.uniform(0.6, 0.95) + random.uniform(5, 50)
    image = to_picture(tint(random, np.asarray(plane, np.float32), 0.12))
    return press(
        random, mark(random, image, names=_NAMES, inks=("white", "white", "white", "black", "yellow"))
    )


def _rod(
    random: Random, size: Size, start: tuple[float, float], end: tuple[float, float], wide: float
) -> Plane:
    """How much a hollow rod takes from the beam: more at its two sides, wider at its ends, netted there."""
    x, y = grid(size)
    dx, dy = end[0] - start[0], end[1] - start[1]
    long = float(np.hypot(dx, dy)) + 1e-6
    along = ((x - start[0]) * dx + (y - start[1]) * dy) / long**2
    off = ((y - start[1]) * dx - (x - start[0]) * dy) / long
    flare = 1 + random.uniform(0.2, 0.9) * np.clip(np.abs(along - 0.5) * 2, 0, 1) ** random.uniform(4, 9)
    bend = random.uniform(-0.06, 0.06) * long * np.sin(np.pi * np.clip(along, 0, 1))
    share = np.abs(off - bend) / (wide * flare)
    outer = np.sqrt(np.clip(1 - share**2, 0, 1))
    hollow = random.uniform(0.5, 0.8)
    inner = np.sqrt(np.clip(1 - (share / hollow) ** 2, 0, 1)) * hollow
    mass = outer - random.uniform(0.4, 0.85) * inner
    rounded = np.clip((0.5 - np.abs(along - 0.5)) * long / (wide * 0.5), 0, 1) ** 0.5
    net = 1 + 0.08 * clouds(random, size, 4, 0.8)
    return np.asarray(mass * rounded * net * (0.85 + 0.5 * (flare - 1)), np.float32)


def _limb(random: Random, size: Size) -> Plane:
    """One to four long bones, joined or side by side, in grey flesh; metal in a third of them."""
    width, height = size
    flesh_wide = width * float(random.uniform(0.25, 0.55))
    middle, slant = width * float(random.uniform(0.4, 0.6)), float(random.uniform(-0.15, 0.15)) * width
    x, y = grid(size)
    off = np.abs(x - middle - slant * (y / height - 0.5)) / flesh_wide
    off = off * (1 + 0.12 * grain(random, size, 90))
    light = random.uniform(0.0, 0.08) + random.uniform(0.1, 0.4) * np.sqrt(np.clip(1 - off**2, 0, 1))
    joint = height * float(random.uniform(0.3, 0.8))
    wide = flesh_wide * float(random.uniform(0.18, 0.34))
    strength = random.uniform(0.45, 0.8)
    pair = random.random() < 0.6
    for first, last, apart in ((-20.0, joint, False), (joint + wide * 0.2, height + 20.0, pair)):
        for side in (-1, 1) if apart else (0,):
            tilt = side * wide * 0.75
            top = middle + slant * (first / height - 0.5) + tilt, first
            low = middle + slant * (last / height - 0.5) + tilt * 1.2, last
            light = light + strength * _rod(random, size, top, low, wide * (0.55 if apart else 0.9))
    if random.random() < 0.35:
        light = _metal(random, np.asarray(light, np.float32), (middle, joint), wide)
    return np.asarray(light, np.float32)


def _metal(random: Random, light: Plane, at: tuple[float, float], wide: float) -> Plane:
    """A plate and its screws, or a nail."""
    x, y = grid((light.shape[1], light.shape[0]))
    high, side = light.shape[0] * random.uniform(0.15, 0.35), at[0] + random.uniform(-0.8, 0.8) * wide
    centre = at[1] + random.uniform(-0.3, 0.3) * light.shape[0]
    plate = (np.abs(x - side) < 3 + wide * 0.08) & (np.abs(y - centre) < high)
    for place in np.linspace(-0.85, 0.85, int(random.integers(2, 8))):
        down = centre + place * high
        plate |= (np.abs(y - down - 0.1 * (x - side)) < 2.2) & (np.abs(x - at[0]) < wide * 1.1)
    return layer(light, soften(plate.astype(np.float32), 0.6), random.uniform(0.9, 1.05))


def _hand(random: Random, size: Size) -> Plane:
    """Rays of short bones with gaps between them, in faint flesh."""
    width, height = size
    light = np.full((height, width), random.uniform(0, 0.06), np.float32)
    strength = random.uniform(0.5, 0.85)
    rays = int(random.integers(2, 6))
    root = width / 2, height * float(random.uniform(0.8, 1.05))
    for ray in range(rays):
        turn = -np.pi / 2 + (ray - (rays - 1) / 2) * random.uniform(0.16, 0.26)
        at, wide = root, width * float(random.uniform(0.035, 0.06))
        for bone in range(4):
            long = height * (0.3, 0.22, 0.13, 0.08)[bone] * random.uniform(0.85, 1.1)
            end = at[0] + float(long * np.cos(turn)), at[1] + float(long * np.sin(turn))
            flesh = lump(
                random,
                size,
                ((at[0] + end[0]) / 2, (at[1] + end[1]) / 2),
                (long * 0.62, wide * 1.9),
                rough=0.03,
                turn=float(turn),
                edge=5,
            )
            light = np.maximum(light, 0.2 * flesh)
            light = light + strength * _rod(random, size, at, end, wide * (1 - 0.13 * bone))
            at = end[0] + float(3 * np.cos(turn)), end[1] + float(3 * np.sin(turn))
    return np.asarray(light, np.float32)


def _spine(random: Random, size: Size) -> Plane:
    """A bent column of boxes with bright rims, flesh before and behind."""
    x, y = grid(size)
    bend = random.uniform(-0.2, 0.2) * size[0]
    off = (
        x
        - size[0] * random.uniform(0.4, 0.6)
        - bend * np.sin(np.pi * y / size[1] + random.uniform(-0.5, 0.8))
    )
    wide, tall = random.uniform(0.1, 0.2) * size[0], random.uniform(0.09, 0.18) * size[1]
    light = random.uniform(0.15, 0.4) + 0.12 * clouds(random, size, 120, 0.3)
    phase = np.abs((y / tall + 0.1 * off / wide) % 1 - 0.5)
    near = np.minimum((wide - np.abs(off)) / 4, (0.43 - phase) * tall / 4)
    body = np.clip(near, 0, 1)
    rim = body - np.clip(near - 1, 0, 1)
    light = light + body * random.uniform(0.1, 0.3) + rim * random.uniform(0.08, 0.25)
    spikes = np.clip((0.28 - phase) * 8, 0, 1) * np.exp(-(((off - 1.9 * wide) / (0.7 * wide)) ** 2))
    return np.asarray(light + spikes * random.uniform(0, 0.25), np.float32)


def _chest(random: Random, size: Size) -> Plane:
    """Dark lungs with ribs across them, the white heart and spine between, shoulders and diaphragm."""
    width, height = size
    x, y = grid(size)
    light = np.asarray(random.uniform(0.5, 0.8) + 0.05 * clouds(random, size, 90, 0.4), np.float32)
    lungs, ribs = np.zeros_like(light), np.zeros_like(light)
    for side in (-1, 1):
        at = (
            width * (0.5 + side * float(random.uniform(0.19, 0.24))),
            height * float(random.uniform(0.42, 0.5)),
        )
        reach = width * float(random.uniform(0.15, 0.19)), height * float(random.uniform(0.33, 0.4))
        lung = lump(random, size, at, reach, rough=0.05, turn=-side * 0.12, edge=14)
        lungs = np.maximum(lungs, lung)
        curve = (x - width * (0.5 + side * 0.1)) * side / width
        bands = np.sin((y / height + 1.1 * (curve - 0.12) ** 2 - 0.5 * curve) * random.uniform(42, 58))
        ribs = np.maximum(ribs, np.clip(bands - 0.2, 0, 1) * (curve > -0.05))
    light = light - lungs * random.uniform(0.3, 0.55)
    light = light + soften(ribs, 1.5) * lungs * random.uniform(0.04, 0.16)
    vessels = np.exp(-np.abs(clouds(random, size, 20, 0.6)) * 4) * np.exp(-np.abs(x / width - 0.5) * 6)
    light = light + lungs * vessels * random.uniform(0.05, 0.3)
    heart = lump(
        random,
        size,
        (width * 0.55, height * 0.62),
        (width * 0.15, height * 0.19),
        rough=0.08,
        turn=0.5,
        edge=6,
    )
    light = light + heart * (1 - 0.5 * lungs) * random.uniform(0.1, 0.3)
    column = np.exp(-(((x - width / 2) / (0.045 * width)) ** 4)) * (1 + 0.1 * np.cos(y / height * 80))
    light = light + column * random.uniform(0.08, 0.25)
    for side in (-1, 1):
        outside = np.clip(
            (side * (x - width / 2) - width * random.uniform(0.42, 0.5)) / 6 - (y < height * 0.25) * 9, 0, 1
        )
        light = layer(light, np.asarray(outside, np.float32), 0.05)
    if random.random() < 0.5:
        haze = np.clip(clouds(random, size, 50, 0.5), 0, 2) * lungs
        light = light + haze * random.uniform(0.05, 0.25)
    return np.asarray(light, np.float32)
