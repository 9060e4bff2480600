"""Corrections at rest: nothing is lost, and what makes no sense is left out and said."""

import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.corrections.files import (
    FOLDER,
    NAME,
    SCHEMA,
    Journal,
    carry,
    correction_files,
    read_corrections,
    read_file,
)
from tasks.corrections.overlay import read_overlay
from tasks.errors import OutputError
from tasks.stores import paths
from tests.stores import Store
from tests.tasks.corrections.acts import keep, piece, rows_of, say
from tests.tasks.index.small import FIRST, dataset, part, row


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return dataset(tmp_path / "dataset")


def test_what_is_written_is_read_back(out: Path):
    rows = rows_of(out)
    told = [
        say("label", rows[0], "GFIG", queue="random"),
        say("caption", rows[1], "Zellen, 24 h μ"),
        say("no_figure", rows[2]),
        say(
            "split",
            rows[3],
            pieces=(piece(rows[3], 10_001, (0, 0, 5, 10)), piece(rows[3], 10_002, (5, 0, 10, 10))),
        ),
        say(
            "merge",
            rows[4],
            others=(say("reject", rows[5]).panel,),
            pieces=(piece(rows[4], 10_003, (0, 0, 9, 9)),),
        ),
    ]
    keep(out, *told)
    assert list(read_corrections(out).corrections) == told
    assert read_corrections(out).problems == ()


