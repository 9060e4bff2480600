"""Training examples in memory: made-up pictures of four classes, and the smallest recipe."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.data.augmentation import Augmentation
from models.data.examples import Examples
from models.training.recipes import Recipe
from models.transforms import Transform
from tests.models.pictures import CODES, picture

SMALL = Transform(size=64, fit="stretch")
RECIPE = Recipe(
    epochs=3,
    learning_rate=1e-3,
    batch_size=8,
    transform=SMALL,
    augmentation=Augmentation(flip=0.5, rotation=(0, 20), jpeg=0.3, tint=0.5, tinted=("DMFL",)),
)


def examples(per_class: int, seed: int = 0, side: int = 64) -> Examples:
    """`per_class` pictures of each of the four classes."""
    pictures = [picture(code, seed + n, (side, side)) for code in CODES for n in range(per_class)]
    labels = np.repeat(np.arange(len(CODES)), per_class)
    captions = tuple(f"an image of {CODES[label]}" for label in labels)
    return Examples(np.stack([np.asarray(p) for p in pictures]), np.arange(len(labels)), labels, captions)


def recipe(**changes: object) -> Recipe:
    """The smallest recipe with changes."""
    return replace(RECIPE, **changes)  # type: ignore[arg-type]
