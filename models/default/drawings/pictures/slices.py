"""Slices through a body: computed tomography and magnetic resonance."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

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
    shape_of,
    soften,
    tint,
    to_picture,
    tree,
    warp,
)

_NAMES = ("R", "L", "T1", "T2", "FLAIR", "H", "F", "A", "P", "Axial", "Im: 24", "kV 120", "5 cm")
_At = tuple[float, float]


def computed_tomography(random: Random) -> Image.Image:
    """A head, a chest with its lungs, a trunk, or a few bones; whole on black or cut close."""
    return _finish(random, draw_slice(random, draw_size(random, 0.72, 1.1)))


def draw_slice(random: Random, size: Size) -> Plane:
    """What a tomograph shows, without anything printed on it."""
    plane = pick(random, (_head, _chest, _chest, _trunk, _trunk, _bones))(random, size)
    coarse = grain(random, size, random.uniform(0.6, 1.6))
    plane = plane + (0.3 + (plane > 25)) * coarse * random.uniform(1, 11)
    if random.random() < 0.25:
        plane = (plane - 128) * random.uniform(1.1, 1.8) + random.uniform(100, 150)
    return np.asarray(plane, np.float32)


def magnetic_resonance(random: Random) -> Image.Image:
    """A brain, a limb, a belly, a heart or a spine; brighter near the coil; whole on black or cut close."""
    size = draw_size(random, 0.72, 1.25)
    plane = pick(random, (_brain, _brain, _limb, _belly, _belly, _spine))(random, size)
    bias = 1 + random.uniform(0.05, 0.35) * clouds(random, size, 130, 0.3)
    plane = plane * np.clip(bias, 0.3, 2) + np.abs(grain(random, size, random.uniform(0.5, 1.2))) * random.uniform(1, 9)
    return _finish(random, np.asarray(plane, np.float32))


def _finish(random: Random, plane: Plane) -> Image.Image:
    image = to_picture(tint(random, plane, 0.08))
    if random.random() < 0.3:
        share = float(random.uniform(0.45, 0.8))
        wide, high = int(image.width * share), int(image.height * share * random.uniform(0.7, 1.2))
        high = min(high, image.height)
        left, top = int(random.integers(0, image.width - wide + 1)), int(random.integers(0, image.height - high + 1))
        image = image.crop((left, top, left + wide, top + high))
        image = image.resize((int(wide / share), int(high / share)), Image.Resampling.BICUBIC)
    return press(random, mark(random, image, names=_NAMES, inks=("white", "white", "white", "yellow", "red")))


def _middle(random: Random, size: Size) -> _At:
    return size[0] * float(random.uniform(0.47, 0.53)), size[1] * float(random.uniform(0.46, 0.54))


def _inside(random: Random, at: _At, reach: _At, share: float) -> _At:
    """Somewhere in that share of the ellipse."""
    turn, far = random.uniform(0, 6.3), share * random.uniform(0, 1) ** 0.5
    return at[0] + reach[0] * float(far * np.cos(turn)), at[1] + reach[1] * float(far * np.sin(turn))


def _head(random: Random, size: Size) -> Plane:
    """A thick white skull, grey brain with darker fluid, and at times something light or dark in it."""
    at = _middle(random, size)
    reach = size[0] * float(random.uniform(0.32, 0.42)), size[1] * float(random.uniform(0.38, 0.47))
    seed = int(random.integers(1 << 30))

    def shell(less: float, edge: float = 1.5) -> Plane:
        inner = reach[0] - less, reach[1] - less
        return lump(np.random.default_rng(seed), size, at, inner, rough=0.03, edge=edge)

    thick, scalp = float(random.uniform(6, 18)), float(random.uniform(3, 12))
    plane = np.full((size[1], size[0]), random.uniform(0, 12), np.float32)
    plane = layer(plane, shell(0), random.uniform(50, 130))
    plane = layer(plane, shell(scalp), random.uniform(225, 255))
    grey = random.uniform(75, 150)
    plane = layer(plane, shell(scalp + thick, 2.5), grey + random.uniform(2, 8) * clouds(random, size, 25, 0.6))
    brain = shell(scalp + thick + 4, 6)
    folds = soften((np.abs(clouds(random, size, 22, 0.5)) < 0.12).astype(np.float32), 1.5)
    rim = brain - shell(scalp + thick + 30, 25)
    plane = plane - 30 * np.clip(rim, 0, 1) * folds
    dark = grey - random.uniform(25, 60)
    plane = _ventricles(random, plane, at, reach, dark)
    if random.random() < 0.5:
        plane = _lesion(random, plane, at, (reach[0] * 0.7, reach[1] * 0.7), grey + pick(random, (-45, -25, 30, 60, 90)))
    if random.random() < 0.35:
        for _ in range(int(random.integers(2, 14))):
            hole = lump(random, size, _inside(random, at, reach, 0.6), _pair(random, 3, 18), rough=0.3)
            plane = layer(plane, hole, pick(random, (2.0, 250.0)))
    return plane


def _ventricles(random: Random, plane: Plane, at: _At, reach: _At, value: float) -> Plane:
    size = (plane.shape[1], plane.shape[0])
    wide = reach[0] * float(random.uniform(0.04, 0.13))
    rise = reach[1] * float(random.uniform(0.15, 0.28))
    turn = float(random.uniform(0.1, 0.5))
    for side in (-1, 1):
        for up in (-1, 1):
            spot = at[0] + side * wide * 1.4, at[1] + up * rise * 0.8
            horn = lump(random, size, spot, (wide, rise * 0.8), rough=0.08, turn=side * up * turn, edge=3)
            plane = layer(plane, 0.9 * horn, value)
    if random.random() < 0.6:
        x, y = grid(size)
        fissure = np.exp(-(((x - at[0]) / 1.5) ** 2)) * (np.abs(y - at[1]) < reach[1] * 0.85)
        plane = plane + fissure.astype(np.float32) * random.uniform(-30, 50)
    return plane


def _lesion(random: Random, plane: Plane, at: _At, reach: _At, value: float) -> Plane:
    size = (plane.shape[1], plane.shape[0])
    spot, across = _inside(random, at, reach, 0.8), _pair(random, 0.08 * size[0], 0.2 * size[0])
    body = lump(random, size, spot, across, rough=0.2, edge=random.uniform(1.5, 12))
    inner = value + random.uniform(4, 22) * clouds(random, size, 10, 0.6)
    return layer(plane, random.uniform(0.5, 1) * body, np.asarray(inner, np.float32))


def _pair(random: Random, low: float, high: float) -> _At:
    first = float(random.uniform(low, high))
    return first, first * float(random.uniform(0.6, 1.5))


def _bone(random: Random, plane: Plane, at: _At, reach: _At, *, rim: float = 245, inside: float = 160) -> Plane:
    """A bright shell with a netted inside."""
    size = (plane.shape[1], plane.shape[0])
    seed, turn = int(random.integers(1 << 30)), float(random.uniform(0, 3))
    outer = lump(np.random.default_rng(seed), size, at, reach, rough=0.12, turn=turn)
    thin = float(random.uniform(0.1, 0.4)) * min(reach)
    inner = (max(1.0, reach[0] - thin), max(1.0, reach[1] - thin))
    core = lump(np.random.default_rng(seed), size, at, inner, rough=0.12, turn=turn, edge=3)
    plane = layer(plane, outer, rim)
    return layer(plane, core, np.asarray(inside + 22 * clouds(random, size, 5, 0.7), np.float32))


def _vertebra(random: Random, plane: Plane, at: _At, unit: float, rim: float, inside: float) -> Plane:
    """A body, a canal behind it, and processes to the sides."""
    size = (plane.shape[1], plane.shape[0])
    image = Image.new("L", size)
    draw = ImageDraw.Draw(image)
    thick = max(2, round(unit * random.uniform(0.2, 0.4)))
    for dx, dy in ((-1.6, 1.3), (1.6, 1.3), (0, 2.4)):
        draw.line((at[0], at[1] + unit * 0.9, at[0] + dx * unit, at[1] + dy * unit), 255, thick, joint="curve")
    plane = layer(plane, shape_of(image, 1.2), rim)
    canal = lump(random, size, (at[0], at[1] + unit * 1.05), (unit * 0.4, unit * 0.35), rough=0.05)
    plane = layer(plane, canal, inside * 0.6)
    return _bone(random, plane, at, (unit, unit * 0.75), rim=rim, inside=inside)


def _chest(random: Random, size: Size) -> Plane:
    """Two black lungs with branching vessels, the heart between, ribs and a vertebra; the table's arc below."""
    at = _middle(random, size)
    reach = size[0] * float(random.uniform(0.42, 0.49)), size[1] * float(random.uniform(0.33, 0.43))
    lung_window = random.random() < 0.6
    flesh = random.uniform(150, 255) if lung_window else random.uniform(100, 150)
    fat = flesh - random.uniform(0, 25) if lung_window else random.uniform(20, 60)
    air = random.uniform(25, 90) if lung_window else random.uniform(0, 12)
    plane = np.full((size[1], size[0]), random.uniform(0, 20), np.float32)
    plane = _table(random, plane, at, reach)
    plane = layer(plane, lump(random, size, at, reach, rough=0.05, edge=2), fat)
    plane = layer(plane, lump(random, size, at, (reach[0] * 0.92, reach[1] * 0.88), rough=0.05, edge=3), flesh)
    image = Image.new("L", (2 * size[0], 2 * size[1]))
    draw = ImageDraw.Draw(image)
    lungs = np.zeros_like(plane)
    for side in (-1, 1):
        spot = at[0] + side * reach[0] * 0.46, at[1] - reach[1] * float(random.uniform(-0.05, 0.12))
        inner = reach[0] * float(random.uniform(0.3, 0.39)), reach[1] * float(random.uniform(0.6, 0.78))
        lungs = np.maximum(lungs, lump(random, size, spot, inner, rough=0.07, turn=side * 0.15))
        for _ in range(int(random.integers(2, 6))):
            start = 2 * (at[0] + side * reach[0] * 0.15), 2 * (at[1] + float(random.normal(0, 0.12)) * reach[1])
            turn = float((0 if side > 0 else np.pi) + random.normal(0, 0.9))
            tree(random, draw, start, turn, float(random.uniform(4, 10)), reach[0] * 1.2, bend=0.12, fork=0.2)
    inside = air + random.uniform(1, 8) * clouds(random, size, 8, 0.7)
    inside = layer(inside, shape_of(image.reduce(2), 0.7), flesh if lung_window else random.uniform(120, 230))
    if random.random() < 0.45:
        haze = np.clip(clouds(random, size, 40, 0.5) - random.uniform(0, 1.2), 0, 1.5)
        inside = inside + haze * random.uniform(30, 110)
    plane = layer(plane, lungs, np.asarray(inside, np.float32))
    heart = at[0] + reach[0] * float(random.uniform(-0.05, 0.2)), at[1] - reach[1] * float(random.uniform(0, 0.3))
    plane = layer(plane, lump(random, size, heart, (reach[0] * 0.3, reach[1] * 0.42), rough=0.1, edge=3), flesh)
    if not lung_window:
        for _ in range(int(random.integers(2, 5))):
            vessel = lump(random, size, _inside(random, heart, reach, 0.25), _pair(random, 8, 22), rough=0.05, edge=3)
            plane = layer(plane, vessel, random.uniform(170, 250))
    for rib in np.linspace(0.2, 6.0, int(random.integers(7, 13))):
        spot = at[0] + reach[0] * 0.86 * float(np.cos(rib)), at[1] + reach[1] * 0.82 * float(np.sin(rib))
        bar = lump(random, size, spot, (float(random.uniform(6, 15)), 3.5), turn=float(rib + np.pi / 2), rough=0.1)
        plane = layer(plane, bar, 255 if not lung_window else min(255.0, flesh + 30))
    return _vertebra(random, plane, (at[0], at[1] + reach[1] * 0.62), size[0] * 0.055, 255, 215)


