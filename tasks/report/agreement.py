"""How often the model is right where people have said what a picture is, and whether its confidences are honest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation.calibration import expected_calibration_error, reliability


@dataclass(frozen=True, slots=True)
class Point:
    """A tenth of the confidences: their mean, the share that is right, how many."""

    confidence: float
    accuracy: float
    count: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """The model and people, on the subfigures that both have named."""

    count: int
    accuracy: float
    calibration_error: float
    """Mean distance of confidence and accuracy over the points, weighted by their counts."""
    points: tuple[Point, ...]


def agreement(judged: Sequence[tuple[float, bool]]) -> Agreement:
    """From (confidence, whether right) of each subfigure; there has to be one."""
    confidence = np.array([sure for sure, _ in judged], np.float32)
    right = np.array([is_right for _, is_right in judged], bool)
    points = tuple(
        Point(mean, share, round(part * len(judged))) for mean, share, part in reliability(confidence, right)
    )
    return Agreement(len(judged), float(right.mean()), expected_calibration_error(confidence, right), points)
