"""What a run does of what it finds: what is new, or what failed."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.article.jats_bytes import fingerprint_of
from tasks.dataset.dataset import Dataset
from tasks.dataset.ledger import retire_papers
from tasks.dataset.parts import PartWriter
from tasks.inputs.listing import identify, list_inputs
from tasks.inputs.plan import Plan
from tasks.progress import Reporter
from tasks.records import LabelledPaper, PaperFiles
from tasks.runs.outcomes import Failure
from tasks.runs.shard import Replaced, Shard
from tasks.settings import LabelSettings
from tests.tasks.small_records import PROVENANCE, extraction


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five PDFs; `a` and `e` have the same bytes."""
    (tmp_path / "in").mkdir()
    for name, data in zip("abcde", (b"1", b"2", b"3", b"4", b"1"), strict=True):
        (tmp_path / "in" / f"{name}.pdf").write_bytes(data)
    return tmp_path / "in"


def plan(folder: Path, dataset: Dataset, **options: object) -> Plan:
    settings = replace(LabelSettings(inputs=(str(folder),), out=""), **options)
    return Plan(list_inputs([str(folder)]), dataset, settings, Reporter())


def names(shards: list[Shard]) -> list[str]:
    return [
        "".join(Path(item.paper.source_uri).stem for item in shard.papers if isinstance(item, PaperFiles))
        for shard in shards
    ]


def commit(dataset: Dataset, folder: Path, failed: str = "", done: str = "") -> None:
    """Writes ledger rows for the PDFs of these names, as read with the JATS beside them."""
    papers = {Path(item.paper.source_uri).stem: item.paper for item in identify(list_inputs([str(folder)]))}
    with PartWriter(dataset.out, dataset.shard_name([failed, done]), PROVENANCE) as part:
        for name in failed:
            part.fail(Failure(papers[name], "damaged", "Damaged.", 0.0))
        for name in done:
            jats_sha256 = fingerprint_of(folder / f"{name}.xml")
            read = replace(extraction(0, figures=0), paper=papers[name], jats_sha256=jats_sha256)
            part.add(LabelledPaper(read, ()))
        part.commit()


def test_new_papers_in_shards_and_the_same_bytes_once(folder: Path, tmp_path: Path) -> None:
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        made = plan(folder, dataset, shard_size=3)
        assert names(list(made.shards())) == ["abc", "d"]
        assert (made.inputs, made.skipped, made.left) == (5, 1, 0)


def test_what_the_ledger_holds_is_skipped(folder: Path, tmp_path: Path) -> None:
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        commit(dataset, folder, done="ab", failed="c")
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        made = plan(folder, dataset)
        assert names(list(made.shards())) == ["d"]
        assert (made.skipped, made.failed_before) == (4, 1)


def test_the_limit_leaves_the_rest(folder: Path, tmp_path: Path) -> None:
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        made = plan(folder, dataset, limit=2)
        assert names(list(made.shards())) == ["ab"]
        assert (made.skipped, made.left) == (0, 3)


def test_retry_failed_does_just_the_failed(folder: Path, tmp_path: Path) -> None:
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        commit(dataset, folder, done="a", failed="bc")
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        made = plan(folder, dataset, retry_failed=True)
        (shard,) = made.shards()
        assert names([shard]) == ["bc"]
        assert set(shard.supersedes) == {item.paper.paper_id for item in shard.papers}
        assert (made.skipped, made.failed_before, made.left) == (2, 0, 1)


def test_a_path_that_became_readable_replaces_its_failed_row(folder: Path, tmp_path: Path) -> None:
    link = folder / "z.pdf"
    link.symlink_to(tmp_path / "later.pdf")
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        (shard,) = plan(folder, dataset).shards()
        (unreadable,) = (item for item in shard.papers if isinstance(item, Failure))
        commit(dataset, folder, done="abcd", failed="z")
    (tmp_path / "later.pdf").write_bytes(b"%PDF")
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        (shard,) = plan(folder, dataset).shards()
        assert names([shard]) == ["z"]
        assert shard.supersedes == (unreadable.paper.paper_id,)


def test_a_path_that_became_a_copy_of_a_paper_that_was_read_does_not_read_it_twice(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "z.pdf").symlink_to(tmp_path / "later.pdf")
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        commit(dataset, folder, done="abcd", failed="z")
    (tmp_path / "later.pdf").write_bytes(b"1")
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        made = plan(folder, dataset, retry_failed=True)
        assert list(made.shards()) == []
        assert made.skipped == 6


