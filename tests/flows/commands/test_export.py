"""`figmill export` as its user meets it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import figmill
from tasks.errors import FigmillError
from tests.flows.command import figmill as run
from tests.tasks.export.papers import draw, labelled, rows_of
from tests.tasks.index.small import FIRST, dataset, part, row


def _call(*arguments: object) -> Result:
    return CliRunner().invoke(figmill, ["export", *map(str, arguments)])


def test_it_says_what_was_handed_on_under_which_licences(tmp_path: Path):
    out = dataset(tmp_path / "dataset")
    done = _call(out, "--to", "huggingface", "--out", tmp_path / "all")
    assert done.exit_code == 0, done.output
    assert "all: 6 subfigures of 6 papers (4 CC BY 4.0, 1 CC0, 1 without a known licence)" in done.output
    chosen = (
        "--modality",
        "dmtr",
        "--modality",
        "illustration",
        "--min-confidence",
        0.4,
        "--license",
        "CC BY 4.0",
    )
    done = _call(out, "--to", "webdataset", "--out", tmp_path / "some", *chosen)
    assert "some: 2 subfigures of 2 papers (2 CC BY 4.0); 4 left out" in done.output
    assert sorted(path.name for path in (tmp_path / "some").iterdir()) == [
        "MODEL.md",
        "README.md",
        "figmill-000000.tar",
    ]


def test_croissant_describes_the_dataset_and_takes_no_choice(tmp_path: Path):
    out = dataset(tmp_path / "dataset")
    done = _call(out, "--to", "croissant")
    assert done.output.strip() == str(out / "croissant.json")
    assert json.loads((out / "croissant.json").read_text())["name"] == "dataset"
    assert _call(out, "--to", "croissant", "--named-only").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--to", "webdataset", "--out", "x", "--modality", "mircoscopy"], "no modality 'mircoscopy': micro"),
        (["--to", "webdataset", "--out", "/proc/x"], "cannot write /proc/x"),
        (
            ["--to", "huggingface", "--out", "x", "--license", "MIT"],
            "no row is under the licence 'MIT': it has CC BY 4.0, CC0",
        ),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], words: str, tmp_path: Path):
    done = _call(dataset(tmp_path / "dataset"), *arguments)
    assert isinstance(done.exception, FigmillError)
    assert words in str(done.exception)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--to", "webdataset"], "needs --out"),
        (["--to", "zip", "--out", "x"], "'zip' is not one of"),
        (["--out", "x"], "--to FORM is missing"),
        (["--to", "coco", "--out", "x", "--split"], "coco is of pages"),
        (["--to", "folder", "--out", "x", "--split"], "--split is for"),
        (["--restore", "."], "--restore needs --out"),
    ],
)
def test_what_is_not_understood_is_a_matter_of_usage(arguments: list[str], words: str, tmp_path: Path):
    done = _call(dataset(tmp_path / "dataset"), *arguments)
    assert done.exit_code == 2
    assert words in done.output


def test_a_folder_that_is_no_dataset_is_one_line(tmp_path: Path):
    done = run("export", tmp_path, "--to", "croissant", home=tmp_path)
    assert done.returncode == 1
    assert "is no Figmill dataset" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_kind_of_chart_that_rows_have_may_be_chosen(tmp_path: Path):
    path = ["illustration", "illustration/chart", "illustration/chart/bar"]
    part(tmp_path / "dataset", FIRST, [row(1, "GFIG", modality_path=path), row(2, "GFIG")])
    chosen = ("--to", "huggingface", "--modality", path[-1])
    done = _call(tmp_path / "dataset", *chosen, "--out", tmp_path / "bars")
    assert "bars: 1 subfigure of 1 paper" in done.output


def test_splits_are_counted_and_duplicates_looked_for_first(tmp_path: Path):
    out = dataset(tmp_path / "dataset")
    done = _call(out, "--to", "huggingface", "--out", tmp_path / "repository", "--split")
    assert done.exit_code == 0, done.output
    assert "6 subfigures of 6 papers" in done.stdout
    assert "comparing 6 pictures" in done.stderr
    assert (out / "duplicates" / "groups.parquet").is_file()
    assert sum(int(word.split()[0]) for word in done.stdout.strip().split("; ")[1:]) == 6


def test_splits_that_stay_empty_are_said(tmp_path: Path):
    part(tmp_path / "dataset", FIRST, [row(1), row(2)])
    done = _call(tmp_path / "dataset", "--to", "webdataset", "--out", tmp_path / "shards", "--split")
    filled = {file.name.split("-")[0] for file in (tmp_path / "shards").glob("*.tar")}
    empty = [split for split in ("train", "validation", "test") if split not in filled]
    assert empty
    assert f"warning: {' and '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty" in done.stderr
    assert "and 2 are too few" in done.stderr


@pytest.mark.parametrize("form", ["huggingface", "webdataset", "images"])
def test_a_picture_that_is_not_the_one_that_was_written_is_not_handed_on(tmp_path: Path, form: str):
    part(tmp_path / "dataset", FIRST, [row(1), row(2, image_sha256="0" * 64)])
    done = _call(tmp_path / "dataset", "--to", form, "--out", tmp_path / "out")
    assert isinstance(done.exception, FigmillError)
    assert f"{FIRST} is damaged: the picture of {2:016x}/0/0 is not the one" in str(done.exception)
    assert "figmill check" in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_a_family_of_licences_means_its_versions(tmp_path: Path):
    out = dataset(tmp_path / "dataset")
    done = _call(
        out, "--to", "huggingface", "--out", tmp_path / "open", "--license", "cc-by", "--license", "CC0"
    )
    assert "5 subfigures of 5 papers (4 CC BY 4.0, 1 CC0); 1 left out" in done.stdout


def test_pictures_that_may_not_be_passed_on_are_left_out_or_nulled_and_restored(tmp_path: Path):
    (tmp_path / "papers").mkdir()
    pdf = tmp_path / "papers" / "a.pdf"
    draw(pdf)
    labelled(tmp_path / "dataset", FIRST, [*rows_of(pdf, license="CC BY-NC 4.0"), row(9)])
    out = tmp_path / "dataset"
    done = _call(out, "--to", "huggingface", "--out", tmp_path / "open", "--redistributable")
    assert "open: 1 subfigure of 1 paper (1 CC BY 4.0); 2 left out" in done.output
    done = _call(out, "--to", "huggingface", "--out", tmp_path / "nulled", "--null-unlicensed")
    assert "2 without the picture" in done.output
    done = _call(tmp_path / "nulled", "--restore", tmp_path / "papers", "--out", tmp_path / "restored")
    assert "restored: 2 pictures filled in" in done.output
    done = _call(tmp_path / "restored", "--restore", tmp_path / "papers", "--out", tmp_path / "again")
    assert "has all its pictures" in str(done.exception)


def test_boxes_go_to_coco_and_label_studio(tmp_path: Path):
    draw(tmp_path / "a.pdf")
    labelled(tmp_path / "dataset", FIRST, [*rows_of(tmp_path / "a.pdf"), row(9)])
    for form in ("coco", "label-studio"):
        done = _call(tmp_path / "dataset", "--to", form, "--out", tmp_path / form)
        assert "1 page, 2 subfigures of 1 paper (2 CC BY 4.0); 1 page cannot be drawn" in done.output


def test_a_folder_that_holds_something_is_refused_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    begun = []
    monkeypatch.setattr("flows.commands.export.progress", lambda *told: begun.append(told))
    out = dataset(tmp_path / "dataset")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").touch()
    done = _call(out, "--to", "webdataset", "--out", tmp_path / "full")
    assert "holds something already: name a new or empty folder" in str(done.exception)
    assert begun == []
