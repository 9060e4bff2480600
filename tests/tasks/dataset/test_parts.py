"""Parts are whole or absent, hold what they were given, and never the shard in memory."""

import datetime as dt
from dataclasses import asdict, replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tasks.dataset import parts
from tasks.dataset.parts import PartWriter
from tasks.records import Gap, LabelledPaper, Mention, Metadata, Rights
from tests.tasks.small_records import PROVENANCE, extraction, failure, labelled

NAME = "part-0123456789abcdef"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for folder in ("subfigures", "papers"):
        (tmp_path / folder).mkdir()
    return tmp_path


def rows(out: Path, folder: str) -> list[dict]:
    return pq.read_table(out / folder / f"{NAME}.parquet").to_pylist()


def test_rows_of_a_paper_stay_in_order_and_carry_its_facts(out: Path) -> None:
    with PartWriter(out, NAME, PROVENANCE) as part:
        part.add(labelled(1, figures=2, subfigures=3))
        part.commit()
    found = rows(out, "subfigures")
    stem = f"{1:064x}"[:16]
    assert [row["subfigure_id"] for row in found] == [f"{stem}/{f}/{s}" for f in (0, 1) for s in (0, 1, 2)]
    assert [row["modality"] for row in found] == ["DMEL", "DMFL", "GFIG"] * 2
    assert found[0]["image"]["path"] == f"{stem}-0-0.png"
    assert found[0]["doi"] == "10.1/x"
    assert found[4]["embedding"] == [0, 1, 2, 3]


def test_what_the_model_says_beside_the_class_stands_in_its_columns(out: Path) -> None:
    whole = labelled(1, figures=1, subfigures=3)
    first, second, _ = whole.scores
    assert first
    assert second
    chart = ("illustration", "illustration/chart", "illustration/chart/bar")
    sure = replace(first, path=chart, compound=0.75, members=("GFIG", "DMEL"))
    with PartWriter(out, NAME, PROVENANCE) as part:
        part.add(replace(whole, scores=(sure, replace(second, path=("microscopy",)), None)))
        part.commit()
    found = rows(out, "subfigures")
    assert [row["modality_path"] for row in found] == [list(chart), ["microscopy"], None]
    assert [row["compound"] for row in found] == [0.75, None, None]
    assert [row["modality_set"] for row in found] == [["GFIG", "DMEL"], None, None]


def test_what_is_missing_of_a_paper_stands_in_its_ledger_row(out: Path) -> None:
    whole = labelled(1)
    gaps = (
        Gap("page", 3, "page 3 is damaged and was left out"),
        Gap("figure", None, "Figure 2 is in the JATS and was not found in the PDF"),
    )
    with PartWriter(out, NAME, PROVENANCE) as part:
        part.add(replace(whole, extraction=replace(whole.extraction, gaps=gaps)))
        part.commit()
    (row,) = rows(out, "papers")
    assert (row["status"], row["error_kind"], row["error"]) == ("ok", "incomplete", None)
    assert row["gaps"] == [asdict(gap) for gap in gaps]


def test_what_the_article_says_of_a_figure_stands_in_each_of_its_rows(out: Path) -> None:
    whole = labelled(1, figures=1, subfigures=2)
    (figure,) = whole.extraction.figures
    first, second = figure.subfigures
    said = (Mention("Results", "Cells grew (Fig. 1A)."), Mention(None, "See Figure 1."))
    figure = replace(
        figure,
        subfigures=(replace(first, mentions=said, text="Time (h)"), second),
        id="f1",
        doi="10.1/x.g001",
        alt_text="Two plots.",
        rights=Rights("CC BY-NC 4.0", True, "Courtesy of A. Person."),
    )
    with PartWriter(out, NAME, PROVENANCE) as part:
        part.add(replace(whole, extraction=replace(whole.extraction, figures=(figure,))))
        part.commit()
    one, other = rows(out, "subfigures")
    assert one["mentions"] == [asdict(mention) for mention in said]
    assert (one["figure_text"], other["figure_text"], other["mentions"]) == ("Time (h)", None, None)
    for row in (one, other):
        assert (row["figure_id"], row["figure_doi"], row["alt_text"]) == ("f1", "10.1/x.g001", "Two plots.")
        assert (row["figure_license"], row["third_party"]) == ("CC BY-NC 4.0", True)
        assert row["attribution"] == "Courtesy of A. Person."


