"""Pixels are the embedded image's own where they can be, and rendered where they cannot."""

import io
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PIL import Image

from tasks import boxes
from tasks.pdf.pages import read_page
from tasks.pdf.pixels import FigurePixels, encode_png, placed_images
from tasks.records import EncodedImage
from tests.tasks.drawn import Drawing, Rect, jpeg, picture

BOX: Rect = (60, 70, 260, 220)


def figure_pixels(paper: Drawing, box: Rect = BOX, megapixels: float = 40) -> FigurePixels:
    document = pymupdf.open(stream=paper.document.tobytes(), filetype="pdf")
    page = read_page(document[0])
    page.handle.keep = document  # the page must not outlive its document
    return FigurePixels(page, box, placed_images(page), megapixels)


def array(image: EncodedImage) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(image.data)).convert("RGB"))


def original(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_a_whole_jpeg_keeps_its_bytes() -> None:
    data = jpeg(picture(400, 300))
    cut = figure_pixels(Drawing().add_page().image(BOX, data)).cut(BOX)
    assert cut.data == data
    assert (cut.format, cut.width, cut.height) == ("jpeg", 400, 300)


@pytest.mark.parametrize(
    ("mode", "decode"), [("RGB", "[1 0 1 0 1 0]"), ("L", "[1 0]"), ("RGB", "[1 0 0 1 0 1]")]
)
def test_a_jpeg_that_the_pdf_inverts_is_stored_as_the_page_shows_it(mode: str, decode: str) -> None:
    buffer = io.BytesIO()
    Image.open(io.BytesIO(picture(400, 300))).convert(mode).save(buffer, "JPEG", quality=90)
    paper = Drawing().add_page().image(BOX, buffer.getvalue())
    paper.document.xref_set_key(paper.page.get_images()[0][0], "Decode", decode)
    pixels = figure_pixels(paper)
    cut = array(pixels.cut(BOX)).astype(int)
    shown = np.asarray(Image.fromarray(pixels.view()).resize((400, 300))).astype(int)
    assert np.abs(cut - shown).mean() < 6


def test_a_jpeg_that_is_cut_short_is_stored_as_the_page_shows_it() -> None:
    data = jpeg(picture(400, 300))
    paper = Drawing().add_page().image(BOX, data)
    xref = paper.page.get_images()[0][0]
    paper.document.update_stream(xref, data[: len(data) * 2 // 3], compress=False)
    paper.document.xref_set_key(xref, "Filter", "/DCTDecode")
    cut = figure_pixels(paper).cut(BOX)
    assert (cut.format, cut.width, cut.height) == ("png", 400, 300)


def test_a_decode_that_changes_nothing_costs_a_jpeg_nothing() -> None:
    data = jpeg(picture(400, 300))
    paper = Drawing().add_page().image(BOX, data)
    paper.document.xref_set_key(paper.page.get_images()[0][0], "Decode", "[0 1 0.0 1.0 0 1]")
    assert figure_pixels(paper).cut(BOX).data == data


@pytest.mark.parametrize(("width", "height"), [(800, 300), (400, 600)])
def test_a_stretched_picture_has_the_proportions_of_the_page(width: int, height: int) -> None:
    cut = figure_pixels(Drawing().add_page().image(BOX, jpeg(picture(width, height)))).cut(BOX)
    assert cut.width / cut.height == pytest.approx(200 / 150, rel=0.02)
    assert max(cut.width / width, cut.height / height) >= 1


def test_a_picture_too_fine_for_a_mixed_figure_is_said_to_be_scaled() -> None:
    paper = Drawing().add_page().image((100, 110, 150, 147.5), picture(600, 450))
    paper.page.draw_rect((60, 70, 260, 220), width=1)
    pixels = figure_pixels(paper)
    pixels.cut(BOX)
    assert "picture of 864 dpi was scaled down to 600" in pixels.notes[0]


def test_half_of_an_image_is_cropped_at_its_own_resolution() -> None:
    data = picture(900, 675)
    cut = figure_pixels(Drawing().add_page().image(BOX, data)).cut((60, 70, 160, 220))
    assert cut.format == "png"
    assert np.array_equal(array(cut), original(data)[:, :450])


def test_letters_set_over_an_image_are_seen() -> None:
    paper = Drawing().add_page().image(BOX, picture(900, 675))
    paper.page.draw_rect((60, 70, 100, 110), fill=(1, 1, 1))
    paper.page.insert_text((65, 100), "A", fontsize=30)
    cut = figure_pixels(paper).cut(BOX)
    corner = array(cut)[: cut.height // 10, : cut.width // 10]
    assert corner.mean() > 150
    assert cut.width == pytest.approx(900, abs=3)


def test_an_arrow_painted_over_an_image_is_kept() -> None:
    paper = Drawing().add_page().image(BOX, jpeg(picture(900, 675)))
    paper.page.draw_line((100, 100), (140, 130), color=(1, 1, 1), width=1.2)
    cut = figure_pixels(paper).cut(BOX)
    assert cut.format == "png"
    assert (array(cut)[: cut.height // 2] > 250).all(-1).any()


def test_what_lies_beneath_an_image_does_not_matter() -> None:
    data = jpeg(picture(900, 675))
    paper = Drawing().add_page()
    paper.page.draw_rect((50, 60, 270, 230), fill=(1, 1, 1))
    paper.page.draw_line((100, 100), (140, 130), width=3)
    assert figure_pixels(paper.image(BOX, data)).cut(BOX).data == data


def test_sharp_edges_do_not_cost_an_image_its_own_pixels() -> None:
    data = np.kron(np.random.default_rng(1).integers(0, 2, (90, 120)) * 255, np.ones((5, 5))).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(data).convert("RGB").save(buffer, "PNG")
    cut = figure_pixels(Drawing().add_page().image(BOX, buffer.getvalue())).cut((60.4, 70.3, 259.7, 219.8))
    assert abs(cut.width - 600) < 4


def test_a_jpeg_that_asks_to_be_turned_is_stored_as_the_page_shows_it() -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(io.BytesIO(picture(400, 300))).save(buffer, "JPEG", exif=exif)
    cut = figure_pixels(Drawing().add_page().image(BOX, buffer.getvalue())).cut(BOX)
    assert (cut.format, cut.width, cut.height) == ("png", 400, 300)


def test_vector_art_is_rendered_at_300_dpi() -> None:
    cut = figure_pixels(Drawing().add_page().chart(BOX)).cut(BOX)
    assert cut.width == pytest.approx(200 / 72 * 300, abs=2)


def test_turned_and_mirrored_images_come_out_as_shown() -> None:
    data = picture(600, 450)
    paper = Drawing().add_page().image(BOX, data, rotate=180)
    cut = array(figure_pixels(paper).cut(BOX)).astype(int)
    shown = original(data)[::-1, ::-1].astype(int)
    resized = np.asarray(Image.fromarray(cut.astype(np.uint8)).resize((600, 450))).astype(int)
    assert np.abs(resized - shown).mean() < 6


def test_cmyk_images_are_read_in_their_true_colours() -> None:
    buffer = io.BytesIO()
    Image.new("CMYK", (300, 200), (0, 255, 255, 0)).save(buffer, "JPEG", quality=95)
    cut = array(figure_pixels(Drawing().add_page().image(BOX, buffer.getvalue())).cut(BOX))
    red, green, blue = cut.reshape(-1, 3).mean(0)
    assert red > 180
    assert green < 90
    assert blue < 90


def test_soft_masks_show_the_paper_beneath() -> None:
    pixels = np.zeros((100, 100, 4), np.uint8)
    pixels[:, 50:, 3] = 255
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    cut = array(figure_pixels(Drawing().add_page().image(BOX, buffer.getvalue())).cut(BOX))
    assert cut[:, : cut.shape[1] // 3].min() > 240
    assert cut[:, -cut.shape[1] // 3 :].max() < 15


def test_a_figure_over_the_cap_is_scaled_down_and_says_so() -> None:
    pixels = figure_pixels(Drawing().add_page().chart((50, 60, 545, 780)), (50, 60, 545, 780), megapixels=1)
    cut = pixels.cut((50, 60, 545, 780))
    assert cut.width * cut.height <= 1.02e6
    assert "scaled down" in pixels.notes[0]


def test_grey_pictures_are_stored_grey() -> None:
    cut = encode_png(np.full((20, 30, 3), 77, np.uint8))
    assert Image.open(io.BytesIO(cut.data)).mode == "L"
    assert (cut.width, cut.height) == (30, 20)


@pytest.mark.parametrize(
    ("mode", "kind"), [("I;16", "PNG"), ("P", "PNG"), ("1", "TIFF"), ("RGB", "JPEG2000")]
)
def test_every_kind_of_image_comes_out_as_it_looks(mode: str, kind: str) -> None:
    ramp = np.tile(np.linspace(0, 255, 320, dtype=np.uint8), (240, 1))
    if mode == "I;16":
        image = Image.fromarray(ramp.astype(np.uint16) * 257)
    elif mode == "1":
        image = Image.fromarray(ramp > 127)
    else:
        image = Image.fromarray(np.stack([ramp, ramp, ramp], -1)).convert(mode)
    buffer = io.BytesIO()
    image.save(buffer, kind, **({"compression": "group4"} if kind == "TIFF" else {}))
    cut = array(figure_pixels(Drawing().add_page().image(BOX, buffer.getvalue())).cut(BOX))
    profile = cut.mean((0, 2))
    assert profile[: len(profile) // 10].mean() < 40
    assert profile[-len(profile) // 10 :].mean() > 215


@pytest.mark.parametrize(
    "name",
    [
        "pdfbox__JBIG2Image.pdf",
        "pdfbox__JPXTestGrey.pdf",
        "pikepdf__ccitt-endofline-true.pdf",
        "pikepdf__cmyk-jpeg.pdf",
    ],
)
def test_rare_encodings_of_real_files_match_their_rendering(shared: Path, name: str) -> None:
    document = pymupdf.open(shared / "hostile" / name)
    page = read_page(document[0])
    images = placed_images(page)
    box = boxes.intersection(images[0].bbox, page.bounds)
    pixels = FigurePixels(page, box, images, 40)
    shown = Image.fromarray(pixels.view()).resize((64, 64), Image.Resampling.BOX)
    cut = Image.fromarray(array(pixels.cut(box))).resize((64, 64), Image.Resampling.BOX)
    assert np.abs(np.asarray(shown, int) - np.asarray(cut, int)).mean() < 6
