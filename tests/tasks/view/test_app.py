"""The view's pages: what they show, what they escape, and that no address leads out of the dataset."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tasks.duplicates.groups import plan_groups, update_groups
from tasks.index.embedded import EmbeddedIndex
from tasks.index.update import plan_update, update
from tasks.view.app import PER_PAGE, create_app
from tests.tasks.duplicates.drawn import encoded, picture
from tests.tasks.duplicates.drawn import part as drawn_part
from tests.tasks.duplicates.drawn import row as drawn_row
from tests.tasks.index.small import FIRST, dataset, part, row
from tests.tasks.index.test_search import indexed
from tests.tasks.small_datasets import PAGELESS, paper, png, write_part
from tests.tasks.view.papers import with_pdf

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}\u202egnp.\x1b[31m\u2066'


class Page(HTMLParser):
    """Tags with attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self.feed(html)
        self.text = " ".join(" ".join(self.pieces).split())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    out, paper_id = with_pdf(tmp_path_factory.mktemp("view"))
    return indexed(out), paper_id


@pytest.fixture(scope="module")
def client(made: tuple[Path, str]) -> Iterator[TestClient]:
    with TestClient(create_app(made[0]), base_url="http://localhost") as opened:
        yield opened


def _page(client: TestClient, path: str, status: int = 200) -> Page:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return Page(answer.text)


def test_the_first_page_shows_pictures_counts_and_filters(client: TestClient):
    page = _page(client, "/")
    assert "74 subfigures" in page.text
    pictures = [image for image in page.all("img") if image["src"].startswith("/thumbnail/")]
    assert len(pictures) == PER_PAGE
    assert all(image["alt"] and image["loading"] == "lazy" and image["width"] for image in pictures)
    assert pictures[0]["alt"] == "transmission microscopy; Figure 1 a of Cristae of the liver, page 1"
    assert "statistical figure, graph, chart 70" in page.text
    assert "microscopy 3" in page.text
    assert {select["name"] for select in page.all("select")} == {
        *("rejected", "license", "journal", "order", "type", "letter")
    }


def test_cards_and_pages_say_what_is_doubtful_and_kinds_of_chart_are_filters(tmp_path: Path):
    unsure = {"modality_set": ["GFIG", "GFLO"], "compound": 0.75}
    path = ["illustration", "illustration/chart", "illustration/chart/bar"]
    part(tmp_path, FIRST, [row(1, "GFIG", modality_path=path, **unsure), row(2, "GFIG")])
    with TestClient(create_app(indexed(tmp_path)), base_url="http://localhost") as client:
        page = _page(client, "/")
        assert "one of: statistical figure, graph, chart / flow chart; may hold several panels" in page.text
        assert "statistical figure, graph, chart 2 bar 1" in page.text
        assert "1 subfigure" in _page(client, "/?modality=illustration/chart/bar").text
        assert "may hold several panels" in _page(client, f"/subfigure/{1:016x}/0/0").text
        alone = _page(client, f"/subfigure/{2:016x}/0/0").text.split("More like this")[0]
        assert "may hold several panels" not in alone


def test_a_thumbnail_that_is_not_there_yet_is_made_as_it_is_shown(tmp_path: Path):
    out = dataset(tmp_path)
    with EmbeddedIndex(out) as target:
        update(out, target, plan_update(out, target))
    with TestClient(create_app(out), base_url="http://localhost") as client:
        answers = {image["src"]: client.get(image["src"]) for image in _page(client, "/").all("img")}
    assert sorted(answer.status_code for answer in answers.values()) == [200] * 5 + [
        404
    ]  # one picture is torn
    made = next(answer.content for answer in answers.values() if answer.status_code == 200)
    assert made.startswith(b"\xff\xd8")


