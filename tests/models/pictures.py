"""Small made-up images of classes that a network can tell apart, and sets of them on disk."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

CODES = ("DMEL", "DMFL", "DMLI", "DMTR")


def picture(code: str, seed: int, size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Noise with the look of a class: grey, green on black, pink on white, dark stripes."""
    width, height = size
    noise = np.random.default_rng([seed, CODES.index(code)]).random((height, width, 3))
    if code == "DMEL":
        pixels = np.repeat(100 + 80 * noise[..., :1], 3, axis=2)
    elif code == "DMFL":
        pixels = noise**6 * np.array([20, 255, 40])
    elif code == "DMLI":
        pixels = np.array([230, 170, 210]) + 25 * noise
    else:
        stripes = (np.arange(width) // 4 % 2)[None, :, None] * 90
        pixels = np.repeat(40 + stripes + 20 * noise[..., :1], 3, axis=2)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def encoded(image: Image.Image, image_format: str = "PNG") -> bytes:
    """The image's bytes."""
    stream = io.BytesIO()
    image.save(stream, image_format)
    return stream.getvalue()


def class_folders(root: Path, per_class: int, codes: tuple[str, ...] = CODES, seed: int = 0) -> Path:
    """`root/<code>/<n>.png`."""
    for code in codes:
        (root / code).mkdir(parents=True)
        for number in range(per_class):
            picture(code, seed + number).save(root / code / f"{number}.png")
    return root
