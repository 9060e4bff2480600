"""A bundle with what labels taught folded into its weights: read and written without torch, its network unchanged.

The embedding is the first of the network's features, so a correction read from it is a change of the head's first
columns; before the softmax logits are divided by a temperature, so the change is multiplied by it.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.adapting.classes import NewClass, widen, widen_text
from models.adapting.fusing import Shares
from models.adapting.teaching import Correction
from models.bundle.bundle import (
    CARD_FILE,
    DESCRIPTION_FILE,
    SENTENCES_FILE,
    WEIGHTS_FILE,
    BundleError,
    BundleInfo,
    Calibration,
    SetThresholds,
)
from models.bundle.description import Description, bundle_info, description_json
from models.bundle.serialization import BundleWeights, read_weights
from models.files import written_whole

Floats = npt.NDArray[np.float32]

_WEIGHT, _BIAS = "fc.weight", "fc.bias"
_GROUPS = "group_fc.weight"
"""Of a hierarchical head, which has two layers."""
_NOT_LINEAR = ":ensemble"
"""What the name of a network ends with whose head sees its features only where they are positive."""
_SHARPNESS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 2.0)
"""By which all log-probabilities may be multiplied, where enough rows say how sure they should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refit:
    """All that changes of a bundle."""

    name: str
    correction: Correction
    new: tuple[NewClass, ...] = ()
    with_words: bool = True
    """Whether the rows that taught had read captions."""
    shares: Shares = field(default_factory=Shares)
    """What becomes of the weights of words."""
    sharpness: float = 1.0
    sets: SetThresholds | None = None
    """For the scores as they will be; None where nobody can promise their coverage."""
    examples: Mapping[int, Floats] | None = None
    """Features of the labelled rows by class, (n, d) each: what is labelled is not novel."""
    training: Mapping[str, Any] | None = None
    metrics: Mapping[str, Any] | None = None
    notes: str = ""
    """Markdown, for the card."""


def refit(info: BundleInfo, change: Refit, out: Path) -> BundleInfo:
    """Writes the bundle with the change to `out`. Raises BundleError where its head is no linear layer."""
    weights = read_weights(info)
    network = {name: np.array(tensor) for name, tensor in weights.network.items()}
    if _GROUPS in network or info.model.endswith(_NOT_LINEAR) or network.get(_WEIGHT, np.zeros(0)).ndim != 2:
        raise BundleError(f"the head of {info.model} is not one linear layer: adapt another bundle")
    described, tensors = _described(info, change), _tensors(info, weights, network, change)
    out.mkdir(parents=True, exist_ok=True)
    (out / DESCRIPTION_FILE).unlink(missing_ok=True)
    _write(tensors, out / WEIGHTS_FILE)
    if weights.sentences:
        shutil.copyfile(info.path / SENTENCES_FILE, out / SENTENCES_FILE)
    (out / CARD_FILE).write_text(_card(info, change), encoding="utf-8")
    text = description_json(described, network[_WEIGHT].shape[1])
    (out / DESCRIPTION_FILE).write_text(text, encoding="utf-8")
    return bundle_info(out)


def fit_sharpness(log_probabilities: Floats, labels: npt.NDArray[np.int64]) -> float:
    """By what held-out log-probabilities have to be multiplied so that they are honest: the likeliest."""
    from scipy.special import log_softmax

    rows = np.arange(len(labels))

    def loss(factor: float) -> float:
        return float(-log_softmax(factor * log_probabilities, axis=1)[rows, labels].mean())

    return min(_SHARPNESS, key=loss)


def _tensors(
    info: BundleInfo, weights: BundleWeights, network: dict[str, npt.NDArray[Any]], change: Refit
) -> dict[str, npt.NDArray[Any]]:
    classes = len(info.classes)
    head = network[_WEIGHT].astype(np.float32), network[_BIAS].astype(np.float32)
    weight, bias = widen(*head, classes, change.new, _temperature(info, change))
    total = classes + len(change.new)
    scale = np.float32(_temperature(info, change))
    size = change.correction.weight.shape[1]
    weight[:total, :size] += scale * change.correction.weight
    bias[:total] += scale * change.correction.bias
    tensors = network | {_WEIGHT: weight.astype(network[_WEIGHT].dtype), _BIAS: bias}
    if weights.novelty:
        novelty = weights.novelty
        seen = [novelty.means]
        seen += [
            (features @ novelty.whitening).mean(axis=0, keepdims=True)
            for features in (change.examples or {}).values()
        ]
        novelty = replace(novelty, means=np.concatenate(seen).astype(np.float32))
        tensors |= {f"novelty.{name}": array for name, array in novelty.tensors().items()}
    if weights.text:
        text = widen_text(weights.text, change.new)
        tensors |= {f"words.{name}": array for name, array in text.tensors().items()}
    return tensors


def _described(info: BundleInfo, change: Refit) -> Description:
    return Description(
        name=change.name,
        model=info.model,
        classes=(*info.classes, *(one.code for one in change.new)),
        transform=info.transform,
        embedding_size=info.embedding_size,
        extra=info.extra,
        calibration=recalibrated(info.calibration, change.shares, change.sharpness),
        hashing=info.hashing,
        rejection=info.rejection,
        sets=change.sets,
        training={"adapted_from": info.model_id, **(change.training or {})},
        metrics=change.metrics or {},
    )


def recalibrated(calibration: Calibration, shares: Shares, sharpness: float) -> Calibration:
    """With other weights of words, and all log-probabilities multiplied."""
    words = calibration.words
    if words:
        words = shares.apply(words)
        words = replace(
            words,
            temperature=words.temperature / sharpness,
            own=words.own * sharpness,
            caption=words.caption * sharpness,
        )
    return Calibration(temperature=calibration.temperature / sharpness, words=words)


def _temperature(info: BundleInfo, change: Refit) -> float:
    """By what logits are divided where rows were scored as those that taught were."""
    words = info.calibration.words
    return words.temperature if words and change.with_words else info.calibration.temperature


def _card(info: BundleInfo, change: Refit) -> str:
    before = f"What follows is the card of {info.model_id}, as it was."
    return f"# {change.name}\n\n{change.notes}\n\n---\n\n{before}\n\n{info.card}"


def _write(tensors: Mapping[str, npt.NDArray[Any]], file: Path) -> None:
    from safetensors.numpy import save_file

    with written_whole(file) as aside:
        save_file({name: np.array(array, order="C") for name, array in tensors.items()}, aside)
        aside.chmod(0o644)
