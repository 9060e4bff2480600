"""Pictures to measure decoding and classifying with, where no papers are: of a chosen size, as panels are encoded.

By turns a photograph-like and a plot-like picture, each as Figmill's PNG and as a JPEG of quality 85. They cost what
real panels cost; what a network says of them means nothing.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from models import png
from models.devices import usable_cores

SHAPE = 4 / 3
"""Width over height."""


def draw(folder: Path, megapixels: float, count: int, seed: int = 0) -> Path:
    """Writes `count` pictures to `folder`; gives it back."""
    folder.mkdir(parents=True, exist_ok=True)
    height = round((megapixels * 1e6 / SHAPE) ** 0.5)
    size = round(height * SHAPE), height
    with ThreadPoolExecutor(usable_cores()) as threads:
        list(threads.map(lambda number: _write(folder, number, size, seed), range(count)))
    return folder


def _write(folder: Path, number: int, size: tuple[int, int], seed: int) -> None:
    generator = np.random.default_rng([seed, number])
    pixels = (photograph if number % 4 < 2 else plot)(generator, *size)
    if number % 2:
        Image.fromarray(pixels).save(folder / f"{number:05}.jpg", quality=85)
    else:
        (folder / f"{number:05}.png").write_bytes(png.encode(pixels))


def photograph(generator: np.random.Generator, width: int, height: int) -> np.ndarray:
    """(height, width, 3) uint8: soft shapes with a grain, which PNG stores at three quarters of a byte a sample."""
    coarse = generator.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8)
    soft = np.asarray(
        Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC), dtype=np.int16
    )
    grain = generator.normal(0, 6, (height, width, 1)).round().astype(np.int16)
    return (soft + grain).clip(0, 255).astype(np.uint8)


def plot(generator: np.random.Generator, width: int, height: int) -> np.ndarray:
    """(height, width, 3) uint8: thin and thick lines on white."""
    pixels = np.full((height, width, 3), 255, np.uint8)
    for _ in range(30):
        x, y = generator.integers(0, width), generator.integers(0, height)
        pixels[y : y + 2, :x] = generator.integers(0, 200, 3)
        pixels[:y, x : x + 2] = generator.integers(0, 200, 3)
    return pixels
