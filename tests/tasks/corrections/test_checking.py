"""`figmill check` knows the folder of corrections."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.corrections.checking import check_corrections, repair_corrections
from tasks.corrections.files import FOLDER, SCHEMA, correction_files, read_corrections
from tasks.dataset.check import Totals, check
from tasks.dataset.dataset import check_layout
from tests.tasks.corrections.acts import keep, rows_of, say
from tests.tasks.index.small import dataset


@pytest.fixture
def out(tmp_path: Path) -> Path:
    out = dataset(tmp_path / "dataset")
    keep(out, say("label", rows_of(out)[0], "GTAB"))
    return out


def test_sound_corrections_are_no_finding_and_no_strange_folder(out: Path):
    assert list(check_corrections(out)) == []
    before = [finding.kind for finding in check(out, Totals())]
    assert "foreign" not in before
    check_layout(out)


def test_a_torn_file_is_moved_aside_and_a_strange_one_named(out: Path):
    torn, strange = out / FOLDER / "20261127T120000000000Z-Eve-000000.parquet", out / FOLDER / "notes.txt"
    torn.write_bytes(b"torn")
    strange.write_text("")
    found = list(check_corrections(out))
    assert [(one.kind, one.path) for one in found] == [("foreign", strange), ("unreadable", torn)]
    assert repair_corrections(out, found[0]) is None
    assert "moved" in (repair_corrections(out, found[1]) or "")
    assert (out / ".quarantine" / FOLDER / torn.name).read_bytes() == b"torn"
    assert "gone already" in (repair_corrections(out, found[1]) or "")
    assert len(read_corrections(out).corrections) == 1


def test_rows_that_make_no_sense_are_named_and_kept(out: Path):
    file = correction_files(out)[0]
    rows = pq.read_table(file).to_pylist()
    pq.write_table(pa.Table.from_pylist([rows[0], rows[0] | {"action": "delete"}], SCHEMA), file)
    (finding,) = check_corrections(out)
    assert "1 of its rows" in finding.sentence
    assert repair_corrections(out, finding) is None
