"""Named selections: two people lose nothing, rows are known again, and what is gone is said."""

import datetime as dt
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.clock import now
from tasks.errors import InputError, OutputError
from tasks.selections import files
from tasks.selections.checking import check_selections, repair_selections
from tasks.selections.files import (
    FOLDER,
    SCHEMA,
    Deed,
    Done,
    carry,
    change,
    keep,
    read_file,
    read_selections,
    selection_files,
)
from tasks.selections.standing import named, panels_named, standing
from tests.tasks.corrections.acts import keep as keep_said
from tests.tasks.corrections.acts import piece, rows_of, say
from tests.tasks.index.small import FIRST, dataset, part, row


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return dataset(tmp_path / "dataset")


def _names(out: Path) -> list[str]:
    return [one["subfigure_id"] for one in rows_of(out)]


def _add(out: Path, name: str, *ids: str, who: str = "Ada") -> None:
    change(out, "add", name, panels_named(out, ids), who)


def _held(out: Path, name: str) -> tuple[str, ...]:
    return standing(out, named(out, name)).ids


def test_rows_are_added_and_taken_out_and_a_selection_is_deleted(out: Path):
    names = _names(out)
    _add(out, "for  the atlas", *names[:3])
    _add(out, "for the atlas", names[1], names[4], who="Ben")
    change(out, "remove", "for the atlas", panels_named(out, [names[0]]), "Ben")
    assert _held(out, "for the atlas") == (names[1], names[2], names[4])
    found = read_selections(out).by_name["for the atlas"]
    assert found.people == ("Ada", "Ben")
    change(out, "delete", "for the atlas", (), "Ada")
    assert read_selections(out).by_name == {}
    _add(out, "for the atlas", names[5])  # begins anew
    assert _held(out, "for the atlas") == (names[5],)
    assert list(check_selections(out)) == []


