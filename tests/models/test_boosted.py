"""Boosted trees: what they read is what was trained, stored or not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.boosted import load_trees, save_trees, train_trees


def examples(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of five features; the answer hangs on two of them together."""
    rows = np.random.default_rng(seed).normal(0, 1, (count, 5))
    return rows, (rows[:, 1] * rows[:, 3] > 0.1).astype(int)


def test_they_learn_what_hangs_on_two_features_together() -> None:
    rows, answers = examples(600, 1)
    trees = train_trees(rows, answers, np.ones(600))
    unseen, truth = examples(300, 2)
    assert ((trees.probabilities(unseen) > 0.5) == truth).mean() > 0.9


def test_stored_trees_say_the_same(tmp_path: Path) -> None:
    rows, answers = examples(200, 3)
    trees = train_trees(rows, answers, np.ones(200), trees=20)
    save_trees(trees, tmp_path / "model.safetensors")
    assert load_trees(tmp_path / "model.safetensors").probabilities(rows) == pytest.approx(
        trees.probabilities(rows)
    )


def test_weights_tell_which_examples_count() -> None:
    rows = np.zeros((100, 5))
    answers = np.r_[np.ones(50), np.zeros(50)].astype(int)
    trees = train_trees(rows, answers, np.r_[np.full(50, 9.0), np.ones(50)], trees=5)
    assert trees.probabilities(rows[:1]) == pytest.approx([0.9], abs=0.02)
