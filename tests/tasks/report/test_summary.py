"""The summary counts a dataset right and shows a bounded, representative choice of it."""

from pathlib import Path

import pytest

from tasks.report import summary as module
from tasks.report.summary import summarize
from tests.tasks.corrections.acts import keep, rows_of, say
from tests.tasks.index.small import dataset
from tests.tasks.small_datasets import paper, subfigure, write_part


def _one_part(out: Path, rows: list, **options) -> None:
    write_part(out, "part-a.parquet", rows, [paper(index) for index in range(len(rows))], **options)


def test_counts_papers_pages_figures_modalities_and_what_has_no_score(tmp_path: Path):
    rows = [subfigure(0), subfigure(1), subfigure(2, "GFIG"), subfigure(3, None)]
    papers = [
        paper(0),
        paper(1),
        paper(2, "no_figures", figures=0),
        paper(3, "failed", pages=None, figures=0),
    ]
    write_part(tmp_path, "part-a.parquet", rows, papers)
    found = summarize(tmp_path)
    assert found.counts.by_status == {"ok": 2, "no_figures": 1, "failed": 1}
    assert (found.counts.papers, found.counts.pages, found.counts.figures, found.counts.subfigures) == (
        4,
        15,
        2,
        4,
    )
    assert found.counts.by_modality == {"DMFL": 2, "GFIG": 1}
    assert found.counts.unscored == 1


def test_the_histogram_parts_named_from_abstained_and_holds_the_limits_0_and_1(tmp_path: Path):
    _one_part(tmp_path, [subfigure(i, confidence=c) for i, c in enumerate([0.0, 0.25, 0.55, 0.58, 1.0])])
    found = summarize(tmp_path)
    assert found.accepted == [0, 0, 0, 0, 0, 2, 0, 0, 0, 1]
    assert found.abstained == [1, 0, 1, 0, 0, 0, 0, 0, 0, 0]


def test_a_part_without_its_ledger_part_does_not_count(tmp_path: Path):
    _one_part(tmp_path, [subfigure(0)])
    (tmp_path / "papers" / "part-a.parquet").unlink()
    assert summarize(tmp_path).counts.subfigures == 0


def test_a_folder_without_a_dataset_has_an_empty_summary(tmp_path: Path):
    found = summarize(tmp_path)
    assert (found.counts.papers, found.counts.subfigures, found.cards) == (0, 0, {})


def test_a_damaged_part_is_listed_and_the_rest_is_counted(tmp_path: Path):
    _one_part(tmp_path, [subfigure(0)])
    write_part(tmp_path, "part-b.parquet", [subfigure(1)], [paper(1)])
    (tmp_path / "subfigures" / "part-b.parquet").write_bytes(b"PAR1 cut short")
    found = summarize(tmp_path)
    assert found.counts.subfigures == 1
    assert len(found.unreadable) == 1
    assert found.unreadable[0].startswith("subfigures/part-b.parquet: ")


def test_failed_papers_of_the_ledger_are_named_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "FAILURES_SHOWN", 2)
    failed = [paper(i, "failed", error_kind="damaged", error="Cut short.") for i in range(3)]
    write_part(tmp_path, "part-a.parquet", [], failed)
    found = summarize(tmp_path)
    assert found.counts.failed == 3
    assert [(one.name, one.kind, one.error) for one in found.failed] == [
        ("paper-0.pdf", "damaged", "Cut short."),
        ("paper-1.pdf", "damaged", "Cut short."),
    ]


def test_failed_papers_are_counted_by_kind_and_those_that_lack_something_too(tmp_path: Path):
    papers = [
        paper(0, "failed", error_kind="damaged", error="Cut short."),
        paper(1, "failed", error_kind="encrypted", error="Locked."),
        paper(2, "failed", error_kind="damaged", error="Cut short."),
        paper(3, error_kind="incomplete", error="Page 3 is damaged."),
        paper(4),
    ]
    write_part(tmp_path, "part-a.parquet", [], papers)
    assert summarize(tmp_path).by_kind == {"damaged": 2, "encrypted": 1, "incomplete": 1}


