"""Arithmetic of boxes."""

from hypothesis import given
from hypothesis import strategies as st

from tasks import boxes
from tasks.records import Box

numbers = st.floats(-1000, 1000, allow_nan=False)
any_box = st.tuples(numbers, numbers, numbers, numbers).map(
    lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
)


@given(any_box, any_box)
def test_what_boxes_share_lies_in_both_and_their_hull_holds_both(a: Box, b: Box) -> None:
    assert boxes.area(boxes.intersection(a, b)) <= min(boxes.area(a), boxes.area(b))
    whole = boxes.hull([a, b])
    assert boxes.share_inside(a, whole) == 1
    assert 0 <= boxes.share_inside(a, b) <= 1


@given(any_box, any_box)
def test_boxes_with_a_gap_do_not_overlap_until_grown_by_it(a: Box, b: Box) -> None:
    gap = max(boxes.gaps(a, b))
    if gap > 0.01:
        assert not boxes.overlaps(a, b)
        assert boxes.overlaps(a, b, gap + 1)


def test_a_box_without_area_counts_by_its_midpoint() -> None:
    assert boxes.share_inside((5, 5, 5, 9), (0, 0, 10, 10)) == 1
    assert boxes.share_inside((15, 5, 15, 9), (0, 0, 10, 10)) == 0


def test_gaps_are_measured_in_each_direction() -> None:
    assert boxes.gaps((0, 0, 10, 10), (13, 5, 20, 9)) == (3, 0)
    assert boxes.gaps((0, 0, 10, 10), (2, 14, 5, 20)) == (0, 4)
