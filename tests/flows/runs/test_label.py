"""The run in this process: windows of shards, what a second run does, what a failing one leaves."""

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.runs.label import label, label_here
from flows.runs.shards import ShardFuture, Submit
from tasks.article.jats_bytes import fingerprint_of
from tasks.dataset.check import Totals, check
from tasks.dataset.ledger import retire_papers
from tasks.errors import OutputError
from tasks.extraction.confined_process import Stopped
from tasks.extraction.pool import stop_shared_pools
from tasks.inputs.preview import preview
from tasks.labelling import label_shard
from tasks.progress import Reporter
from tasks.records import LabelledPaper
from tasks.report.history import read_history
from tasks.runs.outcomes import ShardOutcome
from tasks.runs.shard import Shard
from tasks.settings import ExtractionLimits, LabelSettings
from tests.flows.command import copies, ledger, subfigure_rows


@pytest.fixture
def settings(tmp_path: Path, tiny_bundle: Path) -> LabelSettings:
    return LabelSettings(
        inputs=(str(tmp_path / "in"),),
        out=str(tmp_path / "out"),
        model=str(tiny_bundle),
        device="cpu",
        workers=1,
        shard_size=2,
    )


def test_the_summary_adds_up_the_shards(small_paper: Path, settings: LabelSettings, tmp_path: Path) -> None:
    copies(small_paper, tmp_path / "in", 5)
    (tmp_path / "in" / "text.pdf").write_text("no PDF")
    reporter = Reporter()
    summary = label_here(replace(settings, workers=2), reporter)
    assert (summary.inputs, summary.skipped, summary.left, summary.shards) == (6, 0, 0, 3)
    assert summary.counts.by_status == {"ok": 5, "failed": 1}
    found = summary.counts
    assert found.subfigures == sum(found.by_modality.values()) == len(subfigure_rows(tmp_path / "out"))
    assert set(summary.parts) == {file.name for file in (tmp_path / "out" / "papers").iterdir()}
    assert (reporter.counts.papers, reporter.total, reporter.counts.subfigures) == (6, 6, found.subfigures)
    assert not (tmp_path / "out" / ".spool").exists()


def test_the_summary_names_the_jats_that_could_not_be_used(
    small_paper: Path, settings: LabelSettings, tmp_path: Path
) -> None:
    copies(small_paper, tmp_path / "in", 3)
    first, second, _ = sorted((tmp_path / "in").iterdir())
    first.with_suffix(".xml").write_text("<article><front>")
    second.with_suffix(".xml").write_text("<html/>")
    unused = label_here(settings, Reporter()).unused_jats
    assert [(one.name, one.source_uri) for one in unused] == [(f.name, str(f)) for f in (first, second)]
    assert f"{first.stem}.xml is not well-formed" in unused[0].why
    assert f"{second.stem}.xml is no JATS article" in unused[1].why


JATS = """<article><front><article-meta><title-group><article-title>A liver</article-title></title-group>
</article-meta></front></article>"""


