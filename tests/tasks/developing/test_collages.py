"""Collages: panels where their boxes say, drawn kinds, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tasks.developing.collage_drawing import Branch, Cell, aspect_of, place
from tasks.developing.collages import collages, random_tree
from tasks.developing.drawn_panels import KINDS, draw_panels
from tasks.developing.look_training import PublishedPanel


@pytest.fixture
def panels(tmp_path: Path) -> list[PublishedPanel]:
    """Plain coloured pictures: what lies outside of every box is white, black, grey or writing."""
    random = np.random.default_rng(1)
    found = []
    for number, code in enumerate(["DMLI", "DMFL", "GFIG", "GFIG", "DRCT", "GFLO"]):
        file = tmp_path / f"{number}.png"
        size = tuple(map(int, random.integers(100, 400, 2)))
        Image.new("RGB", size, (255, 0, 200)).save(file)
        found.append(PublishedPanel(file, code, f"paper {number % 2}", "train", "", alone=number > 3))
    return found


def test_every_box_holds_its_panel_and_no_panel_lies_outside(panels: list[PublishedPanel]) -> None:
    counts = set()
    for collage in collages(panels, 60, 3):
        height, width = collage.pixels.shape[:2]
        outside = np.ones((height, width), bool)
        for x0, y0, x1, y1 in collage.boxes.astype(int):
            own = collage.pixels[y0:y1, x0:x1]
            assert (own == (255, 0, 200)).all(axis=2).mean() > 0.6
            outside[y0:y1, x0:x1] = False
        assert not (collage.pixels[outside] == (255, 0, 200)).all(axis=1).any()
        counts.add(len(collage.boxes))
    assert {1, 2} <= counts
    assert max(counts) > 6


def test_the_same_seed_gives_the_same_collages(panels: list[PublishedPanel]) -> None:
    once, again = (list(collages(panels, 5, 8)) for _ in range(2))
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(once, again, strict=True))


def test_a_tree_holds_every_panel_once() -> None:
    for seed in range(30):
        random = np.random.default_rng(seed)
        count = int(random.integers(1, 13))
        tree = random_tree(range(count), seed % 2, random)
        cells = place(tree, Cell(0, 0, 100, 50), 2, [1.0] * count)
        assert sorted(number for number, _ in cells) == list(range(count))


def test_rows_share_their_height_and_keep_their_proportions() -> None:
    tree, aspects = Branch(0, (0, 1)), [1.0, 3.0]
    assert aspect_of(tree, aspects) == 4
    cells = dict(place(tree, Cell(0, 0, 410, 100), 10, aspects))
    assert cells == {0: Cell(0, 0, 100, 100), 1: Cell(110, 0, 300, 100)}


def test_every_kind_is_drawn(tmp_path: Path) -> None:
    found = draw_panels(30, 73, tmp_path)  # with most seeds, rare kinds are not among so few
    assert {panel.article for panel in found} == {draw.__name__ for _, draw in KINDS}
    for panel in found:
        with Image.open(panel.path) as picture:
            assert min(picture.size) > 40
