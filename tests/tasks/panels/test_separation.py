"""Compound figures of every hard layout, drawn here, and single ones that stay whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter

from tasks.panels.separation import FigureImage, Panel, TextLine, separate
from tasks.records import Box

UNIT = 2
"""Pixels in a PDF point."""


def micrograph(width: int, height: int, seed: int, level: int = 120) -> Image.Image:
    random = np.random.default_rng(seed)
    smooth = gaussian_filter(random.normal(0, 1, (height, width)), 4)
    gray = np.clip(level + 25 * smooth / smooth.std() + random.normal(0, 3, smooth.shape), 0, 255)
    return Image.fromarray(gray.astype(np.uint8)).convert("RGB")


def plot(width: int = 380, height: int = 300) -> Image.Image:
    """A curve with axes, tick labels, names of the axes and a legend."""
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    left, bottom = 60, height - 55
    draw.line([(left, 15), (left, bottom), (width - 10, bottom)], fill="black", width=2)
    points = [(left + x, bottom - 20 - 70 * (1 + np.sin(x / 40))) for x in range(0, width - left - 15, 5)]
    draw.line(points, fill="red", width=3)
    for step in range(4):
        draw.text((left - 28, bottom - 60 * step - 8), f"{step}0", fill="black", font_size=15)
        draw.text((left + 75 * step, bottom + 6), f"{step}5", fill="black", font_size=15)
    draw.text((left + 60, height - 25), "Time (h)", fill="black", font_size=16)
    draw.line([(width - 110, 30), (width - 85, 30)], fill="red", width=3)
    draw.text((width - 80, 22), "Control", fill="black", font_size=15)
    return picture


def paste(
    size: tuple[int, int], tiles: Sequence[tuple[Image.Image, int, int]], ground: str = "white"
) -> Image.Image:
    canvas = Image.new("RGB", size, ground)
    for tile, x, y in tiles:
        canvas.paste(tile, (x, y))
    return canvas


def figure(
    picture: Image.Image,
    labels: tuple[str, ...] = (),
    lines: tuple[TextLine, ...] = (),
    images: Sequence[Box] = (),
    drawings: Sequence[Box] = (),
) -> FigureImage:
    """A figure at (100, 200) of a page; `images` and `drawings` are given in its pixels."""
    box = (100.0, 200.0, 100 + picture.width / UNIT, 200 + picture.height / UNIT)
    placed, drawn = (tuple(map(on_page, boxes)) for boxes in (images, drawings))
    return FigureImage(np.asarray(picture), box, placed, lines, drawn, labels)


def on_page(box: Box) -> Box:
    return 100 + box[0] / UNIT, 200 + box[1] / UNIT, 100 + box[2] / UNIT, 200 + box[3] / UNIT


def in_pixels(panel: Panel) -> Box:
    x0, y0, x1, y1 = panel.bbox
    return (x0 - 100) * UNIT, (y0 - 200) * UNIT, (x1 - 100) * UNIT, (y1 - 200) * UNIT


def assert_panels(found: Sequence[Panel], boxes: Sequence[Box], tolerance: float = 8) -> None:
    assert len(found) == len(boxes)
    for panel, box in zip(found, boxes, strict=True):
        assert in_pixels(panel) == pytest.approx(box, abs=tolerance)


def grid(gutter: int, side: int = 200) -> list[Box]:
    step = side + gutter
    return [(x, y, x + side, y + side) for y in (0, step) for x in (0, step)]


@pytest.mark.parametrize(
    ("ground", "gutter"),
    [("white", 30), ("white", 6), ("white", 2), ("black", 3), ("black", 20), ("gray", 24)],
)
def test_images_with_gutters_of_any_colour_and_width(ground: str, gutter: int) -> None:
    boxes = grid(gutter)
    level = 120 if ground != "gray" else 60
    tiles = [(micrograph(200, 200, i, level), int(box[0]), int(box[1])) for i, box in enumerate(boxes)]
    assert_panels(separate(figure(paste((400 + gutter, 400 + gutter), tiles, ground))), boxes)


def test_images_that_touch() -> None:
    tiles = [(micrograph(200, 300, 1, 70), 0, 0), (micrograph(200, 300, 2, 180), 200, 0)]
    assert_panels(separate(figure(paste((400, 300), tiles))), [(0, 0, 200, 300), (200, 0, 400, 300)])


def test_a_plot_keeps_its_axes_labels_and_legend() -> None:
    assert_panels(separate(figure(plot())), [(0, 0, 380, 300)], tolerance=40)


def test_plots_side_by_side_keep_their_own_labels() -> None:
    found = separate(figure(paste((800, 300), [(plot(), 0, 0), (plot(), 410, 0)])))
    assert len(found) == 2
    assert in_pixels(found[0])[2] <= 395
    assert in_pixels(found[1])[0] >= 410


def test_a_title_over_two_plots_belongs_to_neither() -> None:
    picture = paste((800, 360), [(plot(), 0, 60), (plot(), 410, 60)])
    ImageDraw.Draw(picture).text((250, 5), "Survival of both groups", fill="black", font_size=24)
    found = separate(figure(picture))
    assert len(found) == 2
    assert all(in_pixels(panel)[1] > 40 for panel in found)


def test_an_inset_stays_with_its_parent() -> None:
    picture = paste((800, 600), [(plot(800, 600), 0, 0)])
    picture.paste(plot(200, 160), (420, 60))
    assert len(separate(figure(picture))) == 1


def test_strips_of_a_blot_are_one_panel() -> None:
    strips = [(micrograph(400, 50, i, 170), 20, 20 + 62 * i) for i in range(3)]
    assert_panels(separate(figure(paste((440, 230), strips))), [(20, 20, 420, 194)])


def test_a_colour_bar_is_not_a_panel() -> None:
    bar = Image.fromarray(np.linspace(0, 255, 300).astype(np.uint8)[:, None].repeat(20, 1)).convert("RGB")
    found = separate(figure(paste((360, 300), [(micrograph(300, 300, 4), 0, 0), (bar, 320, 0)])))
    assert len(found) == 1


def test_a_flow_chart_is_one_panel() -> None:
    picture = Image.new("RGB", (500, 600), "white")
    draw = ImageDraw.Draw(picture)
    for step in range(4):
        draw.rectangle([120, 20 + 150 * step, 380, 100 + 150 * step], outline="black", width=2)
        draw.text((150, 50 + 150 * step), f"Patients assessed (n = {step})", fill="black", font_size=18)
        if step < 3:
            draw.line([(250, 100 + 150 * step), (250, 168 + 150 * step)], fill="black", width=2)
            draw.polygon(
                [(244, 158 + 150 * step), (256, 158 + 150 * step), (250, 170 + 150 * step)], fill="black"
            )
    assert len(separate(figure(picture))) == 1


def test_a_frame_around_everything_hides_no_gutter() -> None:
    tiles = [(micrograph(180, 180, 5), 20, 20), (micrograph(180, 180, 6), 230, 20)]
    picture = paste((430, 220), tiles)
    ImageDraw.Draw(picture).rectangle([0, 0, 429, 219], outline="black", width=2)
    assert_panels(separate(figure(picture)), [(20, 20, 200, 200), (230, 20, 410, 200)])


def test_letters_in_the_pixels_name_the_panels() -> None:
    tiles = [(micrograph(200, 200, i), 220 * i, 30) for i in range(3)]
    picture = paste((640, 230), tiles)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(24)
    for index, letter in enumerate("ABC"):
        draw.text((220 * index, 0), letter, fill="black", font=font)
    assert [panel.label for panel in separate(figure(picture, ("A", "B", "C")))] == ["A", "B", "C"]


def test_letters_of_the_text_under_the_panels() -> None:
    picture = paste((420, 240), [(micrograph(200, 200, 1), 0, 0), (micrograph(200, 200, 2), 220, 0)])
    lines = (
        TextLine("(a)", (145.0, 305.0, 157.0, 315.0)),
        TextLine("(b)", (255.0, 305.0, 267.0, 315.0)),
    )
    assert [panel.label for panel in separate(figure(picture, lines=lines))] == ["a", "b"]


def test_letters_are_not_part_of_a_panel() -> None:
    picture = paste((900, 340), [(plot(), 30, 40), (plot(), 480, 40)])
    draw = ImageDraw.Draw(picture)
    for x, letter in ((4, "A"), (454, "B")):
        draw.text((x, 2), letter, fill="black", font=ImageFont.load_default(28))
    found = separate(figure(picture, ("A", "B")))
    assert [panel.label for panel in found] == ["A", "B"]
    assert all(in_pixels(panel)[1] > 30 for panel in found)


def test_letters_ask_for_a_cut_that_no_gutter_shows() -> None:
    picture = Image.new("RGB", (800, 300), "white")
    draw = ImageDraw.Draw(picture)
    for x in (*range(60, 380, 40), *range(460, 780, 40)):
        draw.rectangle([x, 120, x + 14, 136], fill="lightblue", outline="steelblue")
        draw.line([(x + 7, 20), (x + 7, 120)], fill="steelblue", width=1)
    for x, letter in ((10, "A"), (415, "B")):
        draw.text((x, 250), letter, fill="black", font=ImageFont.load_default(28))
    assert [panel.label for panel in separate(figure(picture, ("A", "B")))] == ["A", "B"]


def test_images_that_stand_around_each_other() -> None:
    boxes = [
        (0, 0, 400, 200),
        (406, 0, 606, 400),
        (206, 206, 400, 400),
        (0, 206, 200, 606),
        (206, 406, 606, 606),
    ]
    tiles = [(micrograph(x1 - x0, y1 - y0, i), x0, y0) for i, (x0, y0, x1, y1) in enumerate(boxes)]
    found = separate(figure(paste((606, 606), tiles)))
    assert len(found) == len(boxes)
    for box in boxes:
        assert any(in_pixels(panel) == pytest.approx(box, abs=8) for panel in found)


def test_a_framed_legend_beside_a_plot_is_no_panel() -> None:
    picture = paste((560, 300), [(plot(), 0, 0)])
    draw = ImageDraw.Draw(picture)
    draw.rectangle((410, 40, 540, 110), outline="black", width=2)
    for row, name in enumerate(("Control", "Treated")):
        draw.text((450, 50 + 28 * row), name, fill="black", font_size=16)
    assert len(separate(figure(picture))) == 1


def test_no_letter_is_guessed() -> None:
    picture = paste((420, 200), [(micrograph(200, 200, 1), 0, 0), (micrograph(200, 200, 2), 220, 0)])
    assert [panel.label for panel in separate(figure(picture))] == [None, None]


def similar_tiles() -> tuple[Image.Image, list[Box]]:
    """Two views of one field that touch but for a pixel: no gutter and no step to be seen."""
    whole = micrograph(401, 300, 1)
    return whole, [(0, 0, 200, 300), (202, 0, 401, 300)]


def test_placed_images_part_what_no_gutter_shows() -> None:
    picture, boxes = similar_tiles()
    assert len(separate(figure(picture))) == 1
    assert_panels(separate(figure(picture, images=boxes, labels=("A", "B"))), boxes)


def test_a_picture_cut_in_strips_stays_one() -> None:
    strips = [(0, 60 * i, 400, 60 * (i + 1)) for i in range(5)]
    assert len(separate(figure(micrograph(400, 300, 2), images=strips))) == 1


def test_placed_images_are_the_panels_if_the_caption_names_as_many() -> None:
    pair = paste((300, 300), [(micrograph(148, 300, 3), 0, 0), (micrograph(148, 300, 4), 152, 0)])
    picture = paste((640, 300), [(pair, 0, 0), (micrograph(300, 300, 5), 340, 0)])
    boxes = [(0, 0, 300, 300), (340, 0, 640, 300)]
    assert len(separate(figure(picture, images=boxes))) == 3
    assert_panels(separate(figure(picture, ("A", "B"), images=boxes)), boxes)


def test_icons_placed_in_a_scheme_do_not_cut_it() -> None:
    picture = paste((600, 400), [(micrograph(60, 60, 6), 20, 20), (micrograph(60, 60, 7), 500, 300)])
    draw = ImageDraw.Draw(picture)
    draw.line([(80, 50), (530, 50), (530, 300)], fill="black", width=3)
    draw.rectangle([200, 150, 400, 300], outline="black", width=2)
    assert len(separate(figure(picture, images=[(20, 20, 80, 80), (500, 300, 560, 360)]))) == 1


def test_a_path_of_the_pdf_is_not_cut_through() -> None:
    picture = Image.new("RGB", (700, 300), "white")
    draw = ImageDraw.Draw(picture)
    for left in (20, 420):
        draw.rectangle([left, 60, left + 240, 240], outline="black", width=3)
        draw.rectangle([left + 40, 100, left + 200, 200], fill="lightgray")
    assert len(separate(figure(picture))) == 2
    assert len(separate(figure(picture, drawings=[(100, 150, 560, 152)]))) == 1


def test_large_words_of_the_pdf_are_print() -> None:
    picture = paste((800, 480), [(plot(), 0, 160), (plot(), 410, 160)])
    ImageDraw.Draw(picture).text((100, 10), "SURVIVAL", fill="black", font_size=120)
    words = (TextLine("SURVIVAL", on_page((90, 0, 720, 140))),)
    found = separate(figure(picture, lines=words))
    assert len(found) == 2
    assert all(in_pixels(panel)[1] > 130 for panel in found)


def test_a_legend_that_plots_share_is_no_panel() -> None:
    picture = paste((800, 380), [(plot(), 0, 0), (plot(), 410, 0)])
    draw = ImageDraw.Draw(picture)
    for x, name in ((150, "Control"), (350, "Treated"), (550, "Both")):
        draw.rectangle([x, 345, x + 16, 361], fill="red")
        draw.text((x + 24, 343), name, fill="black", font_size=16)
    assert len(separate(figure(picture))) == 2


def test_the_heading_of_a_single_plot_belongs_to_it() -> None:
    picture = paste((380, 420), [(plot(), 0, 120)])
    ImageDraw.Draw(picture).text((40, 10), "Study and year", fill="black", font_size=18)
    assert in_pixels(separate(figure(picture))[0])[1] < 30


def test_the_axes_of_a_chart_on_a_gray_ground_are_no_seams() -> None:
    picture = Image.new("RGB", (500, 400), (200, 200, 200))
    draw = ImageDraw.Draw(picture)
    draw.line([(0, 200), (500, 200)], fill="black", width=2)
    draw.line([(250, 0), (250, 400)], fill="black", width=2)
    for x, y in ((60, 80), (120, 300), (400, 90), (350, 310)):
        draw.ellipse([x, y, x + 10, y + 10], outline="black")
    assert len(separate(figure(picture))) == 1


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (400, 300)])
def test_a_blank_or_tiny_figure_is_one_panel(size: tuple[int, int]) -> None:
    image = figure(Image.new("RGB", size, "white"))
    assert [panel.bbox for panel in separate(image)] == [image.bbox]


def test_the_resolution_of_the_pixels_does_not_matter() -> None:
    tiles = [(micrograph(200, 200, i), int(x), int(y)) for i, (x, y, _, _) in enumerate(grid(20))]
    picture = paste((420, 420), tiles)
    small = figure(picture)
    large = FigureImage(np.asarray(picture.resize((2520, 2520))), small.bbox, (), (), ())
    for one, other in zip(separate(small), separate(large), strict=True):
        assert one.bbox == pytest.approx(other.bbox, abs=2)
