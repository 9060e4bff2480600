"""Conformal sets: the classes that hold the true one with a promised probability.

Source of the score (LAC): Sadinle, Lei, Wasserman, "Least Ambiguous Set-Valued Classifiers with Bounded Error Levels",
2019. Quantiles per class: Vovk, "Conditional validity of inductive conformal predictors", 2012; here each is shrunk to
the common one, for rare classes have too few panels for a quantile of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.evaluation.calibration import Floats, Indices

_FEWEST = 20
"""Panels below which a class has no quantile of its own."""
_SHRINKAGE = 40
"""As many panels as the common quantile counts for beside a class's own."""


def fit_sets(probabilities: Floats, labels: Indices, coverage: float) -> tuple[float, ...]:
    """The least probability with which a class belongs to a set, one for each class.

    From the (N, classes) probabilities of N panels that nothing was fitted to, and their classes' numbers.
    """
    true = probabilities[np.arange(len(labels)), labels]
    common = _quantile(true, coverage)
    return tuple(
        _shrunk(true[labels == number], common, coverage) for number in range(probabilities.shape[1])
    )


def apply_sets(probabilities: Floats, thresholds: Sequence[float]) -> npt.NDArray[np.bool_]:
    """(N, classes): whether each class is in the set; the most probable one always is."""
    members: npt.NDArray[np.bool_] = probabilities >= np.asarray(thresholds, np.float32)
    members[np.arange(len(members)), probabilities.argmax(axis=1)] = True
    return members


def set_coverage(members: npt.NDArray[np.bool_], labels: Indices) -> tuple[float, float]:
    """The share of (N, classes) sets that hold the true class, and how many classes they hold on average."""
    return float(members[np.arange(len(labels)), labels].mean()), float(members.sum(axis=1).mean())


def _shrunk(true: Floats, common: float, coverage: float) -> float:
    share = len(true) / (len(true) + _SHRINKAGE) if len(true) >= _FEWEST else 0.0
    threshold = (1 - share) * common + (share * _quantile(true, coverage) if share else 0.0)
    return float(np.floor(threshold * 1e6) / 1e6)  # never up, which would shut out the panel it came from


def _quantile(true: Floats, coverage: float) -> float:
    """What a share `coverage` of the true classes' probabilities reach, with the correction for a finite sample."""
    rank = int(np.floor((len(true) + 1) * (1 - coverage)))
    return float(np.sort(true)[rank - 1]) if rank else 0.0
