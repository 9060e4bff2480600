"""Words that nobody sees make no captions; the words recognised in a scan are its text."""

from __future__ import annotations

import io
import time

import numpy as np
import pymupdf
import pytest
from PIL import Image

from tasks.pdf.figures import find_figures
from tasks.pdf.pages import PageContent, read_page
from tests.tasks.drawn import RIGHT, Drawing, Rect, sentences

CAPTION = "Growth of the colonies over ten days in three dishes, with bars for the spread of all."
HIDDEN = "Figure 9. Words that nobody sees in it."
PAGE: Rect = (0, 0, 595, 842)
MARGINS: Rect = (40, 55, 555, 790)


def pages_of(paper: Drawing) -> list[PageContent]:
    document = pymupdf.open(stream=paper.document.tobytes(), filetype="pdf")
    return [read_page(page) for page in document]


def labels_of(paper: Drawing) -> list[str | None]:
    """The labels of the figures found, and behind them those of captions without one."""
    found, spare = find_figures(pages_of(paper))
    return [f.caption.label if f.caption else None for f in found] + [c.label for c in spare]


def printed() -> Drawing:
    paper = Drawing().add_page().image((60, 70, 280, 220)).caption((50, 230, 290, 254), "Figure 1.", CAPTION)
    return paper.text((50, 270, 290, 780), sentences(300)).text(RIGHT, sentences(400, seed=1))


def recognise(paper: Drawing, source: Drawing, offset: float = 0.0) -> Drawing:
    """The words of a source, written on a paper in the same places."""
    for x0, _, _, y1, word, *_ in source.page.get_text("words"):
        at = (x0 + offset, y1 - 2)
        paper.page.insert_text(at, word, fontsize=8, fontname="tiro", render_mode=3)
    return paper


def scanned(box: Rect = PAGE, strips: int = 1, *, beneath: bool = False, dpi: int = 110) -> Drawing:
    """A page as scanners make it: pictures of it in a box, in strips, with the words recognised in them."""
    source, paper = printed(), Drawing()
    paper.document.new_page(width=595, height=842)
    if beneath:
        for block in source.page.get_text("dict", flags=0)["blocks"]:
            for line in block["lines"]:
                words = "".join(span["text"] for span in line["spans"])
                at = (line["bbox"][0], line["bbox"][3] - 2)
                paper.page.insert_text(at, words, fontsize=8, fontname="tiro")
    x0, y0, x1, y1 = box
    for i in range(strips):
        strip = (x0, y0 + (y1 - y0) * i / strips, x1, y0 + (y1 - y0) * (i + 1) / strips)
        paper.image(strip, source.page.get_pixmap(dpi=dpi, clip=strip).tobytes("png"))
    return paper if beneath else recognise(paper, source)


def digital(*, hidden: str = "", at: tuple[float, float] = (70, 290), **how: object) -> Drawing:
    paper = Drawing().add_page().image((60, 70, 280, 300)).caption((50, 310, 290, 334), "Figure 2.", CAPTION)
    if hidden:
        paper.page.insert_text(at, hidden, fontsize=8, fontname="tiro", **how)
    return paper.body((50, 350, 290, 780)).body(RIGHT)


@pytest.mark.parametrize("beneath", [False, True])
@pytest.mark.parametrize(("box", "strips"), [(PAGE, 1), (PAGE, 6), (MARGINS, 1)])
def test_the_words_recognised_in_a_scan_are_its_text(box: Rect, strips: int, beneath: bool) -> None:
    found, _ = find_figures(pages_of(scanned(box, strips, beneath=beneath)))
    assert [(f.caption.label, f.caption.text) for f in found if f.caption] == [("Figure 1", CAPTION)]


def test_a_stamp_on_a_scan_does_not_take_its_text() -> None:
    paper = scanned()
    paper.page.insert_text((60, 835), "Downloaded by a reader on 12 May 2020, for the use of one", fontsize=7)
    assert labels_of(paper) == ["Figure 1"]


def stamped(paper: Drawing, stamp: str) -> Drawing:
    """Words printed on a scan: in a margin, in its middle, or over all of the caption's words and more."""
    words, page = "Copy for the use of one reader", paper.page
    if stamp in ("left", "right"):
        page.insert_text((12 if stamp == "left" else 585, 600), words, fontsize=7, rotate=90)
    elif stamp in ("head", "foot"):
        page.insert_text((60, 20 if stamp == "head" else 830), words, fontsize=7)
    elif stamp == "word":
        page.insert_text((200, 730), "Copy 12", fontsize=9)
    elif stamp == "middle":
        page.insert_text((200, 520), words, fontsize=9)
    elif stamp == "watermark":
        page.insert_text((40, 262), words, fontsize=45, color=(0.8, 0.8, 0.8))
    else:
        foot = pymupdf.Point(20, 600)
        turned = (foot, pymupdf.Matrix(-50))
        page.insert_text(foot, words, fontsize=45, color=(0.8, 0.8, 0.8), morph=turned)
    return paper


