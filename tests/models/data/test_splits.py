from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from models.data.imageclef import DataError, LabelledImage, LabelledImages
from models.data.splits import assign_splits, oversample


def images(counts: dict[str, int], per_group: int = 1, split: str = "") -> LabelledImages:
    return LabelledImages(
        tuple(
            LabelledImage(
                Path(f"{code}{n}{split}.png"), code, split, group=f"{code}-{split}-{n // per_group}"
            )
            for code, count in counts.items()
            for n in range(count)
        )
    )


def test_a_fifth_of_every_class_validates_and_the_seed_decides_which() -> None:
    data = images({"DMEL": 50, "DMFL": 200, "DMLI": 10})
    first, again, other = (assign_splits(data, 0.2, seed) for seed in (1, 1, 2))
    assert first.counts("validation") == {"DMEL": 10, "DMFL": 40, "DMLI": 2}
    assert first == again
    assert first != other


def test_an_article_is_never_parted() -> None:
    split = assign_splits(images({"DMEL": 40, "DMFL": 60}, per_group=4), 0.2, seed=0)
    sides: dict[str, set[str]] = {}
    for image in split.images:
        sides.setdefault(image.group, set()).add(image.split)
    assert all(len(side) == 1 for side in sides.values())
    assert 4 <= split.counts("validation")["DMEL"] <= 12


def test_marks_of_the_data_stand_and_unmarked_sets_only_add_to_training() -> None:
    marked = images({"DMEL": 20, "DMFL": 20}, split="train").images + images({"DMEL": 3}, split="test").images
    extra = images({"DMEL": 30}).images
    split = assign_splits(LabelledImages(marked + extra), 0.2, seed=0)
    assert split.counts("test") == {"DMEL": 3}
    assert split.counts("validation") == {"DMEL": 4, "DMFL": 4}
    assert all(
        image.split == "train" for image in split.images if image.path.name in {i.path.name for i in extra}
    )


def test_a_class_with_one_image_is_an_error_unless_rare_classes_are_left_out() -> None:
    data = images({"DMEL": 10, "DMFL": 10, "GMAT": 1})
    with pytest.raises(DataError, match=r"GMAT has a single image.*--min-images"):
        assign_splits(data, 0.2, seed=0)
    assert assign_splits(data, 0.2, seed=0, min_images=2).classes == ("DMEL", "DMFL")


def test_an_empty_split_is_an_error() -> None:
    with pytest.raises(DataError, match="validation split is empty"):
        assign_splits(
            LabelledImages(
                images({"DMEL": 4}, split="test").images + images({"DMEL": 9}, per_group=9).images
            ),
            0.2,
            0,
        )
    with pytest.raises(DataError, match="train split is empty"):
        assign_splits(images({"DMEL": 4}, split="validation"), 0.2, 0)


def test_the_papers_rare_classes_are_repeated_and_the_others_left() -> None:
    labels = np.repeat([0, 1, 2, 3], [207, 751, 628, 276])
    counts = Counter(labels[oversample(labels, 0.8)].tolist())
    assert counts == {0: 601, 1: 751, 2: 628, 3: 601}
    assert set(oversample(labels, 0.8).tolist()) == set(range(len(labels)))
    assert len(oversample(labels, 0)) == len(labels)
