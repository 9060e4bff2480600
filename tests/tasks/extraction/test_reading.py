"""A paper read whole: figures, captions, panels, metadata; and what is no readable paper refused in words."""

import datetime as dt
import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from tasks.errors import PaperError
from tasks.extraction.reading import merge_metadata, read_paper
from tasks.inputs.listing import find_jats
from tasks.records import Extraction, Gap, Mention, Metadata, Paper, SourceFile
from tasks.settings import ExtractionLimits
from tests.tasks.drawn import RIGHT, Drawing, picture
from tests.tasks.small_records import files


def read(path: Path, limits: ExtractionLimits | None = None) -> Extraction:
    jats = find_jats(path, None)
    paper_id = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "0" * 64
    found = replace(files(Paper(paper_id, str(path))), jats=SourceFile(str(jats)) if jats else None)
    return read_paper(found, limits or ExtractionLimits())


def refused(path: Path) -> PaperError:
    with pytest.raises(PaperError) as caught:
        read(path)
    return caught.value


def compound_paper(folder: Path) -> Path:
    paper = Drawing().add_page()
    paper.text((50, 46, 300, 58), "https://doi.org/10.1234/drawn.2026.7", size=7)
    for i, letter in enumerate("AB"):
        x = 60 + i * 240
        paper.image((x, 90, x + 220, 240), picture(660, 450, i))
        paper.page.insert_text((x, 84), letter, fontsize=12, fontname="hebo")
    paper.caption((50, 250, 545, 264), "Figure 1.", "Cells. (A) Before treatment. (B) After treatment.")
    paper.body((50, 280, 290, 500)).chart((60, 520, 280, 660))
    paper.caption((50, 670, 290, 684), "Figure 2.", "Counts by day.").body((50, 700, 290, 780))
    paper.body((305, 280, 545, 780))
    return paper.save(folder)


def test_panels_that_the_caption_names_by_their_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.panels.partition.DRAWN", 0.0)  # all that no caption parts is taken for one
    paper = Drawing().add_page()
    for i in range(2):
        paper.image((60 + i * 240, 90, 280 + i * 240, 240), picture(660, 450, i))
    paper.caption((50, 250, 545, 264), "Figure 1.", "Knee of a child. Left: before. Right: after.")
    paper.body((50, 280, 290, 780)).body((305, 280, 545, 780))
    (figure,) = read(paper.save(tmp_path)).figures
    assert [(s.panel_label, s.subcaption) for s in figure.subfigures] == [
        (None, "Knee of a child. before."),
        (None, "Knee of a child. after."),
    ]


def test_figures_come_with_panels_captions_and_pictures(tmp_path: Path) -> None:
    extraction = read(compound_paper(tmp_path))
    first, second = extraction.figures
    assert [(f.figure_index, f.label, f.kind, f.page) for f in (first, second)] == [
        (0, "Figure 1", "mixed", 1),
        (1, "Figure 2", "vector", 1),
    ]
    assert first.caption == "Cells. (A) Before treatment. (B) After treatment."
    assert [(s.subfigure_index, s.panel_label) for s in first.subfigures] == [(0, "A"), (1, "B")]
    assert len(second.subfigures) == 1
    for subfigure in (*first.subfigures, *second.subfigures):
        image = subfigure.image
        assert Image.open(io.BytesIO(image.data)).size == (image.width, image.height)
        assert hashlib.sha256(image.data).hexdigest() == image.sha256
    assert extraction.pages == 1
    assert extraction.metadata.doi == "10.1234/drawn.2026.7"


def test_jats_beside_the_pdf_names_the_article(tmp_path: Path) -> None:
    path = compound_paper(tmp_path)
    path.with_suffix(".xml").write_text(
        '<article><front><article-meta><article-id pub-id-type="pmc">42</article-id>'
        "<title-group><article-title>Drawn</article-title></title-group></article-meta></front></article>"
    )
    metadata = read(path).metadata
    assert (metadata.pmcid, metadata.title, metadata.doi) == ("PMC42", "Drawn", "10.1234/drawn.2026.7")


def test_captions_come_from_the_jats_and_what_it_lacks_stays_as_printed(tmp_path: Path) -> None:
    path = compound_paper(tmp_path)
    path.with_suffix(".xml").write_text(
        "<article><front><article-meta/></front><body>"
        "<fig><label>Fig. 1</label><caption><p>Cells as the JATS has them.</p></caption></fig>"
        "<fig><label>Fig. 9</label><caption><p>Not printed.</p></caption></fig></body></article>"
    )
    extraction = read(path)
    assert [(f.label, f.caption, f.caption_source) for f in extraction.figures] == [
        ("Figure 1", "Cells as the JATS has them.", "jats"),
        ("Figure 2", "Counts by day.", "pdf"),
    ]
    said = "Figure 9 is in the JATS and was not found in the PDF"
    assert Gap("figure", None, said) in extraction.gaps


