"""The last word of a person wins wherever rows are read: index, search, export, report."""

from pathlib import Path

import pyarrow.parquet as pq

from tasks.corrections.actions import Correction, undo
from tasks.export.exporting import open_export
from tasks.index.documents import read_documents
from tasks.index.embedded import EmbeddedIndex
from tasks.index.queries import Query
from tasks.index.rows import figure_boxes, picture, whole_rows
from tasks.index.search import SearchIndex
from tasks.index.source import list_parts
from tasks.index.update import Plan, plan_update, update
from tasks.report.summary import summarize
from tests.tasks.corrections.acts import keep, parts_of, piece, rows_of, say
from tests.tasks.index.small import FIRST, SECOND, dataset


def _corrected(tmp_path: Path) -> tuple[Path, list[Correction]]:
    """Row 2 is a table, row 1 two pieces of which one is a gel, row 3 no figure."""
    out = dataset(tmp_path / "dataset")
    rows = rows_of(out)
    pieces = (piece(rows[1], 10_001, (0, 0, 5, 10)), piece(rows[1], 10_002, (5, 0, 10, 10)))
    split = say("split", rows[1], pieces=pieces)
    as_row = dict(
        rows[1],
        subfigure_id=pieces[0].subfigure_id,
        image_sha256=pieces[0].image_sha256,
        subfigure_bbox=list(pieces[0].bbox),
    )
    said = [say("label", rows[2], "GTAB"), split, say("label", as_row, "GGEL"), say("no_figure", rows[3])]
    keep(out, *said)
    return out, said


def _update(out: Path) -> Plan:
    with EmbeddedIndex(out) as target:
        plan = plan_update(out, target)
        update(out, target, plan)
    return plan


def test_search_finds_what_people_say_and_follows_an_undo(tmp_path: Path):
    out, said = _corrected(tmp_path)
    before = parts_of(out)
    assert _update(out).documents == 6
    assert _update(out).empty
    with SearchIndex(out) as index:
        hits = {hit.subfigure_id: hit for hit in index.search(Query(order="paper"), 10)}
        tables = index.search(Query(modality="illustration/table"), 10)
    assert [hit.subfigure_id for hit in tables] == [said[0].subfigure_id]
    assert (tables[0].label_source, tables[0].confidence) == ("person", 1.0)
    assert said[3].subfigure_id not in hits
    assert said[1].subfigure_id not in hits
    left, right = said[1].pieces
    assert (hits[left.subfigure_id].modality, hits[right.subfigure_id].modality) == ("GGEL", None)
    assert picture(out, hits[left.subfigure_id]) == left.image
    assert figure_boxes(out, [hits[left.subfigure_id]])[left.subfigure_id][1] == [0, 0, 5, 10]
    row = whole_rows(out, [hits[left.subfigure_id]])[0]
    assert (row["modality"], row["label_source"], row["title"]) == ("GGEL", "person", "Paper 1")
    keep(out, undo(said[1], "Ben"), undo(said[3], "Ben"))
    plan = _update(out)
    assert ([part.name for part in plan.changed], plan.kept) == ([FIRST], 1)
    with SearchIndex(out) as index:
        assert index.count(Query()) == 6
    assert parts_of(out) == before


def test_documents_of_a_part_without_corrections_are_as_they_were(tmp_path: Path):
    out, _ = _corrected(tmp_path)
    with EmbeddedIndex(out) as target:
        plan = plan_update(out, target)
    second = next(part for part in plan.new if part.name == SECOND)
    assert second in list_parts(out)
    told = [one.subfigure_id for batch in read_documents(second, plan.overlay) for one in batch]
    assert told == [one.subfigure_id for batch in read_documents(second) for one in batch]


def test_an_export_hands_on_what_people_say(tmp_path: Path):
    out, said = _corrected(tmp_path)
    counts = open_export(out).to_huggingface(tmp_path / "hub", lambda _: None)
    rows = {row["subfigure_id"]: row for row in pq.read_table(tmp_path / "hub" / "data").to_pylist()}
    assert counts.subfigures == len(rows) == 6
    assert rows[said[0].subfigure_id]["label_source"] == "person"
    assert rows[said[1].pieces[1].subfigure_id]["image"]["bytes"] == said[1].pieces[1].image
    assert said[3].subfigure_id not in rows


def test_a_class_that_only_people_name_can_be_asked_for(tmp_path: Path):
    out = dataset(tmp_path / "dataset")
    keep(out, say("label", rows_of(out)[0], "Ponceau stain"))
    assert "ponceau-stain" in open_export(out).modality_paths


def test_the_report_counts_and_shows_what_people_say(tmp_path: Path):
    out, said = _corrected(tmp_path)
    found = summarize(out)
    assert found.unreadable == []
    assert found.counts.subfigures == 6
    assert found.counts.by_modality == {"DMTR": 2, "GTAB": 1, "GGEL": 1}
    (card,) = found.cards["GTAB"]
    assert (card.subfigure_id, card.confidence) == (said[0].subfigure_id, 1.0)


def test_gold_is_compared_with_what_the_model_said(tmp_path: Path):
    out, said = _corrected(tmp_path)
    found = summarize(out, gold={said[0].subfigure_id: "GTAB"})
    assert found.judged == [(0.5, False)]
    assert [card.modality for card in found.review_queue["mistaken"]] == ["GGEL"]
