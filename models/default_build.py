"""Builds the bundle that ships: panels in, the network with its head, its limits and its card out."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch

from models.blankness import blank
from models.bundle import BACKGROUND, BundleInfo, Description, Rejection, save_bundle
from models.calibration import expected_calibration_error, softmax
from models.canvases import Progress
from models.caption_view import WEIGHT, fuse
from models.card import metrics
from models.default_card import DefaultCard, Score, mean_f1, score, write_default_card
from models.default_head import (
    Examples,
    Features,
    Head,
    Readout,
    cross_validate,
    fit_head,
    leave_source_out,
)
from models.drawings.negatives import NOISE
from models.drawings.panels import draw_panels
from models.evaluation import evaluate
from models.novelty import Novelty, fit_novelty
from models.resnet import ResNet
from models.spread import build_spread
from models.transforms import Transform
from models.trunk_features import cached_features
from models.variants import parse_variant
from models.weights import load_file, start_from

Kind = Literal["published", "assembled", "drawn", "photograph", "test", "stranger"]
Codes = npt.NDArray[np.str_]
Floats = npt.NDArray[np.float32]
Say = Callable[[str], None]

TRUNK = "resnet18:b3-1"
CHOSEN = Readout("b3-1, mean and spread", ("b3-1",), spread=True)
PROBE = Readout("b3-1", ("b3-1",))
READOUTS = (
    *(Readout(unit, (unit,)) for unit in ("b1-1", "b2-0", "b2-1", "b3-0")),
    PROBE,
    CHOSEN,
    Readout("b2-1 then b3-1, hierarchical", ("b3-1",), group_unit="b2-1"),
    Readout("b2-1 then b3-1, hierarchical, mean and spread", ("b3-1",), spread=True, group_unit="b2-1"),
)

_TRANSFORM = Transform(fit="stretch")
_WEIGHTS = {"published": 1.0, "assembled": 0.3, "drawn": 0.3, "photograph": 1.0}
"""A published panel counts most: the others only look like what papers print, or like none of it."""
_TAUGHT: tuple[Kind, ...] = ("published", "assembled", "drawn", "photograph")
_LEAST_IMAGES = 5
_PER_DRAWER = 60
_UNSURE_SHARE, _NOVEL_SHARE = 0.095, 0.01
"""Shares of held-out published training panels that low confidence and novelty may reject."""
_BACKGROUND_PRIOR = -1.0
"""Added to the background's logit: among a paper's panels strangers are rarer than among what trains."""
_NOISE_IMAGES = 50
_SMALL_PACKAGE = 50
"""Photographs, below which a package is not judged by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """An encoded image with its class and where it comes from.

    `group` is the article or the source; `text` what the paper says of it. A `stranger` is no panel at all: its `group`
    names its kind, and it is only there to be rejected.
    """

    image: bytes
    code: str
    kind: Kind
    group: str
    unsure: bool = False
    text: str = ""
    source: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class _Data:
    """Panels as arrays, with what the trunk makes of them."""

    panels: tuple[Panel, ...]
    features: Features
    codes: Codes
    kinds: Codes
    groups: Codes
    unsure: npt.NDArray[np.bool_]
    blank: npt.NDArray[np.bool_]

    def rows(self, *kinds: Kind) -> npt.NDArray[np.int64]:
        return np.flatnonzero(np.isin(self.kinds, kinds))

    @property
    def tested(self) -> npt.NDArray[np.int64]:
        return self.rows("test")[~self.unsure[self.rows("test")]]


@dataclass(frozen=True, slots=True)
class _Model:
    """The fitted head with its calibration and limits."""

    head: Head
    classes: tuple[str, ...]
    temperature: float
    rejection: Rejection
    novelty: Novelty

    def predict(self, data: _Data, texts: Sequence[str]) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """(N, classes) probabilities, and (N,) whether they are rejected, as `models.predict` gives them."""
        logits = _in_order(self.head, (*self.classes, BACKGROUND), data.features)
        probabilities = fuse(softmax(logits / self.temperature), self.classes, [t or None for t in texts])
        known = probabilities[:, : len(self.classes)]
        distances = self.novelty.distances(data.features.of(CHOSEN.units, CHOSEN.spread))
        rejected = data.blank | (known.max(axis=1) < self.rejection.threshold)
        return known, rejected | (distances > (self.rejection.novelty or np.inf))


