"""A paper's pages as pictures with all that Figmill finds drawn on them, for people who debug."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from tasks.errors import PaperError
from tasks.extraction.confined_process import ConfinedProcess
from tasks.extraction.handover import checked_batches
from tasks.extraction.paper_job import prepare
from tasks.extraction.reading import read_paper
from tasks.pdf.documents import open_page, open_pdf, read_pages
from tasks.pdf.figures import find_figures
from tasks.records import Box, Extraction, Figure, Paper, PaperFiles, SourceFile
from tasks.settings import ExtractionLimits

if TYPE_CHECKING:
    import pyarrow as pa
    import pymupdf

DPI = 110
"""Enough to read small print on a screen."""

FIGURE, SUBFIGURE, CAPTION = "#d62728", "#1f77b4", "#2ca02c"
"""Colours of the boxes, told apart by the colour-blind too through their labels."""

_LETTERS = 13
"""Their size on the pictures, in pixels."""
_PNG = b"\x89PNG\r\n\x1a\n"

Mark = tuple[Box, str, str]
"""A box in points of `page.rect`, its colour and what is written on it."""


def inspect_paper(path: Path, out: Path, limits: ExtractionLimits) -> list[Path]:
    """Write a PNG for every page of a PDF that has a figure or a caption; the pictures' paths in page order.

    Red: figures with their label. Blue: subfigures with their panel label. Green: captions. The PDF is opened in a
    confined process. Raises PaperError.
    """
    process = ConfinedProcess(_prepare, limits)
    files = PaperFiles(Paper("", str(path)), SourceFile(str(path)))
    try:
        drawn = process.result(_draw_all, files, limits.result_mb * 2**20)
    finally:
        process.close()
    out.mkdir(parents=True, exist_ok=True)
    return [_write(page, picture, out) for page, picture in _pictures(drawn, limits)]


def _pictures(drawn: bytes, limits: ExtractionLimits) -> list[tuple[int, bytes]]:
    """Pages, from 1, with their pictures, as the process gives them. Raises PaperError for anything else."""
    import pyarrow as pa

    try:
        batches = checked_batches(pa.BufferReader(drawn), _schema())
        found = [(row["page"], row["picture"]) for batch in batches for row in batch.to_pylist()]
        if not all(1 <= page <= limits.pages and picture.startswith(_PNG) for page, picture in found):
            raise ValueError("no pictures of pages")
    except Exception as error:
        raise PaperError(
            "crash", "What was drawn of this PDF came back damaged; please report it."
        ) from error
    return found


def _write(page: int, picture: bytes, out: Path) -> Path:
    path = out / f"page-{page:03}.png"
    path.write_bytes(picture)
    return path


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema({"page": pa.int16(), "picture": pa.binary()})


# What follows runs in the process.


def _prepare() -> None:
    prepare()
    ImageFont.load_default(_LETTERS)


def _draw_all(files: PaperFiles, limits: ExtractionLimits, file: Path) -> None:
    import pyarrow as pa

    path = files.main.path
    marks = _captions(path, limits)
    for page, found in _figures(read_paper(files, limits)).items():
        marks[page] += found
    with (
        open_pdf(path, limits) as document,
        file.open("wb") as sink,
        pa.ipc.new_stream(sink, _schema()) as stream,
    ):
        for number in sorted(marks):
            picture = _draw(open_page(document, number - 1), marks[number])
            stream.write_batch(pa.record_batch([[number], [picture]], schema=_schema()))


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


def _draw(page: pymupdf.Page, marks: Sequence[Mark]) -> bytes:
    pixmap = page.get_pixmap(dpi=DPI, alpha=False)
    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(_LETTERS)
    for box, colour, text in marks:
        x0, y0, x1, y1 = (value * DPI / 72 for value in box)
        pen.rectangle((x0, y0, max(x0, x1), max(y0, y1)), outline=colour, width=3 if colour == FIGURE else 2)
        at = (x0 + 3, y0 + 2) if colour == SUBFIGURE else (x0 + 2, max(0.0, y0 - 16))
        pen.rectangle(pen.textbbox(at, text, font=font), fill="white")
        pen.text(at, text, fill=colour, font=font)
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()
