"""The bundle that is written says of a picture what the correction of its stored scores says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.special import log_softmax

from models.adapting.classes import NewClass, widen_scores
from models.adapting.fusing import Shares
from models.adapting.refitting import Refit, fit_sharpness, refit
from models.adapting.teaching import Correction, Rows
from models.bundle.bundle import (
    BundleError,
    BundleInfo,
    Calibration,
    ExtraOutputs,
    Hashing,
    Rejection,
    SetThresholds,
    WordsCalibration,
)
from models.bundle.description import Description
from models.bundle.novelty import Novelty
from models.bundle.serialization import load_bundle, save_bundle
from models.bundle.text_model import TextModel
from models.inference.decisions import Panels, class_probabilities
from models.inference.words import TextView, Words
from models.networks.build import build_network
from models.transforms import Transform

CLASSES = ("DMEL", "GGEL", "GFIG")
BUCKETS = 64


@pytest.fixture
def info(tmp_path: Path) -> BundleInfo:
    torch.manual_seed(0)
    chance = np.random.default_rng(0)
    extra = ExtraOutputs(torn=True, kinds=("bar", "line"))
    network = build_network("resnet18:b1-0", (*CLASSES, *extra.names))
    size = int(network.embedding_size)
    text = TextModel(
        chance.normal(size=(2 * BUCKETS, 3)).astype(np.float32),
        np.ones(BUCKETS, np.float32),
        np.zeros(3, np.float32),
        np.full(3, 1 / 3, np.float32),
        chance.normal(0, 0.001, (7, 3)).astype(np.float32),  # so weak that a taught head does not move it
    )
    description = Description(
        name="small",
        model="resnet18:b1-0",
        classes=CLASSES,
        transform=Transform(size=64, fit="stretch"),
        extra=extra,
        calibration=Calibration(
            temperature=1.5, words=WordsCalibration(temperature=0.8, own=0.5, caption=0.3)
        ),
        hashing=Hashing(buckets=BUCKETS, lexicon_gain=1.0),
        rejection=Rejection(threshold=0.4, novelty=3.0, torn=0.5),
        sets=SetThresholds(coverage=0.9, picture=(0.1, 0.1, 0.1)),
    )
    novelty = Novelty(np.eye(size, dtype=np.float32), np.zeros((3, size), np.float32))
    return save_bundle(tmp_path / "small", description, network, "# A card", novelty, text)


def _scores(info: BundleInfo, told: bool) -> tuple[np.ndarray, np.ndarray]:
    """Log-probabilities and features of some pictures, with words or without."""
    bundle = load_bundle(info.path)
    torch.manual_seed(1)
    with torch.inference_mode():
        features = bundle.network.features(torch.rand(5, 3, 64, 64))
        logits = bundle.network.head(features).numpy()
    words = [Words("electron micrograph", "cells", "a")] * 5 if told else [None] * 5
    ratios = TextView(bundle.text, info.hashing, -7.0).log_ratios(words)
    panels = Panels(logits, np.zeros(5, bool), words, ratios)
    return np.log(class_probabilities(info, panels)), features.numpy()


def _correction(size: int, classes: int) -> Correction:
    chance = np.random.default_rng(2)
    return Correction(
        chance.normal(0, 0.3, (classes, size)).astype(np.float32),
        chance.normal(size=classes).astype(np.float32),
    )


@pytest.mark.parametrize("told", [True, False])
def test_the_bundle_says_what_the_correction_says(info: BundleInfo, tmp_path: Path, told: bool):
    before, features = _scores(info, told)
    correction = _correction(features.shape[1], 3)
    made = refit(info, Refit(name="mine", correction=correction, with_words=told), tmp_path / "mine")
    after, _ = _scores(made, told)
    assert after == pytest.approx(correction.apply(Rows(before, features)), abs=0.02)
    assert not np.allclose(after, before, atol=0.1)
    assert made.model_id.startswith("mine@")
    assert made.sets is None
    assert "# A card" in made.card


@pytest.mark.parametrize("told", [True, False])
def test_a_new_class_stands_beside_the_one_that_it_is_like(info: BundleInfo, tmp_path: Path, told: bool):
    new = (NewClass("GGEL/Ponceau", 1),)
    before, features = _scores(info, told)
    correction = _correction(features.shape[1], 4)
    seen = {3: features[:2]}
    change = Refit(name="mine", correction=correction, new=new, with_words=told, examples=seen)
    made = refit(info, change, tmp_path / "mine")
    assert made.classes == (*CLASSES, "GGEL/Ponceau")
    after, _ = _scores(made, told)
    assert after == pytest.approx(correction.apply(Rows(widen_scores(before, new), features)), abs=0.02)
    bundle = load_bundle(made.path)
    assert bundle.novelty.means.shape[0] == 4
    assert bundle.novelty.distances(features[:2].mean(axis=0, keepdims=True))[0] < 1e-3
    assert bundle.network.fc.weight.shape[0] == 4 + 3  # torn and the kinds stand behind the classes as before


def test_sharper_confidences_are_those_of_multiplied_log_probabilities(info: BundleInfo, tmp_path: Path):
    nothing = Correction(np.zeros((3, info.embedding_size), np.float32), np.zeros(3, np.float32))
    for told in (True, False):
        before, _ = _scores(info, told)
        made = refit(info, Refit(name="mine", correction=nothing, sharpness=1.25), tmp_path / f"mine-{told}")
        assert _scores(made, told)[0] == pytest.approx(log_softmax(1.25 * before, axis=1), abs=0.02)


def test_sets_and_weights_of_words_are_those_that_were_found(info: BundleInfo, tmp_path: Path):
    nothing = Correction(np.zeros((3, info.embedding_size), np.float32), np.zeros(3, np.float32))
    sets = SetThresholds(coverage=0.95, picture=(0.1, 0.2, 0.3), words=(0.2, 0.2, 0.2))
    change = Refit(name="mine", correction=nothing, shares=Shares(0.5, 2.0), sharpness=2.0, sets=sets)
    made = refit(info, change, tmp_path / "mine")
    assert made.sets == sets
    assert made.calibration.words == WordsCalibration(temperature=0.4, own=0.5, caption=1.2)
    assert made.calibration.temperature == 0.75


def test_how_sharp_is_found_from_labels():
    chance = np.random.default_rng(0)
    honest = log_softmax(chance.normal(0, 2, (4000, 4)), axis=1).astype(np.float32)
    labels = np.array([chance.choice(4, p=np.exp(row) / np.exp(row).sum()) for row in honest])
    assert fit_sharpness(honest, labels) == pytest.approx(1.0, abs=0.1)
    assert fit_sharpness(log_softmax(2 * honest, axis=1), labels) == 0.5


def test_a_head_that_is_not_one_layer_is_refused(info: BundleInfo, tmp_path: Path):
    nothing = Correction(np.zeros((3, 1), np.float32), np.zeros(3, np.float32))
    with pytest.raises(BundleError, match="not one linear layer"):
        refit(replace(info, model="resnet50:ensemble"), Refit(name="x", correction=nothing), tmp_path / "x")
    assert not (tmp_path / "x").exists()
