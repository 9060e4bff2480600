"""What a network's outputs come to: probabilities, rejection, conformal sets and the path down the tree.

Computed from arrays alone, so that whoever fits thresholds on kept logits decides as whoever labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.bundle.bundle import BundleInfo, WordsCalibration
from models.bundle.description import Description
from models.evaluation.calibration import softmax
from models.evaluation.conformal import apply_sets
from models.inference.caption_view import fuse
from models.inference.words import Words, find_told
from models.taxonomy import path

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Path = tuple[str, ...]

_CHART = "GFIG"
_MOST_WHERE_REJECTED = 0.5
"""Confidence of a rejected row at most, where a bundle has no threshold: it is no more likely right than wrong."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """Of N panels; as `models.inference.predict.Predictions` has them."""

    probabilities: Floats
    rejected: Flags
    compound: Floats | None
    members: Flags | None
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Panels:
    """What is known of N panels."""

    logits: Floats
    """(N, outputs), the bundle's in their order."""
    odd: Flags
    """(N,): blank, or unlike what the bundle was trained on."""
    texts: Sequence[Words | None] = ()
    """N, or none at all."""
    log_ratios: Floats | None = None
    """(N, classes) of these texts (see `models.inference.words`); None where no text model reads them."""
    kind_logits: Floats | None = None
    """(N, kinds): what these texts add to the logits of the kinds of chart; None where nothing."""


def decide(bundle: BundleInfo | Description, panels: Panels) -> Decisions:
    """Everything that a bundle says of panels."""
    outputs = _split(bundle, panels)
    told = _told(panels)
    fused = class_probabilities(bundle, panels)[:, : len(bundle.classes)]
    whole = fused if outputs.torn is None else fused * (1 - outputs.torn)[:, None]
    thresholds = _thresholds(bundle, told)
    rejected = panels.odd | (whole.max(axis=1) < thresholds)
    if outputs.torn is not None and bundle.rejection.torn is not None:
        rejected |= outputs.torn > bundle.rejection.torn
    return Decisions(
        _shown(bundle, fused, whole, rejected, panels.odd, thresholds),
        rejected,
        outputs.compound,
        _members(bundle, fused, told),
        _paths(bundle, whole, thresholds, outputs.kinds),
    )


def class_probabilities(bundle: BundleInfo | Description, panels: Panels) -> Floats:
    """(N, classes, and perhaps the background): calibrated, of panels that are whole."""
    calibration, classes = bundle.calibration, len(bundle.classes)
    logits = panels.logits[:, : classes + bundle.extra.background]
    scaled = logits / np.float32(calibration.temperature)
    if calibration.words and panels.log_ratios is not None:
        told = _told(panels)
        scaled[told] = logits[told] / np.float32(calibration.words.temperature)
        scaled[:, :classes] += word_weights(calibration.words, panels.texts)[:, None] * panels.log_ratios
    seen = softmax(scaled)
    if not calibration.caption_weight or not panels.texts:
        return seen
    captions = [words.nearest if words else None for words in panels.texts]
    return fuse(seen, bundle.classes, captions, calibration.caption_weight)


@dataclass(frozen=True, slots=True)
class _Outputs:
    """Those beside the classes and the background."""

    torn: Floats | None
    """(N,) probabilities."""
    compound: Floats | None
    """(N,) probabilities."""
    kinds: npt.NDArray[np.int64] | None
    """(N,): the number of the most probable kind."""


def _split(bundle: BundleInfo | Description, panels: Panels) -> _Outputs:
    logits = panels.logits
    extra, at = bundle.extra, len(bundle.classes) + bundle.extra.background
    torn = _sigmoid(logits[:, at]) if extra.torn else None
    compound = _sigmoid(logits[:, at + extra.torn]) if extra.compound else None
    kinds = logits[:, at + extra.torn + extra.compound :]
    if panels.kind_logits is not None:
        kinds = kinds + panels.kind_logits
    return _Outputs(torn, compound, kinds.argmax(axis=1) if extra.kinds else None)


def _sigmoid(logits: Floats) -> Floats:
    """exp(z) / (1 + exp(z)), without overflow."""
    probabilities: Floats = (0.5 * (1 + np.tanh(0.5 * logits))).astype(np.float32)
    return probabilities


def _told(panels: Panels) -> Flags:
    """(N,): whether a text model has read something of a panel."""
    if panels.log_ratios is None:
        return np.zeros(len(panels.logits), bool)
    return find_told(panels.texts)


def word_weights(calibration: WordsCalibration, texts: Sequence[Words | None]) -> Floats:
    """(N,): what each panel's log-ratios are multiplied by."""
    weights = [calibration.own if words and words.own else calibration.caption for words in texts]
    return np.array(weights, np.float32)


def _thresholds(bundle: BundleInfo | Description, told: Flags) -> Floats:
    """(N,): below which confidence a panel is rejected."""
    alone, words = bundle.rejection.threshold, bundle.rejection.words_threshold
    return np.where(told, alone if words is None else words, alone).astype(np.float32)


def _shown(
    bundle: BundleInfo | Description,
    fused: Floats,
    whole: Floats,
    rejected: Flags,
    odd: Flags,
    thresholds: Floats,
) -> Floats:
    """(N, classes): what rows say; those that are rejected no more than they were found to be right."""
    least = np.where(thresholds > 0, thresholds, _MOST_WHERE_REJECTED)
    if bundle.rejection.most is None:
        return _capped(whole, rejected, least)
    return _capped(fused, rejected, np.where(odd, least, bundle.rejection.most))


def _capped(probabilities: Floats, rejected: Flags, most: npt.NDArray[np.floating[Any]]) -> Floats:
    """Rejected rows scaled down to (N,) `most`."""
    confidence = probabilities.max(axis=1)
    scales = np.where(rejected & (confidence > most), most / np.maximum(confidence, 1e-12), 1)
    return np.ascontiguousarray(probabilities * scales[:, None], np.float32)


def _members(bundle: BundleInfo | Description, probabilities: Floats, told: Flags) -> Flags | None:
    if bundle.sets is None:
        return None
    members = apply_sets(probabilities, bundle.sets.picture)
    if bundle.sets.words is not None:
        members[told] = apply_sets(probabilities[told], bundle.sets.words)
    return members


def _paths(
    bundle: BundleInfo | Description,
    probabilities: Floats,
    thresholds: Floats,
    kinds: npt.NDArray[np.int64] | None,
) -> tuple[Path, ...]:
    """Down to the leaf; to its group where the leaf is unsure and the group is not; below charts to their kind."""
    tree = [path(code) for code in bundle.classes]
    roots = np.array([ancestors[0] for ancestors in tree])
    leaves = probabilities.argmax(axis=1)
    in_group = np.where(roots[leaves][:, None] == roots, probabilities, 0).sum(axis=1)
    unsure = (probabilities.max(axis=1) < thresholds) & (in_group >= thresholds)
    found = []
    for row, leaf in enumerate(leaves.tolist()):
        ancestors = tree[leaf][:1] if unsure[row] else tree[leaf]
        if kinds is not None and bundle.classes[leaf] == _CHART and not unsure[row]:
            ancestors = (*ancestors, f"{ancestors[-1]}/{bundle.extra.kinds[kinds[row]]}")
        found.append(ancestors)
    return tuple(found)
