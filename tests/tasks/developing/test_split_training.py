"""The judge of splits, trained in small."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tasks.developing.panel_gold import GoldFigure, figure_image
from tasks.developing.split_training import examples_of, is_right, train_judge
from tasks.panels.pieces import Kind, Piece
from tasks.panels.rules import Split
from tasks.records import Box

UNIT = 2.0

HALVES = Split([Piece((0, 0, 100, 100), Kind.IMAGE), Piece((120, 0, 220, 100), Kind.IMAGE)], 0)


@pytest.mark.parametrize(
    ("panels", "right"),
    [
        ([(0, 0, 100, 100), (120, 0, 220, 100)], True),
        ([(0, 0, 220, 100)], False),
        ([(0, 0, 220, 45), (0, 55, 220, 100)], False),
        ([(0, 0, 100, 45), (0, 55, 100, 100)], False),
        ([(0, 0, 100, 100), (120, 0, 220, 45), (120, 55, 220, 100)], True),
    ],
)
def test_a_right_split_has_panels_on_both_sides_and_tears_few(panels: list[Box], right: bool) -> None:
    assert is_right(HALVES, np.array(panels, float)) is right


def blocks(colour: str, *panels: Box) -> GoldFigure:
    """Two blocks side by side, which are one panel or two."""
    picture = Image.new("RGB", (500, 240), "white")
    draw = ImageDraw.Draw(picture)
    for x in (10, 270):
        draw.rectangle((x, 10, x + 210, 220), fill=colour)
    whole = (0.0, 0.0, 250.0, 120.0)
    return GoldFigure("drawn", figure_image(picture, (), (), (), UNIT), list(panels) or [whole], [])


def flat(look: int):
    return lambda pixels: np.eye(8, dtype=np.float32)[look]


def test_a_judge_learns_what_is_one_and_what_is_several() -> None:
    two = blocks("gray", (5.0, 5.0, 110.0, 110.0), (135.0, 5.0, 240.0, 110.0))
    right = examples_of(two, flat(0))
    wrong = examples_of(blocks("gray"), flat(2))
    assert [example.right for example in right] == [True]
    assert [example.right for example in wrong] == [False]
    judge = train_judge([*right, *wrong] * 40)
    assert judge(right[0].features) > 0.8
    assert judge(wrong[0].features) < 0.2


def test_the_examples_of_a_figure_count_together_as_the_root_of_their_number() -> None:
    two = blocks("gray", (5.0, 5.0, 110.0, 110.0), (135.0, 5.0, 240.0, 110.0))
    examples = examples_of(two, flat(0), 0.5)
    assert sum(example.weight for example in examples) == pytest.approx(0.5 * len(examples) ** 0.5)
