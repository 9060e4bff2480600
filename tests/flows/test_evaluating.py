"""Scoring a bundle on labelled images."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from flows.cli import figmill
from flows.evaluating import EvaluateSettings, evaluate_bundle
from flows.training import train
from flows.training_settings import TrainSettings
from models.imageclef import DataError
from tasks.errors import FigmillError
from tests.models.pictures import CODES, class_folders


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that tells the made-up pictures apart, and its images."""
    root = tmp_path_factory.mktemp("trained")
    class_folders(root / "set", 10)
    train(
        TrainSettings(
            data=(str(root / "set"),),
            out=str(root / "bundle"),
            model="resnet18:b1-0",
            preset="fast",
            weights="random",
            epochs=2,
            device="cpu",
            cache=str(root / "cache"),
        )
    )
    class_folders(root / "new", 5, seed=500)
    return root


def settings(root: Path, out: Path, **changes: object) -> EvaluateSettings:
    plain = {"bundle": str(root / "bundle"), "data": (str(root / "new"),), "cache": str(root / "cache")}
    return EvaluateSettings(out=str(out), device="cpu", **(plain | changes))  # type: ignore[arg-type]


def test_report_metrics_plots_and_predictions_are_written(trained: Path, tmp_path: Path) -> None:
    scores = evaluate_bundle(settings(trained, tmp_path))
    assert scores.images == 20
    assert scores.accuracy > 0.9
    table = pq.read_table(tmp_path / "predictions.parquet")
    assert table.num_rows == 20
    assert sum(table["right"].to_pylist()) == round(scores.accuracy * 20)
    assert json.loads(table.schema.metadata[b"figmill.classes"]) == list(CODES)
    row = table.slice(0, 1).to_pylist()[0]
    assert row["confidence"] == pytest.approx(max(row["probabilities"]))
    assert json.loads((tmp_path / "metrics.json").read_text())["accuracy"][0] == pytest.approx(
        scores.accuracy
    )
    assert "| DMEL | 5 |" in (tmp_path / "report.md").read_text()
    assert {file.name for file in tmp_path.glob("*.png")} == {"confusion.png", "reliability.png"}


def test_the_bundle_is_as_good_on_disk_as_it_was_in_training(trained: Path, tmp_path: Path) -> None:
    again = evaluate_bundle(settings(trained, tmp_path, data=(str(trained / "set"),)))
    validation = json.loads((trained / "bundle" / "model.json").read_text())["metrics"]["validation"]
    assert again.accuracy >= validation["accuracy"][0] - 0.1


def test_a_bundle_of_another_taxonomy_is_an_error(trained: Path, tmp_path: Path) -> None:
    folder = class_folders(tmp_path / "set", 2)
    for code in CODES:
        (folder / code).rename(folder / f"my {code}")
    with pytest.raises(DataError, match="another taxonomy"):
        evaluate_bundle(settings(trained, tmp_path, data=(str(folder),)))


def test_a_split_without_images_is_an_error(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no image is marked validation"):
        evaluate_bundle(settings(trained, tmp_path, split="validation"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(figmill, [str(argument) for argument in arguments])


def test_evaluate_on_the_command_line(trained: Path, tmp_path: Path) -> None:
    done = run("evaluate", trained / "bundle", trained / "new", "--out", tmp_path, "--cache", tmp_path / "c")
    assert done.exit_code == 0, done.output
    assert "20 images, accuracy" in done.output
    with pytest.raises(FigmillError, match="known: default"):
        raise run("evaluate", "unknown", trained / "new", "--out", tmp_path).exception or AssertionError


def test_explain_writes_a_picture_and_says_what_greyscale_changes(trained: Path, tmp_path: Path) -> None:
    image = trained / "new" / "DMFL" / "0.png"
    done = run("explain", trained / "bundle", image, "--layer", "b1-0", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert "in greyscale" in done.output
    assert (tmp_path / "0.png").is_file()
    with pytest.raises(FigmillError, match="unknown layer"):
        raise run("explain", trained / "bundle", image, "--layer", "b9-0").exception or AssertionError


def test_models_lists_what_ships_and_shows_a_card(trained: Path) -> None:
    assert "default@" in run("models").output
    assert "resnet34:tune-whole" in run("models").output
    assert "## Limits" in run("models", "show", trained / "bundle").output
