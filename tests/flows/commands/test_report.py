"""`figmill report` as its user meets it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import figmill
from tasks.clock import now
from tasks.report.page import write_report
from tasks.runs.outcomes import Counts, RunSummary
from tests.tasks.index.small import FIRST, SECOND, dataset


def _call(*arguments: object) -> Result:
    return CliRunner().invoke(figmill, ["report", *map(str, arguments)])


@pytest.fixture
def reported(tmp_path: Path) -> Path:
    """A dataset that remembers a run."""
    out = dataset(tmp_path / "dataset")
    run = RunSummary(
        out=str(out),
        started_at=now(),
        finished_at=now(),
        seconds=1.0,
        model_id="m",
        settings={},
        inputs=6,
        skipped=0,
        left=0,
        shards=2,
        counts=Counts({"ok": 6}),
        failures=(),
        parts=(FIRST, SECOND),
    )
    write_report(out, run)
    return out


def test_it_says_where_the_report_is(reported: Path):
    assert _call(reported).output == f"{reported}/report/index.html\n"


def test_with_gold_it_says_how_far_model_and_people_agree(reported: Path):
    gold = reported.parent / "gold.csv"
    gold.write_text(f"subfigure_id,modality\n{0:016x}/0/0,DMTR\n{1:016x}/0/0,DMTR\n{2:016x}/0/0,\n")
    said = _call(reported, "--gold", gold).output.splitlines()
    assert said[0].endswith("report/index.html")
    assert said[1].startswith(
        "Model and people agree on 1 of 2 subfigures (50.0%); confidence and accuracy are 0."
    )


def test_gold_that_says_nothing_of_what_the_model_named_is_said(reported: Path):
    gold = reported.parent / "gold.csv"
    gold.write_text(f"subfigure_id,modality\n{5:016x}/0/0,DMTR\n")  # could not be scored
    said = "gives no modality to a subfigure that the model has named: nothing to compare (rows without"
    assert said in _call(reported, "--gold", gold).output
    gold.write_text(f"subfigure_id,modality\n{0:016x}/0/0,\n")  # nobody has looked yet
    assert said in _call(reported, "--gold", gold).output
