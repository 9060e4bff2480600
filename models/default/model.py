"""The default bundle's model: the head, its temperature and the limits beyond which it rejects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from models.bundle.bundle import BACKGROUND, Rejection
from models.bundle.novelty import Novelty, fit_novelty
from models.default.head import Features, Floats, Head, Indices, LabelledFeatures, Readout, fit_head
from models.default.panels import TAUGHT, TRUNK, Flags, PanelArrays
from models.evaluation.calibration import expected_calibration_error, softmax
from models.inference.caption_view import fuse
from models.networks.resnet import ResNet
from models.networks.spread import build_spread
from models.networks.variants import parse_variant
from models.networks.weights import load_file, start_from

CHOSEN = Readout("b3-1, mean and spread", ("b3-1",), spread=True)

_UNSURE_SHARE, _NOVEL_SHARE = 0.095, 0.01
"""Shares of held-out published training panels that low confidence and novelty may reject."""
_BACKGROUND_PRIOR = -1.0
"""Added to the background's logit: among a paper's panels strangers are rarer than among what trains."""


@dataclass(frozen=True, slots=True)
class DefaultModel:
    """The fitted head with its calibration and limits."""

    head: Head
    classes: tuple[str, ...]
    temperature: float
    rejection: Rejection
    novelty: Novelty

    def predict(self, data: PanelArrays, texts: Sequence[str]) -> tuple[Floats, Flags]:
        """(N, classes) probabilities, and (N,) whether they are rejected, as `models.inference.predict` gives them."""
        logits = _in_order(self.head, (*self.classes, BACKGROUND), data.features)
        probabilities = fuse(softmax(logits / self.temperature), self.classes, [t or None for t in texts])
        known = probabilities[:, : len(self.classes)]
        distances = self.novelty.distances(data.features.of(CHOSEN.units, CHOSEN.spread))
        rejected = data.blank | (known.max(axis=1) < self.rejection.threshold)
        return known, rejected | (distances > (self.rejection.novelty or np.inf))


def fit_model(
    data: PanelArrays,
    examples: LabelledFeatures,
    classes: tuple[str, ...],
    held_out: Floats,
) -> DefaultModel:
    """The head on all training images; temperature and limits from what heads said of articles held out.

    `held_out`: the (N, classes) logits of cross-validation.
    """
    training = data.rows(*TAUGHT)
    judged = np.flatnonzero(examples.judged & ~data.unsure)
    known = tuple(code for code in classes if code != BACKGROUND)
    logits = held_out[judged][:, [classes.index(code) for code in (*known, BACKGROUND)]]
    logits[:, -1] += _BACKGROUND_PRIOR
    temperature = _fit_temperature(logits, np.array([known.index(code) for code in data.codes[judged]]))
    confidence = softmax(logits / temperature)[:, :-1].max(axis=1)
    features = data.features.of(CHOSEN.units, CHOSEN.spread)
    panels = training[data.codes[training] != BACKGROUND]
    rejection = Rejection(
        threshold=round(float(np.quantile(confidence, _UNSURE_SHARE)), 3),
        novelty=round(float(np.quantile(_held_out_distances(data, features, panels), 1 - _NOVEL_SHARE)), 3),
    )
    head = fit_chosen_head(data.features, examples, training)
    return DefaultModel(
        head, known, temperature, rejection, fit_novelty(features[panels], data.codes[panels])
    )


def fit_chosen_head(features: Features, examples: LabelledFeatures, rows: Indices) -> Head:
    """The chosen readout's head on the examples at `rows`, with the background's prior."""
    head = fit_head(CHOSEN, features, examples, rows)
    bias = head.bias.copy()
    bias[head.classes.index(BACKGROUND)] += _BACKGROUND_PRIOR
    return replace(head, bias=bias)


def build_default_network(model: DefaultModel, weights: str) -> ResNet:
    """The trunk with the head's numbers in its linear layer: the classes, then the background."""
    network = build_spread(parse_variant(TRUNK), len(model.classes) + 1)
    start_from(network, load_file(weights), weights)
    order = [model.head.classes.index(code) for code in (*model.classes, BACKGROUND)]
    with torch.no_grad():
        network.fc.weight.copy_(torch.from_numpy(model.head.weight[order]))
        network.fc.bias.copy_(torch.from_numpy(model.head.bias[order]))
    return network.eval()


def _fit_temperature(logits: Floats, labels: Indices) -> float:
    """Where the confidence of held-out panels is nearest to their accuracy: (N, classes and the background) logits.

    Cross-entropy would ask how likely a panel is to be a panel, which depends on how many strangers train.
    """

    def error(temperature: float) -> float:
        known = softmax(logits / temperature)[:, :-1]
        return expected_calibration_error(known.max(axis=1), known.argmax(axis=1) == labels)

    return float(min(np.round(np.arange(0.5, 2.01, 0.05), 2), key=error))


def _held_out_distances(data: PanelArrays, features: Floats, panels: Indices) -> Floats:
    """How novel the published panels are to what the other articles show."""
    from sklearn.model_selection import GroupKFold

    published = panels[data.kinds[panels] == "published"]
    parts = []
    for _, fold in GroupKFold(5).split(published, groups=data.groups[published]):
        others = np.setdiff1d(panels, published[fold])
        parts.append(fit_novelty(features[others], data.codes[others]).distances(features[published[fold]]))
    return np.concatenate(parts)


def _in_order(head: Head, classes: Sequence[str], features: Features) -> Floats:
    return head.logits(features)[:, [head.classes.index(code) for code in classes]]
