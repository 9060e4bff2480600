"""Papers that tests draw: two columns of text, captions, pictures, charts and tables, by PyMuPDF."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pymupdf
from PIL import Image

Rect = tuple[float, float, float, float]

LEFT: Rect = (50, 60, 290, 780)
RIGHT: Rect = (305, 60, 545, 780)
WIDE: Rect = (50, 60, 545, 780)

_PROSE = (
    "cells protein membrane staining sections analysis treatment control samples tissue imaging expression "
    "measured observed results between groups under conditions antibody after before showed increase during "
    "culture medium growth response mice patients acquired signal intensity mean values"
)
_WORDS = _PROSE.split()


def sentences(words: int, seed: int = 0) -> str:
    """Plain prose of so many words, the same for the same seed."""
    chance = random.Random(seed)
    text = [chance.choice(_WORDS) for _ in range(words)]
    for i in range(0, words, 12):
        text[i] = text[i].capitalize()
        if i:
            text[i - 1] += "."
    return " ".join(text) + "."


def picture(width: int = 300, height: int = 200, seed: int = 0, *, grey: bool = False) -> bytes:
    """A PNG of smooth blobs on a dark ground, as a micrograph; no two seeds alike."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    field_ = np.zeros((height, width))
    for cx, cy, r in rng.uniform((0, 0, 8), (width, height, 30), (25, 3)):
        field_ += np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * r * r))
    level = (40 + 200 * np.clip(field_, 0, 1)).astype(np.uint8)
    pixels = level if grey else np.stack([level, level // 2, 255 - level], -1)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def jpeg(data: bytes) -> bytes:
    """The same picture as a JPEG."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(data)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


@dataclass
class Drawing:
    """A paper in the making; boxes in points, origin at the top left."""

    document: pymupdf.Document = field(default_factory=pymupdf.open)
    seed: int = 0

    @property
    def page(self) -> pymupdf.Page:
        return self.document[-1]

    def add_page(self, width: float = 595, height: float = 842) -> Drawing:
        self.document.new_page(width=width, height=height)
        self.text((50, 30, 400, 44), "Journal of Drawn Papers", size=8)
        self.text((500, 30, 545, 44), f"{self.document.page_count} of 9", size=8)
        return self

    def text(self, box: Rect, text: str, size: float = 9, font: str = "tiro", rotate: int = 0) -> Drawing:
        left = self.page.insert_textbox(box, text, fontsize=size, fontname=font, rotate=rotate, align=0)
        assert left >= 0, f"the text does not fit in {box}"
        return self

    def body(self, box: Rect) -> Drawing:
        """Fill a box with running text, 9 points on 11."""
        self.seed += 1
        words = int((box[2] - box[0]) * (box[3] - box[1]) / 560)
        while words > 0:
            text = sentences(words, self.seed)
            if self.page.insert_textbox(box, text, fontsize=9, fontname="tiro", align=3) >= 0:
                return self
            words = int(words * 0.93)
        return self

    def caption(self, box: Rect, label: str, text: str, rotate: int = 0) -> Drawing:
        """A caption with a bold label, 8 points."""
        html = f'<p style="font-family:serif;font-size:8pt;margin:0"><b>{label}</b> {text}</p>'
        spare, scale = self.page.insert_htmlbox(box, html, rotate=rotate)
        assert spare >= 0
        assert scale == 1
        return self

    def image(self, box: Rect, data: bytes | None = None, rotate: int = 0) -> Drawing:
        self.seed += 1
        data = data or picture(int((box[2] - box[0]) * 2), int((box[3] - box[1]) * 2), self.seed)
        self.page.insert_image(box, stream=data, keep_proportion=False, rotate=rotate)
        return self

    def chart(self, box: Rect, bars: int = 6) -> Drawing:
        """A bar chart of vector operations with tick labels; it inks `box` to its edges."""
        x0, y0, x1, y1 = box
        self.page.draw_line((x0 + 25, y0), (x0 + 25, y1 - 15), width=1)
        self.page.draw_line((x0 + 25, y1 - 15), (x1, y1 - 15), width=1)
        step = (x1 - x0 - 35) / bars
        for i in range(bars):
            left = x0 + 32 + i * step
            top = y0 + 10 + (i * 37 % 50) / 100 * (y1 - y0)
            self.page.draw_rect((left, top, left + step * 0.6, y1 - 15), fill=(0.3, 0.5, 0.8), width=0.5)
            self.page.insert_text((left + 2, y1 - 3), f"{i + 1}", fontsize=7, fontname="helv")
        for i in range(4):
            y = y0 + 8 + i * (y1 - y0 - 25) / 4
            self.page.insert_text((x0, y), f"{(4 - i) * 25}", fontsize=7, fontname="helv")
        return self

    def table(self, box: Rect, label: str = "Table 1.", rows: int = 6) -> Drawing:
        """A ruled table under its caption."""
        x0, y0, x1, _ = box
        self.caption((x0, y0, x1, y0 + 14), label, "Values of the groups measured.")
        top = y0 + 16
        for y in (top, top + 13, top + 13 * (rows + 1)):
            self.page.draw_line((x0, y), (x1, y), width=0.7)
        for row in range(rows + 1):
            for column in range(4):
                at = (x0 + 4 + column * (x1 - x0) / 4, top + 10 + row * 13)
                self.page.insert_text(
                    at, "Group" if not row else f"{row * 7.1 + column:.1f}", fontsize=7.5, fontname="tiro"
                )
        return self

    def save(self, folder: Path, name: str = "paper.pdf") -> Path:
        path = folder / name
        self.document.save(path, no_new_id=True)  # the same bytes in each run
        return path
