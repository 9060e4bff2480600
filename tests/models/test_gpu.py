"""What runs on a GPU does there what it does on the CPU."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.bundle.bundle import resolve_bundle
from models.data.augmentation import PRINT_AUGMENTATION, augment
from models.inference.predict import load_predictor
from models.inference.words import Words
from models.networks.build import build_network
from models.training.checkpoints import EVERY_EPOCH, Checkpoint
from models.training.training import Trainer
from tests.models.pictures import CODES, picture
from tests.models.small_sets import SMALL, examples, recipe

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")


def pictures(count: int) -> np.ndarray:
    drawn = [picture(CODES[number % len(CODES)], number, (224, 224)) for number in range(count)]
    return np.stack([np.asarray(one) for one in drawn])


@pytest.mark.parametrize("runtime", ["auto", "fp32"])
def test_labels_are_those_of_the_cpu_whoever_asks_at_the_same_time(runtime: str) -> None:
    bundle = resolve_bundle("default")
    shapes = load_predictor(bundle, "cpu", "fp32").transform.shapes
    images = [
        np.asarray(Image.fromarray(one).resize(shapes[number % len(shapes)][::-1]))
        for number, one in enumerate(pictures(600))
    ]
    texts = [Words(f"bar plot {'of cells ' * (number % 9)}{number}", None) for number in range(300)]
    words = [*texts, *[None] * 300]
    expected = load_predictor(bundle, "cpu", "fp32").predict(images, words)
    predictor = load_predictor(bundle, "cuda", runtime)
    with ThreadPoolExecutor(4) as threads:
        several = list(threads.map(predictor.predict, [images] * 4, [words] * 4))
    for found in several:
        same = found.probabilities.argmax(axis=1) == expected.probabilities.argmax(axis=1)
        assert same.mean() >= 0.995
        tolerance = 0.1 if runtime == "auto" else 2e-3
        np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=tolerance)


def test_augmentation_is_that_of_the_cpu() -> None:
    canvases, tintable = torch.from_numpy(pictures(16)), torch.arange(16) % 4 == 1
    here, there = (
        augment(
            canvases.to(device), SMALL, PRINT_AUGMENTATION, torch.Generator().manual_seed(5), tintable
        ).cpu()
        for device in ("cpu", "cuda")
    )
    assert (here - there).abs().mean() < 0.01


def test_a_training_learns_and_goes_on_where_it_was_killed() -> None:
    device, plan = torch.device("cuda"), recipe(epochs=4)
    train, validation = examples(8), examples(4, seed=50)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Checkpoint(Path(folder) / "checkpoint.pt", EVERY_EPOCH)
        first = Trainer(build_network("resnet18:b1-1", 4), recipe(epochs=4), 3, device, tinted=(1,))

        def kill(epoch: object) -> None:
            if len(first.history) == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            first.fit(train, validation, checkpoint, kill)
        second = Trainer(build_network("resnet18:b1-1", 4), plan, 3, device, tinted=(1,))
        assert second.resume(checkpoint) == 2
        fit = second.fit(train, validation)
    assert fit.history[-1].train_loss < fit.history[0].train_loss
    assert fit.best.validation_accuracy > 0.9
