"""Rows of a dataset on a store, whose row groups are fetched once for all who ask."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tasks.errors import OutputError
from tasks.index import groups
from tasks.index.groups import RowGroups
from tasks.stores.paths import store_path
from tests.stores import Fault, Store
from tests.tasks.index.small import FIRST, dataset, part, row

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

COLUMNS = ("subfigure_id", "image")
GROUP_ROWS = 3
"""Of the small dataset's row groups; its first part has four rows."""


def _replace(out: StorePath, tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    """Puts other rows in place of the first part's."""
    part(tmp_path / "anew", FIRST, rows)
    out.joinpath("subfigures", FIRST).write_bytes((tmp_path / "anew" / "subfigures" / FIRST).read_bytes())


@pytest.fixture
def out(s3: Store, tmp_path: Path) -> StorePath:
    for file in (dataset(tmp_path) / "subfigures").iterdir():
        store_path("s3://bucket/figures").joinpath("subfigures", file.name).write_bytes(file.read_bytes())
    s3.requests.clear()
    return store_path("s3://bucket/figures")


def test_rows_are_taken_by_their_places_in_the_part(out: StorePath):
    taken = RowGroups(out).take(FIRST, "as indexed", [3, 0, 9], COLUMNS)
    assert [one["subfigure_id"] for one in taken] == [f"{0:016x}/0/0", f"{3:016x}/0/0"]
    assert all(one["image"]["bytes"].startswith(b"\x89PNG") for one in taken)


def test_neighbours_that_are_asked_for_at_once_are_fetched_together(out: StorePath, s3: Store):
    RowGroups(out).take(FIRST, "as indexed", [0], COLUMNS)
    alone = len(s3.requests)
    s3.requests.clear()
    shared = RowGroups(out)
    with ThreadPoolExecutor(8) as asking:
        taken = [
            *asking.map(lambda row: shared.take(FIRST, "as indexed", [row % GROUP_ROWS], COLUMNS), range(24))
        ]
    assert {one["subfigure_id"] for (one,) in taken} == {f"{number:016x}/0/0" for number in range(GROUP_ROWS)}
    assert len(s3.requests) == alone


def test_no_more_is_kept_than_there_is_room_for(out: StorePath, s3: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(groups, "_KEPT_BYTES", 40_000)  # of the first group, and not of the second too
    shared = RowGroups(out)
    for place in (0, GROUP_ROWS, 0):
        s3.requests.clear()
        assert len(shared.take(FIRST, "as indexed", [place], COLUMNS)) == 1
        assert s3.requests
    s3.requests.clear()
    assert len(shared.take(FIRST, "as indexed", [0], COLUMNS)) == 1
    assert not s3.requests


def test_what_could_not_be_fetched_is_asked_for_again(out: StorePath, s3: Store):
    shared = RowGroups(out)
    s3.faults.append(Fault(403, "AccessDenied"))
    with pytest.raises(OutputError, match="access denied"):
        shared.take(FIRST, "as indexed", [0], COLUMNS)
    s3.faults.clear()
    assert len(shared.take(FIRST, "as indexed", [0], COLUMNS)) == 1


def test_of_a_part_that_was_indexed_anew_nothing_is_seen_of_what_it_was(out: StorePath, tmp_path: Path):
    shared = RowGroups(out)
    shared.take(FIRST, "as indexed", [0], COLUMNS)
    _replace(out, tmp_path, [row(7), row(8)])
    assert shared.take(FIRST, "as indexed", [0], COLUMNS)[0]["subfigure_id"] == f"{0:016x}/0/0"
    (one,) = shared.take(FIRST, "anew", [0], COLUMNS)
    assert one["subfigure_id"] == f"{7:016x}/0/0"


def test_rows_that_stay_where_they_were_are_read_though_their_part_was_written_anew(
    out: StorePath, tmp_path: Path
):
    shared = RowGroups(out)
    shared.take(FIRST, "as indexed", [0], COLUMNS)
    _replace(out, tmp_path, [row(number, withdrawn="retracted", title="x" * 999) for number in range(4)])
    (one,) = shared.take(FIRST, "as indexed", [3], COLUMNS)
    assert one["subfigure_id"] == f"{3:016x}/0/0"


def test_of_a_part_that_became_smaller_rows_that_went_are_not_taken(out: StorePath, tmp_path: Path):
    shared = RowGroups(out)
    shared.take(FIRST, "as indexed", [0], COLUMNS)
    _replace(out, tmp_path, [row(7)])
    assert shared.take(FIRST, "as indexed", [3], COLUMNS) == []
