"""Organs, brains with coloured patches, blobs in a box, vessels: what volumes give when they are rendered."""

from __future__ import annotations

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from models.default.drawings.canvas import Canvas
from models.default.drawings.figure import Random, pick
from models.default.drawings.pictures.plane import clouds, lump, press, soften, to_picture, wander
from models.default.drawings.solids.scene import (
    Scene,
    balls,
    finished,
    globe,
    hue,
    rainbow,
    shade,
    smooth,
    turned,
)

_NAMES = (
    "LV",
    "RV",
    "Ao",
    "L",
    "R",
    "anterior",
    "posterior",
    "tumour",
    "LAD",
    "tibia",
    "P",
    "A",
    "S",
    "I",
    "t = 0",
    "day 7",
)


def brain(random: Random) -> Image.Image:
    """One to four halves of a brain in grey, smooth or folded, with filled and outlined patches; a bar of colours."""
    views = int(pick(random, (1, 1, 2, 2, 4)))
    wide, tall = 230, int(random.uniform(140, 190))
    columns = min(views, 2)
    rows = views // columns
    page = Canvas(random, wide * columns, tall * rows + 60)
    ground = np.full(3, 0.0 if random.random() < 0.1 else 255.0)
    if not ground[0]:
        page.box(0, 0, page.width, page.height, fill="black")
        page.ink = "white"
    base, folded = random.uniform(135, 220), random.uniform(0, 9)
    warm = random.random() < 0.5
    for view in range(views):
        size = (wide, tall)
        at = wide / 2, tall * 0.46
        seed = int(random.integers(1 << 30))
        body = lump(np.random.default_rng(seed), size, at, (wide * 0.43, tall * 0.4), rough=0.05, edge=1.5)
        body = np.maximum(
            body,
            lump(
                random,
                size,
                (wide * (0.3 if view % 2 else 0.7), tall * 0.72),
                (wide * 0.17, tall * 0.14),
                rough=0.06,
            ),
        )
        body = np.maximum(
            body,
            0.999
            * lump(
                random,
                size,
                (wide * (0.55 if view % 2 else 0.45), tall * 0.66),
                (wide * 0.2, tall * 0.15),
                rough=0.06,
            ),
        )
        near = soften(body, 14) * 60 + folded * np.abs(clouds(random, size, 26, 0.35))
        height = np.where(body > 0.5, gaussian_filter(near, 1.5), -np.inf)
        colours = np.broadcast_to(np.full(3, base), (tall, wide, 3)).copy()
        for _ in range(int(random.integers(0, 9))):
            spot = float(random.uniform(0.15, 0.85)) * wide, float(random.uniform(0.15, 0.7)) * tall
            reach = float(random.uniform(0.03, 0.13)) * wide
            patch = lump(
                random, size, spot, (reach, reach * float(random.uniform(0.5, 1.3))), rough=0.3, edge=1.2
            )
            inner = soften(patch, 2.0)
            rim = ((inner > 0.2) & (inner < 0.75)).astype(float)[..., None]
            tint = (
                np.array(
                    pick(random, ((250, 235, 30), (120, 15, 10), (225, 60, 20), (250, 150, 20), (50, 10, 10)))
                )
                if warm
                else hue(random)
            )
            if random.random() < 0.6:
                heat = (
                    patch[..., None]
                    if random.random() < 0.6
                    else (soften(patch, reach / 3) * patch)[..., None]
                )
                colours = colours * (1 - heat) + tint * heat
            if random.random() < 0.6:
                colours = colours * (1 - rim) + hue(random) * rim
        pixels = shade(random, height, colours, ground, random.uniform(0, 0.25))
        page.paste(to_picture(pixels), wide * (view % columns), tall * (view // columns), wide, tall)
    if page.chance(0.5):
        _bar(page, (page.width * 0.3, tall * rows + 8, page.width * 0.4, 12), warm)
    return press(random, finished(page))


def _bar(page: Canvas, box: tuple[float, float, float, float], warm: bool) -> None:
    left, top, wide, tall = box
    for step in range(24):
        share = step / 23
        tint = (
            np.clip(np.array([3 * share, 3 * share - 1, 3 * share - 2]), 0, 1) * 255
            if warm
            else rainbow(np.array(share))
        )
        red, green, blue = tint.astype(int).tolist()
        page.box(left + wide * step / 24, top, wide / 24 + 1, tall, fill=f"#{red:02x}{green:02x}{blue:02x}")
    page.text((left, top + tall + 9), page.one(("0", "1", "−5", "2.3")))
    page.text((left + wide, top + tall + 9), page.one(("7.5", "14+", "5", "27.1", "1")))
    if page.chance(0.4):
        page.text(
            (left + wide / 2, top + tall + 24),
            page.one(("Group effect", "T value", "z", "Thickness (mm)", "connections")),
        )


def organ(random: Random) -> Image.Image:
    """A heart, a skull, a bone or a lump as a scanner's volume is rendered: rough, ivory to red, vessels over it."""
    size = int(random.uniform(220, 320)), int(random.uniform(220, 330))
    body = np.zeros((size[1], size[0]), np.float32)
    height = np.full(body.shape, -np.inf)
    for _ in range(int(random.integers(1, 6))):
        at = float(random.uniform(0.35, 0.65)) * size[0], float(random.uniform(0.3, 0.7)) * size[1]
        reach = float(random.uniform(0.12, 0.36)) * size[0], float(random.uniform(0.12, 0.36)) * size[1]
        part = lump(random, size, at, reach, rough=0.12, turn=float(random.uniform(0, 3)), edge=1)
        dome = soften(part, min(reach) * 0.35) * min(reach) * random.uniform(1.2, 2.5) + random.uniform(0, 14)
        height = np.where(part > 0.5, np.maximum(height, dome), height)
        body = np.maximum(body, part)
    ivory, red = (
        np.array([222.0, 205, 170]),
        np.array([150.0, 48, 38]) if random.random() < 0.75 else hue(random),
    )
    share = np.clip(
        0.5
        + random.uniform(0.2, 0.8) * clouds(random, size, random.uniform(20, 90), 0.6)
        + random.uniform(-0.5, 0.5),
        0,
        1,
    )
    colours = ivory * (1 - share[..., None]) + red * share[..., None]
    height = height + random.uniform(0, 1.6) * clouds(random, size, random.uniform(3, 12), 0.7)
    for _ in range(int(random.integers(0, 6))):
        start = float(random.uniform(0.2, 0.8)) * size[0], float(random.uniform(0.1, 0.5)) * size[1]
        way = wander(random, start, float(random.uniform(0.6, 2.5)), int(random.integers(20, 60)), 3.0, 0.13)
        thick = np.linspace(float(random.uniform(3, 8)), 1.5, len(way))
        level = np.nan_to_num(
            height[way[:, 1].astype(int).clip(0, size[1] - 1), way[:, 0].astype(int).clip(0, size[0] - 1)],
            neginf=0,
        )
        bump, _ = balls(np.column_stack([way, gaussian_filter(level, 3)]), thick, size)
        over = bump > height
        height = np.where(over, bump, height)
        colours = np.where(over[..., None], pick(random, (ivory, np.array([200.0, 60, 40]))), colours)
    ground = np.full(3, 255.0 if random.random() < 0.3 else 0.0)
    pixels = shade(random, height, np.asarray(colours, float), ground, random.uniform(0.05, 0.6))
    page = Canvas(random, *size)
    page.ink = "black" if ground[0] else "white"
    page.paste(to_picture(pixels), 0, 0, *size)
    for _ in range(page.one((0, 0, 1, 3))):
        end = page.between(0.2, 0.8) * size[0], page.between(0.2, 0.8) * size[1]
        page.arrow((end[0] + page.between(-50, 50), end[1] + 30), end, width=page.between(1, 3))
        page.text((end[0], end[1] - 14), page.one(_NAMES))
    return press(random, finished(page))


def blobs(random: Random) -> Image.Image:
    """Segmented lumps or vessels, each of one colour or all of one, within the edges of a box, on white or black."""
    scene, turn = Scene(random), turned(random)
    dark, same = random.random() < 0.35, random.random() < 0.3
    one, sides = hue(random), np.array([10, random.uniform(5, 10), random.uniform(4, 10)])
    if random.random() < 0.4:
        for _ in range(int(random.integers(4, 22))):
            knots = (
                np.cumsum(random.normal(0, 2.2, (int(random.integers(4, 9)), 3)), 0)
                + random.uniform(-1, 1, 3) * sides
            )
            way = np.clip(smooth(knots, 6), -sides, sides)
            scene.tube(way @ turn, random.uniform(0.12, 0.7), one if same else hue(random, strong=1), 7)
    else:
        for _ in range(int(random.integers(5, 50))):
            shape = globe(7) * random.uniform(0.5, 1.5, 3) * random.uniform(0.4, 2.2)
            shape = shape * (1 + 0.2 * np.sin(shape @ random.normal(0, 2.5, 3))[..., None])
            scene.sheet(
                (shape + random.uniform(-0.9, 0.9, 3) * sides) @ turn, one if same else hue(random, strong=1)
            )
    page = Canvas(random, random.uniform(240, 340), random.uniform(220, 320))
    if dark:
        page.box(0, 0, page.width, page.height, fill="black")
        page.ink = "white"
    if random.random() < 0.7:
        grey = np.full(3, 230.0 if dark else 60.0)
        for axis in range(3):
            for a in (-1, 1):
                for b in (-1, 1):
                    ends = np.full((2, 3), 0.0)
                    ends[:, axis] = (-1, 1)
                    ends[:, (axis + 1) % 3], ends[:, (axis + 2) % 3] = a, b
                    scene.tube(
                        (ends[0] + np.linspace(0, 1, 16)[:, None] * (ends[1] - ends[0])) * sides @ turn,
                        0.06,
                        grey,
                        4,
                    )
    scene.draw(
        page,
        (14, 14, page.width - 28, page.height - 28),
        gloss=page.between(0, 0.7),
        fog=page.between(0, 0.4),
        ground=np.zeros(3) if dark else None,
    )
    if page.chance(0.35):
        for _ in range(page.count(1, 8)):
            page.text(
                (page.between(0.05, 0.95) * page.width, page.one((6, page.height - 8))),
                page.one(("0", "200", "400", "x (μm)", "y", "z", "50 μm")),
            )
    return press(random, finished(page))
