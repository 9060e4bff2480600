"""Makes confidences honest, and says when to abstain. Both are fitted on the validation split.

Source of temperature scaling: Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", 2017.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


def softmax(logits: npt.NDArray[np.floating[Any]]) -> Floats:
    """(N, classes) logits -> probabilities.

    scipy.special.softmax gives the same to the last bit, but takes a third of a second to import, and whoever labels
    needs nothing else of it.
    """
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    sums = exponentials.sum(axis=1, keepdims=True)
    probabilities: Floats = (exponentials / sums).astype(np.float32)
    return probabilities


def fit_temperature(logits: Floats, labels: Indices) -> float:
    """The temperature with the lowest cross-entropy on (N, classes) logits; 1 leaves them as they are."""
    if len(labels) == 0:
        return 1.0
    candidates = np.exp(np.linspace(np.log(0.1), np.log(10.0), 401))
    losses = [cross_entropy(softmax(logits / temperature), labels) for temperature in candidates]
    return round(float(candidates[int(np.argmin(losses))]), 4)


def fit_threshold(probabilities: Floats, labels: Indices) -> float:
    """The confidence below which a label is more likely wrong than right.

    It maximises right minus wrong among the kept; the lowest such threshold wins, and 0.5 bounds it, which is
    where a calibrated model has no more to gain.
    """
    confidence = probabilities.max(axis=1)
    gain = np.where(probabilities.argmax(axis=1) == labels, 1, -1)
    candidates = np.linspace(0.0, 0.5, 51)
    gains = [int(gain[confidence >= threshold].sum()) for threshold in candidates]
    return round(float(candidates[int(np.argmax(gains))]), 2)


def cross_entropy(probabilities: Floats, labels: Indices) -> float:
    """Mean negative log of the probability of the true class."""
    true = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(true, 1e-12)).mean())


def expected_calibration_error(confidence: Floats, right: npt.NDArray[np.bool_], bins: int = 10) -> float:
    """Mean distance between confidence and accuracy over bins of equal width, weighted by their images."""
    return float(
        sum(abs(mean - share) * weight for mean, share, weight in reliability(confidence, right, bins))
    )


def reliability(
    confidence: Floats, right: npt.NDArray[np.bool_], bins: int = 10
) -> list[tuple[float, float, float]]:
    """(mean confidence, accuracy, share of the images) of every bin that is not empty."""
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    return [
        (float(confidence[here].mean()), float(right[here].mean()), float(here.mean()))
        for here in (index == number for number in range(bins))
        if here.any()
    ]
