"""The cache of parts says what the files say, whether it is there, behind, damaged or of another version."""

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tasks.dataset.cache import database, part_cache
from tasks.dataset.cache.database import FILE
from tasks.dataset.cache.listing import Listing
from tasks.dataset.cache.part_cache import PartCache, read_cache, write_cache
from tasks.dataset.dataset import Dataset
from tasks.dataset.ledger import Mark, drop_papers, mark_papers
from tasks.dataset.parts import PartWriter
from tasks.dataset.tally import Tally
from tasks.records import LabelledPaper
from tasks.runs.outcomes import Failure
from tasks.stores import paths
from tasks.stores.scratch import scratch
from tests.tasks.small_datasets import paper, subfigure, write_part
from tests.tasks.small_records import PROVENANCE, failure, labelled


def write(dataset: Dataset, *papers: LabelledPaper | Failure) -> str:
    """Commits a shard of these papers and returns its file name."""
    ids = [(one if isinstance(one, Failure) else one.extraction).paper.paper_id for one in papers]
    with PartWriter(dataset.out, dataset.shard_name(ids), PROVENANCE) as part:
        for one in papers:
            part.fail(one) if isinstance(one, Failure) else part.add(one)
        return part.commit().part


@pytest.fixture(params=["disk", "store"])
def out(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A dataset of three papers in two parts, noted by its run."""
    if request.param == "store":
        request.getfixturevalue("s3")
    out = paths.store_path(tmp_path / "out" if request.param == "disk" else "s3://bucket/out")
    with Dataset(out, PROVENANCE) as dataset:
        write(dataset, labelled(1), labelled(2))
        write(dataset, failure(3))
        dataset.refresh()
    return out


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of ledger parts that are read."""
    names: list[str] = []
    read = part_cache.read_shard

    def spy(out: Any, listing: Any, strict: bool, name: str) -> Any:
        names.append(name)
        return read(out, listing, strict, name)

    monkeypatch.setattr(part_cache, "read_shard", spy)
    return names


def told(parts: PartCache) -> tuple[Tally, list[Any], list[str]]:
    """All that a cache says of three papers."""
    parts.count()
    papers = [parts.rows(f"{number:064x}") for number in (1, 2, 3)]
    return parts.totals(), papers, parts.first_failed(9)


def anew(out: Any) -> Any:
    """What a dataset without a cache says."""
    paths.remove(out / FILE)
    with read_cache(out) as parts:
        return told(parts)


def test_the_next_run_reads_no_part_and_knows_all(out: Any, opened: list[str]) -> None:
    with Dataset(out, PROVENANCE) as dataset:
        assert opened == []
        states = [(f"{n:064x}" in dataset, dataset.failed(f"{n:064x}")) for n in (1, 2, 3, 4)]
        said = told(dataset.parts)
    assert states == [(True, False), (True, False), (True, True), (False, False)]
    assert said[0]["subfigures"] == 12
    assert (said[0]["status/ok"], said[0]["status/failed"], said[0]["kind/damaged"]) == (2, 1, 1)
    assert said == anew(out)


def test_only_what_has_changed_is_read(out: Any, opened: list[str]) -> None:
    with Dataset(out, PROVENANCE) as dataset:
        new = write(dataset, labelled(4))
        dataset.refresh()
        assert opened == [new]
        assert dataset.parts.totals()["status/ok"] == 3


def test_rows_that_are_marked_or_dropped_are_seen(out: Any) -> None:
    with read_cache(out) as parts:
        (first,) = parts.rows(f"{1:064x}")
    mark_papers(out, first.file, {first.paper_id: Mark("retracted", "v2")})
    with read_cache(out) as parts:
        (marked,) = parts.rows(first.paper_id)
        assert (marked.metadata.withdrawn, marked.source_version) == ("retracted", "v2")
        assert parts.totals()["subfigures"] == 12
    drop_papers(out, first.file, [first.paper_id])
    with Dataset(out, PROVENANCE) as dataset:
        assert first.paper_id not in dataset
        said = told(dataset.parts)
    assert said[0]["subfigures"] == 6
    assert said == anew(out)


@pytest.mark.parametrize("damage", ["nonsense", "cut", "other version", "before jats_sha256", "other rows"])
def test_a_cache_that_is_damaged_or_lies_costs_time_alone(tmp_path: Path, damage: str) -> None:
    with Dataset(tmp_path, PROVENANCE) as dataset:
        write(dataset, labelled(1), failure(3))
        dataset.refresh()
    file = tmp_path / FILE
    whole = file.read_bytes()
    if damage == "nonsense":
        file.write_bytes(b"no database " * 400)
    elif damage == "cut":
        file.write_bytes(whole[: len(whole) // 3])
    else:
        connection = sqlite3.connect(file)
        scripts = {
            "other version": "PRAGMA user_version = 99",
            "before jats_sha256": "ALTER TABLE papers DROP COLUMN jats_sha256; PRAGMA user_version = 1",
            "other rows": "UPDATE parts SET ledger = 'stale';",
        }
        connection.executescript(scripts[damage])
        connection.close()
    with Dataset(tmp_path, PROVENANCE) as dataset:
        assert f"{1:064x}" in dataset
        said = told(dataset.parts)
    with read_cache(tmp_path) as parts:
        assert told(parts) == said
    assert said == anew(tmp_path)


def test_a_part_that_takes_anothers_place_with_its_size_and_time_is_read_anew(tmp_path: Path) -> None:
    name = f"part-{1:016x}.parquet"
    write_part(tmp_path, name, [subfigure(1)], [paper(1)])
    with read_cache(tmp_path) as parts:
        parts.count()
        assert not parts.behind(Listing.of(tmp_path))
        for folder in ("papers", "subfigures"):
            file = tmp_path / folder / name
            state = file.stat()
            aside = file.with_name("aside")
            aside.write_bytes(file.read_bytes())
            aside.replace(file)
            os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
        assert parts.behind(Listing.of(tmp_path))


def test_parts_of_earlier_versions_are_counted_from_their_rows(tmp_path: Path) -> None:
    rows = [subfigure(1), subfigure(2, "GFIG", 0.2), subfigure(3, None)]
    write_part(tmp_path, f"part-{1:016x}.parquet", rows, [paper(n) for n in (1, 2, 3)], version="2")
    with read_cache(tmp_path) as parts:
        parts.count()
        found = parts.totals()
    assert {name: found[name] for name in ("subfigures", "unscored", "rejected", "modality/GFIG")} == {
        "subfigures": 3,
        "unscored": 1,
        "rejected": 1,
        "modality/GFIG": 1,
    }


def test_a_reader_changes_nothing(out: Any) -> None:
    with Dataset(out, PROVENANCE) as dataset:
        write(dataset, labelled(4))
    stamps = paths.stamps(out)
    with read_cache(out) as parts:
        assert parts.rows(f"{4:064x}")
    assert paths.stamps(out) == stamps


def test_papers_are_found_by_the_beginning_of_their_ids(tmp_path: Path) -> None:
    for number in (1, 2):
        name = f"part-{number:016x}.parquet"
        write_part(tmp_path, name, [], [paper(1, paper_id=f"{number}" * 64)])
    with read_cache(tmp_path) as parts:
        assert parts.parts_of(["1" * 16]) == [f"part-{1:016x}.parquet"]
        assert parts.parts_of(["1" * 16, "2" * 16, "3" * 16]) == [f"part-{n:016x}.parquet" for n in (1, 2)]


@pytest.mark.parametrize("while_", ["it is read", "the disk is full"])
def test_a_cache_that_cannot_be_kept_fails_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, while_: str
) -> None:
    monkeypatch.setattr(database, "_PATIENCE", 0.1)
    with Dataset(tmp_path, PROVENANCE) as dataset:
        write(dataset, labelled(1), failure(3))
        dataset.refresh()
    reader = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    with Dataset(tmp_path, PROVENANCE) as dataset:
        write(dataset, labelled(2), labelled(4))
        if while_ == "it is read":
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM papers").fetchone()
        else:
            (pages,) = dataset.parts.connection.execute("PRAGMA page_count").fetchone()
            dataset.parts.connection.execute(f"PRAGMA max_page_count = {pages}")
            write(dataset, *(failure(number) for number in range(10, 100)))
        dataset.refresh()
        said = told(dataset.parts)
    assert "this run goes on without it" in caplog.text
    reader.close()
    assert said == anew(tmp_path)


def test_parts_are_counted_while_somebody_reads_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_PATIENCE", 0.1)
    write_part(tmp_path, f"part-{1:016x}.parquet", [subfigure(1)], [paper(1)])
    parts = write_cache(tmp_path)
    parts.refresh(Listing.of(tmp_path))
    parts.commit()
    reader = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM papers").fetchone()
    parts.count()
    assert parts.totals()["subfigures"] == 1
    parts.close()
    reader.close()


def test_readers_leave_no_copy_of_a_stores_cache(s3: object) -> None:
    out = paths.store_path("s3://bucket/out")
    with Dataset(out, PROVENANCE) as dataset:
        write(dataset, labelled(1))
    with read_cache(out):
        pass
    assert not [name for name in paths.names(scratch()) if name.endswith(FILE)]
