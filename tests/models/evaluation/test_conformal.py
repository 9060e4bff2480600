import numpy as np
import pytest

from models.evaluation.conformal import apply_sets, fit_sets, set_coverage


def drawn(seed: int, count: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Honest probabilities of three classes, and labels drawn by them."""
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet([2.0, 0.7, 0.3], count).astype(np.float32)
    labels = (probabilities.cumsum(axis=1) < generator.random(count)[:, None]).sum(axis=1).clip(0, 2)
    return probabilities, labels


@pytest.mark.parametrize("coverage", [0.9, 0.95])
def test_sets_hold_the_true_class_as_often_as_promised(coverage: float) -> None:
    thresholds = fit_sets(*drawn(1), coverage)
    probabilities, labels = drawn(2)
    found, size = set_coverage(apply_sets(probabilities, thresholds), labels)
    assert found == pytest.approx(coverage, abs=0.02)
    assert 1 <= size < 3


def test_each_class_is_covered_and_not_the_common_ones_alone() -> None:
    thresholds = fit_sets(*drawn(1), 0.9)
    probabilities, labels = drawn(2)
    members = apply_sets(probabilities, thresholds)
    for label in range(3):
        assert members[labels == label, label].mean() == pytest.approx(0.9, abs=0.04)


def test_a_class_with_few_panels_has_the_common_threshold() -> None:
    probabilities, labels = drawn(1)
    kept = (labels != 2) | (np.cumsum(labels == 2) <= 19)
    few = fit_sets(probabilities[kept], labels[kept], 0.9)
    none = fit_sets(probabilities[kept & (labels != 2)], labels[kept & (labels != 2)], 0.9)
    assert few[2] < few[0]
    assert few[0] == pytest.approx(none[0], abs=0.02)


def test_with_too_few_panels_for_a_promise_every_class_is_in_the_set() -> None:
    thresholds = fit_sets(np.array([[0.9, 0.1]], np.float32), np.array([0]), 0.95)
    assert apply_sets(np.array([[1.0, 0.0]], np.float32), thresholds).all()


def test_a_set_is_never_empty() -> None:
    members = apply_sets(np.array([[0.4, 0.35, 0.25]], np.float32), (0.9, 0.9, 0.9))
    assert members.tolist() == [[True, False, False]]
