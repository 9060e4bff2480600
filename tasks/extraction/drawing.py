"""Pages of PDFs as pictures, with boxes drawn on them or bare: in a process of its own, under limits.

The path of a PDF comes from the dataset, which may come from anywhere: a file is shown only if its SHA-256 is the
paper_id, that is, if it is the very file that was labelled.
"""

from __future__ import annotations

import functools
import io
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
"""Its first bytes; width and height stand in bytes 16 to 23."""
_SCALE = struct.Struct("<d")
"""Before the PNG, in what the process writes: pixels per PDF point."""
_MOST_SCALE = 100.0
_FIGURE, _SUBFIGURE = ("#d62728", 2), ("#1f77b4", 4)
"""Colour, as `figmill inspect` has it, and width of the line in pixels."""
_LIMITS = ExtractionLimits(timeout=_SECONDS, memory_mb=_MEMORY_MB)


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as a PNG; `scale` is pixels per PDF point."""

    data: bytes
    width: int
    height: int
    scale: float


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

    def page(self, source_uri: str, paper_id: str, page: int) -> PagePicture:
        """A page (from 1) as it is. Raises as `draw` does."""
        written = self._asked(source_uri, paper_id, functools.partial(_page_into, number=page))
        (scale,), data = _SCALE.unpack_from(written), written[_SCALE.size :]
        width, height = (int.from_bytes(data[place : place + 4], "big") for place in (16, 20))
        if not (0 < scale < _MOST_SCALE and 0 < width * height <= 2 * _MOST_PIXELS):
            raise PaperError("crash", "The page could not be drawn.")
        return PagePicture(data, width, height, scale)

    def close(self) -> None:
        """Ends the process."""
        self._process.stop()
        with self._lock:
            self._process.close()

    def _draw(self, source_uri: str, paper_id: str, page: int, boxes: Boxes) -> bytes:
        job = functools.partial(_draw_into, number=page, boxes=boxes)
        return self._asked(source_uri, paper_id, job)[_SCALE.size :]

    def _asked(self, source_uri: str, paper_id: str, job: Callable[..., None]) -> bytes:
        """What a job writes for a PDF: a scale and a PNG."""
        if not has_pdf(source_uri):
            raise PaperError("missing", "The PDF is no longer where it was.")
        files = PaperFiles(Paper(paper_id, source_uri), SourceFile(source_uri))
        with self._lock:
            written = self._process.result(job, files, _MOST_BYTES)
        if not written.startswith(_PNG, _SCALE.size):
            raise PaperError("crash", "The page could not be drawn.")
        return written


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
    pixmap, scale = _pixels(files, limits, number)
    _write(file, scale, _with_boxes(pixmap, boxes, scale))


def _page_into(files: PaperFiles, limits: ExtractionLimits, file: Path, number: int) -> None:
    pixmap, scale = _pixels(files, limits, number)
    _write(file, scale, pixmap.tobytes("png"))


def _write(file: Path, scale: float, data: bytes) -> None:
    with file.open("wb") as sink:
        sink.write(_SCALE.pack(scale) + data)


def _pixels(files: PaperFiles, limits: ExtractionLimits, number: int) -> tuple[pymupdf.Pixmap, float]:
    """A page's pixels, and how many of them a PDF point takes."""
    from tasks.pdf.documents import MUPDF_ERRORS, open_pdf

    with open_pdf(files.main.path, limits, files.paper.paper_id) as document:
        if not 1 <= number <= document.page_count:
            raise PaperError("damaged", "The PDF has no such page.")
        try:
            page = document[number - 1]
            pixmap = page.get_pixmap(dpi=_dpi(page.rect.width, page.rect.height), alpha=False)
            return pixmap, pixmap.width / max(page.rect.width, 1.0)
        except MUPDF_ERRORS as error:
            raise PaperError("damaged", "The page could not be drawn.") from error


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
