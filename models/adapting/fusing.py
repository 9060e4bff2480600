"""Picture and words taken apart again from stored scores, so that the share of each can be fitted anew.

What is stored of a row are the probabilities of both together. The words are stored too and say what they said; what
the picture's logits were follows, for with them the words give these very probabilities (a fixed point, found by damped
iteration, because words are read in the light of the picture).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax

from models.bundle.bundle import Calibration, Hashing, WordsCalibration
from models.bundle.sentence_model import SentenceModel
from models.bundle.text_model import TextModel
from models.devices import usable_cores
from models.inference.decisions import word_weights
from models.inference.joint_view import correct
from models.inference.sentences.encoders import open_encoder
from models.inference.sentences.reading import SentenceReader
from models.inference.words import TextView, Words, find_told

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FEWEST_TOLD = 50
"""Labelled rows with words from which their share is fitted."""
_STEPS = 80
_DAMPING = 0.5
_TRUSTED = 0.02
"""A probability by which a row that is put together again may be off; another is not learned from."""
_FACTORS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
"""By which the weights of words may be multiplied."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads the words of N rows, and how they are joined with pictures."""

    calibration: Calibration
    words: tuple[Words | None, ...]
    ratios: Floats
    """(N, classes): what the words say, not yet in the light of the pictures."""
    joint: Floats | None

    @classmethod
    def of(
        cls,
        text: TextModel,
        hashing: Hashing,
        calibration: Calibration,
        words: Sequence[Words | None],
        sentences: SentenceModel | None = None,
    ) -> Reader:
        """Reads the words. The calibration needs one of words."""
        reader = SentenceReader(sentences, open_encoder(sentences, "cpu")) if sentences else None
        view = TextView(text, hashing, _words_of(calibration).floor, reader)
        with ThreadPoolExecutor(usable_cores()) as pool:
            view.read_ahead(words, pool.map)
        return cls(calibration, tuple(words), view.log_ratios(words), text.joint)

    @property
    def told(self) -> Flags:
        """(N,): of which rows there are words."""
        return find_told(self.words)

    def evidence(self, logits: Floats, words: WordsCalibration) -> Floats:
        """(N, classes): what words add to log-probabilities beside pictures of these (N, classes) logits."""
        ratios = self.ratios if self.joint is None else correct(self.ratios, logits, self.joint, self.told)
        return word_weights(words, self.words)[:, None] * ratios

    def fused(self, logits: Floats, calibration: Calibration, read: bool = True) -> Floats:
        """(N, classes) log-probabilities of pictures with these logits, with their words where these are `read`."""
        told = (self.told if read else np.zeros(len(logits), bool))[:, None]
        words = _words_of(calibration)
        both = logits / np.float32(words.temperature) + self.evidence(logits, words)
        found: Floats = log_softmax(
            np.where(told, both, logits / np.float32(calibration.temperature)), axis=1
        ).astype(np.float32)
        return found

    def apart(self, log_probabilities: Floats, read: bool) -> tuple[Floats, Flags]:
        """The pictures' (N, classes) logits behind stored log-probabilities, and (N,) which of them can be trusted.

        `read`: whether the words were read when these were made.
        """
        words = _words_of(self.calibration)
        told = (self.told if read else np.zeros(len(log_probabilities), bool))[:, None]
        temperature = np.where(told, words.temperature, self.calibration.temperature).astype(np.float32)
        logits = log_softmax(temperature * log_probabilities, axis=1)
        for _ in range(_STEPS if told.any() else 0):
            evidence = np.where(told, self.evidence(logits, words), np.float32(0))
            target = log_softmax(temperature * (log_probabilities - evidence), axis=1)
            logits = (_DAMPING * logits + (1 - _DAMPING) * target).astype(np.float32)
        again = np.exp(self.fused(logits, self.calibration, read))
        off = np.abs(again - np.exp(log_probabilities)).max(axis=1)
        return logits, off <= _TRUSTED


@dataclass(frozen=True, slots=True)
class Shares:
    """By what the weights of words are multiplied, and what held-out rows said of it."""

    own: float = 1.0
    caption: float = 1.0
    rows: int = 0
    """With words, by which it was fitted."""
    loss_before: float = 0.0
    loss_after: float = 0.0
    """Mean of -log p of rows that the factors in force had not seen."""

    def apply(self, words: WordsCalibration) -> WordsCalibration:
        """The weights multiplied."""
        return replace(words, own=words.own * self.own, caption=words.caption * self.caption)


def fit_shares(
    log_probabilities: Floats, evidence: Floats, has_own: Flags, labels: Indices, folds: Indices
) -> tuple[Shares, Floats]:
    """The factors that make labels the likeliest, with the log-probabilities that others' labels lead to.

    From (N, classes) log-probabilities of rows with words, which were not learned from, what the words added to them,
    and whether the row has words of its own. Where factors chosen by some papers make others' labels no likelier, the
    words keep their weight.
    """
    kept = Shares(rows=len(labels))
    if len(labels) < FEWEST_TOLD or len(np.unique(folds)) < 2:
        return kept, log_probabilities
    trials = {
        factors: _shifted(log_probabilities, evidence, has_own, factors)
        for factors in itertools.product(_FACTORS, _FACTORS)
    }
    after = log_probabilities.copy()
    for fold in np.unique(folds):
        after[folds == fold] = trials[_best(trials, labels, folds != fold)][folds == fold]
    before, now = _loss(log_probabilities, labels), _loss(after, labels)
    if now >= before:
        return replace(kept, loss_before=before, loss_after=before), log_probabilities
    own, caption = _best(trials, labels, np.ones(len(labels), bool))
    return Shares(own, caption, len(labels), before, now), after


def _best(trials: dict[tuple[float, float], Floats], labels: Indices, rows: Flags) -> tuple[float, float]:
    """The factors of the least loss; of equals those that change the least."""
    return min(
        trials,
        key=lambda one: (round(_loss(trials[one][rows], labels[rows]), 6), abs(one[0] - 1) + abs(one[1] - 1)),
    )


def _shifted(
    log_probabilities: Floats, evidence: Floats, has_own: Flags, factors: tuple[float, float]
) -> Floats:
    more = np.where(has_own, factors[0], factors[1]).astype(np.float32) - np.float32(1)
    shifted: Floats = log_softmax(log_probabilities + more[:, None] * evidence, axis=1).astype(np.float32)
    return shifted


def _loss(log_probabilities: Floats, labels: Indices) -> float:
    return float(-log_probabilities[np.arange(len(labels)), labels].mean())


def _words_of(calibration: Calibration) -> WordsCalibration:
    if calibration.words is None:
        raise ValueError("a bundle that reads no words has nothing to take apart")
    return calibration.words
