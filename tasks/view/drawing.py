"""Pages of PDFs with boxes drawn on them: in a process of its own, under limits of time and memory.

The path of a PDF comes from the dataset, which may come from anywhere: a file is shown only if its SHA-256 is the
paper_id, that is, if it is the very file that was labelled.
"""

from __future__ import annotations

import functools
import io
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.errors import PaperError
from tasks.extraction.confinement import confine, expect_one_core
from tasks.records import Box, EncodedImage
from tasks.settings import ExtractionLimits

if TYPE_CHECKING:
    import pymupdf
    from pebble import ProcessPool

Cut = tuple[Box, EncodedImage]
"""A box in points of the page, and what stands in it."""
Boxes = tuple[tuple[float, float, float, float], ...]

_DPI = 110
_MOST_PIXELS = 6e6
_SECONDS = 30.0
_LEAST_POINTS = 4.0
"""Of a side of a box that a person draws; less is a slip of the hand."""
_MEMORY_MB = 2048
_PAGES_KEPT = 48
"""Drawn pages in memory, some hundred kilobytes each."""
_PAGES_PER_PROCESS = 100
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
        self._pool: ProcessPool | None = None
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
        with self._lock:
            if self._pool is not None:
                self._pool.stop()  # type: ignore[no-untyped-call]
                self._pool.join()
                self._pool = None

    def cut(
        self, source_uri: str, paper_id: str, page: int, boxes: Boxes, in_points: bool = False
    ) -> list[Cut]:
        """What stands in boxes of a page (from 1), given in fractions of its width and height, or in points.

        Raises PaperError as `draw` does, and where a box holds next to nothing.
        """
        made: list[Cut] = self._run(_cut, source_uri, paper_id, page, boxes, in_points)
        return made

    def _draw(self, source_uri: str, paper_id: str, page: int, boxes: Boxes) -> bytes:
        drawn: bytes = self._run(_drawn, source_uri, paper_id, page, boxes)
        return drawn

    def _run(self, function: Callable[..., Any], source_uri: str, *arguments: object) -> Any:
        """What a function makes of the PDF in the process."""
        from pebble import ProcessExpired

        if not has_pdf(source_uri):
            raise PaperError("missing", "The PDF is no longer where it was.")
        with self._lock:
            if self._pool is None or not self._pool.active:
                self._pool = _new_pool()
            future = self._pool.schedule(function, args=(Path(source_uri), *arguments), timeout=_SECONDS)
        try:
            return future.result()
        except TimeoutError:
            raise PaperError("timeout", "Drawing the page took too long.") from None
        except (ProcessExpired, BrokenProcessPool, CancelledError, MemoryError):
            raise PaperError("crash", "The page could not be drawn.") from None


def _new_pool() -> ProcessPool:
    from pebble import ProcessPool

    return ProcessPool(
        max_workers=1,
        max_tasks=_PAGES_PER_PROCESS,
        initializer=_limit,
        context=multiprocessing.get_context("spawn"),
    )


# What follows runs in the process.


def _limit() -> None:
    expect_one_core()
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    confine(_MEMORY_MB)


def _drawn(path: Path, paper_id: str, number: int, boxes: Boxes) -> bytes:
    from tasks.pdf.documents import MUPDF_ERRORS, open_pdf

    with open_pdf(path, _LIMITS, paper_id) as document:
        if not 1 <= number <= document.page_count:
            raise PaperError("damaged", "The PDF has no such page.")
        try:
            page = document[number - 1]
            pixmap = page.get_pixmap(dpi=_dpi(page.rect.width, page.rect.height), alpha=False)
            encoded: bytes = _with_boxes(pixmap, boxes, pixmap.width / max(page.rect.width, 1.0))
        except MUPDF_ERRORS as error:
            raise PaperError("damaged", "The page could not be drawn.") from error
        return encoded


def _cut(path: Path, paper_id: str, number: int, boxes: Boxes, in_points: bool) -> list[Cut]:
    from tasks.pdf.documents import MUPDF_ERRORS, open_pdf
    from tasks.pdf.pixels import cut_box

    with open_pdf(path, _LIMITS, paper_id) as document:
        if not 1 <= number <= document.page_count:
            raise PaperError("damaged", "The PDF has no such page.")
        try:
            page = document[number - 1]
            width, height = page.rect.width, page.rect.height
            scale = (1.0, 1.0) if in_points else (width, height)
            placed = [_placed(box, scale, (width, height)) for box in boxes]
            return [(box, cut_box(page, box, _LIMITS.megapixels)) for box in placed]
        except MUPDF_ERRORS as error:
            raise PaperError("damaged", "The page could not be cut.") from error


def _placed(box: Sequence[float], scale: tuple[float, float], size: tuple[float, float]) -> Box:
    """A box in points, within the page."""
    x0, x1 = sorted(min(max(value * scale[0], 0.0), size[0]) for value in (box[0], box[2]))
    y0, y1 = sorted(min(max(value * scale[1], 0.0), size[1]) for value in (box[1], box[3]))
    if min(x1 - x0, y1 - y0) < _LEAST_POINTS:
        raise PaperError("damaged", "The box is too small to hold a panel.")
    return x0, y0, x1, y1


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
