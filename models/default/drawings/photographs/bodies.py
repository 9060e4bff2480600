"""Parts of patients: eyes, mouths, faces, and what is open before a surgeon."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

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
    taken,
    vessels,
)
from models.default.drawings.pictures.plane import (
    clouds,
    draw_size,
    grain,
    grid,
    lump,
    shape_of,
    soften,
    wander,
)

SKINS = ((232, 190, 165), (222, 170, 140), (200, 150, 115), (165, 115, 80), (110, 75, 55), (80, 55, 42))
_DRAPES = ((35, 120, 105), (45, 140, 95), (40, 95, 165), (70, 150, 190), (225, 228, 230), (30, 90, 80))


def fundus(random: Random) -> Image.Image:
    """The ground of an eye in orange on black: vessels out of a pale disc, a darker spot, at times blots."""
    size = draw_size(random, 0.75, 1.05)
    x, y = grid(size)
    middle, reach = (size[0] / 2, size[1] / 2), min(size) * float(random.uniform(0.46, 0.72))
    body = filled(
        size, near(random, pick(random, ((200, 95, 40), (175, 70, 35), (210, 120, 70), (150, 60, 40))))
    )
    body = mottled(body, clouds(random, size, 50, 0.5), random.uniform(3, 14), (1, 0.7, 0.4))
    side = pick(random, (-1, 1))
    disc = (
        middle[0] + side * reach * float(random.uniform(0.1, 0.6)),
        middle[1] + reach * float(random.normal(0, 0.1)),
    )
    spot = lump(random, size, (disc[0] - side * reach * 0.6, disc[1]), (reach * 0.2,) * 2, edge=reach * 0.2)
    body = mottled(body, spot, -random.uniform(20, 70), (1, 0.7, 0.3))
    for _ in range(int(random.integers(0, 14)) if random.random() < 0.5 else 0):
        at = float(random.uniform(0, size[0])), float(random.uniform(0, size[1]))
        wide = float(np.exp(random.uniform(0.5, 3)))
        blot = lump(random, size, at, (wide, wide * 0.8), rough=0.3, edge=4)
        body = paint(body, blot * 0.8, near(random, pick(random, ((230, 200, 110), (110, 15, 12)))))
    web = vessels(random, size, int(random.integers(4, 9)), random.uniform(3, 7), disc)
    body = paint(body, web * random.uniform(0.5, 0.9), near(random, (120, 25, 15)))
    cup = reach * float(random.uniform(0.1, 0.16))
    body = paint(
        body,
        0.8 * lump(random, size, disc, (cup, cup * 1.1), rough=0.03, edge=4),
        near(random, (250, 205, 130)),
    )
    body = paint(body, web * 0.5, near(random, (130, 30, 20)))
    far = np.hypot(x - middle[0], y - middle[1]) / reach
    body = body * (1 - random.uniform(0.1, 0.5) * far**2)[..., None]
    field = np.clip((1 - far) * reach / 1.5, 0, 1).astype(np.float32)
    return taken(random, paint(filled(size, near(random, (6, 6, 6), 4)), field, np.asarray(body, np.float32)))


def eye(random: Random) -> Image.Image:
    """An eye before a lamp: iris and pupil, white with vessels, lids; haze, ulcers or vessels on its cornea."""
    size = draw_size(random, 0.6, 0.95)
    x, y = grid(size)
    at = size[0] * float(random.uniform(0.4, 0.6)), size[1] * float(random.uniform(0.42, 0.58))
    reach = size[1] * float(random.uniform(0.25, 0.55))
    body = filled(size, near(random, (225, 200, 190)))
    red = random.uniform(0.1, 0.9)
    for _ in range(2):
        body = paint(
            body, red * vessels(random, size, 9, random.uniform(1.2, 3)), near(random, (185, 40, 40))
        )
    body = mottled(body, clouds(random, size, 50, 0.4), 10 * red, (0.6, 1, 1))
    far, turn = np.hypot(x - at[0], y - at[1]) / reach, np.arctan2(y - at[1], x - at[0])
    iris = mottled(
        filled(
            size, near(random, pick(random, ((85, 55, 30), (60, 40, 25), (90, 120, 140), (110, 110, 70))))
        ),
        np.asarray(np.sin(turn * int(random.integers(30, 70)) + 3 * grain(random, size, 20)), np.float32),
        random.uniform(3, 14),
    )
    body = paint(body, np.clip((1 - far) * reach / 5, 0, 1).astype(np.float32), iris)
    pupil = float(random.uniform(0.25, 0.65))
    body = paint(
        body, np.clip((pupil - far) * reach / 2, 0, 1).astype(np.float32), near(random, (18, 14, 12), 6)
    )
    if random.random() < 0.6:
        haze = np.clip(1.1 - far, 0, 1) * np.clip(0.6 + 0.5 * clouds(random, size, 40, 0.6), 0, 1)
        body = paint(
            body, np.asarray(random.uniform(0.2, 0.95) * haze, np.float32), near(random, (200, 200, 195))
        )
        if random.random() < 0.5:
            body = paint(body, 0.7 * vessels(random, size, 6, 2.5), near(random, (170, 40, 35)))
    if random.random() < 0.3:
        slit = np.exp(-(((x - at[0] - reach * 0.3 + 0.0015 * (y - at[1]) ** 2) / random.uniform(3, 12)) ** 2))
        body = np.asarray(body * random.uniform(0.3, 0.8) + 190 * slit[..., None], np.float32)
    for _ in range(int(random.integers(1, 5))):
        spot = at[0] + reach * float(random.normal(0, 0.3)), at[1] + reach * float(random.normal(-0.1, 0.3))
        wide = float(random.uniform(2, 10))
        body = paint(
            body, lump(random, size, spot, (wide, wide * 1.3), rough=0.2), near(random, (250, 252, 255), 5)
        )
    if random.random() < 0.6:
        open_ = reach * float(random.uniform(0.7, 1.4))
        lid = np.abs(y - at[1]) - open_ * (1 - ((x - at[0]) / (2.6 * reach)) ** 2)
        skin = mottled(filled(size, near(random, pick(random, SKINS))), clouds(random, size, 7, 0.7), 6)
        body = paint(body, np.clip(lid / 4, 0, 1).astype(np.float32), skin)
        body = mottled(body, np.exp(-((lid / 6) ** 2)).astype(np.float32), -60)
    return taken(random, body)


def mouth(random: Random) -> Image.Image:
    """Teeth in gums, one row or two, from before or from below, with lips, and often a wound or a filling."""
    size = draw_size(random, 0.55, 0.9)
    _, y = grid(size)
    gum = near(random, pick(random, ((205, 110, 105), (190, 85, 85), (215, 135, 130))))
    body = mottled(filled(size, gum), clouds(random, size, 30, 0.6), random.uniform(5, 16), (0.7, 1, 1))
    dark = np.clip((y - size[1] * random.uniform(0.5, 0.95)) / random.uniform(4, 20), 0, 1)
    body = paint(body, dark, near(random, pick(random, ((30, 10, 10), (10, 8, 8), (110, 40, 40)))))
    height = np.asarray(3 * clouds(random, size, 30, 0.4), np.float32)
    white = near(random, pick(random, ((240, 232, 215), (225, 210, 170), (235, 235, 235))))
    count, curve = int(random.integers(3, 10)), float(random.uniform(-0.3, 0.45))
    for side in pick(random, ((0.0,), (0.0,), (-0.24, 0.24))):
        for place in range(count):
            aside = (place + 0.5) / count - 0.5
            wide = size[0] / count * (1.05 - 0.7 * aside**2) / 2
            high = (
                size[1] * float(random.uniform(0.16, 0.22))
                if side
                else wide * float(random.uniform(1.1, 1.6))
            )
            at = (
                size[0] * (0.5 + aside),
                size[1] * (0.5 + side - curve * 4 * aside**2 * (1 if side <= 0 else -1) * 0.5),
            )
            if random.random() < 0.08:
                continue
            mask, rise = dome(
                random, size, at, (wide * 0.98, high), rough=0.05, turn=float(random.normal(0, 0.08))
            )
            tooth = mottled(filled(size, near(random, white, 7)), clouds(random, size, 15, 0.5), 4)
            body = paint(body, mask, mottled(tooth, np.clip((at[1] - y) / high, 0, 1), 22, (-0.1, -0.5, -1)))
            height = np.maximum(height, soften(np.minimum(rise, wide * 0.4) * mask, 1.5))
            if random.random() < 0.12:
                body = paint(
                    body,
                    lump(random, size, at, (wide * 0.4, wide * 0.3), rough=0.3, edge=3),
                    near(random, (70, 50, 35)),
                )
    if random.random() < 0.5:
        at = float(random.uniform(0.2, 0.8)) * size[0], float(random.uniform(0.15, 0.6)) * size[1]
        sore = lump(random, size, at, (size[0] * 0.13, size[0] * 0.09), rough=0.25, edge=8)
        body, height = (
            paint(
                body, 0.8 * sore, near(random, pick(random, ((150, 20, 25), (225, 205, 185), (120, 40, 60))))
            ),
            height + 6 * soften(sore, 5),
        )
    if random.random() < 0.5:
        lip = np.abs(y - size[1] / 2) - size[1] * random.uniform(0.36, 0.48) + 4 * grain(random, size, 50)
        body = paint(
            body,
            np.clip(lip / 6, 0, 1).astype(np.float32),
            near(random, pick(random, ((190, 110, 100), *SKINS))),
        )
    return taken(random, lit(random, body, height, random.uniform(0.5, 1.5), random.uniform(0.3, 0.9)))


def operation(random: Random) -> Image.Image:
    """Open flesh between drapes: wet, red, with yellow fat and pale cords, and gloves and instruments upon it."""
    size = draw_size(random, 0.6, 1.05)
    pixels = cloth(random, size, _DRAPES)
    at = size[0] * float(random.uniform(0.4, 0.6)), size[1] * float(random.uniform(0.4, 0.6))
    reach = size[0] * float(random.uniform(0.3, 0.7)), size[1] * float(random.uniform(0.3, 0.7))
    turn = float(random.normal(0, 0.5))
    if random.random() < 0.6:
        skin = lump(random, size, at, (reach[0] * 1.4, reach[1] * 1.4), rough=0.1, turn=turn, edge=4)
        pixels = paint(
            pixels,
            skin,
            mottled(
                filled(size, near(random, pick(random, (*SKINS, (190, 120, 50))))),
                clouds(random, size, 9, 0.6),
                6,
            ),
        )
    wound = lump(random, size, at, reach, rough=0.15, turn=turn, edge=5)
    flesh = mottled(
        filled(size, near(random, (165, 45, 40), 18)), clouds(random, size, 40, 0.7), 28, (1, 0.7, 0.6)
    )
    height = np.asarray(6 * clouds(random, size, 28, 0.6), np.float32)
    for shade in ((225, 180, 90), (120, 15, 20), (225, 175, 165), (200, 90, 80)):
        zone = np.clip(
            (clouds(random, size, random.uniform(15, 50), 0.6) - random.uniform(0.2, 1.6)) * 3, 0, 1
        )
        flesh = paint(flesh, np.asarray(zone, np.float32), near(random, shade))
    for _ in range(int(random.integers(0, 7))):
        spot = (
            at[0] + reach[0] * float(random.normal(0, 0.4)),
            at[1] + reach[1] * float(random.normal(0, 0.4)),
        )
        wide = size[0] * float(random.uniform(0.05, 0.2))
        mask, rise = dome(
            random, size, spot, (wide, wide * 0.7), rough=0.12, turn=float(random.uniform(0, 3))
        )
        flesh = paint(
            flesh,
            0.8 * mask,
            near(random, pick(random, ((190, 80, 75), (215, 150, 140), (140, 40, 40), (220, 190, 150)))),
        )
        height = np.maximum(height, rise)
    flesh = paint(flesh, 0.6 * vessels(random, size, 5, 3), near(random, (110, 10, 20)))
    wet = lit(random, flesh, height, random.uniform(0.6, 1.6), 0.6)
    pixels = paint(pixels, wound, wet)
    for _ in range(int(random.integers(0, 4))):
        pixels = _hand(random, pixels) if random.random() < 0.4 else _tool(random, pixels)
    return taken(random, pixels)


def _hand(random: Random, pixels: Pixels) -> Pixels:
    """With fingers in a glove, in from an edge."""
    size = (pixels.shape[1], pixels.shape[0])
    side, glove = (
        pick(random, (0, 1)),
        near(random, pick(random, ((235, 232, 225), (225, 205, 165), (120, 150, 210)))),
    )
    height = np.zeros((size[1], size[0]), np.float32)
    whole, low = np.zeros_like(height), size[1] * float(random.uniform(0.2, 0.9))
    for finger in range(int(random.integers(1, 5))):
        at = size[0] * float(side + (0.5 - side) * random.uniform(0, 0.5)), low + finger * size[0] * 0.08
        mask, rise = dome(
            random, size, at, (size[0] * 0.2, size[0] * 0.045), rough=0.05, turn=float(random.normal(0, 0.25))
        )
        whole, height = np.maximum(whole, mask), np.maximum(height, rise)
    stained = mottled(filled(size, glove), clouds(random, size, 30, 0.5), 8, (0.3, 1, 1))
    return paint(pixels, whole, lit(random, stained, height + clouds(random, size, 12, 0.5), 0.3, 0.8))


def _tool(random: Random, pixels: Pixels) -> Pixels:
    """With an instrument of steel, or a thread, in from an edge."""
    size = (pixels.shape[1], pixels.shape[0])
    image = Image.new("L", size)
    draw = ImageDraw.Draw(image)
    start = pick(
        random,
        (
            (0.0, float(random.uniform(0, size[1]))),
            (float(random.uniform(0, size[0])), 0.0),
            (float(size[0]), float(random.uniform(0, size[1]))),
        ),
    )
    turn = float(np.arctan2(size[1] / 2 - start[1], size[0] / 2 - start[0]) + random.normal(0, 0.3))
    wide = float(random.uniform(2, 14))
    way = [(px, py) for px, py in wander(random, start, turn, int(random.integers(15, 40)), 6, 0.02).tolist()]
    for share, light in ((1.0, 90), (0.7, 170), (0.35, 255)):
        draw.line(way, light, max(1, round(wide * share)), joint="curve")
    drawn = shape_of(image, 0.6)
    steel = filled(size, near(random, (205, 210, 215))) * (0.25 + 0.9 * drawn[..., None])
    return paint(pixels, np.clip(drawn * 3, 0, 1), np.asarray(steel, np.float32))


def face(random: Random) -> Image.Image:
    """A head or a limb with its skin, its eyes behind a bar, before a wall or on a sheet."""
    size = draw_size(random, 0.8, 1.4)
    pixels = cloth(
        random,
        size,
        ((35, 120, 105), (200, 200, 195), (60, 90, 160), (90, 90, 95), (40, 60, 110), (180, 165, 140)),
    )
    x, y = grid(size)
    at = size[0] * float(random.uniform(0.42, 0.58)), size[1] * float(random.uniform(0.38, 0.52))
    reach = size[0] * float(random.uniform(0.24, 0.42)), size[1] * float(random.uniform(0.28, 0.4))
    skin, hair = (
        near(random, pick(random, SKINS)),
        near(random, pick(random, ((25, 20, 18), (60, 40, 28), (120, 115, 110)))),
    )
    shirt, _ = dome(random, size, (at[0], size[1] * 1.15), (size[0] * 0.55, size[1] * 0.35), rough=0.05)
    pixels = paint(
        pixels,
        shirt,
        cloth(random, size, ((200, 60, 60), (60, 80, 140), (235, 235, 235), (40, 110, 90), (90, 60, 110))),
    )
    neck = lump(random, size, (at[0], at[1] + reach[1]), (reach[0] * 0.5, reach[1] * 0.5), rough=0.03)
    pixels = paint(pixels, neck, skin * 0.8)
    back, _ = dome(
        random, size, (at[0], at[1] - reach[1] * 0.15), (reach[0] * 1.1, reach[1] * 1.08), rough=0.05
    )
    pixels = paint(pixels, back, mottled(filled(size, hair), grain(random, size, 1.2), 9))
    mask, height = dome(random, size, (at[0], at[1] + reach[1] * 0.08), reach, rough=0.03)
    body = mottled(filled(size, skin), clouds(random, size, 30, 0.6), 7, (0.8, 1, 1))
    for side in (-1, 1):
        cheek = lump(
            random,
            size,
            (at[0] + side * reach[0] * 0.5, at[1] + reach[1] * 0.3),
            (reach[0] * 0.4,) * 2,
            edge=20,
        )
        body = mottled(body, cheek, 14, (1, -0.3, -0.3))
        hole = at[0] + side * reach[0] * 0.1, at[1] + reach[1] * 0.38
        body = paint(
            body, 0.7 * lump(random, size, hole, (reach[0] * 0.05, reach[1] * 0.03), edge=2), skin * 0.4
        )
        height = height + 0.1 * reach[0] * lump(
            random, size, (at[0], at[1] + reach[1] * 0.2), (reach[0] * 0.14, reach[1] * 0.3), edge=12
        )
    lips = lump(
        random, size, (at[0], at[1] + reach[1] * 0.62), (reach[0] * 0.35, reach[1] * 0.08), rough=0.05, edge=3
    )
    body = paint(body, lips, near(random, (165, 80, 80)))
    body = mottled(body, np.exp(-(((y - at[1] - reach[1] * 0.62) / 1.5) ** 2)).astype(np.float32) * lips, -70)
    for _ in range(int(random.integers(0, 4))):
        spot = (
            at[0] + reach[0] * float(random.normal(0, 0.4)),
            at[1] + reach[1] * float(random.normal(0.2, 0.4)),
        )
        wide = reach[0] * float(random.uniform(0.05, 0.3))
        sore, rise = dome(random, size, spot, (wide, wide * 0.8), rough=0.2)
        body, height = paint(body, 0.6 * sore, near(random, (165, 70, 60))), height + 0.5 * rise
    pixels = paint(
        pixels,
        mask,
        lit(random, body, height * 0.5 + 0.3 * clouds(random, size, 4), random.uniform(0, 0.35), 0.7),
    )
    if random.random() < 0.75:
        bar = (np.abs(y - at[1] + reach[1] * 0.05) < reach[1] * 0.13) & (
            np.abs(x - at[0]) < reach[0] * random.uniform(0.7, 1.1)
        )
        pixels = paint(pixels, bar.astype(np.float32), near(random, (4, 4, 4), 3))
    if random.random() < 0.35:
        share = float(random.uniform(0.4, 0.8))
        left, top = int(size[0] * random.uniform(0, 1 - share)), int(size[1] * random.uniform(0, 1 - share))
        pixels = pixels[top : top + int(size[1] * share), left : left + int(size[0] * share)]
    return taken(random, pixels)
