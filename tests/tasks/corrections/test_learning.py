"""Corrections teach the bundle that labelled the dataset, and held-out papers say whether it got better."""

from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from flows.cli import figmill
from models.bundle.bundle import BundleInfo, Rejection
from models.bundle.description import Description
from models.bundle.serialization import load_bundle, save_bundle
from models.networks.build import build_network
from models.transforms import Transform
from tasks.corrections.learning import adapt, gather, write_bundle
from tasks.corrections.own_classes import OwnClass
from tasks.errors import FigmillError, InputError, OutputError
from tests.tasks.corrections.acts import keep, rows_of, say
from tests.tasks.corrections.learning_sets import stored

CLASSES = ("DMFL", "GFIG", "GGEL")


@pytest.fixture(scope="module")
def info(tmp_path_factory: pytest.TempPathFactory) -> BundleInfo:
    torch.manual_seed(0)
    description = Description(
        name="small",
        model="resnet18:b1-0",
        classes=CLASSES,
        transform=Transform(size=64, fit="stretch"),
        rejection=Rejection(threshold=0.4),
    )
    folder = tmp_path_factory.mktemp("bundles") / "small"
    return save_bundle(folder, description, build_network("resnet18:b1-0", 3), "# A card")


def _blind(out: Path, info: BundleInfo, count: int = 400) -> np.ndarray:
    """A dataset whose model takes gels for charts; returns the true classes."""
    truth = np.arange(count) % 3
    stored(out, info, truth, np.where(truth == 2, 1, truth), per_paper=5)
    return truth


def _correct(out: Path, truth: np.ndarray, count: int, **other: object) -> None:
    rows = rows_of(out)
    keep(out, *(say("label", rows[place], CLASSES[truth[place]], **other) for place in range(count)))


def test_a_blind_spot_is_mended_and_the_bundle_says_how(info: BundleInfo, tmp_path: Path):
    truth = _blind(tmp_path / "dataset", info)
    _correct(tmp_path / "dataset", truth, 60)
    adapted = adapt(tmp_path / "dataset", info, "mine")
    assert adapted.taught.rows == 60
    assert adapted.taught.before == pytest.approx(2 / 3)
    assert adapted.taught.after > 0.75
    assert adapted.taught.loss_after < adapted.taught.loss_before / 2
    assert adapted.by_class == {"DMFL": 20, "GFIG": 20, "GGEL": 20}
    made = write_bundle(info, adapted, tmp_path / "mine")
    assert made.training["corrections"] == {"DMFL": 20, "GFIG": 20, "GGEL": 20}
    assert made.training["adapted_from"] == info.model_id
    network = load_bundle(made.path).network
    features = np.zeros((1, info.embedding_size), np.float32)
    features[0, 2] = 4
    gained = (
        network.fc(torch.from_numpy(features)) - load_bundle(info.path).network.fc(torch.from_numpy(features))
    )[0]
    assert gained[2] > gained[1] + 1


def test_rows_that_are_no_figure_or_replaced_or_taken_back_teach_nothing(info: BundleInfo, tmp_path: Path):
    _blind(tmp_path, info, 50)
    rows = rows_of(tmp_path)
    keep(
        tmp_path,
        say("label", rows[0], "GGEL", queue="random"),
        say("label", rows[1], "GGEL"),
        say("no_figure", rows[1]),
        say("reject", rows[2]),
        say("letter", rows[3], "a"),
        say("label", rows[4], "GGEL"),
        say("several", rows[4]),
    )
    lesson = gather(tmp_path)
    assert (lesson.codes, lesson.random.tolist()) == (("GGEL",), [True])
    assert len(lesson.kept.features) == 50 - 5
    examples = [(rows[place]["subfigure_id"], "Ponceau") for place in (1, 3, 4)]
    assert gather(tmp_path, examples).codes == (
        "GGEL",
        "Ponceau",
    )  # of its class, nobody spoke of the letter's row


