"""Meshes of finite elements: bodies in space under a rainbow, with a bar of values."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Canvas
from models.default.drawings.figure import Random, pick
from models.default.drawings.pictures.plane import press
from models.default.drawings.solids.scene import Points, Scene, finished, globe, hue, rainbow, smooth, turned

_QUANTITIES = (
    "von Mises (MPa)",
    "S, Mises\n(Avg: 75%)",
    "Displacement",
    "U, Magnitude",
    "Pa",
    "WSS [Pa]",
    "m/s",
    "Temperature (K)",
    "Strain",
    "Velocity",
)


def elements(random: Random) -> Image.Image:
    """A bent pipe, a branching vessel, a plate, a block, a bone or a shell, in a rainbow or plain, with its mesh."""
    scene, turn = Scene(random), turned(random)
    waves = random.normal(0, 0.35, (3, 3))
    plain, tint, levels = random.random() < 0.25, hue(random), int(pick(random, (0, 0, 8, 12)))
    skew = random.uniform(0.5, 2)

    def add(corners: Points) -> None:
        share = 0.5 + 0.25 * np.sin(corners @ waves).sum(-1)
        share = np.clip(share, 0, 1) ** skew
        if levels:
            share = np.floor(share * levels) / (levels - 1)
        scene.sheet(corners @ turn, np.broadcast_to(tint, corners.shape) if plain else rainbow(share))

    for corners in pick(random, (_pipe, _pipe, _plate, _block, _bone, _shell))(random):
        add(corners)
    page = Canvas(random, random.uniform(230, 380), random.uniform(190, 300))
    dark = page.one((None, None, None, None, "black", "#d8e0f0", "#6070a0"))
    if dark:
        page.box(0, 0, page.width, page.height, fill=dark)
        page.ink = "white" if dark != "#d8e0f0" else "black"
    edge = page.one((None, "black", "#333333", "#555555"))
    bar = not plain and page.chance(0.65)
    left = page.one((10, 80)) if bar else 10
    scene.draw(
        page,
        (left, 12, page.width - 20 - (70 if bar else 0), page.height - 24),
        gloss=page.between(0, 0.3),
        fog=0,
        edge=edge,
        line=page.one((0.4, 0.5, 1.0)),
    )
    if bar:
        _bar(page, 8 if left == 80 else page.width - 66, page.height * page.between(0.1, 0.3), levels or 24)
    return press(random, finished(page))


def _pipe(random: Random) -> list[Points]:
    """One pipe, or some that part."""
    count, fine = int(random.integers(1, 4)), int(random.integers(12, 28))
    start, reach, parts = random.normal(0, 1, 3), random.uniform(0.7, 2.2), []
    for _ in range(count):
        way = smooth(
            np.concatenate(
                [[start], start + np.cumsum(random.normal(0, 3.2, (3, 3)) + random.normal(0, 2, 3), 0)]
            ),
            int(random.integers(6, 14)),
        )
        along = np.gradient(way, axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        first = np.cross(along, random.normal(0, 1, 3))
        first /= np.linalg.norm(first, axis=1, keepdims=True)
        second = np.cross(along, first)
        angle = np.linspace(0, 2 * np.pi, fine)[None, :, None]
        bulge = reach * (
            1 + random.uniform(-0.4, 1.2) * np.exp(-((np.linspace(-3, 3, len(way)) - random.normal()) ** 2))
        )
        parts.append(
            way[:, None]
            + (first[:, None] * np.cos(angle) + second[:, None] * np.sin(angle)) * bulge[:, None, None]
        )
    return parts


def _plate(random: Random) -> list[Points]:
    """A plate that is bent or waved, with a hole or a step at times."""
    fine = int(random.integers(14, 36))
    x, y = np.meshgrid(
        np.linspace(-5, 5, fine), np.linspace(-1, 1, fine) * random.uniform(1.5, 5), indexing="ij"
    )
    z = (
        random.uniform(0, 2) * np.sin(random.uniform(0.2, 0.9) * x + random.uniform(0, 3))
        + random.uniform(0, 0.1) * y**2
    )
    plates = [np.stack([x, y, z + level], -1) for level in (0.0, random.uniform(0.3, 1.2))]
    return plates[: int(random.integers(1, 3))]


def _block(random: Random) -> list[Points]:
    """Blocks on or beside one another, all six sides meshed."""
    parts = []
    for _ in range(int(random.integers(1, 4))):
        sides, at = random.uniform(1, 4, 3), random.normal(0, 1.8, 3)
        fine = int(random.integers(5, 12))
        a, b = np.meshgrid(np.linspace(-1, 1, fine), np.linspace(-1, 1, fine), indexing="ij")
        for axis in range(3):
            for side in (-1.0, 1.0):
                planes = [a, b]
                planes.insert(axis, np.full_like(a, side))
                parts.append(np.stack(planes, -1) * sides + at)
    return parts


def _bone(random: Random) -> list[Points]:
    """A long body with thick ends, one or a pair, at times with screws."""
    fine, parts = int(random.integers(12, 26)), []
    for place in range(int(pick(random, (1, 1, 2)))):
        t = np.linspace(-5, 5, 2 * fine)
        half = (
            random.uniform(0.7, 1.2)
            + random.uniform(0.02, 0.07) * t**2
            + 0.2 * np.sin(t * random.uniform(0.5, 2))
        )
        half[0] = half[-1] = 0.05
        angle = np.linspace(0, 2 * np.pi, fine)
        flat = random.uniform(0.6, 1)
        rim = np.stack([np.cos(angle), np.sin(angle) * flat, np.zeros_like(angle)], -1)
        bow = np.stack([0.04 * t**2 + 4 * place, np.zeros_like(t), t], -1)
        parts.append(bow[:, None] + rim[None] * half[:, None, None])
    return parts


def _shell(random: Random) -> list[Points]:
    """A dented ball, half of one, or a few: a cornea, a head, a cell."""
    parts = []
    for place in range(int(pick(random, (1, 1, 1, 3)))):
        points = globe(int(random.integers(9, 18)))
        if random.random() < 0.3:
            points = points[: len(points) // 2 + 1]
        bump = (
            1
            + random.uniform(0, 0.3) * np.sin(points @ random.normal(0, 3, 3))
            + 0.1 * np.sin(points @ random.normal(0, 6, 3))
        )
        parts.append(
            points * bump[..., None] * random.uniform(0.7, 1.4, 3) * 3 + np.array([4.0 * place, 0, 0])
        )
    return parts


def _bar(page: Canvas, left: float, top: float, steps: int) -> None:
    tall, size = page.height * page.between(0.45, 0.65), page.between(7, 10)
    most, digits = page.one((1.0, 12.0, 250.0, 0.04)), page.one(("{:.2f}", "{:.1e}", "{:.3g}", "+{:.3e}"))
    every = max(1, steps // page.one((6, 8)))
    for step in range(steps):
        share = 1 - step / max(1, steps - 1)
        red, green, blue = rainbow(np.array(share)).astype(int).tolist()
        y = top + tall * step / steps
        page.box(left, y, 11, tall / steps + 0.5, fill=f"#{red:02x}{green:02x}{blue:02x}")
        if step % every == 0:
            page.text((left + 14, y + tall / steps / 2), digits.format(share * most), anchor="lm", size=size)
    if page.chance(0.7):
        page.text((left + 24, top - 12), page.one(_QUANTITIES), size=size)
