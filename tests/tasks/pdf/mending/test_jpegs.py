"""JPEGs whose PDF says something else of them are shown as they are."""

import io
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from tasks.pdf.documents import open_pdf, read_pages
from tasks.pdf.mending.jpegs import mend_jpegs
from tasks.pdf.pages import PageContent
from tasks.records import Gap
from tasks.settings import ExtractionLimits
from tests.tasks.drawn import Drawing, Rect, jpeg, picture

BOX: Rect = (60, 70, 260, 220)


def page_with(folder: Path, data: bytes, gaps: list[Gap] | None = None, **said: str) -> PageContent | None:
    """A page with a JPEG of which the PDF says what the keywords do."""
    paper = Drawing().add_page().image(BOX, data)
    for key, value in said.items():
        paper.document.xref_set_key(paper.page.get_images()[0][0], key, value)
    limits = ExtractionLimits(image_megapixels=1)
    document = open_pdf(paper.save(folder), limits)
    pages = read_pages(document, limits, gaps if gaps is not None else [])
    return pages[0] if pages else None


def shown(folder: Path, data: bytes, **said: str) -> np.ndarray:
    page = page_with(folder, data, **said)
    assert page is not None
    return page.render(BOX, 72).astype(int)


def meant(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB").resize((200, 150))).astype(int)


def grey() -> bytes:
    buffer = io.BytesIO()
    Image.open(io.BytesIO(picture(400, 300))).convert("L").save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "said",
    [
        {"Width": "200", "Height": "150"},
        {"Width": "401"},
        {"ColorSpace": "/DeviceGray"},
        {"ColorSpace": "/DeviceCMYK"},
        {"ColorSpace": "[/Indexed/DeviceRGB 1<000000ffffff>]"},
        {"ColorSpace": "[/Separation/Spot/DeviceGray<</FunctionType 2/Domain[0 1]/C0[1]/C1[0]/N 1>>]"},
        {"ColorSpace": "[/CalGray<</WhitePoint[1 1 1]>>]"},
    ],
)
def test_a_coloured_jpeg_is_shown_whatever_the_pdf_says(tmp_path: Path, said: dict[str, str]) -> None:
    data = jpeg(picture(400, 300))
    assert np.abs(shown(tmp_path, data, **said) - meant(data)).mean() < 6


@pytest.mark.parametrize("space", ["/DeviceRGB", "/DeviceCMYK"])
def test_a_grey_jpeg_is_shown_whatever_the_pdf_says(tmp_path: Path, space: str) -> None:
    data = grey()
    assert np.abs(shown(tmp_path, data, ColorSpace=space) - meant(data)).mean() < 6


def test_colours_that_a_pdf_gives_a_grey_jpeg_are_kept(tmp_path: Path) -> None:
    lut = bytes(value for grey in range(256) for value in (grey, 0, 255 - grey)).hex()
    found = shown(tmp_path, grey(), ColorSpace=f"[/Indexed/DeviceRGB 255<{lut}>]")
    assert found[..., 1].max() < 20
    assert np.abs(found[..., 0] - meant(grey())[..., 0]).mean() < 6


@pytest.mark.parametrize("own_object", [False, True])
@pytest.mark.parametrize("colours", [1, 3, 4])
def test_a_profile_is_kept_where_it_is_of_as_many_colours_as_the_jpeg(
    tmp_path: Path, colours: int, own_object: bool
) -> None:
    paper = Drawing().add_page().image(BOX, jpeg(picture(400, 300)))
    document, image = paper.document, paper.page.get_images()[0][0]
    profile, space = document.get_new_xref(), document.get_new_xref()
    document.update_object(profile, f"<</N {colours}>>")
    document.update_stream(
        profile, ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), new=True
    )
    document.update_object(space, f"[/ICCBased {profile} 0 R]")
    said = f"{space} 0 R" if own_object else f"[/ICCBased {profile} 0 R]"
    document.xref_set_key(image, "ColorSpace", said)
    with open_pdf(paper.save(tmp_path)) as opened:
        read_pages(opened, ExtractionLimits(), [])
        kept = opened.xref_get_key(image, "ColorSpace")[1]
    assert kept == (said if colours == 3 else "/DeviceRGB")


