import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_recall_fscore_support

from models.evaluation import evaluate


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


def test_a_class_unknown_to_the_model_counts_as_wrong() -> None:
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)
    scores = evaluate(probabilities, np.array([0, -1]), "ab")
    assert (scores.accuracy, scores.unknown, int(scores.confusion.sum())) == (0.5, 1, 1)


def test_rejection_and_classes_without_images() -> None:
    probabilities = np.array([[0.9, 0.05, 0.05], [0.4, 0.35, 0.25]], np.float32)
    scores = evaluate(probabilities, np.array([0, 1]), "abc", threshold=0.5)
    assert (scores.rejected, scores.accuracy_kept) == (0.5, 1.0)
    assert np.isnan(scores.classes[2].f1)


def test_no_images_are_an_error() -> None:
    with pytest.raises(ValueError, match="no images"):
        evaluate(np.zeros((0, 2), np.float32), np.zeros(0, np.int64), "ab")