def _table(random: Random, plane: Plane, at: _At, reach: _At) -> Plane:
    if random.random() < 0.4:
        return plane
    x, y = grid((plane.shape[1], plane.shape[0]))
    for shift in (0, random.uniform(6, 16)):
        low = at[1] + reach[1] * 1.03 + shift - ((x - at[0]) / reach[0]) ** 2 * random.uniform(4, 30)
        plane = plane + random.uniform(40, 150) * np.exp(-(((y - low) / 1.2) ** 2))
    return np.asarray(plane, np.float32)


def _trunk(random: Random, size: Size) -> Plane:
    """A belly: a dark rim of fat, muscles, liver, gut with gas, vessels, kidneys, a vertebra."""
    at = _middle(random, size)
    reach = size[0] * float(random.uniform(0.42, 0.49)), size[1] * float(random.uniform(0.35, 0.44))
    fat, flesh = random.uniform(15, 70), random.uniform(95, 165)
    plane = np.full((size[1], size[0]), random.uniform(0, 8), np.float32)
    plane = _table(random, plane, at, reach)
    plane = layer(plane, lump(random, size, at, reach, rough=0.05, edge=2), fat + 4 * clouds(random, size, 12))
    share = float(random.uniform(0.78, 0.93))
    plane = layer(plane, lump(random, size, at, (reach[0] * share, reach[1] * share), rough=0.05, edge=2), flesh - 10)
    cavity = lump(random, size, at, (reach[0] * share * 0.93, reach[1] * share * 0.88), rough=0.04, edge=2)
    plane = layer(plane, cavity, fat + 8 * clouds(random, size, 12))
    inner = reach[0] * share * 0.8, reach[1] * share * 0.75
    if random.random() < 0.7:
        liver = at[0] - inner[0] * 0.45, at[1] - inner[1] * 0.15
        plane = layer(plane, lump(random, size, liver, (inner[0] * 0.6, inner[1] * 0.7), rough=0.15, edge=2), flesh + 15)
    for _ in range(int(random.integers(6, 26))):
        spot = _inside(random, (at[0], at[1] - 0.15 * inner[1]), inner, 0.95)
        gut = lump(random, size, spot, _pair(random, 8, 30), rough=0.18, turn=float(random.uniform(0, 3)), edge=2.5)
        plane = layer(plane, gut, flesh + random.uniform(-25, 60))
        if random.random() < 0.2:
            gas = lump(random, size, (spot[0], spot[1] - 5), _pair(random, 5, 14), rough=0.15)
            plane = layer(plane, gas, 2)
    for side in (-1, 1):
        if random.random() < 0.7:
            spot = at[0] + side * inner[0] * 0.6, at[1] + inner[1] * 0.5
            kidney = lump(random, size, spot, (size[0] * 0.06, size[0] * 0.075), rough=0.12, edge=2)
            plane = layer(plane, kidney, flesh + random.uniform(10, 90))
    back = at[0], at[1] + inner[1] * float(random.uniform(0.5, 0.75))
    for side in (-1, 1):
        muscle = back[0] + side * size[0] * 0.08, back[1] + size[0] * 0.09
        plane = layer(plane, lump(random, size, muscle, (size[0] * 0.06, size[0] * 0.05), rough=0.1, edge=2), flesh)
    aorta = lump(random, size, (back[0], back[1] - size[0] * 0.085), (size[0] * 0.03,) * 2, rough=0.04, edge=2)
    plane = layer(plane, aorta, flesh + random.uniform(10, 100))
    plane = _vertebra(random, plane, back, size[0] * float(random.uniform(0.05, 0.07)), 250, random.uniform(170, 235))
    return _lesion(random, plane, at, inner, flesh + random.uniform(-50, 70)) if random.random() < 0.3 else plane


