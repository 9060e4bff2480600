"""Rows that give way to newer ones, those that stay, and a run that may no longer write."""

import itertools
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tasks.dataset.check import Totals, check
from tasks.dataset.columns import SUBFIGURES
from tasks.dataset.dataset import Dataset
from tasks.dataset.exchange import Exchange
from tasks.dataset.files import part_files
from tasks.dataset.lock import LOCK
from tasks.dataset.parts import PartWriter
from tasks.errors import LeaseLostError
from tasks.labelling import write_results
from tasks.progress import Reporter
from tasks.records import LabelledPaper
from tasks.runs.outcomes import Failure
from tasks.runs.shard import Replaced
from tasks.stopwatch import Stopwatch
from tasks.stores import paths
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


def renew(out: Path, *results: LabelledPaper | Failure) -> None:
    """A run that puts these in the place of what the ledger has of them."""
    ids = [(one.paper if isinstance(one, Failure) else one.extraction.paper).paper_id for one in results]
    with Dataset(out, PROVENANCE) as dataset:
        rows = [row for row in map(dataset.row, ids) if row]
        replaces = [Replaced(row.file, row.paper_id, by=row.paper_id) for row in rows]
        exchange = Exchange(out, replaces, dataset.lease)
        with PartWriter(out, dataset.shard_name(ids), PROVENANCE) as part:
            write_results(results, part, Reporter(), Stopwatch(), lambda: None, exchange)
        exchange.drop()


@pytest.mark.parametrize("place", ["disk", "store"])
@pytest.mark.parametrize("done", [False, True])
def test_killed_before_or_after_any_step_no_paper_is_lost_or_there_twice(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, done: bool
) -> None:
    """One paper is read anew with fewer panels, one cannot be."""
    if place == "store":
        request.getfixturevalue("s3")
    step, killed = 0, True
    while killed:
        step += 1
        out = paths.store_path(tmp_path / f"{step}" if place == "disk" else f"s3://bucket/{step}")
        with Dataset(out, PROVENANCE), PartWriter(out, PART, PROVENANCE) as part:
            part.add(labelled(1))
            part.add(labelled(2))
            part.commit()
        with monkeypatch.context() as patch:
            killed = _kill(patch, step, done, lambda out=out: renew(out, labelled(1, figures=1), failure(2)))
        assert _panels(out)[pid(1)] in (0, 3, 6)  # whoever reads meanwhile never sees both
        with Dataset(out, PROVENANCE) as dataset:
            first, second = dataset.row(pid(1)), dataset.row(pid(2))
            assert first
            assert second
            assert not second.failed
            assert first.replaced or not first.failed
            assert _panels(out)[pid(2)] == 6
        assert _panels(out)[pid(1)] in ((0, 6) if first.replaced else (3, 6))
        renew(out, labelled(1, figures=1), failure(2))
        assert _panels(out) == {pid(1): 3, pid(2): 6}
        assert list(check(out, Totals())) == []
    assert step > 5


def _kill(patch: pytest.MonkeyPatch, step: int, done: bool, run: Callable[[], None]) -> bool:
    """Whether the run was killed: at its step-th part that is put in place or removed, before that or after."""
    steps = itertools.count(1)

    def until(act: Callable[..., None]) -> Callable[..., None]:
        def dying(*arguments: Any, **options: Any) -> None:
            is_part = arguments[-1].name.startswith("part-")  # no lock, which a store frees later
            mine = is_part and next(steps) == step
            if done or not mine:
                act(*arguments, **options)
            if mine:
                raise KeyboardInterrupt

        return dying

    for name in ("put", "remove"):
        patch.setattr(paths, name, until(getattr(paths, name)))
    try:
        run()
    except KeyboardInterrupt:
        return True
    return False


def _panels(out: Any) -> Counter[str]:
    """Subfigures by paper, of parts that count."""
    found: Counter[str] = Counter()
    for file in part_files(out / SUBFIGURES):
        with paths.parquet(file) as part:
            found.update(part.read(["paper_id"])["paper_id"].to_pylist())
    return found


def test_a_run_from_which_another_took_over_takes_no_rows_away(out: Path) -> None:
    with Dataset(out, PROVENANCE) as dataset:
        exchange = Exchange(out, [replaced(1)], dataset.lease)
        before = held(out)
        (out / LOCK).write_text("another run")
        with pytest.raises(LeaseLostError, match="another run took over"):
            exchange.retire()
        assert held(out) == before
