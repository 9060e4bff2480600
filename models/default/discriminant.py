"""Linear discriminant analysis: classes by their means, in the light of how all of them scatter.

Where a class has few panels, its mean is known long before a regression finds what tells it from thirty others. Both
are linear, so that their mean is one layer as well. The covariance is shared by the classes and shrunk: Friedman,
"Regularized Discriminant Analysis", 1989.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.default.regression import Floats, Indices, Linear, standardise

_COMMON = 1.5
"""Panels' worth of the mean of all that each class's mean is drawn to."""
_LEAST_PANELS = 0.5


def fit_discriminant(
    features: Floats,
    targets: Indices,
    weights: Floats,
    outputs: int,
    shrinkage: float,
    standard: npt.NDArray[np.bool_] | None = None,
    scatter: Floats | None = None,
) -> Linear:
    """The discriminant of (N,) targets on (N, d) features, each row counting by its weight.

    `shrinkage` is the share of a sphere in the covariance of standardised features; `standard` says which rows
    standardise, `scatter` (N,) how much each counts for the covariance, if not as elsewhere. Its log-probabilities are
    too sharp: features are neither normal nor independent. One thread of torch gives the same bytes each time.
    """
    centre, spread = standardise(features, standard)
    points = torch.from_numpy((features - centre) / spread)
    means, totals = _means(points, torch.from_numpy(targets), torch.from_numpy(weights), outputs)
    counts = torch.from_numpy(weights if scatter is None else scatter)
    around = (points - means[targets]) * counts.sqrt()[:, None]
    covariance = around.T @ around / counts.sum()
    sphere = covariance.diagonal().mean() * torch.eye(len(covariance))
    slopes = torch.linalg.solve((1 - shrinkage) * covariance + shrinkage * sphere, means.T).T
    shares = totals.clamp(min=_LEAST_PANELS) / totals.sum()
    bias = shares.log() - 0.5 * (slopes * means).sum(dim=1)
    weight: Floats = slopes.numpy() / spread
    return Linear(weight, bias.numpy() - weight @ centre)


def _means(points: Tensor, targets: Tensor, weights: Tensor, outputs: int) -> tuple[Tensor, Tensor]:
    """(outputs, d) and (outputs,): the mean of each class, and what its panels weigh."""
    shares = torch.zeros(len(targets), outputs)
    shares[torch.arange(len(targets)), targets] = weights
    totals = shares.sum(dim=0)
    common = weights @ points / weights.sum()
    return (shares.T @ points + _COMMON * common) / (totals + _COMMON)[:, None], totals