def test_filters_search_and_pages_go_by_address(client: TestClient):
    assert "2 subfigures" in _page(client, "/?modality=microscopy&min=0.9").text
    assert "2 subfigures for" in _page(client, "/?q=heart&rejected=hide").text
    assert "1 subfigure" in _page(client, "/?license=(none)").text
    second = _page(client, "/?page=2")
    assert len(second.all("img")) == 74 - PER_PAGE - 1  # one row has no thumbnail
    assert "This picture cannot be shown." in second.text
    assert [link["href"] for link in second.all("a") if link.get("rel") == "prev"] == ["/"]
    assert "Nothing found" in _page(client, "/?q=nosuchword").text
    assert len(_page(client, "/?page=999").all("img")) == 74 - PER_PAGE - 1


def test_a_subfigure_with_its_caption_marked_its_article_and_what_is_like_it(
    client: TestClient, made: tuple[Path, str]
):
    page = _page(client, f"/subfigure/{made[1][:16]}/0/0")
    assert "Loss of cristae. (a) Liver of old mice. (b) Heart of old mice." in page.text
    assert len(page.all("mark")) == 2
    assert "https://pmc.ncbi.nlm.nih.gov/articles/PMC0/" in [link["href"] for link in page.all("a")]
    images = [image["src"] for image in page.all("img")]
    assert images[0] == f"/picture/{made[1][:16]}/0/0"
    assert f"/thumbnail/{made[1][:16]}/0/1" in images
    assert images[1] == f"/page/{made[1][:16]}/0/0"
    assert client.get(images[0]).content == png(0)
    sheet = client.get(images[1])
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "image/png")


def test_a_subfigure_with_what_the_article_says_of_it(tmp_path: Path):
    said = {
        "mentions": [
            {"section": "Results", "text": "Mice lost weight (Fig. 1A)."},
            {"section": None, "text": "See Figure 1."},
        ],
        "figure_text": "Days after birth",
        "alt_text": "A line that falls.",
        "figure_license": "CC BY-NC 3.0",
        "third_party": True,
        "attribution": "Reproduced from Doe (2001), Elsevier.",
        "authors": [f"Author, {letter}." for letter in "ABCDEFGHIJ"],
    }
    part(tmp_path, FIRST, [row(1, **said), row(2)])
    with TestClient(create_app(indexed(tmp_path)), base_url="http://localhost") as client:
        text = _page(client, f"/subfigure/{1:016x}/0/0").text
        for words in (
            "Mice lost weight (Fig. 1A). Results",
            "See Figure 1.",
            "Days after birth",
            "A line that falls.",
        ):
            assert words in text
        assert (
            "Licence of the figure CC BY-NC 3.0 Print with it Reproduced from Doe (2001), Elsevier." in text
        )
        assert "credits another source" in text
        assert "Author, H. and 2 more" in text
        silent = _page(client, f"/subfigure/{2:016x}/0/0").text
        assert "What the article says" not in silent
        assert "Whose it is" not in silent


def test_a_subfigure_leads_to_the_same_picture_elsewhere(tmp_path: Path):
    image = picture(1)
    drawn_part(tmp_path, 1, [drawn_row(0, encoded(image), title="First"), drawn_row(1, encoded(picture(2)))])
    drawn_part(tmp_path, 2, [drawn_row(2, encoded(image.resize((160, 120))), title="Second")])
    update_groups(tmp_path, plan_groups(tmp_path))
    with TestClient(create_app(indexed(tmp_path)), base_url="http://localhost") as client:
        page = _page(client, f"/subfigure/{0:016x}/0/0")
        same = page.text.split("The same picture elsewhere")[1].split("More like this")[0]
        assert "Second" in same
        assert "First" not in same
        assert "The same picture elsewhere" not in _page(client, f"/subfigure/{1:016x}/0/1").text


