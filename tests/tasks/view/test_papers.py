"""The papers of a dataset, those that failed, and their PDFs, which nobody can exchange for other files."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tasks.stores import objects, paths
from tasks.view.app import create_app
from tasks.view.papers import PaperList, PapersPage, failed_papers, pdf_of
from tests.stores import Store
from tests.tasks.index.small import FIRST, SECOND, row
from tests.tasks.index.test_search import indexed
from tests.tasks.small_datasets import paper, write_part
from tests.tasks.view.papers import with_pdf

WHY = "It is <b>encrypted</b>; ask for its password."


@pytest.fixture
def out(tmp_path: Path) -> Path:
    failed = paper(9, status="failed", error_kind="encrypted", error=WHY, figures=0, subfigures=0)
    write_part(tmp_path, FIRST, [row(1), row(2)], [paper(1), paper(2), failed])
    write_part(tmp_path, SECOND, [row(3)], [paper(3)])
    return indexed(tmp_path)


@pytest.fixture
def client(out: Path) -> Iterator[TestClient]:
    with TestClient(create_app(out), base_url="http://localhost") as opened:
        yield opened


def _numbers(papers: PaperList, page: int) -> list[int]:
    return [int(one.paper_id, 16) for one in papers.page(page).rows]


def test_pages_have_as_many_papers_whatever_parts_they_lie_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tasks.view.papers.PER_PAGE", 3)
    papers, number = PaperList(tmp_path), 0
    assert papers.page(1) == PapersPage(())
    for place, size in enumerate((4, 1, 1, 2)):  # nightly runs
        its = [paper(number + one, status="no_figures", figures=0, subfigures=0) for one in range(size)]
        write_part(tmp_path, f"part-{place:016x}.parquet", [], its)
        number += size
    assert [_numbers(papers, page) for page in (0, 1, 2, 3, 99)] == [
        [0, 1, 2],
        [0, 1, 2],
        [3, 4, 5],
        [6, 7],
        [6, 7],
    ]
    assert (papers.page(99).page, papers.page(1).last) == (3, 3)


def test_the_list_follows_the_ledger(tmp_path: Path):
    papers = PaperList(tmp_path)
    for ids in ([1, 2], [1], [1, 2, 3]):
        write_part(tmp_path, FIRST, [], [paper(one, status="no_figures", subfigures=0) for one in ids])
        assert _numbers(papers, 1) == ids


def test_papers_of_a_store(s3: Store, tmp_path: Path):
    for name, number in ((FIRST, 1), (SECOND, 2)):
        write_part(tmp_path, name, [], [paper(number, status="no_figures", subfigures=0)])
    objects.filesystem("s3").put(f"{tmp_path}/", "bucket/figures/", recursive=True)
    assert _numbers(PaperList(paths.store_path("s3://bucket/figures")), 1) == [1, 2]


def test_a_ledger_part_that_cannot_be_read_hides_no_other(tmp_path: Path):
    write_part(tmp_path, SECOND, [], [paper(1, status="no_figures", subfigures=0)])
    (tmp_path / "papers" / FIRST).write_bytes(b"PAR1 nonsense")
    assert _numbers(PaperList(tmp_path), 1) == [1]


def test_failed_papers_say_why(out: Path):
    assert _numbers(PaperList(out), 1) == [1, 2, 9, 3]
    assert [one.error for one in failed_papers(out).rows] == [WHY]


def test_the_list_links_papers_and_says_why_others_failed(client: TestClient):
    html = client.get("/papers").text
    assert f'href="/paper/{1:064x}"' in html
    assert "It is &lt;b&gt;encrypted&lt;/b&gt;" in html
    assert f'href="/paper/{9:064x}"' not in html
    only = client.get("/papers?failed=1").text
    assert "encrypted" in only
    assert "/paper/" not in only
    assert client.get("/papers?page=999999999999999999").status_code == 200


def test_from_paper_to_paper(client: TestClient):
    first = client.get(f"/paper/{1:064x}").text
    assert f'rel="next" href="/paper/{2:064x}"' in first
    assert 'rel="prev"' not in first
    assert f'rel="prev" href="/paper/{2:064x}"' in client.get(f"/paper/{3:064x}").text


def test_the_pdf_is_handed_out_as_long_as_it_is_the_one_that_was_labelled(tmp_path: Path):
    out, paper_id = with_pdf(tmp_path)
    with TestClient(create_app(indexed(out)), base_url="http://localhost") as client:
        assert f'href="/pdf/{paper_id}"' in client.get(f"/subfigure/{paper_id[:16]}/0/0").text
        answer = client.get(f"/pdf/{paper_id}")
        assert hashlib.sha256(answer.content).hexdigest() == paper_id
        assert answer.headers["content-type"] == "application/pdf"
        (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7 another")
        assert client.get(f"/pdf/{paper_id}").status_code == 404
        assert client.get("/pdf/..%2f..%2fetc%2fpasswd").status_code == 404


def test_no_other_file_is_read_through_a_row(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("root:x")
    assert pdf_of(str(secret), hashlib.sha256(secret.read_bytes()).hexdigest()) is None
    assert pdf_of("/nowhere\0", "0" * 64) is None


def test_the_page_stands_above_what_is_alike_and_keeps_its_place(tmp_path: Path):
    out, paper_id = with_pdf(tmp_path)
    with TestClient(create_app(indexed(out)), base_url="http://localhost") as client:
        html = client.get(f"/subfigure/{paper_id[:16]}/0/0").text
    assert html.index('id="page"') < html.index('id="like"')
    assert 'class="sheet" src="/page/' in html
    assert 'width="850" height="1100"' in html