@pytest.mark.parametrize(
    ("stamp", "box", "beneath"),
    [
        *((margin, MARGINS, False) for margin in ("left", "right", "head", "foot")),
        ("middle", MARGINS, False),
        ("middle", MARGINS, True),
        ("word", (40, 55, 555, 700), False),
        ("watermark", PAGE, False),
        ("watermark", MARGINS, True),
        ("oblique", PAGE, False),
    ],
)
def test_what_is_printed_on_a_scan_does_not_take_its_text(stamp: str, box: Rect, beneath: bool) -> None:
    dpi = 72 if beneath else 110  # at 72 the page looks just like the picture, which hides what is beneath
    found, _ = find_figures(pages_of(stamped(scanned(box, beneath=beneath, dpi=dpi), stamp)))
    assert [(f.caption.label, f.caption.text) for f in found if f.caption] == [("Figure 1", CAPTION)]


def test_letters_that_colour_is_painted_through_are_seen() -> None:
    paper = digital(hidden=".", at=(300, 835))  # the font
    words = b"q BT /tiro 9 Tf 7 Tr 52 320 Td (Figure 3. Cells that grew in the dark for ten days.) Tj ET"
    paper.image((310, 70, 540, 300))
    append(paper, words + b" 0 0 0.5 rg 40 300 300 50 re f Q")
    assert "Figure 3" in labels_of(paper)


def append(paper: Drawing, operators: bytes) -> None:
    xref = paper.document.get_new_xref()
    paper.document.update_object(xref, "<<>>")
    paper.document.update_stream(xref, operators)
    contents = " ".join(f"{one} 0 R" for one in [*paper.page.get_contents(), xref])
    paper.document.xref_set_key(paper.page.xref, "Contents", f"[{contents}]")


