from pathlib import Path

import pytest

from models.data.experiment import prepare
from models.data.imageclef import DataError, read_data
from models.data.splits import assign_splits
from models.transforms import Transform
from tests.models.pictures import class_folders

SMALL = Transform(size=32, fit="stretch")


def test_splits_become_examples_in_the_order_of_their_images(tmp_path: Path) -> None:
    class_folders(tmp_path / "set" / "train", 5)
    class_folders(tmp_path / "set" / "test", 2, codes=("DMEL", "DMLI"))
    (tmp_path / "set" / "train" / "DMFL" / "0.png").write_bytes(b"broken")
    data = assign_splits(read_data([tmp_path / "set"]), 0.2, seed=0)
    prepared = prepare(data, SMALL, tmp_path / "cache")
    assert prepared.classes == ("DMEL", "DMFL", "DMLI", "DMTR")
    assert prepared.unreadable == ("0.png",)
    examples, images = prepared.examples("test"), prepared.images_of("test")
    assert examples.labels.tolist() == [0, 0, 2, 2]
    for row, image in zip(examples.rows, images, strict=True):
        assert (prepared.canvases.pixels[row] == SMALL.canvas(image.path.read_bytes())).all()


def test_nothing_readable_is_an_error(tmp_path: Path) -> None:
    for file in class_folders(tmp_path / "set", 2).rglob("*.png"):
        file.write_bytes(b"broken")
    with pytest.raises(DataError, match="none of the 8 images can be read"):
        prepare(read_data([tmp_path / "set"]), SMALL, tmp_path / "cache")


def test_the_key_follows_the_content_of_the_images_and_not_their_names(tmp_path: Path) -> None:
    def key(folder: Path) -> str:
        data = assign_splits(read_data([folder]), 0.2, seed=0)
        return prepare(data, SMALL, tmp_path / "cache").key

    one = class_folders(tmp_path / "one", 3)
    before = key(one)
    assert key(class_folders(tmp_path / "two", 3)) == key(one) == before
    (one / "DMEL" / "0.png").write_bytes((one / "DMFL" / "0.png").read_bytes())
    assert key(one) != before


def test_splits_that_unreadable_images_empty_are_errors_that_name_one(tmp_path: Path) -> None:
    for split in ("train", "validation"):
        class_folders(tmp_path / "set" / split, 2)
    broken = tmp_path / "set" / "train" / "DMTR"
    for file in broken.iterdir():
        file.write_bytes(b"broken")
    with pytest.raises(
        DataError, match=r"class DMTR has no image to train on \(2 images cannot be read, first 0.png"
    ):
        prepare(read_data([tmp_path / "set"]), SMALL, tmp_path / "cache").check_splits()
    for file in (tmp_path / "set" / "validation").rglob("*.png"):
        file.write_bytes(b"broken")
    with pytest.raises(DataError, match="the validation split is empty"):
        prepare(read_data([tmp_path / "set"]), SMALL, tmp_path / "cache").check_splits()
