"""Proposals: the ways that a piece might be parted."""

from __future__ import annotations

import numpy as np
import pytest

from models.inference.places import Places
from models.networks.place_plan import FIELDS, HIDDEN
from tasks.panels.judging.proposals import Gap, choose_gaps, find_gaps, propose
from tasks.panels.placements import Placements
from tests.tasks.panels.judging.canvases import GRID, UNIT, canvas_of

ROW = [(20, 20, 100, 280), (120, 20, 200, 280), (300, 20, 380, 280)]
"""Three blocks, the third further off."""


def test_the_empty_runs_across_a_piece_are_its_gaps() -> None:
    canvas, whole = canvas_of(*ROW)
    assert [(gap.start, gap.stop, gap.crossed) for gap in find_gaps(canvas, whole, 0)] == [
        (101, 120, False),
        (201, 300, False),
    ]
    assert find_gaps(canvas, whole, 1) == []


def test_a_gap_bridged_by_print_is_cut_where_least_is_met() -> None:
    canvas, whole = canvas_of((20, 20, 170, 280), (220, 20, 370, 280), (172, 140, 218, 146))
    (gap,) = find_gaps(canvas, whole, 0)
    assert gap.crossed
    assert 170 < gap.position < 220


def test_a_sliver_at_the_edge_is_not_cut_off() -> None:
    canvas, whole = canvas_of((20, 20, 20 + 4 * UNIT, 280), (60, 20, 370, 280))
    assert find_gaps(canvas, whole, 0) == []


def test_the_widest_gaps_are_chosen_together() -> None:
    gaps = [Gap(start, start + width, start) for start, width in ((10, 5), (50, 20), (100, 18), (200, 6))]
    assert [[gap.start for gap in chosen] for chosen in choose_gaps(gaps)] == [[50], [50, 100]]
    assert list(choose_gaps([])) == []


def test_a_row_is_parted_by_the_rules_at_its_widest_gap_and_with_neighbours_joined() -> None:
    canvas, whole = canvas_of(*ROW)
    found = {tuple(part.box for part in proposal.parts) for proposal in propose(canvas, whole)}
    a, b, c = (canvas.piece((x0, y0, x1 + 1, y1 + 1)) for x0, y0, x1, y1 in ROW)
    assert a is not None and b is not None and c is not None  # noqa: PT018
    assert (a.box, b.box, c.box) in found
    assert ((20, 20, 201, 281), c.box) in found
    assert (a.box, (120, 20, 381, 281)) in found


def test_one_block_cannot_be_parted() -> None:
    canvas, whole = canvas_of(GRID[0])
    assert list(propose(canvas, whole)) == []


@pytest.mark.parametrize(("named", "ways"), [(2, [2]), (0, [])])
def test_what_no_gap_parts_is_cut_as_seen_if_the_caption_names_panels(named: int, ways: list[int]) -> None:
    """Two blocks, the corner of one under the other, between which the network sees panels part."""
    canvas, whole = canvas_of((20, 20, 210, 280), (190, 260, 380, 290), named=named)
    maps = np.zeros((HIDDEN + FIELDS, 30, 40), np.float32)
    maps[-2, :, 20:22] = 1
    canvas.see = lambda pixels: Places(maps, (320, 240), 0.8, {})
    assert [len(proposal.parts) for proposal in propose(canvas, whole)] == ways


def test_a_gap_that_a_path_bridges_is_none() -> None:
    canvas, whole = canvas_of(*ROW)
    canvas.placed = Placements(UNIT, drawings=((60, 140, 160, 142),))
    assert [gap.start for gap in find_gaps(canvas, whole, 0)] == [201]
