"""Linear classifiers on pooled features, fitted by scikit-learn and put into the network as its head."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from models.data.imageclef import DataError
from models.networks.multi_exit import MultiExit

Floats = npt.NDArray[np.float32]
Coefficients = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


def fit_logistic_head(network: nn.Module, features: Floats, labels: Indices, strength: float = 0.03) -> None:
    """Replaces the head by a logistic regression on (N, d) features.

    An image weighs the inverse root of its class's size: between a vote per image, which forgets rare classes, and
    a vote per class, which believes a handful of images.
    """
    from sklearn.linear_model import LogisticRegression

    for head, part, targets in _readouts(network, features, labels):
        mean, std = part.mean(axis=0), part.std(axis=0) + 1e-6
        weights = np.bincount(targets)[targets] ** -0.5
        model = LogisticRegression(C=strength, max_iter=300)
        model.fit((part - mean) / std, targets, sample_weight=weights / weights.mean())
        _set_head(head, np.atleast_2d(model.coef_), np.atleast_1d(model.intercept_), mean, std)


def fit_svm_head(network: nn.Module, features: Floats, labels: Indices, strength: float = 0.01) -> None:
    """Replaces the head by a linear SVM, one class against the rest, on (N, d) features: the paper's baseline."""
    from sklearn.svm import LinearSVC

    mean, std = features.mean(axis=0), features.std(axis=0) + 1e-6
    model = LinearSVC(C=strength, class_weight="balanced", random_state=0, max_iter=5000)
    model.fit((features - mean) / std, labels)
    _set_head(_head_of(network), np.atleast_2d(model.coef_), np.atleast_1d(model.intercept_), mean, std)


def _readouts(
    network: nn.Module, features: Floats, labels: Indices
) -> list[tuple[nn.Linear, Floats, Indices]]:
    """Each linear head of a network with the features and labels that it reads."""
    if isinstance(network, MultiExit):
        return network.readouts(features, labels)
    return [(_head_of(network), features, labels)]


def _head_of(network: nn.Module) -> nn.Linear:
    if not isinstance(network.fc, nn.Linear):
        raise TypeError(f"the head of {type(network).__name__} is not linear")
    return network.fc


def _set_head(head: nn.Linear, weight: Coefficients, bias: Coefficients, mean: Floats, std: Floats) -> None:
    """Takes the standardisation into the linear layer; with two classes scikit-learn gives one row for the second."""
    if len(weight) == 1:
        weight, bias = np.concatenate([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
    scaled = weight / std
    if head.weight.shape != scaled.shape:
        raise DataError("every class needs an image in the training split")
    with torch.no_grad():
        head.weight.copy_(torch.from_numpy(scaled))
        head.bias.copy_(torch.from_numpy(bias - scaled @ mean))
