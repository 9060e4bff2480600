"""The words in a picture, read by RapidOCR (PP-OCRv6, Apache 2.0): for panels in which the PDF has no text.

Needs the extra ocr, whose wheel holds the networks; nothing is fetched. Runs where PDFs are read: the networks
are opened before the process is confined, and what they then see is pixels that are decoded there.
"""

from __future__ import annotations

import functools
import importlib.util
import io
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tasks.errors import SettingsError
from tasks.extraction.panel_words import LONGEST
from tasks.records import Extraction, Figure, Gap, Subfigure
from tasks.settings import ExtractionLimits
from tasks.texts import counted, with_extra

SURE = 0.8
"""The network's own score from which a line counts: below it, textures of micrographs are read as letters."""
LEAST_SIDE = 320
"""Pixels: a smaller picture is enlarged to this shorter side before lines are looked for."""
MOST_SIDE = 960
"""Pixels: a larger picture is scaled down.

Of the ten panels of ../shared/corpus that have text in the PDF, drawn at 300 dpi, 356 of 635 words were found so, 423
at 1280 pixels for 1.4 times the time, 302 at 720. Nearly all of the difference is one panel of 235 words in small type.
"""
SHARE_OF_TIME = 0.8
"""Of a paper's time limit, after which no further picture is begun."""

_MISSING = f"--ocr needs RapidOCR: {with_extra('ocr')}"

WordsOf = Callable[[npt.NDArray[np.uint8]], str | None]
"""The words in an image of (H, W, 3) uint8, RGB."""


def require_ocr() -> None:
    """Raises SettingsError where the extra is not installed."""
    if importlib.util.find_spec("rapidocr") is None:
        raise SettingsError(_MISSING)


@functools.cache
def words_of_picture() -> WordsOf:
    """What reads words, with its networks loaded, in one thread. Raises SettingsError where it is not installed."""
    require_ocr()
    import cv2
    from rapidocr import RapidOCR

    cv2.setNumThreads(0)
    one_thread = {f"EngineConfig.onnxruntime.{name}_op_num_threads": 1 for name in ("intra", "inter")}
    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,  # looks for letters upside down
            "Global.text_score": SURE,
            "Global.max_side_len": MOST_SIDE,
            "Det.limit_side_len": LEAST_SIDE,
            **one_thread,
        }
    )
    read = functools.partial(_words, engine)
    read(np.full((64, 64, 3), 255, np.uint8))  # loads both networks, while files may still be opened
    return read


def with_picture_words(extraction: Extraction, limits: ExtractionLimits) -> Extraction:
    """A paper whose panels without text of the PDF have the words in their pictures.

    The label of a panel alone is no text. Where the paper's time is nearly over, `gaps` says of how many panels the
    words were not read.
    """
    words_of = words_of_picture()
    until = time.perf_counter() - extraction.seconds + SHARE_OF_TIME * limits.timeout
    left = 0

    def read(subfigure: Subfigure) -> Subfigure:
        nonlocal left
        if subfigure.text not in (None, subfigure.panel_label):
            return subfigure
        if time.perf_counter() > until:
            left += 1
            return subfigure
        found = words_of(_pixels(subfigure))
        return replace(subfigure, text=found, text_source="ocr") if found else subfigure

    def of_figure(figure: Figure) -> Figure:
        return replace(figure, subfigures=tuple(map(read, figure.subfigures)))

    figures = tuple(map(of_figure, extraction.figures))
    gaps = extraction.gaps
    if left:
        said = f"the words in the picture of {counted(left, 'panel')} were not read: time was nearly up (--timeout)"
        gaps = (*gaps, Gap("text", None, said))
    return replace(extraction, figures=figures, gaps=gaps)


def _pixels(subfigure: Subfigure) -> npt.NDArray[np.uint8]:
    with Image.open(io.BytesIO(subfigure.image.data), formats=("PNG", "JPEG")) as image:
        return np.asarray(image.convert("RGB"))


def _words(engine: Any, pixels: npt.NDArray[np.uint8]) -> str | None:
    """Lines from top to bottom, those of one height from left to right."""
    found = engine(np.ascontiguousarray(pixels[..., ::-1]))  # OpenCV's order of colours
    words = [word for line in found.txts or () for word in line.split() if _says_something(word)]
    return " ".join(words)[:LONGEST].strip() or None


def _says_something(word: str) -> bool:
    """Whether a word has a letter or a digit; one Chinese character by itself is an arrow or a mark taken for it."""
    return any(map(str.isalnum, word)) and not (len(word) == 1 and "\u3400" <= word <= "\u9fff")
