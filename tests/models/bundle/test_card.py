from pathlib import Path

import numpy as np

from models.bundle.bundle import shipped_bundles
from models.bundle.card import ModelFacts, headlines, metrics, write_card
from models.bundle.description import bundle_info
from models.data.imageclef import LabelledImage
from models.evaluation.evaluation import Evaluation, evaluate
from models.transforms import Transform


def scores(count: int = 40) -> Evaluation:
    labels = np.arange(count) % 2
    return evaluate(np.eye(3, dtype=np.float32)[labels] * 0.7 + 0.1, labels, ("DMEL", "DMFL", "GTAB"))


def facts() -> ModelFacts:
    def image(code: str, split: str, n: int) -> LabelledImage:
        return LabelledImage(Path(f"{n}.png"), code, split, source="a set", licence="CC-BY-4.0")

    images = [image("DMEL", "train", n) for n in range(60)] + [image("DMFL", "train", n) for n in range(9)]
    return ModelFacts(
        name="x",
        model="resnet18:b3-1",
        classes=("DMEL", "DMFL", "GTAB"),
        images=[*images, image("GMAT", "test", 0)],
        missing=2,
        unreadable=1,
        transform=Transform(),
        temperature=1.2,
        threshold=0.4,
        parameters=1234567,
        command="figmill train data",
        recipe="a recipe",
        start_weights="trunk.npz",
        seed=7,
        best_epoch="Kept: epoch 3 of 4.",
        validation=scores(),
        test=None,
    )


def test_the_card_says_what_is_weak() -> None:
    card = write_card(facts())
    assert "DMFL (9)" in card
    assert "DMEL (60)" not in card
    assert "barely known: GTAB." in card
    assert "| GMAT | mathematics, formula (not a class of this model) | 0 | 0 | 1 |" in card
    assert "| a set | CC-BY-4.0 | 69 |" in card
    assert "Listed but missing: 2; unreadable: 1." in card
    assert "No test split was given." in card
    assert "1,234,567 parameters" in card


def test_metrics_hold_no_nan() -> None:
    kept = metrics(scores())
    assert set(kept["classes"]) == {"DMEL", "DMFL"}
    assert kept["classes"]["DMEL"] == {"images": 20, "precision": 1.0, "recall": 1.0, "f1": 1.0}


def test_the_bundles_that_ship_say_how_good_they_are():
    for folder in shipped_bundles().values():
        lines = headlines(bundle_info(folder).metrics)
        assert lines
        assert all("images: accuracy 0." in line for line in lines)
