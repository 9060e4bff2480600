"""Electron micrographs as a scanning beam makes them: surfaces, and polished sections."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from models.default.drawings.canvas import Canvas
from models.default.drawings.figure import Random, pick
from models.default.drawings.pictures.plane import (
    Plane,
    Size,
    cells,
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
    wander,
    warp,
)

_NAMES = (
    "Pores",
    "Pore",
    "Crack",
    "Void",
    "Fibre",
    "Matrix",
    "Particles",
    "Spectrum 1",
    "Point A",
    "Ag",
    "TiO2",
    "SiC",
    "α",
    "β",
    "*",
)
_BARS = (
    "SEM HV: 15.0 kV   WD: 9.30 mm   SEM MAG: 30.0 kx   Det: SE   2 µm",
    "EHT = 5.00 kV   WD = 4.2 mm   Signal A = InLens   Mag = 20.00 K X",
    "HV 10.00 kV | mag 5 000 x | det ETD | WD 10.1 mm | 20 µm",
    "SU8010 3.0kV 8.2mm x10.0k SE(UL)            5.00um",
    "15kV   X2,000   10µm   0000   12 45 SEI",
    "S-4800 5.0kV 8.7mm x50.0k SE(M)      1.00um",
)


def surface(random: Random) -> Image.Image:
    """A surface under a scanning beam: edges and slopes bright, hollows dark; often with a bar of data below."""
    size = draw_size(random, 0.65, 0.95)
    height = pick(random, (_balls, _balls, _fibres, _pores, _rough, _rough, _flakes))(random, size)
    fine = soften(height, random.uniform(0.5, 1.1))
    down, across = np.gradient(fine)
    slope = np.hypot(down, across)
    turn, lit = random.uniform(0, 6.3), random.uniform(4, 22)
    plane = random.uniform(55, 150) + lit * (np.cos(turn) * across + np.sin(turn) * down)
    plane = (
        plane + random.uniform(4, 26) * np.sqrt(slope) + random.uniform(1.0, 3.2) * (fine - soften(fine, 9))
    )
    plane = (plane - plane.mean()) / (plane.std() + 1e-6) * random.uniform(22, 55) + random.uniform(75, 165)
    plane = plane + random.uniform(2, 14) * grain(random, size, random.uniform(0.4, 0.9))
    image = to_picture(tint(random, np.asarray(plane, np.float32), 0.06))
    inks = ("white", "white", "yellow", "black", "red")
    image = mark(random, image, names=_NAMES, bar=0.4, small=True, inks=inks)
    return press(random, _with_data(random, image) if random.random() < 0.4 else image)


def polished(random: Random) -> Image.Image:
    """A polished section under a scanning beam: flat phases of few greys, a net of bright borders, black pores."""
    size = draw_size(random, 0.65, 1.05)
    reach = float(random.uniform(5, 40))
    ground = random.uniform(90, 190)
    plane = np.full((size[1], size[0]), ground, np.float32)
    way = pick(random, ("phases", "net", "islands"))
    if way == "net":
        _, margin = cells(random, size, int(np.clip(size[0] * size[1] / reach**2, 12, 800)), 1.0)
        net = np.clip(random.uniform(1, 2) - warp(random, margin, 20, 3) / random.uniform(0.7, 1.6), 0, 1)
        plane = plane + net * random.uniform(45, 100)
    else:
        field = clouds(random, size, reach, 0.4 if way == "phases" else 0.15)
        for cut in random.uniform(-0.5, 1.1, int(random.integers(1, 4))):
            value = ground + pick(random, (-1, 1)) * random.uniform(30, 100)
            plane = layer(plane, np.clip((field - cut) * 9, 0, 1).astype(np.float32), value)
            field = clouds(random, size, reach, 0.4)
    pores = np.clip((clouds(random, size, random.uniform(4, 14), 0.4) - random.uniform(1.7, 3)) * 8, 0, 1)
    plane = layer(plane, np.asarray(pores, np.float32), random.uniform(0, 40))
    plane = plane + random.uniform(2, 9) * grain(random, size, 0.6) + 3 * clouds(random, size, 60)
    image = to_picture(np.asarray(plane, np.float32))
    image = mark(random, image, names=_NAMES, bar=0.55, small=True, inks=("white", "black", "yellow"))
    return press(random, _with_data(random, image) if random.random() < 0.3 else image)


def _balls(random: Random, size: Size) -> Plane:
    """Balls or lumps, few large or many small, heaped."""
    height = np.asarray(2 * clouds(random, size, 30), np.float32)
    reach = float(np.exp(random.uniform(1.3, 3.7)))
    least = random.uniform(0.3, 0.9)
    for _ in range(int(min(450, random.uniform(0.4, 2.5) * size[0] * size[1] / reach**2 / 3))):
        x, y, r = (
            random.uniform(-5, size[0] + 5),
            random.uniform(-5, size[1] + 5),
            reach * random.uniform(least, 1.2),
        )
        left, right = max(0, int(x - r)), min(size[0], int(x + r) + 2)
        top, low = max(0, int(y - r)), min(size[1], int(y + r) + 2)
        if left >= right or top >= low:
            continue
        far = (np.arange(left, right)[None] - x) ** 2 + (np.arange(top, low)[:, None] - y) ** 2
        dome = np.sqrt(np.clip(r * r - far, 0, None)) + random.uniform(0, reach)
        part = height[top:low, left:right]
        height[top:low, left:right] = np.where((far < r * r) & (dome > part), dome, part)
    return height + random.uniform(0, 1.2) * clouds(random, size, 5)


def _fibres(random: Random, size: Size) -> Plane:
    """Crossing fibres, the later over the earlier."""
    height = np.asarray(-10 + 2 * clouds(random, size, 20), np.float32)
    thick, bend = float(random.uniform(2, 14)), float(random.uniform(0.0, 0.15))
    count = int(np.clip(420 / thick, 20, 90))
    for number in range(count):
        start = float(random.uniform(-20, size[0] + 20)), float(random.uniform(-20, size[1] + 20))
        way = wander(random, start, float(random.uniform(0, 6.3)), int(random.integers(15, 70)), 7, bend)
        points, wide = [(x, y) for x, y in way.tolist()], thick * random.uniform(0.5, 1.2)
        image = Image.new("L", size)
        draw = ImageDraw.Draw(image)
        for share, light in ((1.0, 110), (0.75, 170), (0.5, 215), (0.25, 250)):
            draw.line(points, light, max(1, round(wide * share)), joint="curve")
        drawn = np.asarray(image, np.float32) / 255
        height = np.where(drawn > 0, drawn * wide + 12 * number / count, height)
    return np.asarray(soften(height, 0.7), np.float32)


def _pores(random: Random, size: Size) -> Plane:
    """A rough plate with hollows, or a sponge."""
    height = random.uniform(0.5, 3) * clouds(random, size, random.uniform(4, 16), 0.8)
    if random.random() < 0.5:
        _, margin = cells(random, size, int(np.exp(random.uniform(3, 6.3))), float(random.uniform(0, 1)))
        return np.asarray(height - np.clip(margin, 0, random.uniform(6, 25)), np.float32)
    for _ in range(int(random.integers(5, 90))):
        at = float(random.uniform(0, size[0])), float(random.uniform(0, size[1]))
        wide = float(np.exp(random.uniform(1, 3.2)))
        hole = lump(
            random, size, at, (wide, wide * float(random.uniform(0.6, 1))), rough=0.12, edge=max(2, wide / 3)
        )
        height = height - hole * wide * 0.8
    return np.asarray(height, np.float32)


def _rough(random: Random, size: Size) -> Plane:
    """A broken, crumbly or wrinkled surface."""
    height = random.uniform(3, 9) * clouds(random, size, random.uniform(8, 70), random.uniform(0.5, 0.9))
    if random.random() < 0.4:
        height = -np.abs(height)
    return warp(random, np.asarray(height, np.float32), random.uniform(8, 40), random.uniform(0, 7))


def _flakes(random: Random, size: Size) -> Plane:
    """Plates or rods with sharp edges, lying over one another."""
    height = np.asarray(-4 + clouds(random, size, 20), np.float32)
    x, y = grid(size)
    reach = float(np.exp(random.uniform(2.0, 3.8)))
    longer = float(random.choice((1, 2, 4)))
    for number in range(int(np.clip(1.5 * size[0] * size[1] / reach**2 / 3, 12, 260))):
        at = random.uniform(0, 1, 2) * size
        turn, a, b = (
            random.uniform(0, 3.2),
            reach * random.uniform(0.5, 1.2) * longer**0.5,
            reach * random.uniform(0.2, 0.8) / longer**0.5,
        )
        r = int(max(a, b)) + 2
        part = np.s_[max(0, int(at[1]) - r) : int(at[1]) + r, max(0, int(at[0]) - r) : int(at[0]) + r]
        across, down = x[part] - at[0], y[part] - at[1]
        u, v = across * np.cos(turn) + down * np.sin(turn), down * np.cos(turn) - across * np.sin(turn)
        top = 3 + 10 * number / 200 + u * random.uniform(-0.35, 0.35) + v * random.uniform(-0.35, 0.35)
        height[part] = np.where((np.abs(u) < a) & (np.abs(v) < b), top, height[part])
    return height + 0.3 * clouds(random, size, 4)


def _with_data(random: Random, image: Image.Image) -> Image.Image:
    """With a bar below that names voltage, distance and magnification."""
    high = float(random.uniform(0.06, 0.11)) * image.width
    page = Canvas(random, image.width, image.height + high)
    page.paste(image, 0, 0, image.width, image.height)
    dark = page.chance(0.75)
    page.box(0, image.height, image.width, high, fill="black" if dark else "white")
    page.ink = "white" if dark else "black"
    size = min(high * 0.5, 1.75 * image.width / 70)
    if page.chance(0.3):
        low = image.height + high * 0.7
        page.line([(image.width * 0.7, low), (image.width * 0.95, low)], width=1.5)
        page.text((4, image.height + high / 2), page.one(_BARS)[:30], size=size, anchor="lm")
    else:
        page.text((image.width / 2, image.height + high / 2), page.one(_BARS), size=size)
    return page.finish(cut=False)