def _bones(random: Random, size: Size) -> Plane:
    """Bones in dark grey flesh, as the window for bone shows them, at times with metal and its rays."""
    at = _middle(random, size)
    reach = size[0] * float(random.uniform(0.35, 0.7)), size[1] * float(random.uniform(0.35, 0.7))
    flesh = random.uniform(35, 100)
    plane = np.full((size[1], size[0]), random.uniform(0, 15), np.float32)
    plane = layer(plane, lump(random, size, at, reach, rough=0.08, edge=2), flesh + 5 * clouds(random, size, 30))
    for _ in range(int(random.integers(1, 6))):
        spot, wide = _inside(random, at, reach, 0.75), _pair(random, 10, 55)
        plane = _bone(random, plane, spot, wide, rim=random.uniform(215, 255), inside=random.uniform(60, 170))
    if random.random() < 0.3:
        plane = _vertebra(random, plane, at, size[0] * 0.1, 250, 150)
    if random.random() < 0.2:
        spot = _inside(random, at, reach, 0.5)
        x, y = grid(size)
        rays = np.cos(np.arctan2(y - spot[1], x - spot[0]) * int(random.integers(2, 9)))
        plane = plane + 900 * rays / (np.hypot(x - spot[0], y - spot[1]) + 15)
        plane = layer(np.asarray(plane, np.float32), lump(random, size, spot, (9, 7), rough=0.05), 255)
    return plane


