"""What is neither patient nor organ: plants, fields, animals and instruments."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from models.default.drawings.canvas import Canvas
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
)
from models.default.drawings.pictures.plane import (
    clouds,
    draw_size,
    grid,
    lump,
    shape_of,
    soften,
    to_picture,
    wander,
)


def plant(random: Random) -> Image.Image:
    """Plants in pots before a wall, or leaves with spots on a ground."""
    size = draw_size(random, 0.7, 1.3)
    pixels = cloth(random, size, ((12, 12, 12), (15, 15, 18), (235, 235, 232), (60, 90, 150), (150, 120, 90)))
    potted, green = (
        random.random() < 0.5,
        pick(random, ((70, 120, 45), (95, 140, 60), (130, 155, 60), (45, 90, 40))),
    )
    count = int(random.integers(1, 5))
    x, y = grid(size)
    leaves = mottled(filled(size, near(random, green)), clouds(random, size, 12, 0.7), 9)
    if random.random() < 0.4:
        sick = np.clip(clouds(random, size, 10, 0.4) * 3 - random.uniform(2, 5), 0, 1)
        tone = near(random, pick(random, ((150, 110, 50), (225, 210, 110), (80, 55, 30))))
        leaves = paint(leaves, np.asarray(sick, np.float32), tone)
    height, whole = np.zeros((size[1], size[0]), np.float32), np.zeros((size[1], size[0]), np.float32)
    for place in range(count):
        root = size[0] * float(place + 0.5) / count, size[1] * 0.78
        if potted:
            pixels = _pot(random, pixels, root, size[0] * 0.32 / count)
        for _ in range(int(random.integers(5, 18)) if potted else int(random.integers(1, 3))):
            room = min(size[0] / count, size[1])
            long = room * float(random.uniform(0.12, 0.28) if potted else random.uniform(0.25, 0.45))
            up = size[1] * float(random.uniform(0, 0.45) if potted else random.uniform(0.2, 0.45))
            at = root[0] + float(random.normal(0, 0.4)) * long, root[1] - up
            turn = float(random.uniform(0, 3.1))
            thin = float(random.uniform(0.1, 0.5))
            mask, rise = dome(random, size, at, (long, long * thin), rough=0.08, turn=turn)
            part = mask > 0
            u = (x[part] - at[0]) * np.cos(turn) + (y[part] - at[1]) * np.sin(turn)
            v = (y[part] - at[1]) * np.cos(turn) - (x[part] - at[0]) * np.sin(turn)
            ribs = np.exp(-((v / 1.2) ** 2)) + 0.5 * np.clip(np.sin((u + np.abs(v)) * 0.6) - 0.6, 0, 1)
            leaves[part] += 30 * ribs[:, None] + random.normal(0, 12)
            height[part], whole = 0.3 * rise[part] + random.uniform(0, 3), np.maximum(whole, mask)
    pixels = paint(pixels, whole, lit(random, leaves, height, random.uniform(0, 0.5)))
    return taken(
        random, ruler(random, pixels) if random.random() < 0.15 else pixels, ("WT", "Mock", "CK", "T1"), 0.3
    )


def landscape(random: Random) -> Image.Image:
    """Sky, hills, a field or water, trees; or all of it from above."""
    size = draw_size(random, 0.45, 0.85)
    _, y = grid(size)
    rough = clouds(random, size, 60, 0.75)
    ground = pick(
        random,
        ((110, 130, 60), (150, 135, 90), (90, 110, 50), (170, 140, 100), (60, 100, 140), (200, 205, 210)),
    )
    level = size[1] * random.uniform(0.25, 0.6)
    sky = filled(size, near(random, pick(random, ((110, 160, 215), (170, 195, 220), (215, 220, 225)))))
    pixels = mottled(
        sky + 50 * (y / level)[..., None], np.clip(clouds(random, size, 70, 0.6), 0, 2), random.uniform(0, 35)
    )
    for far in range(int(random.integers(1, 4))):
        ridge = level - size[1] * (0.14 - 0.05 * far) * np.abs(clouds(random, (size[0], 1), 60, 0.55)[0])
        hill = mottled(filled(size, near(random, (100 - 10 * far, 115, 120 - 25 * far))), rough, 9)
        pixels = paint(pixels, np.clip(y - ridge[None], 0, 1).astype(np.float32), hill)
    depth = np.clip((y - level) / size[1], 0, 1)
    tufts = clouds(random, size, 5, 0.9) * (0.3 + 2 * depth)
    field = mottled(mottled(filled(size, near(random, ground)), rough, 12), np.asarray(tufts, np.float32), 22)
    pixels = paint(pixels, np.clip(y - level, 0, 1).astype(np.float32), field)
    for _ in range(int(random.integers(0, 12))):
        wide = size[1] * float(random.uniform(0.03, 0.16))
        at = float(random.uniform(0, size[0])), level + float(random.uniform(-0.6, 1.0)) * wide
        crown = lump(random, size, at, (wide, wide * 1.1), rough=0.25, edge=wide)
        crown = crown * np.clip(2.2 * crown + 0.5 * clouds(random, size, 5, 0.8) - 0.3, 0, 1)
        leaves = mottled(filled(size, near(random, (60, 85, 40))), clouds(random, size, 7, 0.8), 24)
        pixels = paint(pixels, np.asarray(crown, np.float32), leaves)
    if random.random() < 0.25:
        pixels = _from_above(random, rough)
    return taken(random, pixels, ("A", "Site 1", "2010", "N"))


def animal(random: Random) -> Image.Image:
    """A fish, an insect, a larva or a shell on an even ground, with legs, fins and stripes."""
    size = draw_size(random, 0.45, 0.95)
    pixels = cloth(
        random, size, ((240, 240, 238), (225, 226, 228), (15, 15, 16), (60, 110, 170), (170, 150, 120))
    )
    x, _ = grid(size)
    colour = near(
        random,
        pick(
            random,
            ((110, 90, 60), (60, 45, 30), (150, 140, 120), (190, 170, 120), (90, 100, 105), (160, 80, 40)),
        ),
    )
    at, long = (size[0] / 2, size[1] / 2), min(size[0] * 0.4, size[1] * 0.8) * float(random.uniform(0.7, 1))
    image = Image.new("L", size)
    draw = ImageDraw.Draw(image)
    wide = long * float(random.uniform(0.2, 0.45))
    fish = random.random() < 0.45
    for _ in range(0 if fish else 6):
        start = at[0] + long * float(random.uniform(-0.4, 0.5)), at[1]
        turn = pick(random, (-1, 1)) * float(random.uniform(0.7, 2.4))
        way = wander(random, start, turn, int(long / 6), 7, 0.2)
        draw.line([(px, py) for px, py in way.tolist()], 255, int(random.integers(2, 5)))
    if fish:
        tail = at[0] + long * 0.85
        draw.polygon(
            [
                (tail, at[1]),
                (tail + long * 0.35, at[1] - wide * 0.9),
                (tail + long * 0.25, at[1]),
                (tail + long * 0.35, at[1] + wide * 0.9),
            ],
            230,
        )
        draw.polygon(
            [
                (at[0] - long * 0.2, at[1] - wide * 0.8),
                (at[0] + long * 0.1, at[1] - wide * 1.5),
                (at[0] + long * 0.5, at[1] - wide * 0.6),
            ],
            200,
        )
    pixels = paint(pixels, shape_of(image, 0.7), colour * 0.8)
    parts = ((0.0, 1.0),) if fish else ((0.6, 0.35), (0.2, 0.35), (-0.3, 0.65))
    height, whole = np.zeros((size[1], size[0]), np.float32), np.zeros((size[1], size[0]), np.float32)
    for aside, share in parts:
        mask, rise = dome(
            random,
            size,
            (at[0] + aside * long, at[1]),
            (long * share, wide * (0.6 + 0.4 * share)),
            rough=0.03,
        )
        height, whole = np.maximum(height, rise), np.maximum(whole, mask)
    body = mottled(filled(size, colour), clouds(random, size, 10, 0.8), 14)
    bands = np.sin(x / random.uniform(3, 14) + clouds(random, size, 30, 0.3))
    body = mottled(body, np.asarray(bands, np.float32), random.uniform(0, 28))
    body = mottled(body, height / wide, -35) if fish else body
    if fish:
        eye = at[0] - long * 0.78, at[1] - wide * 0.15
        body = paint(body, lump(random, size, eye, (wide * 0.13,) * 2, rough=0.0), near(random, (20, 18, 16)))
    pixels = paint(
        pixels,
        whole,
        lit(random, body, height * 0.7 + 0.4 * clouds(random, size, 3), random.uniform(0.1, 0.9)),
    )
    return taken(random, ruler(random, pixels) if random.random() < 0.2 else pixels, ("A", "male", "♀"), 0.4)


def instrument(random: Random) -> Image.Image:
    """An apparatus on a bench: boxes, cylinders, screens, knobs and cables, shaded, with arrows and names at times."""
    size = draw_size(random, 0.65, 1.2)
    page = Canvas(random, *size)
    wall, bench = (
        to_picture(cloth(random, size, tints))
        for tints in (
            ((225, 225, 222), (180, 180, 175), (245, 245, 245)),
            ((160, 125, 85), (60, 62, 66), (225, 226, 228)),
        )
    )
    page.paste(wall, 0, 0, *size)
    low = size[1] * page.between(0.55, 0.85)
    page.paste(bench.crop((0, 0, size[0], size[1] // 3)), 0, low, size[0], size[1] - low)
    for _ in range(page.count(2, 8)):
        wide, high = size[0] * page.between(0.08, 0.4), size[1] * page.between(0.1, 0.5)
        left, top = page.between(-0.05, 0.85) * size[0], low - high + page.between(0, 0.2) * size[1]
        page.paste(_block(random, (max(4, round(wide)), max(4, round(high)))), left, top, wide, high)
    for _ in range(page.count(0, 5)):
        start = page.between(0, 1) * size[0], page.between(0.3, 0.9) * size[1]
        way = wander(random, start, page.between(0, 6.3), 30, 6, 0.12)
        page.line(
            [(px, py) for px, py in way.tolist()],
            colour=page.one(("#202020", "#b02020", "#2040a0", "#e0e0e0")),
            width=page.between(1, 4),
        )
    pixels = np.asarray(page.finish(cut=False), np.float32)
    soft = np.asarray(clouds(random, size, 70, 0.5), np.float32)
    return taken(
        random,
        mottled(pixels, soft, random.uniform(3, 14)),
        ("Camera", "Laser", "Sensor", "Pump", "PC", "Sample", "Motor"),
    )


def _block(random: Random, size: tuple[int, int]) -> Image.Image:
    """A box or a cylinder of metal, plastic or glass, with a screen, screws or slots on it."""
    x, y = grid(size)
    colour = near(
        random,
        pick(
            random,
            (
                (235, 235, 230),
                (40, 42, 45),
                (180, 185, 190),
                (60, 110, 170),
                (190, 160, 60),
                (170, 60, 50),
                (60, 130, 80),
            ),
        ),
    )
    u = x / size[0] * 2 - 1
    shade = np.sqrt(np.clip(1 - u**2, 0.05, 1)) if random.random() < 0.5 else 0.85 + 0.15 * u
    shade = (
        shade
        + 0.7
        * np.exp(-(((u - random.uniform(-0.6, 0.6)) / random.uniform(0.05, 0.3)) ** 2))
        * random.random()
    )
    pixels = filled(size, colour) * shade[..., None]
    pixels = pixels * (1 - 0.25 * y / size[1])[..., None]
    image = to_picture(np.asarray(pixels, np.float32))
    draw = ImageDraw.Draw(image)
    for _ in range(int(random.integers(0, 7))):
        wide, high = size[0] * random.uniform(0.05, 0.5), size[1] * random.uniform(0.03, 0.35)
        left, top = random.uniform(0.05, 0.8) * size[0], random.uniform(0.05, 0.85) * size[1]
        tone = tuple(
            int(v)
            for v in near(
                random, pick(random, ((25, 25, 28), (200, 205, 210), (30, 90, 160), (225, 225, 220)))
            )
        )
        box = (left, top, left + wide, top + high)
        if random.random() < 0.35:
            draw.ellipse((left, top, left + min(wide, high), top + min(wide, high)), tone, "black")
        else:
            draw.rectangle(box, tone, tuple(int(v * 0.5) for v in tone))
    draw.rectangle((0, 0, size[0] - 1, size[1] - 1), None, tuple(int(v * 0.4) for v in colour))
    return image


def _pot(random: Random, pixels: Pixels, root: tuple[float, float], wide: float) -> Pixels:
    size = (pixels.shape[1], pixels.shape[0])
    image = Image.new("L", size)
    low = min(size[1] - 2.0, root[1] + wide * 1.4)
    ImageDraw.Draw(image).polygon(
        [
            (root[0] - wide, root[1]),
            (root[0] + wide, root[1]),
            (root[0] + wide * 0.75, low),
            (root[0] - wide * 0.75, low),
        ],
        255,
    )
    x, _ = grid(size)
    round_ = np.sqrt(np.clip(1 - ((x - root[0]) / wide) ** 2, 0.1, 1))[..., None]
    clay = near(random, pick(random, ((40, 40, 42), (170, 95, 65), (235, 235, 230))))
    pixels = paint(pixels, shape_of(image, 0.7), np.asarray(filled(size, clay) * round_, np.float32))
    soil = mottled(filled(size, near(random, (60, 45, 35))), clouds(random, size, 3, 0.9), 14)
    return paint(pixels, lump(random, size, root, (wide, wide * 0.22), rough=0.02), soil)


def _from_above(random: Random, rough: np.ndarray) -> Pixels:
    """Fields, woods, water and roads as a satellite sees them."""
    size = (rough.shape[1], rough.shape[0])
    x, y = grid(size)
    turn, step = random.uniform(0, 3), random.uniform(18, 60)
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    plot = (np.floor(u / step) * 7 + np.floor(v / (step * 1.4)) * 13).astype(int)
    tones = np.stack(
        [
            near(random, pick(random, ((110, 120, 70), (150, 135, 95), (80, 100, 60), (170, 160, 130))))
            for _ in range(17)
        ]
    )
    pixels = mottled(np.asarray(tones[plot % 17], np.float32), clouds(random, size, 6, 0.9), 14)
    wood = np.clip(rough * 4 - random.uniform(0, 4), 0, 1)
    pixels = paint(
        pixels,
        np.asarray(wood, np.float32),
        mottled(filled(size, near(random, (45, 65, 40))), clouds(random, size, 4, 0.9), 12),
    )
    river = np.exp(-(((v - size[1] / 3 + 14 * rough) / random.uniform(3, 14)) ** 2))
    return paint(pixels, soften(river, 0.5), near(random, pick(random, ((50, 70, 90), (190, 185, 175)))))