def test_a_paper_without_figures_is_no_failure(tmp_path: Path) -> None:
    path = Drawing().add_page().body((50, 60, 290, 780)).body(RIGHT).save(tmp_path)
    assert read(path).figures == ()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b"Just a text in a file named .pdf\n" * 50, "not_a_pdf"),
        (b"%PDF-1.7\nnothing that follows makes sense", "damaged"),
    ],
)
def test_what_is_no_pdf_is_refused_in_words(tmp_path: Path, data: bytes, kind: str) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(data)
    error = refused(path)
    assert error.kind == kind
    assert error.error.endswith(".")


def test_a_damaged_page_costs_only_itself(tmp_path: Path) -> None:
    document = pymupdf.open(compound_paper(tmp_path))
    document.new_page()
    document.xref_set_key(document.page_xref(1), "Type", "/Nonsense")
    document.xref_set_key(document.page_xref(1), "Contents", "[1 0 R 99999 0 R]")
    path = tmp_path / "half.pdf"
    document.save(path)
    assert [f.label for f in read(path).figures] == ["Figure 1", "Figure 2"]


def test_a_page_tree_that_runs_in_circles_is_refused_in_words(tmp_path: Path) -> None:
    document = pymupdf.open(compound_paper(tmp_path))
    root = document.pdf_catalog()
    pages = int(document.xref_get_key(root, "Pages")[1].split()[0])
    document.xref_set_key(pages, "Kids", f"[{pages} 0 R]")
    path = tmp_path / "circle.pdf"
    document.save(path)
    assert refused(path).kind in ("damaged", "no_pages")


def test_a_locked_pdf_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    paper = Drawing().add_page()
    paper.document.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="secret", owner_pw="owner")
    error = refused(path)
    assert error.kind == "encrypted"
    assert "password" in error.error


def test_a_missing_file_and_too_many_pages_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "gone.pdf").kind == "missing"
    path = Drawing().add_page().add_page().add_page().save(tmp_path)
    with pytest.raises(PaperError, match="3 pages"):
        read(path, ExtractionLimits(pages=2))


def test_a_file_replaced_during_the_run_is_not_stored_under_the_old_hash(tmp_path: Path) -> None:
    path = compound_paper(tmp_path)
    with pytest.raises(PaperError) as caught:
        read_paper(files(Paper("0" * 64, str(path))), ExtractionLimits())
    assert caught.value.kind == "changed"


def test_a_scan_without_text_says_why_nothing_was_found(tmp_path: Path) -> None:
    scan = Drawing().add_page().body(RIGHT).page.get_pixmap(dpi=60).tobytes("png")
    paper = Drawing()
    paper.document.new_page(width=595, height=842)
    extraction = read(paper.image((0, 0, 595, 842), scan).save(tmp_path))
    assert extraction.figures == ()
    assert any("pictures without text (page 1)" in gap.sentence for gap in extraction.gaps)


@pytest.mark.parametrize(
    ("xml", "said"), [("<article><front>", "is not well-formed"), ("<a/>", "is no JATS article")]
)
def test_an_unreadable_xml_beside_the_pdf_is_said(tmp_path: Path, xml: str, said: str) -> None:
    path = compound_paper(tmp_path)
    path.with_suffix(".xml").write_text(xml)
    extraction = read(path)
    assert [f.caption_source for f in extraction.figures] == ["pdf", "pdf"]
    assert any("paper.xml" in gap.sentence and said in gap.sentence for gap in extraction.gaps)


def test_the_xml_of_another_article_is_noticed_and_not_used(tmp_path: Path) -> None:
    path = compound_paper(tmp_path)
    path.with_suffix(".xml").write_text(
        '<article><front><article-meta><article-id pub-id-type="doi">10.5555/other.1</article-id>'
        "<title-group><article-title>Migration of northern geese</article-title></title-group></article-meta></front>"
        "<body><fig><label>Fig. 1</label><caption><p>Map of the islands in winter.</p></caption></fig></body></article>"
    )
    extraction = read(path)
    assert extraction.figures[0].caption_source == "pdf"
    assert extraction.metadata.doi == "10.1234/drawn.2026.7"
    assert any("another article (Migration of northern geese)" in gap.sentence for gap in extraction.gaps)


