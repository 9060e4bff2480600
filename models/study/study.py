"""The paper's study from predictions: every variant's accuracy, Tables I to III and the Pearson correlations.

A predictions file (`predictions_<approach>_<base>.json`) has the layout of the published ones: `base_model`,
`approach`, `classes`, `y_true`, and `variants` by point with `y_pred`, `total_params` and `trainable_params`.
Classes are digits in a string, or a list of numbers where there are more than ten (-1: unknown to the network).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.data.imageclef import DataError
from models.evaluation.evaluation import ClassScores, class_scores, confusion_matrix, macro_f1
from models.files import written_whole
from models.networks.variants import (
    UNITS,
    Approach,
    Variant,
    fine_tuned_variants,
    parse_point,
    shallow_variants,
)
from models.taxonomy import MICROSCOPY

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class VariantResult:
    """One variant's predictions of the test images. `validation` is its validation accuracy, where known."""

    variant: Variant
    predicted: Labels
    total: int
    trainable: int
    validation: float | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """All variants of one ResNet in one approach, in the order of the paper's tables."""

    base: str
    approach: Approach
    classes: tuple[str, ...]
    true: Labels
    variants: tuple[VariantResult, ...]

    def accuracy(self, result: VariantResult) -> float:
        """Percent of the test images."""
        return 100 * float((result.predicted == self.true).mean())

    @property
    def is_published(self) -> bool:
        """Whether these are the paper's: its classes and its 873 test images."""
        return self.classes == MICROSCOPY and np.bincount(self.true, minlength=4).tolist() == [
            88,
            284,
            405,
            96,
        ]

    @property
    def accuracies(self) -> npt.NDArray[np.float64]:
        """Of every variant, in percent."""
        return np.array([self.accuracy(result) for result in self.variants])

    @property
    def best(self) -> VariantResult:
        """The most accurate on the test set, as the paper chooses; the first of equals."""
        return self.variants[int(self.accuracies.argmax())]

    @property
    def chosen(self) -> VariantResult | None:
        """The most accurate on the validation images, as one should choose; None where that is not known."""
        known = [result for result in self.variants if result.validation is not None]
        return max(known, key=lambda result: result.validation or 0.0) if known else None

    def scores(self, result: VariantResult) -> tuple[ClassScores, ...]:
        """Precision, recall and F1 of each class."""
        return class_scores(self.confusion(result), self.classes)

    def macro_f1(self, result: VariantResult) -> float:
        """In percent."""
        return 100 * macro_f1(self.confusion(result))

    def confusion(self, result: VariantResult) -> Labels:
        """As `models.evaluation.evaluation.confusion_matrix`: rows are true, columns predicted."""
        return confusion_matrix(self.true, result.predicted, len(self.classes))


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of Table I or II, in percent. `gain` is best minus full, NaN where the full network is not there."""

    base: str
    variants: int
    average: float
    deviation: float
    best: float
    worst: float
    gain: float
    best_points: tuple[str, ...]


def table_row(results: Results) -> TableRow:
    """Average, population deviation, best and worst over the variants, and what cutting or freezing gains."""
    values = results.accuracies
    full = "whole" if results.approach == "fine_tuned" else _deepest(results.base)
    of_full = [value for value, r in zip(values, results.variants, strict=True) if r.variant.point == full]
    at_best = [
        r.variant.point for value, r in zip(values, results.variants, strict=True) if value == values.max()
    ]
    return TableRow(
        base=results.base,
        variants=len(values),
        average=float(values.mean()),
        deviation=float(values.std()),
        best=float(values.max()),
        worst=float(values.min()),
        gain=float(values.max() - of_full[0]) if of_full else float("nan"),
        best_points=tuple(at_best),
    )


def pearson(results: Results) -> float:
    """Correlation between trainable parameters and test accuracy; NaN for fewer than two variants."""
    sizes = np.array([result.trainable for result in results.variants], dtype=np.float64)
    values = results.accuracies
    if len(values) < 2 or sizes.std() == 0 or values.std() == 0:
        return float("nan")
    return float(np.corrcoef(sizes, values)[0, 1])


def number(value: float) -> str:
    """Two decimals; a dash for what nothing defines."""
    return "–" if np.isnan(value) else f"{value:.2f}"


def read_predictions(folder: Path) -> list[Results]:
    """All predictions files of a folder, fine-tuned before shallow, small networks before large.

    Raises DataError where there is none, or where one is not what it should be.
    """
    files = sorted(folder.glob("predictions_*.json"))
    if not files:
        raise DataError(
            f"{folder} holds no predictions_*.json; run `figmill study` first, or name their folder"
        )
    results = [read_results(file) for file in files]
    return sorted(results, key=lambda r: (r.approach, list(UNITS).index(r.base)))


def read_results(file: Path) -> Results:
    """One predictions file. Raises DataError where it is not what it should be."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        true = _labels(content["y_true"])
        base, approach = content["base_model"], content["approach"]
        order = {v.point: i for i, v in enumerate(_variants(base, approach))}
        variants = [_result(base, approach, point, entry) for point, entry in content["variants"].items()]
        if any(len(result.predicted) != len(true) for result in variants):
            raise ValueError("a variant has more or fewer predictions than there are images")
        ordered = tuple(sorted(variants, key=lambda result: order[result.variant.point]))
        return Results(base, approach, tuple(content["classes"]), true, ordered)
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{file} is no predictions file: {error!r}") from error


def write_results(folder: Path, results: Results) -> Path:
    """Writes a predictions file, aside and then in its place."""
    file = predictions_file(folder, results.base, results.approach)
    many = len(results.classes) > 10 or bool((results.true < 0).any())
    content = {
        "base_model": results.base,
        "approach": results.approach,
        "classes": list(results.classes),
        "y_true": _packed(results.true, many),
        "variants": {
            result.variant.point: {
                "y_pred": _packed(result.predicted, many),
                "total_params": result.total,
                "trainable_params": result.trainable,
                "validation_accuracy": result.validation,
            }
            for result in results.variants
        },
    }
    with written_whole(file) as aside:
        aside.write_text(json.dumps(content), encoding="utf-8")
    return file


def predictions_file(folder: Path, base: str, approach: Approach) -> Path:
    """Where the predictions of a ResNet's variants are kept."""
    return folder / f"predictions_{approach}_{base}.json"


def _variants(base: str, approach: str) -> tuple[Variant, ...]:
    if base not in UNITS or approach not in {"shallow", "fine_tuned"}:
        raise ValueError(f"unknown network {base!r} or approach {approach!r}")
    return shallow_variants(base) if approach == "shallow" else fine_tuned_variants(base)


def _result(base: str, approach: Approach, point: str, entry: dict[str, Any]) -> VariantResult:
    unit = parse_point(point)
    name = f"b{unit[0]}-{unit[1]}" if unit else point
    return VariantResult(
        variant=Variant(base, approach, name),
        predicted=_labels(entry["y_pred"]),
        total=int(entry["total_params"]),
        trainable=int(entry["trainable_params"]),
        validation=entry.get("validation_accuracy"),
    )


def _labels(packed: str | list[int]) -> Labels:
    return np.array([int(label) for label in packed], dtype=np.int64)


def _packed(labels: Labels, many: bool) -> str | list[int]:
    return labels.tolist() if many else "".join(map(str, labels.tolist()))


def _deepest(base: str) -> str:
    return shallow_variants(base)[0].point
