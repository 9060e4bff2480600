"""A paper's pages as pictures with all that Figmill finds drawn on them, for people who debug."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import pymupdf
from PIL import Image, ImageDraw, ImageFont

from tasks.extraction.reading import read_paper
from tasks.pdf.documents import open_pdf, read_pages
from tasks.pdf.figures import find_figures
from tasks.records import Box, Extraction, Figure, Paper, PaperFiles, SourceFile
from tasks.settings import ExtractionLimits

DPI = 110
"""Enough to read small print on a screen."""

FIGURE, SUBFIGURE, CAPTION = "#d62728", "#1f77b4", "#2ca02c"
"""Colours of the boxes, told apart by the colour-blind too through their labels."""

Mark = tuple[Box, str, str]
"""A box in points of `page.rect`, its colour and what is written on it."""


def inspect_paper(path: Path, out: Path, limits: ExtractionLimits) -> list[Path]:
    """Write a PNG for every page of a PDF that has a figure or a caption; the pictures' paths in page order.

    Red: figures with their label. Blue: subfigures with their panel label. Green: captions. Raises PaperError.
    """
    extraction = read_paper(PaperFiles(Paper("", str(path)), SourceFile(str(path))), limits)
    marks = _captions(path, limits)
    for page, found in _figures(extraction).items():
        marks[page] += found
    out.mkdir(parents=True, exist_ok=True)
    with open_pdf(path, limits) as document:
        return [_draw(document[page - 1], marks[page], out) for page in sorted(marks)]


def _captions(path: Path, limits: ExtractionLimits) -> defaultdict[int, list[Mark]]:
    marks: defaultdict[int, list[Mark]] = defaultdict(list)
    with open_pdf(path, limits) as document:
        pages = {page.number: page for page in read_pages(document, limits, [])}
        found, without_artwork = find_figures(list(pages.values()))
        views = {f.caption: f.page for f in found if f.caption and f.page.number == f.caption.page}
        for caption in [*(f.caption for f in found if f.caption), *without_artwork]:
            box = views.get(caption, pages[caption.page]).to_page(caption.bbox)
            marks[caption.page].append((box, CAPTION, f"caption of {caption.label}"))
    return marks


def _figures(extraction: Extraction) -> dict[int, list[Mark]]:
    marks: defaultdict[int, list[Mark]] = defaultdict(list)
    for figure in extraction.figures:
        if figure.page:
            marks[figure.page] += _figure_marks(figure)
    return marks


def _figure_marks(figure: Figure) -> Iterable[Mark]:
    for subfigure in figure.subfigures:
        if subfigure.bbox:
            yield subfigure.bbox, SUBFIGURE, subfigure.panel_label or f"#{subfigure.subfigure_index}"
    if figure.bbox:
        yield figure.bbox, FIGURE, f"{figure.label or 'no label'} ({figure.kind})"


def _draw(page: pymupdf.Page, marks: Sequence[Mark], out: Path) -> Path:
    pixmap = page.get_pixmap(dpi=DPI, alpha=False)
    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(13)
    for box, colour, text in marks:
        x0, y0, x1, y1 = (value * DPI / 72 for value in box)
        pen.rectangle((x0, y0, max(x0, x1), max(y0, y1)), outline=colour, width=3 if colour == FIGURE else 2)
        at = (x0 + 3, y0 + 2) if colour == SUBFIGURE else (x0 + 2, max(0.0, y0 - 16))
        pen.rectangle(pen.textbbox(at, text, font=font), fill="white")
        pen.text(at, text, fill=colour, font=font)
    path = out / f"page-{page.number + 1:03}.png"
    image.save(path)
    return path