def test_the_mean_confidence_is_that_of_the_scored(tmp_path: Path):
    _one_part(tmp_path, [subfigure(0, confidence=0.4), subfigure(1, confidence=0.8), subfigure(2, None)])
    assert summarize(tmp_path).mean_confidence == pytest.approx(0.6)
    assert summarize(tmp_path / "empty").mean_confidence is None


def test_what_people_name_counts_in_neither_bars_nor_mean(tmp_path: Path):
    out = dataset(tmp_path)
    before = summarize(out)
    first = rows_of(out)[0]
    keep(out, say("label", first, "GTAB"))
    after = summarize(out)
    assert (before.counts.by_modality.get("GTAB"), after.counts.by_modality["GTAB"]) == (None, 1)
    assert after.named_by_people == 1
    assert after.mean_confidence == pytest.approx((0.8 + 0.5 + 0.99 + 0.2) / 4)  # without 0.95, and 1.0
    assert sum(after.accepted + after.abstained) == sum(before.accepted + before.abstained) - 1


def test_pictures_are_those_of_the_run_where_it_found_any(tmp_path: Path):
    _one_part(tmp_path, [subfigure(0)])
    write_part(tmp_path, "part-b.parquet", [], [paper(1, "failed", error_kind="damaged", error="Cut short.")])
    assert summarize(tmp_path, recent=["part-a.parquet"]).pictures_of_run
    found = summarize(tmp_path, recent=["part-b.parquet"])
    assert not found.pictures_of_run
    assert found.cards


def test_what_people_say_is_compared_row_by_row(tmp_path: Path):
    _one_part(tmp_path, [subfigure(0, confidence=0.9), subfigure(1, confidence=0.6), subfigure(2, None)])
    gold = {f"{0:016x}/0/0": "DMFL", f"{1:016x}/0/0": "GFIG", f"{2:016x}/0/0": "DMFL", "unknown": "DMFL"}
    found = summarize(tmp_path, gold=gold)
    assert [(round(confidence, 3), right) for confidence, right in found.judged] == [
        (0.9, True),
        (0.6, False),
    ]
    (mistake,) = found.review_queue["mistaken"]
    assert (mistake.modality, mistake.gold) == ("DMFL", "GFIG")


def test_the_review_queue_begins_with_the_least_sure_and_with_this_runs_parts(tmp_path: Path):
    old = [subfigure(i, confidence=0.31) for i in range(3)]
    write_part(tmp_path, "part-a.parquet", old, [paper(i) for i in range(3)])
    new = [subfigure(10 + i, confidence=c) for i, c in enumerate([0.7, 0.1, 0.5, 0.95])]
    write_part(tmp_path, "part-b.parquet", new, [paper(10 + i) for i in range(4)], row_group_size=2)
    found = summarize(tmp_path, recent=["part-b.parquet"], gold={f"{0:016x}/0/0": "GFIG"})
    by_reason = {
        why: [round(card.confidence, 2) for card in cards] for why, cards in found.review_queue.items()
    }
    assert by_reason == {"mistaken": [0.31], "unsure": [0.5, 0.7], "abstained": [0.1]}
    assert found.review_queue["unsure"][0].source_uri == "/papers/paper-12.pdf"


def test_counts_kinds_of_chart_and_what_may_hold_several_panels(tmp_path: Path):
    chart = ["illustration", "illustration/chart"]
    rows = [
        subfigure(0, "GFIG", modality_path=[*chart, f"{chart[-1]}/bar"], compound=0.9),
        subfigure(1, "GFIG", modality_path=[*chart, f"{chart[-1]}/bar"], compound=0.1),
        subfigure(2, "GFIG", modality_path=chart),
        subfigure(3, None),
    ]
    _one_part(tmp_path, rows)
    found = summarize(tmp_path)
    assert found.by_kind_below == {("GFIG", "bar"): 2}
    assert found.compound == 1


def test_a_dataset_of_schema_2_is_counted(tmp_path: Path):
    _one_part(tmp_path, [subfigure(0)], version="2")
    found = summarize(tmp_path)
    assert (found.counts.subfigures, found.compound, found.unreadable) == (1, 0, [])
    assert found.cards["DMFL"][0].doubts == ()
