"""MLflow hears a training; skipped where the extra is not installed."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from flows.runs.tracking import followed
from flows.runs.training import train
from flows.train_classifier import train_classifier
from models.data.imageclef import DataError
from models.training.reporter import TrainReporter
from models.training.settings import TrainSettings
from tasks.errors import SettingsError
from tests.models.pictures import class_folders


def test_nothing_is_logged_unless_it_is_asked_for() -> None:
    reporter = TrainReporter()
    with followed(TrainSettings(data=("nowhere",), out="out"), reporter) as hears:
        assert hears is reporter


def test_a_deployed_training_does_not_overlook_that_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it cannot log, it says so and does not begin."""
    monkeypatch.setitem(sys.modules, "mlflow", None)
    settings = TrainSettings(data=("nowhere",), out=str(tmp_path), device="cpu", mlflow=True)
    with pytest.raises(SettingsError, match=r"uv sync --extra mlflow"):
        train_classifier.fn(settings, TrainReporter())


def test_curves_scores_and_bundle_are_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mlflow = pytest.importorskip("mlflow", reason="needs the extra figmill[mlflow]")
    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/runs.db")
    settings = TrainSettings(
        data=(str(class_folders(tmp_path / "set", 4)),),
        out=str(tmp_path / "out"),
        model="resnet18:b1-0",
        weights="random",
        epochs=2,
        device="cpu",
        cache=str(tmp_path / "cache"),
        mlflow=True,
    )
    with followed(settings, TrainReporter()) as reporter:
        train(settings, reporter)
    (run,) = mlflow.MlflowClient().search_runs(["0"])
    assert run.data.params["model"] == "resnet18:b1-0"
    assert {"train_loss", "validation_loss", "validation_macro_f1"} <= set(run.data.metrics)
    curve = mlflow.MlflowClient().get_metric_history(run.info.run_id, "validation_loss")
    assert [point.step for point in curve] == [1, 2]
    assert run.info.status == "FINISHED"
    with pytest.raises(DataError), followed(settings, TrainReporter()) as reporter:
        train(replace(settings, data=("nowhere",)), reporter)
    assert mlflow.active_run() is None
    failed = mlflow.MlflowClient().search_runs(["0"], "attributes.status = 'FAILED'")
    assert len(failed) == 1
