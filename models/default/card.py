"""The default bundle's model card, in the form of Hugging Face's: every number in it was measured by the build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.bundle.card import quality
from models.evaluation.evaluation import Evaluation
from models.taxonomy import MICROSCOPY, name

Codes = npt.NDArray[np.str_]
Interval = tuple[float, float]

_RESAMPLES = 1000
_LEAST = 10
"""Classes with fewer images are left out of the card's macro-F1: their F1 is chance."""


@dataclass(frozen=True, slots=True)
class PanelScores:
    """One way of labelling on the test panels, each value with its 95% bootstrap interval over articles."""

    accuracy: tuple[float, Interval]
    macro_f1: tuple[float, Interval]
    microscopy_f1: tuple[float, Interval]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultCard:
    """All that the card says."""

    name: str
    model: str
    classes: Sequence[str]
    parameters: int
    temperature: float
    threshold: float
    novelty: float
    caption_weight: float
    seed: int
    command: str
    counts: Mapping[str, Counter[str]]
    """Per kind of data, the images of each class."""
    sources: Sequence[tuple[str, str, int]]
    comparison: Sequence[tuple[str, int, float, float]]
    """(readout, features, accuracy, macro-F1) in cross-validation over the published training articles."""
    left_out: Sequence[tuple[str, int, float]]
    scores: Mapping[str, PanelScores]
    test: Evaluation
    confused: Sequence[tuple[str, str, int]]
    rejected: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Kind of image -> how many, and how many of them are rejected."""
    rejected_classes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """The same of each class's test panels."""


def score(codes: Codes, guesses: Codes, groups: Codes) -> PanelScores:
    """Scores (N,) guesses against (N,) true codes; the bootstrap draws whole groups and keeps the set of classes."""
    counts = Counter(codes.tolist())
    common = [code for code, count in sorted(counts.items()) if count >= _LEAST]
    micro = [code for code in MICROSCOPY if counts[code]]
    numbers = np.unique(groups, return_inverse=True)[1]
    members = [np.flatnonzero(numbers == number) for number in range(int(numbers.max()) + 1)]
    generator = np.random.default_rng(0)
    samples = [
        np.concatenate([members[i] for i in generator.integers(len(members), size=len(members))])
        for _ in range(_RESAMPLES)
    ]

    def measured(value: Callable[[Codes, Codes], float]) -> tuple[float, Interval]:
        low, high = np.nanpercentile([value(codes[s], guesses[s]) for s in samples], [2.5, 97.5])
        return float(value(codes, guesses)), (float(low), float(high))

    return PanelScores(
        measured(lambda true, guess: float((true == guess).mean())),
        measured(lambda true, guess: mean_f1(true, guess, common)),
        measured(lambda true, guess: mean_f1(true, guess, micro)),
    )


def mean_f1(codes: Codes, guesses: Codes, classes: Sequence[str]) -> float:
    """Mean F1 of `classes`; one that neither occurs nor is guessed in the sample says nothing and is left out."""
    found = []
    for code in classes:
        true, guessed = codes == code, guesses == code
        if true.any() or guessed.any():
            found.append(2 * (true & guessed).sum() / (true.sum() + guessed.sum()))
    return float(np.mean(found)) if found else float("nan")


def write_default_card(card: DefaultCard) -> str:
    """Markdown, with the metadata block that model hubs read."""
    sections = (_head, _use, _data, _choice, _quality, _rejection, _failures, _rebuild)
    return "\n\n".join(section(card) for section in sections) + "\n"


def _head(card: DefaultCard) -> str:
    accuracy = card.scores["this bundle, with captions"].accuracy[0]
    return f"""---
license: cc-by-4.0
library_name: figmill
pipeline_tag: image-classification
tags: [biomedical-figures, modality, imageclef, microscopy]
metrics: [{{name: accuracy, value: {accuracy:.3f}}}]
---

# {card.name}: {card.model}, {len(card.classes)} classes"""


def _use(card: DefaultCard) -> str:
    return f"""## Use

Names the modality of one subfigure of a biomedical paper as an ImageCLEF 2016 code ({card.parameters:,}
parameters, input 224 x 224 pixels, stretched). The network is a ResNet-18 cut after its third block, its last
maps read by the mean and the spread of each channel.

- Logits are divided by temperature {card.temperature:g} before the softmax, chosen where the confidence of held-out
  training panels is nearest to their accuracy. A hidden output takes the probability of what is no figure's panel,
  so a row's probabilities may sum to less than 1.
- A caption or subcaption that names exactly one modality adds {card.caption_weight:g} to that class's log-odds
  (`figmill label --no-captions` leaves captions aside).
- It abstains (`rejected`) below a confidence of {card.threshold:g}, and where the features lie further than
  {card.novelty:.2f} from every class of the training images (squared Mahalanobis distance per feature), and on
  blank pictures.

Meant for search and curation, where a wrong label costs a click. Not for diagnosis, and not as the only judge of
anything. Photographs of people, animals, things and places are mostly rejected, also where a paper prints them
(GNCP)."""


