"""The judge of pieces, trained in small."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tasks.developing.panel_gold import GoldFigure, figure_image
from tasks.developing.split_training import example_of, quality, right_answers, train_judge
from tasks.panels.separation import separate
from tasks.records import Box

UNIT = 2.0

LEFT, RIGHT = (5.0, 5.0, 110.0, 110.0), (135.0, 5.0, 240.0, 110.0)


@pytest.mark.parametrize(
    ("box", "right"),
    [
        (LEFT, (True, False)),
        ((5.0, 5.0, 240.0, 110.0), (False, False)),
        ((5.0, 5.0, 55.0, 110.0), (False, False)),
        ((112.0, 5.0, 133.0, 110.0), (False, True)),
    ],
)
def test_a_piece_is_a_panel_or_nobodys_or_neither(box: Box, right: tuple[bool, bool]) -> None:
    assert right_answers(box, [LEFT, RIGHT]) == right


def test_what_is_torn_or_merged_is_worth_less() -> None:
    gold = [LEFT, RIGHT]
    assert quality(gold, gold) == 1
    assert quality([(5.0, 5.0, 240.0, 110.0)], gold) == 0
    halves = [(5.0, 5.0, 55.0, 110.0), (60.0, 5.0, 110.0, 110.0), RIGHT]
    assert 0 < quality(halves, gold) < quality([LEFT], gold) + 0.2 < 1


def blocks(name: str, shade: int, *panels: Box) -> GoldFigure:
    """Two blocks side by side, which are one panel or two."""
    picture = Image.new("RGB", (500, 240), "white")
    draw = ImageDraw.Draw(picture)
    for x in (10, 270):
        draw.rectangle((x, 10, x + 210, 220), fill=(shade, shade, shade))
    whole = (0.0, 0.0, 250.0, 120.0)
    return GoldFigure(name, figure_image(picture, (), (), (), UNIT), list(panels) or [whole], [])


def flat(pixels: np.ndarray) -> np.ndarray:
    """Looks that tell nothing."""
    return np.zeros(8, np.float32)


def test_a_judge_learns_what_is_one_and_what_is_several() -> None:
    figures = [
        figure
        for number in range(30)
        for figure in (blocks(f"dark{number}", number, LEFT, RIGHT), blocks(f"light{number}", 160 + number))
    ]
    examples = [example for figure in figures if (example := example_of(figure, flat))]
    judge = train_judge(examples)
    assert len(separate(blocks("dark", 40, LEFT, RIGHT).image, judge)) == 2
    assert len(separate(blocks("light", 180).image, judge)) == 1


def test_an_empty_figure_is_no_example() -> None:
    picture = Image.new("RGB", (100, 100), "white")
    image = figure_image(picture, (), (), (), UNIT)
    assert example_of(GoldFigure("empty", image, [LEFT], []), flat) is None
