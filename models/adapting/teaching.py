"""What labels teach a head: a linear correction of its log-probabilities, read from the stored features.

The head stays where the labels say nothing: the correction begins at zero, its weights are held small (a Gaussian prior
around the head that is there), and rows of which nobody has spoken keep what was said of them (Li and Hoiem, "Learning
without Forgetting", ECCV 2016). A linear correction of features that the head reads anyway is another linear head, so
what is taught costs nothing where it is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import log_softmax
from threadpoolctl import threadpool_limits

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

STRENGTH = 0.03
"""Inverse weight of the penalty on standardised features."""
KEPT_WEIGHT = 12.0
"""As many named rows as all those count together of which nobody has spoken.

Both by the training panels: heads fitted to half of their articles, 50 or 200 rows of the other half named, accuracy
and likelihood on the rest of it. Without it a head that knows all classes is much too sure after 50 rows
(-log p 0.90 for 0.68); with 60 it learns half as much from 200."""
_OTHERS, _THEIRS = (2.5, 5.0), 0.5
"""What the others count for each example of a new class, in both corrections, and the probability from which one of
them is left out of the second. By kinds of chart from 20 examples, on the training panels: F1 0.56 for 0.40 without."""
_FOLDS = 5
_ITERATIONS = 60
_LEAST = 1e-6
"""Of a probability that is stored as 0."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What is stored of N rows."""

    log_probabilities: Floats
    """(N, classes)."""
    features: Floats
    """(N, d)."""

    @classmethod
    def of(cls, probabilities: Floats, features: Floats) -> Rows:
        """From (N, classes) probabilities, which need not sum up to 1: what is rejected was scaled down."""
        likely = np.maximum(probabilities, _LEAST)
        return cls(np.log(likely / likely.sum(axis=1, keepdims=True)).astype(np.float32), features)

    def select(self, places: npt.NDArray[np.generic]) -> Rows:
        """Some of the rows."""
        return Rows(self.log_probabilities[places], self.features[places])


@dataclass(frozen=True, slots=True)
class Correction:
    """What is added to log-probabilities: features @ weight.T + bias."""

    weight: Floats
    """(classes, d)."""
    bias: Floats
    """(classes,)."""

    def apply(self, rows: Rows) -> Floats:
        """(N, classes) log-probabilities."""
        raised = rows.log_probabilities + rows.features @ self.weight.T + self.bias
        corrected: Floats = log_softmax(raised, axis=1).astype(np.float32)
        return corrected


@dataclass(frozen=True, slots=True)
class Taught:
    """What labels came to, by rows of papers that were not learned from."""

    rows: int
    before: float
    """Share of the labelled rows that were named as people name them."""
    after: float
    loss_before: float
    """Mean of -log p(the class that people name)."""
    loss_after: float

    @property
    def is_better(self) -> bool:
        """Whether more rows are right, or as many and with better probabilities."""
        return (self.after, -self.loss_after) > (self.before, -self.loss_before)


def teach(named: Rows, labels: Indices, kept: Rows, new: int = 0) -> Correction:
    """From rows with their classes' numbers, and others that are to stay as they are.

    The last `new` classes are ones that the scores did not know: the others are what teaches where they end, though
    some of them may be theirs. So they count more, and those that a first correction gives to a new class are left
    out of a second (after Liu et al., "Building Text Classifiers Using Positive and Unlabeled Examples", ICDM 2003).
    """
    if not new:
        return _fit(named, labels, kept, KEPT_WEIGHT)
    first_new = named.log_probabilities.shape[1] - new
    examples = int((labels >= first_new).sum())
    first = _fit(named, labels, kept, max(KEPT_WEIGHT, _OTHERS[0] * examples))
    theirs = np.exp(first.apply(kept))[:, first_new:].sum(axis=1) >= _THEIRS
    return _fit(named, labels, kept.select(~theirs), max(KEPT_WEIGHT, _OTHERS[1] * examples))


