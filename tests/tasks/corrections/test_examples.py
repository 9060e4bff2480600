"""What people named becomes a table of pictures to train on: as they cut them, by article, and nothing else."""

from pathlib import Path

import pytest

from models.data.imageclef import read_data
from tasks.corrections.examples import TABLE, write_examples
from tasks.corrections.own_classes import OwnClass
from tasks.errors import InputError
from tests.tasks.corrections.acts import keep, piece, rows_of, say
from tests.tasks.index.small import FIRST, dataset, part, row
from tests.tasks.small_datasets import png

PONCEAU = "GGEL/Ponceau"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return dataset(tmp_path / "dataset")


def test_what_people_named_last_is_a_picture_with_its_article_and_captions(out: Path, tmp_path: Path):
    rows = rows_of(out)
    keep(
        out,
        say("label", rows[0], "DMEL"),
        say("label", rows[0], "DMTR"),
        say("label", rows[1], "GGEL", who="Ben"),
        say("no_figure", rows[1]),  # nothing to learn from
        say("label", rows[2], "GGEL"),
        say("several", rows[2]),
        say("letter", rows[3], "b"),  # no word about the class
        say("label", rows[4], "Quilt"),  # which nobody knows
    )
    made = write_examples(out, tmp_path / "made")
    assert (made.pictures, made.articles, made.unknown) == (1, 1, 1)
    (image,) = read_data([made.table]).images
    assert (image.code, image.group, image.licence) == ("DMTR", "PMC0", "CC BY 4.0")
    assert (image.caption, image.subcaption) == (
        "Loss of cristae. (a) Liver. (b) Heart.",
        "Loss of cristae. Liver.",
    )
    assert image.path.read_bytes() == png(0)


def test_a_panel_that_people_cut_is_trained_on_as_they_cut_it(out: Path, tmp_path: Path):
    row = rows_of(out)[0]
    halves = piece(row, 10_001, (0, 0, 5, 10)), piece(row, 10_002, (5, 0, 10, 10))
    keep(out, say("label", row, "DMTR"), say("split", row, pieces=halves))
    with pytest.raises(InputError, match="named nothing"):  # the whole is gone, and nobody named the halves
        write_examples(out, tmp_path / "none")
    half = {**row, "subfigure_id": halves[1].subfigure_id, "image_sha256": halves[1].image_sha256}
    keep(out, say("label", {**half, "subfigure_bbox": list(halves[1].bbox)}, "GTAB"))
    made = write_examples(out, tmp_path / "made")
    (image,) = read_data([made.table]).images
    assert (image.code, image.path.read_bytes()) == ("GTAB", halves[1].image)


def test_examples_of_ones_own_classes_count_where_nobody_says_otherwise(out: Path, tmp_path: Path):
    rows = rows_of(out)
    names = [row["subfigure_id"] for row in rows]
    keep(
        out,
        say("label", rows[0], PONCEAU),
        say("label", rows[1], "GFIG"),
        say("letter", rows[2], "b"),  # no word about the class
    )
    own = [OwnClass(PONCEAU, (names[1], names[2]))]
    images = read_data([write_examples(out, tmp_path / "made", own).table]).images
    assert sorted((image.path.stem, image.code) for image in images) == [
        (names[0].replace("/", "-"), PONCEAU),
        (names[1].replace("/", "-"), "GFIG"),
        (names[2].replace("/", "-"), PONCEAU),
    ]
    with pytest.raises(InputError, match="no subfigure 'nowhere'"):
        write_examples(out, tmp_path / "other", [OwnClass(PONCEAU, ("nowhere",))])


def test_captions_of_many_lines_and_formulas_stay_one_row(out: Path, tmp_path: Path):
    row = rows_of(out)[0]
    keep(out, say("label", row, "DMTR"), say("caption", row, '=cmd|" /c\r\nx"\u2028,\x0b<script>'))
    made = write_examples(out, tmp_path / "made")
    (image,) = read_data([made.table]).images
    assert image.subcaption == '=cmd|" /c x" ,' + " <script>"
    assert sorted(file.name for file in (tmp_path / "made").iterdir()) == [TABLE, "pictures"]


def test_names_that_no_file_can_have_become_files_of_their_own(out: Path, tmp_path: Path):
    names = ["a\0b", "a\nb", "../../a", "x" * 300]
    part(out, FIRST, [row(number, "DMTR", subfigure_id=name) for number, name in enumerate(names)])
    made = write_examples(out, tmp_path / "made", [OwnClass(PONCEAU, tuple(names))])
    images = read_data([made.table]).images
    assert len({image.path.resolve() for image in images}) == len(names)
    assert {image.path.resolve().parent for image in images} == {(tmp_path / "made" / "pictures").resolve()}
