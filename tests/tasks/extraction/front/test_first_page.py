"""Title, DOI and licence from a first page; the PMCID by which a file is named."""

from pathlib import Path

import pytest

from tasks.article.jats import load_article
from tasks.extraction.front.first_page import pmcid_of, read_first_page
from tasks.pdf.documents import open_pdf, read_pages
from tasks.records import Metadata
from tasks.settings import ExtractionLimits
from tasks.wording.licenses import family
from tests.tasks.drawn import RIGHT, Drawing

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"


def read(path: Path) -> Metadata:
    with open_pdf(path) as document:
        return read_first_page(read_pages(document, ExtractionLimits(), []))


def page(title: str = "Growth of cells under light in mice", size: float = 18) -> Drawing:
    drawing = Drawing().add_page()
    drawing.text((50, 60, 545, 112), title, size=size)
    drawing.text((50, 115, 545, 134), "Ada Lovelace, Marie Curie and Jocelyn Bell", size=10)
    return drawing.body((50, 200, 290, 780)).body((305, 200, 545, 780))


def test_the_largest_type_of_the_upper_part_is_the_title(tmp_path: Path) -> None:
    assert read(page().save(tmp_path)).title == "Growth of cells under light in mice"


def test_the_kind_of_article_is_no_part_of_its_title(tmp_path: Path) -> None:
    drawing = page("Case Report Growth of cells under light in mice")
    assert read(drawing.save(tmp_path)).title == "Growth of cells under light in mice"


@pytest.mark.parametrize(
    "title", ["Nature", "Ada Lovelace, Marie Curie, Jocelyn Bell, Lise Meitner*", "Open Access"]
)
def test_a_journals_name_or_authors_are_no_title(tmp_path: Path, title: str) -> None:
    assert read(page(title).save(tmp_path)).title is None


def test_a_page_of_one_type_has_no_title(tmp_path: Path) -> None:
    assert read(Drawing().add_page().body(RIGHT).save(tmp_path)).title is None


def test_doi_and_licence_are_read_from_the_first_page(tmp_path: Path) -> None:
    drawing = page()
    drawing.text((50, 136, 545, 148), "https://doi.org/10.1234/drawn.2026.7", size=7)
    drawing.text(
        (50, 150, 290, 195),
        "This is an open access article distributed under the terms of the Creative Commons Attri-\n"
        "bution License (https://creativecommons.org/licenses/by/4.0/).",
        size=7,
    )
    found = read(drawing.save(tmp_path))
    assert (found.doi, found.license) == ("10.1234/drawn.2026.7", "CC BY 4.0")


def test_a_doi_broken_at_the_end_of_its_line_is_joined_and_a_whole_one_is_not(tmp_path: Path) -> None:
    drawing = page()
    drawing.text((50, 150, 290, 162), "doi:10.1371/journal.pone.", size=7)
    drawing.text((50, 160, 290, 174), "0115884 was accepted", size=7)
    assert read(drawing.save(tmp_path)).doi == "10.1371/journal.pone.0115884"
    drawing = page()
    drawing.text((50, 150, 290, 162), "See doi:10.1/x7 and doi:10.1234/x7.", size=7)
    drawing.text((50, 160, 290, 174), "2026 it was accepted", size=7)
    assert read(drawing.save(tmp_path)).doi == "10.1234/x7"


def test_a_licence_on_the_last_page_counts_where_the_first_has_none(tmp_path: Path) -> None:
    drawing = page().add_page().body(RIGHT).add_page().body((305, 60, 545, 500))
    drawing.text((50, 60, 290, 100), "© 2026 the authors, licensed under CC BY-NC 4.0.", size=7)
    assert read(drawing.save(tmp_path)).license == "CC BY-NC 4.0"


@pytest.mark.parametrize(
    "said",
    [
        "© 2020 Elsevier. All rights reserved. Data are available at Zenodo under CC BY 4.0.",
        "Icons by Servier, CC BY 3.0.",
    ],
)
def test_a_licence_of_something_else_is_not_the_articles(tmp_path: Path, said: str) -> None:
    drawing = page()
    drawing.text((50, 150, 545, 190), said, size=7)
    assert read(drawing.save(tmp_path)).license is None


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no ../shared/corpus")
@pytest.mark.parametrize("pdf", sorted((CORPUS / "pdf").glob("*.pdf")), ids=lambda pdf: pdf.stem)
def test_real_papers_print_the_licence_that_their_jats_has(pdf: Path) -> None:
    stored = load_article(CORPUS / "xml" / f"{pdf.stem}.xml").metadata.license
    printed = read(pdf).license
    assert family(printed or "") == family(stored or "none")


@pytest.mark.parametrize(
    ("uri", "pmcid"),
    [
        ("/papers/PMC8019218.pdf", "PMC8019218"),
        ("s3://bucket/pmc8019218_main.pdf", "PMC8019218"),
        ("/papers/paper-PMC1234.pdf", None),
        ("/PMC8019218/main.pdf", None),
        ("/papers/PMC.pdf", None),
    ],
)
def test_a_file_is_named_by_its_pmcid_or_not(uri: str, pmcid: str | None) -> None:
    assert pmcid_of(uri) == pmcid
