"""Annotations that are pictures belong to the page; what readers wrote on it does not."""

from pathlib import Path

import numpy as np
import pytest

from tasks.pdf.documents import open_pdf, read_pages
from tasks.pdf.figures import find_figures
from tasks.pdf.mending.annotations import MOST_PICTURES
from tasks.settings import ExtractionLimits
from tests.tasks.drawn import LEFT, RIGHT, Drawing, Rect, jpeg, picture

BOX: Rect = (50, 100, 290, 260)
CAPTION: Rect = (50, 266, 290, 286)
STAMP, BUTTON = "/Subtype/Stamp/F 4", "/Subtype/Widget/FT/Btn/Ff 65536/T(button)/F 4"


def paper_with(annotation: str, box: Rect = BOX, *, image: bool = True) -> Drawing:
    """A page with a caption, above which an annotation stands whose appearance is a picture or a coloured area."""
    paper = Drawing().add_page().body(RIGHT).body((50, 300, 290, 780))
    paper.caption(CAPTION, "Figure 1.", "Cells of the culture.")
    document = paper.document
    document.new_page()
    paper.image(BOX, jpeg(picture(480, 320)))
    xref = paper.page.get_images()[0][0]
    form, made = document.get_new_xref(), document.get_new_xref()
    resources = f"/Resources<</XObject<</Im {xref} 0 R>>>>" if image else ""
    document.update_object(form, f"<</Type/XObject/Subtype/Form/BBox[0 0 240 160]{resources}>>")
    drawn = b"240 0 0 160 0 0 cm /Im Do" if image else b".2 .4 .8 rg 0 0 240 160 re f"
    document.update_stream(form, drawn, new=True)
    x0, y0, x1, y1 = box
    rect = f"[{x0} {842 - y1} {x1} {842 - y0}]"
    document.update_object(made, f"<</Type/Annot{annotation}/Rect{rect}/AP<</N {form} 0 R>>>>")
    document.xref_set_key(document.page_xref(0), "Annots", f"[{made} 0 R]")
    document.delete_page(1)
    return paper


def boxes_of_figures(folder: Path, paper: Drawing) -> list[Rect]:
    with open_pdf(paper.save(folder)) as document:
        figures, _ = find_figures(read_pages(document, ExtractionLimits(), []))
        return [figure.bbox for figure in figures]


@pytest.mark.parametrize(
    "annotation",
    [
        "/Subtype/3D/F 4",
        "/Subtype/RichMedia",
        "/Subtype/Screen",
        "/Subtype/Movie",
        STAMP,
        BUTTON,
    ],
)
def test_a_picture_is_a_figure(tmp_path: Path, annotation: str) -> None:
    (box,) = boxes_of_figures(tmp_path, paper_with(annotation))
    assert np.abs(np.subtract(box, BOX)).max() < 2


def test_a_still_may_be_drawn_of_lines_and_areas(tmp_path: Path) -> None:
    assert len(boxes_of_figures(tmp_path, paper_with("/Subtype/3D/F 4", image=False))) == 1


def test_a_picture_is_found_where_it_is_nested_and_its_page_names_its_annotations_elsewhere(
    tmp_path: Path,
) -> None:
    paper = paper_with(STAMP)
    document, page = paper.document, paper.page.xref
    array, outer = document.get_new_xref(), document.get_new_xref()
    (stamp,) = (int(word) for word in document.xref_get_key(page, "Annots")[1][1:].split()[:1])
    inner = document.xref_get_key(stamp, "AP/N")[1]
    document.update_object(
        outer, f"<</Type/XObject/Subtype/Form/BBox[0 0 240 160]/Resources<</XObject<</In {inner}>>>>>>"
    )
    document.update_stream(outer, b"/In Do", new=True)
    document.xref_set_key(stamp, "AP", f"<</N {outer} 0 R>>")
    document.update_object(array, f"[{stamp} 0 R]")
    document.xref_set_key(page, "Annots", f"{array} 0 R")
    assert len(boxes_of_figures(tmp_path, paper)) == 1


