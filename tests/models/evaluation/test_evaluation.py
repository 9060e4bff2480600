import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import f1_score, precision_recall_fscore_support

from models.evaluation.evaluation import evaluate, wilson_interval


def made(count: int = 300, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(4, size=count)
    probabilities = generator.random((count, 4)) + 0.8 * np.eye(4)[labels]
    return (probabilities / probabilities.sum(axis=1, keepdims=True)).astype(np.float32), labels


def test_scores_are_scikit_learns() -> None:
    probabilities, labels = made()
    scores = evaluate(probabilities, labels, "abcd")
    predicted = probabilities.argmax(axis=1)
    precision, recall, f1, support = precision_recall_fscore_support(labels, predicted)
    assert np.allclose([c.precision for c in scores.classes], precision)
    assert np.allclose([c.recall for c in scores.classes], recall)
    assert np.allclose([c.f1 for c in scores.classes], f1)
    assert [c.support for c in scores.classes] == support.tolist()
    assert scores.macro_f1 == pytest.approx(f1_score(labels, predicted, average="macro"))
    assert scores.accuracy == pytest.approx((labels == predicted).mean())
    assert scores.confusion.sum() == len(labels)


def test_the_interval_is_that_of_a_binomial() -> None:
    probabilities, labels = made(1000)
    scores = evaluate(probabilities, labels, "abcd")
    half = 1.96 * np.sqrt(scores.accuracy * (1 - scores.accuracy) / 1000)
    low, high = scores.accuracy_interval
    assert (high - low) / 2 == pytest.approx(half, rel=0.15)


def test_images_of_one_article_widen_the_interval() -> None:
    probabilities, labels = (np.repeat(array, 10, axis=0) for array in made(60))
    alone = evaluate(probabilities, labels, "abcd").accuracy_interval
    grouped = evaluate(probabilities, labels, "abcd", [str(n // 10) for n in range(600)]).accuracy_interval
    assert grouped[1] - grouped[0] > 2 * (alone[1] - alone[0])


def test_a_class_unknown_to_the_model_is_wrong_in_every_score() -> None:
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.8, 0.2]], np.float32)
    scores = evaluate(probabilities, np.array([0, 1, -1, 0]), "ab")
    assert (scores.accuracy, scores.unknown) == (0.75, 1)
    assert scores.confusion.tolist() == [[2, 0], [0, 1], [0, 1]]
    assert (scores.classes[1].precision, scores.classes[1].recall) == (0.5, 1.0)
    assert scores.macro_f1 == pytest.approx((1 + 2 / 3) / 2)


def test_rare_and_weak_classes_stay_in_the_interval_of_macro_f1() -> None:
    labels = np.repeat(np.arange(6), [200, 200, 1, 1, 1, 1])
    predicted = labels.copy()
    predicted[[400, 401]] = 0  # two of the four single images are missed
    predicted[:12] = 1
    scores = evaluate((0.1 + 0.4 * np.eye(6)[predicted]).astype(np.float32), labels, "abcdef")
    low, high = scores.macro_f1_interval
    assert scores.macro_f1 == pytest.approx(0.655, abs=0.005)
    assert low <= scores.macro_f1 <= high
    assert high < 0.7  # a draw without the missed classes alone would give 0.98


def test_the_interval_of_the_calibration_error_holds_the_truth_of_an_honest_model() -> None:
    held = 0
    for seed in range(10):
        generator = np.random.default_rng(seed)
        confidence = generator.uniform(0.5, 1.0, 150)
        labels = (generator.random(150) > confidence).astype(np.int64)
        scores = evaluate(np.stack([confidence, 1 - confidence], axis=1).astype(np.float32), labels, "ab")
        low, high = scores.ece_interval
        assert low <= scores.ece <= high
        held += low < 0.01
    assert held >= 8


def test_no_interval_of_a_calibration_error_leaves_0_to_1() -> None:
    """Of five images, four of them wrong and sure, what is mirrored would go beyond."""
    sure = np.array([[0.99, 0.01]] * 4 + [[0.4, 0.6]], np.float32)
    scores = evaluate(sure, np.array([1, 1, 1, 1, 1]), "ab")
    low, high = scores.ece_interval
    assert 0 <= low <= scores.ece <= high == 1


def test_rejection_and_classes_without_images() -> None:
    probabilities = np.array([[0.9, 0.05, 0.05], [0.4, 0.35, 0.25]], np.float32)
    scores = evaluate(probabilities, np.array([0, 1]), "abc", threshold=0.5)
    assert (scores.rejected, scores.accuracy_kept) == (0.5, 1.0)
    assert np.isnan(scores.classes[2].f1)


def test_no_images_are_an_error() -> None:
    with pytest.raises(ValueError, match="no images"):
        evaluate(np.zeros((0, 2), np.float32), np.zeros(0, np.int64), "ab")


@pytest.mark.parametrize(("right", "count"), [(10, 10), (0, 10), (7, 10), (30, 37)])
def test_wilsons_interval_is_scipys(right: int, count: int) -> None:
    expected = binomtest(right, count).proportion_ci(confidence_level=0.95, method="wilson")
    assert wilson_interval(right / count, count) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_what_is_all_right_has_an_interval_that_says_how_little_was_seen() -> None:
    probabilities, labels = np.eye(2, dtype=np.float32)[[0, 1] * 20], np.array([0, 1] * 20)
    alone = evaluate(probabilities, labels, "ab")
    articles = evaluate(probabilities, labels, "ab", [str(number // 10) for number in range(40)])
    for scores, units in ((alone, 40), (articles, 4)):
        assert scores.accuracy_interval == scores.macro_f1_interval == wilson_interval(1.0, units)
    assert articles.accuracy_interval[0] < 0.6 < 0.9 < alone.accuracy_interval[0]
