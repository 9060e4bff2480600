"""Labelled images in, bundle out: the orchestration of `figmill train`, without Prefect.

Made in OUT: the bundle (model.safetensors, model.json, README.md) and `training/` with the learning curves, the
plots, the outcome (outcome.json) and, while it runs, the checkpoint from which a killed training goes on; with a
dataset's corrections, also the pictures that people named (`training/corrections`).
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from models.data.experiment import Prepared
from models.devices import choose_device
from models.training.checkpoints import Checkpoint
from models.training.fitting import fit_network, prepare_data
from models.training.outcome import OUTCOME, TrainOutcome, check_unfinished, finish, record_outcome
from models.training.recipes import Recipe
from models.training.reporter import TrainReporter
from models.training.settings import TrainSettings, recipe_of
from models.training.starting import check_start, start_identity, start_network

CHECKPOINT = "checkpoint.pt"
_CORRECTIONS = "corrections"


def train(settings: TrainSettings, reporter: TrainReporter | None = None) -> TrainOutcome:
    """Trains, calibrates, evaluates and writes the bundle.

    Raises ModelError (DataError, UnknownModelError, WeightsError, ...) with a line for the user, TrainedBeforeError
    where there is nothing to do; InputError or OutputError for a dataset whose corrections cannot be trained on.
    """
    hears = reporter or TrainReporter()
    device = choose_device(settings.device)
    recipe = recipe_of(settings)
    check_start(settings.model, settings.weights)
    settings = _with_corrections(settings, hears)
    prepared = prepare_data(settings, recipe, hears)
    training = describe(settings, recipe, prepared)
    work = Path(settings.out) / "training"
    check_unfinished(work / OUTCOME, training, Path(settings.out))
    network = start_network(
        settings.model, prepared.classes, settings.weights, settings.seed, settings.freeze
    )
    work.mkdir(parents=True, exist_ok=True)
    (work / OUTCOME).unlink(missing_ok=True)
    checkpoint = Checkpoint(work / CHECKPOINT)
    fit = fit_network(network, settings, recipe, prepared, device, hears, json.dumps(training), checkpoint)
    outcome = finish(settings, recipe, prepared, fit, device, training)
    record_outcome(outcome, work / OUTCOME)
    checkpoint.remove()
    hears.finished(outcome)
    return outcome


def _with_corrections(settings: TrainSettings, reporter: TrainReporter) -> TrainSettings:
    """The settings with the pictures that people named among the data."""
    if settings.dataset is None:
        return settings
    from tasks.corrections.examples import write_examples
    from tasks.corrections.own_classes import read_classes
    from tasks.stores.paths import store_path

    own = read_classes(Path(settings.classes)) if settings.classes else ()
    folder = Path(settings.out) / "training" / _CORRECTIONS
    made = write_examples(store_path(settings.dataset), folder, own)
    reporter.gathered(made.pictures, made.articles, made.unknown)
    return replace(settings, data=(*settings.data, str(made.table)))


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
