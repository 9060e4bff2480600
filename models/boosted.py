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
    """Trees that tell `answers` (N,) from `rows` (N, F), each counting as much as `weights` (N,) say.

    Answers are 0 or 1, or anything between: such a row is as much of the one as of the other.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=trees,
        max_depth=DEPTH,
        max_leaf_nodes=2**DEPTH,
        learning_rate=0.08,
        min_samples_leaf=15,
        l2_regularization=2.0,
        max_features=0.3,
        max_bins=48,
        early_stopping=False,
        random_state=1,
    )
    both = np.concatenate([rows, rows]).astype(np.float32)
    shares = np.concatenate([weights * answers, weights * (1 - answers)])
    kept = shares > 0
    ones = np.arange(len(both)) < len(rows)
    model.fit(both[kept], ones[kept], shares[kept] / shares[kept].mean())
    full = [_full(trees_of_step[0].nodes) for trees_of_step in model._predictors]
    features, thresholds, values = (np.stack(parts) for parts in zip(*full, strict=True))
    return BoostedTrees(features, thresholds, values, float(np.ravel(model._baseline_prediction)[0]))


def _full(nodes: npt.NDArray[Any]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], Floats]:
    """A tree of scikit-learn as a full one: where it ends early, the questions below change nothing."""
    count = 2**DEPTH - 1
    features, thresholds = np.zeros(count, np.int64), np.zeros(count)
    places = [0] + [0] * (2 * count)
    for place in range(count):
        node = nodes[places[place]]
        ends = bool(node["is_leaf"])
        if not ends:
            features[place], thresholds[place] = node["feature_idx"], node["num_threshold"]
        places[2 * place + 1] = places[place] if ends else int(node["left"])
        places[2 * place + 2] = places[place] if ends else int(node["right"])
    values = np.array([nodes[place]["value"] for place in places[count:]], np.float32)
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
