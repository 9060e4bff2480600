"""What labelled rows say of a bundle's calibration is what the written bundle then does."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.special import log_softmax

from models.adapting.calibrating import HeldOut, calibrate
from models.adapting.refitting import Refit, refit
from models.adapting.teaching import Correction
from models.bundle.bundle import BundleInfo, Calibration, Hashing, WordsCalibration
from models.bundle.description import Description
from models.bundle.serialization import load_bundle, save_bundle
from models.bundle.text_model import TextModel
from models.inference.decisions import Panels, class_probabilities
from models.inference.joint_view import joint_size
from models.inference.sentences.encoders import open_encoder
from models.inference.sentences.reading import SentenceReader
from models.inference.words import TextView, Words
from models.networks.build import build_network
from models.transforms import Transform
from tests.models.small_sentences import SIZE, lay

CLASSES, BUCKETS, ROWS = ("DMEL", "GGEL", "GFIG"), 64, 300


@pytest.fixture(scope="module", params=["terms", "sentences too"])
def info(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> BundleInfo:
    """A bundle whose words are wrong, and read in the light of the picture."""
    folder, sentences = tmp_path_factory.mktemp("b") / "small", None
    torch.manual_seed(0)
    chance = np.random.default_rng(0)
    text = TextModel(
        chance.normal(size=(2 * BUCKETS, 3)).astype(np.float32),
        np.ones(BUCKETS, np.float32),
        np.zeros(3, np.float32),
        np.full(3, 1 / 3, np.float32),
        chance.normal(0, 0.05, (joint_size(3), 3)).astype(np.float32),
    )
    if request.param != "terms":
        sentences = lay(folder).sentences
        layer = chance.normal(size=(2 * SIZE, 3)).astype(np.float32)
        text = replace(text, sentences=layer, sentences_bias=np.zeros(3, np.float32))
    description = Description(
        name="small",
        model="resnet18:b1-0",
        classes=CLASSES,
        transform=Transform(size=64, fit="stretch"),
        calibration=Calibration(
            temperature=0.7, words=WordsCalibration(temperature=0.9, own=1.5, caption=1.5)
        ),
        hashing=Hashing(buckets=BUCKETS, lexicon_gain=1.0, sentences=sentences),
    )
    network = build_network("resnet18:b1-0", CLASSES)
    return save_bundle(folder, description, network, "# A card", None, text)


def _scored(info: BundleInfo, logits: np.ndarray, words: list[Words | None]) -> np.ndarray:
    """(N, classes) probabilities, as whoever labels computes them."""
    bundle = load_bundle(info.path)
    reader = bundle.sentences and SentenceReader(bundle.sentences, open_encoder(bundle.sentences, "cpu"))
    ratios = TextView(bundle.text, info.hashing, -7.0, reader).log_ratios(words, logits)
    return class_probabilities(info, Panels(logits, np.zeros(len(logits), bool), words, ratios))


def _rows(info: BundleInfo, told: int = ROWS) -> tuple[HeldOut, np.ndarray]:
    """Rows whose pictures say what they are, with their logits as a taught head has them."""
    chance = np.random.default_rng(1)
    labels = np.arange(ROWS) % 3
    words = [Words(f"panel {n} of {n % 7}", None) if n < told else None for n in range(ROWS)]
    logits = chance.normal(0, 1, (ROWS, 3)).astype(np.float32)
    taught = logits + 2 * np.eye(3, dtype=np.float32)[labels]
    before = np.log(_scored(info, logits, words))
    rows = HeldOut(
        before=before,
        after=log_softmax(before + (taught - logits) / 0.9, axis=1).astype(np.float32),
        labels=labels,
        folds=np.arange(ROWS) // 3 % 5,
        random=np.ones(ROWS, bool),
        words=tuple(words),
        whole=np.ones(ROWS, np.float32),
        read=True,
    )
    return rows, taught


def test_words_that_mislead_count_less_and_the_bundle_scores_as_was_found(info: BundleInfo, tmp_path: Path):
    rows, taught = _rows(info)
    found = calibrate(info, (), rows)
    assert found.shares.own < 1.0
    assert found.shares.loss_after < found.shares.loss_before
    assert found.sharpness != 1.0
    nothing = Correction(np.zeros((3, info.embedding_size), np.float32), np.zeros(3, np.float32))
    sets = found.covered.sets if found.covered else None
    made = refit(
        info,
        Refit(name="mine", correction=nothing, shares=found.shares, sharpness=found.sharpness, sets=sets),
        tmp_path / "mine",
    )
    assert made.sets is not None
    scores = _scored(made, taught, list(rows.words))
    members = scores >= np.array(made.sets.words)
    assert members[np.arange(ROWS), rows.labels].mean() == pytest.approx(0.95, abs=0.02)
    loss = -np.log(scores[np.arange(ROWS), rows.labels]).mean()
    assert loss < -rows.after[np.arange(ROWS), rows.labels].mean()


def test_held_out_scores_are_those_that_the_bundle_gives_with_a_taught_head(info: BundleInfo):
    rows, taught = _rows(info)
    columns = ("before", "after", "labels", "folds", "random", "words", "whole")
    few = replace(rows, **{name: getattr(rows, name)[:40] for name in columns})
    found = calibrate(info, (), few)
    assert (found.shares.own, found.sharpness, found.covered) == (1.0, 1.0, None)
    assert np.exp(found.after) == pytest.approx(_scored(info, taught[:40], list(few.words)), abs=1e-3)


def test_too_few_rows_with_words_promise_nothing(info: BundleInfo):
    assert calibrate(info, (), _rows(info, told=80)[0]).covered is None
    rows, _ = _rows(info)
    assert calibrate(info, (), replace(rows, random=np.zeros(ROWS, bool))).covered is None
