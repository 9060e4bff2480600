"""Conformal sets of a taught bundle, by labelled rows that are like those that it will meet: the random order's.

The rows' scores are by heads that had not learned from their papers. How much words count and how sharp confidences
are is fitted to all rows, these too: a few numbers, by which the coverage that is measured may be a little too good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.bundle.bundle import SetThresholds
from models.evaluation.conformal import apply_sets, fit_sets, set_coverage

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

COVERAGE = 0.95
FEWEST = 100
"""Rows from which sets are fitted: of 100 the true class of five may be outside, of fewer that says nothing."""


@dataclass(frozen=True, slots=True)
class Covered:
    """Sets, and what came of them on rows of papers by which they were not fitted."""

    sets: SetThresholds
    rows: int
    coverage: float
    size: float
    """Classes of a set on average."""


def cover(
    picture: Floats, words: Floats | None, labels: Indices, folds: Indices, told: npt.NDArray[np.bool_]
) -> Covered | None:
    """From (N, classes) probabilities by the picture alone, and with words; None where the rows are too few.

    `words` is None for a bundle that reads none; `told` are the rows that have some.
    """
    scored = picture if words is None else words
    chosen = np.ones(len(labels), bool) if words is None else told
    if chosen.sum() < FEWEST or len(np.unique(folds[chosen])) < 2:
        return None
    measured = [
        apply_sets(scored[rows], fit_sets(scored[others], labels[others], COVERAGE))
        for rows, others in _held_out(folds, chosen)
    ]
    order = np.concatenate([rows for rows, _ in _held_out(folds, chosen)])
    coverage, size = set_coverage(np.concatenate(measured), labels[order])
    sets = SetThresholds(
        coverage=COVERAGE,
        picture=fit_sets(picture, labels, COVERAGE),
        words=None if words is None else fit_sets(words[told], labels[told], COVERAGE),
    )
    return Covered(sets, int(chosen.sum()), coverage, size)


def _held_out(folds: Indices, chosen: npt.NDArray[np.bool_]) -> Sequence[tuple[Indices, Indices]]:
    """Each fold's rows, and the others'."""
    return [
        (np.flatnonzero(chosen & (folds == fold)), np.flatnonzero(chosen & (folds != fold)))
        for fold in np.unique(folds[chosen])
    ]
