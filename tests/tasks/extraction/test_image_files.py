"""Articles without a PDF: figures from image files of every kind, by the JATS's own words, hostile ones contained."""

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tasks.errors import PaperError
from tasks.extraction.image_files import find_graphic, read_graphics
from tasks.records import Extraction, Graphic, Metadata, Paper, PaperFiles, SourceFile
from tasks.settings import ExtractionLimits
from tests.pmc_bucket import encode, jats
from tests.tasks.drawn import picture

LIMITS = ExtractionLimits()


def article(folder: Path, xml: bytes, **images: bytes) -> PaperFiles:
    """An article whose image files are named as the keywords, `_` for `.`."""
    (folder / "a.xml").write_bytes(xml)
    graphics = []
    for keyword, data in images.items():
        name = keyword.replace("_", ".")
        (folder / name).write_bytes(data)
        graphics.append(Graphic(name, SourceFile(f"https://x/{name}", str(folder / name))))
    paper = Paper(hashlib.sha256(xml).hexdigest(), "https://x/a.xml")
    main = SourceFile(paper.source_uri, str(folder / "a.xml"))
    return PaperFiles(paper, main, graphics=tuple(graphics))


def read(folder: Path, href: str = "g1", caption: str = "Cells.", **images: bytes) -> Extraction:
    return read_graphics(article(folder, jats(1, {href: caption}), **images), LIMITS)


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("g1_jpg", "JPEG"), ("g1_png", "PNG"), ("g1_tif", "TIFF"), ("g1_webp", "WEBP"), ("g1_gif", "GIF")],
)
def test_a_figure_is_the_image_that_the_jats_names(tmp_path: Path, name: str, kind: str) -> None:
    data = encode(1, kind)
    found = read(tmp_path, **{name: data})
    (figure,) = found.figures
    (subfigure,) = figure.subfigures
    assert (figure.label, figure.caption, figure.caption_source) == ("Figure 1", "Cells.", "jats")
    assert (figure.page, figure.bbox, subfigure.bbox, figure.kind) == (None, None, None, "raster")
    assert (subfigure.image.width, subfigure.image.height) == (320, 240)
    assert np.abs(pixels(subfigure.image.data) - pixels(data)).max() <= (0 if kind != "JPEG" else 2)
    assert (subfigure.image.data == data) == (kind == "JPEG")
    assert (found.metadata.journal, found.metadata.license) == ("Journal of Drawn Papers", "CC BY 4.0")
    assert found.gaps == ()


