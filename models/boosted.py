"""Small boosted decision trees: trained with scikit-learn, stored as arrays, read in numpy alone.

Gradient boosting of the logistic loss (Friedman 2001). Every tree is kept as a full one of `DEPTH` levels, so that all
trees are walked at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

DEPTH = 3
"""Questions that a tree asks."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BoostedTrees:
    """T trees: question number q of a tree is followed by numbers 2q + 1 (no) and 2q + 2 (yes)."""

    features: npt.NDArray[np.int64]
    """(T, 7) which feature is asked about."""
    thresholds: npt.NDArray[np.float64]
    """(T, 7) whether it is above this."""
    values: Floats
    """(T, 8) the log odds that each end of a tree adds."""
    start: float
    """The log odds before the first tree."""

    def probabilities(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """P(1), (N,), for `rows` of features (N, F)."""
        trees = np.arange(len(self.features))
        at = np.zeros((len(rows), len(trees)), np.int64)
        for _ in range(DEPTH):
            asked = np.take_along_axis(rows, self.features[trees, at].reshape(len(rows), -1), axis=1)
            at = 2 * at + 1 + (asked.astype(np.float32) > self.thresholds[trees, at])
        odds = self.start + self.values[trees, at - (2**DEPTH - 1)].sum(axis=1, dtype=np.float64)
        return np.asarray(1 / (1 + np.exp(-odds)))


def train_trees(
    rows: npt.NDArray[Any], answers: npt.NDArray[Any], weights: npt.NDArray[Any], trees: int = 150
) -> BoostedTrees:
    """Trees that tell `answers` (N,) 0 or 1 from `rows` (N, F), each counting as much as `weights` (N,) say."""
    from sklearn.ensemble import GradientBoostingClassifier

    model = GradientBoostingClassifier(
        n_estimators=trees,
        max_depth=DEPTH,
        learning_rate=0.08,
        subsample=0.6,
        max_features=0.4,
        min_samples_leaf=8,
        random_state=1,
    )
    model.fit(rows.astype(np.float32), answers, weights)
    full = [_full(tree.tree_, model.learning_rate) for tree in model.estimators_[:, 0]]
    features, thresholds, values = (np.stack(parts) for parts in zip(*full, strict=True))
    start = float(np.log(model.init_.class_prior_[1] / model.init_.class_prior_[0]))
    return BoostedTrees(features, thresholds, values, start)


def _full(tree: Any, rate: float) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], Floats]:
    """A tree of scikit-learn as a full one: where it ends early, the questions below change nothing."""
    count = 2**DEPTH - 1
    features, thresholds = np.zeros(count, np.int64), np.zeros(count)
    nodes = [0] + [0] * (2 * count)
    for place in range(count):
        node = nodes[place]
        ends = tree.children_left[node] < 0
        if not ends:
            features[place], thresholds[place] = tree.feature[node], tree.threshold[node]
        nodes[2 * place + 1] = node if ends else tree.children_left[node]
        nodes[2 * place + 2] = node if ends else tree.children_right[node]
    values = np.array([rate * tree.value[node].item() for node in nodes[count:]], np.float32)
    return features, thresholds, values


def save_trees(trees: BoostedTrees, file: Path) -> None:
    """Store `trees` in `file`."""
    from safetensors.numpy import save_file

    save_file(
        {
            "features": trees.features.astype(np.int16),
            "thresholds": trees.thresholds,
            "values": trees.values,
            "start": np.array([trees.start], np.float32),
        },
        file,
    )


def load_trees(file: Path) -> BoostedTrees:
    """The trees stored in `file`."""
    from safetensors.numpy import load_file

    stored = load_file(file)
    features = stored["features"].astype(np.int64)
    return BoostedTrees(features, stored["thresholds"], stored["values"], float(stored["start"][0]))
