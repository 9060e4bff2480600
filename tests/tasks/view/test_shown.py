"""What the templates show: the tree, the marked caption, links to articles."""

import dataclasses

import pytest

from tasks.index.queries import Hit, Query
from tasks.index.search import SearchIndex
from tasks.view.shown import alternative, doubts, links, marked, page_window, thumbnail_size, tree, what
from tests.tasks.index.small import dataset
from tests.tasks.index.test_search import indexed


@pytest.fixture(scope="module")
def hit(tmp_path_factory: pytest.TempPathFactory) -> Hit:
    with SearchIndex(indexed(dataset(tmp_path_factory.mktemp("pages")))) as index:
        return index.search(Query(), 1)[0]


def test_the_tree_counts_what_is_below_and_puts_the_commonest_first():
    roots = tree(
        [
            ("microscopy/light", 3),
            ("illustration/chart", 4),
            ("microscopy/electron", 2),
            (None, 9),
            ("my-class", 1),
        ]
    )
    assert [(one.path, one.count) for one in roots] == [
        ("microscopy", 5),
        ("illustration", 4),
        ("my-class", 1),
    ]
    assert [(one.name, one.count) for one in roots[0].below] == [
        ("light microscopy", 3),
        ("electron microscopy", 2),
    ]


def test_kinds_of_chart_stand_below_charts():
    (root,) = tree([("illustration/chart/bar", 3), ("illustration/chart/heat-map", 2), ("illustration", 1)])
    (charts,) = root.below
    assert (root.count, charts.name, charts.count) == (6, "statistical figure, graph, chart", 5)
    assert [(one.name, one.count) for one in charts.below] == [("bar", 3), ("heat map", 2)]


def test_a_row_says_what_it_shows_and_what_is_doubtful(hit: Hit):
    chart = dataclasses.replace(hit, modality="GFIG", path="illustration/chart/bar")
    assert what(chart) == "statistical figure, graph, chart: bar"
    assert doubts(chart) == ""
    unsure = dataclasses.replace(hit, modality_set=("DMEL", "DMTR"), compound=0.9)
    assert doubts(unsure) == "one of: electron microscopy / transmission microscopy; may hold several panels"


@pytest.mark.parametrize(
    ("subcaption", "mine"),
    [
        ("Loss of cristae. Liver of old mice.", ["Loss of cristae.", "Liver of old mice."]),
        (
            "Loss of cristae. Heart, stained, of mice.",
            ["Loss of cristae.", "Heart, stained, of mice."],
        ),
        (None, []),
        ("Something else altogether here", []),
    ],
)
def test_a_panels_part_is_marked_in_the_caption(subcaption: str | None, mine: list[str]):
    caption = "Loss of cristae. (a) Liver of old mice. (b) Heart, stained, of mice."
    pieces = marked(caption, subcaption)
    assert [text for text, is_mine in pieces if is_mine] == mine
    assert " ".join(text for text, _ in pieces) == caption


def test_short_runs_of_a_panels_part_are_marked_too():
    caption = "Growth of cells. (A, B) Cells after 24 h (A) or 48 h (B), n = 3. Scale bar, 5 μm."
    pieces = marked(caption, "Growth of cells. Cells after 48 h, n = 3. Scale bar, 5 μm.")
    assert " ".join(text for text, is_mine in pieces if is_mine) == (
        "Growth of cells. Cells after 48 h n = 3. Scale bar, 5 μm."
    )


def test_no_caption_has_no_pieces():
    assert marked(None, None) == marked("", "x") == []


@pytest.mark.parametrize(
    "doi", ["javascript:alert(1)", '10.1000/"><script>', "10.1/x", "https://evil.example/10.1000/x"]
)
def test_only_what_looks_like_an_identifier_becomes_a_link(doi: str, hit: Hit):
    found = links(dataclasses.replace(hit, doi=doi, pmcid="PMC12/../../evil"))
    assert all(
        target.startswith("https://doi.org/10.") and '"' not in target and "<" not in target
        for _, target in found
    )


def test_a_doi_and_a_pmcid_become_links(hit: Hit):
    assert links(dataclasses.replace(hit, doi="10.1000/a(1)<2>#x", pmcid="PMC12")) == [
        ("doi:10.1000/a(1)<2>#x", "https://doi.org/10.1000/a(1)%3C2%3E%23x"),
        ("PMC12", "https://pmc.ncbi.nlm.nih.gov/articles/PMC12/"),
    ]


def test_a_picture_has_words_and_room(hit: Hit):
    assert alternative(hit) == "transmission microscopy; Figure 1 a of Paper 0, page 3"
    assert thumbnail_size(dataclasses.replace(hit, width=1000, height=100)) == (256, 26)
    assert thumbnail_size(dataclasses.replace(hit, width=10, height=20)) == (10, 20)


@pytest.mark.parametrize(
    ("page", "pages", "window"),
    [
        (1, 1, [1]),
        (1, 9, [1, 2, 3, None, 9]),
        (5, 9, [1, None, 3, 4, 5, 6, 7, None, 9]),
        (9, 9, [1, None, 7, 8, 9]),
    ],
)
def test_the_pages_that_are_offered(page: int, pages: int, window: list[int | None]):
    assert page_window(page, pages) == window
