from dataclasses import replace
from pathlib import Path

import pytest

from models.data.augmentation import Augmentation
from models.training.recipes import PRESETS, RecipeError, change_recipe, preset, read_recipe, write_recipe

PAPER = PRESETS["paper"]


@pytest.mark.parametrize("name", ["paper", "fast"])
def test_a_preset_written_as_toml_is_read_again_over_any_other(tmp_path: Path, name: str) -> None:
    (tmp_path / "r.toml").write_text(write_recipe(PRESETS[name]))
    for base in PRESETS.values():
        assert read_recipe(tmp_path / "r.toml", base) == PRESETS[name]


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(
        'select = "macro_f1"\nlearning_rate = 1\n[augmentation]\nrotation = [-5, 5]\n[transform]\nstd = [1, 1, 1]\n'
    )
    changed = read_recipe(tmp_path / "r.toml", PAPER)
    assert (changed.select, changed.learning_rate) == ("macro_f1", 1.0)
    assert changed.augmentation == replace(PAPER.augmentation, rotation=(-5.0, 5.0))
    assert changed.transform == replace(PAPER.transform, std=(1.0, 1.0, 1.0))
    assert changed.optimiser == PAPER.optimiser


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("epoch = 3", "unknown setting epoch; known: epochs"),
        ("[augmentation]\nflips = 1.0", "unknown setting augmentation.flips; known: flip"),
        ("epochs = 0", "epochs is 0, not from 1"),
        ("epochs = true", "epochs is True, which is no whole number"),
        ("epochs = 2.5", "no whole number"),
        ('optimiser = "sgd"', "none of adam, adamw"),
        ('learning_rate = "fast"', "no number"),
        ("transform = 3", "transform is no table"),
        ("[transform]\nmean = [0.5, 0.5]", "no list of 3"),
        ("[transform]\nstd = [0.5, 0.5, 0.0]", "not from 0.001"),
        ("[transform]\nsize = 300", "resize 256 is below its size 300"),
        ('[transform]\nfit = "proportions"', "training needs one of letterbox, stretch, crop"),
        ("[augmentation]\nrotation = [9, 1]", "from the smaller angle"),
        ("[augmentation]\ntinted = [3]", "which is no text"),
        ("epochs = ", "cannot be read"),
    ],
)
def test_what_cannot_be_is_named_in_one_line(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "r.toml").write_text(content)
    with pytest.raises(RecipeError) as caught:
        read_recipe(tmp_path / "r.toml", PAPER)
    assert says in str(caught.value)
    assert "r.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"gone\.toml"):
        read_recipe(tmp_path / "gone.toml", PAPER)


def test_inception_gets_images_of_the_size_that_it_was_made_for() -> None:
    transform = preset("paper", "inception_v3").transform
    assert (transform.size, transform.resize, transform.canvas_size) == (299, 342, 342)
    assert preset("paper", "resnet18:b3-1") == PAPER
    assert change_recipe(PAPER, {"augmentation": {"flip": 0}}, "x").augmentation.flip == 0.0
    assert Augmentation() != PAPER.augmentation