def test_two_people_at_once_lose_nothing(out: Path):
    names = _names(out)
    threads = [
        threading.Thread(target=_add, args=(out, "both", name), kwargs={"who": who})
        for name, who in zip(names, ["Ada", "Ben"] * 3, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(_held(out, "both")) == set(names)


def test_a_selection_holds_after_a_relabel_gave_other_names_and_says_what_is_gone(out: Path, tmp_path: Path):
    names = _names(out)
    _add(out, "kept", *names[:3])
    other = dataset(tmp_path / "other")
    carry(out, other)
    renamed = row(0, "DMTR", subfigure_id=f"{0:016x}/7/7")  # the same picture at the same place
    elsewhere = row(1, "DMFL", subfigure_bbox=[5, 5, 9, 9])  # cut otherwise
    part(other, FIRST, [renamed, elsewhere, row(2, "GGEL")])
    found = standing(other, named(other, "kept"))
    assert found.ids == (f"{0:016x}/7/7", names[2])
    assert [panel.subfigure_id for panel in found.gone] == [names[1]]


def test_panels_that_people_made_are_selected_and_those_they_replaced_are_gone(out: Path):
    first = rows_of(out)[0]
    made = piece(first, 10_001, (0, 0, 5, 10))
    _add(out, "mine", first["subfigure_id"])
    keep_said(out, say("split", first, pieces=(made,)))
    assert [panel.subfigure_id for panel in standing(out, named(out, "mine")).gone] == [first["subfigure_id"]]
    _add(out, "mine", made.subfigure_id)
    assert _held(out, "mine") == (made.subfigure_id,)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x1b[2J", "\u202e"])
def test_names_that_are_none_are_refused(out: Path, name: str):
    with pytest.raises(InputError, match="1 to 80 letters"):
        _add(out, name, _names(out)[0])
    assert not (out / FOLDER).exists()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0", "C:\\con"]
)
def test_hostile_names_are_names_and_nothing_else(out: Path, name: str):
    _add(out, name, _names(out)[0], who="../Eve")
    assert list(read_selections(out).by_name) == [name]
    assert [file.parent for file in selection_files(out)] == [out / FOLDER]
    with pytest.raises(InputError, match="no selection 'other'; there are"):
        named(out, "other")


def test_what_nobody_saved_cannot_be_changed(out: Path):
    for deed in ("remove", "delete"):
        with pytest.raises(InputError, match="there is no selection 'none'"):
            change(out, deed, "none", (), "Ada")


def test_what_cannot_be_read_is_said_and_moved_and_the_rest_holds(out: Path):
    _add(out, "kept", _names(out)[0])
    torn = out / FOLDER / "20261127T120000000000Z-Ben-aaaaaa.parquet"
    torn.write_bytes(b"PAR1 torn")
    (out / FOLDER / "notes.txt").write_text("mine")
    assert list(read_selections(out).by_name) == ["kept"]
    findings = {finding.path.name: finding for finding in check_selections(out)}
    assert {name: finding.kind for name, finding in findings.items()} == {
        torn.name: "unreadable",
        "notes.txt": "foreign",
    }
    assert "moved" in (repair_selections(out, findings[torn.name]) or "")
    assert repair_selections(out, findings["notes.txt"]) is None
    assert [finding.path.name for finding in check_selections(out)] == ["notes.txt"]


_WILD = st.dictionaries(
    st.sampled_from(["deed_id", "who", "selection", "deed"]), st.none() | st.text(max_size=100), max_size=4
)


@settings(max_examples=60)
@given(changes=_WILD)
def test_wild_files_are_read_or_left_out(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, str | None]
):
    out = tmp_path_factory.mktemp("wild")
    (out / FOLDER).mkdir()
    sane = {
        "deed_id": "a" * 32,
        "made_at": now(),
        "who": "Ada",
        "selection": "x",
        "deed": "add",
        "panels": [],
    }
    file = out / FOLDER / "20261127T120000000000Z-Ada-aaaaaa.parquet"
    pq.write_table(pa.Table.from_pylist([sane | changes], SCHEMA), file)
    found = read_selections(out)
    assert len(found.problems) + len(found.by_name) <= 1
    assert all(name.isprintable() and 0 < len(name) <= 80 for name in found.by_name)


@pytest.mark.parametrize("deed", ["add", "delete"])
def test_a_clock_that_goes_wrong_overrules_nothing_that_is_done_after_it(out: Path, deed: Deed):
    panels = tuple(panels_named(out, _names(out)[:1]))
    change(out, "add", "x", panels, "Ada")
    ahead = now() + dt.timedelta(hours=20)
    keep(out, Done(deed=deed, selection="x", who="Ada", panels=panels, made_at=ahead))
    if deed == "add":
        change(out, "remove", "x", panels, "Ben")
        assert _held(out, "x") == ()
    else:
        change(out, "add", "x", panels, "Ben")
        assert len(_held(out, "x")) == 1


def test_a_file_that_is_dated_to_the_end_of_time_blocks_no_selection(out: Path):
    names = _names(out)
    _add(out, "x", names[0])
    end = dt.datetime.max.replace(tzinfo=dt.UTC)
    keep(out, Done(deed="delete", selection="x", who="Eve", made_at=end))
    _add(out, "x", names[1])
    assert _held(out, "x") == tuple(names[:2])
    (finding,) = check_selections(out)
    assert finding.kind == "unreadable"


def test_a_folder_that_cannot_be_written_is_said(out: Path):
    (out / FOLDER).write_text("a file")
    with pytest.raises(OutputError, match="nothing was changed"):
        keep(out, Done(deed="add", selection="x", who="Ada"))


def test_what_was_read_is_not_read_again_and_what_others_add_is_seen(
    out: Path, monkeypatch: pytest.MonkeyPatch
):
    names = _names(out)
    _add(out, "a", *names[:2])
    _add(out, "b", names[2])
    read: list[Path] = []
    monkeypatch.setattr(files, "read_file", lambda file: read.append(file) or read_file(file))
    first = read_selections(out)
    assert read_selections(out) is first
    _add(out, "a", names[3], who="Ben")
    assert len(read_selections(out).by_name["a"].panels) == 3
    assert len(set(read)) == len(read) == 2  # what was added first, a change had read


def test_only_so_many_panels_are_kept_in_memory(out: Path, monkeypatch: pytest.MonkeyPatch):
    for number in range(3):
        keep(
            out,
            Done(
                deed="add",
                selection=f"s{number}",
                who="Ada",
                panels=tuple(panels_named(out, _names(out)[:3])),
            ),
        )
    read: list[Path] = []
    monkeypatch.setattr(files, "read_file", lambda file: read.append(file) or read_file(file))
    kept = files._Kept(9)  # two files of three panels and one for itself
    first, second, third = selection_files(out)
    for file in (first, second, first, third, first, second):
        said, _ = kept.read(file)
        assert said is not None
    assert read == [first, second, third, second]
