"""Skin and mucosa: what a dermatologist's and an endoscopist's camera see."""

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
    taken,
    vessels,
)
from models.default.drawings.pictures.plane import (
    Plane,
    Size,
    cells,
    clouds,
    draw_size,
    grain,
    grid,
    lump,
    shape_of,
    soften,
    to_picture,
    wander,
    warp,
)

_SKINS = ((232, 190, 165), (225, 175, 150), (214, 160, 140), (190, 140, 110), (150, 105, 75), (95, 65, 50))


def dermoscopy(random: Random) -> Image.Image:
    """A mole through a dermatoscope: brown with a net, globules or veils, on pink skin with hairs, corners dark."""
    size = draw_size(random, 0.7, 1.0)
    x, y = grid(size)
    skin = near(random, pick(random, ((230, 185, 170), (222, 165, 150), (205, 150, 130), (235, 200, 190))))
    body = mottled(filled(size, skin), clouds(random, size, 30, 0.6), random.uniform(3, 9), (0.6, 1, 1))
    at = size[0] * float(random.uniform(0.42, 0.58)), size[1] * float(random.uniform(0.42, 0.58))
    reach = size[0] * float(random.uniform(0.16, 0.42)), size[0] * float(random.uniform(0.14, 0.32))
    turn, edge = float(random.uniform(0, 3)), float(random.uniform(4, 30))
    mole = warp(
        random, lump(random, size, at, reach, rough=random.uniform(0.06, 0.25), turn=turn, edge=edge), 14, 4
    )
    brown = near(
        random, pick(random, ((120, 75, 50), (90, 55, 40), (150, 95, 70), (60, 45, 45), (175, 90, 85)))
    )
    spots = mottled(filled(size, brown), clouds(random, size, 35, 0.7), random.uniform(8, 28), (1, 0.9, 0.8))
    if random.random() < 0.6:
        _, margin = cells(random, size, int(size[0] * size[1] / random.uniform(60, 160)), 0.8)
        spots = mottled(spots, np.clip(1 - margin / random.uniform(2, 4), 0, 1), -random.uniform(15, 50))
    if random.random() < 0.4:
        veil = np.clip(clouds(random, size, 30, 0.5) * 2 - 1, 0, 1).astype(np.float32)
        spots = paint(
            spots, veil * 0.7, near(random, pick(random, ((120, 130, 150), (215, 190, 185), (40, 30, 32))))
        )
    body = paint(body, mole * random.uniform(0.6, 0.95), spots)
    if random.random() < 0.5:
        dots = clouds(random, size, random.uniform(4, 8), 0.2) > random.uniform(1.6, 2.4)
        body = paint(body, soften(dots.astype(np.float32) * mole, 0.8), near(random, (50, 32, 28)))
    body = paint(body, 0.8 * _hairs(random, size), near(random, pick(random, ((35, 28, 25), (90, 70, 55)))))
    far = np.hypot(x - size[0] / 2, y - size[1] / 2) / (size[0] / 2)
    if random.random() < 0.6:
        dark = np.clip((far - random.uniform(0.85, 1.15)) * random.uniform(4, 30), 0, 1)
        body = paint(body, np.asarray(dark, np.float32), near(random, (10, 8, 10), 5))
    return taken(random, body)


def plaques(random: Random) -> Image.Image:
    """Skin with patches, papules, scales, a swelling or an ulcer, close or as a limb before a cloth."""
    size = draw_size(random, 0.6, 1.2)
    body = mottled(
        filled(size, near(random, pick(random, _SKINS))), clouds(random, size, 60, 0.5), 8, (0.7, 1, 1)
    )
    height = random.uniform(0.1, 0.5) * warp(random, clouds(random, size, random.uniform(3, 8), 0.7), 20, 3)
    many = random.random() < 0.6
    hue = near(
        random, pick(random, ((185, 80, 75), (200, 110, 100), (150, 60, 60), (120, 75, 60), (235, 215, 200)))
    )
    for _ in range(int(random.integers(8, 70)) if many else int(random.integers(1, 4))):
        at = float(random.uniform(0, size[0])), float(random.uniform(0, size[1]))
        wide = float(np.exp(random.uniform(0.8, 2.8))) if many else size[0] * float(random.uniform(0.08, 0.3))
        reach = wide, wide * float(random.uniform(0.6, 1))
        sore = lump(
            random, size, at, reach, rough=0.2, turn=float(random.uniform(0, 3)), edge=max(2, wide / 3)
        )
        body = paint(body, sore * random.uniform(0.4, 0.9), near(random, hue, 9))
        height = height + sore * min(wide, 12) * random.uniform(0, 0.5)
        if random.random() < 0.4:
            scale = sore * np.clip(clouds(random, size, 7, 0.7) * 2 - random.uniform(0, 2), 0, 1)
            body, height = paint(body, scale, near(random, (235, 225, 215))), height + 2 * scale
        elif random.random() < 0.2 and not many:
            deep = lump(random, size, at, (wide * 0.6, wide * 0.5), rough=0.2, edge=5)
            body = paint(
                body, deep, near(random, pick(random, ((120, 20, 25), (60, 30, 28), (215, 190, 120))))
            )
            height = height - 6 * deep
    skin = lit(random, body, np.asarray(height, np.float32), random.uniform(0, 0.5), 0.8)
    skin = (
        paint(skin, 0.7 * _hairs(random, size), near(random, (60, 45, 38))) if random.random() < 0.3 else skin
    )
    if random.random() < 0.5:
        limb = lump(
            random,
            size,
            (size[0] / 2, size[1] / 2),
            (size[0] * 0.75, size[1] * 0.36),
            rough=0.05,
            turn=float(random.uniform(0, 3)),
            edge=random.uniform(3, 40),
        )
        shade = np.clip(0.55 + 0.45 * soften(limb, 12), 0, 1)
        skin = paint(
            cloth(random, size), np.clip(limb * 4, 0, 1), np.asarray(skin * shade[..., None], np.float32)
        )
    return taken(random, skin)


