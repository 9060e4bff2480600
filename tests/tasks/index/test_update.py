"""An index follows its dataset: what is new, changed or gone, and nothing else; whole parts or none."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.corrections.overlay import read_overlay
from tasks.dataset.check import Totals, check
from tasks.dataset.dataset import check_layout
from tasks.errors import OutputError
from tasks.index.documents import read_documents
from tasks.index.embedded import EmbeddedIndex
from tasks.index.queries import Query
from tasks.index.search import SearchIndex
from tasks.index.source import Part, list_parts, read_part
from tasks.index.update import Plan, corrected, illustrate, plan_update, update
from tests.tasks.corrections.acts import keep, rows_of, say
from tests.tasks.index.small import FIRST, SECOND, THIRD, dataset, part, row, spoil_pictures


def _update(out: Path) -> Plan:
    with EmbeddedIndex(out) as target:
        plan = plan_update(out, target)
        update(out, target, plan)
    return plan


def _ids(out: Path) -> list[str]:
    with SearchIndex(out) as index:
        return sorted(hit.subfigure_id for hit in index.search(Query(), 100))


def test_first_all_then_nothing_then_what_is_new(tmp_path: Path):
    out = dataset(tmp_path)
    assert [one.name for one in _update(out).new] == [FIRST, SECOND]
    assert _ids(out) == [f"{number:016x}/0/0" for number in range(6)]
    again = _update(out)
    assert again.empty
    assert again.kept == 2
    part(out, THIRD, [row(6)])
    later = _update(out)
    assert ([one.name for one in later.new], later.changed, later.gone, later.kept) == ([THIRD], (), (), 2)
    assert len(_ids(out)) == 7


def _bare(out: Path) -> list[str]:
    with EmbeddedIndex(out) as index:
        return [part.name for part in index.bare()]


def _illustrate(out: Path, batches: int | None = None) -> int:
    """Makes thumbnails, of some dozens of rows so many times; returns of how many rows."""
    told: list[int] = []
    with EmbeddedIndex(out) as index:
        illustrate(out, index, told.append, lambda: len(told) == batches)
    return sum(told)


def test_thumbnails_come_last_and_once(tmp_path: Path):
    out = dataset(tmp_path)
    _update(out)
    assert _bare(out) == [FIRST, SECOND]
    with SearchIndex(out) as index:
        first = index.at(FIRST, 0)[0]
        assert (first.has_thumbnail, index.thumbnail(first.id)) == (True, None)
        assert _illustrate(out) == 6
        assert index.thumbnail(first.id) is not None
        assert [hit.has_thumbnail for hit in index.search(Query(), 10)].count(
            False
        ) == 1  # a torn picture's row
    part(out, THIRD, [row(6)])
    _update(out)
    assert _bare(out) == [THIRD]
    assert (_illustrate(out), _illustrate(out), _bare(out)) == (1, 0, [])
    left = sorted(file.name for file in (out / "index").iterdir())
    assert left == ["figmill.sqlite", "footers.json", "texts"]


def test_thumbnails_that_were_stopped_go_on_with_the_part_that_lacks_some(tmp_path: Path):
    part(tmp_path, FIRST, [row(0)])
    part(tmp_path, SECOND, [row(number) for number in range(1, 101)])
    _update(tmp_path)
    assert (
        _illustrate(tmp_path, batches=2) == 65
    )  # the first part, and as many of the second as are read at once
    assert _bare(tmp_path) == [SECOND]
    assert _illustrate(tmp_path) == 100
    with SearchIndex(tmp_path) as index:
        assert all(index.thumbnail(hit.id) for hit in index.search(Query(), 200))


def test_a_part_that_was_replaced_while_its_thumbnails_were_made_gets_its_own(tmp_path: Path):
    out = dataset(tmp_path)
    _update(out)
    with EmbeddedIndex(out) as index:
        before = next(one for one in index.bare() if one.name == FIRST)
        part(out, FIRST, [row(0, caption="Another caption.")])
        _update(out)
        index.reopen()
        index.take_thumbnails(before, [(f"{0:016x}/0/0", b"the picture that was there before")])
        index.end_thumbnails(before)
    assert FIRST in _bare(out)
    _illustrate(out)
    with SearchIndex(out) as opened:
        assert (opened.thumbnail(opened.at(FIRST, 0)[0].id) or b"").startswith(b"\xff\xd8")


def test_thumbnails_that_end_after_the_index_was_made_anew_mark_no_part_of_the_new_one(tmp_path: Path):
    out = dataset(tmp_path)
    _update(out)
    with EmbeddedIndex(out) as index:
        before = index.bare()[0]
        with EmbeddedIndex(out) as other:
            plan = plan_update(out, other)
            other.prepare(replace(plan.origin, model_id="other@000000000000"))
        _update(out)
        again = next(one for one in index.bare() if one.name == before.name)
        assert again.number == before.number
        index.reopen()
        assert not index.take_thumbnails(before, [(f"{0:016x}/0/0", b"of the other index")])
        index.end_thumbnails(before)
    assert _bare(out) == [FIRST, SECOND]
    with SearchIndex(out) as opened:
        assert opened.thumbnail(opened.at(FIRST, 0)[0].id) is None


def test_a_part_whose_pictures_are_damaged_keeps_no_other_from_its_thumbnails(tmp_path: Path):
    part(tmp_path, FIRST, [row(0)])
    part(tmp_path, SECOND, [row(1)])
    part(tmp_path, THIRD, [row(2)])
    _update(tmp_path)
    spoil_pictures(tmp_path / "subfigures" / FIRST)
    told: list[int] = []
    with EmbeddedIndex(tmp_path) as index:
        (damaged,) = filter(None, [illustrate(tmp_path, index, told.append)])
    assert (sum(told), _bare(tmp_path)) == (2, [FIRST])
    assert FIRST in str(damaged)
    assert "figmill check" in str(damaged)
    part(tmp_path, SECOND, [row(1), row(3)])
    _update(tmp_path)
    spoil_pictures(tmp_path / "subfigures" / SECOND)
    with EmbeddedIndex(tmp_path) as index:
        assert str(illustrate(tmp_path, index)).startswith("2 parts cannot be read back (the first: ")


def test_a_part_that_went_since_it_was_indexed_is_passed_over_and_gets_its_thumbnails_when_it_is_back(
    tmp_path: Path,
):
    out = dataset(tmp_path)
    _update(out)
    data = (out / "subfigures" / FIRST).read_bytes()
    (out / "subfigures" / FIRST).unlink()
    with EmbeddedIndex(out) as index:
        assert illustrate(out, index) is None
    assert _bare(out) == [FIRST]
    (out / "subfigures" / FIRST).write_bytes(data)
    assert (_illustrate(out), _bare(out)) == (4, [])


def test_a_changed_part_is_replaced_and_a_removed_one_goes(tmp_path: Path):
    out = dataset(tmp_path)
    _update(out)
    part(out, FIRST, [row(0, caption="Another caption."), row(9)])
    (out / "papers" / SECOND).unlink()
    (out / "subfigures" / SECOND).unlink()
    plan = _update(out)
    assert ([one.name for one in plan.changed], plan.gone, plan.new) == ([FIRST], (SECOND,), ())
    assert _ids(out) == [f"{0:016x}/0/0", f"{9:016x}/0/0"]
    with SearchIndex(out) as index:
        assert [hit.caption for hit in index.search(Query(text="another"), 5)] == ["Another caption."]
        assert index.search(Query(text="bacteria"), 5) == []
        assert len(index.like([1, 0], Query(), 9)) == 2


def test_a_part_without_its_ledger_part_does_not_count(tmp_path: Path):
    out = dataset(tmp_path)
    (out / "papers" / SECOND).unlink()
    _update(out)
    assert len(_ids(out)) == 4


def test_rows_of_which_nobody_speaks_are_not_read_to_plan(tmp_path: Path):
    out = dataset(tmp_path)
    first, second = list_parts(out)
    keep(out, say("label", rows_of(out)[0], "GTAB"))
    overlay = read_overlay(out)
    data = second.path.read_bytes()
    second.path.write_bytes(bytes(len(data)))
    assert corrected(second, overlay) == second
    assert corrected(first, overlay).fingerprint != first.fingerprint


def test_a_parts_footer_is_read_again_where_its_file_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out = dataset(tmp_path)
    _update(out)
    first = list_parts(out)
    read: list[str] = []
    monkeypatch.setattr("tasks.index.source.read_part", _telling(read))
    assert (list_parts(out), read) == (first, [])
    part(out, FIRST, [row(7)])
    assert [one.rows for one in list_parts(out)] == [1, 2]
    assert (list_parts(out)[1], read) == (first[1], [FIRST])
    for torn in (b"", b"[]", b'{"x": 1}', b'{"x": [1, 2]}'):
        (out / "index" / "footers.json").write_bytes(torn)
        assert [one.rows for one in list_parts(out)] == [1, 2]


def _telling(read: list[str]) -> Callable[[Path], Part]:
    """`read_part` that tells what it reads."""

    def telling(path: Path) -> Part:
        read.append(path.name)
        return read_part(path)

    return telling


def test_planning_changes_nothing(tmp_path: Path):
    out = dataset(tmp_path)
    with EmbeddedIndex(out) as target:
        plan = plan_update(out, target)
    assert plan.documents == 6
    assert not (out / "index").exists()


def test_a_part_that_breaks_in_its_middle_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out = dataset(tmp_path)
    _update(out)
    part(out, FIRST, [row(7), row(8)])

    def torn(*_: object):
        from tasks.index.documents import read_documents

        yield next(read_documents(plan.changed[0]))
        raise OSError("the disk is gone")

    with EmbeddedIndex(out) as target:
        plan = plan_update(out, target)
        monkeypatch.setattr("tasks.index.update.read_documents", torn)
        with pytest.raises(OutputError, match="the disk is gone"):
            update(out, target, plan)
    assert len(_ids(out)) == 6
    monkeypatch.undo()
    _update(out)
    assert len(_ids(out)) == 4


def test_a_part_that_changed_leaves_nothing_of_its_rows_behind(tmp_path: Path):
    out = dataset(tmp_path)
    _update(out)
    part(out, FIRST, [row(7, license="CC0")])
    _update(out)
    with SearchIndex(out) as index:
        assert index.count(Query()) == 3
        assert dict(index.facet(Query(), "license")) == {"CC0": 1, None: 1, "CC BY 4.0": 1}


def test_killed_before_its_words_are_in_a_part_is_sent_again(tmp_path: Path):
    out = dataset(tmp_path)
    _update(out)
    part(out, FIRST, [row(7), row(8)])
    with EmbeddedIndex(out) as target:
        plan = plan_update(out, target)
    pid = os.fork()
    if not pid:
        target.prepare(plan.origin)
        target.replace(plan.changed[0], read_documents(plan.changed[0]))
        os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    again = _update(out)
    assert [one.name for one in again.changed] == [FIRST]
    with SearchIndex(out) as index:
        assert index.count(Query()) == len(_ids(out)) == 4


def test_many_small_parts_may_become_one_large_one(tmp_path: Path):
    out = dataset(tmp_path)
    _update(out)
    for name in (FIRST, SECOND):
        (out / "papers" / name).unlink()
        (out / "subfigures" / name).unlink()
    part(out, THIRD, [row(number, caption=f"Caption {number}.") for number in range(6)])
    plan = _update(out)
    assert ([one.name for one in plan.new], plan.gone) == ([THIRD], (FIRST, SECOND))
    with SearchIndex(out) as index:
        assert index.count(Query()) == 6
        assert [hit.caption for hit in index.search(Query(text='"caption 4"'), 2)] == ["Caption 4."]
        assert len(index.like([1, 0], Query(), 9)) == 6


def test_a_view_that_is_open_sees_what_came_in(tmp_path: Path):
    out = dataset(tmp_path)
    _update(out)
    with SearchIndex(out) as index:
        assert index.count(Query(text="zebrafish")) == 0
        part(out, THIRD, [row(6, caption="Zebrafish.")])
        _update(out)
        assert index.count(Query(text="zebrafish")) == 1
        assert len(index.search(Query(text="zebrafish"), 5)) == 1


def test_another_model_means_a_new_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    out = dataset(tmp_path)
    _update(out)
    other = EmbeddedIndex(out)
    with other:
        plan = plan_update(out, other)
        renamed = plan.origin.__class__(plan.origin.uri, "other@000000000000", 2, plan.origin.classes)
        assert other.held(plan.origin).parts.keys() == {FIRST, SECOND}
        assert not other.held(renamed).fits
        other.prepare(renamed)
    with SearchIndex(out) as index:
        assert index.model_id == "other@000000000000"
        assert index.search(Query(), 5) == []


def test_check_and_label_do_not_mind_the_index(tmp_path: Path):
    out = dataset(tmp_path)
    before = [finding.kind for finding in check(out, Totals())]
    _update(out)
    assert [finding.kind for finding in check(out, Totals())] == before
    check_layout(out)


def test_when_done_one_file_is_left_and_a_read_only_folder_can_be_searched(tmp_path: Path):
    out = dataset(tmp_path)
    _update(out)
    assert sorted(path.name for path in (out / "index").iterdir()) == ["figmill.sqlite", "texts"]


@pytest.mark.parametrize("what", ["nothing", "no part", "a torn part", "a torn index"])
def test_what_cannot_be_indexed_is_said_in_one_line(what: str, tmp_path: Path):
    out = tmp_path
    words = "no Figmill dataset"
    if what == "no part":
        (out / "papers").mkdir()
        (out / "subfigures").mkdir()
        words = "holds no part yet"
    elif what == "a torn part":
        dataset(out)
        (out / "subfigures" / FIRST).write_bytes(b"PAR1 torn")
        words = "figmill check"
    elif what == "a torn index":
        dataset(out)
        (out / "index").mkdir()
        (out / "index" / "figmill.sqlite").write_bytes(b"no database " * 100)
        words = "figmill index"
    with pytest.raises(OutputError, match=words) as caught:
        _update(out)
    assert "\n" not in str(caught.value)
