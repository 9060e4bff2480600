from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from models.default.regression import fit_softmax, fit_sparse_softmax

RANDOM = np.random.default_rng(0)
TARGETS = np.arange(90) % 3
FEATURES = (np.eye(3)[TARGETS] * 3 + RANDOM.normal(0, 0.7, (90, 3))).astype(np.float32)
EVEN = np.ones(90, np.float32)


def test_classes_are_learned_on_the_scale_of_the_features() -> None:
    layer = fit_softmax(FEATURES * 100 + 7, TARGETS, EVEN, 3, strength=1.0)
    assert (layer(FEATURES * 100 + 7).argmax(axis=1) == TARGETS).mean() > 0.95


def test_the_same_rows_give_the_same_bytes() -> None:
    first, again = (fit_softmax(FEATURES, TARGETS, EVEN, 3, strength=0.1) for _ in range(2))
    assert first.weight.tobytes() == again.weight.tobytes()
    assert first.bias.tobytes() == again.bias.tobytes()


def test_what_weighs_nothing_teaches_nothing() -> None:
    layer = fit_softmax(FEATURES, TARGETS, (TARGETS != 2).astype(np.float32), 3, strength=1.0)
    assert (layer(FEATURES).argmax(axis=1) != 2).all()


def test_sparse_features_are_learned_too() -> None:
    layer = fit_sparse_softmax(csr_matrix(np.maximum(FEATURES, 0)), TARGETS, EVEN, 3, strength=10.0)
    assert (layer(np.maximum(FEATURES, 0)).argmax(axis=1) == TARGETS).mean() > 0.95