def test_a_picture_that_was_drawn_is_no_annotation_any_more(tmp_path: Path) -> None:
    with open_pdf(paper_with("/Subtype/3D/F 4").save(tmp_path)) as document:
        assert list(document[0].annots()) == []


@pytest.mark.parametrize(
    "annotation", ["/Subtype/3D/F 2", "/Subtype/3D/F 32", "/Subtype/Link", "/Subtype/Widget/FT/Tx/T(text)"]
)
def test_what_is_hidden_or_no_picture_is_none(tmp_path: Path, annotation: str) -> None:
    assert boxes_of_figures(tmp_path, paper_with(annotation)) == []


@pytest.mark.parametrize("state", ["ON", "OFF"])
def test_a_picture_shows_as_its_layer_does(tmp_path: Path, state: str) -> None:
    paper = paper_with("/Subtype/3D/F 4")
    document = paper.document
    layer, member = document.get_new_xref(), document.get_new_xref()
    document.update_object(layer, "<</Type/OCG/Name(layer)>>")
    document.update_object(member, f"<</Type/OCMD/VE[/And {layer} 0 R]>>")
    said = f"<</OCGs[{layer} 0 R]/D<</{state}[{layer} 0 R]>>>>"
    document.xref_set_key(document.pdf_catalog(), "OCProperties", said)
    (still,) = (int(word) for word in document.xref_get_key(paper.page.xref, "Annots")[1][1:].split()[:1])
    document.xref_set_key(still, "OC", f"{member} 0 R")
    assert len(boxes_of_figures(tmp_path, paper)) == (state == "ON")


def test_a_stamp_without_an_image_is_a_readers(tmp_path: Path) -> None:
    assert boxes_of_figures(tmp_path, paper_with(STAMP, image=False)) == []


def is_drawn(folder: Path, paper: Drawing, box: Rect) -> bool:
    """Whether what is annotated on the first page became part of it."""
    shown = []
    for _ in range(2):
        with open_pdf(paper.save(folder)) as document:
            (page, *_) = read_pages(document, ExtractionLimits(), [])
            shown.append(page.render(box, 72))
        paper.document.xref_set_key(paper.document.page_xref(0), "Annots", "null")
    return not np.array_equal(*shown)


@pytest.mark.parametrize("annotation", [STAMP, BUTTON])
def test_what_is_stamped_on_print_is_a_mark(tmp_path: Path, annotation: str) -> None:
    words: Rect = (310, 300, 540, 460)
    assert not is_drawn(tmp_path, paper_with(annotation, words), words)
    paper = paper_with(annotation)
    paper.image((60, 110, 280, 200))
    assert not is_drawn(tmp_path, paper, BOX)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_print_on_a_rotated_page_is_where_it_is_seen(tmp_path: Path, rotation: int) -> None:
    bare, words = paper_with(STAMP), paper_with(STAMP, (310, 300, 540, 460))
    for paper in (bare, words):
        paper.page.set_rotation(rotation)
    assert len(boxes_of_figures(tmp_path, bare)) == 1
    assert boxes_of_figures(tmp_path, words) == []


def test_a_stills_fallback_beneath_it_is_no_hindrance(tmp_path: Path) -> None:
    paper = paper_with("/Subtype/3D/F 4")
    paper.image((60, 110, 280, 200))
    assert is_drawn(tmp_path, paper, BOX)


def test_what_is_stamped_several_times_is_a_mark(tmp_path: Path) -> None:
    paper = paper_with(STAMP)
    said = paper.document.xref_object(
        int(paper.document.xref_get_key(paper.page.xref, "Annots")[1][1:].split()[0])
    )
    paper.add_page().body(RIGHT)
    again = paper.document.get_new_xref()
    paper.document.update_object(again, said)
    paper.document.xref_set_key(paper.page.xref, "Annots", f"[{again} 0 R]")
    assert not is_drawn(tmp_path, paper, BOX)


