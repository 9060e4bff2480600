import numpy as np
import pytest
import torch
from sklearn.svm import LinearSVC

from models.networks.build import build_network
from models.training.svm import fit_logistic_head, fit_svm_head


def blobs(classes: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    labels = np.repeat(np.arange(classes), 30)
    centres = generator.normal(size=(classes, 64)) * 2 + 5
    return (centres[labels] + generator.normal(size=(len(labels), 64))).astype(np.float32), labels


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("fit", [fit_logistic_head, fit_svm_head])
def test_the_head_decides_as_scikit_learn(fit, classes: int) -> None:
    network = build_network("resnet18:b1-0", classes)
    features, labels = blobs(classes)
    fit(network, features, labels)
    with torch.inference_mode():
        logits = network.head(torch.from_numpy(features)).numpy()
    assert (logits.argmax(axis=1) == labels).mean() > 0.98


def test_the_svm_head_is_the_svm() -> None:
    network = build_network("resnet18:b1-0", 3)
    features, labels = blobs(3)
    fit_svm_head(network, features, labels)
    scaled = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-6)
    svm = LinearSVC(C=0.01, class_weight="balanced", random_state=0, max_iter=5000).fit(scaled, labels)
    with torch.inference_mode():
        logits = network.head(torch.from_numpy(features)).numpy()
    assert np.allclose(logits, svm.decision_function(scaled), atol=1e-3)


def test_a_class_without_training_images_is_an_error() -> None:
    features, labels = blobs(3)
    with pytest.raises(ValueError, match="every class needs an image"):
        fit_svm_head(build_network("resnet18:b1-0", 5), features, labels)
