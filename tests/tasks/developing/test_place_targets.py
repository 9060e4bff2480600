"""What the network of places shall say of cells and pieces."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.developing.place_targets import (
    FRAGMENT,
    ONE,
    SEVERAL,
    UNCLEAR,
    fields_of,
    outcomes_of,
    random_pieces,
    separations,
)

SIDE_BY_SIDE = np.array([[0, 0, 96, 96], [112, 0, 208, 96]], np.float32)


def test_the_gap_between_two_panels_parts_them_and_lies_in_neither() -> None:
    inside, across, down = fields_of(SIDE_BY_SIDE, 20, 40)
    assert across[:12, 11:15].all()
    assert not inside[:12, 12:14].any()
    assert across.sum() == 12 * 4
    assert not down.any()
    assert inside.sum() == 2 * 12 * 12


def test_panels_that_touch_are_parted_where_they_touch() -> None:
    touching = np.array([[0, 0, 96, 96], [96, 0, 192, 96]], np.float32)
    inside, across, _ = fields_of(touching, 20, 40)
    assert inside[:12, :24].all()
    assert across[:12, 11:13].any(axis=1).all()


def test_a_panel_between_two_others_makes_these_no_neighbours() -> None:
    row = np.array([[0, 0, 40, 40], [50, 0, 60, 40], [70, 0, 110, 40]], np.float32)
    gaps = sorted((start, stop) for start, stop, *_ in separations(row, 0))
    assert [
        gap == pytest.approx(wanted, abs=0.1) for gap, wanted in zip(gaps, [(36, 54), (56, 74)], strict=True)
    ]
    assert len(gaps) == 2


@pytest.mark.parametrize(
    ("piece", "outcome"),
    [
        ((0, 0, 96, 96), ONE),
        ((4, 2, 100, 98), ONE),
        ((0, 0, 208, 96), SEVERAL),
        ((0, 0, 40, 96), FRAGMENT),
        ((0, 100, 96, 140), FRAGMENT),
        ((0, 0, 55, 96), UNCLEAR),
    ],
)
def test_what_a_piece_is(piece: tuple[int, int, int, int], outcome: int) -> None:
    outcomes, overlaps = outcomes_of(np.array([piece], np.float32), SIDE_BY_SIDE)
    assert outcomes.tolist() == [outcome]
    assert 0 <= overlaps[0] <= 1


def test_random_pieces_are_of_every_kind_and_lie_in_the_figure() -> None:
    random = np.random.default_rng(1)
    cut = np.array([[3, 3, 30, 30]], np.float32)
    pieces = np.concatenate([random_pieces(SIDE_BY_SIDE, (208, 120), cut, random) for _ in range(20)])
    assert pieces.min() >= 0
    assert (pieces[:, 2:] <= (208, 120)).all()
    outcomes, _ = outcomes_of(pieces, SIDE_BY_SIDE)
    assert {ONE, SEVERAL, FRAGMENT} <= set(outcomes.tolist())
    assert (pieces == cut[0]).all(axis=1).any()
