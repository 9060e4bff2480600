"""Log lines for operators' machines: one JSON object each, with the facts beside the sentence."""

import io
import json
import logging
from pathlib import Path

import pytest
from rich.console import Console

from flows.terminal.logs import complain, set_up_log
from tasks.progress import Reporter
from tasks.runs.outcomes import Counts, ShardOutcome
from tests.tasks.small_records import failure, labelled


def tell(capsys: pytest.CaptureFixture[str], verbose: bool) -> list[dict[str, object]]:
    set_up_log(Console(file=io.StringIO(), force_terminal=True), verbose, "json")
    reporter = Reporter()
    reporter.labelled(labelled(1))
    reporter.failed(failure(2, "encrypted"))
    reporter.written(
        ShardOutcome("part-a.parquet", Counts({"ok": 1, "failed": 1}, pages=7, figures=2, subfigures=6))
    )
    complain("no PDF file in inbox\nat all")
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_paper_a_line_at_debug_a_shard_at_info(capsys: pytest.CaptureFixture[str]) -> None:
    paper, failed, shard, problem = tell(capsys, verbose=True)
    assert (paper["level"], paper["event"], paper["paper_id"]) == ("debug", "paper labelled", f"{1:064x}")
    assert (paper["figures"], paper["subfigures"], paper["pages"]) == (2, 6, 7)
    assert (failed["event"], failed["error_kind"]) == ("paper failed", "encrypted")
    assert (shard["level"], shard["event"], shard["part"]) == ("info", "shard written", "part-a.parquet")
    assert (problem["level"], problem["event"]) == ("error", "run failed")
    for line in (paper, failed, shard, problem):
        assert str(line["time"]).endswith("+00:00")
        assert str(line["logger"]).startswith("figmill")
        assert line["message"]


def test_papers_are_said_only_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert [line["event"] for line in tell(capsys, verbose=False)] == ["shard written", "run failed"]


def test_without_json_a_problem_is_one_plain_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_log(Console(file=io.StringIO()), verbose=False)
    complain("no PDF file in inbox\nat all")
    assert capsys.readouterr().err == "figmill: no PDF file in inbox\\nat all\n"


def test_a_name_that_is_no_unicode_is_logged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_log(Console(file=io.StringIO()), verbose=True, log_format="json")
    logging.getLogger("figmill.x").warning(
        "cannot read %s", b"caf\xe9.pdf".decode("utf-8", "surrogateescape")
    )
    assert json.loads(capsys.readouterr().err)["message"] == r"cannot read caf\udce9.pdf"
