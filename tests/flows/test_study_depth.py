"""The study: trains what is not done, draws its tables; and the same as flow runs."""

import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from flows.study import StudyListener, StudySettings, bundle_folder, expand, study
from flows.training import TrainListener, train
from flows.training_outcome import TrainOutcome
from flows.training_settings import TrainSettings
from models.imageclef import DataError
from models.variants import UnknownModelError
from tests.flows.command import figmill
from tests.models.pictures import class_folders

MODELS = ("resnet18:b1-*", "resnet18:tune-fc", "resnet50:svm")


@pytest.fixture
def settings(tmp_path: Path) -> StudySettings:
    for split, count in (("train", 4), ("test", 2)):
        class_folders(tmp_path / "set" / split, count, seed=100 * count)
    training = TrainSettings(
        data=(str(tmp_path / "set"),),
        out="",
        weights="random",
        epochs=1,
        learning_rate=1e-3,
        device="cpu",
        cache=str(tmp_path / "cache"),
    )
    return StudySettings(out=str(tmp_path / "study"), models=MODELS, training=training)


class Turns(StudyListener):
    def __init__(self) -> None:
        self.seen: list[tuple[str, bool]] = []

    def network(self, name: str, number: int, total: int, done: bool) -> None:
        self.seen.append((name, done))


class KilledError(Exception):
    """Stands for the end of the process."""


def test_patterns_name_networks_in_the_papers_order() -> None:
    assert expand(["resnet50:svm", "resnet18:b1-*"]) == ["resnet18:b1-1", "resnet18:b1-0", "resnet50:svm"]
    assert len(expand(["resnet*:b*", "resnet*:tune-*"])) == 256
    with pytest.raises(UnknownModelError, match="did you mean"):
        expand(["resnet18:b8-*"])


def test_a_study_goes_on_where_it_was_broken_off(settings: StudySettings) -> None:
    calls: list[str] = []

    def break_at_second(training: TrainSettings, listener: TrainListener) -> TrainOutcome:
        calls.append(training.model)
        if len(calls) == 2:
            raise KilledError
        return train(training, listener)

    with pytest.raises(KilledError):
        study(settings, run=break_at_second)
    turns = Turns()
    report = study(settings, turns)
    assert turns.seen == [
        ("resnet18:tune-fc", True),
        ("resnet18:b1-1", False),
        ("resnet18:b1-0", False),
        ("resnet50:svm", False),
    ]
    text = report.read_text()
    assert "| resnet18 | 2 |" in text
    assert "| resnet50:svm |" in text
    assert "Chosen on validation instead" in text
    out = Path(settings.out)
    assert {f.name for f in out.glob("figure_*.png")} == {f"figure_{n}.png" for n in (2, 4, 5, 7)}
    assert (bundle_folder(out, "resnet50:svm") / "model.json").is_file()


def test_predictions_of_other_test_images_are_not_mixed(settings: StudySettings, tmp_path: Path) -> None:
    study(replace(settings, models=("resnet18:b1-0",)))
    class_folders(tmp_path / "more" / "test", 3)
    more = replace(settings.training, data=(*settings.training.data, str(tmp_path / "more")))
    with pytest.raises(DataError, match="other test images"):
        study(replace(settings, models=("resnet18:b1-1",), training=more))


def test_without_test_images_nothing_is_trained(settings: StudySettings, tmp_path: Path) -> None:
    class_folders(tmp_path / "plain", 4)
    training = replace(settings.training, data=(str(tmp_path / "plain"),))
    with pytest.raises(DataError, match="needs test images"):
        study(replace(settings, training=training))


def test_the_papers_tables_from_its_predictions_on_the_command_line(shared: Path, tmp_path: Path) -> None:
    done = figmill(
        "study", "--from-predictions", shared / "paper", "--out", tmp_path / "tables", home=tmp_path
    )
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "tables" / "tables.md").read_text()
    assert "| resnet34 | 16 | 87.31 | 1.62 | 89.69 | 83.05 | 2.63 [b3-0] |" in text
    assert "| resnet18 | 0.81 | 0.81 |" in text
    neither = figmill("study", home=tmp_path)
    assert (neither.returncode, "--from-predictions" in neither.stderr) == (2, True)


@pytest.mark.timeout(600)
def test_as_flow_runs_the_card_and_the_tables_are_artifacts(settings: StudySettings) -> None:
    from prefect.settings import get_current_settings
    from prefect.testing.utilities import prefect_test_harness

    from flows.study_depth import study_depth

    with prefect_test_harness(server_startup_timeout=200):
        report = study_depth(replace(settings, models=("resnet18:b1-0",)))
        listed = httpx.post(f"{get_current_settings().api.url}/artifacts/filter", json={}).json()
        runs = httpx.post(f"{get_current_settings().api.url}/flow_runs/filter", json={}).json()
    artifacts = {artifact["key"]: artifact["data"] for artifact in listed}
    assert artifacts["figmill-study-depth"] == report.read_text()
    assert "## Quality" in artifacts["figmill-train-classifier"]
    assert {run["state_name"] for run in runs} == {"Completed"}
    assert len(runs) == 2
    assert json.loads((Path(settings.out) / "predictions_shallow_resnet18.json").read_text())["variants"]
