"""How well and how fast words are read from pictures: against the PDF's own text of panels that have one.

    python -m tests.benchmarks.ocr PAPERS [--every N] [--dpi D]

Panels with text are drawn from vector art at 300 dpi, or scaled down to D dpi, and read as if they were photographs;
the gold is the PDF's text in the same box. Panels without text have no gold: of these the words are printed.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import re
import time
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from tasks.extraction import picture_words
from tasks.extraction.reading import read_paper
from tasks.records import Paper, PaperFiles, SourceFile, Subfigure
from tasks.settings import ExtractionLimits

_FEW = 5
"""Words from which a panel has a text to compare with."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("papers", type=Path)
    parser.add_argument("--every", type=int, default=1, help="one panel in so many")
    parser.add_argument("--dpi", type=float, default=300)
    asked = parser.parse_args()
    words_of = picture_words.words_of_picture()
    right = said = true = panels = 0
    seconds, blank = [], []
    number = 0
    for pdf in sorted(asked.papers.glob("*.pdf")):
        for panel in _panels(pdf):
            number += 1
            if number % asked.every:
                continue
            gold = _words(panel.text)
            scale = asked.dpi / 300 if len(gold) >= _FEW else 1.0
            pixels = _pixels(panel, scale)
            started = time.process_time()
            text = words_of(pixels)
            spent = time.process_time() - started
            if len(gold) >= _FEW:
                found = _words(text)
                right += (found & gold).total()
                said, true, panels = said + found.total(), true + gold.total(), panels + 1
                seconds.append(spent)
            elif not panel.text:
                blank.append((spent, text))
                print(f"{pdf.stem} {panel.panel_label or '-'} {pixels.shape[1]}x{pixels.shape[0]}: {text}")
    print(f"{panels} panels with text: {_share(right, true)} words found, {_share(right, said)} right")
    print(f"  {_spent(seconds)}")
    worded = sum(text is not None for _, text in blank)
    print(f"{len(blank)} panels without: {worded} with words in the picture")
    print(f"  {_spent([spent for spent, _ in blank])}")


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.3f})" if whole else "none of 0"


def _spent(seconds: list[float]) -> str:
    return (
        f"{np.mean(seconds):.2f} core-seconds a panel, at most {max(seconds):.2f}" if seconds else "no time"
    )


def _panels(pdf: Path) -> list[Subfigure]:
    paper = Paper(hashlib.sha256(pdf.read_bytes()).hexdigest(), str(pdf))
    found = read_paper(PaperFiles(paper, SourceFile(str(pdf))), ExtractionLimits())
    return [panel for figure in found.figures for panel in figure.subfigures]


def _pixels(panel: Subfigure, scale: float) -> np.ndarray:
    image = Image.open(io.BytesIO(panel.image.data)).convert("RGB")
    if scale != 1:
        image = image.resize([max(1, round(side * scale)) for side in image.size], Image.Resampling.LANCZOS)
    return np.asarray(image)


def _words(text: str | None) -> Counter[str]:
    return Counter(re.findall(r"\w+", (text or "").lower()))


if __name__ == "__main__":
    main()
