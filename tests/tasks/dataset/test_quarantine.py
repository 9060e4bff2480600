"""What is damaged is taken out, what is sound beside it stays, what was taken out is known until it is there again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.dataset.check import Totals, check, repair
from tasks.dataset.dataset import Dataset
from tasks.dataset.quarantine import QUARANTINE, lost_papers
from tests.tasks.dataset.test_check import rewrite
from tests.tasks.dataset.test_dataset import ledger, write
from tests.tasks.small_records import PROVENANCE, failure, labelled, paper

FIRST, SECOND, THIRD, EMPTY, FAILED = (number << 250 for number in range(1, 6))
"""Numbers of papers whose ids differ from the first digit on, as those of subfigures do."""

LEFT = {FIRST: ["ok"], THIRD: ["ok"], EMPTY: ["no_figures"], FAILED: ["failed"]}


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """A part with three papers of six subfigures, and one without; a fifth could not be read."""
    with Dataset(tmp_path, PROVENANCE) as dataset:
        write(
            dataset,
            labelled(FIRST),
            labelled(SECOND),
            labelled(THIRD),
            labelled(EMPTY, figures=0),
            failure(FAILED),
        )
    (file,) = (tmp_path / "subfigures").iterdir()
    return file


def rows_of(part: Path) -> dict[int, int]:
    """Papers with the number of their rows."""
    papers = pq.read_table(part, columns=["paper_id"])["paper_id"].to_pylist()
    return {int(paper, 16): papers.count(paper) for paper in papers}


def damage_a_picture(part: Path) -> None:
    """One bit of one picture of the second paper."""

    def change(table: pa.Table) -> pa.Table:
        images = table["image"].to_pylist()
        images[8]["bytes"] = bytes([images[8]["bytes"][0] ^ 1]) + images[8]["bytes"][1:]
        place = table.schema.get_field_index("image")
        return table.set_column(
            place, table.schema.field(place), pa.array(images, table.schema.field(place).type)
        )

    rewrite(part, change)


def lose_a_row(part: Path) -> None:
    rewrite(part, lambda table: pa.concat_tables([table.slice(0, 8), table.slice(9)]))


def double_a_row(part: Path) -> None:
    rewrite(part, lambda table: pa.concat_tables([table, table.slice(8, 1)]))


def tear_a_page(part: Path) -> None:
    """Row groups of a paper each, and a page of the second without its bytes."""
    table = pq.read_table(part)
    pq.write_table(table, part, row_group_size=6, compression="zstd")
    column = pq.ParquetFile(part).metadata.row_group(1).column(table.schema.get_field_index("caption"))
    start = column.dictionary_page_offset or column.data_page_offset
    data = bytearray(part.read_bytes())
    data[start : start + column.total_compressed_size] = bytes(column.total_compressed_size)
    part.write_bytes(data)


@pytest.mark.parametrize(
    ("harm", "kind"),
    [
        (damage_a_picture, "hash"),
        (lose_a_row, "counts"),
        (double_a_row, "duplicate"),
        (tear_a_page, "unreadable"),
    ],
)
def test_one_damaged_paper_leaves_the_others(
    tmp_path: Path, part: Path, harm: Callable[[Path], None], kind: str
) -> None:
    harm(part)
    before = part.read_bytes()
    (finding,) = check(tmp_path, Totals())
    assert finding.kind == kind
    said = repair(tmp_path, finding)
    assert said is not None
    assert said.startswith(f"took 1 paper out of {part}")
    assert "kept 4" in said
    assert rows_of(part) == {FIRST: 6, THIRD: 6}
    assert ledger(tmp_path) == LEFT
    assert (tmp_path / QUARANTINE / "subfigures" / part.name).read_bytes() == before
    assert lost_papers(tmp_path) == (1, 0)
    assert [found.kind for found in check(tmp_path, Totals())] == ["lost"]

    with Dataset(tmp_path, PROVENANCE) as dataset:
        assert f"{SECOND:064x}" not in dataset
        write(dataset, labelled(SECOND))
    assert list(check(tmp_path, Totals())) == []


def test_a_kill_between_part_and_ledger_part_is_found_and_repaired(
    tmp_path: Path, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage_a_picture(part)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    (finding,) = check(tmp_path, Totals())
    with monkeypatch.context() as patch:
        patch.setattr("tasks.dataset.quarantine.write_ledger_part", killed)
        with pytest.raises(KeyboardInterrupt):
            repair(tmp_path, finding)
    (finding,) = check(tmp_path, Totals())
    assert finding.kind == "counts"
    repair(tmp_path, finding)
    assert rows_of(part) == {FIRST: 6, THIRD: 6}
    assert ledger(tmp_path) == LEFT
    assert lost_papers(tmp_path) == (1, 0)


def test_another_state_of_a_paper_takes_its_place(tmp_path: Path, part: Path) -> None:
    damage_a_picture(part)
    (finding,) = check(tmp_path, Totals())
    repair(tmp_path, finding)
    with Dataset(tmp_path, PROVENANCE) as dataset:
        newer = labelled(9)
        newer = replace(newer, extraction=replace(newer.extraction, paper=paper(9, f"/papers/{SECOND}.pdf")))
        write(dataset, newer)
    assert lost_papers(tmp_path) == (0, 0)


def test_what_a_killed_repair_did_not_finish_goes(tmp_path: Path, part: Path) -> None:
    damage_a_picture(part)
    (finding,) = check(tmp_path, Totals())
    repair(tmp_path, finding)
    torn = tmp_path / QUARANTINE / "papers" / f".{part.name}.0123abcd.unfinished"
    torn.write_bytes(b"PAR1")
    assert lost_papers(tmp_path) == (1, 0)
    leftover, lost = check(tmp_path, Totals())
    assert (leftover.kind, leftover.path, lost.kind) == ("leftover", torn, "lost")
    repair(tmp_path, leftover)
    assert not torn.exists()
    assert (tmp_path / QUARANTINE / "papers" / part.name).exists()
