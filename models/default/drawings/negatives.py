"""What is no figure's panel: noise, blank pages, textures, and what looks like a photograph of anything.

The bundle learns to abstain on them. Dead leaves and random spectra share the statistics of natural photographs:
Baradad et al., "Learning to See by Looking at Noise", NeurIPS 2021.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from models.default.drawings.figure import Random, pick


def negative(random: Random) -> Image.Image:
    """An image without content, of one of several kinds."""
    kind = pick(random, _KINDS)
    width = int(random.integers(64, 420))
    size = (width, int(width * random.uniform(0.5, 1.6)))
    image = kind(random, size)
    if random.random() < 0.3:
        image = image.convert("L").convert("RGB")
    return image


def _dead_leaves(random: Random, size: tuple[int, int]) -> Image.Image:
    """Shapes of all sizes that hide one another, shaded and textured like the things in a photograph."""
    image = _spectrum(random, size)
    shape = pick(random, ("ellipse", "polygon", "mixed"))
    for _ in range(int(random.integers(20, 160))):
        reach = float(min(0.6, 0.02 / random.uniform(0.02, 1.0) ** 0.8)) * max(size)
        at = random.uniform(0, 1, 2) * size
        mask = Image.new("L", size, 0)
        draw = ImageDraw.Draw(mask)
        if shape == "ellipse" or (shape == "mixed" and random.random() < 0.5):
            a, b = reach * random.uniform(0.4, 1.0, 2)
            draw.ellipse((at[0] - a, at[1] - b, at[0] + a, at[1] + b), fill=255)
        else:
            angles = np.sort(random.uniform(0, 2 * np.pi, int(random.integers(3, 9))))
            corners = at + reach * np.stack([np.cos(angles), np.sin(angles)], axis=1)
            draw.polygon([(float(x), float(y)) for x, y in corners], fill=255)
        image.paste(_shaded(random, size), mask=mask)
    return image.filter(ImageFilter.GaussianBlur(float(random.uniform(0, 1.2))))


def _landscape(random: Random, size: tuple[int, int]) -> Image.Image:
    """Layers of texture behind one another under a bright sky, darker towards the front."""
    width, height = size
    image = _gradient(random, size)
    for horizon in np.sort(random.uniform(0.15, 0.95, int(random.integers(1, 5)))):
        ridge = np.cumsum(random.normal(0, 0.01, width)) + horizon
        ridge = np.convolve(ridge, np.ones(9) / 9, mode="same")
        mask = np.arange(height)[:, None] > ridge[None, :] * height
        image.paste(_shaded(random, size), mask=Image.fromarray((mask * 255).astype(np.uint8)))
    return image


def _shaded(random: Random, size: tuple[int, int]) -> Image.Image:
    """One surface: a colour with a grain of its own, lit from one side."""
    grain = np.asarray(_spectrum(random, size).convert("L"), np.float64)[..., None] / 255 - 0.5
    y, x = np.mgrid[: size[1], : size[0]] / max(size)
    light = 1 + random.normal(0, 0.6) * (x - 0.5) + random.normal(0, 0.6) * (y - 0.5)
    colour = np.array(_colour(random), np.float64)
    return _array(colour * light[..., None] * (1 + random.uniform(0, 1.5) * grain))


def _spectrum(random: Random, size: tuple[int, int]) -> Image.Image:
    """Noise whose spectrum falls as that of photographs does, in colours that go together."""
    width, height = size
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :]
    fall = (np.hypot(fx * random.uniform(0.5, 2), fy) + 1 / max(size)) ** -random.uniform(0.6, 2.2)
    phase = np.exp(2j * np.pi * random.uniform(0, 1, (3, height, width // 2 + 1)))
    planes = np.fft.irfft2(fall * phase, s=(height, width))
    planes /= planes.std(axis=(1, 2), keepdims=True) + 1e-9
    mixed = np.einsum("ij,jhw->hwi", np.eye(3) * 0.3 + random.uniform(0, 1, (3, 3)), planes)
    return _array(np.array(_colour(random)) * 0.6 + 50 + mixed * random.uniform(15, 60))


def _array(pixels: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Image.Image:
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _colour(random: Random) -> tuple[int, int, int]:
    r, g, b = (int(v) for v in random.integers(0, 256, 3))
    return r, g, b


def _noise(random: Random, size: tuple[int, int]) -> Image.Image:
    """White or coarse noise, grey or coloured, of any spread."""
    width, height = size
    grain = int(pick(random, (1, 1, 1, 2, 4, 8, 16)))
    shape = (height // grain + 1, width // grain + 1, 3 if random.random() < 0.6 else 1)
    if random.random() < 0.5:
        pixels = random.uniform(0, 255, shape)
    else:
        pixels = random.normal(random.uniform(60, 200), random.uniform(8, 80), shape)
    how = pick(random, (Image.Resampling.NEAREST, Image.Resampling.BICUBIC))
    return _array(np.repeat(pixels, 4 - shape[2] if shape[2] == 1 else 1, axis=2)).resize(size, how)


def _blank(random: Random, size: tuple[int, int]) -> Image.Image:
    """Empty paper: one colour, most often white, with a speck or a rim at times."""
    ground = pick(random, ((255, 255, 255), (255, 255, 255), (0, 0, 0), _colour(random)))
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    if random.random() < 0.3:
        draw.rectangle((0, 0, size[0] - 1, size[1] - 1), outline="black")
    for _ in range(int(random.integers(0, 4))):
        x, y = (int(v) for v in random.uniform(0, 1, 2) * size)
        draw.ellipse((x, y, x + 2, y + 2), fill="grey")
    return image


def _gradient(random: Random, size: tuple[int, int]) -> Image.Image:
    """Colour that changes evenly across."""
    y, x = np.mgrid[: size[1], : size[0]] / max(size)
    angle = random.uniform(0, 2 * np.pi)
    along = (np.cos(angle) * x + np.sin(angle) * y + 1) / 2
    first, second = np.array(_colour(random)), np.array(_colour(random))
    return _array(first + along[..., None] * (second - first))


def _checks(random: Random, size: tuple[int, int]) -> Image.Image:
    """A chessboard, tiles or a mosaic of colours."""
    step = int(random.integers(4, 60))
    cells = random.integers(0, 256, (size[1] // step + 1, size[0] // step + 1, 3)).astype(np.float64)
    if random.random() < 0.5:
        rows, columns = np.indices(cells.shape[:2])
        two = np.array([_colour(random), _colour(random)], dtype=np.float64)
        cells = two[(rows + columns) % 2]
    return _array(cells).resize(size, Image.Resampling.NEAREST)


def _waves(random: Random, size: tuple[int, int]) -> Image.Image:
    """Crossing waves: moiré, stripes, wood."""
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float64)
    planes = []
    for _ in range(3):
        fx, fy = random.normal(0, 0.15, 2)
        planes.append(127 + 127 * np.sin(fx * x + fy * y + random.uniform(0, 6)))
    if random.random() < 0.5:
        planes = [planes[0]] * 3
    return _array(np.stack(planes, axis=2))


def _blobs(random: Random, size: tuple[int, int]) -> Image.Image:
    """Smooth colours that run into one another, like a picture far out of focus."""
    grain = int(random.integers(2, 12))
    small = random.uniform(0, 255, (grain, grain, 3))
    return _array(small).resize(size, Image.Resampling.BICUBIC)


def _scribble(random: Random, size: tuple[int, int]) -> Image.Image:
    """Random strokes and shapes without order."""
    image = Image.new("RGB", size, _colour(random))
    draw = ImageDraw.Draw(image)
    for _ in range(int(random.integers(5, 80))):
        (x0, y0), (x1, y1) = random.uniform(0, 1, 2) * size, random.uniform(0, 1, 2) * size
        box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        shape = int(random.integers(3))
        if shape == 0:
            draw.line((x0, y0, x1, y1), fill=_colour(random), width=int(random.integers(1, 9)))
        elif shape == 1:
            draw.ellipse(box, fill=_colour(random))
        else:
            draw.rectangle(box, fill=_colour(random))
    return image.filter(ImageFilter.GaussianBlur(2)) if random.random() < 0.3 else image


def _bars(random: Random, size: tuple[int, int]) -> Image.Image:
    """Bar codes and test stripes."""
    bars = random.integers(0, 256, (1, int(random.integers(3, 90)), 3)).astype(np.float64)
    if random.random() < 0.5:
        bars = np.where(bars[..., :1] > 127, 255.0, 0.0) * np.ones(3)
    image = _array(bars).resize(size, Image.Resampling.NEAREST)
    return image.rotate(90, expand=True) if random.random() < 0.5 else image


_KINDS = (
    _noise,
    _blank,
    _gradient,
    _checks,
    _waves,
    _blobs,
    _scribble,
    _bars,
    _spectrum,
    _dead_leaves,
    _dead_leaves,
    _landscape,
    _landscape,
)

NOISE = MappingProxyType(
    {"noise": _noise, "blank pages": _blank, "textures": _waves, "dead leaves": _dead_leaves}
)
"""Kinds to measure rejection on."""
