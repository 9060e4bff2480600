"""The dataset folder: what is refused, what is repaired, what a second run finds."""

import fcntl
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tasks.dataset import lock
from tasks.dataset.dataset import Dataset
from tasks.dataset.parts import PartWriter
from tasks.dataset.schema import Provenance
from tasks.dataset.store_lock import LOCK
from tasks.errors import OutputError
from tasks.records import LabelledPaper
from tasks.runs.outcomes import Failure
from tests.tasks.small_datasets import paper, subfigure, write_part
from tests.tasks.small_records import PROVENANCE, failure, labelled

OTHER = Provenance("other@ba9876543210", ("DMFL", "GFIG"), 4, "")


def write(dataset: Dataset, *papers: LabelledPaper | Failure, provenance: Provenance = PROVENANCE) -> str:
    """Commits a shard of these papers and returns its file name."""
    ids = [
        paper.paper.paper_id if isinstance(paper, Failure) else paper.extraction.paper.paper_id
        for paper in papers
    ]
    with PartWriter(dataset.out, dataset.shard_name(ids), provenance) as part:
        for paper in papers:
            part.fail(paper) if isinstance(paper, Failure) else part.add(paper)
        return part.commit().part


def ledger(out: Path) -> dict[int, list[str]]:
    """Paper number -> its statuses in the ledger."""
    found: dict[int, list[str]] = {}
    for row in pq.read_table(out / "papers").to_pylist():
        found.setdefault(int(row["paper_id"], 16), []).append(row["status"])
    return found


def test_a_new_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    with Dataset(tmp_path / "a" / "b", PROVENANCE):
        assert sorted(path.name for path in (tmp_path / "a" / "b").glob("[!.]*")) == ["papers", "subfigures"]


def test_the_next_run_knows_what_is_done_and_what_failed(tmp_path: Path) -> None:
    with Dataset(tmp_path, PROVENANCE) as dataset:
        write(dataset, labelled(1), failure(2))
    with Dataset(tmp_path, PROVENANCE) as dataset:
        states = [(f"{n:064x}" in dataset, dataset.failed(f"{n:064x}")) for n in (1, 2, 3)]
    assert states == [(True, False), (True, True), (False, False)]


def test_a_folder_with_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("x")
    with pytest.raises(OutputError, match=r"something else than a Figmill dataset \(thesis.docx\)"):
        Dataset(tmp_path, PROVENANCE).__enter__()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


@pytest.mark.parametrize("name", ["papers/paper.pdf", "subfigures/part-00000.parquet"])
def test_a_folder_that_only_looks_like_a_dataset_is_refused(tmp_path: Path, name: str) -> None:
    for folder in ("papers", "subfigures"):
        (tmp_path / folder).mkdir()
    (tmp_path / name).write_text("x")
    with pytest.raises(OutputError, match="something else"):
        Dataset(tmp_path, PROVENANCE).__enter__()
    assert (tmp_path / name).exists()


@pytest.mark.parametrize("folder", ["papers", "subfigures"])
def test_a_strange_file_in_a_dataset_is_named(tmp_path: Path, folder: str) -> None:
    with Dataset(tmp_path, PROVENANCE) as dataset:
        write(dataset, labelled(1))
    (tmp_path / folder / "notes.txt").write_text("x")
    with pytest.raises(OutputError, match=f"{folder}/notes.txt is not Figmill's: move it out"):
        Dataset(tmp_path, PROVENANCE).__enter__()


def fail(*papers: LabelledPaper | Failure, out: Path) -> None:
    """A run that fails after it has written these papers."""
    with Dataset(out, PROVENANCE) as dataset:
        if papers:
            write(dataset, *papers)
        raise OutputError("no more")


