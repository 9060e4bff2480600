"""Two small papers for `figmill demo`: made here, so that trying Figmill needs no download and no licence.

They look like what Figmill is for: text in two columns, captions under figures, one compound raster figure
with lettered panels, a vector chart, a single micrograph, and a figure that is half raster, half vector. The
bytes depend on nothing but the versions of PyMuPDF, Pillow, NumPy and SciPy, so a second demo run finds
nothing new.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tasks.demo import charts, images
from tasks.demo import text as demo_text

WIDTH, HEIGHT, MARGIN, GUTTER = 595.0, 842.0, 48.0, 20.0
"""The page (A4), its margin and the space between its columns, PDF points."""
COLUMN = (WIDTH - 2 * MARGIN - GUTTER) / 2
LEFT, RIGHT = MARGIN, MARGIN + COLUMN + GUTTER
BOTTOM = HEIGHT - 56.0
DPI = 200
"""Resolution at which the rasters are placed."""


def make_papers(folder: Path) -> list[Path]:
    """Writes the demo's two PDFs to `folder` and returns their paths; every run writes the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    papers = {"demo-mitochondria.pdf": _mitochondria_paper, "demo-liver.pdf": _liver_paper}
    return [_write(folder / name, draw) for name, draw in papers.items()]


def _write(path: Path, draw: Callable[[Any], None]) -> Path:
    import pymupdf

    with pymupdf.open() as document:
        draw(document)
        data = document.tobytes(deflate=True, garbage=3, no_new_id=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(data)
    unfinished.replace(path)
    return path


def _mitochondria_paper(document: Any) -> None:
    """Figure 1: four lettered panels in one raster. Figure 2: a vector chart in one column."""
    body = demo_text.paragraphs(np.random.default_rng(11))
    shape = _first_page(document, demo_text.MITOCHONDRIA)
    top = _front_matter(shape, demo_text.MITOCHONDRIA)
    _fill(shape, [(LEFT, top, BOTTOM), (RIGHT, top, BOTTOM)], body)
    shape.commit()

    shape = _next_page(document, demo_text.MITOCHONDRIA)
    panels = [
        images.fluorescent_cells(1, (0.15, 1.0, 0.25)),
        images.fluorescent_cells(2, (1.0, 0.18, 0.12)),
        images.electron_micrograph(3),
        images.protein_gel(4),
    ]
    below = _compound(shape, panels, top=60.0)
    below = _caption(shape, demo_text.MITOCHONDRIA.captions[0], LEFT, below + 14, WIDTH - 2 * MARGIN) + 12
    chart = (RIGHT, below, RIGHT + COLUMN, below + 172)
    charts.line_chart(shape, chart, "Time (h)", "Branch length (µm)")
    under = _caption(shape, demo_text.MITOCHONDRIA.captions[1], RIGHT, chart[3] + 16, COLUMN) + 12
    _fill(shape, [(LEFT, below, BOTTOM), (RIGHT, under, BOTTOM)], body)
    shape.commit()


def _liver_paper(document: Any) -> None:
    """Figure 1: a single micrograph in one column. Figure 2: a micrograph beside a vector bar chart."""
    body = demo_text.paragraphs(np.random.default_rng(12))
    shape = _first_page(document, demo_text.LIVER)
    top = _front_matter(shape, demo_text.LIVER)
    place = (RIGHT, top, RIGHT + COLUMN, top + COLUMN * 0.75)
    _raster(shape, images.histology_section(5), place)
    under = _caption(shape, demo_text.LIVER.captions[0], RIGHT, place[3] + 14, COLUMN) + 12
    _fill(shape, [(LEFT, top, BOTTOM), (RIGHT, under, BOTTOM)], body)
    shape.commit()

    shape = _next_page(document, demo_text.LIVER)
    micrograph = (LEFT + 14, 74.0, LEFT + COLUMN, 74.0 + (COLUMN - 14) * 0.75)
    _raster(shape, images.electron_micrograph(6), micrograph)
    charts.bar_chart(shape, (RIGHT + 14, 74.0, RIGHT + COLUMN, micrograph[3]), "Cristae per µm")
    for x, letter in ((LEFT, "A"), (RIGHT, "B")):
        shape.insert_text((x, 74.0), letter, fontname="hebo", fontsize=12)
    below = _caption(shape, demo_text.LIVER.captions[1], LEFT, micrograph[3] + 20, WIDTH - 2 * MARGIN) + 12
    _fill(shape, [(LEFT, below, BOTTOM), (RIGHT, below, BOTTOM)], body)
    shape.commit()


def _first_page(document: Any, article: demo_text.DemoArticle) -> Any:
    """Fixes the document's metadata (a time stamp would change the bytes) and opens page 1."""
    stamp = "D:20260101000000Z"
    document.set_metadata(
        {
            "title": article.title,
            "author": article.authors,
            "creator": "figmill demo",
            "creationDate": stamp,
            "modDate": stamp,
        }
    )
    return _next_page(document, article)


def _next_page(document: Any, article: demo_text.DemoArticle) -> Any:
    """A new page with running head and foot, as the `pymupdf.Shape` to draw on."""
    page = document.new_page(width=WIDTH, height=HEIGHT)
    shape = page.new_shape()
    grey = (0.35, 0.35, 0.35)
    shape.insert_text((LEFT, 34), f"doi: {article.doi}", fontname="helv", fontsize=7.5, color=grey)
    note = "This article is licensed under CC0 1.0. Synthetic, made by figmill demo; not research."
    shape.insert_text((LEFT, HEIGHT - 30), note, fontname="helv", fontsize=7.5, color=grey)
    shape.insert_text(
        (WIDTH - MARGIN - 6, HEIGHT - 30), str(page.number + 1), fontname="helv", fontsize=7.5, color=grey
    )
    return shape


def _front_matter(shape: Any, article: demo_text.DemoArticle) -> float:
    """Title, authors and abstract over the page's width; returns where the columns begin."""
    full = WIDTH - 2 * MARGIN
    y = _lines(shape, article.title, LEFT, 68, full, "hebo", 17, 21)
    y = _lines(shape, article.authors, LEFT, y + 4, full, "helv", 10, 14)
    y = _lines(shape, "Abstract", LEFT, y + 8, full, "hebo", 9.5, 13)
    return _lines(shape, article.abstract, LEFT, y, full, "tiro", 9.5, 12.5) + 14


def _compound(shape: Any, panels: list[images.Image], top: float) -> float:
    """Four panels as one raster, centred, a bold letter in the white above each; returns its lower edge."""
    gutter = 36
    sheet = images.tile(panels, columns=2, gutter=gutter)
    scale = 400.0 / sheet.shape[1]
    left, bottom = (WIDTH - 400.0) / 2, top + float(sheet.shape[0] * scale)
    _raster(shape, sheet, (left, top, left + 400.0, bottom))
    height, width = panels[0].shape[:2]
    for index, letter in enumerate("abcd"):
        x = left + (index % 2) * (width + gutter) * scale
        y = top + ((index // 2) * (height + gutter) + gutter) * scale - 3
        shape.insert_text((x, y), letter, fontname="hebo", fontsize=11)
    return bottom


def _raster(shape: Any, picture: images.Image, box: tuple[float, float, float, float]) -> None:
    """Embeds `picture` (H, W, 3) as JPEG in `box`, PDF points."""
    from PIL import Image

    encoded = io.BytesIO()
    Image.fromarray(picture).save(encoded, "JPEG", quality=92, dpi=(DPI, DPI))
    shape.page.insert_image(box, stream=encoded.getvalue())


def _caption(shape: Any, caption: str, x: float, y: float, width: float) -> float:
    """The label ("Figure 1.") in bold, then the rest, ragged right; returns the baseline below it."""
    label, text = caption.split(". ", 1)
    shape.insert_text((x, y), label + ".", fontname="hebo", fontsize=8.5)
    return _lines(shape, text, x, y, width, "helv", 8.5, 11, indent=_length(label + ".  ", "hebo", 8.5))


def _fill(shape: Any, columns: list[tuple[float, float, float]], body: Iterator[str]) -> None:
    """Sets justified paragraphs into columns (x, top, bottom) until they are full."""
    size, leading = 9.2, 11.6
    lines: Iterator[tuple[list[str], bool]] = (
        (line, index == len(wrapped) - 1)
        for text in body
        for wrapped in [_wrap(text, COLUMN, "tiro", size, indent=10.0)]
        for index, line in enumerate(wrapped)
    )
    starts_paragraph = True
    for x, top, bottom in columns:
        for step in range(int((bottom - top) // leading)):
            words, ends_paragraph = next(lines)
            indent = 10.0 if starts_paragraph else 0.0
            _justify(
                shape, words, x + indent, top + (step + 1) * leading, COLUMN - indent, size, ends_paragraph
            )
            starts_paragraph = ends_paragraph


def _justify(
    shape: Any, words: list[str], x: float, y: float, width: float, size: float, ragged: bool
) -> None:
    """One line of text; its spaces are stretched to `width` unless it ends a paragraph."""
    if ragged:
        shape.insert_text((x, y), " ".join(words), fontname="tiro", fontsize=size)
        return
    lengths = [_length(word, "tiro", size) for word in words]
    space = (width - sum(lengths)) / max(len(words) - 1, 1)
    for word, length in zip(words, lengths, strict=True):
        shape.insert_text((x, y), word, fontname="tiro", fontsize=size)
        x += length + space


def _lines(
    shape: Any,
    text: str,
    x: float,
    y: float,
    width: float,
    font: str,
    size: float,
    leading: float,
    indent: float = 0.0,
) -> float:
    """Text set ragged right from the baseline `y`; returns the baseline of the line after it."""
    for words in _wrap(text, width, font, size, indent):
        shape.insert_text((x + indent, y), " ".join(words), fontname=font, fontsize=size)
        y, indent = y + leading, 0.0
    return y


def _wrap(text: str, width: float, font: str, size: float, indent: float = 0.0) -> list[list[str]]:
    """Words by line, no line longer than `width`; the first is `indent` shorter."""
    lines: list[list[str]] = [[]]
    space, left = _length(" ", font, size), width - indent
    for word in text.split():
        length = _length(word, font, size)
        if lines[-1] and length > left:
            lines.append([])
            left = width
        lines[-1].append(word)
        left -= length + space
    return lines


@functools.cache
def _length(text: str, font: str, size: float) -> float:
    import pymupdf

    return float(pymupdf.get_text_length(text, fontname=font, fontsize=size))