def _brain(random: Random, size: Size) -> Plane:
    """A bright thin scalp, a black skull, the folded brain, its ventricles, and at times a tumour."""
    at = _middle(random, size)
    reach = size[0] * float(random.uniform(0.34, 0.44)), size[1] * float(random.uniform(0.38, 0.47))
    seed = int(random.integers(1 << 30))

    def shell(less: float, edge: float = 2) -> Plane:
        inner = reach[0] - less, reach[1] - less
        return lump(np.random.default_rng(seed), size, at, inner, rough=0.03, edge=edge)

    grey = random.uniform(60, 140)
    white = grey + random.choice((-1, 1)) * random.uniform(12, 45)
    fluid = pick(random, (random.uniform(5, 40), random.uniform(190, 250)))
    plane = np.full((size[1], size[0]), random.uniform(0, 10), np.float32)
    skull = float(random.uniform(5, 14))
    if random.random() < 0.85:
        plane = layer(plane, shell(0), random.uniform(90, 240) + 20 * clouds(random, size, 8))
        plane = layer(plane, shell(float(random.uniform(3, 8))), random.uniform(5, 40))
    plane = layer(plane, shell(skull), fluid * 0.8)
    folds = warp(random, clouds(random, size, random.uniform(7, 14), 0.25), 20, 6)
    cortex = np.clip(np.abs(folds) * 2.5 - 0.8, 0, 1)
    deep = np.clip(shell(skull + 16, 16) + 0.8 * (cortex - 0.5), 0, 1)
    inside = layer(np.full_like(plane, grey), soften(np.asarray(deep, np.float32), 1.2), white)
    furrow = soften((np.abs(folds) < 0.14).astype(np.float32), 1.0) * np.clip(1 - shell(skull + 28, 20), 0, 1)
    inside = layer(inside, np.clip(furrow * 1.3, 0, 1), fluid)
    plane = layer(plane, shell(skull + 3, 3), inside + 4 * clouds(random, size, 10))
    plane = _ventricles(random, plane, at, reach, fluid)
    if random.random() < 0.5:
        plane = _lesion(random, plane, at, (reach[0] * 0.7, reach[1] * 0.7), pick(random, (230.0, 190.0, 40.0)))
    return plane


