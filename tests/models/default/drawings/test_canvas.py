from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from models.default.drawings.canvas import Canvas, Face, Head, bow

pytest.importorskip("rdkit", reason="needs the extra figmill[draw]")


def blank(width: float = 100, height: float = 60) -> Canvas:
    return Canvas(np.random.default_rng(0), width, height)


def dark(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("L")) < 128


def test_a_picture_is_cut_to_its_ink() -> None:
    canvas = blank()
    canvas.box(30, 20, 10, 10, fill="black")
    width, height = canvas.finish().size
    assert 10 <= width <= 24
    assert 10 <= height <= 24
    assert blank().finish().size == (100, 60)


def test_a_dashed_line_leaves_gaps() -> None:
    drawn = {}
    for dash in (0, 5):
        canvas = blank()
        canvas.line([(0, 30), (100, 30)], width=2, dash=dash)
        drawn[dash] = dark(canvas.finish(cut=False))[30].mean()
    assert drawn[0] == 1
    assert 0.3 < drawn[5] < 0.7


@pytest.mark.parametrize("head", ["triangle", "open", "bar"])
def test_an_arrow_is_broader_where_it_ends(head: Head) -> None:
    canvas = blank()
    canvas.arrow((10, 30), (80, 30), head=head, width=2)
    broad = dark(canvas.finish(cut=False)).sum(axis=0)
    assert broad[65:82].max() > 2 * broad[20:60].max()


def test_an_arrow_may_bend_aside() -> None:
    way = bow((0, 0), (100, 0), 0.2)
    assert way[0] == (0, 0)
    assert way[-1] == pytest.approx((100, 0))
    assert max(y for _, y in way) == pytest.approx(20, abs=1)


@pytest.mark.parametrize("face", ["sans", "humanist", "serif", "screen"])
def test_text_is_set_in_each_face_and_bold_is_darker(face: Face) -> None:
    ink = {}
    for bold in (False, True):
        canvas = blank()
        canvas.face = face
        canvas.text((50, 30), "β-actin", size=20, bold=bold)
        ink[bold] = dark(canvas.finish(cut=False)).sum()
    assert 0 < ink[False] < ink[True]


def test_turned_text_stands() -> None:
    canvas = blank()
    canvas.text((50, 30), "kinase", size=14, turn=90)
    rows, columns = np.nonzero(dark(canvas.finish(cut=False)))
    assert np.ptp(rows) > np.ptp(columns)
