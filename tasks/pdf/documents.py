"""PDF files opened and read page by page, with all that can be wrong with them said in words."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pymupdf

from tasks.errors import PaperError
from tasks.pdf.pages import PageContent, read_page
from tasks.settings import ExtractionLimits

MUPDF_ERRORS = (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase)
"""What PyMuPDF raises on broken input: sometimes its own error, sometimes MuPDF's."""


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
    except MUPDF_ERRORS:
        raise PaperError("damaged", "The PDF is damaged beyond repair; fetch it again.") from None
    if locked:
        raise PaperError("encrypted", "The PDF is locked by a password; save it without one and run again.")
    return document


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


def read_pages(document: pymupdf.Document, limits: ExtractionLimits, gaps: list[str]) -> list[PageContent]:
    """The pages that can be read; the others go to `gaps`. Raises PaperError where there is none, or too many."""
    try:
        count = document.page_count
    except MUPDF_ERRORS:
        count = 0
    if count == 0:
        raise PaperError("no_pages", "The PDF has no pages that can be read.")
    if count > limits.pages:
        raise PaperError("too_large", f"The PDF has {count} pages, more than the limit of {limits.pages}.")
    pages = []
    huge = None
    for number in range(count):
        try:
            image = _too_large(document, number, limits)
            if image:
                huge = image
                gaps.append(f"page {number + 1} has an image of {image} pixels, too large to read: left out")
                continue
            pages.append(read_page(document[number]))
        except MUPDF_ERRORS as error:
            raise_if_out_of_memory(error)
            gaps.append(f"page {number + 1} is damaged and was left out")
    blank = sum(not page.lines and not page.paints for page in pages)
    if document.is_repaired and blank > count / 2:
        gaps.append(f"the file is damaged: {blank} of {count} pages came out empty; fetch it again")
    if not pages and huge:
        raise PaperError("too_large", f"The PDF has an image of {huge} pixels, too large to read.")
    if not pages:
        raise PaperError("damaged", "The PDF is damaged: none of its pages can be read; fetch it again.")
    return pages


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


def raise_if_out_of_memory(error: Exception) -> None:
    """MuPDF reports a refused allocation as an error of the file; for the ledger it is one of memory."""
    if "malloc" in str(error) or "allocat" in str(error):
        raise MemoryError(str(error)) from error
