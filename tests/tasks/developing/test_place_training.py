"""The training of the network of places, in small: it learns, and what it stores is what runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.inference.places import places_of
from tasks.developing.collages import collages
from tasks.developing.look_training import PublishedPanel
from tasks.developing.panel_gold import GoldFigure, figure_image
from tasks.developing.place_training import Example, example, gold_examples, loss_of, save, train
from tasks.developing.split_training import FOLDS, fold_of

PAPER = (0.0, 0.0, 220.0, 100.0)


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    folder = tmp_path_factory.mktemp("panels")
    random = np.random.default_rng(1)
    panels = []
    for number in range(4):
        file = folder / f"{number}.png"
        Image.fromarray(random.integers(0, 255, (90, 120, 3), np.uint8)).save(file)
        panels.append(PublishedPanel(file, "DMLI", "paper", "train", "", alone=True))
    nothing = np.zeros((0, 4), np.float32)
    return [example(collage.pixels, collage.boxes, nothing) for collage in collages(panels, 6, 2)]


def test_the_loss_falls(examples: list[Example]) -> None:
    def loss(steps: int) -> float:
        network = train({"collages": examples}, steps)
        with torch.no_grad():
            return float(loss_of(network, examples, np.random.default_rng(9)))

    assert loss(12) < 0.8 * loss(1)


def test_what_is_stored_is_what_runs(examples: list[Example], tmp_path: Path) -> None:
    save(train({"collages": examples}, 2), tmp_path / "model.safetensors")
    found = places_of(np.full((60, 90, 3), 255, np.uint8), tmp_path / "model.safetensors")
    assert found.maps.shape == (27, 28, 40)
    assert found.pieces([(0, 0, 90, 60)]).shape == (1, 4)


def test_an_annotated_figure_brings_what_the_rules_cut() -> None:
    picture = Image.new("RGB", (660, 300), "white")
    random = np.random.default_rng(3)
    for x in (0, 360):
        own = random.integers(0, 200, (300, 300, 3), np.uint8)
        picture.paste(Image.fromarray(own), (x, 0))
    boxes = [(0.0, 0.0, 100.0, 100.0), (120.0, 0.0, 220.0, 100.0)]
    figure = GoldFigure("paper Figure 1", figure_image(picture, (PAPER,), (), (), 3.0), boxes, [None, None])
    (found,) = gold_examples([figure])
    scale = found.size[0] / 220
    np.testing.assert_allclose(found.boxes, np.array(boxes) * scale, atol=1)
    wanted = [np.array(PAPER), *map(np.array, boxes)]
    for box in wanted:
        assert (np.abs(found.cut - box * scale).max(axis=1) < 3).any()


def test_all_figures_of_a_paper_are_of_one_fold() -> None:
    picture = figure_image(Image.new("RGB", (66, 30), "white"), (PAPER,), (), (), 3.0)
    folds = [
        {fold_of(GoldFigure(f"{paper} Figure {number}", picture, [PAPER], [None])) for number in range(5)}
        for paper in range(60)
    ]
    assert all(len(own) == 1 for own in folds)
    assert set.union(*folds) == set(range(FOLDS))
