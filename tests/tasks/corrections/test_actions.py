"""Which actions are in force, and when a row is the one that a person saw."""

import datetime as dt

import pytest

from tasks.corrections.actions import Correction, Panel, in_force, undo

PANEL = Panel(
    subfigure_id=f"{1:016x}/0/0",
    paper_id=f"{1:064x}",
    image_sha256="a" * 64,
    page=1,
    figure_bbox=(0, 0, 100, 100),
    subfigure_bbox=(0, 0, 50, 50),
)


def _at(minute: int, value: str = "DMFL", **other: object) -> Correction:
    moment = dt.datetime(2026, 11, 27, 12, minute, tzinfo=dt.UTC)
    return Correction(
        **{"action": "label", "who": "Ada", "panel": PANEL, "value": value, "made_at": moment} | other
    )


def test_what_was_taken_back_is_not_in_force_and_an_undo_can_be_undone():
    first, second = _at(0), _at(1, "GFIG")
    back = _at(2, second.correction_id, action="undo")
    again = _at(3, back.correction_id, action="undo")
    assert in_force([second, first]) == [first, second]
    assert in_force([back, second, first]) == [first]
    assert in_force([first, again, second, back]) == [first, second]


def test_an_undo_of_nothing_and_of_itself_does_no_harm():
    one = _at(0)
    strange = _at(1, "f" * 32, action="undo")
    itself = _at(2, "e" * 32, action="undo", correction_id="e" * 32)
    assert in_force([strange, one, itself]) == [one]
    assert in_force([one, undo(one, "Ben")]) == []


@pytest.mark.parametrize(
    ("name", "box", "same"),
    [
        (PANEL.subfigure_id, [0.4, 0, 50, 49.5], True),
        (f"{1:016x}/0/7", [0, 0, 50, 50], True),  # numbered anew by another extraction
        (PANEL.subfigure_id, [0, 0, 52, 50], False),
        (PANEL.subfigure_id, [None] * 4, False),
        (PANEL.subfigure_id, None, False),
    ],
)
def test_a_row_is_the_same_at_the_same_place_whatever_its_name(name: str, box: list[float], same: bool):
    assert PANEL.is_at(name, box) is same


def test_on_no_page_a_row_is_the_same_by_its_name():
    pageless = Panel(subfigure_id="0/0/0", paper_id="1", image_sha256="a")
    assert pageless.is_at("0/0/0", [None] * 4)
    assert not pageless.is_at("0/0/1", [None] * 4)
    assert not pageless.is_at("0/0/0", [0, 0, 1, 1])
