"""What a dataset holds of each article; rows marked, retired and dropped, each part whole all the while."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tasks.dataset.cache.part_cache import read_cache
from tasks.dataset.check import Totals, check
from tasks.dataset.files import UnreadablePartError
from tasks.dataset.ledger import (
    LedgerRow,
    Mark,
    articles_by_pmcid,
    drop_papers,
    ledger_parts,
    mark_papers,
    outdated_papers,
    read_ledger_part,
    replaced_papers,
    retire_papers,
)
from tasks.dataset.parts import PartWriter
from tasks.errors import OutputError
from tasks.records import Gap, LabelledPaper, Metadata, Paper
from tasks.stores import paths
from tests.tasks.small_datasets import paper, write_part
from tests.tasks.small_records import PROVENANCE, extraction, labelled

ONE, TWO = "part-0000000000000001", "part-0000000000000002"


def pid(number: int) -> str:
    """A paper_id; of its first letters a subfigure_id is made."""
    return f"{number:x}".ljust(64, "0")


def taken(number: int, pmcid: str | None, version: str | None = "v1") -> LabelledPaper:
    read = labelled(number)
    paper = Paper(pid(number), f"https://x/{pmcid}.pdf", source_version=version)
    metadata = Metadata(pmcid=pmcid, license="CC BY 4.0")
    return replace(read, extraction=replace(extraction(number), paper=paper, metadata=metadata))


def write(out: Any, name: str, *papers: LabelledPaper) -> None:
    for folder in ("papers", "subfigures"):
        paths.make_folder(out / folder)
    with PartWriter(out, name, PROVENANCE) as part:
        for paper in papers:
            part.add(paper)
        part.commit()


@pytest.fixture(params=["disk", "store"])
def out(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A dataset of three articles in two parts."""
    if request.param == "store":
        request.getfixturevalue("s3")
    out = paths.store_path(tmp_path / "out" if request.param == "disk" else "s3://bucket/out")
    write(out, ONE, taken(1, "PMC1"), taken(2, "PMC2"))
    write(out, TWO, taken(3, "PMC3"), taken(4, None))
    return out


def rows(out: Any, folder: str) -> list[dict[str, Any]]:
    found = []
    for name in paths.names(out / folder):
        with paths.local_copy(out / folder / name) as file:
            found += pq.read_table(file).to_pylist()
    return found


def articles(out: Any) -> list[LedgerRow]:
    with read_cache(out) as parts:
        return list(parts.articles())


def test_gaps_that_an_earlier_version_joined_in_a_string_are_read(tmp_path: Path) -> None:
    said = "page 3 is damaged and was left out; Figure 2 is in the JATS and was not found in the PDF"
    told = [paper(1, error_kind="incomplete", error=said), paper(2, "failed", error_kind="x", error="No.")]
    write_part(tmp_path, f"{ONE}.parquet", [], [*told, paper(3)], version="2")
    found = read_ledger_part(tmp_path / "papers" / f"{ONE}.parquet")
    assert [row.gaps for row in found] == [(Gap("other", None, said),), (), ()]
    assert [row.error for row in found] == [said, "No.", None]


def test_gaps_come_back_as_they_were_written(tmp_path: Path) -> None:
    gaps = (Gap("page", 3, "page 3 is damaged"), Gap("jats", None, "the XML was not used"))
    read = taken(1, "PMC1")
    write(tmp_path, ONE, replace(read, extraction=replace(read.extraction, gaps=gaps)))
    (row,) = read_ledger_part(tmp_path / "papers" / f"{ONE}.parquet")
    assert (row.gaps, row.error_kind, row.error) == (gaps, "incomplete", None)


def test_articles_are_found_by_their_pmcid(out: Any) -> None:
    found = articles_by_pmcid(articles(out))
    assert sorted(found) == ["PMC1", "PMC2", "PMC3"]
    one = found["PMC1"]
    assert (one.paper_id, one.source_version, one.metadata.license, one.failed, one.file) == (
        pid(1),
        "v1",
        "CC BY 4.0",
        False,
        f"{ONE}.parquet",
    )


def test_marks_are_written_into_both_tables_and_nothing_else_changes(out: Any) -> None:
    before = rows(out, "subfigures")
    mark_papers(out, f"{ONE}.parquet", {pid(1): Mark("retracted", "v2")})
    after = rows(out, "subfigures")
    assert {(row["pmcid"], row["withdrawn"]) for row in after} == {
        ("PMC1", "retracted"),
        ("PMC2", None),
        ("PMC3", None),
        (None, None),
    }
    assert [row | {"withdrawn": None} for row in after] == before
    assert {row["pmcid"]: row["source_version"] for row in rows(out, "papers")} == {
        "PMC1": "v2",
        "PMC2": "v1",
        "PMC3": "v1",
        None: "v1",
    }
    assert list(check(out, Totals())) == []


