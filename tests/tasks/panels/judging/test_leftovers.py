"""What a choice leaves over: print joins its neighbour, strips go, panels stay."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.panels.judging.leftovers import UNLIKELY, settle
from tasks.panels.pieces import Kind, Piece

PLOT = Piece((0, 0, 100, 80), Kind.PLOT)
OTHER = Piece((0, 200, 100, 280), Kind.PLOT)
NAMES = Piece((10, 90, 90, 110), Kind.TEXT)
"""Nearer to the first plot than to the other."""
STRIP = Piece((120, 0, 130, 280), Kind.ART)
LOW, HIGH = UNLIKELY - 0.01, UNLIKELY + 0.01


def test_print_joins_the_nearest_panel() -> None:
    found = settle([PLOT, NAMES, OTHER], np.array([(0.9, 0.9), (LOW, 0.6), (0.9, 0.9)]))
    assert [piece.box for piece in found] == [(0, 0, 100, 110), OTHER.box]


def test_print_does_not_widen_a_panel_into_another() -> None:
    between = Piece((105, 85, 115, 95), Kind.TEXT)
    beside = Piece((102, 0, 180, 80), Kind.PLOT)
    wide = Piece((0, 90, 300, 100), Kind.TEXT)
    found = settle([PLOT, beside, wide], np.array([(0.9, 0.9), (0.9, 0.9), (0.0, 0.5)]))
    assert [piece.box for piece in found] == [PLOT.box, beside.box]
    assert settle([PLOT, between], np.array([(0.9, 0.9), (0.0, 0.0)]))[0].box == (0, 0, 115, 95)


def test_what_neither_takes_for_a_panel_goes() -> None:
    found = settle([PLOT, STRIP, OTHER], np.array([(0.9, 0.9), (0.0, LOW), (0.9, 0.9)]))
    assert found == [PLOT, OTHER]


@pytest.mark.parametrize(
    ("piece", "chances"),
    [
        (NAMES, (HIGH, HIGH)),
        (STRIP, (0.0, HIGH)),
        (Piece(NAMES.box, Kind.TEXT, ((10, 90, 20, 100),)), (0.0, 0.0)),
    ],
)
def test_a_likely_piece_or_one_with_a_letter_stays(piece: Piece, chances: tuple[float, float]) -> None:
    assert settle([PLOT, piece], np.array([(0.9, 0.9), chances])) == [PLOT, piece]


def test_where_nothing_is_likely_all_stays() -> None:
    assert settle([PLOT, OTHER], np.zeros((2, 2))) == [PLOT, OTHER]
