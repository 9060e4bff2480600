"""Compaction: the same rows in fewer files; at every step a reader finds each row once, and a kill loses none."""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.dataset import compaction
from tasks.dataset.cache.part_cache import read_cache
from tasks.dataset.check import Totals, check
from tasks.dataset.compaction import FOLDER, compact, exchange, finish_compaction, plan_compaction
from tasks.dataset.dataset import Dataset, provenance_in
from tasks.dataset.parts import PartWriter
from tasks.errors import OutputError
from tasks.index.source import list_parts
from tasks.records import LabelledPaper
from tests.servers import eventually
from tests.tasks.small_records import PROVENANCE, failure, labelled

PARTS = 6
MUCH = 10**9
"""Bytes of a part into which everything fits."""


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A dataset of small parts, one of them of failed papers alone."""
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        for number in range(PARTS):
            with PartWriter(dataset.out, f"part-{number:016x}", PROVENANCE) as part:
                for of in (2 * number + 1, 2 * number + 2):
                    part.fail(failure(of)) if number == 3 else part.add(taken(of))
                part.commit()
        dataset.refresh()
    return tmp_path / "out"


def taken(number: int) -> LabelledPaper:
    """A paper whose subfigures have ids of their own."""
    paper = labelled(number)
    known = replace(paper.extraction.paper, paper_id=f"{number:x}".ljust(64, "0"))
    return replace(paper, extraction=replace(paper.extraction, paper=known))


def rows(out: Path, folder: str) -> list[dict[str, object]]:
    """All rows of a table as whoever lists its files finds them and opens each once, without the part's name."""
    files = sorted((out / folder).glob("*.parquet"))
    table = pa.concat_tables(
        pq.ParquetFile(file).read() for file in files
    )  # read_table looks at a path twice
    found = table.drop_columns(["part"] if folder == "papers" else []).to_pylist()
    return sorted(found, key=lambda row: str(row.get("subfigure_id", row["paper_id"])))


def counted(out: Path) -> Counter[str]:
    """Rows as Figmill's own readers find them, of the parts that the ledger names."""
    names: Counter[str] = Counter()
    for part in list_parts(out):
        names.update(pq.read_table(part.path, columns=["subfigure_id"])["subfigure_id"].to_pylist())
    return names


def do(out: Path, part_bytes: int = MUCH) -> None:
    with Dataset(out, provenance_in(out)):
        compact(out, plan_compaction(out, part_bytes))


def test_the_rows_are_the_same_in_fewer_files_and_all_is_sound(out: Path) -> None:
    before = rows(out, "subfigures"), rows(out, "papers")
    with read_cache(out) as parts:
        totals = parts.totals()
    do(out)
    assert (rows(out, "subfigures"), rows(out, "papers")) == before
    (part,), (ledger,) = ([*(out / folder).iterdir()] for folder in ("subfigures", "papers"))
    assert part.name == ledger.name == f"part-{0:016x}.parquet"
    assert set(pq.read_table(ledger)["part"].to_pylist()) == {part.name}
    assert list(check(out, Totals())) == []
    with read_cache(out) as parts:
        merged = parts.totals()
    assert merged - totals == Counter()
    assert not (out / FOLDER).exists()


