"""Rows that give way to newer ones, those that stay, and a run that may no longer write."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tasks.dataset.dataset import Dataset
from tasks.dataset.exchange import Exchange
from tasks.dataset.lock import LOCK
from tasks.dataset.parts import PartWriter
from tasks.errors import LeaseLostError
from tasks.runs.shard import Replaced
from tests.tasks.small_records import PROVENANCE, failure, labelled, paper

PART = "part-0000000000000001"


def pid(number: int) -> str:
    return paper(number).paper_id


def replaced(number: int, by: int | None = None) -> Replaced:
    return Replaced(f"{PART}.parquet", pid(number), by=pid(by or number))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Papers 1 and 2 with rows, 3 without, for it could not be read."""
    out = tmp_path / "out"
    with Dataset(out, PROVENANCE), PartWriter(out, PART, PROVENANCE) as part:
        part.add(labelled(1))
        part.add(labelled(2))
        part.fail(failure(3))
        part.commit()
    return out


def held(out: Path) -> tuple[set[str], dict[str, str]]:
    """Papers with subfigures, and what the ledger says became of papers."""
    rows = pq.read_table(out / "papers").to_pylist()
    subfigures = pq.read_table(out / "subfigures", columns=["paper_id"])["paper_id"].to_pylist()
    return set(subfigures), {row["paper_id"]: row["status"] for row in rows}


def test_rows_of_what_was_read_stay_and_those_of_what_was_not_do_not(out: Path) -> None:
    exchange = Exchange(out, [replaced(1), replaced(2, by=12), replaced(3)], "")
    assert not exchange.stays(failure(3))
    assert not exchange.stays(failure(4))
    assert exchange.stays(failure(12))  # the article's new bytes
    exchange.retire()
    assert held(out) == ({pid(2)}, {pid(1): "failed", pid(2): "ok", pid(3): "failed"})
    assert not Exchange(out, [replaced(1)], "").stays(failure(1))  # retired before
    exchange.drop()
    assert held(out) == ({pid(2)}, {pid(2): "ok"})


def test_a_part_that_is_gone_holds_nothing_that_could_stay(out: Path) -> None:
    gone = Replaced("part-0000000000000009.parquet", pid(1), by=pid(1))
    exchange = Exchange(out, [gone], "")
    assert not exchange.stays(failure(1))
    exchange.retire()
    exchange.drop()
    assert held(out)[1][pid(1)] == "ok"


def test_a_ledger_part_is_read_once_however_many_fail(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = Exchange(out, [replaced(1), replaced(2)], "")
    assert exchange.stays(failure(1))
    monkeypatch.setattr("tasks.dataset.exchange.read_ledger_part", None)
    assert exchange.stays(failure(2))


def test_a_run_from_which_another_took_over_takes_no_rows_away(out: Path) -> None:
    with Dataset(out, PROVENANCE) as dataset:
        exchange = Exchange(out, [replaced(1)], dataset.lease)
        before = held(out)
        (out / LOCK).write_text("another run")
        with pytest.raises(LeaseLostError, match="another run took over"):
            exchange.retire()
        assert held(out) == before
