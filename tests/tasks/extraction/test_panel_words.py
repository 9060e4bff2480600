"""The words printed within a panel, whole and in order."""

from pathlib import Path

from tasks.extraction.panel_words import PageWords
from tasks.pdf.documents import open_pdf, read_pages
from tasks.records import Box
from tasks.settings import ExtractionLimits
from tests.tasks.drawn import RIGHT, Drawing

PANEL: Box = (60, 90, 280, 300)


def words(path: Path, box: Box = PANEL) -> str | None:
    with open_pdf(path) as document:
        (page,) = read_pages(document, ExtractionLimits(), [])
        return PageWords(page).within(box)


def panel() -> Drawing:
    drawing = Drawing().add_page()
    drawing.page.insert_text((80, 110), "GAPDH", fontsize=8)
    drawing.page.insert_text((80, 200), "TP53 100 kDa", fontsize=8)
    drawing.page.insert_text((120, 295), "Time (h)", fontsize=8)
    drawing.page.insert_text((400, 200), "beside", fontsize=8)
    return drawing.body((305, 320, 545, 780))


def test_words_come_from_top_to_bottom_and_only_those_within(tmp_path: Path) -> None:
    assert words(panel().save(tmp_path)) == "GAPDH TP53 100 kDa Time (h)"


def test_of_a_line_across_two_panels_each_has_its_own_words(tmp_path: Path) -> None:
    drawing = Drawing().add_page()
    drawing.page.insert_text((240, 200), "left   right", fontsize=8)
    path = drawing.body(RIGHT).save(tmp_path)
    assert words(path, (60, 90, 256, 300)) == "left"


def test_a_word_at_the_side_that_reads_upwards_is_one(tmp_path: Path) -> None:
    drawing = panel()
    drawing.page.insert_text((72, 250), "Growth rate", fontsize=8, rotate=90)
    assert "Growth rate" in (words(drawing.save(tmp_path)) or "")


def test_words_that_are_broken_or_printed_twice_are_whole_and_once(tmp_path: Path) -> None:
    drawing = Drawing().add_page()
    drawing.text((70, 100, 130, 140), "expres-\nsion level", size=8)
    for _ in range(2):
        drawing.page.insert_text((80, 200), "Bold", fontsize=8)
    assert words(drawing.body((305, 320, 545, 780)).save(tmp_path)) == "expression level Bold"


def test_hidden_words_and_bare_signs_are_none(tmp_path: Path) -> None:
    drawing = Drawing().add_page()
    drawing.page.insert_text((80, 110), "hidden", fontsize=8, color=(1, 1, 1))
    drawing.page.insert_text((80, 200), "* - (", fontsize=8)
    assert words(drawing.body((305, 320, 545, 780)).save(tmp_path)) is None
