"""Sets hold the true class as often as they promise, also on papers by which they were not fitted."""

import numpy as np
import pytest
from scipy.special import softmax

from models.adapting.covering import COVERAGE, FEWEST, cover
from models.evaluation.conformal import apply_sets, set_coverage


def _rows(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    probabilities = softmax(chance.normal(0, 2, (count, 5)), axis=1).astype(np.float32)
    labels = np.array([chance.choice(5, p=row / row.sum()) for row in probabilities.astype(np.float64)])
    return probabilities, labels


def test_what_is_promised_holds_on_rows_that_come_later():
    probabilities, labels = _rows(1000, 0)
    covered = cover(probabilities, None, labels, np.arange(1000) % 5, np.zeros(1000, bool))
    assert covered is not None
    assert covered.coverage == pytest.approx(COVERAGE, abs=0.03)
    later, true = _rows(4000, 1)
    held, size = set_coverage(apply_sets(later, covered.sets.picture), true)
    assert held == pytest.approx(COVERAGE, abs=0.025)
    assert size == pytest.approx(covered.size, abs=0.4)
    assert covered.sets.words is None


def test_with_words_both_ways_have_thresholds_and_only_told_rows_count():
    probabilities, labels = _rows(600, 0)
    told = np.arange(600) % 2 == 0
    covered = cover(probabilities, probabilities**0.5, labels, np.arange(600) % 5, told)
    assert covered is not None
    assert covered.rows == 300
    assert covered.sets.words != covered.sets.picture
    few = np.arange(600) < FEWEST - 1
    assert cover(probabilities, probabilities, labels, np.arange(600) % 5, few) is None
    assert cover(probabilities, None, labels, np.zeros(600, int), told) is None  # one paper promises nothing