def test_every_paper_gets_one_ledger_row(out: Path) -> None:
    with PartWriter(out, NAME, PROVENANCE) as part:
        part.add(labelled(1))
        part.add(labelled(2, figures=0))
        part.fail(failure(3, "timeout"))
        outcome = part.commit()
    ledger = rows(out, "papers")
    assert [(row["status"], row["error_kind"], row["subfigures"]) for row in ledger] == [
        ("ok", None, 6),
        ("no_figures", None, 0),
        ("failed", "timeout", 0),
    ]
    assert {row["part"] for row in ledger} == {f"{NAME}.parquet"}
    assert outcome.counts.by_status == {"ok": 1, "no_figures": 1, "failed": 1}
    assert (outcome.counts.figures, outcome.counts.subfigures, outcome.counts.pages) == (2, 6, 14)
    assert [(failed.name, failed.kind) for failed in outcome.failures] == [("3.pdf", "timeout")]


def test_what_could_not_be_scored_is_null(out: Path) -> None:
    paper = labelled(1, figures=1, subfigures=2)
    with PartWriter(out, NAME, PROVENANCE) as part:
        part.add(replace(paper, scores=(None, paper.scores[1])))
        outcome = part.commit()
    unscored, scored = rows(out, "subfigures")
    assert {unscored[name] for name in ("modality", "modality_path", "confidence", "rejected")} == {None}
    assert (unscored["probabilities"], unscored["embedding"]) == ([None] * 3, [None] * 4)
    assert scored["modality"] == "DMFL"
    assert (outcome.counts.unscored, outcome.counts.by_modality) == (1, {"DMFL": 1})


def test_nothing_is_left_when_a_shard_fails(out: Path) -> None:
    def fail_midway() -> None:
        with PartWriter(out, NAME, PROVENANCE) as part:
            part.add(labelled(1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_midway()
    assert [file for file in out.rglob("*") if file.is_file()] == []


def test_a_reader_sees_no_part_that_is_being_written(out: Path) -> None:
    with PartWriter(out, NAME, PROVENANCE) as part:
        part.add(labelled(1))
        assert list(out.rglob("*.parquet")) == []
        part.commit()
    assert len(list(out.rglob("*.parquet"))) == 2


def test_row_groups_are_bounded_by_bytes(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_GROUP_BYTES", 40_000)  # about three of the images, each 12 kB
    with PartWriter(out, NAME, PROVENANCE) as part:
        part.add(labelled(1, figures=4, subfigures=5))
        part.commit()
    metadata = pq.read_metadata(out / "subfigures" / f"{NAME}.parquet")
    sizes = [metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups)]
    assert len(sizes) > 5
    assert max(sizes) < 60_000


def test_a_shard_without_subfigures_is_a_readable_part(out: Path) -> None:
    with PartWriter(out, NAME, PROVENANCE) as part:
        part.fail(failure(1))
        part.commit()
    assert rows(out, "subfigures") == []


def test_text_that_is_no_utf8_is_stored_escaped(out: Path) -> None:
    paper = extraction(1, figures=1, subfigures=1)
    odd = replace(
        paper,
        paper=replace(paper.paper, source_uri="/caf\udce9.pdf"),
        metadata=Metadata(title="a\ud800b", published=dt.date(2020, 2, 29)),
    )
    with PartWriter(out, NAME, PROVENANCE) as part:
        part.add(LabelledPaper(odd, (None,)))
        part.commit()
    for folder in ("subfigures", "papers"):
        (row,) = rows(out, folder)
        assert (row["source_uri"], row["title"]) == ("/caf\\udce9.pdf", "a\\ud800b")
        assert row["published"] == dt.date(2020, 2, 29)
