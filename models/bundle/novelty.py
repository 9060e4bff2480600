"""How unlike its training images an image is: the Mahalanobis distance of its features to the nearest class.

Source: Lee, Lee, Lee, Shin, "A Simple Unified Framework for Detecting Out-of-Distribution Samples", NeurIPS 2018,
on the last features alone. The covariance is shared by the classes and shrunk (Ledoit and Wolf, 2004), for there are
few images.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Novelty:
    """`whitening` (d, d) makes the distance Euclidean; `means` (classes, d) are whitened."""

    whitening: Floats
    means: Floats

    def distances(self, features: Floats) -> Floats:
        """(N, d) features -> (N,) squared distances to the nearest class, about 1 for a typical training image."""
        points = features.astype(np.float32) @ self.whitening
        squares = (points**2).sum(axis=1)[:, None] + (self.means**2).sum(axis=1) - 2 * points @ self.means.T
        nearest: Floats = np.maximum(squares.min(axis=1), 0) / self.means.shape[1]
        return nearest

    def tensors(self) -> Mapping[str, Floats]:
        """What a bundle keeps."""
        return {"whitening": self.whitening, "means": self.means}


def fit_novelty(features: Floats, labels: Indices) -> Novelty:
    """From (N, d) features of (N,) classes."""
    from sklearn.covariance import ledoit_wolf

    scale = features.std(axis=0) + 1e-6
    scaled = features / scale
    codes, places = np.unique(labels, return_inverse=True)
    means = np.stack([scaled[places == place].mean(axis=0) for place in range(len(codes))])
    covariance, _ = ledoit_wolf(scaled - means[places], assume_centered=True)
    values, vectors = np.linalg.eigh(covariance)
    whitening = vectors / np.sqrt(values)
    return Novelty((whitening / scale[:, None]).astype(np.float32), (means @ whitening).astype(np.float32))