def test_papers_whose_jats_came_later_are_read_anew_on_request_and_their_rows_replaced(
    small_paper: Path, settings: LabelSettings, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first, second, _ = copies(small_paper, tmp_path / "in", 3)
    label_here(settings, Reporter())
    before = subfigure_rows(out)
    time.sleep(0.02)
    for file in (first, second):
        file.with_suffix(".xml").write_text(JATS)
    again = label_here(settings, Reporter())
    assert (again.papers, again.skipped, again.newer_jats) == (0, 3, 2)
    settings = replace(settings, newer_jats=True)
    done = label_here(settings, Reporter())
    assert (done.papers, done.skipped, done.newer_jats) == (2, 1, 0)
    assert subfigure_rows(out).keys() == before.keys()
    assert list(ledger(out).values()) == ["ok"] * 3
    titles = pq.read_table(out / "papers", columns=["title"])["title"].to_pylist()
    assert titles.count("A liver") == 2
    assert list(check(out, Totals())) == []
    assert label_here(settings, Reporter()).papers == 0


@pytest.mark.parametrize("step", ["tasks.dataset.ledger._rewrite", "tasks.dataset.parts.write_ledger_part"])
def test_killed_while_it_puts_rows_in_the_place_of_others_the_next_run_finishes_though_it_is_not_asked_to(
    small_paper: Path, settings: LabelSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    out = tmp_path / "out"
    first, *_ = copies(small_paper, tmp_path / "in", 3)
    label_here(settings, Reporter())
    before = subfigure_rows(out)
    time.sleep(0.02)
    first.with_suffix(".xml").write_text(JATS)

    def killed(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(step, killed)
        with pytest.raises(MemoryError):
            label_here(replace(settings, newer_jats=True), Reporter())
    done = label_here(settings, Reporter())
    assert (done.papers, done.skipped) == (1, 2)
    assert subfigure_rows(out).keys() == before.keys()
    assert list(ledger(out).values()) == ["ok"] * 3
    assert list(check(out, Totals())) == []


def test_jats_that_is_given_later_counts_though_it_is_older_than_the_rows(
    small_paper: Path, settings: LabelSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.inputs.listing._SETTLED", -1.0)  # by which the preview knows the papers
    first, second, third = copies(small_paper, tmp_path / "in", 3)
    jats = {first: JATS, second: "<html/>"}
    (tmp_path / "xml").mkdir()
    for file, text in jats.items():
        (tmp_path / "xml" / f"{file.stem}.xml").write_text(text)
    label_here(settings, Reporter())
    settings = replace(settings, jats=str(tmp_path / "xml"))
    assert (label_here(settings, Reporter()).newer_jats, preview(settings, (0, 0.0)).new) == (2, 0)
    settings = replace(settings, newer_jats=True)
    assert preview(settings, (0, 0.0)).new == 2
    done = label_here(settings, Reporter())
    assert (done.papers, done.skipped, len(done.unused_jats)) == (2, 1, 1)
    rows = ledger_rows(tmp_path / "out")
    known = [fingerprint_of(tmp_path / "xml" / f"{file.stem}.xml") for file in (first, second, third)]
    assert [row["jats_sha256"] for row in rows.values()] == known
    assert known[2] is None
    again = label_here(settings, Reporter())  # nor does the XML that cannot be used
    assert (again.papers, again.newer_jats) == (0, 0)


def test_a_first_run_that_fails_leaves_no_folder_though_it_has_looked_at_jats(
    small_paper: Path, settings: LabelSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.inputs.listing._SETTLED", -1.0)
    (paper,) = copies(small_paper, tmp_path / "in", 1)
    paper.with_suffix(".xml").write_text(JATS)

    def killed(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("tasks.labelling.Classifier", killed)
        with pytest.raises(MemoryError):
            label_here(settings, Reporter())
    assert not (tmp_path / "out").exists()
    label_here(settings, Reporter())
    assert (tmp_path / "out" / ".jats").exists()


def failing(settings: LabelSettings) -> LabelSettings:
    """A run that reads anew what has newer JATS, and can read no paper above 2 MB."""
    return replace(settings, newer_jats=True, limits=ExtractionLimits(file_mb=2))


@pytest.fixture
def labelled(small_paper: Path, settings: LabelSettings, tmp_path: Path) -> list[Path]:
    """Two papers with rows, and newer JATS beside them; the first has more than 2 MB."""
    papers = copies(small_paper, tmp_path / "in", 2)
    papers[0].write_bytes(papers[0].read_bytes() + b"%" + b"x" * 3_000_000 + b"\n")
    label_here(settings, Reporter())
    time.sleep(0.02)
    for file in papers:
        file.with_suffix(".xml").write_text(JATS)
    return papers


def test_a_paper_that_cannot_be_read_anew_keeps_its_rows_and_is_tried_again(
    labelled: list[Path], settings: LabelSettings, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    before, first = subfigure_rows(out), ledger_rows(out)[str(labelled[0])]
    reporter = Reporter()
    done = label_here(failing(settings), reporter)
    assert (done.counts.by_status, done.failures) == ({"ok": 1, "not_renewed": 1}, ())
    ((name, kind, why),) = ((one.name, one.kind, one.error) for one in done.not_renewed)
    assert (name, kind, why) == ("copy-0.pdf", "too_large", "The file has 3 MB, more than the limit of 2 MB.")
    assert (reporter.counts.by_status, reporter.counts.failed) == (done.counts.by_status, 1)
    assert subfigure_rows(out).keys() == before.keys()
    after = ledger_rows(out)
    assert after[str(labelled[0])] == first
    assert [row["title"] == "A liver" for row in after.values()] == [False, True]
    assert list(check(out, Totals())) == []
    report = (out / "report" / "index.html").read_text()
    assert "1 paper could not be read anew" in report
    assert why in report
    again = label_here(replace(settings, newer_jats=True), Reporter())
    assert (again.counts.by_status, again.skipped, again.not_renewed) == ({"ok": 1}, 1, ())
    assert {row["title"] for row in ledger_rows(out).values()} == {"A liver"}
    assert subfigure_rows(out).keys() == before.keys()


def test_jats_that_turns_bad_costs_no_rows_that_were_read_with_it(
    small_paper: Path, settings: LabelSettings, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first, second = copies(small_paper, tmp_path / "in", 2)
    first.with_suffix(".xml").write_text(JATS)
    label_here(settings, Reporter())
    before, row = subfigure_rows(out), ledger_rows(out)[str(first)]
    for file in (first, second):
        file.with_suffix(".xml").write_text("<article><broken")
    done = label_here(replace(settings, newer_jats=True), Reporter())
    assert done.counts.by_status == {"not_renewed": 1, "ok": 1}  # the second had none before
    ((name, kind, why),) = ((one.name, one.kind, one.error) for one in done.not_renewed)
    assert (name, kind, [one.name for one in done.unused_jats]) == (first.name, "jats", [second.name])
    assert f"{first.stem}.xml is not well-formed" in why
    assert (subfigure_rows(out).keys(), ledger_rows(out)[str(first)]) == (before.keys(), row)
    first.with_suffix(".xml").write_text(JATS.replace("liver", "kidney"))
    mended = label_here(replace(settings, newer_jats=True), Reporter())
    assert (mended.counts.by_status, ledger_rows(out)[str(first)]["title"]) == ({"ok": 1}, "A kidney")


def test_where_none_can_be_read_anew_nothing_is_written_but_the_report(
    labelled: list[Path], settings: LabelSettings, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    labelled[1].with_suffix(".xml").unlink()
    before, parts = ledger_rows(out), sorted(file.name for file in out.rglob("*.parquet"))
    done = label_here(failing(settings), Reporter())
    assert (done.counts.by_status, done.parts, len(done.not_renewed)) == ({"not_renewed": 1}, (), 1)
    assert ledger_rows(out) == before
    assert sorted(file.name for file in out.rglob("*.parquet")) == parts
    assert "This run could read no paper anew." in (out / "report" / "index.html").read_text()
    assert len(read_history(out)) == 2
    assert label_here(failing(settings), Reporter()).counts.by_status == {"not_renewed": 1}


@pytest.mark.parametrize("step", ["tasks.dataset.ledger._rewrite", "tasks.dataset.parts.write_ledger_part"])
def test_killed_in_a_shard_of_which_one_paper_keeps_its_rows_nothing_is_lost_or_doubled(
    labelled: list[Path],
    settings: LabelSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    out = tmp_path / "out"
    before, first = subfigure_rows(out), ledger_rows(out)[str(labelled[0])]

    def killed(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(step, killed)
        with pytest.raises(MemoryError):
            label_here(failing(settings), Reporter())
    done = label_here(settings, Reporter())
    assert (done.counts.by_status, done.skipped, done.newer_jats) == ({"ok": 1}, 1, 1)
    assert subfigure_rows(out).keys() == before.keys()
    assert ledger_rows(out)[str(labelled[0])] == first
    assert list(check(out, Totals())) == []


def test_a_shard_tried_again_after_its_rows_were_retired_does_not_say_that_they_stay(
    labelled: list[Path], settings: LabelSettings, tmp_path: Path
) -> None:
    """As after a store that did not answer between the retiring of rows and the writing of new ones."""
    out = tmp_path / "out"
    rows = ledger_rows(out)
    (file,) = {row["part"] for row in rows.values()}
    retire_papers(out, file, {row["paper_id"] for row in rows.values()})
    done = label_here(failing(settings), Reporter())
    assert (done.counts.by_status, done.not_renewed) == ({"ok": 1, "failed": 1}, ())
    assert sorted(ledger(out).values()) == ["failed", "ok"]
    assert list(check(out, Totals())) == []


def ledger_rows(out: Path) -> dict[str, dict[str, object]]:
    """The ledger, by source_uri in order; fails where a paper has two rows."""
    rows = pq.read_table(out / "papers").to_pylist()
    assert len({row["paper_id"] for row in rows}) == len(rows)
    return {row["source_uri"]: row for row in sorted(rows, key=lambda row: str(row["source_uri"]))}


def test_the_summary_says_what_the_runtime_came_to(
    small_paper: Path, settings: LabelSettings, tmp_path: Path
) -> None:
    copies(small_paper, tmp_path / "in", 1)
    summary = label_here(replace(settings, runtime="fp32", out=str(tmp_path / "fp32")), Reporter())
    assert summary.settings["runtime"] == "fp32 (ONNX Runtime, float32, cpu)"
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "text.pdf").write_text("no PDF")
    without = replace(settings, inputs=(str(tmp_path / "none"),), out=str(tmp_path / "nothing"))
    assert label_here(without, Reporter()).settings["runtime"] == "auto"


def test_a_timeout_is_retried_with_more_time_and_leaves_one_row(
    small_paper: Path, settings: LabelSettings, tmp_path: Path
) -> None:
    copies(small_paper, tmp_path / "in", 3)
    hasty = replace(settings, limits=ExtractionLimits(timeout=0.01))
    assert label_here(hasty, Reporter()).counts.by_status == {"failed": 3}
    assert not (label_here(settings, Reporter())).papers
    summary = label_here(replace(settings, retry_failed=True), Reporter())
    assert summary.counts.by_status == {"ok": 3}
    assert set(ledger(tmp_path / "out").values()) == {"ok"}
    assert not label_here(replace(settings, retry_failed=True), Reporter()).papers


def test_shards_are_handed_out_in_a_window_and_those_that_take_rows_out_of_parts_one_at_a_time(
    small_paper: Path, settings: LabelSettings, tmp_path: Path
) -> None:
    papers = copies(small_paper, tmp_path / "in", 2)
    for number in range(8):
        (tmp_path / "in" / f"text-{number}.pdf").write_text(f"no PDF {number}")
    waiting: list[str] = []
    most = 0

    class Later:
        def __init__(self, shard: Shard, settings: LabelSettings) -> None:
            self.shard, self.settings = shard, settings
            waiting.append(shard.name)

        def result(self) -> ShardOutcome:
            nonlocal most
            most = max(most, len(waiting))
            waiting.remove(self.shard.name)
            return label_shard(self.shard, self.settings)

    @contextmanager
    def executor() -> Iterator[Submit]:
        def submit(shard: Shard, settings: LabelSettings) -> ShardFuture:
            return Later(shard, settings)

        yield submit
        stop_shared_pools()

    summary = label(replace(settings, shard_size=1, window=3), executor(), Reporter())
    assert (summary.shards, most) == (10, 3)
    assert summary.counts.by_status == {"ok": 2, "failed": 8}
    time.sleep(0.02)
    for file in papers:
        file.with_suffix(".xml").write_text(JATS)
    most = 0
    anew = label(replace(settings, shard_size=1, window=3, newer_jats=True), executor(), Reporter())
    assert (anew.shards, most) == (2, 1)


def test_a_shard_that_cannot_be_written_ends_the_run_and_the_next_one_goes_on(
    small_paper: Path, settings: LabelSettings, tmp_path: Path
) -> None:
    copies(small_paper, tmp_path / "in", 4)

    @contextmanager
    def executor() -> Iterator[Submit]:
        done: list[Shard] = []

        def submit(shard: Shard, settings: LabelSettings) -> ShardFuture:
            done.append(shard)
            return Full() if len(done) > 1 else Now(label_shard(shard, settings))

        yield submit

    class Now:
        def __init__(self, outcome: ShardOutcome) -> None:
            self.outcome = outcome

        def result(self) -> ShardOutcome:
            return self.outcome

    class Full:
        def result(self) -> ShardOutcome:
            raise OutputError("No space left on device")

    with pytest.raises(OutputError, match="No space left"):
        label(settings, executor(), Reporter())
    assert len(ledger(tmp_path / "out")) == 2
    assert label_here(settings, Reporter()).papers == 2


def test_an_interrupted_shard_keeps_the_papers_that_are_done(
    small_paper: Path, settings: LabelSettings, tmp_path: Path
) -> None:
    copies(small_paper, tmp_path / "in", 16)
    settings = replace(settings, shard_size=16, batch_size=1)

    class Interrupted(Reporter):
        """Stops the run at its third paper, as Ctrl-C does."""

        def labelled(self, paper: LabelledPaper) -> None:
            super().labelled(paper)
            if self.counts.papers == 3:
                stop_shared_pools()

    with contextlib.suppress(Stopped):
        label_here(settings, Interrupted())
    kept = ledger(tmp_path / "out")
    assert 3 <= len(kept) < 16
    assert set(kept.values()) == {"ok"}
    summary = label_here(settings, Reporter())
    assert summary.counts.by_status == {"ok": 16 - len(kept)}
    assert len(ledger(tmp_path / "out")) == 16
    assert list(check(tmp_path / "out", Totals())) == []


def test_interrupted_while_rows_are_exchanged_no_paper_loses_its_own(
    labelled: list[Path], settings: LabelSettings, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    before = ledger_rows(out), subfigure_rows(out)

    def stopped(self: Reporter, paper: LabelledPaper) -> None:
        raise Stopped

    class Interrupted(Reporter):
        """Stops the shard at its first paper of two."""

        labelled = stopped

    with pytest.raises(Stopped):
        label_here(replace(settings, newer_jats=True), Interrupted())
    assert (ledger_rows(out), subfigure_rows(out)) == before
    assert label_here(replace(settings, newer_jats=True), Reporter()).papers == 2
    assert list(check(out, Totals())) == []