def drawn_panels(seed: int) -> list[Panel]:
    """What the project draws itself, and fifty images of each kind of noise that training does not see."""
    drawn = [
        Panel(
            image=image,
            code=code,
            kind="drawn",
            group="drawn",
            source="models/drawings",
            licence="AGPL-3.0-or-later",
        )
        for code, image in draw_panels(_PER_DRAWER, seed)
    ]
    for name, draw in NOISE.items():
        for number in range(_NOISE_IMAGES):
            random = np.random.default_rng([seed + 1, number])
            stream = io.BytesIO()
            draw(random, (int(random.integers(64, 420)), int(random.integers(64, 420)))).save(stream, "PNG")
            drawn.append(Panel(image=stream.getvalue(), code="", kind="stranger", group=name))
    return drawn


def build(
    panels: Sequence[Panel],
    weights: str,
    out: str,
    seed: int,
    command: str,
    say: Say = print,
    cache: Path | None = None,
) -> BundleInfo:
    """Fits, judges and writes the default bundle; features are kept in `cache`. Raises ValueError with a line for
    the user."""
    data = _gather(panels, weights, seed, say, cache)
    training = data.rows(*_TAUGHT)
    examples = _examples(data)
    say("comparing where the trunk is read")
    comparison = []
    for readout in READOUTS:
        classes, logits = cross_validate(readout, data.features, examples)
        accuracy, f1 = _held_out_scores(classes, logits, examples)
        size = data.features.of(readout.units, readout.spread).shape[1]
        comparison.append((readout.name, size, accuracy, f1))
        say(f"  {readout.name}: accuracy {accuracy:.3f}, macro-F1 {f1:.3f}")
        if readout is CHOSEN:
            held_out = (classes, logits)
    model = _fit_model(data, examples, training, *held_out)
    say("leaving one source out")
    left_out = leave_source_out(CHOSEN, data.features, examples, _sources_of_panels(data), (BACKGROUND,))
    network = _network(model, weights)
    texts = [panel.text for panel in data.panels]
    seen, rejected = model.predict(data, texts)
    unseen, _ = model.predict(data, [""] * len(texts))
    guesses = np.array(model.classes)[seen.argmax(axis=1)]
    test = data.tested
    labels = np.array([model.classes.index(c) if c in model.classes else -1 for c in data.codes[test]])
    evaluation = evaluate(
        seen[test], labels, model.classes, data.groups[test].tolist(), rejected=rejected[test]
    )
    card = DefaultCard(
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
        counts=_counts(data),
        sources=_sources(data),
        comparison=comparison,
        left_out=left_out,
        scores={
            "linear probe on the frozen trunk, no drawings, no captions": _probe(data, examples, test),
            "this bundle, image alone": _score(data, test, np.array(model.classes)[unseen.argmax(axis=1)]),
            "this bundle, with captions": _score(data, test, guesses),
        },
        test=evaluation,
        confused=_confused(data.codes[test], guesses[test]),
        rejected=_rejected(data, rejected) | _rejected_unseen(data, examples, model, texts),
        rejected_classes=_rejected_classes(data, rejected),
    )
    say(f"test accuracy {evaluation.accuracy:.3f}, calibration error {evaluation.ece:.3f}")
    description = Description(
        name="default",
        model=card.model,
        classes=model.classes,
        transform=_TRANSFORM,
        temperature=model.temperature,
        rejection=model.rejection,
        caption_weight=WEIGHT,
        training={"command": command, "seed": seed, "images": {k: dict(v) for k, v in card.counts.items()}},
        metrics={"test": metrics(evaluation)},
    )
    return save_bundle(out, description, network, write_default_card(card), model.novelty)


