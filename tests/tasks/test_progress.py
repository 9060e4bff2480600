"""What a run says of itself while it goes on."""

import io
import logging

import pytest
from rich.console import Console

from tasks.progress import BarReporter, LogReporter
from tests.tasks.small_records import failure, labelled


def test_a_log_gets_a_line_now_and_then_not_for_every_paper(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    with caplog.at_level(logging.INFO), LogReporter() as reporter:
        reporter.listed(100)
        reporter.skipped()
        for _ in range(40):
            now += 1.0
            reporter.labelled(labelled(1))
    lines = [record.message for record in caplog.records]
    assert lines == [
        "15 of 99 papers, 90 subfigures (6.0/s), 0 failed",
        "30 of 99 papers, 180 subfigures (6.0/s), 0 failed",
    ]


def test_at_debug_every_paper_has_a_line_without_control_characters(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG), LogReporter() as reporter:
        reporter.labelled(labelled(1))
        reporter.failed(failure(2))
    assert "/papers/1.pdf: 2 figures, 6 subfigures, read in 1.5 s" in caplog.text
    assert "/papers/2.pdf: failed (damaged): The PDF is damaged." in caplog.text


def test_the_bar_shows_papers_subfigures_rate_and_failures() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100, color_system=None)
    with BarReporter(console) as reporter:
        reporter.begins("labelling anew")
        reporter.listed(3)
        reporter._progress.refresh()
        assert "labelling anew" in screen.getvalue()
        reporter.labelled(labelled(1))
        reporter.failed(failure(2))
        reporter._progress.refresh()
        shown = screen.getvalue()
    assert "2/3" in shown
    assert "6 subfigures" in shown
    assert ", 1 failed" in shown


def test_the_bar_counts_one_subfigure_as_one() -> None:
    screen = io.StringIO()
    with BarReporter(Console(file=screen, force_terminal=True, width=100, color_system=None)) as reporter:
        reporter.labelled(labelled(1, figures=1, subfigures=1))
        reporter._progress.refresh()
    assert "1 subfigure," in screen.getvalue()