def test_a_compound_image_is_separated_and_its_caption_split(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.panels.partition.DRAWN", 0.0)  # all that no caption parts is taken for one
    canvas = Image.new("RGB", (1000, 420), "white")
    for place in (0, 1):
        part = Image.open(io.BytesIO(picture(460, 400, place + 1)))
        canvas.paste(part, (10 + 520 * place, 10))
    data = io.BytesIO()
    canvas.save(data, "PNG")
    found = read(tmp_path, caption="Two dishes. Left: control. Right: treated.", g1_png=data.getvalue())
    (figure,) = found.figures
    assert len(figure.subfigures) == 2
    assert [abs(one.image.width - 460) < 8 for one in figure.subfigures] == [True, True]
    assert ["control" in (one.subcaption or "") for one in figure.subfigures] == [True, False]


def test_graphics_are_found_with_and_without_their_suffix() -> None:
    graphics = [
        Graphic(name, SourceFile(name)) for name in ("a.jpg", "b.TIF", "c.gif", "c.png", "fig.1.webp")
    ]
    names = {
        "a": "a.jpg",
        "a.tif": "a.jpg",
        "b": "b.TIF",
        "c": "c.png",
        "c.gif": "c.gif",
        "fig.1": "fig.1.webp",
    }
    assert {text: getattr(find_graphic(text, graphics), "name", None) for text in names} == names
    assert find_graphic("../../d", graphics) is None


def test_a_reference_may_be_an_address_or_a_path_of_another_system() -> None:
    spaced = Graphic("Fig 1.jpg", SourceFile("Fig 1.jpg"))
    for reference in ("Fig%201.jpg", "Fig%201", "images\\Fig 1.jpg", "https://x.org/Fig%201.jpg?download=1"):
        assert find_graphic(reference, [spaced]) is spaced
    assert find_graphic("Fig%252F1", [spaced]) is None


def test_what_is_missing_or_broken_is_a_gap_and_the_rest_is_taken(tmp_path: Path) -> None:
    captions = {"g1": "One.", "g2": "Two.", "g3": "Three.", "g4": "Four."}
    good = encode(1, "PNG")
    images = {"g1_png": good, "g2_png": good[:400], "g3_png": b"<svg/>"}
    found = read_graphics(article(tmp_path, jats(1, captions), **images), LIMITS)
    assert [figure.label for figure in found.figures] == ["Figure 1"]
    assert [gap.sentence.split(":")[0] for gap in found.gaps] == [
        "an image of Figure 2 was left out",
        "an image of Figure 3 was left out",
        "an image of Figure 4 is not at hand",
    ]


@pytest.mark.parametrize(
    ("size", "words"), [((20_000, 30_000), "more pixels than Pillow opens"), ((3000, 2000), "6 megapixels")]
)
def test_an_image_of_too_many_pixels_is_not_decoded(
    tmp_path: Path, size: tuple[int, int], words: str
) -> None:
    data = io.BytesIO()
    Image.new("1", size).save(data, "PNG")
    paper = article(tmp_path, jats(1, {"g1": "Cells."}), g1_png=data.getvalue())
    found = read_graphics(paper, ExtractionLimits(image_megapixels=5))
    assert found.figures == ()
    assert words in found.gaps[0].sentence


def test_a_large_image_is_scaled_down(tmp_path: Path) -> None:
    small = ExtractionLimits(megapixels=0.01)
    found = read_graphics(article(tmp_path, jats(1, {"g1": "Cells."}), g1_jpg=encode(1, "JPEG")), small)
    image = found.figures[0].subfigures[0].image
    assert image.width * image.height <= 10_000


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_kind_of_pixel_is_shown(tmp_path: Path, mode: str) -> None:
    if mode == "I;16":
        ramp = np.tile(np.arange(0, 64000, 1000, dtype=np.uint16), (64, 1))
        image = Image.fromarray(ramp)
    else:
        image = (
            Image.linear_gradient("L").resize((64, 64)).convert("L" if mode == "LA" else "RGB").convert(mode)
        )
    data = io.BytesIO()
    image.save(data, "TIFF")
    found = read(tmp_path, g1_tif=data.getvalue())
    assert found.gaps == ()
    shown = pixels(found.figures[0].subfigures[0].image.data)
    assert shown.max() > 200
    assert shown.min() < 60


def test_faint_16_bit_grey_stays_as_faint_as_it_is(tmp_path: Path) -> None:
    data = io.BytesIO()
    Image.fromarray(np.tile(np.arange(0, 6400, 100, dtype=np.uint16), (64, 1))).save(data, "TIFF")
    shown = pixels(read(tmp_path, g1_tif=data.getvalue()).figures[0].subfigures[0].image.data)
    assert shown.max() == 6300 * 255 // 65535


def test_transparent_ground_is_white_and_a_turned_photograph_upright(tmp_path: Path) -> None:
    clear = io.BytesIO()
    canvas = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    canvas.paste((255, 0, 0, 255), (50, 20, 150, 80))
    canvas.save(clear, "PNG")
    shown = pixels(read(tmp_path, g1_png=clear.getvalue()).figures[0].subfigures[0].image.data)
    assert shown[shown.shape[0] // 2, shown.shape[1] // 2].tolist() == [255, 0, 0]
    turned = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(io.BytesIO(picture(320, 240))).save(turned, "JPEG", exif=exif)
    image = read(tmp_path, g1_jpg=turned.getvalue()).figures[0].subfigures[0].image
    assert (image.width, image.height) == (240, 320)


def test_xml_that_is_no_jats_is_the_articles_failure(tmp_path: Path) -> None:
    with pytest.raises(PaperError, match="The XML is no JATS article"):
        read_graphics(article(tmp_path, b"<html/>", g1_png=encode(1, "PNG")), LIMITS)


def test_what_the_caller_knows_comes_first(tmp_path: Path) -> None:
    files = article(tmp_path, jats(1, {"g1": "Cells."}), g1_png=encode(1, "PNG"))
    known = replace(files.paper, metadata=Metadata(pmcid="PMC9", title="Known", license="CC BY-NC"))
    found = read_graphics(replace(files, paper=known), LIMITS).metadata
    assert (found.pmcid, found.title, found.license) == ("PMC9", "Known", "CC BY-NC")


@settings(max_examples=60)
@given(kind=st.sampled_from(["JPEG", "PNG", "TIFF", "WEBP", "GIF"]), data=st.data())
def test_damaged_images_are_gaps_or_pictures(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    image = io.BytesIO()
    Image.linear_gradient("L").resize((24, 24)).convert("RGB").save(image, kind)
    harmed = bytearray(image.getvalue())
    for place in data.draw(st.lists(st.integers(0, len(harmed) - 1), min_size=1, max_size=8)):
        harmed[place] = data.draw(st.integers(0, 255))
    found = read(tmp_path, g1_png=bytes(harmed))
    assert found.figures or found.gaps
    assert len(found.figures) <= 1