def _gather(panels: Sequence[Panel], weights: str, seed: int, say: Say, cache: Path | None) -> _Data:
    """Classes too small to learn stay out of training, and remain in the test, where they count as wrong."""
    counts = Counter(p.code for p in panels if p.kind in _WEIGHTS)
    kept = tuple(p for p in panels if p.kind not in _WEIGHTS or counts[p.code] >= _LEAST_IMAGES)
    with ThreadPoolExecutor() as threads:
        canvases = np.stack(list(threads.map(lambda panel: _TRANSFORM.prepare(panel.image), kept)))
    codes = np.array([panel.code for panel in kept])
    trunk = ResNet("resnet18", 2, parse_variant(TRUNK).unit)
    start_from(trunk, load_file(weights), weights)
    say(f"{len(kept)} images through the trunk")
    return _Data(
        kept,
        cached_features(trunk, canvases, codes == "DMFL", _TRANSFORM, seed, cache, _steps(say)),
        codes,
        np.array([panel.kind for panel in kept]),
        np.array([panel.group for panel in kept]),
        np.array([panel.unsure for panel in kept]),
        blank(canvases),
    )


def _steps(say: Say) -> Progress:
    """Says every tenth of the way."""
    said = 0

    def progress(done: int, of: int) -> None:
        nonlocal said
        if done * 10 // of > said:
            said = done * 10 // of
            say(f"  {done} of {of}")

    return progress


def _examples(data: _Data) -> Examples:
    """All rows keep their places; what is not to be learned from has no weight and is never asked for."""
    weights = np.array([_WEIGHTS.get(kind, 0.0) for kind in data.kinds], np.float32)
    return Examples(data.codes, data.groups, weights, data.kinds == "published", data.unsure)


def _held_out_scores(classes: tuple[str, ...], logits: Floats, examples: Examples) -> tuple[float, float]:
    rows = np.flatnonzero(examples.judged & ~examples.unsure)
    known = [place for place, code in enumerate(classes) if code != BACKGROUND]  # which is nobody's label
    guesses, codes = np.array(classes)[known][logits[rows][:, known].argmax(axis=1)], examples.codes[rows]
    common = [code for code, count in Counter(codes.tolist()).items() if count >= 10]
    return float((guesses == codes).mean()), mean_f1(codes, guesses, common)


def _fit_model(
    data: _Data,
    examples: Examples,
    training: npt.NDArray[np.int64],
    classes: tuple[str, ...],
    held_out: Floats,
) -> _Model:
    """The head on all training images; temperature and limits from what heads said of articles held out."""
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
        background=True,
        novelty=round(float(np.quantile(_held_out_distances(data, features, panels), 1 - _NOVEL_SHARE)), 3),
    )
    head = _with_prior(fit_head(CHOSEN, data.features, examples, training))
    return _Model(head, known, temperature, rejection, fit_novelty(features[panels], data.codes[panels]))


def _fit_temperature(logits: Floats, labels: npt.NDArray[np.int64]) -> float:
    """Where the confidence of held-out panels is nearest to their accuracy: (N, classes and the background) logits.

    Cross-entropy would ask how likely a panel is to be a panel, which depends on how many strangers train.
    """

    def error(temperature: float) -> float:
        known = softmax(logits / temperature)[:, :-1]
        return expected_calibration_error(known.max(axis=1), known.argmax(axis=1) == labels)

    return float(min(np.round(np.arange(0.5, 2.01, 0.05), 2), key=error))


def _with_prior(head: Head) -> Head:
    bias = head.bias.copy()
    bias[head.classes.index(BACKGROUND)] += _BACKGROUND_PRIOR
    return replace(head, bias=bias)


def _held_out_distances(data: _Data, features: Floats, panels: npt.NDArray[np.int64]) -> Floats:
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


