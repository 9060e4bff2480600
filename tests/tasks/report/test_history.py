"""What is remembered of earlier runs, and what they say of the work that a paper takes."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.report.history import (
    FAILURES_KEPT,
    FILE,
    RELABELLED,
    DatasetState,
    PastRun,
    read_history,
    work_measured,
    write_history,
)
from tasks.runs.outcomes import Counts, FailedPaper, RunSummary, UnusedJats

NOON = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)


def past_run(settings: dict[str, str], papers: int, seconds: float) -> PastRun:
    """A run of these papers, whose stages took these seconds."""
    counts = Counts(by_status={"ok": papers}, stage_seconds={"extract": seconds / 2, "infer": seconds / 2})
    summary = RunSummary(
        out="out",
        started_at=NOON,
        finished_at=NOON,
        seconds=1.0,
        model_id="default@0",
        settings=settings,
        inputs=papers,
        skipped=0,
        left=0,
        shards=1,
        counts=counts,
        failures=(),
    )
    return PastRun(summary, DatasetState(papers, 0, 0, 0, 0, None, {}))


def test_relabelling_says_nothing_of_the_work_for_a_pdf(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    label, relabel = {"model": "default"}, {RELABELLED: "old"}
    write_history(tmp_path, [past_run(label, 10, 20.0), past_run(relabel, 100, 5.0)])
    assert work_measured(tmp_path) == (10, 20.0)


def test_what_was_read_without_its_jats_comes_back_and_earlier_files_say_nothing_of_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "report").mkdir()
    run = past_run({"model": "default"}, 10, 20.0)
    unused = UnusedJats("a.pdf", "/in/a.pdf", "a.xml is no JATS article")
    many = replace(run, summary=replace(run.summary, unused_jats=(unused,) * (FAILURES_KEPT + 1)))
    write_history(tmp_path, [run, many])
    assert [one.summary.unused_jats for one in read_history(tmp_path)] == [(), (unused,) * FAILURES_KEPT]
    file = tmp_path / "report" / FILE
    kept = json.loads(file.read_text())
    del kept[0]["summary"]["unused_jats"]
    file.write_text(json.dumps(kept[:1]))
    assert read_history(tmp_path) == [run]


def test_what_could_not_be_read_anew_comes_back_and_earlier_files_say_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    run = past_run({"model": "default"}, 10, 20.0)
    stayed = FailedPaper("a.pdf", "/in/a.pdf", "timeout", "Reading took too long.")
    many = replace(run, summary=replace(run.summary, not_renewed=(stayed,) * (FAILURES_KEPT + 1)))
    write_history(tmp_path, [run, many])
    assert [one.summary.not_renewed for one in read_history(tmp_path)] == [(), (stayed,) * FAILURES_KEPT]
    file = tmp_path / "report" / FILE
    facts = json.loads(file.read_text())
    for past in facts:
        del past["summary"]["not_renewed"]
    file.write_text(json.dumps(facts))
    assert [one.summary.not_renewed for one in read_history(tmp_path)] == [(), ()]


@pytest.mark.parametrize("name", ["skipped", "newer_jats"])
def test_a_file_whose_counts_are_no_numbers_is_as_if_there_were_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "report").mkdir()
    write_history(tmp_path, [past_run({"model": "default"}, 10, 20.0)])
    file = tmp_path / "report" / FILE
    kept = json.loads(file.read_text())
    kept[0]["summary"][name] = "two"
    file.write_text(json.dumps(kept))
    assert read_history(tmp_path) == []
