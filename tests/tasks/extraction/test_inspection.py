"""Overlay pictures show figures, subfigures and captions where they stand."""

from pathlib import Path

import numpy as np
from PIL import Image

from tasks.extraction.inspection import CAPTION, DPI, FIGURE, inspect_paper
from tasks.settings import ExtractionLimits
from tests.tasks.drawn import RIGHT, Drawing


def has_colour(pixels: np.ndarray, colour: str) -> bool:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return bool((pixels == wanted).all(-1).any())


def test_a_picture_for_every_page_with_a_figure(tmp_path: Path) -> None:
    paper = Drawing().add_page().body((50, 60, 545, 780)).add_page()
    paper.image((60, 70, 280, 220)).caption((50, 230, 290, 254), "Figure 1.", "Cells.").body(RIGHT)
    paper.body((50, 270, 290, 780))
    (picture,) = inspect_paper(paper.save(tmp_path), tmp_path / "out", ExtractionLimits())
    assert picture.name == "page-002.png"
    pixels = np.asarray(Image.open(picture))
    unit = DPI / 72
    edge = pixels[round(100 * unit) : round(200 * unit), round(58 * unit) : round(62 * unit)]
    assert has_colour(edge, FIGURE)
    caption = pixels[round(226 * unit) : round(256 * unit), round(46 * unit) : round(200 * unit)]
    assert has_colour(caption, CAPTION)
