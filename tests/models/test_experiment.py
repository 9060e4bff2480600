from pathlib import Path

import pytest
import torch

from models.experiment import prepare, start_network
from models.imageclef import DataError, read_data
from models.splits import assign_splits
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


def test_one_seed_gives_one_start_and_freezing_adds_to_the_models_own() -> None:
    first, again = (start_network("resnet18:b2-0", 4, "random", seed=5) for _ in range(2))
    assert torch.equal(first.fc.weight, again.fc.weight)
    assert start_network("resnet18:b2-0", 4, "random", 5, freeze="b1-1").frozen == 2
    assert start_network("resnet18:tune-b3-0", 4, "random", 5, freeze="b1-1").frozen == 5
    for wrong in ("b3-0", "layer", "b2-0-0"):
        with pytest.raises(ValueError, match="residual unit"):
            start_network("resnet18:b2-0", 4, "random", 5, freeze=wrong)
    with pytest.raises(ValueError, match="of a ResNet"):
        start_network("inception_v3", 4, "random", 5, freeze="b1-0")
