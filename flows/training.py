"""Labelled images in, bundle out: the orchestration of `figmill train`, without Prefect.

Made in OUT: the bundle (model.safetensors, model.json, README.md) and `training/` with the learning curves, the
plots and, while it runs, the checkpoint from which a killed training goes on.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Literal

import torch
from torch import nn

from models.bundle import BundleInfo, Description, Rejection, save_bundle
from models.calibration import fit_temperature, fit_threshold, softmax
from models.card import CardFacts, metrics, write_card
from models.devices import Device, choose_device
from models.evaluation import Evaluation, evaluate
from models.examples import compute_logits
from models.experiment import Prepared, Split, prepare, start_network
from models.imageclef import read_data
from models.networks import HEAD_ONLY
from models.plots import plot_confusion, plot_curves, plot_reliability
from models.recipes import PRESETS, Recipe
from models.resnet import parameter_counts
from models.splits import assign_splits
from models.training import Epoch, Fit, Trainer, fit_head_only

Preset = Literal["paper", "fast"]
CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """All that a training depends on: the CLI, the flow's parameters and the deployment share it.

    `data`, `images` and `where` are as in `models.imageclef`; `weights` and `freeze` as in `models.experiment`.
    None leaves a number to the preset.
    """

    data: tuple[str, ...]
    out: str
    model: str = "resnet18:b3-1"
    name: str | None = None
    images: str | None = None
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    preset: Preset = "paper"
    weights: str = "imagenet"
    freeze: str | None = None
    epochs: int | None = None
    learning_rate: float | None = None
    batch_size: int | None = None
    seed: int = 0
    validation: float = 0.2
    min_images: int | None = None
    device: Device = "auto"
    cache: str | None = None
    mlflow: bool = False
    command: str = ""
    """How the user called it, for the card."""
    notes: str = ""
    """A paragraph for the card."""


@dataclass(frozen=True, slots=True)
class TrainOutcome:
    """What a training made."""

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
class Calibration:
    """What makes probabilities of logits, and when the model abstains."""

    temperature: float
    threshold: float


class TrainListener:
    """Hears how a training goes; the default listens to nothing."""

    def prepared(self, prepared: Prepared) -> None:
        """The data are read and decoded."""

    def decoding(self, done: int, total: int) -> None:
        """Images decoded so far."""

    def epoch(self, epoch: Epoch, total: int) -> None:
        """An epoch has ended."""

    def finished(self, outcome: TrainOutcome) -> None:
        """The bundle is written."""


def train(settings: TrainSettings, listener: TrainListener | None = None) -> TrainOutcome:
    """Trains, calibrates, evaluates and writes the bundle.

    Raises ValueError (DataError, UnknownModelError, WeightsError, DeviceError) with a line for the user.
    """
    hears = listener or TrainListener()
    device = choose_device(settings.device)
    recipe = recipe_of(settings)
    prepared = prepare_data(settings, recipe, hears)
    network = start_network(
        settings.model, prepared.classes, settings.weights, settings.seed, settings.freeze
    )
    work = Path(settings.out) / "training"
    work.mkdir(parents=True, exist_ok=True)
    fit = _fit(network, settings, recipe, prepared, device, hears)
    outcome = _finish(settings, recipe, prepared, fit, device)
    (work / CHECKPOINT).unlink(missing_ok=True)
    hears.finished(outcome)
    return outcome


def _fit(
    network: nn.Module,
    settings: TrainSettings,
    recipe: Recipe,
    prepared: Prepared,
    device: torch.device,
    listener: TrainListener,
) -> Fit:
    """Trains by gradients, or fits the head alone where the model asks for that."""
    examples = prepared.examples("train"), prepared.examples("validation")
    if settings.model in HEAD_ONLY:
        fit = fit_head_only(network, recipe, *examples, device, svm=settings.model.endswith(":svm"))
        listener.epoch(fit.best, 1)
        return fit
    tinted = tuple(i for i, code in enumerate(prepared.classes) if code in recipe.augmentation.tinted)
    what = (
        f"{settings.model} {settings.freeze} {settings.weights} {' '.join(prepared.classes)} {prepared.key}"
    )
    trainer = Trainer(network, recipe, settings.seed, device, tinted, what)
    checkpoint = Path(settings.out) / "training" / CHECKPOINT
    return trainer.fit(*examples, checkpoint, lambda epoch: listener.epoch(epoch, recipe.epochs))


def recipe_of(settings: TrainSettings) -> Recipe:
    """The preset with the settings' own numbers."""
    own = {
        key: value
        for key in ("epochs", "learning_rate", "batch_size")
        if (value := getattr(settings, key)) is not None
    }
    return replace(PRESETS[settings.preset], **own)


