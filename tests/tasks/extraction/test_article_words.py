"""A paper's figures under the labels and captions of its article, and what the two do not agree on."""

from __future__ import annotations

from dataclasses import replace

import pymupdf
import pytest

from tasks.article.jats import Article, ArticleFigure, FigureFacts
from tasks.extraction.article_words import is_of_another, missing_figures, words_of_figures
from tasks.pdf.captions import CaptionBlock
from tasks.pdf.found_figure import FoundFigure
from tasks.pdf.pages import PageContent, read_page
from tasks.records import Gap, Metadata, Rights
from tests.tasks.drawn import Drawing

TITLE = "Growth of colonies in the dark"


@pytest.fixture(scope="module")
def pages() -> list[PageContent]:
    paper = Drawing().add_page().text((50, 50, 545, 80), TITLE, 14)
    paper.text((50, 84, 545, 104), "doi:10.1234/drawn.5").add_page()
    paper.text((50, 100, 545, 120), "The survival rose, as is seen in Fig. 7 of this paper.")
    document = pymupdf.open(stream=paper.document.tobytes(), filetype="pdf")
    return [read_page(page) for page in document.pages()]


def figure(page: PageContent, label: str | None, text: str = "", *, continued: bool = False) -> FoundFigure:
    caption = (
        CaptionBlock("figure", label, text, 1, (0, 0, 9, 9), frozenset(), 3, continued=continued)
        if label
        else None
    )
    return FoundFigure(page, (50, 50, 300, 300), caption)


def article(*figures: tuple[str, str], title: str = TITLE, doi: str = "10.1234/drawn.5") -> Article:
    return Article(Metadata(title=title, doi=doi), tuple(ArticleFigure(*one) for one in figures))


def test_without_an_article_words_are_those_printed(pages: list[PageContent]) -> None:
    (words,) = words_of_figures([figure(pages[0], "Figure 1", "Printed.")], None)
    assert (words.label, words.caption, words.source) == ("Figure 1", "Printed.", "pdf")


def test_the_articles_caption_stands_where_the_label_is_the_same(pages: list[PageContent]) -> None:
    found = [
        figure(pages[0], "Supplementary Figure S1", "Printed."),
        figure(pages[0], "Figure 9", "Printed."),
    ]
    first, other = words_of_figures(found, article(("Figure S1", "Stored.")))
    assert (first.label, first.caption, first.source) == ("Figure S1", "Stored.", "jats")
    assert (other.caption, other.source) == ("Printed.", "pdf")


def test_an_empty_caption_of_the_article_takes_nothing_away(pages: list[PageContent]) -> None:
    (words,) = words_of_figures([figure(pages[0], "Figure 1", "Printed.")], article(("Figure 1", "")))
    assert words.caption == "Printed."


def test_what_a_printed_caption_credits_stays_where_the_article_has_no_caption(
    pages: list[PageContent],
) -> None:
    found = [figure(pages[0], "Figure 1", "Growth. Adapted from Smith et al.")]
    known = article(("Figure 1", ""))
    known = replace(
        known, figures=(replace(known.figures[0], facts=FigureFacts("f1", "10.1234/drawn.5.f1")),)
    )
    (words,) = words_of_figures(found, known)
    assert words.facts == FigureFacts(
        "f1", "10.1234/drawn.5.f1", rights=Rights(third_party=True, attribution="Adapted from Smith et al.")
    )


def test_a_part_that_goes_on_keeps_its_own_words(pages: list[PageContent]) -> None:
    found = [
        figure(pages[0], "Figure 1", "(D) Later.", continued=True),
        figure(pages[0], "Figure 1", "", continued=True),
    ]
    own, bare = words_of_figures(found, article(("Figure 1", "Stored.")))
    assert (own.caption, bare.caption) == ("(D) Later.", "Stored.")


def test_one_figure_without_a_label_takes_the_one_between_its_neighbours(pages: list[PageContent]) -> None:
    known = article(*((f"Figure {n}", f"Words {n}.") for n in (1, 2, 3)))
    between = [figure(pages[0], "Figure 1"), figure(pages[0], None), figure(pages[0], "Figure 3")]
    assert [w.label for w in words_of_figures(between, known)] == ["Figure 1", "Figure 2", "Figure 3"]
    two = [figure(pages[0], None), figure(pages[0], None), figure(pages[0], "Figure 3")]
    assert [w.label for w in words_of_figures(two, known)] == [None, None, "Figure 3"]


def test_a_figure_that_is_missing_names_the_page_that_cites_it(pages: list[PageContent]) -> None:
    known = article(
        ("Figure 1", "One."), ("Figure 7", "Seven."), ("Figure 8", "Eight."), ("Video 1", "Moves.")
    )
    gaps = missing_figures(words_of_figures([figure(pages[0], "Figure 1", "One.")], known), known, pages)
    assert gaps == [
        Gap("figure", 2, "Figure 7 is in the JATS and was not found in the PDF (first cited on page 2)"),
        Gap("figure", None, "Figure 8 is in the JATS and was not found in the PDF"),
    ]


@pytest.mark.parametrize(
    ("title", "doi", "stored", "other"),
    [
        (TITLE, "10.1234/drawn.5", "Unlike words altogether.", False),
        (TITLE, "10.9/else", "Unlike words altogether.", False),
        ("Elective surgery by hospital", "10.1234/drawn.5", "Unlike words altogether.", False),
        ("Elective surgery by hospital", "10.9/else", "Unlike words altogether.", True),
        ("Elective surgery by hospital", "10.9/else", "Growth of colonies in three dishes.", False),
        ("Elective surgery by hospital", "", "Unlike words altogether.", True),
    ],
)
def test_the_article_of_another_paper_is_noticed(
    pages: list[PageContent], title: str, doi: str, stored: str, other: bool
) -> None:
    known = article(("Figure 1", stored), title=title, doi=doi)
    known = replace(known, metadata=replace(known.metadata, doi=doi or None))
    found = [figure(pages[0], "Figure 1", "Growth of colonies in three dishes over ten days.")]
    assert is_of_another(known, found, pages) == other


def test_a_figure_of_the_supplement_is_not_missing_and_lends_no_label(pages: list[PageContent]) -> None:
    known = article(("Figure 1", "One."), ("Figure S1", "More."))
    known = replace(known, figures=(known.figures[0], replace(known.figures[1], supplementary=True)))
    found = [figure(pages[0], "Figure 1", "Printed."), figure(pages[0], None)]
    words = words_of_figures(found, known)
    assert [one.label for one in words] == ["Figure 1", None]
    assert missing_figures(words, known, pages) == []
    (printed,) = words_of_figures([figure(pages[0], "Figure S1", "Printed.")], known)
    assert printed.caption == "More."