def test_parts_end_near_the_size_wanted_and_large_ones_stay_as_they_are(out: Path) -> None:
    size = max(file.stat().st_size for file in (out / "subfigures").iterdir())
    do(out, int(2.5 * size))
    files = sorted((out / "subfigures").iterdir())
    assert 1 < len(files) < PARTS
    large = {file.name: file.stat().st_ino for file in files}
    do(out, size // 4)
    assert {file.name: file.stat().st_ino for file in (out / "subfigures").iterdir()} == large


def test_row_groups_are_put_together_up_to_their_size(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "_GROUP_ROWS", 30)
    do(out)
    (part,) = (out / "subfigures").iterdir()
    with pq.ParquetFile(part) as opened:
        sizes = [opened.metadata.row_group(group).num_rows for group in range(opened.num_row_groups)]
    assert sizes == [24, 24, 12]


def test_parts_that_say_something_else_of_themselves_stay_apart(out: Path) -> None:
    name = f"part-{1:016x}.parquet"
    table = pq.read_table(out / "subfigures" / name)
    metadata = table.schema.metadata | {b"figmill.provenance": b'{"precision": "bfloat16"}'}
    pq.write_table(table.replace_schema_metadata(metadata), out / "subfigures" / name)
    do(out)
    assert sorted(file.name for file in (out / "subfigures").iterdir()) == [f"part-{0:016x}.parquet", name]


class Killed(BaseException):
    """What a kill does to a process, for all that the files show."""


@pytest.mark.parametrize("step", range(26))
def test_killed_at_any_step_nothing_is_lost_or_doubled(
    out: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(out, "subfigures"), rows(out, "papers")
    names = counted(out)
    steps: Iterator[int] = iter(range(100))

    def dies(function: object) -> object:
        def do_or_die(*arguments: object, **options: object) -> object:
            if next(steps) == step:
                raise Killed
            return function(*arguments, **options)  # type: ignore[operator]

        return do_or_die

    with monkeypatch.context() as patch:
        patch.setattr(compaction, "exchange", dies(exchange))
        patch.setattr(compaction.paths, "put", dies(compaction.paths.put))
        patch.setattr(compaction.paths, "put_bytes", dies(compaction.paths.put_bytes))
        patch.setattr(compaction.paths, "sync", dies(compaction.paths.sync))
        patch.setattr(compaction.shutil, "rmtree", dies(compaction.shutil.rmtree))
        try:
            plan = plan_compaction(out, MUCH)
            compact(out, plan)
        except Killed:
            pass
    assert rows(out, "subfigures") == before[0]
    assert rows(out, "papers") == before[1]
    assert counted(out) == names
    with read_cache(out, strict=False) as parts:
        parts.count()
        assert parts.totals()["subfigures"] == len(before[0])
        assert parts.totals()["status/failed"] == 2
    assert all(finding.remedy == "finish" for finding in check(out, Totals()))
    with Dataset(out, PROVENANCE) as dataset:
        assert "1".ljust(64, "0") in dataset
    assert (rows(out, "subfigures"), rows(out, "papers")) == before
    assert list(check(out, Totals())) == []
    assert not (out / FOLDER).exists()


def test_who_reads_all_the_while_finds_each_row_once(out: Path) -> None:
    names, found = counted(out), []
    ended = threading.Event()
    failed: list[Exception] = []

    def read() -> None:
        while not ended.is_set():
            try:
                found.append((counted(out), len(rows(out, "subfigures")), len(rows(out, "papers"))))
            except (FileNotFoundError, OutputError):  # listed before, opened after: whoever reads lists again
                continue
            except Exception as error:  # noqa: BLE001  raised again below
                failed.append(error)
                return

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for part_bytes in (60_000, 200_000, MUCH):
            do(out, part_bytes)
        eventually(lambda: len(found) >= 3 or failed, every=0.01)
    finally:
        ended.set()
        reader.join()
    if failed:
        raise failed[0]
    assert len(found) >= 3
    assert {(*map(tuple, (sorted(one.items()),)), *sizes) for one, *sizes in found} == {
        (tuple(sorted(names.items())), 60, 12)
    }


def test_what_a_killed_compaction_left_before_it_was_decided_goes(out: Path) -> None:
    (out / FOLDER / "subfigures").mkdir(parents=True)
    assert finish_compaction(out)
    assert not finish_compaction(out)
    assert len(list((out / "subfigures").iterdir())) == PARTS


def test_a_part_that_is_not_what_its_ledger_part_says_stops_it(out: Path) -> None:
    name = f"part-{1:016x}.parquet"
    table = pq.read_table(out / "subfigures" / name)
    pq.write_table(table.slice(1), out / "subfigures" / name)
    with pytest.raises(OutputError, match=r"have 59 rows, and their ledger parts say 60: run `figmill check"):
        do(out)
    assert len(list((out / "subfigures").iterdir())) == PARTS
    assert not (out / FOLDER).exists()


def test_a_disk_without_room_or_a_file_system_that_cannot_exchange_is_said(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "_ROOM", 1e15)
    with pytest.raises(OutputError, match=r"are rewritten beside the old parts, and .* are free"):
        do(out)
    monkeypatch.undo()
    monkeypatch.setattr(compaction, "_rename", None)
    with pytest.raises(
        OutputError, match=r"cannot exchange two folders in one step .*: copy the dataset to a local"
    ):
        do(out)
    assert len(list((out / "subfigures").iterdir())) == PARTS


def test_a_store_is_refused_in_a_sentence() -> None:
    from tasks.stores.paths import store_path

    with pytest.raises(OutputError, match="lies on a store, where no two folders change places in one step"):
        compact(store_path("s3://bucket/out"), compaction.CompactionPlan(0, ()))


def test_the_folders_keep_mode_and_group(out: Path) -> None:
    for folder, mode in (("subfigures", 0o2775), ("papers", 0o2750)):
        (out / folder).chmod(mode)
    before = [(state.st_mode, state.st_gid) for state in map(os.stat, (out / "subfigures", out / "papers"))]
    do(out)
    assert len(list((out / "papers").iterdir())) == 1
    after = [(state.st_mode, state.st_gid) for state in map(os.stat, (out / "subfigures", out / "papers"))]
    assert after == before


def test_a_linked_folder_is_refused_and_stays(out: Path, tmp_path: Path) -> None:
    (out / "subfigures").rename(tmp_path / "large-disk")
    (out / "subfigures").symlink_to(tmp_path / "large-disk")
    with pytest.raises(
        OutputError, match="subfigures is a link, and the folder it leads to would keep the old"
    ):
        do(out)
    assert (out / "subfigures").is_symlink()
    assert len(list((tmp_path / "large-disk").iterdir())) == PARTS
    assert not (out / FOLDER).exists()


def test_a_folder_among_the_parts_is_named(out: Path) -> None:
    (out / "papers" / ".snapshot" / "old").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"papers/\.snapshot is a folder, .*: move it out of the dataset"):
        do(out)
    assert len(list((out / "papers").iterdir())) == PARTS + 1
    assert not (out / FOLDER).exists()


def test_a_decided_compaction_that_cannot_be_ended_here_says_where(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(compaction, "finish_compaction", lambda _: True)
        do(out)
    before = counted(out)
    with monkeypatch.context() as patch:
        patch.setattr(compaction, "_rename", None)
        with pytest.raises(
            OutputError, match=r"copy the dataset with its \.compact to a local disk of Linux"
        ):
            do(out)
    assert counted(out) == before
    with Dataset(out, provenance_in(out)):
        pass
    assert len(list((out / "papers").iterdir())) == 1
    assert counted(out) == before
