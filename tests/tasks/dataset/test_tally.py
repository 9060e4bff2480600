"""Counts that a ledger part carries are believed only where they can be true."""

import json

import pyarrow as pa
import pytest

from tasks.dataset.tally import rows_tally, with_tally
from tests.tasks.small_datasets import subfigure

ROWS = 3
SOUND = {
    "subfigures": ROWS,
    "confidence": 2_500_000,
    "modality/GFIG": 1,
    "modality/GGEL/Ponceau": 1,
    "below/GFIG\tchart/bar": 1,
    "accepted/9": 2,
    "unscored": 1,
}


def read(told: object, classes: object = ("GGEL/Ponceau",)) -> dict[str, int] | None:
    """What is read of a ledger part whose metadata say this."""
    metadata = {"figmill.counts": json.dumps(told), "figmill.classes": json.dumps(classes)}
    found = rows_tally(pa.schema([("paper_id", pa.string())], metadata), ROWS)
    return None if found is None else dict(found)


def test_counts_that_can_be_true_are_taken() -> None:
    assert read(SOUND) == SOUND


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("modality/GFIG", 10**30),
        ("modality/GFIG", ROWS + 1),
        ("modality/GFIG", -1),
        ("modality/GFIG", True),
        ("modality/GFIG", 1.0),
        ("modality/\ud800", 1),
        ("modality/XXXX", 1),
        ("below/GFIG\t\ud800", 1),
        ("below/GFIG", 1),
        ("accepted/99", 1),
        ("abstained/-1", 1),
        ("accepted/1.5", 1),
        ("confidence", ROWS * 10**6 + 1),
        ("status/ok", 1),
        ("subfigures", ROWS + 1),
    ],
)
def test_counts_that_cannot_be_true_are_not(name: str, number: object) -> None:
    assert read(SOUND | {name: number}) is None


@pytest.mark.parametrize("told", [None, [], 3, {}, "counts"])
def test_what_is_no_counts_says_nothing(told: object) -> None:
    assert read(told) is None


def test_classes_that_are_none_leave_the_taxonomys() -> None:
    assert read(SOUND, classes=3) is None
    assert read({"subfigures": ROWS, "modality/GFIG": ROWS}, classes=3) is not None


def test_every_count_of_real_rows_is_taken() -> None:
    from tasks.dataset.tally import tally_rows

    rows = pa.Table.from_pylist([subfigure(1), subfigure(2, "GFIG", 0.2), subfigure(3, None)])
    found = tally_rows(rows)
    schema = with_tally(pa.schema([("paper_id", pa.string())]), found)
    assert rows_tally(schema, 3) == found
