"""Builds the bundle that ships: panels in, the network with its head, its limits and its card out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.bundle.bundle import BACKGROUND, BundleInfo, Calibration, ExtraOutputs, Rejection
from models.bundle.card import metrics
from models.bundle.description import Description
from models.bundle.serialization import save_bundle
from models.default.card import DefaultCard, mean_f1, write_default_card
from models.default.facts import (
    PROBE,
    count_confused,
    count_images,
    count_rejected,
    count_rejected_classes,
    count_rejected_unseen,
    count_sources,
    judge,
    list_sets,
    measure_scores,
)
from models.default.head import Floats, LabelledFeatures, Readout, cross_validate, leave_source_out
from models.default.model import CHOSEN, DefaultModel, build_default_network, fit_model
from models.default.panels import TRANSFORM, TRUNK, LabelledPanel, PanelArrays, Say, as_examples, gather
from models.inference.caption_view import WEIGHT
from models.networks.resnet import ResNet

READOUTS = (
    *(Readout(unit, (unit,)) for unit in ("b1-1", "b2-0", "b2-1", "b3-0")),
    PROBE,
    CHOSEN,
    Readout("b2-1 then b3-1, hierarchical", ("b3-1",), group_unit="b2-1"),
    Readout("b2-1 then b3-1, hierarchical, mean and spread", ("b3-1",), spread=True, group_unit="b2-1"),
)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """What cross-validation says of the readouts, and the chosen one's classes with its (N, classes) logits."""

    rows: list[tuple[str, int, float, float]]
    classes: tuple[str, ...]
    held_out: Floats


@dataclass(frozen=True, slots=True)
class _Trained:
    """The fitted model with all that led to it."""

    data: PanelArrays
    examples: LabelledFeatures
    comparison: _Comparison
    model: DefaultModel
    left_out: list[tuple[str, int, float]]


def build(
    panels: Sequence[LabelledPanel],
    weights: str,
    out: str,
    seed: int,
    command: str,
    say: Say = print,
    cache: Path | None = None,
) -> BundleInfo:
    """Fits, judges and writes the default bundle; features are kept in `cache`. Raises ValueError with a line for
    the user."""
    trained = _train(gather(panels, weights, seed, say, cache), say)
    network = build_default_network(trained.model, weights)
    card = _fill_card(trained, network, seed, command)
    say(f"test accuracy {card.test.accuracy:.3f}, calibration error {card.test.ece:.3f}")
    description = _describe(card, trained.model.rejection)
    return save_bundle(out, description, network, write_default_card(card), trained.model.novelty)


def _train(data: PanelArrays, say: Say) -> _Trained:
    examples = as_examples(data)
    say("comparing where the trunk is read")
    comparison = _compare(data, examples, say)
    model = fit_model(data, examples, comparison.classes, comparison.held_out)
    say("leaving one source out")
    left_out = leave_source_out(CHOSEN, data.features, examples, list_sets(data), (BACKGROUND,))
    return _Trained(data, examples, comparison, model, left_out)


def _compare(data: PanelArrays, examples: LabelledFeatures, say: Say) -> _Comparison:
    rows, logits = [], {}
    for readout in READOUTS:
        logits[readout] = cross_validate(readout, data.features, examples)
        accuracy, f1 = _held_out_scores(*logits[readout], examples)
        size = data.features.of(readout.units, readout.spread).shape[1]
        rows.append((readout.name, size, accuracy, f1))
        say(f"  {readout.name}: accuracy {accuracy:.3f}, macro-F1 {f1:.3f}")
    return _Comparison(rows, *logits[CHOSEN])


def _held_out_scores(
    classes: tuple[str, ...], logits: Floats, examples: LabelledFeatures
) -> tuple[float, float]:
    rows = np.flatnonzero(examples.judged & ~examples.unsure)
    known = [place for place, code in enumerate(classes) if code != BACKGROUND]  # which is nobody's label
    guesses, codes = np.array(classes)[known][logits[rows][:, known].argmax(axis=1)], examples.codes[rows]
    common = [code for code, count in Counter(codes.tolist()).items() if count >= 10]
    return float((guesses == codes).mean()), mean_f1(codes, guesses, common)


def _fill_card(trained: _Trained, network: ResNet, seed: int, command: str) -> DefaultCard:
    data, examples, model = trained.data, trained.examples, trained.model
    judgement = judge(data, model)
    test = data.tested
    return DefaultCard(
        name="default",
        model=f"{TRUNK}:spread",
        classes=model.classes,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        temperature=model.temperature,
        threshold=model.rejection.threshold,
        novelty=model.rejection.novelty or 0.0,
        caption_weight=WEIGHT,
        seed=seed,
        command=command,
        counts=count_images(data),
        sources=count_sources(data),
        comparison=trained.comparison.rows,
        left_out=trained.left_out,
        scores=measure_scores(data, examples, judgement),
        test=judgement.evaluation,
        confused=count_confused(data.codes[test], judgement.guesses[test]),
        rejected=count_rejected(data, judgement.rejected) | count_rejected_unseen(data, examples, model),
        rejected_classes=count_rejected_classes(data, judgement.rejected),
    )


def _describe(card: DefaultCard, rejection: Rejection) -> Description:
    images = {kind: dict(counts) for kind, counts in card.counts.items()}
    return Description(
        name=card.name,
        model=card.model,
        classes=tuple(card.classes),
        transform=TRANSFORM,
        extra=ExtraOutputs(background=True),
        calibration=Calibration(temperature=card.temperature),
        rejection=rejection,
        training={"command": card.command, "seed": card.seed, "images": images},
        metrics={"test": metrics(card.test)},
    )
