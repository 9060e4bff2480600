"""Training from a folder of images to a bundle: every kind of network, a real kill, bad input."""

import csv
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file

from flows.cli import figmill as commands
from flows.runs.training import train
from models.bundle.bundle import BundleInfo
from models.bundle.description import Description
from models.bundle.serialization import load_bundle, save_bundle
from models.data.imageclef import DataError
from models.networks.build import build_network
from models.networks.variants import ENSEMBLE_MEMBERS
from models.networks.weights import WeightsError
from models.training.checkpoints import CheckpointError
from models.training.reporter import TrainReporter
from models.training.settings import TrainSettings, recipe_of
from models.training.training import Epoch
from models.transforms import Transform
from tasks.errors import FigmillError
from tests.conftest import SHARED
from tests.flows.command import figmill_here, start
from tests.models.pictures import CODES, class_folders, encoded, picture
from tests.servers import Server
from tests.tasks.corrections.acts import keep, rows_of, say
from tests.tasks.corrections.learning_sets import stored
from tests.tasks.index.small import dataset

_PANELS = ("GFIG", "DMLI", "GCHE", "DRXR")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of 24 published panels of four classes with a test split; made-up pictures where they are not here."""
    folder = tmp_path_factory.mktemp("tiny")
    if (SHARED / "panels").is_dir():
        with (SHARED / "panels" / "published.csv").open() as stream:
            rows = list(csv.DictReader(stream))
        chosen = [r for code in _PANELS for r in [r for r in rows if r["code"] == code][:6]]
        lines = [(SHARED / "panels" / r["path"], r["code"]) for r in chosen]
    else:
        made = sorted(class_folders(folder, 6).rglob("*.png"))
        lines = [(path, _PANELS[CODES.index(path.parent.name)]) for path in made]
    table = "".join(
        f'{path},{code},{("train", "train", "train", "validation", "test", "test")[n % 6]},"caption of {code}"\n'
        for n, (path, code) in enumerate(lines)
    )
    (folder / "set.csv").write_text("path,code,split,caption\n" + table)
    (folder / "small.toml").write_text("[transform]\nsize = 80\nresize = 88\n")
    return folder / "set.csv"


@pytest.fixture
def settings(tiny: Path, tmp_path: Path) -> Callable[..., TrainSettings]:
    def make(**changes: object) -> TrainSettings:
        plain: dict[str, object] = {
            "data": (str(tiny),),
            "out": str(tmp_path / "out"),
            "epochs": 1,
            "weights": "random",
            "device": "cpu",
            "batch_size": 6,
            "recipe": str(tiny.parent / "small.toml"),
            "cache": str(tmp_path / "cache"),
        }
        return TrainSettings(**(plain | changes))  # type: ignore[arg-type]

    return make


@pytest.mark.parametrize(
    "model",
    [
        "resnet18:b1-0",
        "resnet18:tune-fc",
        "resnet18:tune-whole",
        "resnet18:b1-1+b2-0",
        "resnet34:b1-0",
        "resnet50:b1-1",
        "resnet50:tune-b4-2",
        "resnet101:tune-fc",
        "resnet152:b2-1",
        "resnet50:svm",
        "alexnet+googlenet",
        "inception_v3",
        "densenet121+captions",
    ],
)
def test_every_kind_of_network_trains_and_becomes_a_bundle(
    settings: Callable[..., TrainSettings], model: str
) -> None:
    outcome = train(settings(model=model))
    bundle = load_bundle(outcome.bundle.path)
    assert bundle.info.model == model
    assert len(bundle.info.classes) == 4
    assert outcome.test is not None
    assert outcome.test.images == 8
    assert len(outcome.test_predicted) == 8


def test_the_ensemble_takes_its_members_from_their_bundles(
    settings: Callable[..., TrainSettings], tmp_path: Path
) -> None:
    def keep(name: str) -> None:
        description = Description(name="m", model=name, classes=CODES, transform=Transform())
        save_bundle(tmp_path / "bundles" / name.replace(":", "_"), description, build_network(name, 4), "")

    for name in ENSEMBLE_MEMBERS[1:]:
        keep(name)
    wanted = settings(model="resnet50:ensemble", weights=str(tmp_path / "bundles"))
    with pytest.raises(WeightsError, match=r"bundles lacks resnet50_b4-2\."):
        train(wanted)
    with pytest.raises(WeightsError, match="joins six trained networks"):
        train(settings(model="resnet50:ensemble", weights="imagenet"))
    keep(ENSEMBLE_MEMBERS[0])
    outcome = train(wanted)
    joined = load_bundle(outcome.bundle.path).network.state_dict()
    last = load_file(tmp_path / "bundles" / "resnet50_b3-3" / "model.safetensors")
    assert torch.equal(joined["members.5.layer3.3.conv2.weight"], last["layer3.3.conv2.weight"].float())


def test_a_bundle_tells_how_it_was_made(settings: Callable[..., TrainSettings]) -> None:
    outcome = train(
        settings(model="resnet18:b1-0", epochs=2, command="figmill train x", notes="Only a test.")
    )
    card, folder = outcome.bundle.card, outcome.bundle.path
    assert all(
        words in card for words in ("figmill train x", "Only a test.", "Seed 0", "macro-F1", "## Limits")
    )
    record = json.loads((folder / "model.json").read_text())
    assert record["training"]["images"]["test"] == dict.fromkeys(outcome.bundle.classes, 2)
    assert record["metrics"]["test"]["images"] == 8
    curves = list(csv.DictReader((folder / "training" / "curves.csv").open()))
    assert [row["epoch"] for row in curves] == ["1", "2"]
    assert (folder / "training" / "curves.png").stat().st_size > 5000
    assert not (folder / "training" / "checkpoint.pt").exists()


def test_killed_and_called_again_gives_the_bundle_of_an_unbroken_run(tiny: Path, tmp_path: Path) -> None:
    def command(name: str) -> list[object]:
        fixed = ["train", tiny, "--model", "resnet18:b1-0", "--weights", "random", "--epochs", 30]
        fixed += ["--device", "cpu", "--batch-size", 6, "--recipe", tiny.parent / "small.toml"]
        return [*fixed, "--name", "same", "--out", tmp_path / name, "--cache", tmp_path / "cache"]

    unbroken = figmill_here(*command("unbroken"), home=tmp_path)
    assert unbroken.returncode == 0, unbroken.stderr
    log, checkpoint = tmp_path / "log", tmp_path / "killed" / "training" / "checkpoint.pt"
    process = start(*command("killed"), home=tmp_path, log=log)
    while not checkpoint.exists():
        assert process.poll() is None, log.read_text()
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "killed" / "model.json").exists()
    resumed = figmill_here(*command("killed"), home=tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    assert "going on after epoch" in resumed.stdout
    assert "epoch 1/30" not in resumed.stdout
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("unbroken", "killed")]
    assert weights[0] == weights[1]
    assert not list((tmp_path / "killed" / "training").glob("*.part"))
    again = figmill_here(*command("killed"), home=tmp_path)
    assert "holds this very training already" in again.stdout
    assert "epoch" not in again.stdout


def test_as_a_flow_run_it_shows_its_epochs_and_its_card(
    prefect: Server, settings: Callable[..., TrainSettings]
) -> None:
    from flows.train_classifier import train_classifier

    with prefect.for_flows_here():
        card = train_classifier(settings(model="resnet18:b1-0", epochs=2)).bundle.card
    keys = ["figmill-train-classifier", "figmill-train-classifier-progress"]
    found = prefect.ask("artifacts/latest/filter", artifacts={"key": {"any_": keys}}, sort="KEY_ASC")
    assert [artifact["key"] for artifact in found] == keys
    assert (found[0]["data"], float(found[1]["data"])) == (card, 100.0)


def test_missing_and_corrupt_images_are_named_and_the_rest_trains(
    settings: Callable[..., TrainSettings], tmp_path: Path
) -> None:
    folder = class_folders(tmp_path / "set", 5, codes=CODES[:2])
    (folder / "DMEL" / "broken.png").write_bytes(b"no image")
    listed = "\n".join(f"{p.relative_to(folder)},{p.parent.name}" for p in sorted(folder.rglob("*.png")))
    (folder / "list.csv").write_text(f"path,code\n{listed}\nDMEL/gone.png,DMEL\n")
    outcome = train(settings(data=(str(folder / "list.csv"),), model="resnet18:b1-0"))
    assert (outcome.missing, outcome.unreadable) == (("DMEL/gone.png",), ("broken.png",))
    assert "Listed but missing: 1; unreadable: 1" in outcome.bundle.card


def test_presets_and_overrides(settings: Callable[..., TrainSettings]) -> None:
    paper = recipe_of(settings(epochs=None, batch_size=None))
    assert (paper.epochs, paper.learning_rate, paper.optimiser) == (100, 5e-6, "adam")
    fast = recipe_of(settings(preset="fast", epochs=3))
    assert (fast.epochs, fast.schedule, fast.transform.fit) == (3, "cosine", "stretch")
    assert fast.transform.size == 80
    own = settings(optimiser="adamw", weight_decay=0.1, schedule="cosine", select="macro_f1", oversample=0.0)
    changed = recipe_of(own)
    assert (changed.optimiser, changed.weight_decay, changed.oversample) == ("adamw", 0.1, 0.0)
    assert (changed.schedule, changed.select, changed.batch_size) == ("cosine", "macro_f1", 6)
    assert recipe_of(settings(recipe=None, model="inception_v3")).transform.size == 299


def test_an_outcome_tells_what_the_training_was(settings: Callable[..., TrainSettings], tiny: Path) -> None:
    outcome = train(settings(model="resnet18:b1-0", select="accuracy"))
    kept = json.loads((outcome.bundle.path / "training" / "outcome.json").read_text())
    assert kept["training"] == outcome.training
    assert kept["training"]["recipe"]["select"] == "accuracy"
    assert tuple(kept["test_predicted"]) == outcome.test_predicted
    assert "the highest validation accuracy" in outcome.bundle.card


def test_a_checkpoint_of_other_data_is_refused(
    settings: Callable[..., TrainSettings], tmp_path: Path
) -> None:
    """Images of the same names and number, but of other content."""

    class StopReporter(TrainReporter):
        def epoch(self, epoch: Epoch, total: int) -> None:
            if (tmp_path / "out" / "training" / "checkpoint.pt").exists():
                raise KeyboardInterrupt

    folder = class_folders(tmp_path / "set", 4)
    wanted = settings(data=(str(folder),), model="resnet18:b1-0", epochs=200)
    with pytest.raises(KeyboardInterrupt):
        train(wanted, StopReporter())
    picture("DMEL", 77).save(folder / "DMEL" / "0.png")
    with pytest.raises(CheckpointError, match="another training"):
        train(wanted)


def test_a_split_that_corrupt_images_empty_is_an_error(
    settings: Callable[..., TrainSettings], tmp_path: Path
) -> None:
    for split in ("train", "validation"):
        class_folders(tmp_path / "set" / split, 2)
    for file in (tmp_path / "set" / "validation").rglob("*.png"):
        file.write_bytes(b"broken")
    with pytest.raises(DataError, match=r"the validation split is empty \(8 images cannot be read"):
        train(settings(data=(str(tmp_path / "set"),), model="resnet18:b1-0"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere"], "nowhere does not exist"),
        (["SET", "--model", "resnet18:b7-1"], "did you mean resnet18:b"),
        (["SET", "--weights", "gone.pth"], "start weights gone.pth cannot be read"),
        (["SET", "--freeze", "b3-0"], "there is no residual unit b3-0"),
        (["ONE"], "DMFL has a single image"),
        (["SET", "--where", "split=test"], "split is empty"),
        (["SET", "--device", "cuda"], "--device cpu"),
        (["SET", "--mlflow"], "uv sync --extra mlflow"),
        (["SET", "--model", "resnet50:ensemble", "--weights", "imagenet"], "joins six trained networks"),
        (["SET", "--model", "resnet18:b1-1+b1-0"], "the earlier one first"),
        (["SET", "--recipe", "gone.toml"], "gone.toml cannot be read"),
    ],
)
def test_bad_input_is_one_line(tiny: Path, tmp_path: Path, arguments: list[str], says: str) -> None:
    if "cuda" in arguments and torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    one = class_folders(tmp_path / "one", 3, codes=("DMEL",))
    (one / "DMFL").mkdir()
    picture("DMFL", 0).save(one / "DMFL" / "0.png")
    places = {"SET": str(tiny), "ONE": str(one)}
    given = [places.get(argument, argument) for argument in arguments]
    extra = ["--out", str(tmp_path / "out"), "--cache", str(tmp_path / "c")]
    extra += ["--model", "resnet18:b1-0", "--weights", "random"]
    done = CliRunner().invoke(commands, ["train", *extra, *given])
    assert isinstance(done.exception, FigmillError)
    assert says in str(done.exception)
    assert "\n" not in str(done.exception)


@pytest.fixture
def corrected(tmp_path: Path) -> Path:
    """A dataset in which people named 24 pictures of three classes, one of them their own."""
    codes = (*CODES[:2], "GGEL/Ponceau")
    truth = np.arange(36) % 3
    info = BundleInfo(
        path=tmp_path,
        name="small",
        model="x",
        classes=CODES[:2],
        transform=Transform(),
        embedding_size=2,
        sha256="0" * 64,
        card="",
    )
    out = tmp_path / "dataset"
    stored(out, info, np.minimum(truth, 1), np.minimum(truth, 1), per_paper=3)
    part = next((out / "subfigures").iterdir())
    table = pq.read_table(part)
    images = [{"bytes": encoded(picture(CODES[code], n)), "path": "x.png"} for n, code in enumerate(truth)]
    place = table.schema.get_field_index("image")
    pq.write_table(
        table.set_column(place, table.schema.field(place), pa.array(images, table.schema.field(place).type)),
        part,
    )
    rows = rows_of(out)
    keep(out, *(say("label", rows[n], codes[truth[n]]) for n in range(24)))
    (tmp_path / "own.toml").write_text('[[class]]\nname = "Ponceau"\nbelow = "GGEL"\n')
    return out


def test_what_people_corrected_trains_a_network_of_their_classes_by_article_and_goes_on_when_killed(
    corrected: Path, tmp_path: Path, tiny: Path
) -> None:
    options = [
        *("--from", str(corrected), "--classes", str(tmp_path / "own.toml"), "--out", str(tmp_path / "ours")),
        *("--model", "resnet18:b1-0", "--weights", "random", "--recipe", str(tiny.parent / "small.toml")),
        *("--batch-size", "6", "--device", "cpu", "--cache", str(tmp_path / "cache")),
    ]
    run = start("train", *options, "--epochs", "20", home=tmp_path / "home", log=tmp_path / "log")
    checkpoint = tmp_path / "ours" / "training" / "checkpoint.pt"
    while not checkpoint.exists() and run.poll() is None:
        time.sleep(0.05)
    run.kill()  # unless it has ended, and said why
    run.wait()
    assert checkpoint.exists(), (tmp_path / "log").read_text()
    done = figmill_here("train", *options, "--epochs", "20", home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert "24 pictures that people named, of 8 articles" in done.stdout
    assert "going on after epoch" in done.stdout
    info = load_bundle(tmp_path / "ours").info
    assert info.classes == (*CODES[:2], "GGEL/Ponceau")
    with (tmp_path / "ours" / "training" / "corrections" / "labels.csv").open() as stream:
        articles = {row["article"] for row in csv.DictReader(stream)}
    assert len(articles) == 8
    assert sum(info.training["images"]["validation"].values()) == 6  # two articles whole
    again = figmill_here("train", *options, "--epochs", "20", home=tmp_path / "home")
    assert "holds this very training already" in again.stdout


def test_a_training_without_data_or_corrections_is_refused_in_a_sentence(tmp_path: Path) -> None:
    out = dataset(tmp_path / "dataset")
    for options, words in (
        ([], "give DATA to train on, or a dataset"),
        (["--from", str(tmp_path / "nowhere")], "nowhere"),
        (["--from", str(out)], "people have named nothing"),
    ):
        done = CliRunner().invoke(
            commands, ["train", *options, "--out", str(tmp_path / "x"), "--weights", "random"]
        )
        said = done.output or str(done.exception)
        assert done.exit_code != 0
        assert words in said or words in str(done.exception)
