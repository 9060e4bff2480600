from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from models.inference.blankness import blank
from models.transforms import Pixels, Transform

SIDE = 224


def page(ground: str = "white") -> Image.Image:
    return Image.new("RGB", (SIDE, SIDE), ground)


def pixels(image: Image.Image) -> Pixels:
    return np.asarray(image)[None]


def test_a_page_of_any_colour_is_blank() -> None:
    for ground in ("white", "black", "olive"):
        assert blank(pixels(page(ground))).tolist() == [True]


def test_a_frame_specks_and_uneven_paper_leave_it_blank() -> None:
    image = page()
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIDE - 1, SIDE - 1), outline="black", width=3)
    for at in (40, 90, 150):
        draw.ellipse((at, at, at + 4, at + 4), fill="grey")
    uneven = np.asarray(image).astype(int) - np.random.default_rng(0).integers(0, 5, (SIDE, SIDE, 1))
    assert blank(uneven.clip(0, 255).astype(np.uint8)[None])[0]


def test_a_line_a_word_and_a_dim_cell_are_something() -> None:
    plot, word, cell = page(), page(), page("black")
    ImageDraw.Draw(plot).line((20, 200, 200, 30), fill="black", width=2)
    ImageDraw.Draw(word).text((90, 100), "a + b = c", fill="black", font_size=24)
    ImageDraw.Draw(cell).ellipse((90, 90, 115, 115), fill=(0, 30, 0))
    assert not blank(np.concatenate([pixels(image) for image in (plot, word, cell)])).any()


def test_no_images_give_no_answers() -> None:
    assert blank(np.zeros((0, SIDE, SIDE, 3), np.uint8)).shape == (0,)


def test_what_the_transform_makes_of_a_narrow_blank_strip_is_blank() -> None:
    import io

    stream = io.BytesIO()
    Image.new("L", (300, 12), 240).save(stream, "JPEG")
    for fit in ("stretch", "proportions"):
        assert blank(Transform(fit=fit).prepare(stream.getvalue())[None])[0]


def test_the_rim_is_left_aside_on_every_side_of_a_rectangle() -> None:
    """A frame within five of a hundred of each side is no ink; beyond that it is."""
    images = np.full((2, 128, 384, 3), 255, np.uint8)
    for image, (rows, columns) in zip(images, [(5, 18), (12, 36)], strict=True):
        image[:rows] = image[-rows:] = image[:, :columns] = image[:, -columns:] = 0
    assert blank(images).tolist() == [True, False]