def test_jats_is_found_in_its_folder_or_beside_the_pdf(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "xml").mkdir()
    for path in (tmp_path / "xml" / "a.xml", folder / "a.nxml", folder / "b.nxml"):
        path.write_text("<article/>")
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        (shard,) = plan(folder, dataset, jats=str(tmp_path / "xml")).shards()
    found = {Path(item.paper.source_uri).stem: item.jats and item.jats.uri for item in shard.papers}
    assert found == {"a": str(tmp_path / "xml" / "a.xml"), "b": str(folder / "b.nxml"), "c": None, "d": None}


def lay_jats(folder: Path, stems: str) -> None:
    for stem in stems:
        (folder / f"{stem}.xml").write_text("<article/>")


def test_papers_whose_jats_came_later_are_counted_and_left_alone(folder: Path, tmp_path: Path) -> None:
    lay_jats(folder, "b")
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        commit(dataset, folder, done="abc", failed="d")
    lay_jats(folder, "acd")
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        made = plan(folder, dataset)
        assert names(list(made.shards())) == []
        assert (made.skipped, made.newer_jats) == (5, 2)
        assert list(made.renewed()) == []


def test_they_are_read_anew_on_request_after_what_is_new(folder: Path, tmp_path: Path) -> None:
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        commit(dataset, folder, done="a")
        commit(dataset, folder, done="bc")
    lay_jats(folder, "abc")
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        made = plan(folder, dataset, newer_jats=True, shard_size=2)
        (new,) = made.shards()
        renewed = list(made.renewed())
        assert (names([new]), names(renewed)) == (["d"], ["ab", "c"])
        assert (new.replaces, made.skipped, made.newer_jats) == ((), 1, 0)
        assert [shard.title for shard in (new, *renewed)] == ["paper 1", "papers 2–3", "paper 4"]
        ids = {paper.paper_id for shard in renewed for paper in (item.paper for item in shard.papers)}
        assert {one.paper_id for shard in renewed for one in shard.replaces} == ids
        assert [len({one.file for one in shard.replaces}) for shard in renewed] == [2, 1]
        limited = plan(folder, dataset, newer_jats=True, limit=1)
        assert names(list(limited.shards())) == []
        assert names(list(limited.renewed())) == ["a"]


def test_of_copies_with_different_jats_one_counts_and_they_do_not_take_turns(
    folder: Path, tmp_path: Path
) -> None:
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        commit(dataset, folder, done="abcd")
    (folder / "e.xml").write_text("<article/>")
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        made = plan(folder, dataset, newer_jats=True)
        assert list(made.shards()) == []
        (shard,) = made.renewed()
        assert (names([shard]), shard.papers[0].jats.uri) == (["e"], str(folder / "e.xml"))
    lay_jats(folder, "a")
    with Dataset(tmp_path / "other", PROVENANCE) as dataset:
        commit(dataset, folder, done="abcd")
    (folder / "e.xml").write_text("<article>another</article>")
    with Dataset(tmp_path / "other", PROVENANCE) as dataset:
        made = plan(folder, dataset, newer_jats=True)
        assert (list(made.shards()), list(made.renewed()), made.skipped) == ([], [], 5)


def test_jats_that_has_not_changed_is_not_read_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_jats(folder, "abcd")
    monkeypatch.setattr("tasks.inputs.listing._SETTLED", -1.0)
    with Dataset(tmp_path / "out", PROVENANCE) as dataset, closing(plan(folder, dataset)) as made:
        (shard,) = made.shards()
        commit(dataset, folder, done="abcd")
        made.done(shard)
    read: list[object] = []
    monkeypatch.setattr("tasks.inputs.newer_jats.fingerprint", read.append)
    with Dataset(tmp_path / "out", PROVENANCE) as dataset, closing(plan(folder, dataset)) as made:
        assert list(made.shards()) == []
        assert (made.skipped, made.newer_jats, read) == (5, 0, [])


@pytest.mark.parametrize("retry_failed", [False, True])
def test_a_paper_whose_rows_a_killed_run_was_about_to_replace_is_read_again(
    folder: Path, tmp_path: Path, retry_failed: bool
) -> None:
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        commit(dataset, folder, done="abcd")
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        (file,) = {row.file for row in dataset.parts.rows(paper_id(folder, "b"))}
        retire_papers(dataset.out, file, {paper_id(folder, "b")})
    with Dataset(tmp_path / "out", PROVENANCE) as dataset:
        made = plan(folder, dataset, retry_failed=retry_failed)
        assert list(made.shards()) == []
        (shard,) = made.renewed()
        assert names([shard]) == ["b"]
        own = paper_id(folder, "b")
        assert (shard.supersedes, shard.replaces) == ((), (Replaced(file, own, by=own),))


def paper_id(folder: Path, stem: str) -> str:
    (item,) = identify([folder / f"{stem}.pdf"])
    return item.paper.paper_id