def _data(card: DefaultCard) -> str:
    kinds = list(card.counts)
    lines = ["## Data", "", f"| class | | {' | '.join(kinds)} |", "|---|---|" + "---|" * len(kinds)]
    codes = sorted({code for counts in card.counts.values() for code in counts})
    for code in codes:
        known = "" if code in card.classes else " (no class of this bundle)"
        cells = " | ".join(str(card.counts[kind][code]) for kind in kinds)
        lines.append(f"| {code} | {name(code)}{known} | {cells} |")
    lines += [
        "",
        "Published and assembled panels carry CC-BY, permissive or CC0 terms; panels that a caption credits to another "
        "source are left out. Test panels come from other articles than training panels. Drawn panels are made by "
        "`models/default/drawings`. Photographs that train are public domain, CC0, CC-BY or permissive, each file by "
        "itself (`models/default/photographs.csv`), and count five times: whole, three parts, and a thumbnail. Panels "
        "marked unsure train but are not scored.",
        "",
        "| source | licence | training images |",
        "|---|---|---|",
    ]
    lines += [f"| {source} | {licence} | {count} |" for source, licence, count in card.sources]
    return "\n".join(lines)


def _choice(card: DefaultCard) -> str:
    lines = [
        "## How the network was chosen",
        "",
        "Five-fold cross-validation over the published training articles (whole articles held out; assembled and drawn "
        "panels always train). The trunk keeps its ImageNet weights. Hierarchical: the group is read at the first "
        "unit, the class within it at the second, as the paper proposes.",
        "",
        "| read at | features | accuracy | macro-F1 |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {label} | {size} | {accuracy:.3f} | {f1:.3f} |" for label, size, accuracy, f1 in card.comparison
    ]
    lines += [
        "",
        "Leave one source out: accuracy on a ready-made set by a head that never saw it. Low numbers say that the "
        "class is known from that source more than from its looks.",
        "",
        "| source left out | images | accuracy |",
        "|---|---|---|",
    ]
    lines += [f"| {source} | {count} | {accuracy:.3f} |" for source, count, accuracy in card.left_out]
    return "\n".join(lines)


def _quality(card: DefaultCard) -> str:
    lines = [
        "## Quality",
        "",
        "On published panels that training never saw; 95% bootstrap intervals over articles. Macro-F1 is over the "
        f"classes with {_LEAST} panels or more, microscopy F1 the mean of {', '.join(MICROSCOPY)}. Panels of the gold "
        "papers have captions, the others none.",
        "",
        "| | accuracy | macro-F1 | microscopy F1 |",
        "|---|---|---|---|",
    ]
    for label, found in card.scores.items():
        cells = (found.accuracy, found.macro_f1, found.microscopy_f1)
        lines.append(f"| {label} | {' | '.join(_with(*cell) for cell in cells)} |")
    return "\n".join([*lines, "", quality("This bundle, with captions", card.test)])


def _rejection(card: DefaultCard) -> str:
    lines = [
        "## What it rejects",
        "",
        "With 95% Wilson intervals, which take each image for itself. Training saw nothing of the packages that the "
        "photographs come from, nor of those of the validation photographs, by which the photographs that train and "
        "their parts were chosen (`models/default/photographs.csv`); those of a package left out are rejected by a "
        "head fitted without that package, with this bundle's limits. The weight of photographs, the background's "
        "prior and the share that may be rejected were chosen among a few values with the rows up to textures in "
        "view. A picture of one colour but for its rim and some specks is blank, and rejected whatever the network "
        "says.",
        "",
        "| images | number | rejected |",
        "|---|---|---|",
    ]
    lines += [
        f"| {kind} | {count} | {_share(hits, count)} |" for kind, (count, hits) in card.rejected.items()
    ]
    lines += ["", "Of the test panels, by class:", "", "| class | panels | rejected |", "|---|---|---|"]
    lines += [f"| {code} | {count} | {hits} |" for code, (count, hits) in card.rejected_classes.items()]
    return "\n".join(lines)


def _failures(card: DefaultCard) -> str:
    lines = ["## Where it fails", "", "The most frequent mistakes on the test panels:", ""]
    lines += [
        f"- {name(true)} ({true}) called {name(guess)} ({guess}): {count}"
        for true, guess, count in card.confused
    ]
    few = [c.code for c in card.test.classes if c.support < _LEAST]
    lines += [
        "",
        f"Barely or not tested, fewer than {_LEAST} panels: {', '.join(few)}. Classes known from drawings alone "
        "(signals, formulas, program listings, tables) are known as those drawings look. An image of a modality that "
        "is not in the list gets one of the list's names, at best rejected.",
    ]
    return "\n".join(lines)


def _rebuild(card: DefaultCard) -> str:
    return f"## Rebuild\n\nSeed {card.seed}, on a CPU:\n\n```\n{card.command}\n```"


def _with(value: float, interval: Interval) -> str:
    return f"{value:.3f} ({interval[0]:.3f} to {interval[1]:.3f})"


def _share(hits: int, count: int) -> str:
    """Percent with its 95% Wilson interval."""
    from scipy.stats import (
        binomtest,  # takes a second or more to import, and only a card that is written needs it
    )

    interval = binomtest(hits, count).proportion_ci(confidence_level=0.95, method="wilson")
    return f"{hits / count:.1%} ({interval.low:.1%} to {interval.high:.1%})"
