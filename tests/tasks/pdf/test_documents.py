"""Opening and reading PDFs, whole or damaged, within limits."""

import io
import subprocess
import sys
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from tasks.errors import PaperError
from tasks.pdf.documents import open_pdf, read_pages
from tasks.pdf.mending.annotations import draw_pictures
from tasks.pdf.painting.faults import raise_if_out_of_memory
from tasks.records import Gap
from tasks.settings import ExtractionLimits
from tests.tasks.drawn import RIGHT, Drawing


def test_all_pages_of_a_sound_pdf_are_read(tmp_path: Path) -> None:
    path = Drawing().add_page().body(RIGHT).add_page().body(RIGHT).save(tmp_path)
    gaps: list[Gap] = []
    with open_pdf(path) as document:
        assert [page.number for page in read_pages(document, ExtractionLimits(), gaps)] == [1, 2]
    assert gaps == []


def test_a_pdf_with_a_torn_end_is_still_read(tmp_path: Path) -> None:
    path = Drawing().add_page().body(RIGHT).save(tmp_path)
    path.write_bytes(path.read_bytes()[:-300])
    with open_pdf(path) as document:
        assert len(read_pages(document, ExtractionLimits(), [])) == 1


@pytest.mark.parametrize("share", [0.4, 0.55, 0.65])
def test_a_pdf_cut_short_says_so(tmp_path: Path, share: float) -> None:
    paper = Drawing()
    for _ in range(5):
        paper.add_page().body(RIGHT).image((60, 100, 280, 300))
    path = paper.save(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    gaps: list[Gap] = []
    with open_pdf(path) as document:
        read_pages(document, ExtractionLimits(), gaps)
    assert any(gap.sentence.startswith("the file is cut short") for gap in gaps)


@pytest.mark.parametrize("filling", [b"", bytes(5000), b"\r\n" * 3000])
def test_what_fills_a_file_up_does_not_cut_it_short(tmp_path: Path, filling: bytes) -> None:
    path = Drawing().add_page().body(RIGHT).save(tmp_path)
    path.write_bytes(path.read_bytes() + filling)
    gaps: list[Gap] = []
    with open_pdf(path) as document:
        assert len(read_pages(document, ExtractionLimits(), gaps)) == 1
    assert gaps == []


def test_a_page_with_a_name_that_is_no_utf8_is_left_out(tmp_path: Path) -> None:
    paper = Drawing().add_page().add_page().body(RIGHT)
    paper.document.xref_set_key(paper.document.page_xref(0), "Resources", "<</XObject<</#ff#fe 3>>>>")
    gaps: list[Gap] = []
    with open_pdf(paper.save(tmp_path)) as document:
        assert [page.number for page in read_pages(document, ExtractionLimits(), gaps)] == [2]
    assert [gap.sentence for gap in gaps] == ["page 1 is damaged and was left out"]


def test_a_portfolio_says_that_the_files_in_it_are_not_read(tmp_path: Path) -> None:
    inner = Drawing().add_page().body(RIGHT).document.tobytes()
    paper = Drawing().add_page()
    paper.document.embfile_add("supplement", inner, filename="supplement.pdf")
    gaps: list[Gap] = []
    with open_pdf(paper.save(tmp_path)) as document:
        read_pages(document, ExtractionLimits(), gaps)
    assert gaps == []
    paper.document.xref_set_key(paper.document.pdf_catalog(), "Collection", "<</Type/Collection/View/D>>")
    with open_pdf(paper.save(tmp_path)) as document:
        read_pages(document, ExtractionLimits(), gaps)
    assert [gap.sentence.split(":")[0] for gap in gaps] == ["the file is a portfolio"]


def test_a_portfolio_without_files_says_nothing(tmp_path: Path) -> None:
    paper = Drawing().add_page().body(RIGHT)
    paper.document.xref_set_key(paper.document.pdf_catalog(), "Collection", "<</Type/Collection/View/D>>")
    gaps: list[Gap] = []
    with open_pdf(paper.save(tmp_path)) as document:
        read_pages(document, ExtractionLimits(), gaps)
    assert gaps == []


@pytest.mark.parametrize("crop", ["[0 0 0 0]", "[900 900 950 950]"])
def test_a_crop_that_leaves_nothing_counts_as_none(tmp_path: Path, crop: str) -> None:
    paper = Drawing().add_page(400, 500).body((50, 60, 350, 400))
    paper.document.xref_set_key(paper.page.xref, "CropBox", crop)
    with open_pdf(paper.save(tmp_path)) as document:
        (page,) = read_pages(document, ExtractionLimits(), [])
        assert page.size == (400, 500)
        assert len(page.lines) > 10


def test_a_poster_is_read_with_fewer_pixels(tmp_path: Path) -> None:
    paper = Drawing()
    paper.document.new_page(width=14000, height=14000)
    paper.page.draw_rect((100, 100, 9000, 9000), fill=(0, 0, 0))
    with open_pdf(paper.save(tmp_path)) as document:
        (page,) = read_pages(document, ExtractionLimits(), [])
        assert page.ink.size < 20e6
        assert (page.ink[page.pixels((200, 200, 8000, 8000))] == 0).all()


def test_a_folder_in_place_of_a_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(PaperError) as caught:
        open_pdf(tmp_path)
    assert caught.value.kind == "unreadable"


def test_a_refused_allocation_is_an_error_of_memory() -> None:
    with pytest.raises(MemoryError):
        raise_if_out_of_memory(RuntimeError("code=5: malloc (123456 bytes) failed"))
    raise_if_out_of_memory(RuntimeError("code=7: syntax error"))


_MENDED = """
import resource, sys
from pathlib import Path
from tasks.pdf.documents import open_page, open_pdf, read_pages
from tasks.settings import ExtractionLimits

document = open_pdf(Path(sys.argv[1]))
status = Path("/proc/self/status").read_text().split()
used = int(status[status.index("VmSize:") + 1]) * 1024
resource.setrlimit(resource.RLIMIT_AS, (used + 20 * 2**20,) * 2)
try:
    open_page(document, 0)
except MemoryError as error:
    print("told at once:", error)
"""


def test_memory_that_does_not_suffice_for_a_mend_is_told_at_once(tmp_path: Path) -> None:
    """A JPEG of 100 MB, whose bytes are asked for its size, and 20 MB for them."""
    jpeg = io.BytesIO()
    Image.new("RGB", (64, 64)).save(jpeg, "JPEG")
    with pymupdf.open() as paper:
        xref = paper.new_page().insert_image((50, 50, 300, 300), stream=jpeg.getvalue())
        paper.update_stream(xref, jpeg.getvalue() + bytes(100 * 2**20), compress=False)
        paper.xref_set_key(xref, "Filter", "/DCTDecode")
        paper.save(tmp_path / "large.pdf")
    command = [sys.executable, "-c", _MENDED, tmp_path / "large.pdf"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert "told at once" in done.stdout, done.stdout + done.stderr
    assert "malloc (1048" in done.stdout


def test_a_mend_that_trips_costs_the_paper_nothing(tmp_path: Path) -> None:
    """The annotations are an object that the file does not have: none is drawn, and the page is read."""
    with pymupdf.open(Drawing().add_page().body(RIGHT).save(tmp_path)) as paper:
        paper.xref_set_key(paper.page_xref(0), "Annots", "999999 0 R")
        paper.save(tmp_path / "odd.pdf")
    with pymupdf.open(tmp_path / "odd.pdf") as document, pytest.raises(RuntimeError, match="bad xref"):
        draw_pictures(document)
    with open_pdf(tmp_path / "odd.pdf") as document:
        assert len(read_pages(document, ExtractionLimits(), [])) == 1


def kind_of(path: Path, limits: ExtractionLimits) -> tuple[str, str]:
    with pytest.raises(PaperError) as caught, open_pdf(path, limits) as document:
        read_pages(document, limits, [])
    return caught.value.kind, caught.value.error


def test_what_is_wrong_with_a_file_has_a_kind_each(tmp_path: Path) -> None:
    sound = Drawing().add_page().add_page().save(tmp_path)
    locked = tmp_path / "locked.pdf"
    with pymupdf.open(sound) as document:
        document.save(locked, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y")
    damaged, text, empty, no_pages = (
        tmp_path / f"{name}.pdf" for name in ("damaged", "text", "empty", "none")
    )
    damaged.write_bytes(b"%PDF-1.7\n" + bytes(2000))
    text.write_text("I am no PDF.\n" * 50)
    empty.touch()
    no_pages.write_bytes(
        b"%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n"
        b"2 0 obj <</Type/Pages/Kids[]/Count 0>> endobj\ntrailer <</Root 1 0 R>>\n"
    )
    files = (locked, damaged, text, empty, no_pages, tmp_path / "gone.pdf")
    kinds = [kind_of(file, ExtractionLimits())[0] for file in files]
    assert kinds == ["encrypted", "damaged", "not_a_pdf", "empty", "no_pages", "missing"]
    assert "fetch it again" in kind_of(no_pages, ExtractionLimits())[1]
    assert kind_of(sound, ExtractionLimits(pages=1)) == (
        "too_large",
        "The PDF has 2 pages, more than the limit of 1.",
    )


def test_a_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    sparse = tmp_path / "sparse.pdf"
    with sparse.open("wb") as file:
        file.write(b"%PDF-1.4\n")
        file.truncate(40 * 2**30)  # 40 GB that take no room on the disk
    kind, error = kind_of(sparse, ExtractionLimits())
    assert (kind, error) == ("too_large", "The file has 40,960 MB, more than the limit of 1024 MB.")


def bomb(folder: Path, side: int, *more: bytes) -> Path:
    """A PDF whose first page shows an image that claims side x side pixels; sound pages of text may follow."""
    image = (
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8/Length 3>>"
    )
    kids = b" ".join(b"%d 0 R" % (6 + place) for place in range(len(more)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R %s]/Count %d>>" % (kids, 1 + len(more)),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Resources<</XObject<</I 4 0 R>>>>/Contents 5 0 R>>",
        image % (side, side) + b" stream\nabc\nendstream",
        b"<</Length 27>> stream\nq 200 0 0 200 20 20 cm /I Do Q\nendstream",
        *more,
    ]
    path = folder / "bomb.pdf"
    numbered = [b"%d 0 obj %s endobj\n" % (number, text) for number, text in enumerate(objects, 1)]
    path.write_bytes(b"%PDF-1.4\n" + b"".join(numbered) + b"trailer <</Root 1 0 R>>\n%%EOF\n")
    return path


def test_an_image_of_60000_by_60000_pixels_is_too_large_and_never_decoded(tmp_path: Path) -> None:
    kind, error = kind_of(bomb(tmp_path, 60_000), ExtractionLimits())
    assert kind == "too_large"
    assert "60,000 x 60,000 pixels" in error


def test_a_page_with_such_an_image_is_left_out_and_the_others_are_read(tmp_path: Path) -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Resources<</XObject<</I 4 0 R>>>>>>"
    gaps: list[Gap] = []
    with open_pdf(bomb(tmp_path, 60_000, page)) as document:
        assert [p.number for p in read_pages(document, ExtractionLimits(), gaps)] == [2]
    said = "page 1 has an image of 60,000 x 60,000 pixels, too large to read: left out"
    assert gaps == [Gap("page", 1, said)]


def test_pages_that_a_repair_left_empty_are_named(tmp_path: Path) -> None:
    paper = Drawing()
    for _ in range(4):
        paper.add_page().body(RIGHT)
    for page in list(paper.document)[1:]:
        for contents in page.get_contents():
            paper.document.update_stream(contents, b" ")
    path = paper.save(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"startxref", b"startxxxx"))
    gaps: list[Gap] = []
    with open_pdf(path) as document:
        assert len(read_pages(document, ExtractionLimits(), gaps)) == 4
    said = "the file is damaged: 3 of 4 pages came out empty; fetch it again"
    assert gaps == [Gap("file", None, said)]


def test_memory_that_does_not_suffice_to_open_a_pdf_or_to_count_its_pages_is_not_called_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Drawing().add_page().body(RIGHT).save(tmp_path)

    def refused(*_: object, **__: object) -> None:
        raise RuntimeError("code=2: malloc (123456 bytes) failed")

    with open_pdf(path) as document, monkeypatch.context() as patch:
        patch.setattr(pymupdf.Document, "page_count", property(refused))
        with pytest.raises(MemoryError):
            read_pages(document, ExtractionLimits(), [])
    monkeypatch.setattr(pymupdf, "open", refused)
    with pytest.raises(MemoryError):
        open_pdf(path)