def _limb(random: Random, size: Size) -> Plane:
    """A leg or an arm across: fat, muscles parted by fine lines, one or two bones with black shells."""
    at, least = _middle(random, size), min(size)
    reach = least * float(random.uniform(0.3, 0.46)), least * float(random.uniform(0.28, 0.46))
    fat, muscle = random.uniform(40, 250), random.uniform(55, 130)
    plane = np.full((size[1], size[0]), random.uniform(0, 12), np.float32)
    plane = layer(plane, lump(random, size, at, reach, rough=0.08, edge=2), fat)
    share = float(random.uniform(0.7, 0.93))
    flesh = muscle + 8 * clouds(random, size, 14, 0.7)
    lines = np.abs(clouds(random, size, 45, 0.35)) < 0.05
    flesh = flesh + soften(lines.astype(np.float32), 0.9) * (fat - muscle) * 0.6
    core = lump(random, size, at, (reach[0] * share, reach[1] * share), rough=0.09, edge=2)
    plane = layer(plane, core, np.asarray(flesh, np.float32))
    for _ in range(int(random.integers(1, 3))):
        spot, wide = _inside(random, at, reach, 0.5), _pair(random, 0.05 * least, 0.14 * least)
        plane = _bone(random, plane, spot, wide, rim=random.uniform(2, 25), inside=random.uniform(40, 230))
    for _ in range(int(random.integers(2, 9))):
        dot = lump(random, size, _inside(random, at, reach, 0.8), _pair(random, 1.5, 4), rough=0.05)
        plane = layer(plane, dot, pick(random, (5.0, 235.0)))
    return _lesion(random, plane, at, reach, random.uniform(150, 250)) if random.random() < 0.4 else plane


