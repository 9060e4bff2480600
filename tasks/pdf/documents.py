"""PDF files opened and read page by page, with all that can be wrong with them said in words."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pymupdf

from tasks.errors import PaperError
from tasks.pdf.mending.annotations import draw_pictures
from tasks.pdf.mending.jpegs import mend_jpegs
from tasks.pdf.mending.layers import settle_layers
from tasks.pdf.numbering import find_line_numbers
from tasks.pdf.pages import PageContent, read_page, turn_upright
from tasks.pdf.painting.faults import MUPDF_ERRORS, raise_if_out_of_memory
from tasks.records import Gap
from tasks.settings import ExtractionLimits

_PAGE_ERRORS = (*MUPDF_ERRORS, TypeError)
"""The same and, where it lists a page's images, TypeError for names that are no UTF-8."""

END_BYTES = 2048
"""A whole PDF ends with its mark within so many bytes; some senders add a few behind it."""

MOST_NODES = 12
"""Levels of the tree of pages that are gone up for a page's boxes."""

_NUMBER = re.compile(r"[-+]?\d*\.?\d+")
_DEFAULT_LIMITS = ExtractionLimits()


def open_pdf(
    path: Path, limits: ExtractionLimits = _DEFAULT_LIMITS, paper_id: str | None = None
) -> pymupdf.Document:
    """A PDF opened for reading. Raises PaperError where it is none, none that can be read, or too large.

    With `paper_id`, the bytes have to be those that were hashed when the run was planned.
    """
    try:
        data = _read_bytes(path, limits.file_mb)
    except FileNotFoundError:
        raise PaperError("missing", "The file was no longer there when its turn came.") from None
    except OSError as error:
        raise PaperError("unreadable", f"The file could not be read: {error.strerror}.") from None
    if paper_id and hashlib.sha256(data).hexdigest() != paper_id:
        raise PaperError("changed", "The file was replaced during the run; run again to read what it is now.")
    if not data:
        raise PaperError("empty", "The file is empty (0 bytes); fetch it again.")
    # Readers accept a header within the first kilobyte; what has none is some other kind of file.
    if b"%PDF-" not in data[:1024]:
        raise PaperError("not_a_pdf", "The file is no PDF, whatever its name says.")
    try:
        document = pymupdf.open(stream=data, filetype="pdf")
        locked = document.needs_pass
    except MUPDF_ERRORS as error:
        raise_if_out_of_memory(error)
        raise PaperError("damaged", "The PDF is damaged beyond repair; fetch it again.") from None
    if locked:
        raise PaperError("encrypted", "The PDF is locked by a password; save it without one and run again.")
    for mend in (settle_layers, draw_pictures):
        with _read_as_it_is():
            mend(document)
    return document


def open_page(document: pymupdf.Document, number: int) -> pymupdf.Page:
    """Page `number`, counted from 0, as `read_pages` has it.

    Raises one of MUPDF_ERRORS where it is damaged, MemoryError where memory does not suffice.
    """
    with _read_as_it_is():
        mend_jpegs(document, number, set())
    return _whole_page(document, number)


@contextmanager
def _read_as_it_is() -> Iterator[None]:
    """Passes over what a mend trips on in a damaged file. Raises MemoryError for a refused allocation, at once."""
    try:
        yield
    except _PAGE_ERRORS as error:
        raise_if_out_of_memory(error)