def test_a_file_of_hundreds_of_pictures_is_left_as_it_is(tmp_path: Path) -> None:
    paper = paper_with("/Subtype/3D/F 4")
    one = paper.document.xref_get_key(paper.page.xref, "Annots")[1].strip("[]")
    said = paper.document.xref_object(int(one.split()[0]))
    many = [paper.document.get_new_xref() for _ in range(MOST_PICTURES)]
    for xref in many:
        paper.document.update_object(xref, said)
    named = " ".join(f"{xref} 0 R" for xref in many)
    paper.document.xref_set_key(paper.page.xref, "Annots", f"[{named}]")
    assert boxes_of_figures(tmp_path, paper)
    paper.document.xref_set_key(paper.page.xref, "Annots", f"[{one} {named}]")
    assert boxes_of_figures(tmp_path, paper) == []


def test_an_annotation_that_is_gone_does_not_hinder_a_picture(tmp_path: Path) -> None:
    paper = paper_with("/Subtype/3D/F 4")
    one = paper.document.xref_get_key(paper.page.xref, "Annots")[1]
    paper.document.xref_set_key(paper.page.xref, "Annots", one.replace("]", " 99999 0 R]"))
    assert len(boxes_of_figures(tmp_path, paper)) == 1


def test_the_words_of_an_annotation_without_a_reference_stay_beside_a_picture(tmp_path: Path) -> None:
    paper = paper_with("/Subtype/3D/F 4")
    paper.add_page().body(RIGHT)
    form = paper.document.get_new_xref()
    font = "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    paper.document.update_object(form, f"<</Type/XObject/Subtype/Form/BBox[0 0 200 30]{font}>>")
    paper.document.update_stream(form, b"BT /F 9 Tf 5 10 Td (Remark of the authors) Tj ET", new=True)
    remark = f"<</Type/Annot/Subtype/FreeText/F 4/Rect[50 400 250 430]/AP<</N {form} 0 R>>>>"
    paper.document.xref_set_key(paper.page.xref, "Annots", f"[{remark}]")
    with open_pdf(paper.save(tmp_path)) as document:
        _, second = read_pages(document, ExtractionLimits(), [])
        assert any("Remark of the authors" in line.text for line in second.lines)


def test_a_small_button_is_none(tmp_path: Path) -> None:
    small: Rect = (100, 150, 200, 220)
    assert not is_drawn(tmp_path, paper_with(BUTTON, small), small)
    large: Rect = (100, 150, 200, 230)
    assert is_drawn(tmp_path, paper_with(BUTTON, large), large)


def test_the_words_of_a_caption_that_is_an_annotation_stay_beside_a_picture(tmp_path: Path) -> None:
    paper = paper_with("/Subtype/3D/F 4")
    paper.document.load_page(0).add_freetext_annot((50, 20, 250, 50), "Remark of the authors", fontsize=9)
    with open_pdf(paper.save(tmp_path)) as document:
        (page,) = read_pages(document, ExtractionLimits(), [])
        assert any("Remark of the authors" in line.text for line in page.lines)


def test_what_readers_wrote_stays_out_beside_a_picture(tmp_path: Path) -> None:
    paper = paper_with("/Subtype/3D/F 4")
    paper.add_page().body(LEFT)
    paper.page.add_freetext_annot((310, 100, 540, 300), "Is this so?", fontsize=40, fill_color=(1, 0, 0))
    with open_pdf(paper.save(tmp_path)) as document:
        _, second = read_pages(document, ExtractionLimits(), [])
        assert (second.ink[second.pixels((310, 100, 540, 300))] > 250).all()


def test_annotations_that_are_broken_harm_nothing(tmp_path: Path) -> None:
    paper = Drawing().add_page().body(RIGHT)
    for broken in ("[99999 0 R]", "[null 3]", "(text)", "<</a 1>>"):
        paper.document.xref_set_key(paper.page.xref, "Annots", broken)
        with open_pdf(paper.save(tmp_path)) as document:
            assert len(read_pages(document, ExtractionLimits(), [])) == 1
