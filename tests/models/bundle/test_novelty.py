from __future__ import annotations

import numpy as np
import pytest

from models.bundle.novelty import Novelty, fit_novelty


@pytest.fixture(scope="module")
def training() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    mixing = random.normal(size=(8, 8))
    labels = np.repeat([0, 1, 2], 100)
    features = random.normal(size=(300, 8)) @ mixing + 10 * labels[:, None]
    return features.astype(np.float32), labels


def test_training_images_lie_near_and_strangers_far(training: tuple[np.ndarray, np.ndarray]) -> None:
    novelty = fit_novelty(*training)
    near, far = novelty.distances(training[0]), novelty.distances(training[0] - 100)
    assert 0.7 < near.mean() < 1.3
    assert far.min() > near.max()


def test_distance_is_to_the_nearest_class(training: tuple[np.ndarray, np.ndarray]) -> None:
    features, labels = training
    between = (features[labels == 0].mean(axis=0) + features[labels == 2].mean(axis=0))[None] / 2
    with_all = fit_novelty(features, labels).distances(between)
    without_middle = fit_novelty(features[labels != 1], labels[labels != 1]).distances(between)
    assert with_all < without_middle


def test_scale_of_the_features_does_not_matter(training: tuple[np.ndarray, np.ndarray]) -> None:
    features, labels = training
    scale = np.array([1, 10, 0.1, 5, 1, 1, 100, 1], np.float32)
    plain = fit_novelty(features, labels).distances(features)
    scaled = fit_novelty(features * scale, labels).distances(features * scale)
    assert np.allclose(plain, scaled, rtol=0.05, atol=0.02)


def test_its_tensors_are_all_it_needs(training: tuple[np.ndarray, np.ndarray]) -> None:
    novelty = fit_novelty(*training)
    assert np.array_equal(Novelty(**novelty.tensors()).distances(training[0]), novelty.distances(training[0]))