def endoscopy(random: Random) -> Image.Image:
    """Mucosa in a round, eight-cornered or square field on black: folds about a dark lumen, polyps, ulcers, gleams."""
    size = draw_size(random, 0.75, 1.1)
    x, y = grid(size)
    at = size[0] * float(random.uniform(0.3, 0.7)), size[1] * float(random.uniform(0.3, 0.7))
    far = np.hypot(x - at[0], (y - at[1]) * random.uniform(0.8, 1.3)) + 9 * clouds(random, size, 60, 0.4)
    hue = pick(
        random,
        ((205, 110, 85), (195, 85, 65), (215, 140, 110), (170, 70, 60), (220, 125, 120), (120, 130, 110)),
    )
    body = mottled(
        filled(size, near(random, hue)), clouds(random, size, 50, 0.6), random.uniform(4, 14), (0.5, 1, 1)
    )
    body = paint(
        body,
        random.uniform(0.1, 0.6) * vessels(random, size, 7, random.uniform(1.5, 3.5)),
        near(random, (150, 35, 30)),
    )
    folds = np.sin(np.log(np.clip(far, 3, None)) * random.uniform(3, 9) + 0.6 * clouds(random, size, 50, 0.4))
    height = random.uniform(0, 8) * folds + random.uniform(0.5, 5) * clouds(random, size, 30, 0.45)
    for _ in range(int(random.choice((0, 0, 1, 1, 2, 3, 5)))):
        spot = float(random.uniform(0.15, 0.85)) * size[0], float(random.uniform(0.15, 0.85)) * size[1]
        wide = size[0] * float(random.uniform(0.04, 0.2))
        mask, rise = dome(
            random, size, spot, (wide, wide * 0.8), rough=0.12, turn=float(random.uniform(0, 3))
        )
        if random.random() < 0.65:
            body, height = paint(body, 0.6 * mask, near(random, hue)), np.maximum(height, rise * 0.9)
        else:
            body = paint(
                body, 0.8 * mask, near(random, pick(random, ((235, 220, 180), (130, 20, 20), (90, 50, 20))))
            )
    grainy = random.uniform(0, 0.5) * clouds(random, size, 4, 0.8)
    body = lit(random, body, np.asarray(height + grainy, np.float32), random.uniform(0.6, 2), 0.5)
    hole = random.uniform(0, 0.22) * size[0]
    depth = np.clip(far / (hole * random.uniform(1.5, 4) + 1), random.uniform(0.02, 0.2), 1)
    body = body * np.asarray(depth, np.float32)[..., None] * random.uniform(0.9, 1.25)
    image = _in_field(random, np.asarray(body, np.float32))
    return taken(random, image)


def _in_field(random: Random, body: Pixels) -> Pixels:
    """In a field with the shape that the endoscope gives, on black, at times with words beside it."""
    size = (body.shape[1], body.shape[0])
    x, y = grid(size)
    u, v = np.abs(x / size[0] - 0.5) * 2, np.abs(y / size[1] - 0.5) * 2
    way = pick(random, ("round", "corners", "corners", "full", "cut"))
    if way == "full":
        return body
    if way == "round":
        far = 1 - np.hypot(u, v * size[1] / size[0])
    elif way == "corners":
        far = np.minimum(np.minimum(0.98 - u, 0.98 - v), random.uniform(1.5, 1.85) - u - v)
    else:
        far = np.minimum(random.uniform(1.05, 1.2) - np.hypot(u, v * size[1] / size[0]), 0.97 - v)
    field = np.clip(far * size[0] / 4, 0, 1).astype(np.float32)
    page = Canvas(random, *size)
    page.paste(to_picture(paint(filled(size, near(random, (6, 6, 8), 4)), field, body)), 0, 0, *size)
    page.ink = "white"
    if page.chance(0.25):
        for line in range(page.count(1, 6)):
            words = page.one(
                ("12/03/2014", "09:41:22", "Sex: M", "Age: 54", "D.O.B.", "Cr:N Eh:A5", "CVP: 0", "Physician")
            )
            page.text((4, 9 + line * 10), words, size=7, anchor="lm")
    return np.asarray(page.finish(cut=False), np.float32)


def _hairs(random: Random, size: Size) -> Plane:
    """0..1: hairs, none to many."""
    image = Image.new("L", size)
    draw = ImageDraw.Draw(image)
    lie = float(random.uniform(0, 6.3))
    for _ in range(int(random.choice((0, 0, 3, 8, 20)))):
        start = float(random.uniform(0, size[0])), float(random.uniform(0, size[1]))
        way = wander(random, start, lie + float(random.normal(0, 0.5)), int(random.integers(8, 30)), 5, 0.05)
        draw.line([(px, py) for px, py in way.tolist()], 255, int(random.integers(1, 3)))
    return np.asarray(shape_of(image, 0.5) * np.clip(1 + 0.2 * grain(random, size, 9), 0, 1), np.float32)
