"""Text, paint operations and ink of a page, in one upright frame."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymupdf
import pytest

from models import png
from tasks.pdf.pages import PageContent, read_page
from tests.tasks.drawn import Drawing


def page_with_square(rotation: int = 0) -> PageContent:
    paper = Drawing().add_page(400, 600)
    paper.text((50, 80, 300, 110), "Letters that stand upright", size=14)
    paper.page.draw_rect((50, 200, 150, 300), fill=(0, 0, 0))
    paper.page.set_rotation(rotation)
    return read_page(paper.page)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_frame_is_upright_however_the_page_is_rotated(rotation: int) -> None:
    page = page_with_square(rotation)
    assert page.size == (400, 600)
    assert all(line.upright for line in page.lines)
    square = page.paints[0].bbox
    assert np.allclose(square, (50, 200, 150, 300), atol=1)
    assert (page.ink[page.pixels((60, 210, 140, 290))] == 0).all()
    assert (page.ink[page.pixels((170, 210, 390, 590))] == 255).all()


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("unit", [0.5, 3])
def test_a_page_that_is_measured_in_other_units_is_read_however_it_is_rotated(
    unit: float, rotation: int
) -> None:
    paper = Drawing().add_page(400, 600)
    paper.text((50, 80, 300, 110), "Letters that stand upright", size=14)
    paper.page.draw_rect((50, 200, 150, 300), fill=(0, 0, 0))
    paper.page.set_rotation(rotation)
    paper.document.xref_set_key(paper.page.xref, "UserUnit", str(unit))
    handle = paper.document.reload_page(paper.page)
    page = read_page(handle)
    assert page.size == (400 * unit, 600 * unit)
    square = page.paints[0].bbox
    assert np.allclose(square, np.multiply((50, 200, 150, 300), unit), atol=unit)
    assert (page.ink[page.pixels(tuple(np.multiply((60, 210, 140, 290), unit)))] == 0).all()
    shown = page.to_page(square)
    assert (np.array(shown) >= -1).all()
    assert shown[2] <= handle.rect.width + 1
    assert shown[3] <= handle.rect.height + 1


def page_with_images(*shades: int, side: int = 40) -> Drawing:
    """Grey squares of `side` pixels below each other."""
    paper = Drawing().add_page(400, 600)
    for place, shade in enumerate(shades):
        stream = png.encode(np.full((side, side), shade, np.uint8))
        paper.page.insert_image((50, 50 + 100 * place, 130, 130 + 100 * place), stream=stream)
    return paper


def xrefs_and_shades(page: PageContent) -> list[tuple[bool, int]]:
    """From top to bottom: whether the image has an xref, and what is drawn there."""
    found = sorted(page.image_info, key=lambda image: image["bbox"][1])
    return [(image["xref"] > 0, int(np.median(page.ink[page.pixels(image["bbox"])]))) for image in found]


def test_an_image_of_a_size_of_its_own_is_known_without_decoding_any(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = page_with_images(40)
    listed = paper.page.get_images()[0][0]
    monkeypatch.setattr(pymupdf.TextPage, "extractIMGINFO", without_hashes(pymupdf.TextPage.extractIMGINFO))
    assert [image["xref"] for image in read_page(paper.page).image_info] == [listed]


def without_hashes(extract: Callable[..., list[dict[str, Any]]]) -> Callable[..., list[dict[str, Any]]]:
    def checked(page: pymupdf.TextPage, hashes: int = 0) -> list[dict[str, Any]]:
        assert not hashes
        return extract(page, hashes)

    return checked


def test_images_of_one_size_are_told_apart() -> None:
    paper = page_with_images(40, 120)
    page = read_page(paper.page)
    found = sorted(page.image_info, key=lambda image: image["bbox"][1])
    shades = [pymupdf.Pixmap(paper.document, image["xref"]).samples[0] for image in found]
    assert shades == [40, 120]


def test_an_image_among_the_operators_is_not_taken_for_a_listed_one_of_its_size() -> None:
    """Or a panel would be stored with another panel's pixels."""
    paper = page_with_images(40)
    inline = b"q 80 0 0 80 50 70 cm BI /W 40 /H 40 /CS /G /BPC 8 /F /AHx ID " + b"78" * 1600 + b"> EI Q"
    contents = paper.page.get_contents()[-1]
    paper.document.update_stream(contents, paper.document.xref_stream(contents) + b"\n" + inline)
    assert xrefs_and_shades(read_page(paper.page)) == [(True, 40), (False, 0x78)]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_go_back_to_the_page_as_shown(rotation: int) -> None:
    page = page_with_square(rotation)
    x0, y0, x1, y1 = (round(v) for v in page.to_page(page.paints[0].bbox))
    shown = page.handle.get_pixmap(colorspace=pymupdf.csGRAY)
    assert shown.pixel((x0 + x1) // 2, (y0 + y1) // 2) == (0,)
    assert shown.pixel(max(0, x0 - 5), max(0, y0 - 5)) == (255,)


def test_text_set_sideways_is_turned_upright() -> None:
    paper = Drawing()
    paper.document.new_page(width=400, height=600)
    paper.text((50, 50, 90, 560), "A caption set sideways on a portrait page", rotate=90)
    page = read_page(paper.page)
    assert page.size == (600, 400)
    assert [line.upright for line in page.lines] == [True]
    assert page.ink.shape[0] < page.ink.shape[1]


def test_pieces_of_one_printed_line_are_joined() -> None:
    paper = Drawing()
    paper.document.new_page()
    html = '<p style="font-size:9pt"><b>Figure 1.</b>&emsp;Words after a wide space</p>'
    paper.page.insert_htmlbox((50, 50, 500, 80), html)
    (line,) = read_page(paper.page).lines
    assert line.text == "Figure 1. Words after a wide space"
    assert line.bold


def test_rendering_a_box_gives_just_that_box() -> None:
    page = page_with_square()
    pixels = page.render((50, 200, 150, 300), 72)
    assert pixels.shape == (100, 100, 3)
    assert (pixels[2:-2, 2:-2] == 0).all()


def page_behind(box: tuple[float, float, float, float], data: bytes, words: int) -> PageContent:
    """A page with a picture in a box and lines of prose upon it."""
    paper = Drawing()
    paper.document.new_page(width=400, height=600)
    paper.image(box, data)
    for i in range(words):
        paper.page.insert_text((40, 60 + 12 * i), "cells grew in the dishes of all the groups", fontsize=9)
    return read_page(paper.page)


def test_a_dark_picture_of_the_whole_page_is_no_paper_unless_text_stands_on_it() -> None:
    dark = png.encode(np.tile(np.linspace(10, 160, 80).astype(np.uint8), (120, 1)))
    whole = (0, 0, 400, 600)
    assert page_behind(whole, dark, 0).paper == 255
    assert page_behind((20, 20, 380, 580), dark, 9).paper == 255  # less than the page: a figure
    flat = png.encode(np.full((60, 40), 30, np.uint8))
    assert page_behind(whole, flat, 0).paper == 255
    assert page_behind(whole, flat, 9).paper == 30


def test_the_paper_of_a_rough_texture_is_about_its_middle() -> None:
    texture = np.random.default_rng(0).integers(236, 252, (150, 100), dtype=np.uint8)
    texture[40:110, 10:90] = 60
    page = page_behind((0, 0, 400, 600), png.encode(texture), 9)
    assert 236 <= page.paper <= 252


@pytest.mark.parametrize(("ground", "shown"), [(0.1, ["Words"]), (1.0, [])])
def test_white_words_on_a_page_of_any_size_are_looked_for_in_few_pixels(
    ground: float, shown: list[str]
) -> None:
    paper = Drawing()
    paper.document.new_page(width=60_000, height=60_000)  # 3.6 gigabytes at a pixel per point
    paper.page.draw_rect(paper.page.rect, color=None, fill=(ground,) * 3)
    paper.page.insert_text((500, 50_000), "Words", color=(1, 1, 1), fontsize=4_000)
    assert [line.text for line in read_page(paper.page).lines] == shown


def test_white_words_beneath_what_was_painted_over_the_page_are_not_shown() -> None:
    paper = Drawing()
    paper.document.new_page(width=400, height=600)
    paper.page.insert_text((50, 100), "Hidden", color=(1, 1, 1))
    paper.page.draw_rect(paper.page.rect, color=None, fill=(0.1, 0.1, 0.1))
    paper.page.insert_text((50, 300), "Shown", color=(1, 1, 1))
    assert [line.text for line in read_page(paper.page).lines] == ["Shown"]
