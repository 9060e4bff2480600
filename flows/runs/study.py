"""The paper's study: any of its networks trained one after another, then its tables and figures, without Prefect.

In OUT: `study.json`, what all its trainings have in common; `bundles/<model>/`, a bundle per network;
`predictions_<approach>_<base>.json`, what is done; `tables.md`, `variants.csv`, `figure_*.png`. What is done is
skipped, and a killed training goes on from its last checkpoint.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flows.runs.training import describe, train
from models.bundle.bundle import DESCRIPTION_FILE
from models.bundle.description import bundle_info
from models.data.imageclef import DataError
from models.files import written_whole
from models.networks.variants import (
    ENSEMBLE_MEMBERS,
    UnknownModelError,
    Variant,
    model_names,
    parse_exits,
    parse_variant,
    unknown_model,
)
from models.study.outcomes import keep_predictions, read_json
from models.study.report import write_report
from models.study.study import predictions_file, read_predictions, read_results
from models.training.fitting import prepare_data
from models.training.outcome import OUTCOME, TrainOutcome
from models.training.reporter import TrainReporter
from models.training.settings import TrainSettings, recipe_of
from models.training.starting import ENSEMBLE, weights_identity

Train = Callable[[TrainSettings, TrainReporter], TrainOutcome]
"""`flows.runs.training.train`, or the same as a flow run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySettings:
    """All that a study depends on. `models` are names or patterns such as `resnet18:*`; `training` serves each."""

    out: str
    models: tuple[str, ...]
    training: TrainSettings


class StudyReporter(TrainReporter):
    """Hears how a study goes; the default listens to nothing."""

    def network(self, name: str, number: int, total: int, done: bool) -> None:
        """A network's turn has come; `done` says that an earlier run trained it."""


def study(settings: StudySettings, reporter: StudyReporter | None = None, run: Train = train) -> Path:
    """Trains what is not done, then writes the report; returns its file.

    The ensemble's members are trained before it.
    Raises ModelError (UnknownModelError, DataError, ...) with a line for the user.
    """
    hears = reporter or StudyReporter()
    out = Path(settings.out)
    names = expand(settings.models)
    _check_common(settings, hears)
    for number, name in enumerate(names, 1):
        done = _is_done(settings, name, names)
        hears.network(name, number, len(names), done)
        if not done:
            run(_training_of(settings, name), hears)
        _keep(out, name)
    bundles = [bundle_folder(out, name) for name in names if _variant(name) is None]
    results = read_predictions(out) if any(_variant(name) for name in names) else []
    return write_report(results, out, is_paper=False, others=[bundle_info(folder) for folder in bundles])


def report(folder: Path, out: Path) -> Path:
    """The tables and figures of stored predictions, with the paper's printed numbers where they are the paper's."""
    results = read_predictions(folder)
    return write_report(results, out, is_paper=all(r.is_published for r in results))


def expand(patterns: Sequence[str]) -> list[str]:
    """Names that the patterns mean, in the paper's order. Raises UnknownModelError for one that means none."""
    chosen: list[str] = []
    for pattern in patterns:
        matches = fnmatch.filter(model_names(), pattern) or ([pattern] if parse_exits(pattern) else [])
        if not matches:
            raise unknown_model(pattern)
        chosen += matches
    if ENSEMBLE in chosen:
        chosen += ENSEMBLE_MEMBERS
    listed = [name for name in model_names() if name in chosen]
    return [*listed, *(name for name in dict.fromkeys(chosen) if name not in listed)]


def bundle_folder(out: Path, name: str) -> Path:
    """Where a study keeps the bundle of a network."""
    return out / "bundles" / name.replace(":", "_")


def _check_common(settings: StudySettings, reporter: TrainReporter) -> None:
    """Writes down what all trainings of a study have in common, or compares with what an earlier run wrote down.

    Raises DataError where they differ: a table of networks trained on different data compares nothing.
    """
    training, out = settings.training, Path(settings.out)
    recipe = recipe_of(training)
    prepared = prepare_data(training, recipe, reporter)
    if not prepared.images_of("test"):
        raise DataError(
            "a study needs test images: mark them with split `test`, or put them below a folder `test`"
        )
    every = describe(training, recipe, prepared) | {"start_weights": weights_identity(training.weights)}
    now = _flat({key: value for key, value in every.items() if key != "model"})
    file = out / "study.json"
    if not file.is_file():
        if any(out.glob("predictions_*.json")):
            raise DataError(f"{out} holds predictions of unknown training; take another --out")
        out.mkdir(parents=True, exist_ok=True)
        with written_whole(file) as aside:
            aside.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
        return
    before = read_json(file)
    changed = [key for key in {**before, **now} if before.get(key) != now.get(key)]
    if changed:
        what = ", ".join(f"{key} ({before.get(key)}, now {now.get(key)})" for key in changed[:4])
        raise DataError(
            f"the study in {out} was begun with other settings or data: {what}; take another --out"
        )


def _flat(entries: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """`{"recipe": {"epochs": 1}}` -> `{"recipe.epochs": 1}`: easy to compare and to name."""
    flat: dict[str, Any] = {}
    for key, value in entries.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def _variant(name: str) -> Variant | None:
    try:
        return parse_variant(name)
    except UnknownModelError:
        return None


def _is_done(settings: StudySettings, name: str, names: Sequence[str]) -> bool:
    """A network is done when its predictions are kept or its training has left its outcome.

    An ensemble that is still to come needs its members' bundles too.
    """
    out = Path(settings.out)
    whole = (bundle_folder(out, name) / DESCRIPTION_FILE).is_file() and _outcome_file(out, name).is_file()
    variant = _variant(name)
    if variant is None or whole:
        return whole
    if name in ENSEMBLE_MEMBERS and ENSEMBLE in names and not _is_done(settings, ENSEMBLE, names):
        return False
    file = predictions_file(out, variant.base, variant.approach)
    return file.is_file() and any(result.variant == variant for result in read_results(file).variants)


def _training_of(settings: StudySettings, name: str) -> TrainSettings:
    out = Path(settings.out)
    weights = str(out / "bundles") if name == ENSEMBLE else settings.training.weights
    return replace(
        settings.training,
        model=name,
        out=str(bundle_folder(out, name)),
        name=name.replace(":", "-"),
        weights=weights,
    )


def _outcome_file(out: Path, name: str) -> Path:
    return bundle_folder(out, name) / "training" / OUTCOME


def _keep(out: Path, name: str) -> None:
    """Takes a variant's predictions of the test images from its outcome into its file, unless they are there."""
    variant, outcome = _variant(name), _outcome_file(out, name)
    if variant and outcome.is_file():
        keep_predictions(variant, outcome, out)
