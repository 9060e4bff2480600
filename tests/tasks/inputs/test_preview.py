"""A look at what a run would do: what is new, what it weighs and costs; nothing is read and nothing changes."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.dataset.dataset import Dataset
from tasks.dataset.ledger import retire_papers
from tasks.dataset.parts import PartWriter
from tasks.inputs import preview as module
from tasks.inputs.fingerprints import FingerprintCache
from tasks.inputs.listing import version_of
from tasks.inputs.preview import preview
from tasks.records import LabelledPaper
from tasks.settings import LabelSettings
from tests.tasks.small_records import PROVENANCE, failure, labelled

NOBODY = (0, 0.0)


@pytest.fixture
def settings(tmp_path: Path) -> LabelSettings:
    """Four PDFs of 100 bytes: one that is in the dataset, one that failed there, two that are new."""
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for number in range(1, 5):
        (folder / f"{number}.pdf").write_bytes(b"%PDF".ljust(100))
    with Dataset(out, PROVENANCE) as dataset, PartWriter(out, "part-" + "0" * 16, PROVENANCE) as part:
        for paper in (labelled(1), failure(2)):
            part.add(paper) if isinstance(paper, LabelledPaper) else part.fail(paper)
        part.commit()
        known = FingerprintCache(dataset.out)
        for number in (1, 2):
            file = folder / f"{number}.pdf"
            known.note(str(file), version_of(file), f"{number:064x}")
        known.save(lambda _: True)
    return LabelSettings((str(folder),), str(out), workers=4)


def test_what_is_in_the_ledger_is_passed_over_and_nothing_changes(settings: LabelSettings) -> None:
    before = sorted((file, file.stat().st_mtime_ns) for file in Path(settings.out).rglob("*"))
    found = preview(settings, NOBODY)
    assert (found.inputs, found.done, found.new, found.bytes) == (4, 2, 2, 200)
    assert sorted((file, file.stat().st_mtime_ns) for file in Path(settings.out).rglob("*")) == before


def test_a_file_that_has_changed_is_new(settings: LabelSettings) -> None:
    file = Path(settings.inputs[0]) / "1.pdf"
    file.write_bytes(b"%PDF".ljust(300))
    os.utime(file)
    found = preview(settings, NOBODY)
    assert (found.new, found.bytes) == (3, 500)


def test_retry_failed_and_limit_count(settings: LabelSettings) -> None:
    assert preview(replace(settings, retry_failed=True), NOBODY).new == 1
    found = preview(replace(settings, limit=1), NOBODY)
    assert (found.done, found.new, found.left) == (2, 1, 1)


def test_papers_with_newer_jats_are_new_where_they_are_asked_for(settings: LabelSettings) -> None:
    time.sleep(0.02)
    for number in (1, 2, 3):
        (Path(settings.inputs[0]) / f"{number}.xml").write_text("<article/>")
    assert preview(settings, NOBODY).new == 2
    assert preview(replace(settings, newer_jats=True), NOBODY).new == 3


def test_papers_whose_rows_a_killed_run_was_about_to_replace_are_new(settings: LabelSettings) -> None:
    retire_papers(Path(settings.out), f"part-{'0' * 16}.parquet", {f"{1:064x}"})
    assert preview(settings, NOBODY).new == 3


def test_the_work_goes_by_earlier_runs_or_by_what_was_measured_once(settings: LabelSettings) -> None:
    found = preview(settings, (10, 18_000.0), price=0.5)
    assert (found.worker_seconds, found.worker_hours, found.cost) == (1800.0, 1.0, 0.5)
    found = preview(settings, NOBODY)
    assert (found.worker_seconds, found.papers_measured, found.cost) == (module.WORKER_SECONDS, 0, None)


def test_a_dataset_that_is_not_there_yet_holds_nothing(settings: LabelSettings, tmp_path: Path) -> None:
    found = preview(replace(settings, out=str(tmp_path / "new")), NOBODY)
    assert (found.done, found.new) == (0, 4)
    assert not (tmp_path / "new").exists()
