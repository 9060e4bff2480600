"""A dataset verified from its files: what is found, what a repair does, that sound rows stay."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.dataset.check import Totals, check, lost_rows, repair, set_aside
from tasks.dataset.dataset import Dataset
from tasks.dataset.parts import PartWriter
from tasks.dataset.quarantine import QUARANTINE
from tasks.dataset.schema import Provenance
from tasks.errors import OutputError
from tests.tasks.dataset.test_dataset import ledger, write
from tests.tasks.small_datasets import paper, png, subfigure, write_part
from tests.tasks.small_records import PROVENANCE, failure, labelled


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Two parts: papers 1 and 2 (failed), then paper 3."""
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        write(dataset, labelled(1), failure(2))
        write(dataset, labelled(3))
    return tmp_path / "out"


def part_of(out: Path, number: int) -> str:
    """File name of the part that holds a paper."""
    for file in (out / "papers").iterdir():
        if f"{number:064x}" in pq.read_table(file, columns=["paper_id"])["paper_id"].to_pylist():
            return file.name
    raise AssertionError(f"no ledger part has paper {number}")


def rewrite(file: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    table = pq.read_table(file)
    metadata = table.schema.metadata
    changed = change(table)
    pq.write_table(changed.replace_schema_metadata(metadata), file)


def tear(out: Path, name: str) -> None:
    file = out / "subfigures" / name
    file.write_bytes(file.read_bytes()[:-100])


def tear_ledger(out: Path, name: str) -> None:
    (out / "papers" / name).write_bytes(b"PAR1")


def lose(out: Path, name: str) -> None:
    (out / "subfigures" / name).unlink()


def flip_images(out: Path, name: str) -> None:
    def change(table: pa.Table) -> pa.Table:
        hashes = pa.array(["0" * 64] * table.num_rows, pa.string())
        return table.set_column(
            table.schema.get_field_index("image_sha256"), table.schema.field("image_sha256"), hashes
        )

    rewrite(out / "subfigures" / name, change)


def drop_a_row(out: Path, name: str) -> None:
    rewrite(out / "subfigures" / name, lambda table: table.slice(1))


def double_a_row(out: Path, name: str) -> None:
    rewrite(out / "subfigures" / name, lambda table: pa.concat_tables([table, table.slice(0, 1)]))


def drop_a_column(out: Path, name: str) -> None:
    rewrite(out / "subfigures" / name, lambda table: table.drop_columns(["caption"]))


def double_a_ledger_row(out: Path, name: str) -> None:
    rewrite(out / "papers" / name, lambda table: pa.concat_tables([table, table.slice(0, 1)]))


def damage_a_page(out: Path, name: str) -> None:
    file = out / "subfigures" / name
    data = bytearray(file.read_bytes())
    data[200:260] = bytes(60)
    file.write_bytes(data)


def test_a_sound_dataset_has_no_finding_and_is_counted(out: Path) -> None:
    totals = Totals()
    assert list(check(out, totals)) == []
    assert (totals.parts, totals.counts.papers, totals.counts.subfigures) == (2, 3, 12)
    assert totals.bytes == sum(file.stat().st_size for file in (out / "subfigures").iterdir())


@pytest.mark.parametrize(
    ("harm", "kind", "words"),
    [
        (tear, "unreadable", "cannot be read back"),
        (tear_ledger, "unreadable", "cannot be read back"),
        (damage_a_page, "unreadable", "cannot be read back"),
        (lose, "missing_part", "is not in subfigures/"),
        (flip_images, "hash", "is not the one it was"),
        (drop_a_row, "counts", "5 rows, its ledger part says 6; not the same for 1 paper"),
        (double_a_row, "duplicate", "is in it twice"),
        (drop_a_column, "schema", "not those of schema 3: caption"),
        (double_a_ledger_row, "duplicate", "1 paper twice in it"),
    ],
)
def test_a_part_that_cannot_be_used_is_put_in_quarantine_and_its_papers_are_to_be_done_again(
    out: Path, harm: Callable[[Path, str], None], kind: str, words: str
) -> None:
    name = part_of(out, 3)
    harm(out, name)
    before = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    (finding,) = check(out, Totals())
    assert (finding.kind, finding.path.name) == (kind, name)
    assert words in finding.sentence
    assert before == {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}

    said = repair(out, finding)
    assert said is not None
    assert f"papers/{name}" in said
    if harm is tear_ledger:  # whose papers nobody can tell: it is to be looked at, and is no finding for ever
        assert list(check(out, Totals())) == []
        assert (set_aside(out) or "").startswith("1 ledger part in ")
    else:
        (lost,) = check(out, Totals())
        assert (lost.kind, lost.remedy) == ("lost", "none")
        assert lost.sentence.startswith("1 paper was taken out")
        assert lost_rows(out) == lost.sentence
        assert set_aside(out) is None
    assert ledger(out) == {1: ["ok"], 2: ["failed"]}
    assert (out / QUARANTINE / "papers" / name).read_bytes() == before[out / "papers" / name]
    with Dataset(out, PROVENANCE) as dataset:
        assert f"{3:064x}" not in dataset
        write(dataset, labelled(3))
    assert list(check(out, Totals())) == []


def test_leftovers_of_a_killed_run_are_removed(out: Path) -> None:
    orphan = part_of(out, 3)
    (out / "papers" / orphan).unlink()
    (out / "subfigures" / f".{orphan}.unfinished").write_text("half")
    (out / ".spool" / "part").mkdir(parents=True)
    findings = list(check(out, Totals()))
    assert {(finding.kind, finding.path.name) for finding in findings} == {
        ("leftover", orphan),
        ("leftover", f".{orphan}.unfinished"),
        ("leftover", ".spool"),
    }
    assert all((repair(out, finding) or "").startswith("removed") for finding in findings)
    assert list(check(out, Totals())) == []
    assert ledger(out) == {1: ["ok"], 2: ["failed"]}


def test_foreign_files_are_named_and_left_alone(out: Path) -> None:
    strange = out / "subfigures" / "thesis.docx"
    strange.write_text("x")
    (finding,) = check(out, Totals())
    assert (finding.kind, finding.path) == ("foreign", strange)
    assert repair(out, finding) is None
    assert strange.exists()


def copy_shard(out: Path, name: str, to: str) -> None:
    for folder in ("papers", "subfigures"):
        (out / folder / to).write_bytes((out / folder / name).read_bytes())


def test_papers_labelled_in_two_parts_stay_in_one(out: Path) -> None:
    copy_shard(out, part_of(out, 3), "part-ffffffffffffffff.parquet")
    (finding,) = check(out, Totals())
    assert (finding.kind, finding.remedy) == ("duplicate", "quarantine")
    with pytest.raises(OutputError, match=r"labelled twice in .*figmill check .* --repair"):
        Dataset(out, PROVENANCE).__enter__()
    repair(out, finding)
    assert ledger(out) == {1: ["ok"], 2: ["failed"], 3: ["ok"]}
    assert list(check(out, Totals())) == []


def test_a_failed_row_that_was_replaced_goes(out: Path) -> None:
    with Dataset(out, PROVENANCE) as dataset:
        write(dataset, labelled(2))  # killed before the old row was removed
    (finding,) = check(out, Totals())
    assert finding.remedy == "drop rows"
    assert repair(out, finding) == f"removed 1 row from {finding.path}"
    assert ledger(out) == {1: ["ok"], 2: ["ok"], 3: ["ok"]}


def test_parts_of_another_model_are_named_and_left_alone(out: Path) -> None:
    other = Provenance("other@ba9876543210", PROVENANCE.classes, PROVENANCE.embedding_size, "")
    with PartWriter(out, "part-ffffffffffffffff", other) as part:
        part.add(labelled(9))
        part.commit()
    (finding,) = check(out, Totals())
    assert finding.kind == "model"
    assert "it is of other@ba9876543210, others are of tiny@0123456789ab" in finding.sentence
    assert repair(out, finding) is None


def test_parts_whose_rows_read_captions_are_named_beside_those_whose_did_not(out: Path) -> None:
    with PartWriter(out, "part-ffffffffffffffff", replace(PROVENANCE, captions=True)) as part:
        part.add(labelled(9))
        part.commit()
    (finding,) = check(out, Totals())
    assert (finding.kind, finding.remedy) == ("model", "none")
    assert finding.sentence == "its rows read captions, those of others read none"


def test_a_dataset_of_schema_2_is_sound_and_does_not_mix_with_schema_3(tmp_path: Path) -> None:
    image = {"bytes": png(1), "path": "x.png"}
    row = subfigure(1, image=image, image_sha256=hashlib.sha256(png(1)).hexdigest())
    row |= {"probabilities": [0.9, 0.1], "embedding": [1, 0]}
    write_part(tmp_path, f"part-{1:016x}.parquet", [row], [paper(1)], version="2")
    assert list(check(tmp_path, Totals())) == []
    write_part(tmp_path, f"part-{2:016x}.parquet", [], [paper(2, subfigures=0)])
    (finding,) = check(tmp_path, Totals())
    assert (finding.kind, finding.sentence) == ("model", "it has schema 3, others have 2")


def test_a_second_quarantine_keeps_the_first(out: Path) -> None:
    name = part_of(out, 3)
    for _ in range(2):
        tear(out, name)
        (finding,) = check(out, Totals())
        repair(out, finding)
        with PartWriter(out, name.removesuffix(".parquet"), PROVENANCE) as part:
            part.add(labelled(3))
            part.commit()
    kept = sorted(path.name for path in (out / QUARANTINE / "subfigures").iterdir())
    assert kept == [name, f"{name}.1"]


def test_what_is_no_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is no Figmill dataset"):
        list(check(tmp_path, Totals()))
