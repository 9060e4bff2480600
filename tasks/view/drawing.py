"""Pages of PDFs with boxes drawn on them: in a process of its own, under limits of time and memory.

The path of a PDF comes from the dataset, which may come from anywhere: a file is shown only if its SHA-256 is the
paper_id, that is, if it is the very file that was labelled.
"""

from __future__ import annotations

import functools
import io
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.errors import PaperError
from tasks.extraction.confined_process import ConfinedProcess
from tasks.records import Paper, PaperFiles, SourceFile
from tasks.settings import ExtractionLimits

if TYPE_CHECKING:
    import pymupdf

Boxes = tuple[tuple[float, float, float, float], ...]

_DPI = 110
_MOST_PIXELS = 6e6
_SECONDS = 30.0
_MEMORY_MB = 2048
_PAGES_KEPT = 48
"""Drawn pages in memory, some hundred kilobytes each."""
_MOST_BYTES = 32 * 2**20
_PNG = b"\x89PNG\r\n\x1a\n"
_FIGURE, _SUBFIGURE = ("#d62728", 2), ("#1f77b4", 4)
"""Colour, as `figmill inspect` has it, and width of the line in pixels."""
_LIMITS = ExtractionLimits(timeout=_SECONDS, memory_mb=_MEMORY_MB)


def has_pdf(source_uri: str) -> bool:
    """Whether there is a file where the dataset says that the paper is; cheap, and no promise."""
    try:
        return source_uri.startswith("/") and Path(source_uri).is_file()
    except (OSError, ValueError):
        return False


class Drawer:
    """Draws pages in one process, which starts with the first page asked for; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = ConfinedProcess(_prepare, _LIMITS)
        self._kept = functools.lru_cache(_PAGES_KEPT)(self._draw)

    def draw(
        self,
        source_uri: str,
        paper_id: str,
        page: int,
        figure: Sequence[float],
        subfigures: Sequence[Sequence[float]],
    ) -> bytes:
        """A PNG of a page (from 1) with a figure's box and those of subfigures, in points of `page.rect`.

        Raises PaperError where the file is gone, another one, or cannot be drawn within the limits.
        """
        boxes = tuple((one[0], one[1], one[2], one[3]) for one in (figure, *subfigures))
        return self._kept(source_uri, paper_id, page, boxes)

    def close(self) -> None:
        """Ends the process."""
        self._process.stop()
        with self._lock:
            self._process.close()

    def _draw(self, source_uri: str, paper_id: str, page: int, boxes: Boxes) -> bytes:
        if not has_pdf(source_uri):
            raise PaperError("missing", "The PDF is no longer where it was.")
        files = PaperFiles(Paper(paper_id, source_uri), SourceFile(source_uri))
        with self._lock:
            drawn = self._process.result(
                functools.partial(_draw_into, number=page, boxes=boxes), files, _MOST_BYTES
            )
        if not drawn.startswith(_PNG):
            raise PaperError("crash", "The page could not be drawn.")
        return drawn


# What follows runs in the process.


def _prepare() -> None:
    import pymupdf
    from PIL import Image, ImageDraw

    import tasks.pdf.documents  # noqa: F401

    Image.init()
    ImageDraw.Draw(Image.new("RGB", (1, 1)))
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)


def _draw_into(files: PaperFiles, limits: ExtractionLimits, file: Path, number: int, boxes: Boxes) -> None:
    with file.open("wb") as sink:
        sink.write(_drawn(files.main.path, limits, files.paper.paper_id, number, boxes))


def _drawn(path: Path, limits: ExtractionLimits, paper_id: str, number: int, boxes: Boxes) -> bytes:
    from tasks.pdf.documents import MUPDF_ERRORS, open_pdf

    with open_pdf(path, limits, paper_id) as document:
        if not 1 <= number <= document.page_count:
            raise PaperError("damaged", "The PDF has no such page.")
        try:
            page = document[number - 1]
            pixmap = page.get_pixmap(dpi=_dpi(page.rect.width, page.rect.height), alpha=False)
            encoded: bytes = _with_boxes(pixmap, boxes, pixmap.width / max(page.rect.width, 1.0))
        except MUPDF_ERRORS as error:
            raise PaperError("damaged", "The page could not be drawn.") from error
        return encoded


def _dpi(width: float, height: float) -> int:
    """Less for a page that claims to be a poster."""
    pixels = (width * _DPI / 72) * (height * _DPI / 72)
    return max(8, int(_DPI * min(1.0, (_MOST_PIXELS / max(pixels, 1.0)) ** 0.5)))


def _with_boxes(pixmap: pymupdf.Pixmap, boxes: Boxes, scale: float) -> bytes:
    from PIL import Image, ImageDraw

    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    pen = ImageDraw.Draw(image)
    for number, box in enumerate(boxes):
        colour, width = _SUBFIGURE if number else _FIGURE
        x0, y0, x1, y1 = (value * scale for value in box)
        pen.rectangle((x0, y0, max(x0, x1), max(y0, y1)), outline=colour, width=width)
    data = io.BytesIO()
    image.quantize(128).save(data, "PNG")
    return data.getvalue()
