"""One paper read from its PDF: figures with captions, cut into subfigures, each as an encoded image.

Runs in a worker process that never imports torch. Whatever is wrong with a PDF is raised as PaperError.
"""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tasks import boxes
from tasks.extraction import jats
from tasks.panels.markers import expected_labels, find_sides, named
from tasks.panels.separation import FigureImage, Panel, TextLine, separate
from tasks.panels.sides import bind_sides
from tasks.panels.subcaptions import split_caption
from tasks.pdf.documents import MUPDF_ERRORS, open_pdf, raise_if_out_of_memory, read_pages
from tasks.pdf.figures import find_figures
from tasks.pdf.found_figure import FoundFigure
from tasks.pdf.pages import PageContent
from tasks.pdf.pixels import FigurePixels, PlacedImage, placed_images
from tasks.records import (
    Box,
    CaptionSource,
    Extraction,
    Figure,
    FigureKind,
    Metadata,
    Paper,
    PaperFiles,
    Subfigure,
)
from tasks.settings import ExtractionLimits

_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+[^\s\"<>.,;:)\]]")


def read_paper(files: PaperFiles, limits: ExtractionLimits) -> Extraction:
    """Every figure of a paper with its subfigures. Raises PaperError."""
    started, paper = time.perf_counter(), files.paper
    gaps: list[str] = []
    notes: list[str] = []
    with open_pdf(files.main.path, limits, paper.paper_id) as document:
        pages = read_pages(document, limits, gaps)
        found, without_artwork = find_figures(pages, gaps)
        gaps += [
            f"the artwork of {c.label} was not found (caption on page {c.page})" for c in without_artwork
        ]
        if _is_scan(pages):
            gaps.append("the pages are pictures without text: captions cannot be read")
        article = jats.read_article(files.jats.path) if files.jats else None
        if files.jats and article is None:
            notes.append(f"{files.jats.uri} is no JATS that can be read")
        words = _words(found, article, gaps)
        figures: list[Figure] = []
        for place, own in zip(found, words, strict=True):
            try:
                figures.append(_read_figure(len(figures), place, own, limits, gaps))
            except Exception as error:  # noqa: BLE001 (one figure, not the paper; MemoryError goes on)
                raise_if_out_of_memory(error)
                what = f"{own.label or 'a figure'} on page {place.page.number}"
                known = isinstance(error, MUPDF_ERRORS)
                gaps.append(f"{what} {'is damaged' if known else 'could not be read'} and was left out")
                notes.append(f"{what}: {''.join(traceback.format_exception(error))}")
        return Extraction(
            paper=paper,
            metadata=_metadata(paper, article, pages),
            pages=document.page_count,
            figures=tuple(figures),
            seconds=time.perf_counter() - started,
            gaps=tuple(gaps),
            notes=tuple(notes),
        )


def _is_scan(pages: Sequence[PageContent]) -> bool:
    """Whether most pages are one picture each and hardly a letter stands on any."""
    pictures = sum(
        any(p.image and boxes.area(p.bbox) > 0.8 * boxes.area(page.bounds) for p in page.paints)
        for page in pages
    )
    letters = sum(len(line.text) for page in pages for line in page.lines)
    return pictures > len(pages) / 2 and letters < 50 * len(pages)


@dataclass(frozen=True, slots=True)
class _Words:
    label: str | None
    caption: str | None
    source: CaptionSource | None


_NO_WORDS = _Words(None, None, None)


def _read_figure(
    index: int, found: FoundFigure, words: _Words, limits: ExtractionLimits, gaps: list[str]
) -> Figure:
    page, text = found.page, words.caption
    images = [i for i in placed_images(page) if boxes.overlaps(i.bbox, found.bbox, -1)]
    pixels = FigurePixels(page, found.bbox, images, limits.megapixels)
    panels = separate(figure_image(found, pixels, images, expected_labels(text) if text else ()))
    subcaptions = panel_captions(text, panels)
    subfigures = tuple(
        Subfigure(
            subfigure_index=i,
            bbox=page.to_page(panel.bbox),
            image=pixels.cut(panel.bbox),
            panel_label=panel.label,
            subcaption=subcaption,
        )
        for i, (panel, subcaption) in enumerate(zip(panels, subcaptions, strict=True))
    )
    gaps += pixels.notes
    return Figure(
        figure_index=index,
        page=page.number,
        bbox=page.to_page(found.bbox),
        kind=_kind(page, found.bbox, images),
        label=words.label,
        caption=text,
        caption_source=words.source if text else None,
        subfigures=subfigures,
    )


