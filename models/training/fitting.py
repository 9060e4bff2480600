"""A training's two long steps as its settings have them: the images prepared, the network fitted to them."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from models.data.experiment import Prepared, prepare
from models.data.imageclef import read_data
from models.data.splits import assign_splits
from models.networks.build import HEAD_ONLY
from models.training.checkpoints import Checkpoint
from models.training.recipes import Recipe
from models.training.reporter import TrainReporter
from models.training.settings import TrainSettings
from models.training.training import Fit, Trainer, fit_head_only


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


def fit_network(
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
