from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest
from PIL import Image, ImageFont

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


def test_boxes_are_round_whatever_their_sides() -> None:
    random = np.random.default_rng(0)
    canvas = blank()
    for side in random.uniform(1, 30, 1000):
        canvas.box(10, 10, side, side + random.uniform(-1, 3), fill="black", edge="red", line=1.2, radius=99)
    assert dark(canvas.finish()).any()


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


@pytest.mark.parametrize("face", ["sans", "humanist", "serif"])
def test_signs_that_a_face_lacks_are_written_all_the_same(face: Face) -> None:
    def write(face: Face, text: str, *, bold: bool = False) -> np.ndarray:
        canvas = blank()
        canvas.face = face
        canvas.text((50, 30), text, size=20, bold=bold)
        return dark(canvas.finish(cut=False))

    for bold in (False, True):
        assert np.array_equal(write(face, "H₂●", bold=bold), write("screen", "H₂●", bold=bold))
        assert not np.array_equal(write(face, "Hx", bold=bold), write("screen", "Hx", bold=bold))


def test_letters_stand_the_same_on_every_machine() -> None:
    """Pillow's other engine, which is not everywhere, sets them closer."""
    canvas = blank(200)
    canvas.face = "screen"
    canvas.text((10, 30), "AVATAR Tyr", size=20, anchor="lm")
    columns = np.flatnonzero(dark(canvas.finish(cut=False)).any(axis=0))
    font = ImageFont.truetype(
        str(files("matplotlib").joinpath("mpl-data/fonts/ttf/DejaVuSans.ttf")),
        40,
        layout_engine=ImageFont.Layout.BASIC,
    )
    left, _, right, _ = font.getbbox("AVATAR Tyr", anchor="lm")
    assert np.ptp(columns) == pytest.approx((right - left) / 2, abs=2)


def test_turned_text_stands() -> None:
    canvas = blank()
    canvas.text((50, 30), "kinase", size=14, turn=90)
    rows, columns = np.nonzero(dark(canvas.finish(cut=False)))
    assert np.ptp(rows) > np.ptp(columns)