def _network(model: _Model, weights: str) -> ResNet:
    """The trunk with the head's numbers in its linear layer: the classes, then the background."""
    network = build_spread(parse_variant(TRUNK), len(model.classes) + 1)
    start_from(network, load_file(weights), weights)
    order = [model.head.classes.index(code) for code in (*model.classes, BACKGROUND)]
    with torch.no_grad():
        network.fc.weight.copy_(torch.from_numpy(model.head.weight[order]))
        network.fc.bias.copy_(torch.from_numpy(model.head.bias[order]))
    return network.eval()


def _score(data: _Data, test: npt.NDArray[np.int64], guesses: Codes) -> Score:
    return score(data.codes[test], guesses[test], data.groups[test])


def _probe(data: _Data, examples: Examples, test: npt.NDArray[np.int64]) -> Score:
    """What everybody would try first: one linear layer on the means of the last maps, every panel counting the same."""
    rows = data.rows("published", "assembled")
    even = Examples(
        examples.codes, examples.groups, np.ones_like(examples.weights), examples.judged, examples.unsure
    )
    head = fit_head(PROBE, data.features, even, rows)
    return _score(data, test, np.array(head.classes)[head.logits(data.features).argmax(axis=1)])


def _counts(data: _Data) -> dict[str, Counter[str]]:
    return {kind: Counter(data.codes[data.rows(kind)].tolist()) for kind in (*_TAUGHT, "test")}


def _sources(data: _Data) -> list[tuple[str, str, int]]:
    used = Counter((p.source, p.licence) for p in data.panels if p.kind in _WEIGHTS)
    return [(source, licence, count) for (source, licence), count in sorted(used.items())]


def _confused(codes: Codes, guesses: Codes) -> list[tuple[str, str, int]]:
    wrong = Counter((str(a), str(b)) for a, b in zip(codes, guesses, strict=True) if a != b)
    return [(true, guess, count) for (true, guess), count in wrong.most_common(8)]


def _sources_of_panels(data: _Data) -> list[str]:
    """What is neither published nor a photograph, and has panels: the ready-made sets and the drawings."""
    return sorted(set(data.groups[data.rows("assembled", "drawn")].tolist()))


def _rejected(data: _Data, rejected: npt.NDArray[np.bool_]) -> dict[str, tuple[int, int]]:
    """How many there are of each kind of stranger, and of the real panels, and how many of them are rejected."""
    rows = {"test panels": data.tested}
    for group in sorted(set(data.groups[data.rows("stranger")].tolist())):
        rows[group] = np.flatnonzero((data.kinds == "stranger") & (data.groups == group))
    return {name: (len(found), int(rejected[found].sum())) for name, found in rows.items() if len(found)}


def _rejected_unseen(
    data: _Data, examples: Examples, model: _Model, texts: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """The same of the photographs of each package, by a head that saw none of that package; small ones go together."""
    photographs = data.rows("photograph")
    counts = Counter(data.groups[photographs].tolist())
    small = [package for package, count in counts.items() if count < _SMALL_PACKAGE]
    left_out = {package: [package] for package in sorted(counts) if package not in small}
    if small:
        left_out["all smaller packages"] = small
    found = {}
    for name, packages in left_out.items():
        there = photographs[np.isin(data.groups[photographs], packages)]
        others = np.setdiff1d(np.arange(len(data.codes)), there)
        head = _with_prior(fit_head(CHOSEN, data.features, examples, others))
        _, rejected = replace(model, head=head).predict(data, texts)
        found[f"photographs of {name}, left out of training"] = (len(there), int(rejected[there].sum()))
    return found


def _rejected_classes(data: _Data, rejected: npt.NDArray[np.bool_]) -> dict[str, tuple[int, int]]:
    """How many test panels of each class there are, and how many of them are rejected."""
    rows = data.tested
    return {
        str(code): (
            int((data.codes[rows] == code).sum()),
            int(rejected[rows][data.codes[rows] == code].sum()),
        )
        for code in np.unique(data.codes[rows])
    }
