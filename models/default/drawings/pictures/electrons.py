"""Electron micrographs: surfaces as a scanning beam shows them, and what a beam goes through."""

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

_NAMES = ("Pores", "N", "M", "mt", "nm", "Nu", "ER", "SV", "G", "(002)", "0.34 nm", "Ag", "TiO2", "*")
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
    if random.random() < 0.4:
        image = _with_data(random, image)
    inks = ("white", "white", "yellow", "black", "red")
    return press(random, mark(random, image, names=_NAMES, bar=0.4, small=True, inks=inks))


def polished(random: Random) -> Image.Image:
    """A polished section under a scanning beam: flat phases of few greys, a net of bright borders, black pores."""
    size = draw_size(random, 0.65, 1.05)
    reach = float(random.uniform(5, 40))
    plane = np.full((size[1], size[0]), random.uniform(90, 190), np.float32)
    way = pick(random, ("phases", "net", "islands"))
    if way == "net":
        _, margin = cells(random, size, int(np.clip(size[0] * size[1] / reach**2, 12, 800)), 1.0)
        net = np.clip(random.uniform(1, 2) - warp(random, margin, 20, 3) / random.uniform(0.7, 1.6), 0, 1)
        plane = plane + net * random.uniform(20, 90)
    else:
        field = clouds(random, size, reach, 0.4 if way == "phases" else 0.15)
        for cut in random.uniform(-0.5, 1.5, int(random.integers(1, 4))):
            plane = layer(plane, np.clip((field - cut) * 9, 0, 1).astype(np.float32), random.uniform(40, 245))
            field = clouds(random, size, reach, 0.4)
    pores = np.clip((clouds(random, size, random.uniform(4, 14), 0.4) - random.uniform(1.7, 3)) * 8, 0, 1)
    plane = layer(plane, np.asarray(pores, np.float32), random.uniform(0, 40))
    plane = plane + random.uniform(2, 9) * grain(random, size, 0.6) + 3 * clouds(random, size, 60)
    image = to_picture(np.asarray(plane, np.float32))
    if random.random() < 0.3:
        image = _with_data(random, image)
    return press(
        random, mark(random, image, names=_NAMES, bar=0.55, small=True, inks=("white", "black", "yellow"))
    )


def section(random: Random) -> Image.Image:
    """A thin section of cells in transmission: membranes, mitochondria, vesicles, sheaths of myelin, fine grain."""
    size = draw_size(random, 0.7, 1.2)
    base = random.uniform(130, 205)
    plane = np.asarray(base + random.uniform(5, 18) * clouds(random, size, 40, 0.75), np.float32)
    way = pick(random, ("cells", "cells", "nerves", "muscle"))
    if way == "cells":
        _, margin = cells(random, size, int(random.integers(2, 22)), 0.6)
        line = warp(random, margin, 25, random.uniform(3, 9))
        plane = plane - np.clip(2.2 - line, 0, 1) * random.uniform(50, 120)
    elif way == "muscle":
        x, y = grid(size)
        turn = random.uniform(0, 3.2)
        along = x * np.cos(turn) + y * np.sin(turn) + 5 * grain(random, size, 40)
        plane = plane - 35 * (np.sin(along / random.uniform(4, 9)) > random.uniform(0.3, 0.9))
        plane = plane + 12 * grain(random, size, 1.5, 5)
    largest = random.uniform(0.05, 0.22) * size[0]
    for _ in range(int(random.integers(5, 45))):
        plane = _organelle(
            random, plane, float(largest * random.uniform(0.25, 1)), "sheath" if way == "nerves" else ""
        )
    dots = np.clip((grain(random, size, random.uniform(0.7, 2.2)) - random.uniform(1.2, 2.6)) * 2, 0, 1)
    plane = plane - dots * random.uniform(20, 100)
    plane = (plane - plane.mean()) * random.uniform(0.8, 1.7) + random.uniform(95, 180)
    plane = plane + random.uniform(2, 12) * grain(random, size, random.uniform(0.4, 0.8))
    image = to_picture(np.asarray(plane, np.float32))
    return press(
        random,
        mark(random, image, names=_NAMES, bar=0.5, small=True, inks=("black", "white", "black", "yellow")),
    )


