"""Picture and words are taken apart again as they were, and words count less where labels say so."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import log_softmax

from models.adapting.classes import NewClass, widen_text
from models.adapting.fusing import FEWEST_TOLD, Reader, fit_shares
from models.bundle.bundle import Calibration, Hashing, WordsCalibration
from models.bundle.text_model import TextModel
from models.inference.joint_view import joint_size
from models.inference.words import Words

CLASSES, BUCKETS, ROWS = 4, 64, 60
CALIBRATION = Calibration(temperature=0.6, words=WordsCalibration(temperature=0.9, own=1.1, caption=0.8))
HASHING = Hashing(buckets=BUCKETS, lexicon_gain=1.0)


def _text(seed: int = 0) -> TextModel:
    chance = np.random.default_rng(seed)
    return TextModel(
        chance.normal(size=(2 * BUCKETS, CLASSES)).astype(np.float32),
        np.ones(BUCKETS, np.float32),
        np.zeros(CLASSES, np.float32),
        np.full(CLASSES, 1 / CLASSES, np.float32),
        chance.normal(0, 0.05, (joint_size(CLASSES), CLASSES)).astype(np.float32),
    )


def _words(count: int = ROWS) -> list[Words | None]:
    """A third with words of their own, a third with a caption, a third without any."""
    texts = [f"cells stained {number} electron micrograph {'gel' * (number % 2)}" for number in range(count)]
    kinds = (lambda t: Words(t, "all"), lambda t: Words(None, t), lambda _: None)
    return [kinds[number % 3](text) for number, text in enumerate(texts)]


@pytest.mark.parametrize("read", [True, False])
def test_the_pictures_logits_are_found_again_behind_the_scores(read: bool):
    logits = np.random.default_rng(1).normal(0, 2, (ROWS, CLASSES)).astype(np.float32)
    reader = Reader.of(_text(), HASHING, CALIBRATION, _words())
    found, trusted = reader.apart(reader.fused(logits, CALIBRATION, read), read)
    assert trusted.all()
    assert found == pytest.approx(log_softmax(logits, axis=1), abs=1e-3)
    assert reader.told.sum() == 2 * ROWS / 3


def test_scores_of_other_words_are_not_trusted():
    logits = np.random.default_rng(1).normal(0, 2, (ROWS, CLASSES)).astype(np.float32)
    wild = 40 * np.random.default_rng(2).normal(size=(joint_size(CLASSES), CLASSES))
    steep = replace(_text(), joint=wild.astype(np.float32))
    reader = Reader.of(steep, HASHING, CALIBRATION, _words())
    found, trusted = reader.apart(log_softmax(logits, axis=1).astype(np.float32), True)
    again = np.exp(reader.fused(found, CALIBRATION))
    off = np.abs(again - np.exp(log_softmax(logits, axis=1))).max(axis=1)
    assert not trusted.all()
    assert (off[trusted] <= 0.02).all()


def test_a_new_class_has_the_words_of_the_one_that_it_is_like():
    text = widen_text(_text(), [NewClass("mine", 2)])
    assert text.joint is not None
    assert text.joint.shape == (joint_size(CLASSES + 1), CLASSES + 1)
    reader = Reader.of(text, HASHING, CALIBRATION, _words())
    logits = np.random.default_rng(1).normal(size=(ROWS, CLASSES + 1)).astype(np.float32)
    assert CALIBRATION.words is not None
    evidence = reader.evidence(logits, CALIBRATION.words)
    assert evidence[:, 4] == pytest.approx(evidence[:, 2])


def _labelled(trust: float, count: int = 300) -> tuple[np.ndarray, ...]:
    """Log-probabilities in which words count fully, though they are right but so often."""
    chance = np.random.default_rng(3)
    labels = chance.integers(0, CLASSES, count)
    said = np.where(chance.random(count) < trust, labels, chance.integers(0, CLASSES, count))
    evidence = 2 * np.eye(CLASSES, dtype=np.float32)[said]
    picture = chance.normal(0, 1, (count, CLASSES)) + 1.5 * np.eye(CLASSES)[labels]
    scores = log_softmax(picture + evidence, axis=1).astype(np.float32)
    return scores, evidence, np.arange(count) % 2 == 0, labels, np.arange(count) % 5


def test_words_that_mislead_count_less_and_those_that_are_right_keep_their_weight():
    scores, evidence, has_own, labels, folds = _labelled(trust=0.0)
    shares, after = fit_shares(scores, evidence, has_own, labels, folds)
    assert max(shares.own, shares.caption) <= 0.5
    assert shares.loss_after < shares.loss_before
    rows = np.arange(len(labels))
    assert -after[rows, labels].mean() == pytest.approx(shares.loss_after)
    assert shares.apply(CALIBRATION.words).own == pytest.approx(1.1 * shares.own)
    good, _ = fit_shares(*_labelled(trust=0.9))
    assert min(good.own, good.caption) >= 1.0


def test_too_few_rows_change_nothing():
    scores, evidence, has_own, labels, folds = _labelled(trust=0.0, count=FEWEST_TOLD - 1)
    shares, after = fit_shares(scores, evidence, has_own, labels, folds)
    assert (shares.own, shares.caption) == (1.0, 1.0)
    assert after is scores