def test_rows_are_filtered_by_year_letter_paper_and_family_of_licences(tmp_path: Path):
    import datetime as dt

    rows = [
        row(1, license="CC BY 3.0"),
        row(2, license="CC BY 4.0", published=dt.date(2011, 1, 1)),
        row(3, panel_label=None, license="CC0 1.0"),
    ]
    part(tmp_path, FIRST, rows)
    with TestClient(create_app(indexed(tmp_path)), base_url="http://localhost") as client:
        assert "CC BY (2)" in _page(client, "/").text
        for address, count in (
            ("/?license=CC BY", 2),
            ("/?since=2012", 2),
            ("/?until=2012", 1),
            ("/?since=20x2", 3),
            ("/?letter=without", 1),
            ("/?paper=PMC2", 1),
            ("/?type=(none)", 3),
        ):
            assert f"{count} subfigure" in _page(client, address).text, address


def test_a_paper_with_its_figures_and_a_page_with_all_boxes(client: TestClient, made: tuple[Path, str]):
    page = _page(client, f"/paper/{made[1]}")
    assert "Cristae of the liver" in page.text
    assert "The page, with this figure's boxes" in page.text
    assert client.get(f"/page/{made[1]}/0").headers["content-type"] == "image/png"
    without = _page(client, f"/paper/{10:064x}")
    assert "The PDF is no longer where it was" in without.text
    assert not any(image["src"].startswith("/page/") for image in without.all("img"))


def test_a_papers_page_tells_what_is_missing_of_it(tmp_path: Path):
    gaps = [{"kind": "page", "page": 7, "sentence": f"page 7 is damaged {HOSTILE}"}]
    rows = [row(1), row(2)]
    papers = [paper(1, error_kind="incomplete", gaps=gaps), paper(2)]
    write_part(tmp_path, FIRST, rows, papers)
    with TestClient(create_app(indexed(tmp_path)), base_url="http://localhost") as client:
        page = _page(client, f"/paper/{1:064x}")
        assert "What is missing page 7 is damaged" in page.text
        assert len(page.all("script")) == 1
        assert "What is missing" not in _page(client, f"/paper/{2:064x}").text


def test_more_like_this_takes_filters(client: TestClient, made: tuple[Path, str]):
    page = _page(client, f"/?like={made[1][:16]}/0/0&modality=microscopy")
    assert "More like this" in page.text
    assert len([image for image in page.all("img") if image.get("loading") == "lazy"]) == 2


def test_nothing_from_a_paper_becomes_markup(tmp_path: Path):
    facts = dict.fromkeys(
        (
            "title",
            "journal",
            "license",
            "doi",
            "pmcid",
            "figure_label",
            "panel_label",
            "caption",
            "subcaption",
            "alt_text",
            "figure_text",
            "figure_license",
            "attribution",
        ),
        HOSTILE,
    )
    facts |= {
        "mentions": [{"section": HOSTILE, "text": HOSTILE}],
        "authors": [HOSTILE] * 9,
        "third_party": True,
    }
    part(
        tmp_path,
        FIRST,
        [row(1, **facts, source_uri=f"/papers/{HOSTILE}.pdf"), row(2, HOSTILE, modality_path=[HOSTILE])],
    )
    with TestClient(create_app(indexed(tmp_path)), base_url="http://localhost") as client:
        for path in (
            "/",
            f"/subfigure/{1:016x}/0/0",
            f"/paper/{1:064x}",
            f"/subfigure/{2:016x}/0/0",
            "/?q=script",
        ):
            html = client.get(path).text
            page = Page(html)
            assert [script["src"][:16] for script in page.all("script")] == ["/static/view.js?"]
            assert not any(name.startswith("on") or name == "style" for _, tags in page.tags for name in tags)
            assert all((link["href"] or "").startswith(("/", "#", "https://")) for link in page.all("a"))
            seen = page.text + "".join(str(tags.get("alt")) + str(tags.get("title")) for _, tags in page.tags)
            assert not any(mark in seen for mark in "\u202e\u2066\x1b")
            assert "49" not in page.text.replace("-0049", "")
        assert "alert(1)" in page.text


