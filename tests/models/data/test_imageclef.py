from pathlib import Path

import pytest

from models.data.imageclef import DataError, read_data
from tests.models.pictures import class_folders, picture


def put(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        picture("DMEL", 0).save(folder / name)


def test_class_folders_below_folders_of_splits(tmp_path: Path) -> None:
    for split in ("train", "Validation", "test"):
        class_folders(tmp_path / split, per_class=2, codes=("DMEL", "DMFL"))
    data = read_data([tmp_path])
    assert data.classes == ("DMEL", "DMFL")
    assert data.counts("validation") == {"DMEL": 2, "DMFL": 2}
    assert {image.split for image in data.images} == {"train", "validation", "test"}


def test_plain_class_folders_leave_the_split_open(tmp_path: Path) -> None:
    data = read_data([class_folders(tmp_path / "a", 3)])
    assert len(data.images) == 12
    assert {image.split for image in data.images} == {""}


@pytest.mark.parametrize("line", ["{} {}", "{}   {} ", "{},{}", "{}\t{}"])
def test_the_official_lists_name_images_without_suffix(tmp_path: Path, line: str) -> None:
    put(tmp_path / "all" / "deep", "1471-2091-12-30-1-1.jpg", "IJBI2010-535329.009-1.jpg")
    pairs = [("1471-2091-12-30-1-1", "D3DR"), ("IJBI2010-535329.009-1", "DMEL"), ("gone-1", "DMEL")]
    (tmp_path / "list.csv").write_text("\n".join(line.format(*pair) for pair in pairs) + "\n")
    data = read_data([tmp_path / "list.csv"], images=tmp_path / "all")
    assert [(image.path.stem, image.code) for image in data.images] == pairs[:2]
    assert data.missing == ("gone-1",)


@pytest.mark.parametrize(
    ("listed", "file"),
    [
        ("1471-2105-6-S2-S11-7_10", "1471-2105-6-S2-S11-7-10.jpg"),
        ("IJBI2010-308627-003-8", "IJBI2010-308627.003-8.jpg"),
        ("IJBI2010-535329-3.015", "IJBI2010-535329.015-3.jpg"),
    ],
)
def test_the_known_misnamed_images_are_found(tmp_path: Path, listed: str, file: str) -> None:
    put(tmp_path, file)
    (tmp_path / "list.txt").write_text(f"{listed} GFIG\n")
    assert [image.path.name for image in read_data([tmp_path / "list.txt"]).images] == [file]


def test_a_table_tells_split_group_caption_licence_and_doubt(tmp_path: Path) -> None:
    put(tmp_path / "p", "a.png", "b.png")
    (tmp_path / "t.csv").write_text(
        "path,code,article,split,unsure,caption,licence\np/a.png,DMEL,A1,dev,1,cells,CC-BY-4.0\np/b.png,DMFL,A2,train,0,,\n"
    )
    first, second = read_data([tmp_path / "t.csv"]).images
    assert (first.split, first.group, first.unsure, first.caption, first.licence) == (
        "test",
        "A1",
        True,
        "cells",
        "CC-BY-4.0",
    )
    assert (second.split, second.unsure) == ("train", False)


def test_the_papers_own_split_file_is_read(tmp_path: Path) -> None:
    put(tmp_path, "1471-2180-10-125-2-1.jpg")
    (tmp_path / "m.csv").write_text(
        "ID,NAME,MODALITY,SET,PATH\n1,1471-2180-10-125-2-1.jpg,DMEL,validation,/mnt/x/1471-2180-10-125-2-1.jpg\n"
    )
    (image,) = read_data([tmp_path / "m.csv"]).images
    assert (image.code, image.split) == ("DMEL", "validation")


def test_where_keeps_rows_of_tables_that_have_the_column(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "b.png", "c.png", "d.png")
    (tmp_path / "one.csv").write_text(
        "path,code,licence_class\na.png,DMEL,cc0\nb.png,DMEL,nc\nc.png,DMEL,permissive\n"
    )
    (tmp_path / "two.csv").write_text("path,code\nd.png,DMFL\n")
    data = read_data(
        [tmp_path / "one.csv", tmp_path / "two.csv"], where={"licence_class": ("cc0", "permissive")}
    )
    assert [image.path.name for image in data.images] == ["a.png", "c.png", "d.png"]


def test_a_file_that_is_reached_on_two_ways_counts_once(tmp_path: Path) -> None:
    folder = class_folders(tmp_path / "a", 2)
    (tmp_path / "link").symlink_to(folder)
    roundabout = tmp_path / "a" / ".." / "a"
    assert len(read_data([folder, roundabout, tmp_path / "link"]).images) == 8


def test_bad_data_are_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.csv").write_text("just one column\nand words that are no list\n")
    (tmp_path / "gone.txt").write_text("x DMEL\n")
    for name, says in (
        ("nowhere", "does not exist"),
        ("empty", "no labelled images"),
        ("bad.csv", "no list of images"),
        ("gone.txt", "1 listed images are not there, first x"),
    ):
        with pytest.raises(DataError, match=says) as caught:
            read_data([tmp_path / name])
        assert "\n" not in str(caught.value)


def test_the_real_lists_are_read_whole(shared: Path, tmp_path: Path) -> None:
    folder = shared / "imageclef"
    for name, count in (
        ("SubfigureClassificationTest2016GT.csv", 4166),
        ("SubfigureClassificationTraining2016-GT.csv", 6776),
    ):
        with pytest.raises(DataError, match=f"{count} listed images are not there"):
            read_data([folder / name], images=tmp_path)


def test_a_condition_on_a_column_that_no_list_has_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("path,code,licence_class\na.png,DMEL,cc0\n")
    with pytest.raises(DataError, match="licence_clas'"):
        read_data([tmp_path / "list.csv"], where={"licence_clas": ("cc0",)})
    with pytest.raises(DataError, match=r"no labelled images in .*; no row has licence_class mit or bsd"):
        read_data([tmp_path / "list.csv"], where={"licence_class": ("mit", "bsd")})


def test_a_split_that_nobody_knows_does_not_become_training_data(tmp_path: Path) -> None:
    put(tmp_path, "a.png")
    (tmp_path / "list.csv").write_text("path,code,split\na.png,DMEL,holdout\n")
    with pytest.raises(DataError, match="holdout"):
        read_data([tmp_path / "list.csv"])
