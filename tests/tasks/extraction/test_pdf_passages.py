"""The running text of a drawn PDF: under its headings, across columns, without captions, tables and references."""

from pathlib import Path

from tasks.article.mentions import Passage, citing_sentences
from tasks.extraction.pdf_passages import read_passages
from tasks.pdf.documents import open_pdf, read_pages
from tasks.pdf.figures import find_figures
from tasks.settings import ExtractionLimits
from tests.tasks.drawn import RIGHT, Drawing, sentences


def passages(path: Path) -> list[Passage]:
    with open_pdf(path) as document:
        pages = read_pages(document, ExtractionLimits(), [])
        found, others = find_figures(pages, [])
        return list(read_passages(pages, found, others))


def cited(path: Path) -> list[tuple[str | None, str]]:
    return [(one.mention.section, one.mention.text) for one in citing_sentences(passages(path))]


def paper() -> Drawing:
    """A page whose first column ends within a sentence, above a figure with its caption."""
    drawing = Drawing().add_page()
    drawing.text((50, 58, 290, 75), "Results", size=9, font="tibo")
    drawing.text((50, 76, 290, 330), f"{sentences(120)} We saw that the cells of all the")
    drawing.image((50, 400, 290, 600))
    drawing.caption((50, 605, 290, 640), "Figure 1.", "Cells as in Figure 2, of mice that were fed.")
    drawing.text((305, 60, 545, 300), f"animals grew (Fig. 1B). {sentences(110, 7)}")
    return drawing


def test_a_sentence_goes_on_in_the_next_column_and_captions_are_none(tmp_path: Path) -> None:
    assert cited(paper().save(tmp_path)) == [
        ("Results", "We saw that the cells of all the animals grew (Fig. 1B).")
    ]


def test_what_stands_under_references_is_not_the_articles_text(tmp_path: Path) -> None:
    drawing = paper()
    drawing.text((305, 310, 545, 326), "References", size=9, font="tibo")
    drawing.text((305, 328, 545, 500), f"1. Smith A. Growth as in Figure 1 of mice. {sentences(60, 9)}")
    assert len(cited(drawing.save(tmp_path))) == 1


def test_a_table_between_is_skipped(tmp_path: Path) -> None:
    drawing = paper()
    drawing.caption((305, 310, 545, 330), "Table 1.", "Mice that are shown in Figure 1, by their weight.")
    for row in range(5):
        drawing.text((305, 335 + 12 * row, 545, 349 + 12 * row), f"{row} 12 Fig. 1 {row} 40", size=7)
    assert len(cited(drawing.save(tmp_path))) == 1


def test_running_heads_are_no_text(tmp_path: Path) -> None:
    drawing = Drawing()
    for number in range(4):
        drawing.add_page()
        drawing.text((305, 30, 490, 48), "Cells of Figure 9", size=9)
        drawing.seed = number
        drawing.body(RIGHT)
    assert cited(drawing.save(tmp_path)) == []


def test_a_heading_that_runs_into_its_paragraph_is_one(tmp_path: Path) -> None:
    drawing = Drawing().add_page().body((50, 60, 290, 300))
    html = (
        '<p style="font-family:serif;font-size:9pt;margin:0"><b>Study design.</b> In this study, cells of many mice '
        "grew as the others did (Fig. 1).</p>"
    )
    assert drawing.page.insert_htmlbox((50, 310, 290, 380), html)[0] >= 0
    drawing.image((305, 60, 545, 260)).caption((305, 265, 545, 290), "Figure 1.", "Cells of mice.")
    assert cited(drawing.body((305, 320, 545, 780)).save(tmp_path)) == [
        ("Study design", "In this study, cells of many mice grew as the others did (Fig. 1).")
    ]
