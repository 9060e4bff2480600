"""Ribbons, tubes and surfaces of proteins, and helices of nucleic acids, as programs for molecules render them."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Canvas
from models.default.drawings.figure import Random, pick
from models.default.drawings.pictures.plane import press, to_picture
from models.default.drawings.solids.scene import (
    Colours,
    Points,
    Scene,
    balls,
    finished,
    hue,
    rainbow,
    shade,
    smooth,
    turned,
)

_NAMES = (
    "N",
    "C",
    "α1",
    "α2",
    "β3",
    "Asp 102",
    "His57",
    "Ser195",
    "Lys 48",
    "ATP",
    "FAD",
    "NADPH",
    "Zn²⁺",
    "active site",
    "loop",
    "domain I",
    "chain A",
    "ARG217",
    "Glu222",
    "hinge",
    "ligand",
    "Trp86",
)


def ribbons(random: Random) -> Image.Image:
    """Helices as coils or cylinders, strands as arrows, loops as threads; by rank, by kind or by chain in colour."""
    scene, chains = Scene(random), int(pick(random, (1, 1, 1, 2)))
    way = pick(random, ("rank", "kind", "chain", "chain", "kind"))
    helix = pick(random, ("coil", "coil", "coil", "cylinder"))
    kinds = hue(random), hue(random), pick(random, (np.array([225.0, 225, 225]), hue(random)))
    sheets = random.uniform(0, 1)
    for chain in range(chains):
        one, away = hue(random), np.array([chain * random.uniform(0, 14), 0, 0])
        parts = int(random.integers(5, 19))
        knots: list[Points] = []
        end = random.normal(0, 6, 3)
        axis = turned(random)
        for part in range(parts):
            share = part / parts
            kind = 1 if random.random() < sheets else 0
            colour = {"rank": rainbow(np.array(share)), "kind": kinds[kind], "chain": one}[way]
            aim = axis[0] * (1 if part % 2 else -1) + random.normal(0, 0.35, 3)
            aim /= np.linalg.norm(aim)
            length = random.uniform(8, 22) if kind == 0 else random.uniform(8, 18)
            start = random.normal(0, 1, 3) * (3, 9, 9) @ axis - aim * length / 2 + away
            if kind == 0:
                _helix(scene, start, aim, length, colour, helix)
            else:
                _strand(scene, start, aim, length, axis[1], colour)
            if part:
                middle = (end + start) / 2 + random.normal(0, 5, 3)
                knots = [end, end + (middle - end) * 0.4, middle, start]
                loop = kinds[2] if way == "kind" else colour
                scene.tube(smooth(knots, 7), random.uniform(0.35, 0.6), loop, 6)
            end = start + aim * length
    if random.random() < 0.4:
        _ligand(scene, random.normal(0, 3, 3))
    page = Canvas(random, 320, 320 * random.uniform(0.7, 1.2))
    dark = page.chance(0.1)
    ground = np.zeros(3) if dark else None
    if dark:
        page.box(0, 0, page.width, page.height, fill="black")
        page.ink = "white"
    scene.draw(
        page,
        (16, 16, 288, page.height - 32),
        gloss=page.between(0, 0.7),
        fog=page.between(0, 0.55),
        ground=ground,
    )
    _names(page)
    return finished(page)


def _helix(scene: Scene, start: Points, aim: Points, length: float, colour: Colours, look: str) -> None:
    side = np.cross(aim, (0.2, 0.5, 0.84))
    side /= np.linalg.norm(side)
    up = np.cross(aim, side)
    if look == "cylinder":
        way = start + np.linspace(0, 1, 7)[:, None] * aim * length
        scene.tube(np.concatenate([way[:1], way, way[-1:]]), np.array([0.01, *[2.2] * 7, 0.01]), colour, 18)
        return
    t = np.linspace(0, length, int(length * 6))
    turn = t * 2 * np.pi / 5.4
    way = start + t[:, None] * aim + 2.3 * (np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * up)
    scene.ribbon(way, np.broadcast_to(aim * 1.25, way.shape), colour, 0.25)


def _strand(scene: Scene, start: Points, aim: Points, length: float, across: Points, colour: Colours) -> None:
    random = scene.random
    t = np.linspace(0, 1, 22)
    bend = random.normal(0, 2.0, 3)
    way = start + t[:, None] * aim * length + np.sin(t * np.pi)[:, None] * bend
    twist = random.uniform(-0.9, 0.9) * t
    over = np.cross(aim, across)
    side = np.cos(twist)[:, None] * across + np.sin(twist)[:, None] * over
    half = np.where(t < 0.72, 1.1, 2.1 * (1 - t) / 0.28)
    scene.ribbon(way, side * half[:, None], colour, 0.3)


def _ligand(scene: Scene, at: Points) -> None:
    """A small molecule of sticks, or of balls."""
    random = scene.random
    colour, spheres = hue(random), random.random() < 0.4
    for _ in range(int(random.integers(4, 14))):
        step = random.normal(0, 1, 3)
        step = 2.2 * step / np.linalg.norm(step)
        atom = pick(random, (colour, colour, colour, np.array([230.0, 30, 30]), np.array([50.0, 70, 230])))
        if spheres:
            scene.ball(at, 1.4, atom, 6)
        else:
            scene.tube(at + np.linspace(0, 1, 3)[:, None] * step, 0.32, atom, 6)
        at = at + step


def _names(page: Canvas) -> None:
    if page.chance(0.45):
        colour = page.one((page.ink, page.ink, page.ink, "#1030c0", "#d01020", "#0a8a20"))
        for _ in range(page.count(1, 6)):
            at = page.between(0.1, 0.9) * page.width, page.between(0.06, 0.94) * page.height
            page.text(at, page.one(_NAMES), colour=colour, bold=page.chance(0.2))
            if page.chance(0.35):
                page.line([at, (at[0] + page.between(-60, 60), at[1] + page.between(-40, 40))], width=0.9)


def surface(random: Random) -> Image.Image:
    """A surface of many balls, coloured by charge, by chain, by a pocket, or white; a ligand in it at times."""
    size = int(random.integers(230, 330)), int(random.integers(210, 300))
    count, reach = int(random.integers(150, 800)), float(random.uniform(6, 15))
    inner = random.normal(0, 1, (count, 3))
    inner /= np.linalg.norm(inner, axis=1, keepdims=True)
    inner *= random.uniform(0.4, 1, (count, 1)) ** 0.5
    lobes = random.normal(0, 0.35, (int(random.integers(1, 4)), 3))
    spots = (inner * random.uniform(0.5, 0.8) + lobes[random.integers(0, len(lobes), count)]) @ turned(random)
    span = max(np.ptp(spots[:, 0]) / (size[0] - 3 * reach), np.ptp(spots[:, 1]) / (size[1] - 3 * reach))
    low, high = spots.min(0), spots.max(0)
    centres = (spots - (low + high) / 2) / span + np.array([size[0] / 2, size[1] / 2, 0])
    height, which = balls(centres, reach * random.uniform(0.8, 1.2, count), size)
    way = pick(random, ("charge", "charge", "chain", "pocket", "atoms", "rank"))
    field = np.sin(spots @ random.normal(0, 3, 3) + random.uniform(0, 6)) + 0.3 * random.normal(0, 1, count)
    first, second = pick(
        random,
        (
            (np.array([220.0, 40, 40]), np.array([50.0, 60, 225])),
            (np.array([150.0, 105, 60]), np.array([40.0, 50, 220])),
            (hue(random), hue(random)),
        ),
    )
    white = np.full((count, 3), random.uniform(200, 250))
    share = np.clip(np.abs(field) - 0.3, 0, 1)[:, None]
    if way == "charge":
        tints = white * (1 - share) + np.where(field[:, None] > 0, first, second) * share
    elif way == "chain":
        places = random.normal(0, 0.5, (int(random.integers(2, 7)), 3))
        near = ((spots[:, None] - places) ** 2).sum(2).argmin(1)
        tints = np.stack([hue(random, strong=0.6) for _ in places])[near]
    elif way == "pocket":
        tints = np.where(((spots - spots[which.max()]) ** 2).sum(1, keepdims=True) < 0.15, first, white)
    elif way == "rank":
        tints = rainbow((spots[:, 0] - low[0]) / (high[0] - low[0]))
    else:
        atoms = np.stack([hue(random, strong=0.5), np.array([230.0, 40, 40]), np.array([60.0, 80, 235])])
        tints = atoms[random.choice(3, count, p=(0.7, 0.17, 0.13))]
    soft = random.random() < 0.75 and way != "atoms"
    if soft:
        from scipy.ndimage import gaussian_filter

        inside = np.isfinite(height)
        mask = gaussian_filter(inside.astype(float), 3)
        level = gaussian_filter(np.where(inside, height, 0), 3) / (mask + 1e-6)
        colours = np.stack(
            [
                gaussian_filter(np.where(inside, tints[which, c], 0), 4)
                / (gaussian_filter(inside.astype(float), 4) + 1e-6)
                for c in range(3)
            ],
            -1,
        )
        height = np.where(inside, level, -np.inf)
    else:
        colours = tints[which]
    ground = np.full(3, 0.0 if random.random() < 0.12 else 255.0)
    image = to_picture(shade(random, height, colours, ground, random.uniform(0, 0.7)))
    page = Canvas(random, *size)
    page.paste(image, 0, 0, *size)
    if page.chance(0.35):
        scene = Scene(random)
        _ligand(scene, np.zeros(3))
        x, y = page.between(0.3, 0.5) * size[0], page.between(0.3, 0.5) * size[1]
        scene.draw(page, (x, y, size[0] * 0.25, size[1] * 0.25), fog=0)
    page.ink = "black" if ground[0] else "white"
    _names(page)
    return press(random, finished(page))


def nucleic_acid(random: Random) -> Image.Image:
    """A double helix of ribbons with rungs, upright or slanted, at times with a ligand between."""
    scene, length = Scene(random), float(random.uniform(22, 60))
    t = np.linspace(0, length, int(length * 4))
    turn, gap = t * 2 * np.pi / random.uniform(24, 36), random.uniform(2.0, 2.8)
    tints = (
        [hue(random), hue(random)] if random.random() < 0.6 else [np.full(3, random.uniform(190, 240))] * 2
    )
    rungs = [hue(random) for _ in range(int(random.integers(1, 5)))]
    ways = [np.stack([9 * np.cos(turn + shift), t, 9 * np.sin(turn + shift)], -1) for shift in (0.0, gap)]
    tilt = np.array(
        [[np.cos(a := random.uniform(-0.9, 0.9)), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]]
    )
    flat = random.random() < 0.6
    for way, tint in zip(ways, tints, strict=True):
        if flat:
            scene.ribbon(way @ tilt, np.broadcast_to(np.array([0, 1.6, 0]) @ tilt, way.shape), tint, 0.3)
        else:
            scene.tube(way @ tilt, random.uniform(0.6, 1.4), tint, 8)
    for place in range(3, len(t), int(random.integers(8, 15))):
        a, b = (way[place] @ tilt for way in ways)
        for start, end in ((a, (a + b) / 2), ((a + b) / 2, b)):
            scene.tube(
                start + np.linspace(0, 1, 3)[:, None] * (end - start),
                random.uniform(0.3, 0.8),
                pick(random, rungs),
                6,
            )
    if random.random() < 0.5:
        _ligand(scene, ways[0][len(t) // 2] @ tilt * 0.6)
    page = Canvas(random, random.uniform(150, 300), 330)
    scene.draw(page, (12, 12, page.width - 24, 306), gloss=page.between(0, 0.6), fog=page.between(0, 0.5))
    _names(page)
    return finished(page)
