"""Splits: an article and whatever shows its pictures stay together; a growing dataset moves nothing out of train."""

import random
from pathlib import Path

import pyarrow.parquet as pq

from tasks.duplicates.groups import plan_groups, update_groups
from tasks.export.exporting import open_export
from tasks.export.splits import MOST_ARTICLES, SHARES, SPLITS, Article, assign
from tests.tasks.duplicates.drawn import encoded, part, picture, row, variants


def _articles(count: int, start: int = 0) -> list[Article]:
    return [Article(f"{n:064x}", None, f"10.1027/{n}") for n in range(start, start + count)]


def test_shares_are_about_what_was_meant():
    found = list(assign(_articles(5000), []).values())
    for split, share in zip(SPLITS, SHARES, strict=True):
        assert abs(found.count(split) / 5000 - share) < 0.02


def test_an_article_keeps_its_split_whatever_else_there_is():
    few, many = assign(_articles(50), []), assign(_articles(500), [])
    assert few.items() <= many.items()


def test_articles_that_share_a_picture_are_never_apart():
    chance = random.Random(1)
    articles = _articles(300)
    together = [{chance.choice(articles).paper_id for _ in range(3)} for _ in range(60)]
    found = assign(articles, together)
    assert all(len({found[one] for one in papers}) == 1 for papers in together)


def test_new_articles_move_none_out_of_train_nor_into_test():
    chance = random.Random(2)
    articles = _articles(400)
    together = [set(chance.sample([one.paper_id for one in articles], 2)) for _ in range(80)]
    early = articles[:200]
    ids = {one.paper_id for one in early}
    before = assign(early, [papers & ids for papers in together])
    after = assign(articles, together)
    assert all(SPLITS.index(after[one]) <= SPLITS.index(before[one]) for one in ids)
    assert any(after[one] != before[one] for one in ids)


def test_two_files_of_one_article_are_one_article():
    one, other = Article("a" * 64, "PMC1", "10.1/X"), Article("b" * 64, None, "10.1/x")
    third, fourth = Article("c" * 64, "PMC1", None), Article("d" * 64, None, None)
    for seed in range(40):
        more = [Article(f"{seed:064x}", None, None)]
        found = assign([one, other, third, fourth, *more], [])
        assert found["a" * 64] == found["b" * 64] == found["c" * 64]


def test_a_picture_of_very_many_articles_ties_none_together():
    articles = _articles(MOST_ARTICLES + 1)
    logo = {one.paper_id for one in articles}
    assert assign(articles, [logo]) == assign(articles, [])
    assert len(set(assign(articles[:-1], [logo - {articles[-1].paper_id}]).values())) == 1


def _dataset(out: Path) -> Path:
    rows = [row(n, encoded(picture(n)), doi=f"10.1027/{n}", license="CC BY 4.0") for n in range(24)]
    part(out, 1, rows[:12])
    copy = row(40, variants(picture(3))["cut"], doi="10.1027/40", license="CC BY 4.0")
    part(out, 2, [*rows[12:], copy])
    return out


def test_the_datasets_library_opens_the_splits(tmp_path: Path):
    from datasets import load_dataset

    out = _dataset(tmp_path / "dataset")
    update_groups(out, plan_groups(out))
    counts = open_export(out).splitting().to_huggingface(tmp_path / "repository", lambda _: None)
    found = load_dataset(str(tmp_path / "repository"), cache_dir=str(tmp_path / "cache"))
    assert {split: len(rows) for split, rows in found.items()} == dict(counts.by_split)
    assert counts.by_split.total() == 25
    assert set(found) == set(SPLITS)
    assert found["train"][0]["image"].size == (320, 240)
    papers = {split: set(rows["paper_id"]) for split, rows in found.items()}
    assert not papers["train"] & papers["test"]
    where = {one: split for split, rows in found.items() for one in rows["subfigure_id"]}
    pair = f"{3:016x}/0/3", f"{40:016x}/0/40"
    assert where[pair[0]] == where[pair[1]]
    groups = {
        one: group
        for rows in found.values()
        for one, group in zip(rows["subfigure_id"], rows["duplicate_group"], strict=True)
    }
    assert {one for one, group in groups.items() if group} == set(pair)


def test_webdataset_has_shards_for_each_split(tmp_path: Path):
    out = _dataset(tmp_path / "dataset")
    open_export(out).splitting().to_webdataset(tmp_path / "shards", 10**9, lambda _: None)
    names = sorted(path.name for path in (tmp_path / "shards").glob("*.tar"))
    assert names == ["test-000000.tar", "train-000000.tar", "validation-000000.tar"]


def test_more_rows_later_leave_the_files_as_they_were(tmp_path: Path):
    out = _dataset(tmp_path / "dataset")
    update_groups(out, plan_groups(out))
    open_export(out).splitting().to_huggingface(tmp_path / "before", lambda _: None)
    part(out, 3, [row(50 + n, encoded(picture(50 + n)), doi=f"10.1000/{50 + n}") for n in range(4)])
    update_groups(out, plan_groups(out))
    open_export(out).splitting().to_huggingface(tmp_path / "after", lambda _: None)
    for file in (tmp_path / "before" / "data").iterdir():
        assert (tmp_path / "after" / "data" / file.name).read_bytes() == file.read_bytes()


def test_parquet_has_a_page_index_and_few_row_groups(tmp_path: Path):
    out = _dataset(tmp_path / "dataset")
    open_export(out).to_huggingface(tmp_path / "repository", lambda _: None)
    for file in (tmp_path / "repository" / "data").iterdir():
        metadata = pq.ParquetFile(file).metadata
        assert metadata.num_row_groups == 1
        assert metadata.row_group(0).column(0).has_offset_index
        assert metadata.row_group(0).column(0).has_column_index
