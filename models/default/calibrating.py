"""Temperatures, the weight of words, thresholds and conformal sets, all fitted to what heads say out of fold."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.bundle.bundle import (
    Calibration,
    ExtraOutputs,
    Hashing,
    Rejection,
    SetThresholds,
    WordsCalibration,
)
from models.bundle.description import Description
from models.bundle.novelty import fit_novelty
from models.default.heads import (
    Heads,
    fit_fault,
    fit_kinds,
    kind_names,
    number_codes,
    out_of_fold,
    read_classes,
)
from models.default.joint import fit_joint, split_rows
from models.default.network import CHOSEN, EMBEDDED, MODEL
from models.default.panels import COMPOUND, TORN, TRANSFORM, Flags, Indices, PanelArrays
from models.default.regression import Floats, Linear, fit_softmax
from models.default.text_model import FLOOR, TextFitter, read_texts
from models.default.trunks import Features
from models.evaluation.calibration import expected_calibration_error
from models.evaluation.conformal import fit_sets
from models.inference.decisions import Decisions, Panels, class_probabilities, decide, word_weights
from models.inference.joint_view import correct
from models.inference.words import Words, find_told

COVERAGE = 0.95
TORN_SHARE, NOVEL_SHARE, REJECTED_SHARE = 0.02, 0.005, 0.057
"""Shares of good panels out of fold that may be rejected as torn, as novel, and in all."""
_TEMPERATURES = np.arange(0.5, 2.01, 0.05).round(2).tolist()
_LEAST = 1e-9
"""A probability below it counts as this one."""
_WORD_WEIGHTS = np.arange(0.3, 1.71, 0.1).round(1).tolist()


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What heads say of the M panels of articles by which they were not taught."""

    rows: Indices
    """Places of the M panels among all: published ones, and faulty cuts."""
    logits: Floats
    """(M, outputs) in the order of the bundle's."""
    log_ratios: Floats
    """(M, classes) of the panels' words."""
    kind_logits: Floats
    """(M, kinds): what the words add to the logits of the kinds of chart."""
    distances: Floats
    """(M,): how unlike the others' features."""
    words: tuple[Words | None, ...]

    def select(self, chosen: Flags) -> HeldOut:
        """Some of the panels."""
        return HeldOut(
            self.rows[chosen],
            self.logits[chosen],
            self.log_ratios[chosen],
            self.kind_logits[chosen],
            self.distances[chosen],
            tuple(itertools.compress(self.words, chosen.tolist())),
        )

    def panels(self, told: bool, novelty: float | None = None) -> Panels:
        """As `decide` takes them, with their words or without."""
        odd = self.distances > (np.inf if novelty is None else novelty)
        if not told:
            return Panels(self.logits, odd)
        return Panels(self.logits, odd, self.words, self.log_ratios, self.kind_logits)


@dataclass(frozen=True, slots=True)
class FaultScales:
    """What turns the log-odds of the heads for faults into calibrated ones: (factor, shift) of each."""

    torn: tuple[float, float]
    compound: tuple[float, float]

    def apply(self, heads: Heads) -> Heads:
        """The heads with these folded into their weights."""
        return replace(
            heads, torn=_rescale(heads.torn, self.torn), compound=_rescale(heads.compound, self.compound)
        )


def hold_out(data: PanelArrays, fitter: TextFitter) -> tuple[HeldOut, FaultScales]:
    """What heads say out of fold, with the scales of the faults' log-odds, which are applied."""
    rows = data.rows("published", "faulty")
    torn = _fault_odds(data, TORN, rows)
    compound = _fault_odds(data, COMPOUND, rows)
    good = np.isin(rows, data.judged)
    scales = FaultScales(
        _fit_odds(torn, data.codes[rows] == TORN, good),
        _fit_odds(compound, data.codes[rows] == COMPOUND, good),
    )
    logits = [
        out_of_fold(lambda others: read_classes(data, CHOSEN, others), data, rows),
        (torn * scales.torn[0] + scales.torn[1])[:, None],
        (compound * scales.compound[0] + scales.compound[1])[:, None],
        out_of_fold(lambda others: _read(data, fit_kinds(data, CHOSEN, others)), data, rows),
    ]
    read = out_of_fold(lambda others: read_texts(fitter, data, others), data, rows)
    held_out = HeldOut(
        rows,
        np.concatenate(logits, axis=1).astype(np.float32),
        read[:, : len(data.classes)],
        read[:, len(data.classes) :],
        _held_out_distances(data, rows),
        tuple(data.words[row] for row in rows),
    )
    return held_out, scales


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What turns outputs into decisions."""

    described: Description
    joint: Floats | None
    """(joint_size, classes): see `models.inference.joint_view`; None where sentences are read, which need it no more.

    With it, before there were written texts, out of fold by article 0.878 were named right instead of 0.885 and the
    log-loss was 0.355 instead of 0.334, with publishers held out 0.845 instead of 0.856 and 0.591 instead of 0.469; a
    heavier penalty on it lessened the harm.
    """
    held_out: HeldOut
    """The panels; where there is such a layer, their log-ratios corrected by others that saw none of the articles."""


def calibrate(data: PanelArrays, held_out: HeldOut, hashing: Hashing, name: str) -> Calibrated:
    """The bundle's description, with all that turns outputs into a decision."""
    good = np.isin(held_out.rows, data.judged)
    labels = number_codes(data.codes[held_out.rows[good]], data.classes)
    described = Description(
        name=name,
        model=MODEL,
        embedding_size=embed(data, held_out.rows[:1]).shape[1],
        classes=data.classes,
        transform=TRANSFORM,
        extra=ExtraOutputs(background=True, torn=True, compound=True, kinds=kind_names(data)),
        hashing=hashing,
    )
    words = _fit_words(described, held_out.select(good), labels)
    joint = None
    if hashing.sentences is None:
        joint, held_out = _join(described, words, held_out, data, good)
    judged = held_out.select(good)
    described = replace(described, calibration=_fit_calibration(described, words, judged, labels))
    described = replace(described, rejection=_fit_rejection(described, judged, labels))
    return Calibrated(replace(described, sets=_fit_sets(described, judged, labels)), joint, held_out)