def test_a_session_keeps_one_file_that_grows_and_begins_another_when_it_is_long(
    out: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tasks.corrections.files._PER_FILE", 3)
    journal = Journal(out, "Ada  Lovelace")
    for number in range(5):
        journal.append(say("letter", rows_of(out)[0], str(number)))
    files = correction_files(out)
    assert [pq.read_metadata(file).num_rows for file in files] == [3, 2]
    assert all(NAME.fullmatch(file.name) and "-Ada-Lovelace-" in file.name for file in files)
    assert [one.value for one in read_corrections(out).corrections] == list("01234")
    assert not [name for name in (out / FOLDER).iterdir() if name.name.startswith(".")]


def test_a_session_begins_another_file_when_its_pictures_are_many_bytes(
    out: Path, monkeypatch: pytest.MonkeyPatch
):
    row = rows_of(out)[0]
    made = [say("split", row, pieces=(piece(row, 10_001 + number, (0, 0, 5, 5)),)) for number in range(5)]
    largest = max(len(one.pieces[0].image) for one in made)
    monkeypatch.setattr("tasks.corrections.files._PER_FILE_BYTES", 2 * largest)
    journal = Journal(out, "Ada")
    for one in made[:4]:
        journal.append(one)
    assert [pq.read_metadata(file).num_rows for file in correction_files(out)] == [2, 2]
    monkeypatch.setattr("tasks.corrections.files._PER_FILE_BYTES", 1)
    journal.append(made[4])  # larger than a file should be: it has one of its own
    assert [pq.read_metadata(file).num_rows for file in correction_files(out)] == [2, 2, 1]
    assert list(read_corrections(out).corrections) == made


def test_two_people_at_once_lose_nothing(out: Path):
    row = rows_of(out)[0]
    journals = [Journal(out, who) for who in ("Ada", "Ada", "Ben")]

    def work(number: int) -> None:
        for count in range(20):
            journals[number % 3].append(say("letter", row, f"{number}-{count}"))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {one.value for one in read_corrections(out).corrections}
    assert found == {f"{number}-{count}" for number in range(6) for count in range(20)}


def test_a_file_that_was_copied_counts_once(out: Path):
    keep(out, say("reject", rows_of(out)[0]))
    file = correction_files(out)[0]
    file.with_name(f"copy-{file.name}").write_bytes(file.read_bytes())  # not a name of ours
    file.with_name(file.name.replace("-Ada-", "-Ben-")).write_bytes(file.read_bytes())
    assert len(correction_files(out)) == 2
    assert len(read_corrections(out).corrections) == 1


@pytest.mark.parametrize("who", ["", "  ", "a" * 81, "Ada\x1b[31m"])
def test_a_name_that_is_none_is_refused(out: Path, who: str):
    with pytest.raises(OutputError, match="--who"):
        Journal(out, who)


def test_a_folder_that_cannot_be_written_is_one_line(out: Path):
    (out / FOLDER).write_text("")
    with pytest.raises(OutputError, match="nothing was changed"):
        Journal(out, "Ada").append(say("reject", rows_of(out)[0]))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_a_torn_file_is_a_problem_and_the_others_are_read(out: Path, content: bytes):
    keep(out, say("reject", rows_of(out)[0]))
    (out / FOLDER / "20261127T120000000000Z-Eve-000000.parquet").write_bytes(content)
    found = read_corrections(out)
    assert len(found.corrections) == 1
    assert [problem.row for problem in found.problems] == [None]


def _write(out: Path, schema: pa.Schema = SCHEMA, **changes: object) -> Path:
    keep(out, say("label", rows_of(out)[0], "GFIG"))
    file = correction_files(out)[0]
    rows = pq.read_table(file).to_pylist()
    pq.write_table(pa.Table.from_pylist([rows[0] | changes], schema), file)
    return file


@pytest.mark.parametrize(
    "changes",
    [
        {"action": "delete"},
        {"action": None},
        {"who": "x" * 200},
        {"who": "Eve\n"},
        {"value": None},
        {"value": "A\x1b[2J"},
        {"made_at": None},
        {"subfigure_id": "../../etc/passwd"},
        {"paper_id": "1"},
        {"image_sha256": None},
        {"correction_id": "1"},
        {"subfigure_bbox": [0.0, float("nan"), 1.0, 1.0]},
        {"figure_bbox": [0.0, 0.0, 1e9, 1.0]},
        {"action": "split", "pieces": []},
        {"action": "split", "pieces": [{"subfigure_id": f"{1:016x}/0/1", "bbox": [0.0, 0.0, 1.0, 1.0],
                                        "image": b"<svg/>", "width": 1, "height": 1}]},
        {"action": "caption", "value": "x" * 30_000},
    ],
)  # fmt: skip
def test_a_row_that_makes_no_sense_is_left_out_and_said(out: Path, changes: dict[str, object]):
    corrections, problems = read_file(_write(out, **changes))
    assert corrections == []
    assert [problem.row for problem in problems] == [0]


def test_a_file_of_other_columns_is_a_problem(out: Path):
    schema = pa.schema([pa.field("who", pa.string())])
    assert read_file(_write(out, schema))[1][0].sentence.endswith("its columns are not those of corrections")


@pytest.mark.parametrize(
    ("rows", "letters"),
    [(1, 3 * 2**20), (200, 2**17)],  # a long text; one of a dictionary that stands in many rows
)
def test_a_small_file_that_unpacks_to_a_large_one_is_a_problem(
    out: Path, monkeypatch: pytest.MonkeyPatch, rows: int, letters: int
):
    file = _write(out)
    (one,) = pq.read_table(file).to_pylist()
    bomb = one | {"action": "caption", "value": "x" * letters}
    pq.write_table(pa.Table.from_pylist([bomb] * rows, SCHEMA), file, compression="zstd")
    monkeypatch.setattr("tasks.corrections.files._MOST_BYTES", 2**20)
    assert file.stat().st_size < 2**16
    corrections, (problem,) = read_file(file)
    assert corrections == []
    assert (problem.row, "it is larger than" in problem.sentence) == (None, True)
    monkeypatch.undo()
    monkeypatch.setattr("tasks.corrections.files._MOST_BYTES_AT_ONCE", 2**20)
    assert "its rows are too large" in read_file(file)[1][0].sentence


def test_a_long_table_of_labels_is_read_whole(out: Path):
    many = [say("letter", rows_of(out)[0], str(number)) for number in range(1_050)]
    keep(out, *many)
    assert list(read_corrections(out).corrections) == many


_TEXT = st.one_of(st.none(), st.text(max_size=20))


@settings(max_examples=60)
@given(values=st.dictionaries(st.sampled_from(["who", "value", "action", "queue", "subfigure_id"]), _TEXT))
def test_wild_values_never_raise(tmp_path_factory: pytest.TempPathFactory, values: dict[str, str | None]):
    out = tmp_path_factory.mktemp("wild")
    part(out, FIRST, [row(1)])
    corrections, problems = read_file(_write(out, **values))
    assert len(corrections) + len(problems) == 1


def test_corrections_go_along_to_a_dataset_made_of_this_one(out: Path, tmp_path: Path):
    other = dataset(tmp_path / "other")
    keep(out, say("label", rows_of(out)[0], "GTAB"))
    keep(other, say("reject", rows_of(other)[1]))
    carry(out, other)
    carry(out, other)
    assert {one.action for one in read_corrections(other).corrections} == {"label", "reject"}
    assert len(correction_files(other)) == 2
    assert len(correction_files(out)) == 1


def test_corrections_are_kept_on_a_store_too(out: Path):
    there = paths.store_path("memory://corrected/dataset")
    for file in out.rglob("*.parquet"):
        paths.put_bytes(file.read_bytes(), there / file.parent.name / file.name)
    row = rows_of(there)[0]
    journal = Journal(there, "Ada")
    journal.append(say("label", row, "GTAB"))
    journal.append(say("several", row))
    assert [one.action for one in read_corrections(there).corrections] == ["label", "several"]
    assert len(correction_files(there)) == 1
    assert read_overlay(there)


def test_corrections_on_a_store_are_read_again_only_when_one_came(out: Path, s3: Store):
    there = paths.store_path("s3://bucket/corrected")
    for file in out.rglob("*.parquet"):
        paths.put_bytes(file.read_bytes(), there / file.parent.name / file.name)
    first, second = rows_of(there)[:2]
    Journal(there, "Ada").append(say("label", first, "GTAB"))
    assert read_overlay(there).paper_ids == {first["paper_id"]}
    s3.requests.clear()
    assert read_overlay(there)
    assert not s3.asked("GET /bucket/corrected/corrections/")
    Journal(there, "Eve").append(say("label", second, "GTAB"))
    assert read_overlay(there).paper_ids == {first["paper_id"], second["paper_id"]}


def test_a_file_that_somebody_is_writing_hides_no_other(out: Path):
    keep(out, say("label", rows_of(out)[0], "GTAB"))
    (out / FOLDER / ".other.unfinished").symlink_to("gone by now")
    found = read_corrections(out)
    assert (len(found.corrections), found.problems) == (1, ())