def test_retired_articles_have_no_rows_but_in_the_ledger_until_they_are_dropped(out: Any) -> None:
    file = f"{ONE}.parquet"
    retire_papers(out, file, {pid(1)})
    assert {row["pmcid"] for row in rows(out, "subfigures")} == {"PMC2", "PMC3", None}
    assert articles_by_pmcid(articles(out))["PMC1"].replaced
    assert replaced_papers(articles(out)) == {}
    assert list(check(out, Totals())) == []
    write(out, "part-0000000000000003", taken(5, "PMC1", "v2"))
    assert articles_by_pmcid(articles(out))["PMC1"].source_version == "v2"
    assert replaced_papers(articles(out)) == {file: {pid(1)}}
    drop_papers(out, file, {pid(1)})
    assert replaced_papers(articles(out)) == {}
    assert sorted(row["pmcid"] or "" for row in rows(out, "papers")) == ["", "PMC1", "PMC2", "PMC3"]
    assert list(check(out, Totals())) == []


def test_a_part_goes_with_its_last_paper(out: Any) -> None:
    drop_papers(out, f"{ONE}.parquet", {pid(1), pid(2)})
    assert [paths.names(out / folder) for folder in ("papers", "subfigures")] == [[f"{TWO}.parquet"]] * 2
    drop_papers(out, f"{ONE}.parquet", {pid(1)})
    assert list(check(out, Totals())) == []


def test_what_came_from_another_dataset_is_outdated_once_that_has_it_otherwise(
    out: Any, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    write(copy, ONE, taken(1, "PMC1"), taken(2, "PMC2"), taken(6, "PMC6"), taken(7, "PMC7", None))
    assert outdated_papers(articles(copy), articles(out)) == {f"{ONE}.parquet": {pid(6)}}
    mark_papers(out, f"{ONE}.parquet", {pid(2): Mark("removed", "v1")})
    assert outdated_papers(articles(copy), articles(out)) == {f"{ONE}.parquet": {pid(6)}}
    retire_papers(out, f"{ONE}.parquet", {pid(1), pid(2)})
    assert outdated_papers(articles(copy), articles(out)) == {f"{ONE}.parquet": {pid(2), pid(6)}}


def test_a_row_says_all_that_the_ledger_has_of_a_paper(tmp_path: Path) -> None:
    write(tmp_path, ONE, taken(1, "PMC1"))
    (row,) = read_ledger_part(tmp_path / "papers" / f"{ONE}.parquet")
    assert (row.file, row.paper_id, row.source_uri) == (f"{ONE}.parquet", pid(1), "https://x/PMC1.pdf")
    assert (row.status, row.pages, row.figures, row.subfigures, row.seconds) == ("ok", 7, 2, 6, 1.5)
    assert row.metadata == Metadata(pmcid="PMC1", license="CC BY 4.0")
    assert (row.failed, row.replaced) == (False, False)


def test_of_columns_that_are_not_asked_for_nothing_is_said(tmp_path: Path) -> None:
    write(tmp_path, ONE, taken(1, "PMC1"))
    ((name, (row,)),) = ledger_parts(tmp_path, ["figures"])
    assert name == row.file
    assert row == LedgerRow(file=name, paper_id=pid(1), status="ok", figures=2)


@pytest.mark.parametrize("kept", [b"", b"PAR1", b"PAR1 and no footer"])
def test_a_torn_ledger_part_is_one_sentence_with_a_remedy(tmp_path: Path, kept: bytes) -> None:
    write(tmp_path, ONE, taken(1, "PMC1"))
    ledger = tmp_path / "papers" / f"{ONE}.parquet"
    ledger.write_bytes(kept)
    with pytest.raises(UnreadablePartError) as caught:
        list(ledger_parts(tmp_path))
    assert str(caught.value) == (
        f"{ledger} cannot be read back ({caught.value.reason}): "
        f"run `figmill check {tmp_path} --repair`, then this command again"
    )


def test_a_ledger_of_another_schema_is_said(tmp_path: Path) -> None:
    write(tmp_path, ONE, taken(1, "PMC1"))
    ledger = tmp_path / "papers" / f"{ONE}.parquet"
    pq.write_table(pq.read_table(ledger).drop_columns(["withdrawn"]), ledger)
    with pytest.raises(OutputError, match="figmill check"):
        articles(tmp_path)
