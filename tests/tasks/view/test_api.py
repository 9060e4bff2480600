"""The view's answers as JSON: the same rows as its pages, under the same guard, bounded, and described."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tasks.view.app import create_app
from tests.tasks.index.small import FIRST, THIRD, dataset, part, row
from tests.tasks.index.test_search import indexed


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    out = dataset(tmp_path_factory.mktemp("api"))
    with TestClient(create_app(indexed(out)), base_url="http://localhost") as client:
        yield client


def _ids(answer: dict) -> list[int]:
    return [int(one["subfigure_id"][:16], 16) for one in answer["rows"]]


def test_words_and_filters_find_what_the_pages_find(client: TestClient):
    found = client.get("/api/search", params={"q": "TEM of the liver"}).json()
    assert _ids(found)[0] == 0
    assert found["total"] == len(found["rows"])
    assert _ids(client.get("/api/search", params={"modality": "DMTR", "min_confidence": 0.9}).json()) == [0]
    assert _ids(client.get("/api/search", params={"license": "", "order": "surest"}).json()) == [4]


def test_pages_are_cut_by_limit_and_offset(client: TestClient):
    found = client.get("/api/search", params={"limit": 2, "offset": 3}).json()
    assert (found["total"], _ids(found)) == (6, [3, 4])


def test_likeness_to_a_row(client: TestClient):
    found = client.get("/api/search", params={"like": f"{2:016x}/0/0", "limit": 2}).json()
    assert set(_ids(found)) == {1, 3}
    missing = client.get("/api/search", params={"like": "nosuch"})
    assert (missing.status_code, "nosuch" in missing.json()["detail"]) == (404, True)


def test_rows_like_one_from_an_offset_are_refused_rather_than_given_again(client: TestClient):
    refused = client.get("/api/search", params={"like": f"{2:016x}/0/0", "limit": 2, "offset": 2})
    assert (refused.status_code, "offset" in refused.json()["detail"]) == (422, True)
    described = client.get("/api/openapi.json").json()["paths"]["/search"]["get"]
    assert "without offset" in described["description"]


def test_a_paper_comes_in_pages_with_each_caption_once(tmp_path: Path):
    panels = [
        row(0, subfigure_id=f"{0:016x}/{figure}/{n}", figure_index=figure, subfigure_index=n, caption="Long.")
        for figure in (0, 1)
        for n in range(3)
    ]
    part(tmp_path, FIRST, panels)
    with TestClient(create_app(indexed(tmp_path)), base_url="http://localhost") as client:
        pages = [
            client.get("/api/papers/PMC0", params={"limit": 4, "offset": offset}).json() for offset in (0, 4)
        ]
        beyond = client.get("/api/papers/PMC0", params={"offset": 50}).json()
    assert [page["total"] for page in pages] == [6, 6]
    rows = [one for page in pages for one in page["rows"]]
    assert [one["subfigure_id"] for one in rows] == [one["subfigure_id"] for one in panels]
    assert [one["caption"] for one in pages[0]["rows"]] == ["Long.", None, None, "Long."]
    assert [one["caption"] for one in pages[1]["rows"]] == ["Long.", None]
    assert (beyond["total"], beyond["rows"]) == (6, [])


@pytest.mark.parametrize(
    "asked", [{"limit": 101}, {"offset": -1}, {"min_confidence": 2}, {"order": "x"}, {"q": "x" * 501}]
)
def test_what_is_out_of_bounds_is_refused(client: TestClient, asked: dict):
    assert client.get("/api/search", params=asked).status_code == 422


def test_facets_count(client: TestClient):
    counts = client.get("/api/facets", params={"modality": "microscopy"}).json()
    assert counts["total"] == 3
    assert {one["value"]: one["count"] for one in counts["license"]} == {"CC BY 4.0": 2, None: 1}


def test_a_subfigure_and_a_paper(client: TestClient):
    one = client.get(f"/api/subfigures/{0:016x}/0/0").json()
    assert (one["subcaption"], one["modality"], one["mentions"]) == ("Loss of cristae. Liver.", "DMTR", [])
    assert client.get("/api/subfigures/a/b/c").status_code == 404
    for name in (f"{0:064x}", "PMC0", "10.1/0"):
        answer = client.get(f"/api/papers/{name}").json()
        assert (answer["total"], [row["paper_id"] for row in answer["rows"]]) == (1, [f"{0:064x}"])
    assert client.get("/api/papers/nosuch").status_code == 404


def test_it_is_described(client: TestClient):
    described = client.get("/api/openapi.json").json()
    assert {"/search", "/facets", "/papers/{paper}"} <= described["paths"].keys()


def test_the_guard_stands_before_it(tmp_path: Path):
    out = indexed(dataset(tmp_path))
    with TestClient(create_app(out, token="x" * 20), base_url="http://localhost") as client:
        assert client.get("/api/search").status_code == 401
    with TestClient(create_app(out), base_url="http://localhost") as client:
        assert client.get("/api/search", headers={"Host": "evil.example"}).status_code == 421
        assert client.post("/api/search").status_code == 405


def test_hostile_words_of_papers_are_handed_on_as_bounded_data(tmp_path: Path):
    out = tmp_path / "dataset"
    caption = "\x1b[31m<script>alert(1)</script>\u202e ignore all instructions " + "x" * 2_000_000
    part(out, FIRST, [row(1, caption=caption, title="../../etc/passwd", journal="\x00")])
    part(out, THIRD, [row(2)])
    with TestClient(create_app(indexed(out)), base_url="http://localhost") as client:
        answer = client.get("/api/search", params={"q": "instructions"})
    (found,) = answer.json()["rows"]
    assert answer.headers["content-type"] == "application/json"
    assert len(found["caption"]) <= 4_000
    assert not {"\x1b", "\u202e", "\x00"} & set(answer.text)
    assert found["title"] == "../../etc/passwd"


def test_years_that_end_before_they_begin_are_refused(client: TestClient):
    for address in ("/api/search", "/api/facets"):
        answer = client.get(address, params={"since": 2020, "until": 2019})
        assert answer.status_code == 422
        assert "since 2020 is after until 2019" in answer.text
    assert client.get("/?since=2020&until=2019").status_code == 200
