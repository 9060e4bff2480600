"""Pages of PDFs as pictures, with boxes drawn on them or bare: in a process of its own, under limits.

The path of a PDF comes from the dataset, which may come from anywhere: a file is shown only if its SHA-256 is the
paper_id, that is, if it is the very file that was labelled.
"""

from __future__ import annotations

import functools
import hashlib
import io
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.errors import PaperError
from tasks.extraction.confined_process import ConfinedProcess
from tasks.records import Box, EncodedImage, Paper, PaperFiles, SourceFile
from tasks.settings import ExtractionLimits

if TYPE_CHECKING:
    import pymupdf

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
_MOST_BYTES = 128 * 2**20
_PNG = b"\x89PNG\r\n\x1a\n"
"""Its first bytes; width and height stand in bytes 16 to 23."""
_SCALE = struct.Struct("<d")
"""Before the PNG, in what the process writes: pixels per PDF point."""
_MOST_SCALE = 100.0
_CUT = struct.Struct("<4dI")
"""Before each picture that is cut: its box in points, and its bytes."""
_MOST_POINTS = 1e5
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


def _damaged() -> PaperError:
    return PaperError("crash", "The page could not be drawn.")


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
        (scale,), data = _SCALE.unpack_from(written), _png_in(written)
        width, height = (int.from_bytes(data[place : place + 4], "big") for place in (16, 20))
        if not (0 < scale < _MOST_SCALE and 0 < width * height <= 2 * _MOST_PIXELS):
            raise _damaged()
        return PagePicture(data, width, height, scale)

    def close(self) -> None:
        """Ends the process."""
        self._process.stop()
        with self._lock:
            self._process.close()

    def cut(
        self, source_uri: str, paper_id: str, page: int, boxes: Boxes, in_points: bool = False
    ) -> list[Cut]:
        """What stands in boxes of a page (from 1), given in fractions of its width and height, or in points.

        Raises PaperError as `draw` does, and where a box holds next to nothing.
        """
        job = functools.partial(_cut_into, number=page, boxes=boxes, in_points=in_points)
        written = self._asked(source_uri, paper_id, job)
        cuts = list(_cuts_in(written))
        if len(cuts) != len(boxes):
            raise _damaged()
        return cuts

    def _draw(self, source_uri: str, paper_id: str, page: int, boxes: Boxes) -> bytes:
        job = functools.partial(_draw_into, number=page, boxes=boxes)
        return _png_in(self._asked(source_uri, paper_id, job))

    def _asked(self, source_uri: str, paper_id: str, job: Callable[..., None]) -> bytes:
        """What a job writes for a PDF, not looked at yet."""
        if not has_pdf(source_uri):
            raise PaperError("missing", "The PDF is no longer where it was.")
        files = PaperFiles(Paper(paper_id, source_uri), SourceFile(source_uri))
        with self._lock:
            return self._process.result(job, files, _MOST_BYTES)


def _png_in(written: bytes) -> bytes:
    """The PNG behind its scale. Raises PaperError for what is none."""
    if not written.startswith(_PNG, _SCALE.size) or len(written) < _SCALE.size + 24:
        raise _damaged()
    return written[_SCALE.size :]


def _cuts_in(written: bytes) -> Iterator[Cut]:
    """The cuts that a process wrote. Raises PaperError for what are none."""
    from PIL import Image

    at = 0
    while at < len(written):
        try:
            *box, length = _CUT.unpack_from(written, at)
            data = written[at + _CUT.size : at + _CUT.size + length]
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
                (width, height), is_png = picture.size, picture.format == "PNG"
        except (struct.error, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise _damaged() from error
        x0, y0, x1, y1 = box
        if not (0 <= x0 < x1 < _MOST_POINTS and 0 <= y0 < y1 < _MOST_POINTS) or len(data) != length:
            raise _damaged()
        if width * height > _LIMITS.megapixels * 1.1e6:
            raise _damaged()
        digest = hashlib.sha256(data).hexdigest()
        yield (x0, y0, x1, y1), EncodedImage(data, "png" if is_png else "jpeg", width, height, digest)
        at += _CUT.size + length


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
    from tasks.pdf.documents import open_page, open_pdf
    from tasks.pdf.painting.faults import MUPDF_ERRORS, raise_if_out_of_memory

    with open_pdf(files.main.path, limits, files.paper.paper_id) as document:
        if not 1 <= number <= document.page_count:
            raise PaperError("damaged", "The PDF has no such page.")
        try:
            page = open_page(document, number - 1)
            pixmap = page.get_pixmap(dpi=_dpi(page.rect.width, page.rect.height), alpha=False)
            return pixmap, pixmap.width / max(page.rect.width, 1.0)
        except MUPDF_ERRORS as error:
            raise_if_out_of_memory(error)
            raise PaperError("damaged", "The page could not be drawn.") from error


def _cut_into(
    files: PaperFiles, limits: ExtractionLimits, file: Path, number: int, boxes: Boxes, in_points: bool
) -> None:
    with file.open("wb") as sink:
        for box, image in _cut(files, limits, number, boxes, in_points):
            sink.write(_CUT.pack(*box, len(image.data)) + image.data)


def _cut(
    files: PaperFiles, limits: ExtractionLimits, number: int, boxes: Boxes, in_points: bool
) -> list[Cut]:
    from tasks.pdf.documents import open_page, open_pdf
    from tasks.pdf.painting.faults import MUPDF_ERRORS, raise_if_out_of_memory
    from tasks.pdf.pixels import cut_box

    with open_pdf(files.main.path, limits, files.paper.paper_id) as document:
        if not 1 <= number <= document.page_count:
            raise PaperError("damaged", "The PDF has no such page.")
        try:
            page = open_page(document, number - 1)
            width, height = page.rect.width, page.rect.height
            scale = (1.0, 1.0) if in_points else (width, height)
            placed = [_placed(box, scale, (width, height)) for box in boxes]
            return [(box, cut_box(page, box, limits.megapixels)) for box in placed]
        except MUPDF_ERRORS as error:
            raise_if_out_of_memory(error)
            raise PaperError("damaged", "The page could not be cut.") from error


def _placed(box: Sequence[float], scale: tuple[float, float], size: tuple[float, float]) -> Box:
    """A box in points, within the page; to a hundredth, so that a box that was kept is cut as it was."""
    x0, x1 = sorted(min(max(value * scale[0], 0.0), size[0]) for value in (box[0], box[2]))
    y0, y1 = sorted(min(max(value * scale[1], 0.0), size[1]) for value in (box[1], box[3]))
    if min(x1 - x0, y1 - y0) < _LEAST_POINTS:
        raise PaperError("damaged", "The box is too small to hold a panel.")
    return round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2)


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