def panel_captions(caption: str | None, panels: Sequence[Panel]) -> list[str | None]:
    """The part of a caption for each panel, by its letter, or where it has none by the side that it stands on."""
    if not caption:
        return [None] * len(panels)
    names: list[str | None] = [panel.label for panel in panels]
    if not any(names) and not expected_labels(caption):
        names = bind_sides([panel.bbox for panel in panels], sorted(named(find_sides(caption))))
    parts = split_caption(caption, [name for name in names if name])
    return [parts.get(name) if name else None for name in names]


def figure_image(
    found: FoundFigure, pixels: FigurePixels, images: Sequence[PlacedImage], labels: tuple[str, ...]
) -> FigureImage:
    """What the page knows of a figure whose caption names the panels `labels`, for its separation."""
    inside = [line for line in found.page.lines if boxes.share_inside(line.bbox, found.bbox) > 0.5]
    return FigureImage(
        pixels=pixels.view(),
        bbox=found.bbox,
        image_boxes=tuple(boxes.intersection(image.bbox, found.bbox) for image in images),
        lines=tuple(TextLine(line.text, line.bbox) for line in inside),
        drawings=tuple(_drawings(found.page, found.bbox)),
        expected_labels=labels,
    )


def _drawings(page: PageContent, box: Box) -> list[Box]:
    return [p.bbox for p in page.paints if not p.image and boxes.share_inside(p.bbox, box) > 0.9]


def _kind(page: PageContent, box: Box, images: Sequence[PlacedImage]) -> FigureKind:
    """`raster` when images make up the box, `vector` when there is none, else `mixed`."""
    if not images:
        return "vector"
    covered = max(boxes.share_inside(box, image.bbox) for image in images)
    texts = any(boxes.share_inside(line.bbox, box) > 0.5 for line in page.lines)
    paths = any(
        not any(boxes.share_inside(drawing, boxes.grown(i.bbox, 1)) > 0.9 for i in images)
        for drawing in _drawings(page, box)
    )
    return "raster" if not texts and (covered > 0.95 or not paths) else "mixed"


def _words(found: Sequence[FoundFigure], article: jats.Article | None, gaps: list[str]) -> list[_Words]:
    """Label and caption of each figure: those of the article's JATS where it has them, else as printed.

    A figure printed without a label takes the article's where just one is missing between its neighbours.
    """
    printed = [
        _Words(f.caption.label, f.caption.text or None, "pdf") if f.caption else _NO_WORDS for f in found
    ]
    if article is None or not article.figures:
        return printed
    known = {_key(f.label): f for f in reversed(article.figures)}  # the first of a label wins
    labels = _labels_by_place([w.label for w in printed], [f.label for f in article.figures])
    words = []
    for own, label in zip(printed, labels, strict=True):
        figure = known.get(_key(label)) if label else None
        words.append(_Words(figure.label, figure.caption, "jats") if figure and figure.caption else own)
    missing = known.keys() - {_key(w.label) for w in words if w.label}
    gaps += [f"{known[k].label} is in the JATS and was not found in the PDF" for k in sorted(missing)]
    return words


def _labels_by_place(printed: Sequence[str | None], known: Sequence[str]) -> list[str | None]:
    keys = [_key(label) for label in known]
    labels = list(printed)
    for i, label in enumerate(labels):
        if label is None:
            before = next((keys.index(_key(x)) for x in reversed(labels[:i]) if x and _key(x) in keys), -1)
            after = next((keys.index(_key(x)) for x in labels[i + 1 :] if x and _key(x) in keys), len(keys))
            alone = labels[i - 1 : i] != [None] and labels[i + 1 : i + 2] != [None]
            if after - before == 2 and alone:
                labels[i] = known[before + 1]
    return labels


def _key(label: str) -> str:
    return label.lower()


def _metadata(paper: Paper, article: jats.Article | None, pages: Sequence[PageContent]) -> Metadata:
    """The caller's metadata, completed from the article's JATS and, for the DOI, from the first page."""
    merged = merge_metadata(paper.metadata, article.metadata if article else Metadata())
    return merged if merged.doi else replace(merged, doi=_printed_doi(pages))


def merge_metadata(known: Metadata, read: Metadata) -> Metadata:
    """What the caller knows, completed by what was read; a licence gets its version (`CC BY` -> `CC BY 4.0`)."""
    versioned = known.license and (read.license or "").startswith(f"{known.license} ")
    return Metadata(
        pmcid=known.pmcid or read.pmcid,
        doi=known.doi or read.doi,
        title=known.title or read.title,
        journal=known.journal or read.journal,
        license=read.license if versioned else known.license or read.license,
        published=known.published or read.published,
        withdrawn=known.withdrawn,
    )


def _printed_doi(pages: Sequence[PageContent]) -> str | None:
    """The first DOI that the first page prints: its own, for references come later."""
    for line in pages[0].lines if pages else ():
        match = _DOI.search(line.text)
        if match:
            return match[0]
    return None
