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

DOUBTFUL = 0.4
"""Probability below which the judge objects to a split of the rules.

In cross-validation over papers 0.35 to 0.55 come to the same on hard and ordinary pages together (0.84 and 0.92): the
higher, the fewer single figures are torn and the more panels stay merged.
"""


def judge_split(features: Features) -> float:
    """What the judge that ships says."""
    return float(load_judge().probabilities(features[None])[0])


@functools.cache
def load_judge(file: Path = WEIGHTS) -> BoostedTrees:
    """The trees that ship; read once per process."""
    return load_trees(file)
