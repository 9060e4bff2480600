"""How good a classifier is: accuracy, precision, recall, F1, confusion and calibration, with 95% intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.calibration import Floats, Indices, expected_calibration_error, reliability

Interval = tuple[float, float]
Counts = npt.NDArray[np.int64]

_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class ClassScores:
    """Precision, recall and F1 of one class, with `support` true images; NaN where nothing defines them."""

    code: str
    support: int
    predicted: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores of N images. Intervals are 95% bootstrap intervals; macro-F1 is over classes that have images."""

    images: int
    unknown: int
    """Images of classes that the model does not have: counted as wrong."""
    accuracy: float
    accuracy_interval: Interval
    macro_f1: float
    macro_f1_interval: Interval
    ece: float
    ece_interval: Interval
    rejected: float
    """Share of images on which the model abstains."""
    accuracy_kept: float
    """Accuracy among the others."""
    classes: tuple[ClassScores, ...]
    confusion: Counts
    """(classes, classes): rows are true, columns predicted."""
    reliability: tuple[tuple[float, float, float], ...]
    """(mean confidence, accuracy, share of the images) per bin."""


def evaluate(
    probabilities: Floats,
    labels: Indices,
    classes: Sequence[str],
    groups: Sequence[str] | None = None,
    threshold: float = 0.0,
    rejected: npt.NDArray[np.bool_] | None = None,
) -> Evaluation:
    """Scores (N, classes) probabilities against (N,) labels.

    The bootstrap draws whole `groups` (articles) where they are given, for images of one article are alike.
    The model abstains where `rejected` (N,) says so, or else below the confidence `threshold`.
    A label of -1 is a class that the model does not know: always wrong, and in no column of the confusion matrix.
    """
    if len(labels) == 0:
        raise ValueError("there are no images to evaluate")
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    right, kept = predicted == labels, confidence >= threshold if rejected is None else ~rejected
    count = len(classes)
    known = labels >= 0
    confusion = confusion_matrix(labels[known], predicted[known], count)
    samples = _resamples(groups or [str(index) for index in range(len(labels))])
    return Evaluation(
        images=len(labels),
        unknown=int((~known).sum()),
        accuracy=float(right.mean()),
        accuracy_interval=_interval([right[rows].mean() for rows in samples]),
        macro_f1=macro_f1(confusion),
        macro_f1_interval=_interval(
            [macro_f1(confusion_matrix(labels[r][known[r]], predicted[r][known[r]], count)) for r in samples]
        ),
        ece=expected_calibration_error(confidence, right),
        ece_interval=_interval([expected_calibration_error(confidence[r], right[r]) for r in samples]),
        rejected=float(1 - kept.mean()),
        accuracy_kept=float(right[kept].mean()) if kept.any() else float("nan"),
        classes=class_scores(confusion, classes),
        confusion=confusion,
        reliability=tuple(reliability(confidence, right)),
    )


def confusion_matrix(labels: Indices, predicted: Indices, count: int) -> Counts:
    """(count, count): rows are true, columns predicted."""
    return np.bincount(labels * count + predicted, minlength=count * count).reshape(count, count)


def class_scores(confusion: Counts, classes: Sequence[str]) -> tuple[ClassScores, ...]:
    """Precision, recall and F1 of every class."""
    hits, support, predicted = confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)
    return tuple(
        ClassScores(code, int(s), int(p), _ratio(h, p), _ratio(h, s), _ratio(2 * h, s + p))
        for code, h, s, p in zip(classes, hits, support, predicted, strict=True)
    )


def macro_f1(confusion: Counts) -> float:
    """Mean F1 of the classes that have true images."""
    hits, support, predicted = confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)
    present = support > 0
    if not present.any():
        return float("nan")
    return float((2 * hits[present] / (support[present] + predicted[present])).mean())


def _ratio(part: int, whole: int) -> float:
    return float(part / whole) if whole else float("nan")


def _resamples(groups: Sequence[str]) -> list[Indices]:
    """Rows of each bootstrap sample: groups drawn with replacement, the same for every call."""
    _, numbers = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(numbers == number) for number in range(int(numbers.max()) + 1)]
    generator = np.random.default_rng(0)
    return [
        np.concatenate([members[i] for i in generator.integers(len(members), size=len(members))])
        for _ in range(_RESAMPLES)
    ]


def _interval(values: Sequence[float]) -> Interval:
    low, high = np.nanpercentile(np.asarray(values, dtype=np.float64), [2.5, 97.5])
    return float(low), float(high)