def lattice(random: Random) -> Image.Image:
    """Fringes of atoms' planes in grains on an amorphous ground, sheets with dark folds, particles with fringes."""
    size = draw_size(random, 0.75, 1.1)
    x, y = grid(size)
    base = random.uniform(90, 190)
    speckle = grain(random, size, random.uniform(1.0, 2.4)) - 0.6 * grain(random, size, 4)
    plane = base + random.uniform(6, 22) * speckle + random.uniform(3, 22) * clouds(random, size, 70, 0.5)
    for _ in range(int(random.integers(0, 12))):
        at = float(random.uniform(0, size[0])), float(random.uniform(0, size[1]))
        wide = float(random.uniform(0.06, 0.4)) * size[0]
        turn, period = random.uniform(0, 3.2), random.uniform(3.5, 11)
        spot = lump(
            random,
            size,
            at,
            (wide, wide * float(random.uniform(0.3, 1))),
            rough=0.2,
            turn=float(turn),
            edge=14,
        )
        along = x * np.cos(turn) + y * np.sin(turn) + random.uniform(0, 3) * grain(random, size, 30)
        fringe = np.sin(along * 6.28 / period)
        if random.random() < 0.35:
            fringe = fringe + np.sin((y * np.cos(turn) - x * np.sin(turn)) * 6.28 / period)
        plane = plane + spot * (random.uniform(10, 45) * fringe - random.uniform(-10, 50))
    if random.random() < 0.45:
        folds = np.exp(-np.abs(warp(random, clouds(random, size, 60, 0.5), 30, 8)) * random.uniform(5, 20))
        plane = plane - random.uniform(20, 110) * folds
    plane = plane + random.uniform(1, 10) * grain(random, size, 0.5)
    image = to_picture(tint(random, np.asarray(plane, np.float32), 0.1))
    return press(
        random,
        mark(random, image, names=_NAMES, bar=0.65, small=True, inks=("white", "white", "black", "yellow")),
    )


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


def _organelle(random: Random, plane: Plane, reach: float, kind: str) -> Plane:
    """One body of a cell: a mitochondrion with its folds, a vesicle, a dark granule, a nucleus, a sheath."""
    size = (plane.shape[1], plane.shape[0])
    kind = kind or pick(random, ("mitochondrion", "mitochondrion", "vesicle", "granule", "nucleus", "stack"))
    at = float(random.uniform(0, size[0])), float(random.uniform(0, size[1]))
    seed, turn = int(random.integers(1 << 30)), float(random.uniform(0, 3.2))
    flat = float(random.uniform(0.4, 0.9))

    def shell(less: float, edge: float = 1.5) -> Plane:
        inner = max(1.0, reach - less), max(1.0, flat * reach - less)
        return lump(np.random.default_rng(seed), size, at, inner, rough=0.12, turn=turn, edge=edge)

    dark = random.uniform(15, 90)
    if kind == "granule":
        small = lump(random, size, at, (reach * 0.4, reach * 0.35), rough=0.1, edge=2)
        return layer(plane, small, dark + random.uniform(0, 60))
    if kind == "sheath":
        thick = reach * float(random.uniform(0.08, 0.3))
        plane = layer(
            plane, shell(0), dark + random.uniform(0, 30) * (1 + np.sin(reach * 2 * shell(0, reach)))
        )
        return layer(plane, shell(thick), random.uniform(130, 215) + 14 * clouds(random, size, 6, 0.8))
    if kind == "stack":
        x, y = grid(size)
        lines = (
            np.sin(
                (y * np.cos(turn) - x * np.sin(turn) + 0.004 * (x - at[0]) ** 2) * random.uniform(0.6, 1.3)
            )
            > 0.3
        )
        return layer(plane, shell(0, reach * 0.3) * 0.8, np.where(lines, dark, plane).astype(np.float32))
    inside = random.uniform(70, 170) if kind != "vesicle" else random.uniform(170, 245)
    plane = layer(plane, shell(0), dark)
    body = np.full_like(plane, inside)
    if kind == "mitochondrion":
        x, y = grid(size)
        across = x * np.cos(turn) + y * np.sin(turn) + 3 * grain(random, size, 12)
        body = np.where(np.sin(across * random.uniform(0.5, 1.2)) > 0.35, dark + 20, inside + 25).astype(
            np.float32
        )
    elif kind == "nucleus":
        body = np.asarray(inside + 25 * np.clip(clouds(random, size, 18, 0.7), -1.5, 1), np.float32)
    return layer(plane, shell(random.uniform(1.5, 3.5)), soften(body, 0.8))


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
