"""What cron gets of a run: JSON that can be read, and a status of its own where too much failed."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from flows.terminal.console import show_preview
from flows.terminal.outcome import TOO_MANY_FAILED, end, promised, write_summary
from tasks.errors import OutputError
from tasks.inputs.preview import Preview
from tasks.runs.outcomes import Counts, FailedPaper, RunSummary

NOON = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)


def summary(ok: int = 19, failed: int = 1) -> RunSummary:
    return RunSummary(
        out="out",
        started_at=NOON,
        finished_at=NOON,
        seconds=1.0,
        model_id="default@0",
        settings={},
        inputs=ok + failed,
        skipped=0,
        left=0,
        shards=1,
        counts=Counts(by_status={"ok": ok, "failed": failed}),
        failures=(FailedPaper("a.pdf", "/in/a.pdf", "damaged", "It is cut \udcff short."),) * failed,
    )


def test_a_summary_can_be_read_back(tmp_path: Path) -> None:
    write_summary(str(tmp_path / "run.json"), summary())
    told = json.loads((tmp_path / "run.json").read_text())
    assert told["counts"]["by_status"] == {"ok": 19, "failed": 1}
    assert told["failures"][0]["kind"] == "damaged"
    assert told["started_at"] == NOON.isoformat()
    write_summary(None, summary())
    assert [file.name for file in tmp_path.iterdir()] == ["run.json"]


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(
        OutputError, match=r"cannot write --summary-json .*: No such file .*; all else is done"
    ):
        write_summary(str(tmp_path / "no" / "run.json"), summary())


@pytest.mark.parametrize(
    ("share", "status"), [(0.05, None), (0.04, TOO_MANY_FAILED), (0, TOO_MANY_FAILED), (None, None)]
)
def test_more_failed_papers_than_allowed_are_a_status_of_their_own(
    share: float | None, status: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if status is None:
        end(summary(), share)
        return
    with pytest.raises(SystemExit) as ended:
        end(summary(), share)
    assert ended.value.code == status
    assert "1 of 20 papers failed, more than the" in capsys.readouterr().err


def test_papers_that_could_not_be_read_anew_count_as_failed(capsys: pytest.CaptureFixture[str]) -> None:
    renewed = replace(summary(), counts=Counts(by_status={"ok": 18, "failed": 1, "not_renewed": 1}))
    end(renewed, 0.1)
    with pytest.raises(SystemExit):
        end(renewed, 0.09)
    assert "2 of 20 papers failed" in capsys.readouterr().err


def test_a_run_without_papers_has_not_failed() -> None:
    end(summary(0, 0), 0)
    end(None, 0)


def test_a_preview_says_what_it_may_take(capsys: pytest.CaptureFixture[str]) -> None:
    show_preview(Preview("out", 125, 20, 5, 100, 2_500_000, 1, 36.0, 0, 4, 0.5))
    said = " ".join(capsys.readouterr().out.split())
    assert "inputs 125, of which 20 would be passed over left by --limit 5 PDFs new" in said
    assert "new 100 PDFs, 2.5 MB and 1 of unknown size" in said
    assert "work 1.0 worker-hours, 15.0 minutes on 4 workers" in said
    assert "cost 0.50 at 0.5 a worker-hour" in said
    assert "counts as new, and all on the web. Nothing" in said


def test_yesterdays_summary_goes_before_the_run_and_a_failed_run_says_why(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    write_summary(str(file), summary())

    def fail() -> None:
        assert json.loads(file.read_text()) == {"failed": "the run has not ended, or was killed"}
        raise OutputError("no room")

    with pytest.raises(OutputError, match="no room"), promised(str(file)):
        fail()
    assert json.loads(file.read_text()) == {"failed": "no room"}
    with promised(str(file)):
        pass
    write_summary(str(file), summary())
    assert "failed" not in json.loads(file.read_text())


def test_a_file_that_cannot_be_written_stops_the_run_before_it_starts(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match=r"cannot write --summary-json .*; nothing was done"),
        promised(str(tmp_path / "no" / "run.json")),
    ):
        pytest.fail("the run was started")
