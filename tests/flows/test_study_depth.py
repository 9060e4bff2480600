"""The study: trains what is not done, draws its tables; and the same as flow runs."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from flows.runs.study import StudyReporter, StudySettings, bundle_folder, expand, study
from flows.runs.training import train
from models.data.imageclef import DataError
from models.networks.variants import ENSEMBLE_MEMBERS, UnknownModelError
from models.study.study import read_predictions
from models.training.outcome import TrainOutcome
from models.training.reporter import TrainReporter
from models.training.settings import TrainSettings
from tests.flows.command import figmill_here
from tests.models.pictures import class_folders, picture
from tests.servers import Server

MODELS = ("resnet18:b1-*", "resnet18:tune-fc", "resnet50:svm")


@pytest.fixture
def settings(tmp_path: Path) -> StudySettings:
    for split, count in (("train", 4), ("test", 2)):
        class_folders(tmp_path / "set" / split, count, seed=100 * count)
    (tmp_path / "small.toml").write_text("[transform]\nsize = 64\nresize = 72\n")
    training = TrainSettings(
        data=(str(tmp_path / "set"),),
        out="",
        recipe=str(tmp_path / "small.toml"),
        weights="random",
        epochs=1,
        learning_rate=1e-3,
        device="cpu",
        cache=str(tmp_path / "cache"),
    )
    return StudySettings(out=str(tmp_path / "study"), models=MODELS, training=training)


class Turns(StudyReporter):
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

    def break_at_second(training: TrainSettings, reporter: TrainReporter) -> TrainOutcome:
        calls.append(training.model)
        if len(calls) == 2:
            raise KilledError
        return train(training, reporter)

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


def test_a_kill_after_a_training_loses_none_of_it(settings: StudySettings) -> None:
    def train_and_die(training: TrainSettings, reporter: TrainReporter) -> TrainOutcome:
        train(training, reporter)
        raise KilledError

    one = replace(settings, models=("resnet18:b1-0",))
    with pytest.raises(KilledError):
        study(one, run=train_and_die)
    turns = Turns()
    study(one, turns)
    assert turns.seen == [("resnet18:b1-0", True)]
    (results,) = read_predictions(Path(settings.out))
    assert [result.variant.name for result in results.variants] == ["resnet18:b1-0"]


def test_what_was_done_with_other_settings_or_data_is_refused(
    settings: StudySettings, tmp_path: Path
) -> None:
    one = replace(settings, models=("resnet18:b1-0",))
    study(one)
    for change, says in (
        ({"learning_rate": 0.5}, r"recipe.learning_rate \(0.001, now 0.5\)"),
        ({"seed": 1}, r"seed \(0, now 1\)"),
        ({"weights": "imagenet"}, "start_weights"),
    ):
        with pytest.raises(DataError, match=says):
            study(replace(one, training=replace(settings.training, **change)))
    picture("DMEL", 99).save(tmp_path / "set" / "test" / "DMEL" / "0.png")
    with pytest.raises(DataError, match=r"other settings or data: data .* take another --out"):
        study(one)


def test_predictions_alone_are_enough_to_be_done(settings: StudySettings) -> None:
    one = replace(settings, models=("resnet18:b1-0",))
    study(one)
    shutil.rmtree(Path(settings.out) / "bundles")
    turns = Turns()
    study(one, turns)
    assert turns.seen == [("resnet18:b1-0", True)]


def test_the_ensembles_members_are_trained_before_it_and_it_starts_from_them(settings: StudySettings) -> None:
    assert expand(["resnet50:ensemble"]) == [*ENSEMBLE_MEMBERS, "resnet50:ensemble"]
    asked: list[TrainSettings] = []

    def train_something_smaller(training: TrainSettings, reporter: TrainReporter) -> TrainOutcome:
        asked.append(training)
        if training.model == "resnet50:ensemble":
            raise KilledError
        return train(replace(training, model="resnet18:b1-0"), reporter)

    with pytest.raises(KilledError):
        study(replace(settings, models=("resnet50:ensemble",)), run=train_something_smaller)
    assert [training.model for training in asked] == [*ENSEMBLE_MEMBERS, "resnet50:ensemble"]
    members = Path(asked[-1].weights)
    assert {folder.name for folder in members.iterdir()} == {n.replace(":", "_") for n in ENSEMBLE_MEMBERS}


def test_without_test_images_nothing_is_trained(settings: StudySettings, tmp_path: Path) -> None:
    class_folders(tmp_path / "plain", 4)
    training = replace(settings.training, data=(str(tmp_path / "plain"),))
    with pytest.raises(DataError, match="needs test images"):
        study(replace(settings, training=training))


def test_the_papers_tables_from_its_predictions_on_the_command_line(shared: Path, tmp_path: Path) -> None:
    done = figmill_here(
        "study", "--from-predictions", shared / "paper", "--out", tmp_path / "tables", home=tmp_path
    )
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "tables" / "tables.md").read_text()
    assert "| resnet34 | 16 | 87.31 | 1.62 | 89.69 | 83.05 | 2.63 [b3-0] |" in text
    assert "| resnet18 | 0.81 | 0.81 |" in text
    neither = figmill_here("study", home=tmp_path)
    assert (neither.returncode, "--from-predictions" in neither.stderr) == (2, True)


def test_as_flow_runs_the_card_and_the_tables_are_artifacts(prefect: Server, settings: StudySettings) -> None:
    from flows.study_depth import study_depth

    with prefect.for_flows_here():
        report = study_depth(replace(settings, models=("resnet18:b1-0",)))
    (tables,) = prefect.ask("artifacts/filter", artifacts={"key": {"any_": ["figmill-study-depth"]}})
    assert tables["data"] == report.read_text()
    run = prefect.call("GET", f"flow_runs/{tables['flow_run_id']}")
    (training,) = prefect.ask(
        "flow_runs/filter", flow_runs={"parent_flow_run_id": {"any_": [tables["flow_run_id"]]}}
    )
    assert (run["state_name"], training["state_name"]) == ("Completed", "Completed")
    of_training = {"flow_run_id": {"any_": [training["id"]]}, "key": {"any_": ["figmill-train-classifier"]}}
    (card,) = prefect.ask("artifacts/filter", artifacts=of_training)
    assert "## Quality" in card["data"]
    assert json.loads((Path(settings.out) / "predictions_shallow_resnet18.json").read_text())["variants"]
