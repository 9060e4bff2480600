import numpy as np
from scipy import special

from models.evaluation.calibration import (
    expected_calibration_error,
    fit_temperature,
    fit_threshold,
    reliability,
    softmax,
)


def overconfident(count: int = 4000, true_temperature: float = 2.5) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(count, 5)).astype(np.float32) * 2
    labels = np.array([generator.choice(5, p=row / row.sum()) for row in softmax(logits).astype(float)])
    return logits * true_temperature, labels


def test_softmax_is_scipys_to_the_last_bit() -> None:
    logits = np.random.default_rng(1).normal(size=(64, 31), scale=8).astype(np.float32)
    assert softmax(logits).tobytes() == special.softmax(logits, axis=1).tobytes()


def test_the_temperature_that_made_the_logits_is_found() -> None:
    logits, labels = overconfident()
    assert abs(fit_temperature(logits, labels) - 2.5) < 0.2


def test_calibration_lowers_the_calibration_error() -> None:
    logits, labels = overconfident()
    errors = []
    for temperature in (1.0, fit_temperature(logits, labels)):
        p = softmax(logits / temperature)
        errors.append(expected_calibration_error(p.max(axis=1), p.argmax(axis=1) == labels))
    assert errors[0] > 0.1
    assert errors[1] < 0.03


def test_the_threshold_parts_wrong_from_right() -> None:
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.28], [0.35, 0.3]], np.float32)
    assert 0.35 <= fit_threshold(probabilities, np.array([0, 0, 1, 1])) <= 0.5
    assert fit_threshold(probabilities, np.array([0, 0, 0, 0])) == 0.0


def test_reliability_counts_every_image_once() -> None:
    confidence = np.array([0.05, 0.55, 0.56, 1.0], np.float32)
    bins = reliability(confidence, np.array([False, True, False, True]))
    assert [round(share, 2) for _, _, share in bins] == [0.25, 0.5, 0.25]
    assert bins[1][1] == 0.5
