"""Builds the bundle that ships: panels in, the network with its head, its limits, its text model and its card out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from models.bundle.bundle import SENTENCES_FILE, BundleInfo
from models.bundle.description import Description
from models.bundle.novelty import Novelty, fit_novelty
from models.bundle.serialization import save_bundle
from models.bundle.text_model import TextModel
from models.default.calibrating import HeldOut, calibrate, decide_held_out, embed, hold_out
from models.default.card import Compared, DefaultCard, write_default_card
from models.default.heads import Readout, fit_heads, number_codes, out_of_fold, read_classes
from models.default.judging import Judged, Measured, PanelScores, collect, judge, mean_f1, measure
from models.default.leaving_out import LeftOut, leave_packages_out, leave_publishers_out, leave_sources_out
from models.default.network import CHOSEN, READOUTS, build_shipped_network, load_trunks
from models.default.panels import TAUGHT, LabelledPanel, PanelArrays, Say, gather
from models.default.sentences import read_with
from models.default.text_model import HASHING, fit_text_model, gather_words, prepare_fitter, read_listed_words
from models.default.written.captions import write_captions
from models.default.written.phrases import write_phrases
from models.inference.predict import load_predictor

NAME = "default"
_DEV, _STRANGERS = "dev, with words", "strangers"
_LEAST = 10
"""Held-out panels below which a class is left out of the macro-F1 that readouts are compared by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What the build reads beside the panels."""

    weights: str
    """ImageNet weights of ResNet-18."""
    second: str
    """ImageNet weights of EfficientNet-Lite2."""
    captions: Path
    """A list of captions of micrographs."""
    sentences: Path | None = None
    """The folder of MiniLM as it is published; None for a bundle that reads terms alone."""
    beside: str | None = None
    """An earlier bundle to judge on the same panels."""
    cache: Path | None = None
    seed: int = 0
    command: str = ""


@dataclass(frozen=True, slots=True)
class _Fitted:
    """All of the bundle but its card."""

    described: Description
    network: nn.Module
    novelty: Novelty
    text: TextModel
    held_out: HeldOut

    def save(self, out: str, card: str, metrics: Mapping[str, object]) -> BundleInfo:
        """Writes the bundle."""
        described = replace(self.described, metrics=metrics)
        return save_bundle(out, described, self.network, card, self.novelty, self.text)


def build(panels: Sequence[LabelledPanel], sources: Sources, out: str, say: Say = print) -> BundleInfo:
    """Fits, judges and writes the default bundle. Raises ValueError with a line for the user."""
    torch.set_num_threads(1)  # sums in another order are other bytes
    data = gather(panels, load_trunks(sources.weights, sources.second), sources.cache, say, sources.seed)
    fitted = _fit(data, sources, out, say)
    fitted.save(out, "", {})  # what is judged is what ships
    say("judging panels that nothing was fitted to")
    verdicts = _judge(panels, data, fitted, sources, out)
    scores = {way: measure(judged) for way, judged in verdicts.items()}
    for way, score in scores.items():
        say(f"  {way}: accuracy {score.accuracy[0]:.3f}, calibration error {score.ece[0]:.3f}")
    say("comparing where the trunks are read")
    compared = [_compare(data, readout, say) for readout in READOUTS]
    say("leaving sources, publishers and packages out")
    card = DefaultCard(
        described=fitted.described,
        parameters=sum(parameter.numel() for parameter in fitted.network.parameters()),
        data=data,
        compared=compared,
        left_out=_leave_out(data),
        scores=scores,
        dev=verdicts[_DEV],
        strangers=verdicts.get(_STRANGERS),
        command=sources.command,
        seed=sources.seed,
    )
    return fitted.save(out, write_default_card(card), _metrics(scores))


def _fit(data: PanelArrays, sources: Sources, out: str, say: Say) -> _Fitted:
    say("fitting out of fold")
    written = [*write_phrases(sources.seed), *write_captions(sources.seed)]
    texts = gather_words(data, read_listed_words(sources.captions), written)
    reader = (
        read_with(sources.sentences, Path(out) / SENTENCES_FILE, texts.distinct)
        if sources.sentences
        else None
    )
    fitter = prepare_fitter(texts, data.classes, reader)
    held_out, scales = hold_out(data, fitter)
    calibrated = calibrate(
        data, held_out, replace(HASHING, sentences=reader.sentences if reader else None), NAME
    )
    described = replace(calibrated.described, training=_training(data, sources))
    say(f"  {described.calibration}")
    say(f"  {described.rejection}")
    say("fitting on all that trains")
    layer = scales.apply(fit_heads(data, CHOSEN)).stacked()
    taught = np.flatnonzero(np.isin(data.codes, data.classes))
    novelty = fit_novelty(embed(data, taught), number_codes(data.codes[taught], data.classes))
    network = build_shipped_network(layer, sources.weights, sources.second)
    text = replace(fit_text_model(fitter, data), joint=calibrated.joint)
    return _Fitted(described, network, novelty, text, calibrated.held_out)


def _judge(
    panels: Sequence[LabelledPanel], data: PanelArrays, fitted: _Fitted, sources: Sources, out: str
) -> dict[str, Judged]:
    """By how they were judged: panels that nothing was fitted to, those held out, and those of an earlier bundle."""
    predictor = load_predictor(out, "cpu")
    held_out = [data.panels[row] for row in fitted.held_out.rows]
    found = {}
    for told, way in ((True, "with words"), (False, "picture alone")):
        found[f"dev, {way}"] = judge(predictor, panels, "dev", told)
        said = decide_held_out(fitted.described, fitted.held_out, told)
        found[f"held out of training, {way}"] = collect(held_out, data.classes, [said])
        if any(panel.kind == "gold" for panel in panels):
            found[f"gold papers, {way}"] = judge(predictor, panels, "gold", told)
        if sources.beside:
            earlier = load_predictor(sources.beside, "cpu")
            found[f"dev by {earlier.model_id}, {way}"] = judge(earlier, panels, "dev", told)
    if any(panel.kind == "stranger" for panel in panels):
        found[_STRANGERS] = judge(predictor, panels, "stranger", told=False)
    return found


def _leave_out(data: PanelArrays) -> dict[str, list[LeftOut]]:
    return {
        "source": leave_sources_out(data, CHOSEN),
        "publisher": leave_publishers_out(data, CHOSEN),
        "package of photographs": leave_packages_out(data, CHOSEN),
    }


def _compare(data: PanelArrays, readout: Readout, say: Say) -> Compared:
    """A readout's scores by cross-validation over the published panels."""
    rows = data.judged
    logits = out_of_fold(lambda others: read_classes(data, readout, others), data, rows)
    known = logits[:, : len(data.classes)]  # the background is nobody's label
    guesses, codes = np.array(data.classes)[known.argmax(axis=1)], data.codes[rows]
    common = [code for code, count in Counter(codes.tolist()).items() if count >= _LEAST]
    size = data.features.of(readout.units, readout.spread).shape[1]
    compared = Compared(readout.name, size, float((guesses == codes).mean()), mean_f1(codes, guesses, common))
    say(f"  {compared.name}: accuracy {compared.accuracy:.3f}, macro-F1 {compared.macro_f1:.3f}")
    return compared


def _training(data: PanelArrays, sources: Sources) -> dict[str, object]:
    images = {kind: dict(sorted(Counter(data.codes[data.rows(kind)].tolist()).items())) for kind in TAUGHT}
    return {"command": sources.command, "seed": sources.seed, "images": images}


def _metrics(scores: Mapping[str, PanelScores]) -> dict[str, object]:
    """The values of the panels that nothing was fitted to, in the form that `models.bundle.card.headlines` reads."""
    return {
        way: {
            "images": score.panels,
            "accuracy": _pack(score.accuracy),
            "macro_f1": _pack(score.macro_f1),
            "microscopy_f1": _pack(score.microscopy_f1),
            "ece": _pack(score.ece),
        }
        for way, score in scores.items()
        if way.startswith("dev, ")
    }


def _pack(measured: Measured) -> list[float]:
    value, (low, high) = measured
    return [round(value, 4), round(low, 4), round(high, 4)]
