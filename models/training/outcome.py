"""What a training leaves: calibrated, evaluated, written as a bundle with its card, its plots and its outcome."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import torch

from models.bundle.bundle import DESCRIPTION_FILE, BundleInfo, Calibration, Rejection
from models.bundle.card import ModelFacts, metrics, write_card
from models.bundle.description import Description
from models.bundle.serialization import save_bundle
from models.bundle.trained_on import KEY, pack_digests
from models.data.examples import compute_logits
from models.data.experiment import Prepared, Split
from models.data.imageclef import DataError
from models.errors import ModelError
from models.evaluation.calibration import fit_temperature, fit_threshold, softmax
from models.evaluation.evaluation import Evaluation, evaluate
from models.files import written_whole
from models.networks.resnet import parameter_counts
from models.training.plots import plot_confusion, plot_curves, plot_reliability
from models.training.recipes import Recipe
from models.training.settings import TrainSettings
from models.training.starting import start_identity, start_name
from models.training.training import Epoch, Fit

OUTCOME = "outcome.json"


class TrainedBeforeError(ModelError):
    """The very training that is asked for is finished: same data, network, recipe and seed."""


@dataclass(frozen=True, slots=True)
class TrainOutcome:
    """What a training made."""

    training: dict[str, Any]
    """What it was: see `describe`."""
    bundle: BundleInfo
    history: tuple[Epoch, ...]
    validation: Evaluation
    test: Evaluation | None
    test_labels: tuple[int, ...]
    """True classes, as indices, of the test images not marked unsure; -1 is a class unknown to the model."""
    test_predicted: tuple[int, ...]
    parameters: tuple[int, int]
    """All and the trained ones."""
    missing: tuple[str, ...]
    unreadable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Confidence:
    """What makes probabilities of logits, and when the model abstains."""

    temperature: float
    threshold: float


def finish(
    settings: TrainSettings,
    recipe: Recipe,
    prepared: Prepared,
    fit: Fit,
    device: torch.device,
    training: dict[str, Any],
) -> TrainOutcome:
    """Calibrates and evaluates the fitted network and writes all that is kept of it."""
    validation = prepared.examples("validation")
    logits = compute_logits(fit.network, validation, recipe.transform, device)
    temperature = fit_temperature(logits, validation.labels)
    threshold = fit_threshold(softmax(logits / temperature), validation.labels)
    calibration = Confidence(temperature, threshold)
    on_validation = _score(prepared, "validation", fit, recipe, device, calibration)
    if on_validation is None:
        raise DataError("every validation image is marked unsure; mark some that are sure")
    on_test = _score(prepared, "test", fit, recipe, device, calibration)
    test = on_test.evaluation if on_test else None
    bundle = _save(settings, recipe, prepared, fit, calibration, on_validation.evaluation, test)
    _draw(Path(settings.out) / "training", fit, test or on_validation.evaluation)
    return TrainOutcome(
        training=training,
        bundle=bundle,
        history=tuple(fit.history),
        validation=on_validation.evaluation,
        test=test,
        test_labels=on_test.labels if on_test else (),
        test_predicted=on_test.predicted if on_test else (),
        parameters=parameter_counts(fit.network),
        missing=prepared.missing,
        unreadable=prepared.unreadable,
    )


@dataclass(frozen=True, slots=True)
class Scored:
    """A split's scores with the labels and predictions behind them, as indices of the classes."""

    evaluation: Evaluation
    labels: tuple[int, ...]
    predicted: tuple[int, ...]


def _score(
    prepared: Prepared, split: Split, fit: Fit, recipe: Recipe, device: torch.device, calibration: Confidence
) -> Scored | None:
    """Scores the images of a split that are not marked unsure; None where there are none."""
    examples = prepared.examples(split, sure_only=True)
    if not len(examples):
        return None
    logits = compute_logits(fit.network, examples, recipe.transform, device)
    groups = [image.group or str(image.path) for image in prepared.images_of(split, sure_only=True)]
    probabilities = softmax(logits / calibration.temperature)
    scores = evaluate(probabilities, examples.labels, prepared.classes, groups, calibration.threshold)
    predicted = probabilities.argmax(axis=1)
    return Scored(scores, tuple(examples.labels.tolist()), tuple(predicted.tolist()))


