"""Micrographs and gels made of simple shapes, light and noise.

They teach what printing shows of a modality (dark particles on a bright, grainy ground; vivid light on black;
bands in lanes), not its biology.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from models.default.drawings.figure import Random, pick

_Plane = npt.NDArray[np.float32]


def particles(random: Random) -> Image.Image:
    """Nanoparticles in transmission: dark discs or lumps, alone or in heaps, on a bright ground."""
    side = _size(random)
    ground = _clouds(random, side, 40) * random.uniform(4, 18) + random.uniform(150, 215)
    shade = np.zeros((side[1], side[0]), np.float32)
    radius = float(random.uniform(0.008, 0.07)) * side[0]
    for _ in range(int(random.integers(1, 7))):
        centre = random.uniform(0, 1, 2) * side
        spread = float(random.uniform(0.05, 0.3)) * side[0]
        for _ in range(int(random.integers(3, 45))):
            at = random.normal(centre, spread)
            shade = np.maximum(shade, 0) + _lump(random, side, at, radius * float(random.lognormal(0, 0.3)))
    dark = 1 - np.exp(-shade * random.uniform(0.6, 2.5))
    return _grainy(random, ground * (1 - 0.85 * dark), random.uniform(2, 14))


def ultrastructure(random: Random) -> Image.Image:
    """A section of cells in transmission: grey cytoplasm, dark membranes, mitochondria with folds, granules."""
    side = _size(random)
    image = Image.new("L", side, int(random.integers(165, 215)))
    draw = ImageDraw.Draw(image)
    for _ in range(int(random.integers(4, 14))):
        _organelle(random, draw, side)
    for _ in range(int(random.integers(30, 400))):
        x, y = random.uniform(0, 1, 2) * side
        r = float(random.uniform(0.6, 3))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=int(random.integers(40, 140)))
    for _ in range(int(random.integers(1, 5))):
        _membrane(random, draw, side)
    soft = image.filter(ImageFilter.GaussianBlur(float(random.uniform(0.6, 1.6))))
    plane = np.asarray(soft, np.float32) + _clouds(random, side, 25) * random.uniform(5, 22)
    return _grainy(random, plane, random.uniform(5, 18))


def fluorescence(random: Random) -> Image.Image:
    """Stained cells as vivid light on black, in one to three channels."""
    side = _size(random)
    channels = [_stain(random, side) for _ in range(int(pick(random, (1, 1, 2, 3))))]
    colours = random.permutation(np.array([[1, 0.1, 0.1], [0.1, 1, 0.1], [0.15, 0.3, 1]], np.float32))
    if random.random() < 0.25:
        colours = np.array([[1, 0.6, 0.05], [1, 0.1, 1], [0.1, 1, 1]], np.float32)
    if len(channels) == 1 and random.random() < 0.15:
        colours = np.ones((1, 3), np.float32)
    light = sum(c[..., None] * colour for c, colour in zip(channels, colours, strict=False))
    pixels = np.asarray(light) * random.uniform(140, 300) + random.uniform(0, 20)
    noisy = pixels + random.normal(0, random.uniform(1, 8), pixels.shape)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def blot(random: Random) -> Image.Image:
    """Rows of bands in lanes on a grey ground (Western blot), or bright bands on black (stained gel)."""
    lanes, rows = int(random.integers(3, 13)), int(random.integers(1, 6))
    width, height = lanes * int(random.integers(24, 44)), rows * int(random.integers(28, 60))
    gel = random.random() < 0.45
    if gel:
        height = int(width * random.uniform(0.5, 1.1))
    plane = np.full((height, width), float(random.uniform(185, 240)), np.float32)
    plane += _clouds(random, (width, height), 30) * random.uniform(1, 10)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    for lane in range(lanes):
        centre = (lane + 0.5) * width / lanes
        places = (
            random.uniform(0.08, 0.95, int(random.integers(2, 12))) if gel else (np.arange(rows) + 0.5) / rows
        )
        for place in places:
            strength = float(random.uniform(0, 1) ** 0.7) * random.uniform(60, 200)
            half, thick = (
                width / lanes * random.uniform(0.28, 0.42),
                max(1.5, random.uniform(0.01, 0.05) * height),
            )
            band = np.clip(0.5 - (np.abs(x - centre) - half) / 3, 0, 1)
            plane -= strength * band * np.exp(-((y - place * height) ** 2) / (2 * thick**2))
    if gel and random.random() < 0.75:
        plane = 235 - plane
    if not gel and rows > 1:
        for row in range(1, rows):
            at = round(row * height / rows)
            plane[at - 2 : at + 2] = 255
    return _grainy(random, plane, random.uniform(1, 8))


def _size(random: Random) -> tuple[int, int]:
    width = int(random.integers(220, 420))
    return width, int(width * random.uniform(0.7, 1.1))


def _clouds(random: Random, size: tuple[int, int], grain: float) -> _Plane:
    """Smooth random light and shade, of unit spread."""
    width, height = size
    small = random.normal(0, 1, (max(2, int(height / grain) + 2), max(2, int(width / grain) + 2)))
    return np.asarray(
        Image.fromarray(small.astype(np.float32)).resize((width, height), Image.Resampling.BICUBIC),
        np.float32,
    )


def _grainy(random: Random, plane: _Plane, noise: float) -> Image.Image:
    """Adds noise as a detector does."""
    pixels = (plane + random.normal(0, noise, plane.shape)).clip(0, 255).astype(np.uint8)
    return Image.fromarray(pixels).convert("RGB")


def _lump(random: Random, size: tuple[int, int], at: npt.NDArray[np.float64], radius: float) -> _Plane:
    """A soft-edged disc, a little squeezed; 0..1."""
    y, x = np.ogrid[: size[1], : size[0]]
    squeeze = float(random.uniform(0.75, 1.0))
    distance = np.sqrt((x - at[0]) ** 2 + ((y - at[1]) / squeeze) ** 2)
    edge = np.clip((radius - distance) / max(1.0, 0.2 * radius), 0, 1)
    return np.asarray(edge, np.float32)


def _organelle(random: Random, draw: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
    x, y = random.uniform(0, 1, 2) * size
    a, b = random.uniform(0.03, 0.2, 2) * size[0]
    inside, rim = int(random.integers(80, 190)), int(random.integers(20, 70))
    draw.ellipse((x - a, y - b, x + a, y + b), fill=inside, outline=rim, width=int(random.integers(1, 4)))
    for fold in range(int(random.integers(0, 9))):
        at = x - a + 2 * a * (fold + 0.5) / 9
        reach = b * float(random.uniform(0.3, 0.8))
        draw.line((at, y - reach, at + 3, y + reach), fill=rim, width=1)


def _membrane(random: Random, draw: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
    """A wandering double line across the section."""
    steps = 40
    walk = np.cumsum(random.normal(0, 0.02, steps)) + random.uniform(0.1, 0.9)
    for shift in (0, int(random.integers(4, 9))):
        points = [(size[0] * i / (steps - 1), size[1] * w + shift) for i, w in enumerate(walk)]
        draw.line(points, fill=int(random.integers(20, 80)), width=int(random.integers(1, 3)))


def _stain(random: Random, size: tuple[int, int]) -> _Plane:
    """One channel, 0..1: nuclei, fibres, specks or whole cells, out of focus here and there."""
    image = Image.new("L", size, 0)
    draw = ImageDraw.Draw(image)
    kind = pick(random, ("nuclei", "fibres", "specks", "cells"))
    scale = float(random.uniform(0.015, 0.09)) * size[0]
    for _ in range(int(random.integers(5, 70 if kind != "cells" else 12))):
        x, y = random.uniform(0, 1, 2) * size
        light = int(random.integers(60, 255))
        if kind == "fibres":
            angle, reach = random.uniform(0, np.pi), random.uniform(2, 9) * scale
            dx, dy = np.cos(angle) * reach, np.sin(angle) * reach
            draw.line((x - dx, y - dy, x + dx, y + dy), fill=light, width=int(random.integers(1, 4)))
        else:
            factor = {"nuclei": 1.0, "specks": 0.12, "cells": 2.5}[kind]
            a, b = scale * factor * random.uniform(0.6, 1.3, 2) + 0.8
            draw.ellipse((x - a, y - b, x + a, y + b), fill=light)
    soft = image.filter(ImageFilter.GaussianBlur(float(random.uniform(0.8, 5))))
    plane = np.asarray(soft, np.float32) / 255
    lit = plane * (1 + 0.25 * _clouds(random, size, 6)) + 0.03 * np.abs(_clouds(random, size, 60))
    return lit.astype(np.float32)
