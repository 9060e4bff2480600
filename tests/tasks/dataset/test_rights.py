"""Which pictures may be passed on; those that may not leave nothing of theirs behind but what is known of them."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tasks.dataset.rights import may_be_passed_on
from tasks.export.choice import Choice
from tasks.export.exporting import open_export
from tests.tasks.index.small import FIRST, dataset, part, row
from tests.tasks.small_datasets import paper, write_part

CASES = [
    ({"license": "CC BY 4.0"}, True),
    ({"license": "CC0 1.0"}, True),
    ({"license": "CC BY-SA"}, True),
    ({"license": "CC BY-NC 4.0"}, False),
    ({"license": "CC BY-ND 4.0"}, False),
    ({"license": None}, False),
    ({"license": "All rights reserved"}, False),
    ({"license": "CC BY 4.0", "third_party": True}, False),
    ({"license": "CC BY 4.0", "third_party": False}, True),
    ({"license": "CC BY 4.0", "figure_license": "CC BY-NC-ND 4.0"}, False),
    ({"license": None, "figure_license": "CC BY 3.0", "third_party": True}, True),
    ({"license": "CC BY 4.0", "withdrawn": "retracted"}, False),
]


@pytest.mark.parametrize(("rights", "may"), CASES)
def test_a_picture_may_be_passed_on(rights: dict, may: bool, tmp_path: Path):
    part(tmp_path, FIRST, [row(1, **rights)])
    assert may_be_passed_on(pq.read_table(tmp_path / "subfigures" / FIRST)).to_pylist() == [may]


def test_a_dataset_without_the_figures_rights_goes_by_the_articles(tmp_path: Path):
    write_part(tmp_path, FIRST, [row(1), row(2, license=None)], [paper(1)], version="2")
    assert may_be_passed_on(pq.read_table(tmp_path / "subfigures" / FIRST)).to_pylist() == [True, False]


def _rows(out: Path) -> list[dict]:
    return pq.read_table(out / "data").to_pylist()


def test_only_what_may_be_passed_on_is_handed_on(tmp_path: Path):
    out = tmp_path / "dataset"
    part(out, FIRST, [row(number, **rights) for number, (rights, _) in enumerate(CASES)])
    exporter = open_export(out).choosing(Choice(redistributable=True))
    counts = exporter.to_huggingface(tmp_path / "repository", lambda _: None)
    assert counts.subfigures == sum(may for _, may in CASES)
    assert "anybody may pass the picture on" in (tmp_path / "repository" / "README.md").read_text()


def test_the_others_may_come_without_their_pictures(tmp_path: Path):
    out = dataset(tmp_path / "dataset")
    choice = Choice(redistributable=True, null_unlicensed=True)
    counts = open_export(out).choosing(choice).to_huggingface(tmp_path / "repository", lambda _: None)
    rows = _rows(tmp_path / "repository")
    assert (counts.subfigures, counts.without_picture, counts.left_out) == (6, 1, 0)
    assert [one["image"] is None for one in rows] == [False] * 4 + [True, False]
    assert rows[4]["image_sha256"]
    assert rows[4]["caption"] == "Bacteria seen by scanning."
    card = (tmp_path / "repository" / "README.md").read_text()
    assert "1 rows have no picture" in card
    assert "--restore" in card


def test_the_datasets_library_opens_rows_without_pictures(tmp_path: Path):
    from datasets import load_dataset

    choice = Choice(redistributable=True, null_unlicensed=True)
    out = tmp_path / "dataset"
    part(out, FIRST, [row(1), row(2, license=None)])
    open_export(out).choosing(choice).to_huggingface(tmp_path / "repository", lambda _: None)
    rows = load_dataset(str(tmp_path / "repository"), split="train", cache_dir=str(tmp_path / "cache"))
    assert rows[0]["image"].size == (64, 64)
    assert rows[1]["image"] is None


def test_a_shard_has_no_member_for_a_picture_that_is_left_out(tmp_path: Path):
    import tarfile

    out = tmp_path / "dataset"
    part(out, FIRST, [row(1), row(2, license=None)])
    choice = Choice(redistributable=True, null_unlicensed=True)
    open_export(out).choosing(choice).to_webdataset(tmp_path / "shards", 10**9, lambda _: None)
    with tarfile.open(tmp_path / "shards" / "figmill-000000.tar") as tar:
        assert [name.partition(".")[2] for name in tar.getnames()] == ["png", "txt", "json", "txt", "json"]
