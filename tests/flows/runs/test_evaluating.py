"""Scoring a bundle on labelled images."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from click.testing import CliRunner, Result

from flows.cli import figmill
from flows.runs.evaluating import EvaluateSettings, evaluate_bundle
from flows.runs.training import train
from models.bundle.bundle import Calibration, Hashing, WordsCalibration
from models.bundle.description import Description
from models.bundle.serialization import save_bundle
from models.bundle.text_model import TextModel
from models.caption_features import caption_features
from models.data.imageclef import DataError
from models.inference.words import hash_text
from models.networks.build import build_network
from models.training.settings import TrainSettings
from models.transforms import Transform
from tasks.errors import FigmillError
from tests.models.pictures import CODES, class_folders, picture


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that tells the made-up pictures apart, and its images."""
    root = tmp_path_factory.mktemp("trained")
    class_folders(root / "set" / "train", 8)
    class_folders(root / "set" / "validation", 4, seed=50)
    (root / "small.toml").write_text("[transform]\nsize = 64\nresize = 64\n")
    train(
        TrainSettings(
            data=(str(root / "set"),),
            out=str(root / "bundle"),
            model="resnet18:b1-0",
            preset="fast",
            recipe=str(root / "small.toml"),
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
    again = evaluate_bundle(settings(trained, tmp_path, data=(str(trained / "set"),), split="validation"))
    validation = json.loads((trained / "bundle" / "model.json").read_text())["metrics"]["validation"]
    assert again.images == validation["images"] == 16
    assert again.accuracy == pytest.approx(validation["accuracy"][0], abs=1e-4)
    assert again.macro_f1 == pytest.approx(validation["macro_f1"][0], abs=1e-4)
    assert again.ece == pytest.approx(validation["ece"][0], abs=0.01)


def test_images_of_unknown_classes_are_wrong_in_every_score_and_it_says_so(
    trained: Path, tmp_path: Path
) -> None:
    class_folders(tmp_path / "set", 2, codes=CODES[:2])
    (class_folders(tmp_path / "more", 2, codes=("DMEL",), seed=70) / "DMEL").rename(tmp_path / "set" / "GFIG")
    done = run(
        "evaluate", trained / "bundle", tmp_path / "set", "--out", tmp_path / "o", "--cache", tmp_path / "c"
    )
    assert done.exit_code == 0, done.output
    assert "6 images (2 of classes unknown to the model, counted as wrong), accuracy 0.667" in done.output
    report = (tmp_path / "o" / "report.md").read_text()
    assert "6 images, of which 2 of classes that the model does not have (wrong in every score)" in report
    kept = json.loads((tmp_path / "o" / "metrics.json").read_text())
    assert kept["unknown"] == 2
    assert kept["classes"]["DMEL"] == {"images": 2, "precision": 0.5, "recall": 1.0, "f1": 0.6667}


def test_captions_count_where_the_network_reads_them(tmp_path: Path) -> None:
    """A bundle whose head looks at the words alone: the same picture, two captions."""
    network = build_network("densenet121+captions", 2)
    words = torch.from_numpy(caption_features(["electron micrograph", "fluorescence"]))
    torch.nn.init.zeros_(network.fc.weight)
    with torch.no_grad():
        network.fc.weight[:, -words.shape[1] :] = 9 * words
    description = Description(
        name="words", model="densenet121+captions", classes=CODES[:2], transform=Transform(size=64, resize=64)
    )
    save_bundle(tmp_path / "bundle", description, network, "")
    picture("DMEL", 0).save(tmp_path / "a.png")
    picture("DMEL", 0).save(tmp_path / "b.png")
    (tmp_path / "list.csv").write_text(
        "path,code,caption\na.png,DMEL,An electron micrograph\nb.png,DMFL,Fluorescence of cells\n"
    )
    scores = evaluate_bundle(
        EvaluateSettings(
            bundle=str(tmp_path / "bundle"),
            data=(str(tmp_path / "list.csv"),),
            out=str(tmp_path / "out"),
            device="cpu",
            cache=str(tmp_path / "cache"),
        )
    )
    assert scores.accuracy == 1.0
    assert pq.read_table(tmp_path / "out" / "predictions.parquet")["predicted"].to_pylist() == [
        "DMEL",
        "DMFL",
    ]


def test_captions_and_subcaptions_of_a_list_count_beside_the_images(tmp_path: Path) -> None:
    """A bundle that reads words, and whose network says nothing: a panel's own text, or else the caption, or none."""
    network = build_network("resnet18:b1-0", 2)
    torch.nn.init.zeros_(network.fc.weight)
    torch.nn.init.zeros_(network.fc.bias)
    hashing, weight = Hashing(buckets=256), np.zeros((512, 2), np.float32)
    weight[hash_text("fluorescence", hashing).buckets] = -5, 5
    ones, even = np.ones(256, np.float32), np.full(2, 0.5, np.float32)
    description = Description(
        name="words",
        model="resnet18:b1-0",
        classes=CODES[:2],
        transform=Transform(size=64, resize=64),
        calibration=Calibration(words=WordsCalibration(temperature=1.0, own=1.0, caption=1.0)),
        hashing=hashing,
    )
    text = TextModel(weight, ones, np.zeros(2, np.float32), even)
    save_bundle(tmp_path / "bundle", description, network, "", text=text)
    for name in "abc":
        picture("DMEL", 0).save(tmp_path / f"{name}.png")
    (tmp_path / "list.csv").write_text(
        "path,code,caption,subcaption\na.png,DMFL,Cells,Fluorescence\nb.png,DMFL,Fluorescence,\nc.png,DMEL,,\n"
    )
    wanted = settings(
        tmp_path, tmp_path / "out", data=(str(tmp_path / "list.csv"),), cache=str(tmp_path / "cache")
    )
    assert evaluate_bundle(wanted).accuracy == 1.0
    assert "2 of the 3 images were scored with a caption" in (tmp_path / "out" / "report.md").read_text()
    assert evaluate_bundle(replace(wanted, captions=False)).accuracy == pytest.approx(1 / 3)


def test_images_that_trained_the_bundle_are_counted_and_warned_of(trained: Path, tmp_path: Path) -> None:
    warnings: list[str] = []
    evaluate_bundle(settings(trained, tmp_path / "new"), warnings.append)
    assert not warnings
    (tmp_path / "copied.png").write_bytes((trained / "set" / "train" / "DMEL" / "0.png").read_bytes())
    (tmp_path / "list.csv").write_text("path,code\ncopied.png,DMEL\n")
    data = (str(trained / "new"), str(tmp_path / "list.csv"))
    evaluate_bundle(settings(trained, tmp_path / "old", data=data), warnings.append)
    assert len(warnings) == 1
    assert warnings[0].startswith("1 of the 21 images trained bundle@")
    assert warnings[0] in (tmp_path / "old" / "report.md").read_text()
    table = pq.read_table(tmp_path / "old" / "predictions.parquet")
    assert sum(table["trained_on"].to_pylist()) == 1
    done = run("evaluate", trained / "bundle", *data, "--out", tmp_path / "o", "--cache", tmp_path / "c")
    assert "warning: 1 of the 21 images trained" in done.stderr


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


def test_explain_keeps_images_of_one_name_apart_and_names_one_that_is_none(
    trained: Path, tmp_path: Path
) -> None:
    images = [trained / "new" / code / "0.png" for code in ("DMEL", "DMFL")]
    done = run("explain", trained / "bundle", *images, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"0.png", "0-2.png"}
    (tmp_path / "bad.png").write_bytes(b"no image")
    bad = run("explain", trained / "bundle", tmp_path / "bad.png", "--out", tmp_path / "none")
    assert isinstance(bad.exception, FigmillError)
    assert "bad.png: it is no image (PNG" in str(bad.exception)
    assert not (tmp_path / "none").exists()


def test_models_lists_what_ships_and_shows_a_card(trained: Path) -> None:
    listed = " ".join(run("models").output.split())
    assert "default@" in listed
    assert re.search(
        r"dev, with words, \d+ images: accuracy 0\.\d+ \(0\.\d+ to 0\.\d+\), macro-F1 0\.\d+ \(", listed
    )
    assert "## Limits" in run("models", "show", trained / "bundle").output
    assert "resnet34:tune-X" in listed
    assert "resnet18:b2-1+b3-1" in listed
    assert 'schedule = "cosine"' in run("models", "recipe", "fast").output
