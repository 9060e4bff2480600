"""Gold of others, in files made up in the form of theirs."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tasks.developing.published_gold import POINTS_WIDE, read_imageclef, read_panelseg
from tasks.errors import InputError

IMAGECLEF = """<?xml version="1.0"?>
<annotations>
  <annotation><filename>1471-0000-1-1-1</filename>
    <object><point x="0" y="0"/><point x="100" y="0"/><point x="0" y="80"/><point x="100" y="80"/></object>
    <object><point x="200" y="80"/><point x="110" y="80"/><point x="200" y="0"/><point x="110" y="0"/></object>
    <object><point x="5" y="5"/><point x="5" y="5"/></object>
    <object><point x="?" y="5"/></object>
  </annotation>
  <annotation><filename>not-handed-out</filename>
    <object><point x="0" y="0"/><point x="9" y="9"/></object></annotation>
  <annotation><filename>../outside</filename>
    <object><point x="0" y="0"/><point x="9" y="9"/></object></annotation>
</annotations>"""

SHAPE = """<Shape Type="Rectangle"><BlockText Align="Center"><Text>{}</Text></BlockText>
<Data Rotation="0"><Extent Height="80" Width="90" Y="10" X="{}"/></Data></Shape>"""


def iphotodraw(*shapes: tuple[str, int]) -> str:
    drawn = "".join(SHAPE.format(*shape) for shape in shapes)
    return f"<Document><Layers><Layer><Shapes>{drawn}</Shapes></Layer></Layers></Document>"


def test_imageclef_boxes_are_scaled_with_their_picture(tmp_path: Path) -> None:
    Image.new("RGB", (200, 100), "white").save(tmp_path / "1471-0000-1-1-1.jpg")
    Image.new("RGB", (9, 9)).save(tmp_path.parent / "outside.jpg")
    (tmp_path / "gold.xml").write_text(IMAGECLEF)
    (figure,) = read_imageclef(tmp_path / "gold.xml", tmp_path)
    unit = 200 / POINTS_WIDE
    assert figure.boxes == [(0, 0, 100 / unit, 80 / unit), (110 / unit, 0, 200 / unit, 80 / unit)]
    assert figure.image.bbox == (0, 0, POINTS_WIDE, 100 / unit)
    assert figure.labels == [None, None]


def test_panelseg_panels_have_their_letters(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    Image.new("RGB", (200, 100), "white").save(tmp_path / "set/figure.png")
    shapes = (("Panel A", 5), ("panel b", 105), ("Label A", 5), ("panel", 105), ("Panel C", 7))
    (tmp_path / "set/figure_data.xml").write_text(iphotodraw(*shapes).replace('"7"', '"nowhere"'))
    (figure,) = read_panelseg(tmp_path)
    assert figure.labels == ["A", "b", None]
    unit = 200 / POINTS_WIDE
    assert figure.boxes[0] == (5 / unit, 10 / unit, 95 / unit, 90 / unit)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no XML", "gold.xml is no XML"),
        (
            '<!DOCTYPE a [<!ENTITY b "c">]><annotations><annotation>&b;</annotation></annotations>',
            "is no XML",
        ),
        ("<annotations/>", "none of the 0 figures"),
    ],
)
def test_what_is_no_such_gold_says_so(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "gold.xml").write_text(text)
    with pytest.raises(InputError, match=said):
        list(read_imageclef(tmp_path / "gold.xml", tmp_path))


def test_a_folder_without_annotations_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"_data\.xml"):
        list(read_panelseg(tmp_path))


def test_a_broken_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "figure.jpg").write_bytes(b"no picture")
    (tmp_path / "figure_data.xml").write_text(iphotodraw(("panel A", 5)))
    with pytest.raises(InputError, match=r"figure\.jpg is no picture"):
        list(read_panelseg(tmp_path))