def _belly(random: Random, size: Size) -> Plane:
    """Soft organs that fill the picture: bright and dark lumps with black edges, striped gut, fat around."""
    low = random.uniform(20, 90)
    plane = np.asarray(low + 14 * clouds(random, size, 30, 0.6), np.float32)
    largest = random.uniform(0.08, 0.25) * size[0]
    for _ in range(int(random.integers(14, 60))):
        spot = float(random.uniform(0, size[0])), float(random.uniform(0, size[1]))
        wide = _pair(random, 0.15 * largest, largest)
        seed, turn = int(random.integers(1 << 30)), float(random.uniform(0, 3))
        wall = lump(np.random.default_rng(seed), size, spot, (wide[0] + 2.5, wide[1] + 2.5), rough=0.18, turn=turn, edge=2)
        plane = layer(plane, wall * random.uniform(0.3, 0.9), random.uniform(5, 60))
        body = lump(np.random.default_rng(seed), size, spot, wide, rough=0.18, turn=turn, edge=2.5)
        value = random.uniform(25, 235) + random.uniform(2, 16) * clouds(random, size, 9, 0.6)
        plane = layer(plane, body, np.asarray(value, np.float32))
    plane = warp(random, plane, random.uniform(15, 40), random.uniform(2, 8))
    if random.random() < 0.6:
        at = _middle(random, size)
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
    plane = layer(plane, np.asarray(inside * body, np.float32), np.asarray(bone + 7 * clouds(random, size, 6), np.float32))
    plane = layer(plane, np.asarray(inside * np.clip((phase - 0.43) * tall, 0, 1), np.float32), disc)
    canal = column - wide * 1.5
    plane = layer(plane, np.clip((wide * 0.42 - np.abs(canal)) / 1.5, 0, 1), pick(random, (20.0, 230.0)))
    plane = layer(plane, np.clip((wide * 0.22 - np.abs(canal)) / 1.5, 0, 1), random.uniform(90, 150))
    back = column - random.uniform(3, 5) * wide + 6 * grain(random, size, 50)
    plane = layer(plane, np.clip(back / 2, 0, 1), random.uniform(120, 250))
    return layer(plane, np.clip((back - random.uniform(10, 50)) / 2, 0, 1), random.uniform(0, 10))
