"""Multinomial logistic regression by L-BFGS, to the same bytes on the same kind of machine: one thread, fixed order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

_ITERATIONS = 60
_SPARSE_ITERATIONS = 40
_LEAST_SPREAD = 0.02
"""Of the median feature's: a channel that is all but dead must not get weights beyond float16."""


@dataclass(frozen=True, slots=True)
class Linear:
    """(N, d) features -> (N, outputs) logits."""

    weight: Floats
    """(outputs, d)."""
    bias: Floats
    """(outputs,)."""

    def __call__(self, features: Floats) -> Floats:
        """The logits."""
        logits: Floats = features @ self.weight.T + self.bias
        return logits


def fit_softmax(
    features: Floats,
    targets: Indices,
    weights: Floats,
    outputs: int,
    strength: float,
    standard: npt.NDArray[np.bool_] | None = None,
) -> Linear:
    """The regression of (N,) targets on (N, d) features, each row counting by its weight.

    `strength` is the inverse weight of the penalty on standardised features (scikit-learn's C), for rows whose weights
    have the mean 1; `standard` says which rows standardise, so that the penalty means the same for every feature.
    """
    mean, std = standardise(features, standard)
    scaled = torch.from_numpy((features - mean) / std)
    weight, bias = _descend(scaled, torch.from_numpy(targets), torch.from_numpy(weights), outputs, strength)
    weight = weight / std
    return Linear(weight, bias - weight @ mean)


def standardise(features: Floats, standard: npt.NDArray[np.bool_] | None) -> tuple[Floats, Floats]:
    """(d,) and (d,): the means and the spreads of the features of the `standard` rows, or of all."""
    seen = features if standard is None or not standard.any() else features[standard]
    mean, std = seen.mean(axis=0), seen.std(axis=0)
    return mean, np.maximum(std, _LEAST_SPREAD * np.median(std) + 1e-6)


def _descend(
    features: Tensor, targets: Tensor, weights: Tensor, outputs: int, strength: float
) -> tuple[Floats, Floats]:
    weight = torch.zeros(outputs, features.shape[1], requires_grad=True)
    bias = torch.zeros(outputs, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weight, bias],
        max_iter=_ITERATIONS,
        history_size=8,
        line_search_fn="strong_wolfe",
        tolerance_change=1e-7,
    )
    rows, total = torch.arange(len(targets)), weights.sum()

    def loss() -> Tensor:
        optimizer.zero_grad()
        log_probabilities = torch.log_softmax(features @ weight.T + bias, dim=1)
        fit = -(weights * log_probabilities[rows, targets]).sum()
        value: Tensor = (fit + 0.5 / strength * weight.square().sum()) / total
        value.backward()
        return value

    optimizer.step(loss)
    return weight.detach().numpy(), bias.detach().numpy()


def fit_sparse_softmax(
    features: csr_matrix, targets: Indices, weights: Floats, outputs: int, strength: float
) -> Linear:
    """The same on sparse features, which are taken as they are."""
    from scipy.optimize import minimize

    rows, total = np.arange(len(targets)), float(weights.sum())
    transposed, size = features.T.tocsr(), features.shape[1]

    def loss(point: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weight, bias = _unpack(point, size, outputs)
        scores = features @ weight + bias
        scores -= scores.max(axis=1, keepdims=True)
        log_probabilities = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        fit = -(weights * log_probabilities[rows, targets]).sum()
        residual = np.exp(log_probabilities)
        residual[rows, targets] -= 1
        residual = (residual * (weights / total)[:, None]).astype(np.float32)
        slope = transposed @ residual + weight / (strength * total)
        value = (float(fit) + 0.5 / strength * float((weight * weight).sum())) / total
        return value, np.concatenate([slope.ravel(), residual.sum(axis=0)]).astype(np.float64)

    options: dict[str, Any] = {"maxiter": _SPARSE_ITERATIONS, "maxcor": 6, "ftol": 1e-6}
    found = minimize(loss, np.zeros((size + 1) * outputs), jac=True, method="L-BFGS-B", options=options)
    weight, bias = _unpack(found.x, size, outputs)
    return Linear(np.ascontiguousarray(weight.T), bias)


def _unpack(point: npt.NDArray[np.float64], size: int, outputs: int) -> tuple[Floats, Floats]:
    """A flat vector -> (size, outputs) weights and (outputs,) biases."""
    single = point.astype(np.float32)
    return single[: size * outputs].reshape(size, outputs), single[size * outputs :]
