"""What cron gets of a run: JSON that can be read, and a status of its own where too much failed."""

import datetime as dt
import json
from pathlib import Path

import pytest

from flows.terminal.console import show_preview
from flows.terminal.outcome import TOO_MANY_FAILED, end, write_summary
from tasks.errors import OutputError
from tasks.inputs.preview import Preview
from tasks.records import Counts, FailedPaper, RunSummary

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
        OutputError, match=r"cannot write --summary-json .*: No such file .*; the run is done"
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


def test_a_run_without_papers_has_not_failed() -> None:
    end(summary(0, 0), 0)
    end(None, 0)


def test_a_preview_says_what_it_may_take(capsys: pytest.CaptureFixture[str]) -> None:
    show_preview(Preview("out", 120, 20, 100, 2_500_000, 1, 36.0, 0, 4, 0.5))
    said = " ".join(capsys.readouterr().out.split())
    assert "inputs 120, of which 20 would be passed over" in said
    assert "new 100 PDFs, 2.5 MB and 1 of unknown size" in said
    assert "work 1.0 core-hours, 15.0 minutes on 4 workers" in said
    assert "cost 0.50 at 0.5 a core-hour" in said