def prepare_data(settings: TrainSettings, recipe: Recipe, listener: TrainListener) -> Prepared:
    """Reads, splits and decodes the labelled images."""
    images = Path(settings.images) if settings.images else None
    data = read_data(settings.data, images, dict(settings.where))
    split = assign_splits(data, settings.validation, settings.seed, settings.min_images)
    cache = Path(settings.cache) if settings.cache else None
    prepared = prepare(split, recipe.transform, cache, listener.decoding)
    listener.prepared(prepared)
    return prepared


def _finish(
    settings: TrainSettings, recipe: Recipe, prepared: Prepared, fit: Fit, device: torch.device
) -> TrainOutcome:
    """Calibrates and evaluates the fitted network and writes all that is kept of it."""
    validation = prepared.examples("validation")
    logits = compute_logits(fit.network, validation, recipe.transform, device)
    temperature = fit_temperature(logits, validation.labels)
    threshold = fit_threshold(softmax(logits / temperature), validation.labels)
    calibration = Calibration(temperature, threshold)
    on_validation = _score(prepared, "validation", fit, recipe, device, calibration)
    if on_validation is None:
        raise ValueError("every validation image is marked unsure; mark some that are sure")
    on_test = _score(prepared, "test", fit, recipe, device, calibration)
    test = on_test.evaluation if on_test else None
    bundle = _save(settings, recipe, prepared, fit, calibration, on_validation.evaluation, test)
    _draw(Path(settings.out) / "training", fit, test or on_validation.evaluation)
    return TrainOutcome(
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
    prepared: Prepared, split: Split, fit: Fit, recipe: Recipe, device: torch.device, calibration: Calibration
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
    calibration: Calibration,
    validation: Evaluation,
    test: Evaluation | None,
) -> BundleInfo:
    name = settings.name or Path(settings.out).resolve().name
    description = Description(
        name=name,
        model=settings.model,
        classes=prepared.classes,
        transform=recipe.transform,
        temperature=calibration.temperature,
        rejection=Rejection(threshold=calibration.threshold),
        training=_record(settings, recipe, prepared, fit),
        metrics={"validation": metrics(validation), "test": metrics(test) if test else None},
    )
    card = write_card(
        CardFacts(
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
            command=settings.command or "flows.training.train(...)",
            recipe=_recipe_text(settings, recipe),
            start_weights=Path(settings.weights).name,
            seed=settings.seed,
            best_epoch=f"Kept: epoch {fit.best.epoch} of {fit.history[-1].epoch}, the lowest validation loss "
            f"({fit.best.validation_loss:.4f}).",
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
        "start_weights": Path(settings.weights).name,
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


def _recipe_text(settings: TrainSettings, recipe: Recipe) -> str:
    frozen = f", nothing trained before {settings.freeze}" if settings.freeze else ""
    return (
        f"preset `{settings.preset}`, {recipe.epochs} epochs, {recipe.optimiser} at {recipe.learning_rate:g} "
        f"({recipe.schedule}), batches of {recipe.batch_size}{frozen}; rare classes repeated up to "
        f"{recipe.oversample:.0%} of the largest."
    )


def _draw(work: Path, fit: Fit, scores: Evaluation) -> None:
    """Learning curves as CSV and PNG, confusion matrix and reliability as PNG."""
    with (work / "curves.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, [f.name for f in fields(Epoch)])
        writer.writeheader()
        writer.writerows(asdict(epoch) for epoch in fit.history)
    plot_curves(fit.history, work / "curves.png")
    plot_confusion(scores, work / "confusion.png")
    plot_reliability(scores, work / "reliability.png")