def test_many_unpainted_words_among_many_paths_are_read_soon() -> None:
    paper = digital(hidden=".", at=(300, 835))
    places = [(3 + i % 50 * 11.5, 5 + i // 50 * 8) for i in range(3000)]
    append(paper, b"\n".join(b"%d %d 2 2 re f" % (i % 590, i // 25) for i in range(20_000)))
    words = b"\n".join(b"1 0 0 1 %.1f %.1f Tm (w%d) Tj" % (*at, i) for i, at in enumerate(places))
    append(paper, b"BT /tiro 2 Tf 3 Tr " + words + b" ET")
    begun = time.process_time()
    pages_of(paper)
    assert time.process_time() - begun < 8


@pytest.mark.parametrize("how", [{"render_mode": 3}, {"fill_opacity": 0}])
@pytest.mark.parametrize("at", [(70, 120), (70, 290)])
def test_unpainted_words_on_a_picture_make_no_caption(
    how: dict[str, object], at: tuple[float, float]
) -> None:
    assert labels_of(digital(hidden=HIDDEN, at=at, **how)) == ["Figure 2"]


def test_words_recognised_in_a_picture_are_kept_as_its_own() -> None:
    (page,) = pages_of(digital(hidden="Vehicle", render_mode=3))
    (line,) = (line for line in page.lines if line.text == "Vehicle")
    assert line.unseen
    assert not line.upright


def test_a_picture_without_a_caption_gets_none_of_unpainted_words() -> None:
    paper = Drawing().add_page().image((60, 70, 280, 300))
    paper.page.insert_text((70, 290), HIDDEN, fontsize=8, render_mode=3)
    assert labels_of(paper.body((50, 350, 290, 780)).body(RIGHT)) == [None]


def test_a_picture_of_a_page_has_its_caption_in_the_words_recognised_in_it() -> None:
    source = Drawing()
    source.document.new_page(width=595, height=842)
    source.image((60, 70, 535, 600)).caption((60, 610, 535, 634), "Figure 2.", CAPTION)
    box = (30, 40, 565, 800)
    paper = Drawing()
    paper.document.new_page(width=595, height=842)
    paper.image(box, source.page.get_pixmap(dpi=110, clip=box).tobytes("png"))
    assert labels_of(recognise(paper, source)) == ["Figure 2"]


def on_ground() -> Drawing:
    """A page whose paper is itself a picture, nearly white."""
    ground = pymupdf.Pixmap(pymupdf.csGRAY, (0, 0, 60, 84))
    ground.clear_with(250)
    paper = Drawing()
    paper.document.new_page(width=595, height=842)
    paper.image(PAGE, ground.tobytes("png")).image((60, 70, 280, 300))
    return paper.caption((50, 310, 290, 334), "Figure 2.", CAPTION).body((50, 350, 290, 780)).body(RIGHT)


def test_unpainted_words_on_a_page_with_a_ground_make_no_caption() -> None:
    paper = on_ground()
    paper.page.insert_text((70, 120), HIDDEN, fontsize=8, fontname="tiro", render_mode=3)
    assert labels_of(paper) == ["Figure 2"]


@pytest.mark.parametrize("misread", ["", "Figure 7. Growth of tbe colonies over ten days in three"])
def test_words_recognised_where_others_are_printed_are_left_out(misread: str) -> None:
    paper = on_ground()
    if misread:
        paper.page.insert_text((50, 318), misread, fontsize=8, fontname="tiro", render_mode=3)
    else:
        recognise(paper, paper, offset=1.5)
    found, spare = find_figures(pages_of(paper))
    assert [(f.caption.label, f.caption.text) for f in found if f.caption] == [("Figure 2", CAPTION)]
    assert spare == []


def test_an_unpainted_span_in_a_printed_line_is_no_word_of_it() -> None:
    paper = Drawing()
    paper.document.new_page(width=400, height=600)
    paper.image((40, 80, 360, 300))
    writer = pymupdf.TextWriter(paper.page.rect)
    _, end = writer.append((60, 120), "Cells of ", fontsize=10)
    writer.write_text(paper.page, color=(0, 0, 0))
    hidden = pymupdf.TextWriter(paper.page.rect)
    _, end = hidden.append(end, "AA ", fontsize=10)
    hidden.write_text(paper.page, render_mode=3)
    last = pymupdf.TextWriter(paper.page.rect)
    last.append(end, "mice", fontsize=10)
    last.write_text(paper.page, color=(0, 0, 0))
    paper.page.insert_text((40, 400), "Prose of the page that all of its readers see", fontsize=10)
    (page,) = pages_of(paper)
    assert [line.text for line in page.lines if not line.unseen] == [
        "Cells of mice",
        "Prose of the page that all of its readers see",
    ]


def covered(cover: str) -> Drawing:
    """A caption of its own that is painted over, by a white patch or by the figure's picture, or by most of it."""
    paper, picture = Drawing().add_page(), (60, 70, 280, 300)
    x, y = {"picture": (65, 120), "most of a picture": (55, 120), "patch": (65, 312)}[cover]
    paper.page.insert_text((x, y), HIDDEN, fontsize=8, fontname="tiro")
    paper.image(picture)
    if cover == "patch":
        paper.page.draw_rect((50, 302, 290, 316), fill=(1, 1, 1), color=None)
    paper.caption((50, 322, 290, 346), "Figure 2.", CAPTION)
    return paper.body((50, 360, 290, 780)).body(RIGHT)


@pytest.mark.parametrize("cover", ["picture", "most of a picture", "patch"])
def test_a_caption_that_was_painted_over_is_none(cover: str) -> None:
    assert labels_of(covered(cover)) == ["Figure 2"]


def test_other_words_beneath_a_picture_stay_its_own() -> None:
    paper = Drawing().add_page()
    paper.page.insert_text((65, 120), "Vehicle", fontsize=8, fontname="tiro")
    paper.page.insert_text((65, 140), HIDDEN, fontsize=8, fontname="tiro")
    (page,) = pages_of(paper.image((60, 70, 280, 300)).body((50, 360, 290, 780)).body(RIGHT))
    assert {line.text: line.unseen for line in page.lines if line.bbox[3] < 300 and line.bbox[0] < 100} == {
        "Journal of Drawn Papers": False,
        "Vehicle": False,
        HIDDEN: True,
    }


def test_a_caption_beneath_a_tint_is_seen_through_it() -> None:
    paper = Drawing().add_page().image((60, 70, 280, 300)).caption((50, 310, 290, 334), "Figure 2.", CAPTION)
    paper.page.draw_rect((48, 308, 292, 336), fill=(1, 1, 0), color=None, fill_opacity=0.3)
    assert labels_of(paper.body((50, 350, 290, 780)).body(RIGHT)) == ["Figure 2"]


def test_a_caption_beneath_the_clear_part_of_a_picture_is_seen() -> None:
    pixels = np.zeros((140, 120, 4), np.uint8)
    pixels[:110] = (90, 30, 200, 255)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG")
    paper = Drawing().add_page().caption((62, 310, 290, 334), "Figure 2.", CAPTION)
    paper.image((50, 70, 292, 352), data.getvalue())
    assert labels_of(paper.body((50, 370, 290, 780)).body(RIGHT)) == ["Figure 2"]


def test_white_letters_with_an_outline_are_seen_on_paper() -> None:
    paper = Drawing().add_page().image((60, 70, 280, 300))
    outlined = {"fill": (1, 1, 1), "color": (0, 0, 0), "render_mode": 2, "border_width": 0.03}
    paper.page.insert_text((50, 320), "Figure 2. Growth of cells.", fontsize=9, fontname="hebo", **outlined)
    assert labels_of(paper.body((50, 350, 290, 780)).body(RIGHT)) == ["Figure 2"]


def test_a_page_that_cannot_be_rendered_keeps_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = Drawing()
    paper.document.new_page(width=400, height=600)
    paper.page.draw_rect(paper.page.rect, color=None, fill=(0.1, 0.1, 0.1))
    paper.page.insert_text((50, 100), "White", color=(1, 1, 1))
    paper.page.insert_text((50, 300), "Red", color=(1, 0, 0))

    def fails(*_: object, **__: object) -> pymupdf.Pixmap:
        raise RuntimeError("code=7: a picture of this page is broken")

    monkeypatch.setattr(pymupdf.Page, "get_pixmap", fails)
    assert [line.text for line in read_page(paper.page).lines] == ["Red"]
