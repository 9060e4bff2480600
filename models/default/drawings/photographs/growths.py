"""What grows in glass: dishes of colonies and moulds, wells, and spots of a dilution."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from models.default.drawings.canvas import Canvas
from models.default.drawings.figure import Random, pick
from models.default.drawings.photographs.light import (
    cloth,
    dome,
    filled,
    lit,
    mottled,
    near,
    paint,
    taken,
)
from models.default.drawings.pictures.plane import (
    clouds,
    draw_size,
    grain,
    grid,
    lump,
    shape_of,
)

_AGARS = (
    (215, 200, 150),
    (180, 170, 110),
    (200, 190, 180),
    (120, 25, 25),
    (90, 70, 60),
    (230, 225, 215),
    (60, 60, 62),
    (150, 160, 150),
)
_COLONIES = (
    (240, 235, 215),
    (250, 250, 248),
    (225, 190, 80),
    (150, 170, 150),
    (110, 130, 115),
    (90, 70, 120),
    (70, 60, 50),
)


def dish(random: Random) -> Image.Image:
    """A dish of agar with colonies, streaks, one spreading mould, or discs with clear zones about them."""
    size = draw_size(random, 0.85, 1.1)
    x, y = grid(size)
    pixels = cloth(
        random,
        size,
        ((15, 15, 16), (225, 225, 222), (60, 62, 66), (110, 120, 80), (170, 150, 120), (40, 90, 160)),
    )
    at, reach = (size[0] / 2, size[1] / 2), min(size) * float(random.uniform(0.4, 0.56))
    far = np.hypot(x - at[0], y - at[1])
    base = near(random, pick(random, _AGARS))
    agar = mottled(filled(size, base), clouds(random, size, 50, 0.6), random.uniform(2, 10))
    colour, height = near(random, pick(random, _COLONIES)), np.zeros((size[1], size[0]), np.float32)
    way = pick(random, ("colonies", "colonies", "mould", "discs", "streaks"))
    if way == "colonies":
        for _ in range(int(np.exp(random.uniform(2, 5.3)))):
            spot = at[0] + reach * float(random.normal(0, 0.4)), at[1] + reach * float(random.normal(0, 0.4))
            wide = float(np.exp(random.uniform(0.2, 1.9)))
            mask, rise = dome(random, size, spot, (wide, wide), rough=0.04)
            agar, height = paint(agar, mask, near(random, colour, 6)), np.maximum(height, rise)
    elif way == "mould":
        edge = random.uniform(0.3, 0.95) * reach + 5 * grain(random, size, 12)
        rays = np.sin(np.arctan2(y - at[1], x - at[0]) * 60 + 2 * grain(random, size, 9))
        for share, shade in zip(
            sorted(random.uniform(0.2, 1, 3), reverse=True),
            (colour, near(random, pick(random, _COLONIES)), colour),
            strict=True,
        ):
            ring = np.clip((share * edge - far + 2 * rays) / 8, 0, 1)
            agar = paint(
                agar,
                np.asarray(ring, np.float32),
                mottled(filled(size, shade), clouds(random, size, 6, 0.8), 7),
            )
    elif way == "discs":
        agar = mottled(agar, clouds(random, size, 3, 0.8), 6)
        for turn in np.arange(int(random.integers(1, 7))) * 1.05 + random.uniform(0, 6):
            spot = at[0] + 0.55 * reach * float(np.cos(turn)), at[1] + 0.55 * reach * float(np.sin(turn))
            wide = reach * float(random.uniform(0.08, 0.3))
            agar = paint(agar, 0.6 * lump(random, size, spot, (wide, wide), rough=0.02, edge=4), base * 0.6)
            agar = paint(
                agar, lump(random, size, spot, (reach * 0.065,) * 2, rough=0.0), near(random, (245, 245, 240))
            )
    else:
        image = Image.new("L", size)
        draw = ImageDraw.Draw(image)
        for _ in range(int(random.integers(2, 6))):
            spot = (
                at[0] + reach * float(random.normal(0, 0.35)),
                at[1] + reach * float(random.normal(0, 0.35)),
            )
            zigzag = [
                (spot[0] + step * 5, spot[1] + reach * 0.14 * (-1) ** step)
                for step in range(int(random.integers(4, 14)))
            ]
            draw.line(zigzag, 255, int(random.integers(2, 5)))
        agar = paint(agar, np.clip(shape_of(image, 1) * (1 + 0.4 * grain(random, size, 2)), 0, 1), colour)
    pixels = paint(pixels, np.clip(reach - far, 0, 1).astype(np.float32), lit(random, agar, height, 0.3))
    rim = np.exp(-(((far - reach) / random.uniform(2, 5)) ** 2)) + 0.5 * np.exp(
        -(((far - 0.93 * reach) / 2) ** 2)
    )
    glint = np.clip(0.4 + np.cos(np.arctan2(y - at[1], x - at[0]) * 2 + random.uniform(0, 6)), 0, 1)
    return taken(
        random,
        mottled(pixels, np.asarray(rim * glint, np.float32), random.uniform(40, 150)),
        ("Control", "10 mg/ml", "S. aureus"),
    )


def wells(random: Random) -> Image.Image:
    """A plate of wells, or spots of a dilution in rows, with what was given named above and beside."""
    size = draw_size(random, 0.35, 0.9)
    spots = random.random() < 0.5
    pixels = filled(
        size,
        near(
            random, (45, 46, 48) if spots else pick(random, ((205, 208, 210), (60, 62, 66), (235, 235, 230)))
        ),
    )
    pixels = mottled(pixels, clouds(random, size, 40, 0.6), random.uniform(2, 9))
    count = int(random.integers(3, 9))
    room = size[0] / count
    colour = near(
        random,
        (225, 225, 218)
        if spots
        else pick(random, ((225, 225, 220), (150, 90, 190), (90, 60, 150), (225, 190, 80), (200, 70, 120))),
    )
    height = np.zeros((size[1], size[0]), np.float32)
    for line in range(max(1, int(size[1] / room))):
        fall = random.uniform(0.05, 0.6)
        for place in range(count):
            at, wide = (room * (place + 0.5), room * (line + 0.5)), room * 0.42
            strength = float(np.exp(-fall * place))
            if spots:
                mask, rise = dome(random, size, at, (wide * 0.85, wide * 0.8), rough=0.04)
                speck = clouds(random, size, 4, 0.3) > (1 - strength) * 3 - 1
                mask = mask * (speck if strength < 0.6 else 1)
                pixels, height = (
                    paint(pixels, np.asarray(mask, np.float32), colour),
                    np.maximum(height, rise * mask),
                )
                continue
            pixels = paint(
                pixels, lump(random, size, at, (wide, wide), rough=0.0), near(random, (90, 90, 92), 5)
            )
            inside = filled(size, near(random, (225, 225, 222), 5)) * (1 - strength) + colour * strength
            pixels = paint(
                pixels, lump(random, size, at, (wide * 0.92,) * 2, rough=0.0), np.asarray(inside, np.float32)
            )
            gleam = at[0] - wide * 0.4, at[1] - wide * 0.4
            pixels = paint(
                pixels,
                0.6 * lump(random, size, gleam, (wide * 0.2, wide * 0.12), turn=-0.7),
                near(random, (250, 250, 250), 4),
            )
    image = taken(random, lit(random, pixels, np.asarray(0.25 * height, np.float32), 0.1))
    return _beside(random, image, count) if random.random() < 0.5 else image


def _beside(random: Random, image: Image.Image, count: int) -> Image.Image:
    """With what was given named above each column and beside each row."""
    side, top = random.uniform(0, 60), random.uniform(14, 30)
    page = Canvas(random, image.width + side, image.height + top)
    page.ink, page.size = "black", page.between(8, 12)
    page.paste(image, side, top, image.width, image.height)
    for place in range(count):
        page.text(
            (side + image.width * (place + 0.5) / count, top / 2), str(page.one((0, 1, 2, 4, 5, 10, 25, 50)))
        )
    room = image.width / count
    for line in range(max(1, int(image.height / room)) if side > 30 else 0):
        page.text(
            (side - 4, top + room * (line + 0.5)),
            page.one(("WT", "Δcp", "ctrl", "A2", "mut-1", "DMSO")),
            anchor="rm",
        )
    return page.finish(cut=False)