def test_a_figure_that_only_the_jats_has_is_named_with_the_page_that_cites_it(tmp_path: Path) -> None:
    paper = Drawing().add_page().body(RIGHT).add_page()
    paper.text((50, 60, 290, 80), "The rates are those of Fig. 9 and of others.")
    path = paper.save(tmp_path)
    path.with_suffix(".xml").write_text(
        "<article><front><article-meta/></front><body>"
        "<fig><label>Fig. 9</label><caption><p>Rates.</p></caption></fig></body></article>"
    )
    assert read(path).gaps == (
        Gap("figure", 2, "Figure 9 is in the JATS and was not found in the PDF (first cited on page 2)"),
    )


CITING = "Cells grew (Fig. 1B) as all cells of the paper do. Figure 2 tells of their counts by day."


def test_panels_have_the_sentences_of_the_pdf_that_cite_them_and_their_own_words(tmp_path: Path) -> None:
    path = compound_paper(tmp_path)
    with pymupdf.open(path) as document:
        document.new_page().insert_textbox((50, 80, 290, 140), CITING, fontsize=9, fontname="tiro")
        document.saveIncr()
    first, second = read(path).figures
    assert [[mention.text for mention in panel.mentions or ()] for panel in first.subfigures] == [
        [],
        ["Cells grew (Fig. 1B) as all cells of the paper do."],
    ]
    (chart,) = second.subfigures
    assert [mention.text for mention in chart.mentions or ()] == ["Figure 2 tells of their counts by day."]
    assert {"1", "25", "100"} <= set((chart.text or "").split())
    assert first.rights.third_party is False


def test_what_the_jats_says_of_figures_and_article_comes_along(tmp_path: Path) -> None:
    path = compound_paper(tmp_path)
    path.with_suffix(".xml").write_text(
        '<article article-type="case-report"><front><article-meta><title-group><article-title>Drawn</article-title>'
        "</title-group><contrib-group><contrib contrib-type='author'><name><surname>Bell</surname><given-names>Ada"
        "</given-names></name></contrib></contrib-group><permissions><license><p>CC BY 4.0</p></license></permissions>"
        "</article-meta></front><body><sec><title>Results</title><p>See Fig. <xref ref-type='fig' rid='f1'>1</xref>A."
        "</p></sec><fig id='f1'><object-id pub-id-type='doi'>10.1/f1</object-id><label>Fig. 1</label>"
        "<caption><p>Cells. Adapted from Smith et al.</p></caption><alt-text>Two pictures of cells.</alt-text></fig>"
        "</body></article>"
    )
    extraction = read(path)
    first = extraction.figures[0]
    assert (first.id, first.doi, first.alt_text) == ("f1", "10.1/f1", "Two pictures of cells.")
    assert first.rights.third_party
    assert first.rights.attribution == (
        "Adapted from Smith et al. Ada Bell, “Drawn”, https://doi.org/10.1234/drawn.2026.7, Figure 1, CC BY 4.0."
    )
    assert [panel.mentions for panel in first.subfigures] == [(Mention("Results", "See Fig. 1A."),), ()]
    metadata = extraction.metadata
    assert (metadata.authors, metadata.article_type, metadata.license) == (
        ("Bell, Ada",),
        "case-report",
        "CC BY 4.0",
    )


def test_without_jats_the_files_name_and_first_page_name_the_article(tmp_path: Path) -> None:
    path = compound_paper(tmp_path).rename(tmp_path / "PMC123.pdf")
    with pymupdf.open(path) as document:
        document[0].insert_text((50, 75), "© 2026 the authors. Licensed under CC BY-NC 4.0.", fontsize=7)
        document.saveIncr()
    metadata = read(path).metadata
    assert (metadata.pmcid, metadata.license, metadata.doi) == (
        "PMC123",
        "CC BY-NC 4.0",
        "10.1234/drawn.2026.7",
    )


def test_the_callers_date_keeps_its_precision_and_a_licence_gets_its_version() -> None:
    known = Metadata(license="CC BY", published=dt.date(2020, 1, 1), withdrawn="retracted")
    read_ = Metadata(
        license="CC BY 4.0", published=dt.date(2019, 5, 5), published_precision="day", authors=("Bell, Ada",)
    )
    merged = merge_metadata(known, read_)
    assert (merged.license, merged.published, merged.published_precision) == (
        "CC BY 4.0",
        dt.date(2020, 1, 1),
        None,
    )
    assert (merged.authors, merged.withdrawn) == (("Bell, Ada",), "retracted")
    assert merge_metadata(replace(known, license="CC BY-NC"), read_).license == "CC BY-NC"
    assert merge_metadata(Metadata(), read_) == read_
