"""Pages are drawn with their boxes, from the very file that was labelled, or not at all."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PIL import Image

from tasks.errors import PaperError
from tasks.extraction import drawing
from tasks.extraction.drawing import Drawer, has_pdf
from tasks.records import Paper, PaperFiles, SourceFile
from tasks.settings import ExtractionLimits
from tests.tasks.drawn import Drawing, jpeg, picture
from tests.tasks.view.papers import with_pdf

FIGURE, PANEL = [50.0, 50.0, 250.0, 200.0], [150.0, 50.0, 250.0, 200.0]


@pytest.fixture(scope="module")
def drawer() -> Iterator[Drawer]:
    made = Drawer()
    yield made
    made.close()


def test_a_page_with_the_figures_box_and_the_panels(drawer: Drawer, tmp_path: Path):
    _, paper_id = with_pdf(tmp_path)
    data = drawer.draw(str(tmp_path / "paper.pdf"), paper_id, 1, FIGURE, [PANEL])
    image = Image.open(io.BytesIO(data)).convert("RGB")
    scale = image.width / 300
    assert image.size == (pytest.approx(300 * 110 / 72, abs=2), pytest.approx(400 * 110 / 72, abs=2))
    red = image.getpixel((int(50 * scale), int(120 * scale)))
    blue = image.getpixel((int(150 * scale) + 1, int(120 * scale)))
    assert red[0] > 180 > red[2]
    assert blue[2] > 150 > blue[0]


def test_boxes_are_cut_from_the_page_in_fractions_of_it(drawer: Drawer, tmp_path: Path):
    _, paper_id = with_pdf(tmp_path)
    pdf = str(tmp_path / "paper.pdf")
    (box, image), (_, beside) = drawer.cut(
        pdf, paper_id, 1, ((1 / 3, 0.125, 2 / 3, 0.25), (0.9, 0.9, 2.0, 0.7))
    )
    assert box == pytest.approx((100, 50, 200, 100))
    pixels = Image.open(io.BytesIO(image.data)).convert("L")
    assert (
        pixels.size == (image.width, image.height) == (pytest.approx(417, abs=2), pytest.approx(208, abs=2))
    )
    assert abs(pixels.getpixel((200, 100)) - 128) < 3
    assert beside.width == pytest.approx(125, abs=2)
    with pytest.raises(PaperError, match="too small"):
        drawer.cut(pdf, paper_id, 1, ((0.5, 0.5, 0.501, 0.9),))


def test_a_jpeg_that_the_pdf_misdescribes_is_cut_as_it_was_read(drawer: Drawer, tmp_path: Path):
    paper = Drawing().add_page().image((100, 100, 300, 250), jpeg(picture(400, 300)))
    paper.document.xref_set_key(paper.page.get_images()[0][0], "Width", "431")
    pdf = paper.save(tmp_path)
    paper_id = hashlib.sha256(pdf.read_bytes()).hexdigest()
    ((_, image),) = drawer.cut(str(pdf), paper_id, 1, ((100, 100, 300, 250),), in_points=True)
    meant = np.asarray(Image.open(io.BytesIO(picture(400, 300))).resize((40, 30))).astype(int)
    cut = Image.open(io.BytesIO(image.data)).convert("RGB").resize((40, 30))
    assert np.abs(np.asarray(cut) - meant).mean() < 6


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_box_on_a_page_that_is_rotated_and_measured_in_other_units_is_cut_as_it_is_seen(
    drawer: Drawer, tmp_path: Path, rotation: int
):
    paper = Drawing()
    paper.document.new_page(width=300, height=400)
    paper.image((40, 60, 140, 160))
    paper.page.set_rotation(rotation)
    paper.document.xref_set_key(paper.page.xref, "UserUnit", "2")
    pdf = paper.save(tmp_path)
    paper_id = hashlib.sha256(pdf.read_bytes()).hexdigest()
    with pymupdf.open(pdf) as document:
        seen = document[0].get_pixmap(alpha=False)
    pixels = np.frombuffer(seen.samples, np.uint8).reshape(seen.height, seen.width, 3)
    rows, columns = np.nonzero(pixels.min(-1) < 128)
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    ((_, image),) = drawer.cut(str(pdf), paper_id, 1, (box,), in_points=True)
    cut = np.asarray(Image.open(io.BytesIO(image.data)).convert("RGB").resize((50, 50))).astype(int)
    part = Image.fromarray(pixels[box[1] : box[3], box[0] : box[2]]).resize((50, 50))
    assert np.abs(cut - np.asarray(part)).mean() < 6


@pytest.mark.parametrize("what", ["another file", "no such page", "gone", "no PDF"])
def test_what_cannot_be_drawn_is_said(what: str, drawer: Drawer, tmp_path: Path):
    _, paper_id = with_pdf(tmp_path)
    pdf, page = tmp_path / "paper.pdf", 1
    if what == "another file":
        pdf.write_bytes(pdf.read_bytes() + b"%")
    elif what == "no such page":
        page = 2
    elif what == "gone":
        pdf.unlink()
    else:
        pdf = Path("/etc/passwd")
    with pytest.raises(PaperError):
        drawer.draw(str(pdf), paper_id, page, FIGURE, [])


def test_only_a_file_on_this_machine_is_a_pdf(tmp_path: Path):
    (tmp_path / "a.pdf").touch()
    assert has_pdf(str(tmp_path / "a.pdf"))
    for uri in (
        "a.pdf",
        "https://example.org/a.pdf",
        "s3://x/a.pdf",
        str(tmp_path),
        "/x\x00y",
        "/" + "a" * 5000,
    ):
        assert not has_pdf(uri)


def test_memory_that_does_not_suffice_for_a_page_is_not_called_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, paper_id = with_pdf(tmp_path)
    files = PaperFiles(Paper(paper_id, "paper.pdf"), SourceFile(str(tmp_path / "paper.pdf")))

    def refused(*_: object, **__: object) -> None:
        raise RuntimeError("code=2: malloc (123456 bytes) failed")

    monkeypatch.setattr(pymupdf.Page, "get_pixmap", refused)
    with pytest.raises(MemoryError):
        drawing._pixels(files, ExtractionLimits(), 1)
    monkeypatch.setattr("tasks.pdf.pixels.cut_box", refused)
    with pytest.raises(MemoryError):
        drawing._cut(files, ExtractionLimits(), 1, [(0.1, 0.1, 0.9, 0.9)], False)