def test_a_run_that_fails_before_it_wrote_anything_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        fail(out=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_run_that_fails_leaves_what_it_wrote_and_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for papers, out in (((), tmp_path / "mine"), ((labelled(1),), tmp_path / "new")):
        with pytest.raises(OutputError):
            fail(*papers, out=out)
        assert (out / "papers").is_dir()
    assert ledger(tmp_path / "new") == {1: ["ok"]}


def test_a_lock_on_a_folder_that_was_just_removed_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = lock._take

    def remove_then_take(*arguments: Any) -> bool:
        (tmp_path / LOCK).unlink()
        return take(*arguments)

    monkeypatch.setattr(lock, "_take", remove_then_take)
    with pytest.raises(OutputError, match="was removed this moment"), lock.writing(tmp_path):
        pass


def test_parts_without_a_ledger_folder_are_not_taken_for_leftovers(tmp_path: Path) -> None:
    with Dataset(tmp_path, PROVENANCE) as dataset:
        name = write(dataset, labelled(1))
    for file in (tmp_path / "papers").iterdir():
        file.unlink()
    (tmp_path / "papers").rmdir()
    with pytest.raises(OutputError, match="something else"):
        Dataset(tmp_path, PROVENANCE).__enter__()
    assert (tmp_path / "subfigures" / name).exists()


def test_a_file_or_a_place_without_folders_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/figmill")):
        with pytest.raises(OutputError) as caught:
            Dataset(out, PROVENANCE).__enter__()
        assert "\n" not in str(caught.value)
        assert str(out) in str(caught.value)


def test_another_model_is_refused_and_both_are_named(tmp_path: Path) -> None:
    with Dataset(tmp_path, PROVENANCE) as dataset:
        write(dataset, labelled(1))
    said = r"labelled by tiny@\w+ \(3 classes\), this run uses other@\w+ \(2.* relabel .* --out NEW` \(and --model"
    with pytest.raises(OutputError, match=said):
        Dataset(tmp_path, OTHER).__enter__()


@pytest.mark.parametrize(
    ("captions", "sentence"),
    [
        (True, "labelled without captions, this run reads them: add --no-captions, or choose another --out"),
        (False, "labelled with captions, this run reads none: leave --no-captions out, or choose another"),
    ],
)
def test_rows_that_read_captions_and_rows_that_did_not_stay_apart(
    tmp_path: Path, captions: bool, sentence: str
) -> None:
    with Dataset(tmp_path, PROVENANCE) as dataset:
        write(dataset, labelled(1), provenance=replace(PROVENANCE, captions=not captions))
    with pytest.raises(OutputError, match=sentence):
        Dataset(tmp_path, replace(PROVENANCE, captions=captions)).__enter__()
    with Dataset(tmp_path, replace(PROVENANCE, captions=not captions)):
        pass


def test_nothing_is_written_beside_rows_of_an_earlier_schema_and_relabel_is_named(tmp_path: Path) -> None:
    write_part(tmp_path, f"part-{1:016x}.parquet", [subfigure(1)], [paper(1)], version="2")
    with pytest.raises(OutputError, match=r"has schema 2, this Figmill writes 3: .*`figmill relabel .* NEW`"):
        Dataset(tmp_path, PROVENANCE).__enter__()


def test_an_empty_dataset_takes_any_model(tmp_path: Path) -> None:
    with Dataset(tmp_path, PROVENANCE):
        pass
    with Dataset(tmp_path, OTHER):
        pass


def test_two_runs_at_once_are_refused_with_the_first_ones_identity(tmp_path: Path) -> None:
    with (
        Dataset(tmp_path, PROVENANCE),
        pytest.raises(OutputError, match=r"being written by process \d+ on .* since"),
    ):
        Dataset(tmp_path, PROVENANCE).__enter__()
    with Dataset(tmp_path, PROVENANCE):
        pass


def test_the_lock_of_a_dead_run_is_taken_over(tmp_path: Path) -> None:
    lock = tmp_path / ".figmill.lock"
    code = f"import fcntl, os; f = open({str(lock)!r}, 'w'); fcntl.flock(f, fcntl.LOCK_EX); os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    with Dataset(tmp_path, PROVENANCE), lock.open() as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_what_a_killed_run_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    with Dataset(tmp_path, PROVENANCE) as dataset:
        kept = write(dataset, labelled(1))
        orphan = write(dataset, labelled(2))
    (tmp_path / "papers" / orphan).unlink()
    (tmp_path / "subfigures" / f".{orphan}.unfinished").write_text("half")
    (tmp_path / ".spool" / orphan).mkdir(parents=True)
    (tmp_path / "README.md").write_text("mine")
    with Dataset(tmp_path, PROVENANCE) as dataset:
        assert f"{2:064x}" not in dataset
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted(
        [".figmill.lock", ".parts.sqlite", "README.md", "papers", "subfigures", kept, kept]
    )


def test_a_retried_paper_has_one_row(tmp_path: Path) -> None:
    with Dataset(tmp_path, PROVENANCE) as dataset:
        write(dataset, labelled(1), failure(2))
        write(dataset, failure(3))
    with Dataset(tmp_path, PROVENANCE) as dataset:
        write(dataset, labelled(2), failure(3, "timeout"))
        dataset.supersede([f"{2:064x}", f"{3:064x}"])
    assert ledger(tmp_path) == {1: ["ok"], 2: ["ok"], 3: ["failed"]}
    names = [{path.name for path in (tmp_path / folder).iterdir()} for folder in ("papers", "subfigures")]
    assert names[0] == names[1]  # the part of the failed paper alone went with its ledger part


@pytest.mark.parametrize("again", [labelled(2), failure(2, "timeout")])
def test_a_kill_between_new_rows_and_the_removal_of_old_ones_is_repaired(
    tmp_path: Path, again: LabelledPaper | Failure
) -> None:
    with Dataset(tmp_path, PROVENANCE) as dataset:
        write(dataset, labelled(1), failure(2))
    with Dataset(tmp_path, PROVENANCE) as dataset:
        latest = write(dataset, again)  # and no supersede: killed here
    with Dataset(tmp_path, PROVENANCE):
        pass
    assert {number: len(rows) for number, rows in ledger(tmp_path).items()} == {1: 1, 2: 1}
    assert pq.read_table(tmp_path / "papers" / latest).num_rows == 1


def test_part_names_follow_from_the_papers_and_never_repeat(tmp_path: Path) -> None:
    with Dataset(tmp_path / "a", PROVENANCE) as one, Dataset(tmp_path / "b", PROVENANCE) as two:
        assert one.shard_name(["x", "y"]) == two.shard_name(["y", "x"])
        assert one.shard_name(["x", "y"]) != two.shard_name(["x"])
        write(one, failure(1))
        first = write(two, failure(1))
    with Dataset(tmp_path / "b", PROVENANCE) as two:
        assert write(two, failure(1)) != first


def test_a_ledger_part_without_its_part_is_said(tmp_path: Path) -> None:
    with Dataset(tmp_path, PROVENANCE) as dataset:
        name = write(dataset, labelled(1))
    (tmp_path / "subfigures" / name).unlink()
    with pytest.raises(OutputError, match="names a part that is not in subfigures/"):
        Dataset(tmp_path, PROVENANCE).__enter__()


def test_a_truncated_ledger_part_is_said(tmp_path: Path) -> None:
    with Dataset(tmp_path, PROVENANCE) as dataset:
        name = write(dataset, labelled(1))
    (tmp_path / "papers" / name).write_bytes((tmp_path / "papers" / name).read_bytes()[:500])
    with pytest.raises(OutputError, match="cannot be read back"):
        Dataset(tmp_path, PROVENANCE).__enter__()
