"""Light micrographs of things not stained: cultures, whole small organisms, grains of minerals and metals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

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
    shape_of,
    soften,
    to_picture,
    wander,
)

_NAMES = (
    "Control",
    "0 h",
    "24 h",
    "48 h",
    "DMSO",
    "siRNA",
    "WT",
    "mutant",
    "DIC",
    "10x",
    "40x",
    "h",
    "t",
    "*",
)
_INKS = ("black", "black", "white", "white", "yellow", "red")


def culture(random: Random) -> Image.Image:
    """Living cells in bright field, phase contrast or differential contrast: low contrast on grey, with halos."""
    size = draw_size(random, 0.6, 1.05)
    height = _heights(random, size)
    way = pick(random, ("phase", "phase", "relief", "bright"))
    base = random.uniform(90, 215)
    fine = soften(height, 0.8)
    if way == "phase":
        halo = soften(height, random.uniform(2, 6)) - fine
        plane = base + random.uniform(90, 260) * halo - random.uniform(10, 70) * fine
    elif way == "relief":
        turn = random.uniform(0, 6.3)
        down, across = np.gradient(fine)
        plane = base + random.uniform(120, 420) * (np.cos(turn) * across + np.sin(turn) * down)
    else:
        down, across = np.gradient(fine)
        plane = base - random.uniform(100, 380) * np.hypot(across, down) + random.uniform(0, 25) * fine
    plane = (
        plane
        + random.uniform(0, 5) * clouds(random, size, 6, 0.8)
        + random.uniform(2, 14) * clouds(random, size, 150, 0.2)
    )
    return _taken(random, _vignette(random, np.asarray(plane, np.float32)), random.uniform(0.5, 7))


def organism(random: Random) -> Image.Image:
    """One small body, or a few: a worm, an embryo, a seed, a shell; dark on light, or light on dark."""
    size = draw_size(random, 0.35, 1.1)
    bright = random.random() < 0.7
    base, shade = (random.uniform(165, 255), -1) if bright else (random.uniform(0, 45), 1)
    plane = np.asarray(base + random.uniform(0, 6) * clouds(random, size, 140, 0.3), np.float32)
    depth = np.zeros_like(plane)
    for _ in range(int(pick(random, (1, 1, 1, 2, 3, 8)))):
        depth = np.maximum(depth, pick(random, (_worm, _embryo, _embryo, _plate))(random, size))
    texture = 1 + random.uniform(0.05, 0.3) * clouds(random, size, random.uniform(4, 25), 0.7)
    reach = (base - random.uniform(20, 140)) if bright else random.uniform(60, 230)
    plane = plane + shade * reach * np.clip(depth, 0, 1) * texture
    if random.random() < 0.5:
        return _taken(random, np.asarray(plane, np.float32), random.uniform(0.5, 5))
    cast, depth = random.uniform(0.35, 1.0, 3), np.clip(depth, 0, 1)[..., None]
    coloured = plane[..., None] * (1 - depth + depth * cast / cast.max())
    return _taken(random, np.asarray(coloured, np.float32), random.uniform(0.5, 5))


def grains(random: Random) -> Image.Image:
    """Grains of a metal or a rock, each of its own grey or colour, their edges dark, with specks and scratches."""
    size = draw_size(random, 0.65, 1.05)
    which, margin = cells(random, size, int(np.exp(random.uniform(2.5, 6.6))), float(random.choice((0, 1))))
    count = int(which.max()) + 1
    value = random.uniform(120, 220) + random.normal(0, random.uniform(3, 55), count)
    colours = np.repeat(value[:, None], 3, 1)
    if random.random() < 0.45:
        colours = colours * random.uniform(0.55, 1.1, (count, 3)) * random.uniform(0.8, 1, 3)
    pixels = colours[which].astype(np.float32)
    edges = np.clip(random.uniform(0.8, 2.4) - margin / random.uniform(0.8, 1.8), 0, 1)[..., None]
    pixels = pixels * (1 - random.uniform(0, 0.8) * edges)
    if random.random() < 0.4:
        bands = np.sin(
            np.einsum("ijk,k->ij", np.stack(grid(size), 2), random.uniform(-1.2, 1.2, 2)) + which * 2.4
        )
        pixels = pixels + (bands[..., None] > 0.7) * random.uniform(-40, 40)
    specks = np.clip((grain(random, size, random.uniform(0.8, 2)) - random.uniform(2, 3.2)) * 3, 0, 1)
    pixels = (
        pixels * (1 - random.uniform(0.3, 0.9) * specks[..., None]) + 5 * clouds(random, size, 5)[..., None]
    )
    return _taken(random, np.asarray(pixels, np.float32), random.uniform(0.5, 5))


def _heights(random: Random, size: Size) -> Plane:
    """How thick what lies on the dish is: spindles in a crowd, cobbles, round cells, hyphae, or a wound between."""
    image = Image.new("L", size)
    draw = ImageDraw.Draw(image)
    way = pick(random, ("spindles", "spindles", "cobbles", "round", "threads"))
    reach = float(random.uniform(3, 13))
    gap = random.uniform(0.15, 0.5) * size[0] if random.random() < 0.2 else 0.0
    if way == "cobbles":
        _, margin = cells(random, size, int(np.clip(size[0] * size[1] / reach**2 / 5, 20, 1500)), 0.7)
        plane = np.clip(margin / (0.8 * reach), 0, 1) ** 0.5 + 0.2 * clouds(random, size, 4)
    elif way == "threads":
        for _ in range(int(random.integers(8, 60))):
            start = float(random.uniform(0, size[0])), float(random.uniform(0, size[1]))
            way_ = wander(
                random, start, float(random.uniform(0, 6.3)), 40, 5, float(random.uniform(0.03, 0.25))
            )
            draw.line(
                [(x, y) for x, y in way_.tolist()], int(random.integers(130, 255)), int(random.integers(1, 6))
            )
        plane = shape_of(image, 0.7)
    else:
        along = float(random.uniform(0, 3.2))
        for x, y in (
            random.uniform(0, 1, (int(random.uniform(0.1, 1.0) * size[0] * size[1] / reach**2 / 4), 2)) * size
        ):
            light, turn = int(random.integers(110, 255)), along + float(random.normal(0, 0.7))
            if way == "round" or random.random() < 0.15:
                r = reach * float(random.lognormal(-0.3, 0.25))
                draw.ellipse((x - r, y - r, x + r, y + r), light)
            else:
                long = reach * random.uniform(1, 3.2)
                dx, dy, wide = np.cos(turn) * long, np.sin(turn) * long, reach * random.uniform(0.2, 0.6)
                ends = [
                    (x - dx, y - dy),
                    (x - wide * np.sin(turn), y + wide * np.cos(turn)),
                    (x + dx, y + dy),
                ]
                draw.polygon([*ends, (x + wide * np.sin(turn), y - wide * np.cos(turn))], light)
        plane = shape_of(image, random.uniform(0.6, 1.6)) * (1 + 0.25 * clouds(random, size, 4))
    if gap:
        x, y = grid(size)
        off = np.abs(x - size[0] / 2 + 12 * grain(random, size, 30)) - gap / 2
        plane = plane * np.clip(off / 3, 0, 1)
    return np.asarray(plane, np.float32)


def _worm(random: Random, size: Size) -> Plane:
    """A long bent body with a lighter gut."""
    image, inner = Image.new("L", size), Image.new("L", size)
    start = size[0] * float(random.uniform(0.05, 0.3)), size[1] * float(random.uniform(0.2, 0.8))
    steps = int(random.integers(30, 70))
    way = wander(
        random,
        start,
        float(random.uniform(-0.5, 0.5)),
        steps,
        size[0] * 0.75 / steps,
        float(random.uniform(0.03, 0.2)),
    )
    thick = size[1] * float(random.uniform(0.03, 0.12))
    for place, (x, y) in enumerate(way.tolist()):
        r = thick * float(np.sin(np.pi * (place + 1.5) / (steps + 2)) ** 0.35)
        ImageDraw.Draw(image).ellipse((x - r, y - r, x + r, y + r), 255)
        ImageDraw.Draw(inner).ellipse((x - r / 3, y - r / 3, x + r / 3, y + r / 3), 255)
    body = shape_of(image, 1)
    rim = body - soften(body, thick * 0.4) * body
    return np.asarray(0.35 * body + rim + random.uniform(-0.3, 0.5) * shape_of(inner, 1.5), np.float32)


def _embryo(random: Random, size: Size) -> Plane:
    """A round or long body with rims and spots inside."""
    at = size[0] * float(random.uniform(0.3, 0.7)), size[1] * float(random.uniform(0.35, 0.65))
    least = min(size)
    reach = least * float(random.uniform(0.15, 0.48)), least * float(random.uniform(0.12, 0.42))
    turn, rough = float(random.uniform(0, 3.2)), float(random.uniform(0.01, 0.12))
    body = lump(random, size, at, reach, rough=rough, turn=turn, edge=2)
    depth = body * random.uniform(0.3, 0.9) + (body - soften(body, 4) * body) * random.uniform(0.2, 1)
    for _ in range(int(random.integers(0, 12))):
        spot = (
            at[0] + float(random.normal(0, 0.35)) * reach[0],
            at[1] + float(random.normal(0, 0.35)) * reach[1],
        )
        wide = reach[0] * float(random.uniform(0.05, 0.4))
        dot = lump(random, size, spot, (wide, wide * float(random.uniform(0.5, 1))), rough=0.1, edge=3)
        depth = depth + dot * body * random.uniform(-0.4, 0.5)
    return np.asarray(depth, np.float32)


def _plate(random: Random, size: Size) -> Plane:
    """A shell or a colony with rays or rings."""
    at = size[0] * float(random.uniform(0.4, 0.6)), size[1] * float(random.uniform(0.4, 0.6))
    reach = min(size) * float(random.uniform(0.2, 0.47))
    x, y = grid(size)
    far, turn = np.hypot(x - at[0], y - at[1]), np.arctan2(y - at[1], x - at[0])
    rings = (
        np.sin(far * random.uniform(0.2, 1.0))
        if random.random() < 0.5
        else np.sin(turn * int(random.integers(8, 60)))
    )
    body = lump(
        random,
        size,
        at,
        (reach, reach * float(random.uniform(0.3, 1))),
        rough=0.06,
        turn=float(random.uniform(0, 3)),
    )
    return np.asarray(body * (0.6 + 0.3 * rings + 0.15 * clouds(random, size, 8)), np.float32)


def _vignette(random: Random, plane: Plane) -> Plane:
    """Darker to the corners, at times in a round field."""
    size = (plane.shape[1], plane.shape[0])
    x, y = grid(size)
    far = np.hypot((x / size[0] - 0.5), (y / size[1] - 0.5))
    plane = np.asarray(plane * (1 - random.uniform(0, 0.8) * far**2), np.float32)
    if random.random() < 0.06:
        reach = min(size) * 0.49
        field = lump(random, size, (size[0] / 2, size[1] / 2), (reach, reach), rough=0, edge=3)
        return layer(np.zeros_like(plane), field, plane)
    return plane


def _taken(random: Random, pixels: npt.NDArray[np.float32], noise: float) -> Image.Image:
    """Grey, or with the cast of a lamp; noisy."""
    if pixels.ndim == 2:
        cast = random.uniform(0.8, 1.0, 3) if random.random() < 0.5 else np.ones(3)
        pixels = pixels[..., None] * (cast / cast.max()).astype(np.float32)
    noisy = pixels + random.normal(0, noise, pixels.shape[:2])[..., None]
    image = to_picture(np.asarray(noisy, np.float32))
    return press(random, mark(random, image, names=_NAMES, bar=0.45, inks=_INKS))
