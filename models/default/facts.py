"""What the default bundle's card is told: its data, how well it labels, and what it rejects."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from models.default.card import Codes, PanelScores, score
from models.default.head import LabelledFeatures, Readout, fit_head
from models.default.model import DefaultModel, fit_chosen_head
from models.default.panels import TAUGHT, Flags, PanelArrays
from models.evaluation.evaluation import Evaluation, evaluate

PROBE = Readout("b3-1", ("b3-1",))

_SMALL_PACKAGE = 50
"""Photographs, below which a package is not judged by itself."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the model says of all N panels, and how far that is right."""

    guesses: Codes
    """(N,) classes, from image and caption."""
    guesses_alone: Codes
    """(N,) classes, from the image alone."""
    rejected: Flags
    evaluation: Evaluation
    """Of the test panels, with captions."""


def judge(data: PanelArrays, model: DefaultModel) -> Judgement:
    """Labels every panel, and evaluates the labels of the test panels."""
    seen, rejected = model.predict(data, data.texts)
    alone, _ = model.predict(data, [""] * len(data.panels))
    test, classes = data.tested, np.array(model.classes)
    labels = np.array([model.classes.index(c) if c in model.classes else -1 for c in data.codes[test]])
    groups = data.groups[test].tolist()
    evaluation = evaluate(seen[test], labels, model.classes, groups, rejected=rejected[test])
    return Judgement(classes[seen.argmax(axis=1)], classes[alone.argmax(axis=1)], rejected, evaluation)


def measure_scores(
    data: PanelArrays, examples: LabelledFeatures, judgement: Judgement
) -> dict[str, PanelScores]:
    """The test panels' scores by the plain probe and by the bundle, without captions and with them."""
    return {
        "linear probe on the frozen trunk, no drawings, no captions": _probe(data, examples),
        "this bundle, image alone": _score(data, judgement.guesses_alone),
        "this bundle, with captions": _score(data, judgement.guesses),
    }


def count_images(data: PanelArrays) -> dict[str, Counter[str]]:
    """Per kind of data, the images of each class."""
    return {kind: Counter(data.codes[data.rows(kind)].tolist()) for kind in (*TAUGHT, "test")}


def count_sources(data: PanelArrays) -> list[tuple[str, str, int]]:
    """The (source, licence, images) of all that trains."""
    used = Counter((p.source, p.licence) for p in data.panels if p.kind in TAUGHT)
    return [(source, licence, count) for (source, licence), count in sorted(used.items())]


def list_sets(data: PanelArrays) -> list[str]:
    """What is neither published nor a photograph, and has panels: the ready-made sets and the drawings."""
    return sorted(set(data.groups[data.rows("assembled", "drawn")].tolist()))


def count_confused(codes: Codes, guesses: Codes) -> list[tuple[str, str, int]]:
    """The most frequent (true class, guess, how often) among (N,) wrong guesses."""
    wrong = Counter((str(a), str(b)) for a, b in zip(codes, guesses, strict=True) if a != b)
    return [(true, guess, count) for (true, guess), count in wrong.most_common(8)]


def count_rejected(data: PanelArrays, rejected: Flags) -> dict[str, tuple[int, int]]:
    """How many there are of each kind of stranger, and of the real panels, and how many of them are rejected."""
    rows = {"test panels": data.tested}
    for group in sorted(set(data.groups[data.rows("stranger")].tolist())):
        rows[group] = np.flatnonzero((data.kinds == "stranger") & (data.groups == group))
    return {name: (len(found), int(rejected[found].sum())) for name, found in rows.items() if len(found)}


def count_rejected_unseen(
    data: PanelArrays, examples: LabelledFeatures, model: DefaultModel
) -> dict[str, tuple[int, int]]:
    """The same of the photographs of each package, by a head that saw none of that package; small ones go together."""
    photographs = data.rows("photograph")
    found = {}
    for name, packages in _packages(data.groups[photographs]).items():
        there = photographs[np.isin(data.groups[photographs], packages)]
        others = np.setdiff1d(np.arange(len(data.codes)), there)
        head = fit_chosen_head(data.features, examples, others)
        _, rejected = replace(model, head=head).predict(data, data.texts)
        found[f"photographs of {name}, left out of training"] = (len(there), int(rejected[there].sum()))
    return found


def count_rejected_classes(data: PanelArrays, rejected: Flags) -> dict[str, tuple[int, int]]:
    """How many test panels of each class there are, and how many of them are rejected."""
    rows = data.tested
    return {
        str(code): (
            int((data.codes[rows] == code).sum()),
            int(rejected[rows][data.codes[rows] == code].sum()),
        )
        for code in np.unique(data.codes[rows])
    }


def _packages(groups: Codes) -> dict[str, list[str]]:
    """What to leave out at a time: each package that is large enough, and all others together."""
    counts = Counter(groups.tolist())
    small = [package for package, count in counts.items() if count < _SMALL_PACKAGE]
    left_out = {package: [package] for package in sorted(counts) if package not in small}
    if small:
        left_out["all smaller packages"] = small
    return left_out


def _score(data: PanelArrays, guesses: Codes) -> PanelScores:
    test = data.tested
    return score(data.codes[test], guesses[test], data.groups[test])


def _probe(data: PanelArrays, examples: LabelledFeatures) -> PanelScores:
    """What everybody would try first: one linear layer on the means of the last maps, every panel counting the same."""
    rows = data.rows("published", "assembled")
    even = LabelledFeatures(
        examples.codes, examples.groups, np.ones_like(examples.weights), examples.judged, examples.unsure
    )
    head = fit_head(PROBE, data.features, even, rows)
    return _score(data, np.array(head.classes)[head.logits(data.features).argmax(axis=1)])