def _fit_words(described: Description, good: HeldOut, labels: Indices) -> WordsCalibration:
    """The weights of words by the likelihood of the classes."""
    told = find_told(good.words)

    def loss(words: WordsCalibration) -> float:
        trial = replace(described, calibration=Calibration(words=words))
        return _cross_entropy(class_probabilities(trial, good.panels(told=True)), labels, told)

    settings = (
        WordsCalibration(temperature=temperature, own=own, caption=caption, floor=FLOOR)
        for temperature, own, caption in itertools.product(_TEMPERATURES[::2], _WORD_WEIGHTS, _WORD_WEIGHTS)
    )
    return min(settings, key=loss)


def _join(
    described: Description, words: WordsCalibration, held_out: HeldOut, data: PanelArrays, good: Flags
) -> tuple[Floats, HeldOut]:
    """The layer that reads picture and words together, and the panels corrected by layers of other articles."""
    told = find_told(held_out.words)
    described = replace(described, calibration=Calibration(words=words))
    base = np.log(np.maximum(class_probabilities(described, held_out.panels(told=True)), _LEAST))
    weights = word_weights(words, held_out.words)
    figures = data.figures[held_out.rows]
    labels = np.zeros(len(good), np.int64)
    labels[good] = number_codes(data.codes[held_out.rows[good]], data.classes)

    def fit(rows: Indices) -> Floats:
        return fit_joint(
            held_out.logits[rows],
            held_out.log_ratios[rows],
            base[rows],
            weights[rows],
            labels[rows],
            figures[rows],
        )

    fitting = good & told
    ratios = held_out.log_ratios.copy()
    for others, fold in split_rows(data.groups[held_out.rows], fitting):
        ratios[fold] = correct(ratios[fold], held_out.logits[fold], fit(others), told[fold])
    return fit(np.flatnonzero(fitting)), replace(held_out, log_ratios=ratios)


def _fit_calibration(
    described: Description, words: WordsCalibration, good: HeldOut, labels: Indices
) -> Calibration:
    """How sharp all is, by the error of confidences as they are shown: those of rejected panels are capped.

    In nested folds by article, before the last convolution was read, it is 0.025 with words and 0.026 without; where
    confidences also say whether the panel is whole, and are capped at the threshold, 0.032 and 0.048.
    """

    def error(calibration: Calibration, with_words: bool) -> float:
        sharpened = replace(described, calibration=calibration)
        limited = replace(sharpened, rejection=_fit_rejection(sharpened, good, labels))
        shown = decide(limited, good.panels(with_words)).probabilities
        return expected_calibration_error(shown.max(axis=1), shown.argmax(axis=1) == labels)

    candidates = [Calibration(temperature=value, words=_sharpened(words, value)) for value in _TEMPERATURES]
    alone = min(candidates, key=lambda candidate: error(candidate, False))
    with_words = min(candidates, key=lambda candidate: error(candidate, True))
    return Calibration(temperature=alone.temperature, words=with_words.words)


def _sharpened(words: WordsCalibration, temperature: float) -> WordsCalibration:
    """Another temperature for picture and words together: neither counts more beside the other than before."""
    factor = words.temperature / temperature
    own, caption = round(words.own * factor, 3), round(words.caption * factor, 3)
    return replace(words, temperature=temperature, own=own, caption=caption)


