"""The last word of people over rows: what changes, what goes, what comes, and what stays as it was."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tasks.corrections.actions import Correction, Piece, undo
from tasks.corrections.overlay import Overlay, read_overlay
from tests.tasks.corrections.acts import keep, parts_of, piece, rows_of, say, table_of
from tests.tasks.index.small import FIRST, dataset, part, row
from tests.tasks.small_datasets import PAGELESS

START = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return dataset(tmp_path / "dataset")


def _over(out: Path, *said: Correction) -> dict[str, dict[str, Any]]:
    """The rows by name, as people want them."""
    table = Overlay(said).apply(table_of(out))
    assert table.schema.equals(table_of(out).schema)
    after = {one["subfigure_id"]: one for one in table.to_pylist()}
    assert len(after) == len(table)
    return after


def test_without_corrections_a_table_is_the_very_same(out: Path):
    table = table_of(out)
    assert Overlay().apply(table) is table
    assert not Overlay()
    assert Overlay().columns(["modality"]) == ["modality"]


def test_a_label_is_a_persons_and_changes_nothing_else(out: Path):
    rows, before = rows_of(out), parts_of(out)
    after = _over(out, say("label", rows[2], "GTAB"))
    named = after[rows[2]["subfigure_id"]]
    assert (named["modality"], named["confidence"], named["rejected"], named["label_source"]) == (
        "GTAB",
        1.0,
        False,
        "person",
    )
    assert named["modality_path"] == ["illustration", "illustration/table"]
    assert named["modality_set"] == ["GTAB"]
    original = {one["subfigure_id"]: one for one in table_of(out).to_pylist()}
    assert named["probabilities"] == original[rows[2]["subfigure_id"]]["probabilities"]
    del named, after[rows[2]["subfigure_id"]]
    assert all(after[name] == original[name] for name in after)
    assert parts_of(out) == before


def test_the_order_of_rows_stays(out: Path):
    rows = rows_of(out)
    table = Overlay([say("label", rows[1], "GTAB"), say("no_figure", rows[3])]).apply(table_of(out))
    names = [row["subfigure_id"] for row in rows]
    assert table["subfigure_id"].to_pylist() == [names[number] for number in (0, 1, 2, 4, 5)]


def test_the_last_word_wins_and_can_be_taken_back(out: Path):
    target = rows_of(out)[0]
    said = [
        say("label", target, code, made_at=START + dt.timedelta(minutes=minute), who=who)
        for minute, (code, who) in enumerate((("GTAB", "Ada"), ("GGEL", "Ben")))
    ]
    assert _over(out, *said[::-1])[target["subfigure_id"]]["modality"] == "GGEL"
    assert _over(out, *said, undo(said[1], "Ada"))[target["subfigure_id"]]["modality"] == "GTAB"


def test_letter_caption_several_and_reject(out: Path):
    rows = rows_of(out)
    after = _over(
        out,
        say("letter", rows[1], "c"),
        say("caption", rows[1], "Cells in blue."),
        say("letter", rows[0], ""),
        say("several", rows[3]),
        say("reject", rows[2]),
    )
    one = after[rows[1]["subfigure_id"]]
    assert (one["panel_label"], one["subcaption"], one["modality"]) == ("c", "Cells in blue.", "DMFL")
    assert after[rows[0]["subfigure_id"]]["panel_label"] is None
    assert after[rows[3]["subfigure_id"]]["compound"] == 1.0
    rejected = after[rows[2]["subfigure_id"]]
    assert (rejected["rejected"], rejected["label_source"]) == (True, "person")


def test_a_label_after_no_figure_brings_the_row_back(out: Path):
    target = rows_of(out)[0]
    gone = say("no_figure", target, made_at=START)
    named = say("label", target, "GFIG", made_at=START + dt.timedelta(minutes=1))
    assert target["subfigure_id"] not in _over(out, gone)
    assert _over(out, gone, named)[target["subfigure_id"]]["modality"] == "GFIG"


def test_the_kind_of_a_chart_stays_where_the_class_is_confirmed(tmp_path: Path):
    path = ["illustration", "illustration/chart", "illustration/chart/bar"]
    part(tmp_path, FIRST, [row(1, "GFIG", 0.4, modality_path=path)])
    (after,) = _over(tmp_path, say("label", rows_of(tmp_path)[0], "GFIG")).values()
    assert after["modality_path"] == path


def test_a_split_puts_its_pieces_in_place_and_they_can_be_named_and_split_again(out: Path):
    target = rows_of(out)[1]
    left, right = piece(target, 10_001, (0, 0, 5, 10)), piece(target, 10_002, (5, 0, 10, 10))
    split = say("split", target, pieces=(left, right), made_at=START)
    after = _over(out, split)
    assert list(after)[1:3] == [left.subfigure_id, right.subfigure_id]
    assert target["subfigure_id"] not in after
    made = after[left.subfigure_id]
    assert made["image"]["bytes"] == left.image
    assert (made["subfigure_bbox"], made["image_sha256"]) == ([0, 0, 5, 10], left.image_sha256)
    assert (made["title"], made["caption"], made["subfigure_index"]) == (
        "Paper 1",
        "Mitochondrial network of cells.",
        10_001,
    )
    assert (made["modality"], made["label_source"], made["embedding"]) == (None, "person", [None, None])
    named = say("label", made, "GTAB", made_at=START + dt.timedelta(minutes=1))
    assert _over(out, split, named)[left.subfigure_id]["modality"] == "GTAB"
    lower = piece(target, 10_003, (0, 0, 5, 5))
    again = say("split", made, pieces=(lower,), made_at=START + dt.timedelta(minutes=1))
    assert list(_over(out, split, again))[1:3] == [lower.subfigure_id, right.subfigure_id]


def test_a_merge_stands_for_all_its_panels_and_a_drawn_panel_beside(tmp_path: Path):
    rows = [
        row(1, subfigure_id=f"{1:016x}/0/{number}", subfigure_index=number, image_sha256=str(number) * 64,
            subfigure_bbox=[10 * number, 0, 10 * number + 10, 10])
        for number in range(3)
    ]  # fmt: skip
    part(tmp_path, FIRST, rows)
    there = rows_of(tmp_path)
    whole, extra = piece(there[0], 10_001, (0, 0, 20, 10)), piece(there[0], 10_002, (0, 10, 20, 20))
    merge = say("merge", there[0], "DMFL", others=(say("reject", there[1]).panel,), pieces=(whole,))
    draw = say("draw", there[2], pieces=(extra,))
    after = _over(tmp_path, merge, draw)
    assert list(after) == [whole.subfigure_id, there[2]["subfigure_id"], extra.subfigure_id]
    assert after[whole.subfigure_id]["modality"] == "DMFL"


def test_pieces_that_are_their_own_pieces_come_to_an_end(out: Path):
    target = rows_of(out)[0]
    box = tuple(target["subfigure_bbox"])
    eternal = piece(target, 0, box)
    itself = say("split", dict(target, image_sha256=eternal.image_sha256), pieces=(eternal,))
    first = say("split", target, pieces=(eternal,))
    assert len(_over(out, first, itself)) == 6


def test_pieces_of_pieces_are_kept_however_deep_and_each_is_made_once(out: Path):
    target = rows_of(out)[0]
    said, made = [], target
    for depth in range(30):  # each makes two of the same picture and place, both of which the next is about
        pieces = tuple(piece(target, 10_000 + 2 * depth + side, (0, 0, 9, 9), -side) for side in (0, 1))
        said.append(say("split", made, pieces=pieces, made_at=START + dt.timedelta(minutes=depth)))
        made = dict(made, image_sha256=pieces[0].image_sha256, subfigure_bbox=[0, 0, 9, 9])
    names = [name for name in _over(out, *said) if name.startswith(f"{0:016x}/")]
    assert f"{0:016x}/0/10058" in names
    assert len(names) <= 31


@pytest.fixture
def inset(tmp_path: Path) -> tuple[Path, dict[str, Any], dict[str, Any], Piece]:
    """A panel, another that contains it, and the piece that merging them makes: the same as the one that contains."""
    whole = piece({"subfigure_id": f"{1:016x}/0/0"}, 10_001, (0, 0, 20, 20))
    shas = ("0" * 64, whole.image_sha256)
    rows = [
        row(1, subfigure_id=f"{1:016x}/0/{number}", subfigure_index=number, image_sha256=shas[number],
            subfigure_bbox=[0, 0, 10 + 10 * number, 10 + 10 * number])
        for number in (0, 1)
    ]  # fmt: skip
    part(tmp_path, FIRST, rows)
    small, large = rows_of(tmp_path)
    return tmp_path, small, large, whole


@pytest.mark.parametrize("is_first", [True, False])
def test_an_inset_merged_into_the_panel_that_contains_it_leaves_one(inset, is_first: bool):
    out, small, large, whole = inset
    one, other = (small, large) if is_first else (large, small)
    before = say("label", large, "GTAB", made_at=START)
    merge = say(
        "merge",
        one,
        others=(say("reject", other).panel,),
        pieces=(whole,),
        made_at=START + dt.timedelta(minutes=1),
    )
    after = _over(out, before, merge)
    assert {name: one["modality"] for name, one in after.items()} == {whole.subfigure_id: None}
    as_row = dict(large, subfigure_id=whole.subfigure_id)
    later = START + dt.timedelta(minutes=2)
    named = say("label", as_row, "GGEL", made_at=later)
    assert [one["modality"] for one in _over(out, before, merge, named).values()] == ["GGEL"]
    halves = (piece(small, 10_002, (0, 0, 10, 20)), piece(small, 10_003, (10, 0, 20, 20)))
    split = say("split", as_row, pieces=halves, made_at=later)
    assert list(_over(out, before, merge, split)) == [half.subfigure_id for half in halves]
    assert list(_over(out, before, merge, split, undo(split, "Ada"))) == [whole.subfigure_id]


def test_a_panel_drawn_on_its_own_box_is_one_more(inset):
    out, _, large, whole = inset
    again = Piece(subfigure_id=f"{1:016x}/0/10004", bbox=whole.bbox, image=whole.image, width=9, height=9)
    draws = [
        say("draw", large, pieces=(one,), made_at=START + dt.timedelta(minutes=minute))
        for minute, one in enumerate((whole, again))
    ]
    table = Overlay(draws).apply(table_of(out))
    assert table["subfigure_id"].to_pylist()[1:] == [
        large["subfigure_id"],
        whole.subfigure_id,
        again.subfigure_id,
    ]


def test_of_a_split_that_keeps_the_whole_both_pieces_can_be_worked_on(inset):
    out, _, large, whole = inset
    part_of_it = piece(large, 10_002, (0, 0, 5, 5))
    split = say("split", large, pieces=(whole, part_of_it), made_at=START)
    half = piece(large, 10_003, (0, 0, 10, 20))
    again = say("split", large, pieces=(half,), made_at=START + dt.timedelta(minutes=1))
    assert list(_over(out, split, again))[1:] == [half.subfigure_id, part_of_it.subfigure_id]


def test_another_picture_or_place_is_left_alone(out: Path):
    target = rows_of(out)[0]
    elsewhere = dict(target, subfigure_bbox=[5, 5, 90, 90])
    another = dict(target, image_sha256="f" * 64)
    after = _over(out, say("label", elsewhere, "GTAB"), say("label", another, "GTAB"))
    assert after[target["subfigure_id"]]["modality"] == "DMTR"


def test_a_row_on_no_page_is_known_by_its_name(tmp_path: Path):
    part(tmp_path, FIRST, [row(1, **PAGELESS), row(1, subfigure_id=f"{1:016x}/0/1", **PAGELESS)])
    after = _over(tmp_path, say("label", rows_of(tmp_path)[1], "GTAB"))
    assert [one["modality"] for one in after.values()] == ["DMFL", "GTAB"]


def test_the_fingerprint_changes_with_what_is_said_of_a_paper(out: Path):
    rows = rows_of(out)
    one, other = (say("label", rows[number], "GTAB") for number in (0, 1))
    papers = [rows[0]["paper_id"]]
    assert Overlay().fingerprint(papers) == Overlay([other]).fingerprint(papers) == ""
    assert Overlay([one]).fingerprint(papers) != ""
    assert Overlay([one, undo(one, "Ada")]).fingerprint(papers) == ""


def test_what_cannot_be_read_is_said_in_the_log(out: Path, caplog: pytest.LogCaptureFixture):
    keep(out, say("label", rows_of(out)[0], "GTAB"))
    (out / "corrections" / "20261127T120000000000Z-Eve-000000.parquet").write_bytes(b"torn")
    assert read_overlay(out)
    assert "figmill check" in caplog.text
