import json
from pathlib import Path

import pytest

from models.data.imageclef import DataError
from models.networks.variants import parse_variant
from models.study.outcomes import keep_predictions, read_json
from models.study.study import read_predictions

DEEP, SHALLOW = parse_variant("resnet18:b4-1"), parse_variant("resnet18:b1-0")


def outcome(folder: Path, predicted: list[int], true: tuple[int, ...] = (0, 0, 1, 1)) -> Path:
    file = folder / "outcome.json"
    content = {
        "training": {"classes": ["a", "b"]},
        "test_labels": true,
        "test_predicted": predicted,
        "parameters": [100, 10],
        "validation_accuracy": 0.5,
    }
    file.write_text(json.dumps(content))
    return file


def test_a_variant_joins_those_of_its_network_and_replaces_itself(tmp_path: Path) -> None:
    keep_predictions(DEEP, outcome(tmp_path, [0, 0, 0, 0]), tmp_path)
    keep_predictions(SHALLOW, outcome(tmp_path, [0, 0, 0, 1]), tmp_path)
    keep_predictions(DEEP, outcome(tmp_path, [0, 0, 1, 1]), tmp_path)
    (results,) = read_predictions(tmp_path)
    assert [r.variant for r in results.variants] == [DEEP, SHALLOW]
    assert results.accuracies.tolist() == [100.0, 75.0]


def test_other_test_images_are_refused(tmp_path: Path) -> None:
    keep_predictions(DEEP, outcome(tmp_path, [0, 0, 0, 0]), tmp_path)
    with pytest.raises(DataError, match="other test images"):
        keep_predictions(SHALLOW, outcome(tmp_path, [0, 0, 0, 0], true=(1, 0, 1, 1)), tmp_path)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "outcome.json").write_text("{")
    with pytest.raises(DataError, match=r"outcome\.json cannot be read"):
        read_json(tmp_path / "outcome.json")
