"""Which rows an export hands on."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from models import taxonomy
from tasks.export.choice import Choice, ExportCounts
from tests.tasks.small_datasets import paper, subfigure, write_part

CT = ["radiology", "radiology/ct"]


def rows(out: Path) -> pa.Table:
    rows = [
        subfigure(0, "DMFL", 0.95, license="CC BY 4.0", modality_path=list(taxonomy.path("DMFL"))),
        subfigure(1, "DRCT", 0.95, license="CC BY 4.0", withdrawn="retracted", modality_path=CT),
        subfigure(2, "DRCT", 0.2, license="CC0 1.0", modality_path=CT[:1]),
        subfigure(3, None, license=None),
    ]
    write_part(out, "part-1.parquet", rows, [paper(index) for index in range(4)])
    columns = ["subfigure_id", "paper_id", "license", "withdrawn", "modality", "confidence", "rejected"]
    columns.append("modality_path")
    return pq.read_table(out / "subfigures", columns=columns)


def chosen(choice: Choice, table: pa.Table) -> list[int]:
    return [int(key[:16], 16) for key in choice.of(table)["subfigure_id"].to_pylist()]


def test_each_wish_leaves_what_meets_it(tmp_path: Path) -> None:
    table = rows(tmp_path)
    assert chosen(Choice(), table) == [0, 2, 3]
    assert chosen(Choice(withdrawn=True), table) == [0, 1, 2, 3]
    assert chosen(Choice(licenses=("CC0 1.0",)), table) == [2]
    assert chosen(Choice(modalities=("radiology",), withdrawn=True), table) == [1, 2]
    assert chosen(Choice(modalities=("radiology/ct",), withdrawn=True), table) == [1]
    assert chosen(Choice(min_confidence=0.9), table) == [0]
    assert chosen(Choice(named_only=True), table) == [0]


def test_counts_tell_licences_papers_and_what_was_left_out(tmp_path: Path) -> None:
    table, counts = rows(tmp_path), ExportCounts()
    counts.add(Choice().of(table), of=len(table))
    assert (counts.subfigures, counts.left_out, len(counts.papers), counts.rejected) == (3, 1, 3, 1)
    assert counts.by_license == {"CC BY 4.0": 1, "CC0 1.0": 1, None: 1}
