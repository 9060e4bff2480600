"""What a flow run shows of its outcome."""

from dataclasses import replace

from flows.artifacts import outcome_table
from tasks.clock import now
from tasks.runs.outcomes import Counts, FailedPaper, RunSummary, UnusedJats


def test_the_table_counts_papers_without_licence_or_jats_where_there_are_any() -> None:
    run = RunSummary(
        out="out",
        started_at=now(),
        finished_at=now(),
        seconds=1.0,
        model_id="m",
        settings={},
        inputs=3,
        skipped=0,
        left=0,
        shards=1,
        counts=Counts(by_status={"ok": 3}, unlicensed=2),
        failures=(),
        newer_jats=1,
        unused_jats=(UnusedJats("a.pdf", "/in/a.pdf", "a.xml is no JATS article"),),
    )
    details = {row["what"]: row["detail"] for row in outcome_table(run)}
    assert details["JATS not used"] == "a.pdf: a.xml is no JATS article"
    rows = {row["what"]: row["number"] for row in outcome_table(run)}
    assert (rows["papers ok"], rows["papers without a licence"]) == (3, 2)
    assert rows["papers with newer JATS"] == 1
    stayed = FailedPaper("b.pdf", "/in/b.pdf", "timeout", "Reading took too long.")
    table = outcome_table(replace(run, not_renewed=(stayed,)))
    assert "b.pdf: Reading took too long." in {
        row["detail"] for row in table if row["what"] == "not read anew, earlier rows stay"
    }
    none = replace(run, counts=Counts(by_status={"ok": 3}), newer_jats=0, unused_jats=())
    assert {"papers without a licence", "papers with newer JATS", "JATS not used"}.isdisjoint(
        row["what"] for row in outcome_table(none)
    )