def test_a_caption_of_megabytes_is_found_and_shown_in_part(tmp_path: Path):
    book = f"mitochondria {HOSTILE} (a) cells " * 100_000
    facts = {"caption": book, "subcaption": book, "title": book[:1_000_000], "panel_label": "a" * 1000}
    part(tmp_path, FIRST, [row(1, **facts), row(2, caption="Mitochondria.")])
    with TestClient(create_app(indexed(tmp_path)), base_url="http://localhost") as client:
        for path in ("/", "/?q=mitochondria", f"/subfigure/{1:016x}/0/0", f"/paper/{1:064x}"):
            answer = client.get(path)
            assert answer.status_code == 200
            assert len(answer.content) < 200_000
            assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "parameter",
    [
        "q",
        "modality",
        "license",
        "journal",
        "like",
        "order",
        "min",
        "page",
        "rejected",
        "type",
        "since",
        "paper",
        "letter",
    ],
)
def test_nothing_from_an_address_becomes_markup(parameter: str, client: TestClient):
    page = Page(client.get("/", params={parameter: HOSTILE}).text)
    assert len(page.all("script")) == 1
    assert not any("onerror" in tags for _, tags in page.tags)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/%2e%2e/%2e%2e/pyproject.toml",
        "/static//etc/passwd",
        "/picture/../../../../etc/passwd",
        "/picture/..%2f..%2f..%2fetc/passwd/x",
        "/thumbnail/%2e%2e/0/0",
        "/page/..%2f..%2fetc%2fpasswd/0",
        "/paper/..%2f..%2fpapers",
        "/paper/%00",
        "/subfigure/'%20OR%201=1--/0/0",
        "/docs",
        "/openapi.json",
    ],
)
def test_no_address_leads_out_of_the_dataset(path: str, client: TestClient):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "root:" not in answer.text
    assert "def " not in answer.text


def test_what_is_no_picture_is_not_sent_as_one(tmp_path: Path):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    part(tmp_path, FIRST, [row(1, image={"bytes": svg, "path": "x.svg"})])
    with TestClient(create_app(indexed(tmp_path)), base_url="http://localhost") as client:
        answer = client.get(f"/picture/{1:016x}/0/0")
    assert answer.status_code == 404
    assert b"svg" not in answer.content


def test_an_index_that_is_older_than_the_dataset_is_said_in_words(tmp_path: Path):
    out = indexed(dataset(tmp_path))
    with TestClient(create_app(out), base_url="http://localhost") as client:
        part(out, FIRST, [row(8)])
        answer = client.get(f"/picture/{0:016x}/0/0")
    assert answer.status_code == 503
    assert "figmill index" in answer.text


def test_a_page_is_whole_html(client: TestClient, made: tuple[Path, str]):
    for path in ("/", f"/subfigure/{made[1][:16]}/0/0", f"/paper/{made[1]}"):
        page = _page(client, path)
        ids = [tags["id"] for _, tags in page.tags if tags.get("id")]
        assert len(ids) == len(set(ids))
        assert len(page.all("h1")) == len(page.all("main")) == 1
        assert all("alt" in image for image in page.all("img"))
        labels = {label["for"] for label in page.all("label")}
        fields = [one for one in (*page.all("input"), *page.all("select")) if one.get("type") != "hidden"]
        assert all(one["id"] in labels for one in fields)


def test_a_figure_on_no_page_and_a_withdrawn_article_say_so(tmp_path: Path):
    out = tmp_path / "dataset"
    part(out, FIRST, [row(1, **PAGELESS, withdrawn="retracted"), row(2)])
    with TestClient(create_app(indexed(out)), base_url="http://localhost") as client:
        first = _page(client, f"/subfigure/{1:016x}/0/0")
        assert "This article is retracted." in first.text
        assert "this figure is an image file that its XML names" in first.text
        paper = _page(client, f"/paper/{1:064x}").text
        assert "This article is retracted." in paper
        assert "None" not in paper
        assert "cannot be drawn" not in paper
        assert client.get(f"/page/{1:016x}/0/0").status_code == 404
        assert "This article is" not in _page(client, f"/subfigure/{2:016x}/0/0").text
        assert "page None" not in client.get("/").text
