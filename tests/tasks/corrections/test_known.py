"""What labels may be about, by what people type."""

from pathlib import Path

import pytest

from tasks.corrections.known import known_of, new_class
from tasks.errors import InputError
from tests.tasks.corrections.acts import keep, piece, rows_of, say
from tests.tasks.index.small import dataset


def test_classes_are_known_by_code_or_name_in_whatever_letters(tmp_path: Path):
    known = known_of(dataset(tmp_path))
    assert [known.code(typed, "x") for typed in ("dmfl", "Fluorescence Microscopy", "GTAB")] == [
        "DMFL",
        "DMFL",
        "GTAB",
    ]
    with pytest.raises(InputError, match=r"gold.csv, line 3: no class 'DMFI'; known are DM"):
        known.code("DMFI", "gold.csv, line 3")


def test_what_people_named_and_made_is_known(tmp_path: Path):
    out = dataset(tmp_path)
    row = rows_of(out)[0]
    made = piece(row, 10_001, (0, 0, 5, 5))
    keep(out, say("split", row, pieces=(made,)), say("label", rows_of(out)[1], "Ponceau stain"))
    known = known_of(out)
    assert known.code("ponceau STAIN", "x") == "Ponceau stain"
    assert known.panel(made.subfigure_id, "x").image_sha256 == made.image_sha256
    with pytest.raises(InputError, match="the dataset has no subfigure '1/2/3'"):
        known.panel("1/2/3", "x")


@pytest.mark.parametrize("typed", ["", " ", "a" * 101, "A\x1b[2J", "///"])
def test_what_can_be_no_class_is_refused(typed: str):
    with pytest.raises(InputError):
        new_class(typed, "x")
    assert new_class("  Western blot,  Ponceau ", "x") == "Western blot, Ponceau"