def _cross_entropy(probabilities: Floats, labels: Indices, rows: Flags) -> float:
    true = probabilities[np.arange(len(labels)), labels][rows]
    return float(-np.log(np.maximum(true, _LEAST)).mean())


def _fit_rejection(described: Description, good: HeldOut, labels: Indices) -> Rejection:
    """Torn pieces and novelty by their shares of good panels, confidence by what is left of what may be rejected."""
    torn = _sigmoid(good.logits[:, len(described.classes) + 1])
    limits = Rejection(
        torn=_round(float(np.quantile(torn, 1 - TORN_SHARE))),
        novelty=_round(float(np.quantile(good.distances, 1 - NOVEL_SHARE))),
    )
    described = replace(described, rejection=limits)
    limits = replace(
        limits,
        threshold=_fit_threshold(described, good, told=False),
        words_threshold=_fit_threshold(described, good, told=True),
    )
    return replace(limits, most=_fit_most(replace(described, rejection=limits), good, labels))


def _fit_most(described: Description, good: HeldOut, labels: Indices) -> float:
    """How many are named right of those rejected although their name is likely (by Laplace's rule of succession)."""
    limits = described.rejection
    described = replace(described, rejection=replace(limits, most=1.0))
    right = []
    for told, threshold in ((False, limits.threshold), (True, limits.words_threshold)):
        panels = good.panels(told, limits.novelty)
        decisions = decide(described, panels)
        likely = decisions.rejected & ~panels.odd & (decisions.probabilities.max(axis=1) > (threshold or 0))
        right.append((decisions.probabilities.argmax(axis=1) == labels)[likely])
    named = np.concatenate(right)
    return _round(float((named.sum() + 1) / (len(named) + 2)))


def _fit_threshold(described: Description, good: HeldOut, told: bool) -> float:
    """The confidence below which as many are rejected as still may be."""
    decisions = decide(described, good.panels(told, described.rejection.novelty))
    kept = decisions.probabilities[~decisions.rejected].max(axis=1)
    left = REJECTED_SHARE * len(good.rows) - decisions.rejected.sum()
    return _round(float(np.sort(kept)[max(int(left), 0)]))


def _fit_sets(described: Description, good: HeldOut, labels: Indices) -> SetThresholds:
    classes = len(described.classes)
    picture, words = (
        fit_sets(class_probabilities(described, good.panels(told))[:, :classes], labels, COVERAGE)
        for told in (False, True)
    )
    return SetThresholds(coverage=COVERAGE, picture=picture, words=words)


def decide_held_out(described: Description, held_out: HeldOut, told: bool) -> Decisions:
    """What the bundle would have said of the panels, had it not seen their articles."""
    return decide(described, held_out.panels(told, described.rejection.novelty))


def _fault_odds(data: PanelArrays, code: str, rows: Indices) -> Floats:
    return out_of_fold(lambda others: _read(data, fit_fault(data, CHOSEN, code, others)), data, rows)[:, 0]


def _read(data: PanelArrays, layer: Linear) -> Callable[[Indices], Floats]:
    """A function of places that gives the layer's logits."""
    return lambda places: layer(
        Features(data.features.values[places], data.features.columns).of(CHOSEN.units)
    )


def _fit_odds(odds: Floats, positive: Flags, good: Flags) -> tuple[float, float]:
    """The factor and shift that make log-odds honest where positives are as frequent as here (Platt, 1999)."""
    rows = positive | good
    layer = fit_softmax(
        odds[rows, None], positive[rows].astype(np.int64), np.ones(rows.sum(), np.float32), 2, strength=1e3
    )
    return float(layer.weight[1, 0] - layer.weight[0, 0]), float(layer.bias[1] - layer.bias[0])


def _rescale(layer: Linear, scale: tuple[float, float]) -> Linear:
    factor, shift = np.float32(scale[0]), np.float32(scale[1])
    return Linear(layer.weight * factor, layer.bias * factor + shift)


def _held_out_distances(data: PanelArrays, rows: Indices) -> Floats:
    def fit(others: Indices) -> Callable[[Indices], Floats]:
        taught = others[np.isin(data.codes[others], data.classes)]
        novelty = fit_novelty(embed(data, taught), number_codes(data.codes[taught], data.classes))
        return lambda places: novelty.distances(embed(data, places))[:, None]

    return out_of_fold(fit, data, rows)[:, 0]


def embed(data: PanelArrays, places: Indices) -> Floats:
    """(N, d): the features that a bundle gives as the embedding."""
    return Features(data.features.values[places], data.features.columns).of(EMBEDDED)


def _sigmoid(odds: Floats) -> Floats:
    result: Floats = (1 / (1 + np.exp(-odds))).astype(np.float32)
    return result


def _round(value: float) -> float:
    return round(value, 3)
