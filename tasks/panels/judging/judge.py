"""The trained judge: which pieces are panels, and which choice of pieces is right? See models/pretrained/judge."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

import models
from models.boosted import BoostedTrees, load_trees
from tasks.panels.judging.features import Features

FOLDER = Path(models.__file__).parent / "pretrained" / "judge"

QUESTIONS = ("panel", "nobody", "choice")
"""What is asked, one set of trees for each: is a piece one panel, does it hold none, how right is a choice?"""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judge:
    """What is said of pieces, and of choices of such."""

    pieces: Callable[[Features], Floats]
    """The probabilities (N, 2) that pieces are one panel, and that they hold none, from their features (N, F)."""
    choices: Callable[[Features], Floats]
    """How many of a figure's panels choices of pieces get right (M,), 0 to 1, from their features (M, G)."""


def judge_of(panel: BoostedTrees, nobody: BoostedTrees, choice: BoostedTrees) -> Judge:
    """The judge that these trees make."""
    return Judge(
        lambda features: np.stack([panel.probabilities(features), nobody.probabilities(features)], axis=1),
        choice.probabilities,
    )


@functools.cache
def load_judge(folder: Path = FOLDER) -> Judge:
    """The judge that ships; read once per process."""
    return judge_of(*(load_trees(folder / f"{question}.safetensors") for question in QUESTIONS))