def test_the_others_are_a_fair_sample_across_parts(
    info: BundleInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tasks.corrections.learning._KEPT", 100)
    truth = np.repeat([0, 1], 800)
    stored(tmp_path, info, truth, truth)
    said = gather(tmp_path).kept.log_probabilities.argmax(axis=1)
    assert len(said) == 100
    assert 30 < said.sum() < 70


def test_a_class_of_one_s_own_from_examples(info: BundleInfo, tmp_path: Path):
    truth = np.where(np.arange(600) % 6 == 5, 7, np.arange(600) % 3)  # a corner of its own, said to be a gel
    names = stored(tmp_path / "dataset", info, truth, np.where(truth == 7, 2, truth), per_paper=5)
    examples = tuple(name for name, true in zip(names, truth, strict=True) if true == 7)[:20]
    adapted = adapt(tmp_path / "dataset", info, "mine", [OwnClass("GGEL/Ponceau", examples)])
    assert [(one.code, one.like) for one in adapted.refit.new] == [("GGEL/Ponceau", 2)]
    assert adapted.taught.is_better
    made = write_bundle(info, adapted, tmp_path / "mine")
    assert made.classes == (*CLASSES, "GGEL/Ponceau")


def test_what_cannot_teach_is_said(info: BundleInfo, tmp_path: Path):
    truth = _blind(tmp_path, info, 60)
    with pytest.raises(InputError, match="named 0 rows"):
        adapt(tmp_path, info, "mine")
    _correct(tmp_path, truth, 12)
    with pytest.raises(InputError, match="nobody has named a row 'Ponceau'"):
        adapt(tmp_path, info, "mine", [OwnClass("Ponceau")])
    with pytest.raises(InputError, match="no subfigure 'x'"):
        adapt(tmp_path, info, "mine", [OwnClass("Ponceau", ("x",))])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with pytest.raises(OutputError, match="holds something already"):
        write_bundle(info, adapt(tmp_path, info, "mine"), tmp_path / "full")


def test_another_model_s_dataset_is_refused(info: BundleInfo, tmp_path: Path):
    from tests.tasks.index.small import dataset

    with pytest.raises(OutputError, match="was labelled by default@0123456789ab, not by small@"):
        adapt(dataset(tmp_path), info, "mine")


def test_the_random_order_says_how_sure_to_be(info: BundleInfo, tmp_path: Path):
    truth = _blind(tmp_path, info, 300)
    _correct(tmp_path, truth, 60, queue="random")
    assert adapt(tmp_path, info, "mine").refit.sharpness != 1.0


def test_the_command_says_what_it_found_and_refuses_to_make_it_worse(info: BundleInfo, tmp_path: Path):
    out = tmp_path / "dataset"
    truth = _blind(out, info, 300)
    _correct(out, truth, 60)
    arguments = ["adapt", str(out), "--out", str(tmp_path / "mine"), "--model", str(info.path)]
    done = CliRunner().invoke(figmill, arguments)
    assert done.exit_code == 0, done.output
    assert "60 rows that people named, of 12 papers; 240 others held as they are" in done.output
    assert "held-out papers: 0.667 right before" in done.output
    assert (tmp_path / "mine" / "model.json").exists()

    alone = tmp_path / "alone"
    stored(alone, info, np.arange(60) % 3, np.arange(60) % 2, per_paper=60)
    _correct(alone, np.arange(60) % 3, 20)  # of one paper: there is no other to judge by
    arguments = ["adapt", str(alone), "--out", str(tmp_path / "other"), "--model", str(info.path)]
    refused = CliRunner().invoke(figmill, arguments)
    assert isinstance(refused.exception, FigmillError)
    assert "no better by held-out corrections, so nothing was written" in str(refused.exception)
    assert not (tmp_path / "other").exists()
    assert CliRunner().invoke(figmill, [*arguments, "--force"]).exit_code == 0
    assert (tmp_path / "other" / "model.json").exists()


def test_a_bundle_promises_sets_by_the_random_order_alone_and_its_card_says_so(
    info: BundleInfo, tmp_path: Path
):
    truth = _blind(tmp_path / "dataset", info)
    _correct(tmp_path / "dataset", truth, 150)
    without = adapt(tmp_path / "dataset", info, "mine")
    assert without.covered is None
    assert "No conformal sets: 100 named rows of the random order are needed" in without.refit.notes
    _correct(tmp_path / "dataset", truth, 150, queue="random")
    adapted = adapt(tmp_path / "dataset", info, "mine")
    assert adapted.covered is not None
    assert adapted.covered.coverage > 0.9
    made = write_bundle(info, adapted, tmp_path / "mine")
    assert made.sets is not None
    assert (made.sets.coverage, len(made.sets.picture), made.sets.words) == (0.95, 3, None)
    assert "Conformal sets hold the true class with probability 0.95, by 150 rows" in made.card
