"""How good a classifier is: accuracy, precision, recall, F1, confusion and calibration, with 95% intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.evaluation.calibration import Floats, Indices, expected_calibration_error, reliability

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
    """Scores of N images. Intervals are 95% bootstrap intervals, or Wilson's where all resamples agree.

    Images of classes that the model does not have are wrong in every score: they lower the accuracy, and the precision
    and F1 of the class that they got. Macro-F1 is over the model's classes that have images.
    """

    images: int
    unknown: int
    """Images of classes that the model does not have."""
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
    """(classes + 1, classes): rows are true, columns predicted; the last row is of classes that the model lacks."""
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
    A label of -1 is a class that the model does not know.
    """
    if len(labels) == 0:
        raise ValueError("there are no images to evaluate")
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    right, kept = predicted == labels, confidence >= threshold if rejected is None else ~rejected
    confusion = confusion_matrix(labels, predicted, len(classes))
    units = groups or [str(index) for index in range(len(labels))]
    samples, independent = _resamples(units), len(set(units))
    accuracy, f1 = float(right.mean()), macro_f1(confusion)
    ece = expected_calibration_error(confidence, right)
    return Evaluation(
        images=len(labels),
        unknown=int((labels < 0).sum()),
        accuracy=accuracy,
        accuracy_interval=_widened(
            _interval([right[rows].mean() for rows in samples]), accuracy, independent
        ),
        macro_f1=f1,
        macro_f1_interval=_widened(
            _interval([_resampled_macro_f1(confusion, labels[r], predicted[r]) for r in samples]),
            f1,
            independent,
        ),
        ece=ece,
        ece_interval=_reflected(
            ece, _interval([expected_calibration_error(confidence[r], right[r]) for r in samples])
        ),
        rejected=float(1 - kept.mean()),
        accuracy_kept=float(right[kept].mean()) if kept.any() else float("nan"),
        classes=class_scores(confusion, classes),
        confusion=confusion,
        reliability=tuple(reliability(confidence, right)),
    )


def confusion_matrix(labels: Indices, predicted: Indices, count: int) -> Counts:
    """(count + 1, count): rows are true, columns predicted; the last row holds the labels -1."""
    rows = np.where(labels < 0, count, labels)
    return np.bincount(rows * count + predicted, minlength=(count + 1) * count).reshape(count + 1, count)


def class_scores(confusion: Counts, classes: Sequence[str]) -> tuple[ClassScores, ...]:
    """Precision, recall and F1 of every class, from a `confusion_matrix`."""
    hits, support, predicted = _totals(confusion)
    return tuple(
        ClassScores(code, int(s), int(p), _ratio(h, p), _ratio(h, s), _ratio(2 * h, s + p))
        for code, h, s, p in zip(classes, hits, support, predicted, strict=True)
    )


def macro_f1(confusion: Counts) -> float:
    """Mean F1 of the classes that have true images; NaN where none has.

    From the confusion matrix: the bootstrap asks a thousand times, and sklearn.metrics.f1_score takes milliseconds.
    """
    scores = _f1(confusion)
    return float(np.nanmean(scores)) if not np.isnan(scores).all() else float("nan")


def _resampled_macro_f1(whole: Counts, labels: Indices, predicted: Indices) -> float:
    """Macro-F1 of a resample over the classes of the whole sample.

    A class that was not drawn keeps the whole sample's F1: averaging over the others alone would forget the rare and
    weak classes just where they matter, and counting it as 0 would punish the draw.
    """
    all_classes, drawn = _f1(whole), _f1(confusion_matrix(labels, predicted, whole.shape[1]))
    scores = np.where(np.isnan(drawn), all_classes, drawn)
    return float(np.nanmean(scores)) if not np.isnan(scores).all() else float("nan")


def _f1(confusion: Counts) -> npt.NDArray[np.float64]:
    """F1 of each class; NaN for those without true images."""
    hits, support, predicted = _totals(confusion)
    return np.where(support > 0, 2 * hits / np.maximum(support + predicted, 1), np.nan)


def _totals(confusion: Counts) -> tuple[Counts, Counts, Counts]:
    """Right, true and predicted images of each class."""
    return confusion.diagonal(), confusion.sum(axis=1)[:-1], confusion.sum(axis=0)


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


def wilson_interval(share: float, count: int) -> Interval:
    """95% interval of a share seen in `count` independent units. Source: Wilson, JASA 22, 1927.

    As scipy.stats.binomtest gives it, which takes whole hits alone and a second or more to import.
    """
    z = 1.959964
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
    return max(0.0, centre - half), min(1.0, centre + half)


def _widened(interval: Interval, value: float, independent: int) -> Interval:
    """Wilson's interval where the bootstrap's has no width: resamples of what is all right are all right too.

    `independent`: the groups that the bootstrap draws. Of macro-F1 it is the interval of a share as large.
    """
    return wilson_interval(value, independent) if interval[0] == interval[1] else interval


def _reflected(value: float, interval: Interval) -> Interval:
    """The basic bootstrap interval: the resamples' quantiles mirrored at the sample's own value.

    A calibration error is a mean of absolute values, which noise can only raise: resamples lie above the sample as
    the sample lies above the truth. Source: Davison, Hinkley, "Bootstrap Methods and their Application", 1997.
    """
    low, high = interval
    return max(0.0, 2 * value - high), min(1.0, max(0.0, 2 * value - low))
