"""The embedded index finds by words, likeness and filters, and counts what filters would leave."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.errors import InputError, OutputError
from tasks.index.embedded import EmbeddedIndex
from tasks.index.queries import Query
from tasks.index.search import SearchIndex
from tasks.index.update import illustrate, plan_update, update
from tests.tasks.index.small import FIRST, SECOND, dataset, part, row
from tests.tasks.small_datasets import paper, write_part

CHART = ("illustration", "illustration/chart")


def indexed(out: Path) -> Path:
    with EmbeddedIndex(out) as target:
        update(out, target, plan_update(out, target))
        illustrate(out, target)
    return out


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    with SearchIndex(indexed(dataset(tmp_path_factory.mktemp("small")))) as opened:
        yield opened


def _numbers(index: SearchIndex, **asked: object) -> list[int]:
    return [int(hit.subfigure_id[:16], 16) for hit in index.search(Query(**asked), 10)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("mitochondria", 1),  # the caption says mitochondrial
        ("TEM of the liver", 0),  # only the modality says TEM
        ("western blot", 2),  # only the modality says so
        ("surviving mouse", 3),
        ('"inner membrane"', 2),
        ("Paper 3 ", 3),  # the title
        ("bacterium", 4),
    ],
)
def test_words_find_the_row_that_a_reader_means(index: SearchIndex, text: str, first: int):
    assert _numbers(index, text=text)[0] == first


def test_rows_that_have_every_word_come_before_those_that_have_some(index: SearchIndex):
    assert _numbers(index, text="membrane proteins survival")[0] == 2
    assert set(_numbers(index, text="membrane survival")) == {2, 3}


def test_a_term_of_many_names_does_not_outweigh_two_others(tmp_path: Path):
    """`schematic` has synonyms, all of which are indexed with a diagram; asked for is that of the hippocampus."""
    out = tmp_path / "dataset"
    diagrams = [row(number, "GSYS", caption="Stages.") for number in range(3)]
    charts = [row(number, "GFIG", caption="Survival over time.") for number in range(10, 30)]
    caption = (
        "The hippocampus schematic picture, modified from an atlas, and the density of cells in rats. " * 3
    )
    part(out, FIRST, [*diagrams, *charts, row(40, "GFIG", caption=caption)])
    with SearchIndex(indexed(out)) as index:
        assert _numbers(index, text="schematic drawing of the hippocampus")[0] == 40


@pytest.mark.parametrize(
    "text", ['"', "***", "AND", "NEAR(", "own:x", "a' OR 1=1 --", "(", "x\x00y", "😀", "-", '""']
)
def test_no_text_is_a_syntax_error(index: SearchIndex, text: str):
    index.search(Query(text=text), 5)
    index.count(Query(text=text))


def test_filters_narrow_and_facets_count_without_their_own_filter(index: SearchIndex):
    assert _numbers(index, modality="microscopy") == [0, 1, 4]
    assert _numbers(index, modality="micro") == []
    assert _numbers(index, modality="microscopy/transmission", min_confidence=0.9) == [0]
    assert _numbers(index, license="CC0") == [2]
    assert _numbers(index, license="") == [4]
    assert _numbers(index, journal="Other Journal") == [3]
    assert _numbers(index, rejected=True) == [4]
    assert _numbers(index, order="unsurest", min_confidence=0.01) == [4, 2, 1, 0, 3]
    assert index.count(Query(modality="microscopy", min_confidence=0.5)) == 2
    counts = dict(index.facet(Query(modality="microscopy", min_confidence=0.5), "path"))
    assert counts == {
        "microscopy/transmission": 1,
        "microscopy/fluorescence": 1,
        "illustration/gel": 1,
        "illustration/chart": 1,
    }
    assert dict(index.facet(Query(modality="microscopy"), "license")) == {"CC BY 4.0": 2, None: 1}


def test_pages_follow_each_other(index: SearchIndex):
    first = index.search(Query(), 4)
    second = index.search(Query(), 4, offset=4)
    assert [int(hit.subfigure_id[:16], 16) for hit in first + second] == [0, 1, 2, 3, 4, 5]


def test_likeness_ranks_by_direction_and_takes_filters_and_words(index: SearchIndex):
    near = index.like([1.0, 0.01], Query(), 3)
    assert [int(hit.subfigure_id[:16], 16) for hit in near] == [0, 1, 2]
    assert near[0].score == pytest.approx(1.0, abs=0.01)
    filtered = index.like([1.0, 0.0], Query(modality="illustration"), 5)
    assert [int(hit.subfigure_id[:16], 16) for hit in filtered] == [2, 3]
    both = index.like([1.0, 0.0], Query(text="survival"), 1)
    assert [int(hit.subfigure_id[:16], 16) for hit in both] == [3]


def test_likeness_knows_a_part_that_is_replaced_again_and_again_while_the_index_is_open(tmp_path: Path):
    out = tmp_path / "dataset"
    part(out, FIRST, [row(0)])
    part(out, SECOND, [row(1)])
    with SearchIndex(indexed(out)) as opened:
        for number in range(2, 6):
            part(out, SECOND, [row(number)])
            indexed(out)
            near = opened.like([1.0, 0.0], Query(), 10)
            assert [int(hit.subfigure_id[:16], 16) for hit in near] == [0, number]


def test_more_like_leaves_itself_out_and_knows_rows_that_were_not_scored(index: SearchIndex):
    two = index.subfigure(f"{2:016x}/0/0")
    unscored = index.subfigure(f"{5:016x}/0/0")
    assert two is not None
    assert unscored is not None
    assert {int(hit.subfigure_id[:16], 16) for hit in index.more_like(two, Query(), 2)} == {1, 3}
    assert index.more_like(unscored, Query(), 2) == []
    assert index.subfigure("nosuch") is None


@pytest.mark.parametrize("vector", [[1.0], [0.0, 0.0], [float("nan"), 1.0]])
def test_a_vector_of_another_network_is_refused(index: SearchIndex, vector: list[float]):
    with pytest.raises(InputError, match="2 numbers"):
        index.like(vector, Query(), 1)


def test_a_hit_has_its_papers_facts_and_its_thumbnail(index: SearchIndex):
    (hit,) = index.paper(f"{0:064x}")
    assert (hit.title, hit.doi, hit.journal, hit.published) == (
        "Paper 0",
        "10.1/0",
        "Journal of Tests",
        "2020-01-01",
    )
    assert (hit.subcaption, hit.caption) == (
        "Loss of cristae. Liver.",
        "Loss of cristae. (a) Liver. (b) Heart.",
    )
    assert (hit.confidence, hit.rejected, hit.path) == (pytest.approx(0.95), False, "microscopy/transmission")
    assert (index.thumbnail(hit.id) or b"").startswith(b"\xff\xd8")
    (torn,) = index.paper(f"{5:064x}")
    assert (torn.has_thumbnail, index.thumbnail(torn.id), torn.modality, torn.rejected) == (
        False,
        None,
        None,
        None,
    )


def test_ten_panels_with_one_caption_leave_room_for_another_figure(tmp_path: Path):
    same = [
        row(0, subfigure_id=f"{0:016x}/0/{n}", subfigure_index=n, caption="Neurons of rats, treated rats.")
        for n in range(10)
    ]
    part(tmp_path, FIRST, [*same, row(1, caption="Neurons of old rats in a long caption of many words.")])
    with SearchIndex(indexed(tmp_path)) as found:
        hits = found.search(Query(text="neurons rats"), 5)
    assert f"{1:016x}/0/0" in [hit.subfigure_id for hit in hits]


def test_without_an_index_it_says_what_to_run(tmp_path: Path):
    with pytest.raises(OutputError, match="figmill index"):
        SearchIndex(tmp_path)


@pytest.fixture
def charts(tmp_path: Path) -> Path:
    """Two kinds of chart and one that is only sure to be an illustration."""
    kinds = ("survival", "heat-map")
    rows = [
        row(n, "GFIG", caption="Data.", modality_path=[*CHART, f"{CHART[-1]}/{kind}"])
        for n, kind in enumerate(kinds)
    ]
    unsure = {"modality_path": ["illustration"], "modality_set": ["GFIG", "GFLO"], "compound": 0.75}
    part(tmp_path, FIRST, [*rows, row(2, "GFIG", caption="Data.", **unsure)])
    return indexed(tmp_path)


def test_a_kind_of_chart_is_found_by_its_words_and_is_a_filter_below_charts(charts: Path):
    with SearchIndex(charts) as index:
        assert _numbers(index, text="heat map")[0] == 1
        assert _numbers(index, modality="illustration/chart/survival") == [0]
        assert _numbers(index, modality="illustration/chart") == [0, 1]
        assert _numbers(index, modality="illustration") == [0, 1, 2]


def test_a_hit_says_what_the_model_is_unsure_of(charts: Path):
    with SearchIndex(charts) as index:
        first, _, last = index.search(Query(order="paper"), 3)
    assert (first.modality_set, first.compound) == ((), None)
    assert (last.modality_set, last.compound, last.path) == (("GFIG", "GFLO"), 0.75, "illustration")


def test_other_vocabularies_codes_are_words_of_a_modality(index: SearchIndex):
    assert _numbers(index, text="FBbi:00000258") == [0]


def test_a_modality_of_which_the_model_is_not_sure_has_no_name(index: SearchIndex):
    assert _numbers(index, text="transmission electron microscopy") == [0]
    assert _numbers(index, text="bacteria seen by scanning")[0] == 4


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """Rows of which the article says more than their captions do."""
    out = tmp_path_factory.mktemp("told")
    cited = [{"section": "Results", "text": "Knockout mice lost their whiskers (Fig. 1A)."}]
    write_part(
        out,
        FIRST,
        [
            row(0, caption="Cells.", mentions=cited, license="CC BY 3.0", authors=["Doe, Jane"]),
            row(1, "GFIG", caption="Growth.", figure_text="Relative whisker length OD600", license="CC BY"),
            row(2, caption="Whiskers of mice.", panel_label=None, license="CC BY-NC 4.0"),
            row(3, "DMFL", 0.2, caption="Whiskers of mice, again.", published=dt.date(2011, 5, 1)),
            row(4, "DMFL", caption="Cells.", alt_text="A drawing of a phylogenetic arbour", published=None),
        ],
        [
            paper(n, part=FIRST, article_type="review-article" if n == 2 else "research-article")
            for n in range(5)
        ],
    )
    with SearchIndex(indexed(out)) as opened:
        yield opened


def test_sentences_that_cite_a_panel_and_words_printed_in_it_are_found(told: SearchIndex):
    assert _numbers(told, text="knockout") == [0]
    assert _numbers(told, text="OD600") == [1]
    assert _numbers(told, text="arbour") == [4]
    assert _numbers(told, text="Jane Doe") == [0]


def test_own_words_come_first_and_what_the_model_is_unsure_of_last(told: SearchIndex):
    assert _numbers(told, text="whiskers") == [2, 1, 0, 3]
    assert _numbers(told, modality="microscopy") == [0, 2, 4, 3]


def test_a_figure_that_is_only_cited_with_all_words_comes_after_those_that_have_them(told: SearchIndex):
    assert _numbers(told, text="mice whiskers") == [2, 3, 0, 1]
    assert _numbers(told, text="knockout mice whiskers")[:2] == [2, 0]  # row 2 says two of the three itself


def test_a_family_of_licences_means_all_its_versions(told: SearchIndex):
    assert _numbers(told, license="CC BY") == [0, 1, 3, 4]
    assert _numbers(told, license="CC BY 3.0") == [0]
    assert _numbers(told, license="CC BY-NC") == [2]
    assert told.count(Query(license="CC")) == 0


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"since": 2012}, [0, 1, 2]),
        ({"until": 2012}, [3]),
        ({"since": 2011, "until": 2011}, [3]),
        ({"lettered": True}, [0, 1, 3, 4]),
        ({"lettered": False}, [2]),
        ({"article_type": "review-article"}, [2]),
        ({"paper": "pmc3"}, [3]),
        ({"paper": "10.1/2"}, [2]),
        ({"paper": f"{1:064x}"}, [1]),
        ({"paper": "nosuch"}, []),
        ({"paper": "PMC2", "lettered": True}, []),
    ],
)
def test_rows_are_filtered_by_year_letter_type_and_paper(told: SearchIndex, asked: dict, found: list[int]):
    assert _numbers(told, **asked) == found
    assert told.count(Query(**asked)) == len(found)


def test_article_types_are_counted(told: SearchIndex):
    counted = dict(told.facet(Query(article_type="review-article"), "article_type"))
    assert counted == {"research-article": 4, "review-article": 1}
