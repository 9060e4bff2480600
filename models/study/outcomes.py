"""What a study keeps of a training: the predictions in its outcome.json join those of the network's other variants."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from models.data.imageclef import DataError
from models.networks.variants import Variant
from models.study.study import Results, VariantResult, predictions_file, read_results, write_results


def keep_predictions(variant: Variant, outcome_file: Path, folder: Path) -> None:
    """Writes a variant's predictions of the test images into its file in `folder`, in place of what it held of it.

    Raises DataError where the file is of other test images, or either cannot be read.
    """
    outcome = read_json(outcome_file)
    total, trainable = outcome["parameters"]
    predicted = np.array(outcome["test_predicted"], dtype=np.int64)
    new = VariantResult(variant, predicted, total, trainable, outcome["validation_accuracy"])
    classes, true = tuple(outcome["training"]["classes"]), np.array(outcome["test_labels"], dtype=np.int64)
    file = predictions_file(folder, variant.base, variant.approach)
    others: tuple[VariantResult, ...] = ()
    if file.is_file():
        before = read_results(file)
        if not np.array_equal(before.true, true) or before.classes != classes:
            raise DataError(f"{file} is of other test images; take another --out for other data")
        others = tuple(result for result in before.variants if result.variant != variant)
    write_results(folder, Results(variant.base, variant.approach, classes, true, (*others, new)))


def read_json(file: Path) -> dict[str, Any]:
    """A JSON object that a study or a training wrote. Raises DataError where it cannot be read."""
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{file} cannot be read: {error}; remove it, or take another --out") from error
    return content
