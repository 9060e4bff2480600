import json
from pathlib import Path

import numpy as np
import pytest

from models.data.imageclef import DataError
from models.networks.variants import parse_variant
from models.study.study import (
    Results,
    VariantResult,
    pearson,
    read_predictions,
    read_results,
    table_row,
    write_results,
)

# base, avg, std, max, min, best - full, where, Pearson r: what the raw predictions give.
FINE_TUNED = [
    ("resnet18", 88.25, 1.16, 89.00, 84.88, 0.92, ("b1-1",), 0.81),
    ("resnet34", 86.87, 0.31, 87.29, 86.03, 0.57, ("b3-2",), 0.75),
    ("resnet50", 87.44, 0.97, 88.89, 84.42, 1.15, ("b3-0",), 0.57),
]
SHALLOW = [
    ("resnet18", 86.96, 1.89, 88.89, 82.59, 0.69, ("b4-0",)),
    ("resnet34", 87.31, 1.62, 89.69, 83.05, 2.63, ("b3-0",)),
    ("resnet50", 85.27, 5.46, 89.81, 68.04, 1.95, ("b4-0", "b3-5")),
]


def numbers(results: Results) -> tuple[object, ...]:
    row = table_row(results)
    rounded = [round(v, 2) for v in (row.average, row.deviation, row.best, row.worst, row.gain)]
    return (row.base, *rounded, row.best_points)


def test_tables_one_and_two_come_out_of_the_raw_predictions(shared: Path) -> None:
    results = read_predictions(shared / "paper")
    tuned = [r for r in results if r.approach == "fine_tuned"]
    assert [(*numbers(r), round(pearson(r), 2)) for r in tuned] == FINE_TUNED
    assert [numbers(r) for r in results if r.approach == "shallow"] == SHALLOW
    assert all(r.is_published for r in results)


def test_the_best_by_class_come_out_as_printed(shared: Path) -> None:
    tuned = read_results(shared / "paper" / "predictions_fine_tuned_resnet18.json")
    assert [round(100 * c.f1, 2) for c in tuned.scores(tuned.best)] == [51.66, 94.08, 95.04, 77.32]


def made(points: dict[str, str], true: str = "0011") -> Results:
    def digits(text: str) -> np.ndarray:
        return np.array([int(digit) for digit in text])

    variants = tuple(
        VariantResult(parse_variant(f"resnet18:{point}"), digits(predicted), 100 * n, 10 * n, n / 10)
        for n, (point, predicted) in enumerate(points.items(), 1)
    )
    return Results("resnet18", "shallow", ("a", "b"), digits(true), variants)


def test_what_is_written_is_read_in_the_order_of_the_table(tmp_path: Path) -> None:
    write_results(tmp_path, made({"b1-0": "0000", "b4-1": "0011"}))
    (results,) = read_predictions(tmp_path)
    assert [r.variant.point for r in results.variants] == ["b4-1", "b1-0"]
    assert results.accuracies.tolist() == [100.0, 50.0]
    assert results.best.variant.point == "b4-1"
    assert not results.is_published


def test_validation_chooses_another_variant_than_the_test_set(tmp_path: Path) -> None:
    write_results(tmp_path, made({"b4-1": "0011", "b1-0": "0000"}))
    (results,) = read_predictions(tmp_path)
    assert results.chosen is not None
    assert results.chosen.variant.point == "b1-0"


def test_unknown_classes_and_many_classes_survive_the_file(tmp_path: Path) -> None:
    results = made({"b4-1": "0011"})
    strange = Results(
        "resnet18", "shallow", tuple(map(str, range(12))), np.array([11, -1, 0, 3]), results.variants
    )
    assert read_results(write_results(tmp_path, strange)).true.tolist() == [11, -1, 0, 3]


def test_one_variant_has_no_correlation_and_no_gain_without_the_full_one() -> None:
    results = made({"b1-0": "0011"})
    assert np.isnan(pearson(results))
    assert np.isnan(table_row(results).gain)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"base_model": "vgg", "y_true": "01", "approach": "shallow"}']
)
def test_what_is_no_predictions_file_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(DataError, match="holds no predictions"):
        read_predictions(tmp_path)
    (tmp_path / "predictions_shallow_resnet18.json").write_text(content)
    with pytest.raises(DataError, match="is no predictions file"):
        read_predictions(tmp_path)


def test_predictions_of_another_length_are_refused(tmp_path: Path) -> None:
    file = write_results(tmp_path, made({"b4-1": "0011"}))
    content = json.loads(file.read_text())
    content["variants"]["layer4-1"] = content["variants"].pop("b4-1") | {"y_pred": "001"}
    file.write_text(json.dumps(content))
    with pytest.raises(DataError, match="more or fewer predictions"):
        read_results(file)