def _fit(named: Rows, labels: Indices, kept: Rows, kept_weight: float) -> Correction:
    every = np.concatenate([named.features, kept.features])
    mean, std = every.mean(axis=0), every.std(axis=0)
    std = np.maximum(std, 0.02 * np.median(std) + 1e-6)
    weight, bias = _descend(
        Rows(named.log_probabilities, (named.features - mean) / std),
        labels,
        Rows(kept.log_probabilities, (kept.features - mean) / std),
        STRENGTH,
        kept_weight / max(len(kept.features), 1),
    )
    weight = weight / std
    return Correction(weight, bias - weight @ mean)


def examine(
    named: Rows, labels: Indices, papers: npt.NDArray[np.str_], kept: Rows, new: int = 0
) -> tuple[Taught, Floats]:
    """Cross-validation over whole papers (`folds_of`); with the log-probabilities that others' labels lead to.

    With fewer than two papers nothing can be held out: then what was stored is what is returned.
    """
    after = named.log_probabilities.copy()
    fold = folds_of(papers)
    for number in range(fold.max() + 1 if fold.any() else 0):
        learned, held_out = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        correction = teach(named.select(learned), labels[learned], kept, new)
        after[held_out] = correction.apply(named.select(held_out))
    return compared(named.log_probabilities, after, labels), after


def compared(before: Floats, after: Floats, labels: Indices) -> Taught:
    """What (N, classes) log-probabilities came to by (N,) labels."""
    rows = np.arange(len(labels))
    return Taught(
        len(labels),
        float((before.argmax(axis=1) == labels).mean()),
        float((after.argmax(axis=1) == labels).mean()),
        float(-before[rows, labels].mean()),
        float(-after[rows, labels].mean()),
    )


def folds_of(papers: npt.NDArray[np.str_]) -> Indices:
    """(N,): the fold of each row, about equally large and whole papers together; all 0 where there is but one paper.

    As scikit-learn's GroupKFold, which takes seconds to import.
    """
    _, places, counts = np.unique(papers, return_inverse=True, return_counts=True)
    sizes = np.zeros(min(_FOLDS, len(counts)), np.int64)
    fold_of = np.zeros(len(counts), np.int64)
    for paper in np.argsort(-counts, kind="stable").tolist():
        fold_of[paper] = sizes.argmin()
        sizes[fold_of[paper]] += counts[paper]
    return fold_of[places]


def _descend(
    named: Rows, labels: Indices, kept: Rows, strength: float, kept_weight: float
) -> tuple[Floats, Floats]:
    """The least loss by L-BFGS."""
    classes, size = named.log_probabilities.shape[1], named.features.shape[1]
    rows, wanted = np.arange(len(labels)), np.exp(kept.log_probabilities)

    def loss(point: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weight, bias = _unpack(point, size, classes)
        said = log_softmax(named.log_probabilities + named.features @ weight + bias, axis=1)
        value = -float(said[rows, labels].sum())
        residual = np.exp(said)
        residual[rows, labels] -= 1
        slope, slope_of_bias = named.features.T @ residual, residual.sum(axis=0)
        if len(wanted):
            stays = log_softmax(kept.log_probabilities + kept.features @ weight + bias, axis=1)
            value -= kept_weight * float((wanted * stays).sum())
            moved = kept_weight * (np.exp(stays) - wanted)
            slope, slope_of_bias = slope + kept.features.T @ moved, slope_of_bias + moved.sum(axis=0)
        value += 0.5 / strength * float((weight * weight).sum())
        slope = slope + weight / strength
        return value, np.concatenate([slope.ravel(), slope_of_bias]).astype(np.float64)

    with threadpool_limits(1):  # of matrices this small more threads make less of it
        found = minimize(
            loss,
            np.zeros((size + 1) * classes),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": _ITERATIONS, "maxcor": 8},
        )
    weight, bias = _unpack(found.x, size, classes)
    return np.ascontiguousarray(weight.T), bias


def _unpack(point: npt.NDArray[np.float64], size: int, classes: int) -> tuple[Floats, Floats]:
    """A flat vector -> (size, classes) weights and (classes,) biases."""
    single = point.astype(np.float32)
    return single[: size * classes].reshape(size, classes), single[size * classes :]
