"""The closing words of a run."""

import datetime as dt
from dataclasses import replace

import pyarrow as pa
import pytest

from flows.terminal.console import show_subfigures, show_summary
from tasks.runs.outcomes import Counts, FailedPaper, RunSummary, UnusedJats

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
NOTHING = RunSummary(
    out="figures",
    started_at=NOW,
    finished_at=NOW,
    seconds=12.0,
    model_id="tiny@0123456789ab",
    settings={},
    inputs=5,
    skipped=3,
    left=2,
    shards=0,
    counts=Counts(),
    failures=(),
)


def test_nothing_to_do_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    show_summary(NOTHING)
    assert capsys.readouterr().out == (
        "Nothing to do: 3 of 5 papers are already in figures, 2 are left for another run.\n"
    )
    show_summary(replace(NOTHING, inputs=2, skipped=1, left=1))
    assert capsys.readouterr().out == (
        "Nothing to do: 1 of 2 papers is already in figures, 1 is left for another run.\n"
    )
    show_summary(replace(NOTHING, inputs=1, skipped=1, left=0))
    assert capsys.readouterr().out == "Nothing to do: 1 of 1 paper is already in figures.\n"


def test_papers_that_failed_before_are_not_passed_over_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    show_summary(replace(NOTHING, inputs=3, left=0, failed_before=1))
    assert capsys.readouterr().out == (
        "Nothing to do: 3 of 3 papers are already in figures "
        "(1 could not be read then; --retry-failed tries it again).\n"
    )
    show_summary(replace(NOTHING, counts=Counts({"ok": 2}), failed_before=2))
    assert "3 already in the dataset; 2 could not be read then; --retry-failed tries them again" in " ".join(
        capsys.readouterr().out.split()
    )


def test_papers_whose_jats_came_later_are_not_passed_over_in_silence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_summary(replace(NOTHING, inputs=3, left=0, failed_before=1, newer_jats=2))
    assert capsys.readouterr().out.endswith(
        "(1 could not be read then; --retry-failed tries it again; "
        "the JATS of 2 came or changed since; --newer-jats reads them anew).\n"
    )
    show_summary(replace(NOTHING, counts=Counts({"ok": 2}), newer_jats=1))
    assert (
        "3 already in the dataset; the JATS of 1 came or changed since; --newer-jats reads it anew"
        in " ".join(capsys.readouterr().out.split())
    )


def test_papers_that_could_not_be_read_anew_are_named_with_the_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stayed = FailedPaper("a.pdf", "/in/a.pdf", "timeout", "Reading took too long.")
    show_summary(replace(NOTHING, counts=Counts({"ok": 1, "not_renewed": 1}), not_renewed=(stayed,)))
    said = " ".join(capsys.readouterr().out.split())
    assert "papers 2: 1 with figures, 1 not read anew" in said
    assert "Papers that could not be read anew, whose earlier rows stay" in said
    assert "a.pdf timeout Reading took too long." in said


def test_the_table_names_failures_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    failures = tuple(
        FailedPaper("[red]a.pdf", "/a.pdf", "damaged", "It ends [here]\x1b[31m.") for _ in range(25)
    )
    done = replace(
        NOTHING,
        counts=Counts({"ok": 2, "failed": 25}, subfigures=9, rejected=4, by_modality={"DMFL": 6, "GFIG": 3}),
        failures=failures,
    )
    show_summary(done)
    shown = capsys.readouterr().out
    assert "27: 25 failed, 2 with figures" in shown
    assert "9 (the model abstains on 4)" in shown
    assert "6 fluorescence microscopy" in shown
    assert "[red]a.pdf" in shown
    assert "It ends [here]\\x1b[31m." in shown
    assert "and 5 more" in shown
    assert "report/index.html" in shown


def test_papers_read_without_their_jats_are_counted_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    why = "the XML beside the PDF was not used: a.xml is not well-formed [line 1]\x1b[31m"
    unused = (UnusedJats("[red]a.pdf", "/in/a.pdf", why),)
    show_summary(replace(NOTHING, counts=Counts({"ok": 3}), unused_jats=unused))
    shown = " ".join(capsys.readouterr().out.split())
    assert "JATS not used of 1 paper, named below" in shown
    assert f"[red]a.pdf {why}".replace("\x1b", "\\x1b") in shown
    show_summary(replace(NOTHING, counts=Counts({"ok": 30}), unused_jats=unused * 22))
    assert "and 2 more" in capsys.readouterr().out
    show_summary(replace(NOTHING, counts=Counts({"ok": 3})))
    assert "JATS" not in capsys.readouterr().out


def test_papers_without_a_licence_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    show_summary(replace(NOTHING, counts=Counts({"ok": 3}, unlicensed=2)))
    assert "2 of 3 papers: nothing says who may use them" in capsys.readouterr().out
    show_summary(replace(NOTHING, counts=Counts({"ok": 3})))
    assert "licence" not in capsys.readouterr().out


def test_the_commonest_modality_stands_first_and_of_equals_the_first_by_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = replace(
        NOTHING, counts=Counts({"ok": 1}, by_modality={"GFIG": 2, "DMTR": 1, "DMFL": 2, "GGEL": 3})
    )
    show_summary(done)
    codes = [word for word in capsys.readouterr().out.split() if word in done.counts.by_modality]
    assert codes == ["GGEL", "DMFL", "GFIG", "DMTR"]


def _subfigures() -> pa.Table:
    named = {
        "source_uri": "/papers/a-rather-long-name.pdf",
        "figure_label": "Supplementary Figure 12",
    }
    row = named | {"panel_label": "b", "caption": "Cells. (a) One. (b) Other.", "subcaption": "Cells. Other."}
    sure = {"modality": "GFIG", "confidence": 0.987, "rejected": False}
    abstaining = {"modality": "GGEL", "confidence": 0.99, "rejected": True}
    unscored = {"modality": None, "confidence": None, "rejected": None}
    return pa.Table.from_pylist([row | sure, row | abstaining, row | unscored])


@pytest.mark.parametrize("columns", [80, 160])
def test_piped_output_is_plain_as_wide_as_columns_says_and_keeps_names_whole(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    show_subfigures(_subfigures())
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= columns
    shown = "\n".join(lines)
    assert shown.isascii()
    assert "confidence" in shown
    assert "a-rather-long-name.pdf" in shown
    assert ("Cells. Other." in shown) == (columns >= 140)


def test_what_short_names_of_figures_leave_goes_to_the_modality(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    told = {"panel_label": "b", "caption": "", "subcaption": "", "confidence": 0.9, "rejected": False}
    row = told | {"source_uri": "/a-paper-of-21-chars.pdf", "modality": "DMLI"}
    show_subfigures(pa.Table.from_pylist([row | {"figure_label": "Figure 1"}]))
    assert "DMLI light microscopy" in capsys.readouterr().out
    show_subfigures(pa.Table.from_pylist([row | {"figure_label": "Supplementary Figure 12"}]))
    assert "DMLI light microscopy" not in capsys.readouterr().out


def test_where_the_model_abstains_no_certainty_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "130")
    show_subfigures(_subfigures())
    sure, abstaining, unscored = capsys.readouterr().out.split("a-rather-long-name")[1:]
    assert "0.99" in sure
    assert "abstains (perhaps GGEL" in abstaining
    assert "0.99" not in abstaining
    assert "not scored" in unscored
