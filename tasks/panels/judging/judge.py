"""The trained judge: how likely a split parts panels and tears none. Its trees are models/pretrained/judge."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import models
from models.boosted import BoostedTrees, load_trees
from tasks.panels.judging.splits import Features

WEIGHTS = Path(models.__file__).parent / "pretrained" / "judge" / "model.safetensors"

Judge = Callable[[Features], float]
"""The probability that a split parts panels and tears none, from what `measure_split` says of it."""

DOUBTFUL = 0.45
"""Probability below which the judge objects to a split of the rules."""


def judge_split(features: Features) -> float:
    """What the judge that ships says."""
    return float(load_judge().probabilities(features[None])[0])


@functools.cache
def load_judge(file: Path = WEIGHTS) -> BoostedTrees:
    """The trees that ship; read once per process."""
    return load_trees(file)