def _save(
    settings: TrainSettings,
    recipe: Recipe,
    prepared: Prepared,
    fit: Fit,
    calibration: Confidence,
    validation: Evaluation,
    test: Evaluation | None,
) -> BundleInfo:
    name = settings.name or Path(settings.out).resolve().name
    description = Description(
        name=name,
        model=settings.model,
        classes=prepared.classes,
        transform=recipe.transform,
        calibration=Calibration(temperature=calibration.temperature),
        rejection=Rejection(threshold=calibration.threshold),
        training=_record(settings, recipe, prepared, fit),
        metrics={"validation": metrics(validation), "test": metrics(test) if test else None},
    )
    card = write_card(
        ModelFacts(
            name=name,
            model=settings.model,
            classes=prepared.classes,
            images=prepared.images,
            missing=len(prepared.missing),
            unreadable=len(prepared.unreadable),
            transform=recipe.transform,
            temperature=calibration.temperature,
            threshold=calibration.threshold,
            parameters=parameter_counts(fit.network)[0],
            command=settings.command or "flows.runs.training.train(...)",
            recipe=_recipe_text(settings, recipe),
            start_weights=start_name(settings.weights),
            seed=settings.seed,
            best_epoch=_best_epoch_text(fit),
            validation=validation,
            test=test,
            notes=settings.notes,
        )
    )
    return save_bundle(settings.out, description, fit.network, card)


def _record(settings: TrainSettings, recipe: Recipe, prepared: Prepared, fit: Fit) -> dict[str, object]:
    """What model.json says of the training; no path of this machine but the data's as they were given."""
    return {
        "command": settings.command,
        "data": list(settings.data),
        "where": {column: list(values) for column, values in settings.where},
        "preset": settings.preset,
        "recipe": asdict(recipe),
        "start_weights": start_name(settings.weights),
        "start_weights_identity": start_identity(settings.model, settings.weights),
        "data_key": prepared.key,
        KEY: pack_digests(_digests(prepared)),
        "freeze": settings.freeze,
        "seed": settings.seed,
        "images": {
            split: dict(
                sorted(Counter(image.code for image in prepared.images if image.split == split).items())
            )
            for split in ("train", "validation", "test")
        },
        "missing": len(prepared.missing),
        "unreadable": len(prepared.unreadable),
        "epochs": fit.history[-1].epoch,
        "best_epoch": fit.best.epoch,
    }


def _digests(prepared: Prepared) -> list[str]:
    """Of the files that trained or validated."""
    images = zip(prepared.rows, prepared.images, strict=True)
    return [prepared.canvases.digests[row] for row, image in images if image.split != "test"]


def _recipe_text(settings: TrainSettings, recipe: Recipe) -> str:
    frozen = f", nothing trained before {settings.freeze}" if settings.freeze else ""
    return (
        f"preset `{settings.preset}`, {recipe.epochs} epochs, {recipe.optimiser} at {recipe.learning_rate:g} "
        f"({recipe.schedule}), batches of {recipe.batch_size}{frozen}; rare classes repeated up to "
        f"{recipe.oversample:.0%} of the largest."
    )


def _best_epoch_text(fit: Fit) -> str:
    criterion = {
        "loss": "the lowest validation loss",
        "accuracy": "the highest validation accuracy",
        "macro_f1": "the highest validation macro-F1",
    }[fit.select]
    value = getattr(fit.best, f"validation_{fit.select}")
    return f"Kept: epoch {fit.best.epoch} of {fit.history[-1].epoch}, {criterion} ({value:.4f})."


def check_unfinished(file: Path, training: dict[str, Any], bundle: Path) -> None:
    """Raises TrainedBeforeError where the outcome in `file` is that of this training and its bundle is there."""
    try:
        known = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return
    if (
        isinstance(known, dict)
        and known.get("training") == training
        and (bundle / DESCRIPTION_FILE).is_file()
    ):
        raise TrainedBeforeError(
            f"{bundle} holds this very training already (validation accuracy {known['validation_accuracy']:.3f}): "
            "nothing was done. Other data, settings or another --seed train anew"
        )


def record_outcome(outcome: TrainOutcome, file: Path) -> None:
    """What the study keeps of a training, so that it is not lost with the process."""
    content = {
        "training": outcome.training,
        "test_labels": outcome.test_labels,
        "test_predicted": outcome.test_predicted,
        "parameters": outcome.parameters,
        "validation_accuracy": outcome.validation.accuracy,
    }
    with written_whole(file) as aside:
        aside.write_text(json.dumps(content) + "\n", encoding="utf-8")


def _draw(work: Path, fit: Fit, scores: Evaluation) -> None:
    """Learning curves as CSV and PNG, confusion matrix and reliability as PNG."""
    with (work / "curves.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, [f.name for f in fields(Epoch)])
        writer.writeheader()
        writer.writerows(asdict(epoch) for epoch in fit.history)
    plot_curves(fit.history, fit.best, work / "curves.png")
    plot_confusion(scores, work / "confusion.png")
    plot_reliability(scores, work / "reliability.png")
