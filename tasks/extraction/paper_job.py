"""A paper read and handed over: the job of the processes that open hostile files."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tasks.errors import PaperError
from tasks.extraction.confined import UnwrittenError
from tasks.records import Extraction, PaperFiles
from tasks.settings import ExtractionLimits

Reader = Callable[[PaperFiles, ExtractionLimits], Extraction]

_INT16_MAX = 2**15 - 1


def prepare(ocr: bool = False) -> None:
    """Imports what reading takes, with `ocr` the networks that read pictures, before the first paper's time runs."""
    import pymupdf

    import tasks.extraction.handover
    import tasks.extraction.image_files
    import tasks.extraction.reading  # noqa: F401

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    if ocr:
        from tasks.extraction.picture_words import words_of_picture

        words_of_picture()


def read(files: PaperFiles, limits: ExtractionLimits) -> Extraction:
    """A paper from its PDF, or from its image files where it has none. Raises PaperError."""
    from tasks.extraction.image_files import read_graphics
    from tasks.extraction.reading import read_paper

    extraction = (read_graphics if files.graphics else read_paper)(files, limits)
    if not limits.ocr:
        return extraction
    from tasks.extraction.picture_words import with_picture_words

    return with_picture_words(extraction, limits)


def hand_over(files: PaperFiles, limits: ExtractionLimits, file: Path, reader: Reader = read) -> None:
    """Reads a paper into `file`. Raises PaperError, and UnwrittenError where the machine is at fault."""
    from tasks.extraction.handover import write_extraction

    started = time.monotonic()
    extraction = replace(reader(files, limits), seconds=time.monotonic() - started)
    _check_counts(extraction)
    _check_size(extraction, limits)
    try:
        write_extraction(extraction, file)
    except OSError as error:
        raise UnwrittenError(error.strerror) from error


def _check_counts(extraction: Extraction) -> None:
    """The dataset's indices are int16."""
    counts = [len(figure.subfigures) for figure in extraction.figures]
    if max([extraction.pages, len(counts), *counts]) > _INT16_MAX:
        raise PaperError("too_large", f"The paper has more than {_INT16_MAX} pages, figures or subfigures.")


def _check_size(extraction: Extraction, limits: ExtractionLimits) -> None:
    """What a paper gives must fit into the memory of the run, which holds it whole."""
    size = sum(len(part.image.data) for figure in extraction.figures for part in figure.subfigures)
    if size > limits.result_mb * 2**20:
        shown = f"{size / 2**20:,.0f} MB, more than the limit of {limits.result_mb} MB"
        raise PaperError("too_large", f"The figures of this paper take {shown}.")
