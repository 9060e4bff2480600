"""Figures with panels that a person marked, or that were put there: what a separation is measured on."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pymupdf
from PIL import Image

from tasks import boxes
from tasks.extraction.reading import figure_image as image_of_page
from tasks.panels.markers import expected_labels, find_sides
from tasks.panels.separation import FigureImage, TextLine
from tasks.pdf.documents import open_pdf, read_pages
from tasks.pdf.figures import find_figures
from tasks.pdf.found_figure import FoundFigure
from tasks.pdf.pages import PageContent
from tasks.pdf.painting.look import rotation_of
from tasks.pdf.pixels import FigurePixels, placed_images
from tasks.records import Box
from tasks.settings import ExtractionLimits

LEAST_IOU = 0.8
"""Of a found figure with the gold one that it is taken for, as in score.py."""


@dataclass(frozen=True, slots=True)
class GoldFigure:
    """A figure with its panels' boxes (PDF points) and letters."""

    name: str
    image: FigureImage
    boxes: list[Box]
    labels: list[str | None]


def load_gold(
    shared: Path, score: ModuleType, *, found: bool, only: str = "", folder: str = "corpus"
) -> Iterator[GoldFigure]:
    """The gold figures of `folder` (`corpus` or `wild`) whose name begins with `only`.

    They come in their gold boxes or, if `found`, as Figmill finds them.
    """
    captions = read_captions(shared / folder)
    for path in sorted((shared / folder / "gold").glob(f"{only}*.json")):
        gold = json.loads(path.read_text())["figures"]
        pdf = shared / folder / "pdf" / f"{path.stem}.pdf"
        limits = ExtractionLimits()
        with open_pdf(pdf, limits, hashlib.sha256(pdf.read_bytes()).hexdigest()) as document:
            pages = read_pages(document, limits, [])
            own = find_figures(pages, [])[0] if found else list(gold_places(gold, pages))
            for place, figure in matched(own, gold, score):
                key = path.stem, label_key(figure["label"])
                caption = captions.get(key) or (place.caption.text if place.caption else "")
                sided = bool(find_sides(caption))
                image = read_figure(place, expected_labels(caption), limits, sided=sided)
                panels = [tuple(panel["bbox_pt"]) for panel in figure["panels"]]
                yield GoldFigure(
                    f"{path.stem} {figure['label']} p{figure['page']}",
                    image,
                    [to_frame(place.page, box) for box in panels],
                    [panel["label"] for panel in figure["panels"]],
                )


def read_figure(
    place: FoundFigure, labels: tuple[str, ...], limits: ExtractionLimits, *, sided: bool = False
) -> FigureImage:
    """A figure of a page as the pipeline hands it over."""
    images = [i for i in placed_images(place.page) if boxes.overlaps(i.bbox, place.bbox, -1)]
    pixels = FigurePixels(place.page, place.bbox, images, limits.megapixels)
    return image_of_page(place, pixels, images, labels, sided=sided)


def gold_places(gold: Sequence[dict[str, Any]], pages: Sequence[PageContent]) -> Iterator[FoundFigure]:
    """Each gold figure as if it had been found in its gold box."""
    by_number = {page.number: page for page in pages}
    for figure in gold:
        page = by_number[figure["page"]]
        yield FoundFigure(page, to_frame(page, figure["bbox_pt"]), None)


def to_frame(page: PageContent, box: Sequence[float]) -> Box:
    """A box in points of `page.rect` in the page's upright frame."""
    rect = pymupdf.Rect(box) * ~rotation_of(page.handle) * page.frame
    return rect.x0, rect.y0, rect.x1, rect.y1


def matched(
    found: Sequence[FoundFigure], gold: Sequence[dict[str, Any]], score: ModuleType
) -> Iterator[tuple[FoundFigure, dict[str, Any]]]:
    """Pairs of a found figure and the gold one it is, in the order of the gold."""
    places = [(place.page.number, place.page.to_page(place.bbox)) for place in found]
    pairs = score.pair(
        places,
        gold,
        lambda p, q: score.iou(p[1], q["bbox_pt"]) if p[0] == q["page"] else 0.0,
        LEAST_IOU,
    )
    for i, j in sorted(pairs, key=lambda pair: pair[1]):
        yield found[i], gold[j]


def read_captions(folder: Path) -> dict[tuple[str, str], str]:
    """Captions by article and figure number; none where the articles have no JATS."""
    if not (folder / "figures.csv").exists():
        return {}
    with (folder / "figures.csv").open(newline="") as file:
        return {(row["id"], label_key(row["label"])): row["caption"] for row in csv.DictReader(file)}


def label_key(label: str | None) -> str:
    """`Figure 3` and `Fig. 3` as one key."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"fig(ure)?s?\b", "figure", (label or "").lower()))


def figure_image(
    picture: Image.Image,
    images: Sequence[Box],
    lines: Sequence[tuple[str, Box]],
    labels: tuple[str, ...],
    unit: float = 200 / 72,
) -> FigureImage:
    """A drawn figure at the origin with `unit` pixels in a point."""
    whole = (0.0, 0.0, picture.width / unit, picture.height / unit)
    inside = tuple(TextLine(text, box) for text, box in lines)
    return FigureImage(np.asarray(picture), whole, tuple(images), inside, (), labels)


def load_score(shared: Path) -> ModuleType:
    """The scoring script as a module."""
    spec = importlib.util.spec_from_file_location("score", shared / "tools/score.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"{shared} holds no tools/score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
