"""LanceDB follows a dataset part by part: against the engine that its own library brings."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tasks.corrections.exchange import take_in
from tasks.corrections.told import read_told
from tasks.errors import OutputError, SettingsError
from tasks.index.opening import open_target
from tests.tasks.index.small import FIRST, THIRD, assert_followed, dataset, part, row, updated

# looked for, not imported: it takes seconds, in each process that collects the tests
pytestmark = pytest.mark.skipif(find_spec("lancedb") is None, reason="needs figmill[lancedb]")


@pytest.fixture
def to(tmp_path: Path) -> str:
    return f"lancedb://{tmp_path}/lance"


def _rows(to: str, **wanted: object) -> list[dict]:
    import lancedb

    search = lancedb.connect(to.removeprefix("lancedb://")).open_table("figmill").search(**wanted)
    return search.limit(100).to_list()


def _names(rows: list[dict]) -> list[int]:
    return sorted(int(one["subfigure_id"][:16], 16) for one in rows)


def test_first_all_then_nothing_then_what_changed_and_went(tmp_path: Path, to: str):
    assert_followed(dataset(tmp_path / "dataset"), to, lambda: _names(_rows(to)))


def test_words_and_vectors_find_rows(tmp_path: Path, to: str):
    updated(dataset(tmp_path / "dataset"), to)
    assert _names(_rows(to, query="bacteria", query_type="fts", fts_columns="caption")) == [4]
    nearest = _rows(to, query=[1.0, 0.0], vector_column_name="embedding")
    assert int(nearest[0]["subfigure_id"][:16], 16) == 0
    assert nearest[0]["modality_path"] == ["microscopy", "microscopy/transmission"]


def test_parts_are_found_by_an_index_and_a_row_without_a_vector_has_none(tmp_path: Path, to: str):
    import lancedb

    updated(dataset(tmp_path / "dataset"), to)
    table = lancedb.connect(to.removeprefix("lancedb://")).open_table("figmill")
    assert ["part"] in [list(index.columns) for index in table.list_indices()]
    vectors = {int(one["subfigure_id"][:16], 16): one["embedding"] for one in _rows(to)}
    assert vectors[5] is None
    assert vectors[0] == pytest.approx([1.0, 0.0])


def test_rows_of_which_people_say_they_are_no_figures_are_left_out_however_many_follow_each_other(
    tmp_path: Path, to: str
):
    out = tmp_path / "dataset"
    rows = [row(number) for number in range(70)]
    part(out, FIRST, rows)
    told = tmp_path / "told.csv"
    told.write_text(
        "subfigure_id,modality\n" + "".join(f"{one['subfigure_id']},no figure\n" for one in rows[64:])
    )
    take_in(out, read_told(told), "Ada")
    updated(out, to)
    assert _names(_rows(to)) == [*range(64)]


def test_a_part_that_is_not_whole_is_sent_again(tmp_path: Path, to: str):
    import lancedb

    out = dataset(tmp_path / "dataset")
    updated(out, to)
    table = lancedb.connect(to.removeprefix("lancedb://")).open_table("figmill")
    table.delete(f"subfigure_id = '{1:016x}/0/0'")
    assert [one.name for one in updated(out, to).changed] == [FIRST]
    assert _names(_rows(to)) == [0, 1, 2, 3, 4, 5]


def test_another_dataset_is_refused(tmp_path: Path, to: str):
    updated(dataset(tmp_path / "dataset"), to)
    part(tmp_path / "other", THIRD, [row(9)])
    with pytest.raises(OutputError, match="another dataset"):
        updated(tmp_path / "other", to)


def test_hostile_rows_do_no_harm(tmp_path: Path, to: str):
    out = tmp_path / "dataset"
    caption = "\x1b[31m'; DROP TABLE figmill; --\x00<script>" + "z" * 1_000_000
    part(out, FIRST, [row(1, caption=caption, title="../../x", journal="' OR 1=1")])
    updated(out, to)
    (found,) = _rows(to)
    assert found["caption"] == caption


def test_an_address_without_a_place_is_said(tmp_path: Path):
    with pytest.raises(SettingsError, match="names no database"):
        open_target(tmp_path, "lancedb://")


def test_a_new_table_is_no_matter_for_warnings(tmp_path: Path, to: str, capfd: pytest.CaptureFixture[str]):
    updated(dataset(tmp_path / "dataset"), to)
    assert capfd.readouterr().err == ""
