"""The image files of JATS figures, wherever and in however many forms they stand."""

import pytest
from defusedxml.ElementTree import fromstring

from tasks.article.jats_graphics import graphics_of, is_picture

A, B = '<graphic href="a"/>', '<graphic href="b"/>'


@pytest.mark.parametrize(
    ("inside", "references"),
    [
        (A + B, ["a", "b"]),
        (f"<p>{A}</p><p>{B}</p>", ["a", "b"]),
        (f"<list><list-item>{A}</list-item><list-item><p>{B}</p></list-item></list>", ["a", "b"]),
        (f"<boxed-text><sec>{A}</sec></boxed-text>", ["a"]),
        (f"<chem-struct-wrap><chem-struct>{A}</chem-struct></chem-struct-wrap>", ["a"]),
        (f'<media mimetype="video" href="v.mp4">{A}</media>', ["a"]),
        ('<media mimetype="image" mime-subtype="png" href="a"/>', ["a"]),
        ('<media mimetype="image/png" href="a"/>', ["a"]),
        ('<media href="a.jpg"/>', ["a.jpg"]),
        ('<media mimetype="video" href="a.mp4"/><media href="a.xlsx"/>', []),
        (f"<disp-formula>{A}</disp-formula>", ["a"]),
        (f"<caption><p>Words {A}</p></caption>", ["a"]),
        ('<p><inline-graphic href="a"/></p>', ["a"]),
        ('<caption><p><inline-graphic href="a"/></p></caption>', []),
        ("<graphic/><graphic href=' '/>", []),
        ("<graphic href=' a\n'/>", ["a"]),
    ],
)
def test_graphics_are_found_wherever_a_figure_keeps_them(inside: str, references: list[str]) -> None:
    assert graphics_of(fromstring(f"<fig>{inside}</fig>")) == references


@pytest.mark.parametrize(
    "other",
    [
        '<p>where <disp-formula><graphic href="eq"/></disp-formula></p>',
        '<p><inline-graphic href="sign"/></p>',
        '<caption><p><graphic href="sign"/></p></caption>',
        '<media mimetype="image" href="a_large"/>',
        '<graphic href="small" content-type="thumbnail"/>',
        '<table-wrap><graphic href="table"/></table-wrap>',
        A,
    ],
)
def test_other_pictures_beside_the_graphic_are_not_the_figures(other: str) -> None:
    assert graphics_of(fromstring(f"<fig>{other}{A}</fig>")) == ["a"]


@pytest.mark.parametrize(
    ("forms", "best"),
    [
        ('<graphic href="a.tif"/><graphic href="b.png"/>', "a.tif"),
        ('<graphic href="a.eps"/><graphic href="b.png"/>', "b.png"),
        ('<graphic href="a.eps"/><graphic href="b.svg"/>', "a.eps"),
        ('<graphic href="a.gif"/><graphic href="b.jpg"/>', "b.jpg"),
        ('<graphic href="a.jpg" specific-use="thumbnail"/><graphic href="b.tif"/>', "b.tif"),
        ('<media mimetype="video" href="a.mp4"/><graphic href="b"/>', "b"),
        ('<code>plot(x)</code><graphic href="b"/>', "b"),
        ('<media mimetype="video" href="a"/><media mimetype="image" href="b"/>', "b"),
    ],
)
def test_of_alternatives_the_best_counts(forms: str, best: str) -> None:
    assert graphics_of(fromstring(f"<fig><alternatives>{forms}</alternatives></fig>")) == [best]


def test_a_picture_in_two_formats_is_one() -> None:
    assert graphics_of(fromstring('<fig><graphic href="a.gif"/><graphic href="a.jpg"/></fig>')) == ["a.jpg"]
    two = '<graphic href="a.tif"/><graphic href="b.tif"/><graphic href="a.jpg"/>'
    assert graphics_of(fromstring(f"<fig>{two}</fig>")) == ["a.tif", "b.tif"]
    numbered = '<graphic href="fig.1"/><graphic href="fig.2"/>'
    assert graphics_of(fromstring(f"<fig>{numbered}</fig>")) == ["fig.1", "fig.2"]


def test_a_picture_that_is_there_as_thumbnail_only_is_that() -> None:
    only = '<graphic href="small" content-type="thumbnail"/>'
    assert graphics_of(fromstring(f"<fig>{only}</fig>")) == ["small"]


def test_a_picture_names_its_file() -> None:
    assert is_picture(fromstring('<graphic href="a"/>'))
    assert not is_picture(fromstring("<graphic/>"))
    assert not is_picture(fromstring('<p href="a"/>'))