def test_a_size_is_found_behind_tables_and_filling(tmp_path: Path) -> None:
    data = jpeg(picture(400, 300))
    size = data.find(b"\xff\xc0")
    table = b"\xff\xc4\x00\x13\x00" + bytes(16)
    moved = data[:size] + table + b"\xff" + data[size:]
    assert np.abs(shown(tmp_path, moved, Width="401") - meant(data)).mean() < 6


def test_a_jpeg_that_leaves_its_height_open_is_left_as_it_is(tmp_path: Path) -> None:
    data = bytearray(jpeg(picture(400, 300)))
    size = data.find(b"\xff\xc0")
    data[size + 5 : size + 7] = bytes(2)
    paper = Drawing().add_page().image(BOX, jpeg(picture(400, 300)))
    image = paper.page.get_images()[0][0]
    paper.document.update_stream(image, bytes(data), compress=False)
    for key, value in {"Filter": "/DCTDecode", "Width": "401"}.items():
        paper.document.xref_set_key(image, key, value)
    mend_jpegs(paper.document, 0, set())
    assert [paper.document.xref_get_key(image, key)[1] for key in ("Width", "Height")] == ["401", "300"]


def test_a_height_that_the_pdf_cuts_is_the_pdfs(tmp_path: Path) -> None:
    data = jpeg(picture(400, 300))
    upper = Image.open(io.BytesIO(data)).convert("RGB").crop((0, 0, 400, 150)).resize((200, 150))
    assert np.abs(shown(tmp_path, data, Height="150") - np.asarray(upper).astype(int)).mean() < 6


def test_a_jpeg_that_is_larger_than_the_pdf_says_counts_as_large(tmp_path: Path) -> None:
    paper = Drawing().add_page().image(BOX, jpeg(picture(1500, 1000)))
    paper.document.xref_set_key(paper.page.get_images()[0][0], "Width", "10")
    paper.add_page()
    limits, gaps = ExtractionLimits(image_megapixels=1), list[Gap]()
    with open_pdf(paper.save(tmp_path), limits) as document:
        assert [page.number for page in read_pages(document, limits, gaps)] == [2]
    assert "1,500 x 1,000" in gaps[0].sentence


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xc0\x00", b"\xff\xd8" + b"\xff" * 50, bytes(99)]
)
def test_what_is_no_jpeg_harms_nothing(tmp_path: Path, data: bytes) -> None:
    paper = Drawing().add_page().image(BOX, jpeg(picture(400, 300)))
    xref = paper.page.get_images()[0][0]
    paper.document.update_stream(xref, data, compress=False)
    paper.document.xref_set_key(xref, "Filter", "/DCTDecode")
    with open_pdf(paper.save(tmp_path)) as document:
        assert len(read_pages(document, ExtractionLimits(), [])) == 1


def test_filling_without_end_takes_no_time(tmp_path: Path) -> None:
    paper = Drawing().add_page().image(BOX, jpeg(picture(400, 300)))
    xref = paper.page.get_images()[0][0]
    paper.document.update_stream(xref, b"\xff\xd8" + b"\xff" * 20_000_000, compress=False)
    paper.document.xref_set_key(xref, "Filter", "/DCTDecode")
    with open_pdf(paper.save(tmp_path)) as document:
        before = time.process_time()
        mend_jpegs(document, 0, set())
        assert time.process_time() - before < 1


def test_a_jpeg_on_many_pages_is_looked_at_once(tmp_path: Path) -> None:
    paper = Drawing().add_page().image(BOX, jpeg(picture(400, 300)))
    xref = paper.page.get_images()[0][0]
    paper.document.xref_set_key(xref, "Width", "401")
    seen = set[int]()
    mend_jpegs(paper.document, 0, seen)
    assert seen == {xref}
    paper.document.xref_set_key(xref, "Width", "402")
    mend_jpegs(paper.document, 0, seen)
    assert paper.document.xref_get_key(xref, "Width")[1] == "402"
