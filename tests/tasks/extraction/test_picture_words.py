"""The words in pictures: read where the PDF has none, in the confined process, within the paper's time."""

import io
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tasks.errors import SettingsError
from tasks.extraction.image_files import read_graphics
from tasks.extraction.picture_words import require_ocr, with_picture_words, words_of_picture
from tasks.extraction.pool import ExtractionPool, shared_pool
from tasks.inputs.listing import identify
from tasks.pdf.pixels import encode_png
from tasks.records import Extraction, Graphic, PaperFiles, SourceFile
from tasks.settings import ExtractionLimits
from tests.pmc_bucket import jats
from tests.tasks.drawn import RIGHT, Drawing
from tests.tasks.small_records import extraction

LIMITS = ExtractionLimits(ocr=True, confine="require")
WORDS = "GAPDH 37 kDa"


def lettered(*lines: str) -> np.ndarray:
    """A picture of (240, 320, 3) uint8 with lines of words, as a photograph of a gel has them."""
    image = Image.new("RGB", (320, 240), (214, 210, 200))
    draw = ImageDraw.Draw(image)
    for place, line in enumerate(lines):
        draw.text((30, 30 + 60 * place), line, fill="black", font=ImageFont.load_default(22))
    return np.asarray(image)


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    pytest.importorskip("rapidocr", reason="the extra figmill[ocr] is not installed")


def with_image(pixels: np.ndarray, **facts: str | None) -> Extraction:
    """A paper of one panel."""
    paper = extraction(1)
    figure = paper.figures[0]
    panel = replace(figure.subfigures[0], image=encode_png(pixels), **facts)
    return replace(paper, figures=(replace(figure, subfigures=(panel,)),), seconds=0.0)


def text_of(found: Extraction) -> tuple[str | None, str | None]:
    (panel,) = found.figures[0].subfigures
    return panel.text, panel.text_source


def test_lines_are_read_from_top_to_bottom() -> None:
    assert words_of_picture()(lettered(WORDS, "Control siRNA")) == f"{WORDS} Control siRNA"


def test_a_picture_without_words_has_none() -> None:
    assert words_of_picture()(np.full((64, 96, 3), 200, np.uint8)) is None


@pytest.mark.parametrize(
    ("text", "source", "read"),
    [(None, None, (WORDS, "ocr")), ("B", "pdf", (WORDS, "ocr")), ("Time (h)", "pdf", ("Time (h)", "pdf"))],
)
def test_only_panels_are_read_in_which_the_pdf_has_no_more_than_their_letter(
    text: str | None, source: str | None, read: tuple[str, str]
) -> None:
    given = with_image(lettered(WORDS), text=text, text_source=source, panel_label="B")
    assert text_of(with_picture_words(given, LIMITS)) == read


def test_where_the_papers_time_is_nearly_over_a_gap_says_what_was_not_read() -> None:
    given = replace(with_image(lettered(WORDS)), seconds=0.9 * LIMITS.timeout)
    found = with_picture_words(given, LIMITS)
    assert text_of(found) == (None, None)
    assert [(gap.kind, gap.page) for gap in found.gaps] == [("text", None)]
    assert "of 1 panel were not read" in found.gaps[0].sentence
    assert "--timeout" in found.gaps[0].sentence


def test_a_confined_process_reads_the_pictures_of_a_pdf(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(lettered(WORDS)).save(buffer, "PNG")
    drawing = Drawing().add_page().image((60, 90, 280, 255), buffer.getvalue())
    drawing.caption((60, 260, 280, 290), "Figure 1.", "A gel.").body(RIGHT)
    assert text_of(_read_by_process(identified(drawing.save(tmp_path)), tmp_path)) == (WORDS, "ocr")


def test_so_it_does_those_of_an_article_without_a_pdf(tmp_path: Path) -> None:
    xml = jats(1, {"g1": "A gel."})
    (tmp_path / "a.xml").write_bytes(xml)
    Image.fromarray(lettered(WORDS)).save(tmp_path / "g1.png")
    graphic = Graphic("g1.png", SourceFile("https://x/g1.png", str(tmp_path / "g1.png")))
    paper = PaperFiles(extraction(1).paper, SourceFile(str(tmp_path / "a.xml")), graphics=(graphic,))
    assert text_of(read_graphics(paper, LIMITS)) == (None, None)
    assert text_of(_read_by_process(paper, tmp_path)) == (WORDS, "ocr")


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    for ask in (require_ocr, lambda: shared_pool(1, LIMITS)):
        with pytest.raises(SettingsError, match=r"needs RapidOCR: .*`uv sync --extra ocr` or "):
            ask()


def identified(pdf: Path) -> PaperFiles:
    (files,) = identify([pdf])
    assert isinstance(files, PaperFiles)
    return files


def _read_by_process(paper: PaperFiles, folder: Path) -> Extraction:
    pool = ExtractionPool(1, LIMITS)
    try:
        (found,) = pool.read([paper], folder / "spool")
    finally:
        pool.stop()
    assert isinstance(found, Extraction), found
    return found
