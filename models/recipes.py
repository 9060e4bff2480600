"""How a network is trained: the paper's way, and a faster one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.augmentation import PAPER_AUGMENTATION, PRINT_AUGMENTATION, Augmentation
from models.transforms import PAPER_TRANSFORM, Transform


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a network is trained. The defaults are the paper's where it says, and Figmill's choice where not."""

    epochs: int = 100
    learning_rate: float = 5e-6
    batch_size: int = 32
    optimiser: Literal["adam", "adamw"] = "adam"
    weight_decay: float = 0.0
    schedule: Literal["constant", "cosine"] = "constant"
    label_smoothing: float = 0.0
    oversample: float = 0.8
    """Every class gets at least this share of the largest one's images, by repetition."""
    frozen_statistics: bool = False
    """BatchNorm keeps the statistics that it started with."""
    probed_head: bool = False
    """The head starts as a logistic regression on the untrained network's features."""
    probe_views: int = 0
    """Augmented views of each image that the logistic regression sees besides the plain one."""
    transform: Transform = PAPER_TRANSFORM
    augmentation: Augmentation = PAPER_AUGMENTATION


PRESETS: Mapping[str, Recipe] = {
    "paper": Recipe(),
    "fast": Recipe(
        epochs=4,
        learning_rate=3e-5,
        optimiser="adamw",
        weight_decay=0.02,
        schedule="cosine",
        label_smoothing=0.05,
        oversample=0.2,
        frozen_statistics=True,
        probed_head=True,
        probe_views=3,
        transform=Transform(fit="stretch"),
        augmentation=PRINT_AUGMENTATION,
    ),
}
"""`paper`: as published. `fast`: few epochs from a probed head, for figures as printed."""
