"""Labelled images in, bundle out: the orchestration of `figmill train`, without Prefect.

Made in OUT: the bundle (model.safetensors, model.json, README.md) and `training/` with the learning curves, the
plots, the outcome (outcome.json) and, while it runs, the checkpoint from which a killed training goes on.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

from flows.runs.training_outcome import OUTCOME, TrainOutcome, finish, record_outcome
from flows.runs.training_settings import TrainSettings, recipe_of
from models.data.experiment import Prepared, prepare
from models.data.imageclef import read_data
from models.data.splits import assign_splits
from models.devices import choose_device
from models.networks.build import HEAD_ONLY
from models.training.checkpoints import Checkpoint
from models.training.recipes import Recipe
from models.training.starting import check_start, start_identity, start_network
from models.training.training import Epoch, Fit, Trainer, fit_head_only

CHECKPOINT = "checkpoint.pt"


class TrainReporter:
    """Hears how a training goes; the default listens to nothing."""

    def prepared(self, prepared: Prepared) -> None:
        """The data are read and decoded."""

    def decoding(self, done: int, total: int) -> None:
        """Images decoded so far."""

    def resumed(self, epoch: int) -> None:
        """A killed training goes on after this epoch."""

    def epoch(self, epoch: Epoch, total: int) -> None:
        """An epoch has ended."""

    def finished(self, outcome: TrainOutcome) -> None:
        """The bundle is written."""


def train(settings: TrainSettings, reporter: TrainReporter | None = None) -> TrainOutcome:
    """Trains, calibrates, evaluates and writes the bundle.

    Raises ModelError (DataError, UnknownModelError, WeightsError, ...) with a line for the user.
    """
    hears = reporter or TrainReporter()
    device = choose_device(settings.device)
    recipe = recipe_of(settings)
    check_start(settings.model, settings.weights)
    prepared = prepare_data(settings, recipe, hears)
    network = start_network(
        settings.model, prepared.classes, settings.weights, settings.seed, settings.freeze
    )
    work = Path(settings.out) / "training"
    work.mkdir(parents=True, exist_ok=True)
    (work / OUTCOME).unlink(missing_ok=True)
    training = describe(settings, recipe, prepared)
    checkpoint = Checkpoint(work / CHECKPOINT)
    fit = _fit(network, settings, recipe, prepared, device, hears, json.dumps(training), checkpoint)
    outcome = finish(settings, recipe, prepared, fit, device, training)
    record_outcome(outcome, work / OUTCOME)
    checkpoint.remove()
    hears.finished(outcome)
    return outcome


def describe(settings: TrainSettings, recipe: Recipe, prepared: Prepared) -> dict[str, Any]:
    """What a training depends on, as JSON has it: two trainings of one description end with the same network."""
    description = {
        "model": settings.model,
        "freeze": settings.freeze,
        "start_weights": start_identity(settings.model, settings.weights),
        "seed": settings.seed,
        "data": prepared.key,
        "classes": prepared.classes,
        "recipe": asdict(recipe),
    }
    plain: dict[str, Any] = json.loads(json.dumps(description))
    return plain


def _fit(
    network: nn.Module,
    settings: TrainSettings,
    recipe: Recipe,
    prepared: Prepared,
    device: torch.device,
    reporter: TrainReporter,
    what: str,
    checkpoint: Checkpoint,
) -> Fit:
    """Trains by gradients, or fits the head alone where the model asks for that."""
    examples = prepared.examples("train"), prepared.examples("validation")
    if settings.model in HEAD_ONLY:
        fit = fit_head_only(network, recipe, *examples, device, svm=settings.model.endswith(":svm"))
        reporter.epoch(fit.best, 1)
        return fit
    tinted = tuple(i for i, code in enumerate(prepared.classes) if code in recipe.augmentation.tinted)
    trainer = Trainer(network, recipe, settings.seed, device, tinted, what)
    if done := trainer.resume(checkpoint):
        reporter.resumed(done)
    return trainer.fit(*examples, checkpoint, lambda epoch: reporter.epoch(epoch, recipe.epochs))


def prepare_data(settings: TrainSettings, recipe: Recipe, reporter: TrainReporter) -> Prepared:
    """Reads, splits and decodes the labelled images. Raises DataError."""
    images = Path(settings.images) if settings.images else None
    data = read_data(settings.data, images, dict(settings.where))
    split = assign_splits(data, settings.validation, settings.seed, settings.min_images)
    cache = Path(settings.cache) if settings.cache else None
    prepared = prepare(split, recipe.transform, cache, reporter.decoding)
    reporter.prepared(prepared)
    prepared.check_splits()
    return prepared
