"""The paper's study: any of its networks trained one after another, then its tables and figures, without Prefect.

In OUT: `bundles/<model>/`, a bundle per network; `predictions_<approach>_<base>.json`, what is done;
`tables.md`, `variants.csv`, `figure_*.png`. What is done is skipped, and a killed training goes on from its last epoch.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from flows.training import TrainListener, TrainOutcome, TrainSettings, train
from models.bundle import bundle_info
from models.imageclef import DataError, read_data
from models.study import (
    Results,
    VariantResult,
    predictions_file,
    read_predictions,
    read_results,
    write_results,
)
from models.study_report import write_report
from models.variants import UnknownModelError, Variant, model_names, parse_variant, unknown_model

Train = Callable[[TrainSettings, TrainListener], TrainOutcome]
"""`flows.training.train`, or the same as a flow run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySettings:
    """All that a study depends on. `models` are names or patterns such as `resnet18:*`; `training` serves each."""

    out: str
    models: tuple[str, ...]
    training: TrainSettings


class StudyListener(TrainListener):
    """Hears how a study goes; the default listens to nothing."""

    def network(self, name: str, number: int, total: int, done: bool) -> None:
        """A network's turn has come; `done` says that an earlier run trained it."""


def study(settings: StudySettings, listener: StudyListener | None = None, run: Train = train) -> Path:
    """Trains what is not done, then writes the report; returns its file.

    Raises ValueError (UnknownModelError, DataError) with a line for the user.
    """
    hears = listener or StudyListener()
    out = Path(settings.out)
    names = expand(settings.models)
    _check_test_images(settings.training)
    for number, name in enumerate(names, 1):
        done = _is_done(out, name)
        hears.network(name, number, len(names), done)
        if not done:
            _train_one(settings, name, hears, run)
    bundles = [bundle_folder(out, name) for name in names if _variant(name) is None]
    results = read_predictions(out) if any(_variant(name) for name in names) else []
    return write_report(results, out, is_paper=False, others=[bundle_info(folder) for folder in bundles])


def report(folder: Path, out: Path) -> Path:
    """The tables and figures of stored predictions, with the paper's printed numbers where they are the paper's."""
    results = read_predictions(folder)
    return write_report(results, out, is_paper=all(r.is_published for r in results))


def expand(patterns: Sequence[str]) -> list[str]:
    """Names that the patterns mean, in the paper's order. Raises UnknownModelError for one that means none."""
    chosen: set[str] = set()
    for pattern in patterns:
        matches = fnmatch.filter(model_names(), pattern)
        if not matches:
            raise unknown_model(pattern)
        chosen.update(matches)
    return [name for name in model_names() if name in chosen]


def bundle_folder(out: Path, name: str) -> Path:
    """Where a study keeps the bundle of a network."""
    return out / "bundles" / name.replace(":", "_")


def _check_test_images(training: TrainSettings) -> None:
    images = Path(training.images) if training.images else None
    data = read_data(training.data, images, dict(training.where))
    if not any(image.split == "test" for image in data.images):
        raise DataError(
            "a study needs test images: mark them with split `test`, or put them below a folder `test`"
        )


def _variant(name: str) -> Variant | None:
    try:
        return parse_variant(name)
    except UnknownModelError:
        return None


def _is_done(out: Path, name: str) -> bool:
    """A variant is done when its predictions are written; another network when its bundle is."""
    variant = _variant(name)
    if variant is None:
        return (bundle_folder(out, name) / "model.json").is_file()
    file = predictions_file(out, variant.base, variant.approach)
    return file.is_file() and any(result.variant == variant for result in read_results(file).variants)


def _train_one(settings: StudySettings, name: str, listener: StudyListener, run: Train) -> None:
    out = Path(settings.out)
    training = replace(
        settings.training, model=name, out=str(bundle_folder(out, name)), name=name.replace(":", "-")
    )
    if name == "resnet50:ensemble" and (out / "bundles").is_dir():
        training = replace(training, weights=str(out / "bundles"))
    outcome = run(training, listener)
    variant = _variant(name)
    if variant is not None:
        _keep(out, variant, outcome)


def _keep(out: Path, variant: Variant, outcome: TrainOutcome) -> None:
    """Adds a variant's predictions of the test images to its file."""
    validation = outcome.validation.accuracy
    new = VariantResult(variant, np.array(outcome.test_predicted), *outcome.parameters, validation)
    true = np.array(outcome.test_labels)
    results = Results(variant.base, variant.approach, outcome.bundle.classes, true, (new,))
    file = predictions_file(out, variant.base, variant.approach)
    if file.is_file():
        before = read_results(file)
        if not np.array_equal(before.true, true) or before.classes != results.classes:
            raise DataError(f"{file} is of other test images; take another --out for other data")
        results = replace(results, variants=(*before.variants, new))
    write_results(out, results)
