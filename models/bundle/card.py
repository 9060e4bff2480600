"""The model card of a bundle, README.md, written from what training knows: nothing is claimed that was not measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.data.imageclef import LabelledImage
from models.evaluation.evaluation import Evaluation, Interval
from models.taxonomy import name
from models.transforms import Transform


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """All that a card says."""

    name: str
    model: str
    classes: Sequence[str]
    images: Sequence[LabelledImage]
    missing: int
    unreadable: int
    transform: Transform
    temperature: float
    threshold: float
    parameters: int
    command: str
    recipe: str
    start_weights: str
    seed: int
    best_epoch: str
    validation: Evaluation
    test: Evaluation | None
    notes: str = ""


def write_card(facts: ModelFacts) -> str:
    """Markdown."""
    parts = [
        f"# {facts.name}: {facts.model}, {len(facts.classes)} classes",
        facts.notes,
        _use(facts),
        _data(facts),
        _training(facts),
        "## Quality",
        quality(
            "Validation split (the best epoch, temperature and threshold were chosen on it)", facts.validation
        ),
        quality("Test split (trained, calibrated and stopped without it)", facts.test)
        if facts.test
        else "No test split was given.",
        _limits(facts),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _use(facts: ModelFacts) -> str:
    size = facts.transform.size
    return (
        f"## Use\n\nNames the modality of one subfigure ({facts.parameters:,} parameters, input {size} x {size} "
        f"pixels, `{facts.transform.fit}`). Logits are divided by temperature {facts.temperature} before the "
        f"softmax; below {facts.threshold} the model abstains."
    )


def _data(facts: ModelFacts) -> str:
    lines = ["## Data", "", "Images per class and split:", ""]
    lines += ["| class | | train | validation | test |", "|---|---|---|---|---|"]
    counts = Counter((image.code, image.split) for image in facts.images)
    for code in sorted({image.code for image in facts.images}):
        cells = " | ".join(str(counts[code, split]) for split in ("train", "validation", "test"))
        known = "" if code in facts.classes else " (not a class of this model)"
        lines.append(f"| {code} | {name(code)}{known} | {cells} |")
    lines += ["", "Images by source and licence (train and validation):", "", "| source | licence | images |"]
    lines += ["|---|---|---|"]
    used = Counter((image.source, image.licence) for image in facts.images if image.split != "test")
    lines += [
        f"| {source} | {licence or 'not stated'} | {n} |" for (source, licence), n in sorted(used.items())
    ]
    if facts.missing or facts.unreadable:
        lines += ["", f"Listed but missing: {facts.missing}; unreadable: {facts.unreadable}."]
    return "\n".join(lines)


def _training(facts: ModelFacts) -> str:
    return (
        f"## Training\n\nStart weights: {facts.start_weights}. Seed {facts.seed}. {facts.best_epoch}\n\n"
        f"Recipe: {facts.recipe}\n\nMade by:\n\n```\n{facts.command}\n```"
    )


def quality(title: str, scores: Evaluation) -> str:
    """The scores as a section of Markdown."""
    lines = [
        f"### {title}",
        "",
        f"{scores.images} images, of which {scores.unknown} of classes that the model does not have (wrong in every "
        "score); 95% bootstrap intervals over articles where these are known.",
        "",
        f"- accuracy {_with(scores.accuracy, scores.accuracy_interval)}",
        f"- macro-F1 {_with(scores.macro_f1, scores.macro_f1_interval)} over the model's classes that have images here",
        f"- expected calibration error {_with(scores.ece, scores.ece_interval)}",
        f"- abstains on {scores.rejected:.1%}; accuracy on the others {scores.accuracy_kept:.3f}",
        "",
        "| class | images | precision | recall | F1 |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {c.code} | {c.support} | {_cell(c.precision)} | {_cell(c.recall)} | {_cell(c.f1)} |"
        for c in scores.classes
    ]
    lines += ["", "| mean confidence | accuracy | share of images |", "|---|---|---|"]
    lines += [f"| {mean:.2f} | {right:.2f} | {share:.2f} |" for mean, right, share in scores.reliability]
    return "\n".join(lines)


def _limits(facts: ModelFacts) -> str:
    counts = Counter(image.code for image in facts.images if image.split == "train")
    few = [f"{code} ({counts[code]})" for code in facts.classes if counts[code] < 50]
    lines = ["## Limits", ""]
    if few:
        lines.append(
            f"- Classes with fewer than 50 training images, not to be trusted alone: {', '.join(few)}."
        )
    tested = {c.code for c in (facts.test or facts.validation).classes if c.support >= 20}
    untested = [code for code in facts.classes if code not in tested]
    if untested:
        lines.append(
            f"- Fewer than 20 held-out images, so that quality is barely known: {', '.join(untested)}."
        )
    lines.append(
        "- An image of a class that is not in the list gets one of the list's names, at best rejected."
    )
    return "\n".join(lines)


def metrics(scores: Evaluation) -> Mapping[str, Any]:
    """The scores as model.json keeps them."""
    return {
        "images": scores.images,
        "unknown": scores.unknown,
        "accuracy": _pack(scores.accuracy, scores.accuracy_interval),
        "macro_f1": _pack(scores.macro_f1, scores.macro_f1_interval),
        "ece": _pack(scores.ece, scores.ece_interval),
        "rejected": round(scores.rejected, 4),
        "classes": {
            c.code: {"images": c.support, **_finite(precision=c.precision, recall=c.recall, f1=c.f1)}
            for c in scores.classes
            if c.support
        },
    }


def headlines(metrics: Mapping[str, Any]) -> list[str]:
    """A line for each split of a bundle's metrics: how many images, and the scores with their 95% intervals."""
    return [
        f"{split}, {scores['images']} images: "
        + ", ".join(f"{title} {_with(value[0], value[1:])}" for title, value in _headline(scores))
        for split, scores in metrics.items()
    ]


def _headline(scores: Mapping[str, Any]) -> list[tuple[str, list[float]]]:
    titles = {"accuracy": "accuracy", "macro_f1": "macro-F1", "ece": "calibration error"}
    return [(title, scores[key]) for key, title in titles.items()]


def _finite(**values: float) -> dict[str, float | None]:
    """Rounded for JSON, which has no NaN."""
    return {key: None if value != value else round(value, 4) for key, value in values.items()}


def _pack(value: float, interval: Interval) -> list[float]:
    return [round(value, 4), round(interval[0], 4), round(interval[1], 4)]


def _with(value: float, interval: Sequence[float]) -> str:
    return f"{value:.3f} ({interval[0]:.3f} to {interval[1]:.3f})"


def _cell(value: float) -> str:
    return "–" if value != value else f"{value:.3f}"