def _read_bytes(path: Path, most_mb: int) -> bytes:
    """The file's bytes; never more than the limit are held, should it grow meanwhile."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read(most_mb * 2**20 + 1) if size <= most_mb * 2**20 else b""
    if max(size, len(data)) > most_mb * 2**20:
        raise PaperError(
            "too_large", f"The file has {size / 2**20:,.0f} MB, more than the limit of {most_mb} MB."
        )
    return data


def read_pages(document: pymupdf.Document, limits: ExtractionLimits, gaps: list[Gap]) -> list[PageContent]:
    """The pages that can be read; the others go to `gaps`. Raises PaperError where there is none, or too many."""
    try:
        count = document.page_count
    except MUPDF_ERRORS as error:
        raise_if_out_of_memory(error)
        count = 0
    if count == 0:
        raise PaperError(
            "no_pages", "The PDF has no pages that can be read; it may be cut short: fetch it again."
        )
    if count > limits.pages:
        raise PaperError("too_large", f"The PDF has {count} pages, more than the limit of {limits.pages}.")
    pages = []
    huge = None
    seen = set[int]()
    for number in range(count):
        with _read_as_it_is():
            mend_jpegs(document, number, seen)
        try:
            image = _too_large(document, number, limits)
            if image:
                huge = image
                said = f"page {number + 1} has an image of {image} pixels, too large to read: left out"
                gaps.append(Gap("page", number + 1, said))
                continue
            pages.append(read_page(_whole_page(document, number)))
        except _PAGE_ERRORS as error:
            raise_if_out_of_memory(error)
            gaps.append(Gap("page", number + 1, f"page {number + 1} is damaged and was left out"))
    with _read_as_it_is():
        gaps += _portfolio(document)
    gaps += _damage(document, [page.number for page in pages if not page.lines and not page.paints], count)
    if not pages and huge:
        raise PaperError("too_large", f"The PDF has an image of {huge} pixels, too large to read.")
    if not pages:
        raise PaperError("damaged", "The PDF is damaged: none of its pages can be read; fetch it again.")
    return find_line_numbers(turn_upright(pages))


def _portfolio(document: pymupdf.Document) -> list[Gap]:
    """That the file is a cover about others, which nobody has read, in a sentence."""
    if (
        document.xref_get_key(document.pdf_catalog(), "Collection")[0] == "null"
        or not document.embfile_count()
    ):
        return []
    said = f"the file is a portfolio: the {document.embfile_count()} files in it are not read; save them on their own"
    return [Gap("file", None, said)]


def _damage(document: pymupdf.Document, blank: Sequence[int], count: int) -> list[Gap]:
    """What a repair of the file could not bring back, in a sentence; `blank` are the pages without anything on them."""
    if not document.is_repaired:
        return []
    if b"%%EOF" not in (document.stream or b"").rstrip(b"\0\r\n")[-END_BYTES:]:
        empty = f" (empty: page {', '.join(map(str, blank[:9]))})" if blank else ""
        said = f"the file is cut short: figures or pages of its end may be missing{empty}; fetch it again"
        return [Gap("file", None, said)]
    if len(blank) > count / 2:
        said = f"the file is damaged: {len(blank)} of {count} pages came out empty; fetch it again"
        return [Gap("file", None, said)]
    return []


def _whole_page(document: pymupdf.Document, number: int) -> pymupdf.Page:
    """A page; where its CropBox leaves nothing of it, as if it had none: viewers do so."""
    page = document[number]
    crop, shown = _inherited_box(document, page.xref, "CropBox"), page.mediabox
    if crop is None or not (crop & shown).is_empty:
        return page
    document.xref_set_key(page.xref, "CropBox", f"[{shown.x0} {shown.y0} {shown.x1} {shown.y1}]")
    return document.reload_page(page)


def _inherited_box(document: pymupdf.Document, xref: int, key: str) -> pymupdf.Rect | None:
    """A box of a page or of the nodes above it, in PDF's own space; None where none of them has it."""
    for _ in range(MOST_NODES):
        kind, value = document.xref_get_key(xref, key)
        if kind == "array":
            numbers = [float(number) for number in value.strip("[]").split() if _NUMBER.fullmatch(number)]
            return pymupdf.Rect(numbers).normalize() if len(numbers) == 4 else None
        kind, value = document.xref_get_key(xref, "Parent")
        if kind != "xref":
            return None
        xref = int(value.split()[0])
    return None


def _too_large(document: pymupdf.Document, number: int, limits: ExtractionLimits) -> str | None:
    """Width and height of an image on a page that is more than memory should hold; asked before it is decoded."""
    most = limits.image_megapixels * 1e6 * 8
    known = document.get_page_images(number)
    if all(width * height * (bits or 8) <= most for _, _, width, height, bits, *_ in known):
        return None
    for info in document[number].get_image_info():  # pages may share resources: is it shown on this one?
        if info["width"] * info["height"] * (info["bpc"] or 8) > most:
            return f"{info['width']:,} x {info['height']:,}"
    return None
