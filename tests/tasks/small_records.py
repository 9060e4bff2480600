"""Small records as extraction would give them, with real images, for tests that write or label."""

import hashlib

import numpy as np

from models import taxonomy
from tasks.dataset.schema import Provenance
from tasks.records import (
    EncodedImage,
    Extraction,
    Figure,
    LabelledPaper,
    Metadata,
    Paper,
    PaperFiles,
    Score,
    SourceFile,
    Subfigure,
)
from tasks.runs.outcomes import Failure
from tests.tasks.small_datasets import png

PROVENANCE = Provenance("tiny@0123456789ab", ("DMEL", "DMFL", "GFIG"), 4, "# Card")


def paper(number: int, uri: str | None = None) -> Paper:
    return Paper(f"{number:064x}", uri or f"/papers/{number}.pdf")


def files(paper: Paper) -> PaperFiles:
    """A paper whose PDF lies where its URI says."""
    return PaperFiles(paper, SourceFile(paper.source_uri))


def image(seed: int = 0, side: int = 64, data: bytes | None = None) -> EncodedImage:
    data = png(seed, side) if data is None else data
    return EncodedImage(data, "png", side, side, hashlib.sha256(data).hexdigest())


def figure(index: int, subfigures: int, data: bytes | None = None) -> Figure:
    parts = tuple(
        Subfigure(place, (0.5, 1, 10, 20), image(10 * index + place, data=data), "A", "Cells.")
        for place in range(subfigures)
    )
    return Figure(index, 2, (0, 0, 100, 200.25), "raster", f"Figure {index + 1}", "All cells.", "pdf", parts)


def extraction(number: int, figures: int = 2, subfigures: int = 3, data: bytes | None = None) -> Extraction:
    parts = tuple(figure(index, subfigures, data) for index in range(figures))
    return Extraction(paper(number), Metadata(doi="10.1/x"), pages=7, figures=parts, seconds=1.5)


def failure(number: int, kind: str = "damaged") -> Failure:
    return Failure(paper(number), kind, "The PDF is damaged.", seconds=0.5)


def score(best: int, confidence: float = 0.9) -> Score:
    probabilities = np.full(3, (1 - confidence) / 2, np.float32)
    probabilities[best] = confidence
    path = taxonomy.path(PROVENANCE.classes[best])
    return Score(probabilities, np.arange(4, dtype=np.float16), rejected=False, path=path)


def labelled(number: int, figures: int = 2, subfigures: int = 3) -> LabelledPaper:
    read = extraction(number, figures, subfigures)
    return LabelledPaper(read, tuple(score(place % 3) for place in range(figures * subfigures)))
