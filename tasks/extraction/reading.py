"""One paper read from its PDF: figures with captions, cut into subfigures, each as an encoded image.

Runs in a worker process that never imports torch. Whatever is wrong with a PDF is raised as PaperError.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import PurePosixPath

from tasks import boxes
from tasks.article import jats
from tasks.article.figure_rights import attribution, credited_in_text
from tasks.article.jats_bytes import fingerprint_of
from tasks.article.mentions import CitingSentence, citing_sentences, mentions_by_panel
from tasks.extraction.article_words import FigureWords, is_of_another, missing_figures, words_of_figures
from tasks.extraction.front.first_page import pmcid_of, read_first_page
from tasks.extraction.panel_words import PageWords
from tasks.extraction.pdf_passages import read_passages
from tasks.panels.markers import expected_labels, find_sides, named
from tasks.panels.separation import FigureImage, Panel, TextLine, separate
from tasks.panels.sides import bind_sides
from tasks.panels.subcaptions import split_caption
from tasks.pdf.captions import CaptionBlock
from tasks.pdf.documents import open_pdf, read_pages
from tasks.pdf.figures import find_figures
from tasks.pdf.found_figure import FoundFigure
from tasks.pdf.pages import PageContent
from tasks.pdf.painting.faults import MUPDF_ERRORS, raise_if_out_of_memory
from tasks.pdf.pixels import FigurePixels, PlacedImage, placed_images
from tasks.records import (
    Box,
    Extraction,
    Figure,
    FigureKind,
    Gap,
    Metadata,
    PaperFiles,
    SourceFile,
    Subfigure,
)
from tasks.settings import ExtractionLimits
from tasks.wording.licenses import is_under


def read_paper(files: PaperFiles, limits: ExtractionLimits) -> Extraction:
    """Every figure of a paper with its subfigures. Raises PaperError."""
    started, paper = time.perf_counter(), files.paper
    gaps: list[Gap] = []
    notes: list[str] = []
    with open_pdf(files.main.path, limits, paper.paper_id) as document:
        pages = read_pages(document, limits, gaps)
        found, without_artwork = find_figures(pages, gaps)
        gaps += [
            Gap("figure", c.page, f"the artwork of {c.label} was not found (caption on page {c.page})")
            for c in without_artwork
        ]
        if scanned := _scanned(pages):
            places = f"page {scanned[0]}" if len(scanned) == 1 else f"pages {scanned[0]} to {scanned[-1]}"
            said = f"the pages are pictures without text ({places}): captions cannot be read"
            gaps.append(Gap("text", scanned[0], said))
        jats_sha256 = fingerprint_of(files.jats.path) if files.jats else None
        article = _article(files.jats, found, pages, gaps)
        words = words_of_figures(found, article)
        gaps += missing_figures(words, article, pages) if article else []
        sentences = _sentences(article, pages, found, without_artwork)
        printed = {id(place.page): PageWords(place.page) for place in found}
        figures: list[Figure] = []
        for place, own in zip(found, words, strict=True):
            try:
                figure = _read_figure(len(figures), place, own, limits, gaps, printed[id(place.page)])
                figures.append(with_mentions(figure, sentences))
            except Exception as error:  # noqa: BLE001 (one figure, not the paper; MemoryError goes on)
                raise_if_out_of_memory(error)
                what = f"{own.label or 'a figure'} on page {place.page.number}"
                known = isinstance(error, MUPDF_ERRORS)
                said = f"{what} {'is damaged' if known else 'could not be read'} and was left out"
                gaps.append(Gap("figure", place.page.number, said))
                notes.append(f"{what}: {''.join(traceback.format_exception(error))}")
        metadata = _metadata(files, article, pages)
        return Extraction(
            paper=paper,
            metadata=metadata,
            pages=document.page_count,
            figures=tuple(with_attribution(figure, metadata) for figure in figures),
            seconds=time.perf_counter() - started,
            jats_sha256=jats_sha256,
            gaps=tuple(gaps),
            notes=tuple(notes),
        )


def _article(
    file: SourceFile | None, found: Sequence[FoundFigure], pages: Sequence[PageContent], gaps: list[Gap]
) -> jats.Article | None:
    """The article's JATS; None where there is none, and where it cannot be read or is another's, which `gaps` say."""
    if file is None:
        return None
    name = PurePosixPath(file.uri).name
    try:
        article = jats.load_article(file.path)
    except jats.JatsError as error:
        gaps.append(Gap("jats", None, f"the XML beside the PDF was not used: {name} {error}"))
        return None
    if is_of_another(article, found, pages):
        title = article.metadata.title or "without title"
        said = f"the XML beside the PDF was not used: {name} is of another article ({title[:80]})"
        gaps.append(Gap("jats", None, said))
        return None
    return article


def _sentences(
    article: jats.Article | None,
    pages: Sequence[PageContent],
    found: Sequence[FoundFigure],
    without_artwork: Sequence[CaptionBlock],
) -> tuple[CitingSentence, ...]:
    """The sentences that cite figures: the JATS's, the PDF's where there is none or it has no text."""
    if article is not None and article.sentences:
        return article.sentences
    return citing_sentences(read_passages(pages, found, without_artwork))


def with_mentions(figure: Figure, sentences: Sequence[CitingSentence]) -> Figure:
    """A figure whose panels have the sentences that mean them, and which is credited where these say its source."""
    labels = [subfigure.panel_label for subfigure in figure.subfigures]
    mentions = mentions_by_panel(figure.label, labels, sentences)
    return replace(
        figure,
        rights=credited_in_text(figure.rights, figure.label, {one: None for its in mentions for one in its}),
        subfigures=tuple(
            replace(subfigure, mentions=its)
            for subfigure, its in zip(figure.subfigures, mentions, strict=True)
        ),
    )


def with_attribution(figure: Figure, metadata: Metadata) -> Figure:
    """A figure with the whole line of credit: what its caption credits, and its article."""
    line = attribution(figure.rights, figure.label, metadata)
    return replace(figure, rights=replace(figure.rights, attribution=line))


def _scanned(pages: Sequence[PageContent]) -> list[int]:
    """The pages that are one picture each, where most are and hardly a letter stands on any; else none."""
    pictures = [
        page.number
        for page in pages
        if any(p.image and boxes.area(p.bbox) > 0.8 * boxes.area(page.bounds) for p in page.paints)
    ]
    letters = sum(len(line.text) for page in pages for line in page.lines)
    return pictures if len(pictures) > len(pages) / 2 and letters < 50 * len(pages) else []


def _read_figure(
    index: int,
    found: FoundFigure,
    words: FigureWords,
    limits: ExtractionLimits,
    gaps: list[Gap],
    printed: PageWords,
) -> Figure:
    page, text = found.page, words.caption
    images = [i for i in placed_images(page) if boxes.overlaps(i.bbox, found.bbox, -1)]
    pixels = FigurePixels(page, found.bbox, images, limits.megapixels)
    said = text or ""
    panels = separate(
        figure_image(found, pixels, images, expected_labels(said), sided=bool(find_sides(said)))
    )
    subcaptions = panel_captions(text, panels)
    subfigures = tuple(
        Subfigure(
            subfigure_index=i,
            bbox=page.to_page(panel.bbox),
            image=pixels.cut(panel.bbox),
            panel_label=panel.label,
            subcaption=subcaption,
            text=words,
            text_source="pdf" if words else None,
        )
        for i, (panel, subcaption) in enumerate(zip(panels, subcaptions, strict=True))
        for words in [printed.within(panel.bbox)]
    )
    gaps += [Gap("image", page.number, note) for note in pixels.notes]
    return Figure(
        figure_index=index,
        page=page.number,
        bbox=page.to_page(found.bbox),
        kind=_kind(page, found.bbox, images),
        label=words.label,
        caption=text,
        caption_source=words.source if text else None,
        subfigures=subfigures,
        id=words.facts.id,
        doi=words.facts.doi,
        alt_text=words.facts.alt_text,
        rights=words.facts.rights,
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
    found: FoundFigure,
    pixels: FigurePixels,
    images: Sequence[PlacedImage],
    labels: tuple[str, ...],
    *,
    sided: bool,
) -> FigureImage:
    """What the page knows of a figure, for its separation; its caption names `labels`, and sides if `sided`."""
    inside = [line for line in found.page.lines if boxes.share_inside(line.bbox, found.bbox) > 0.5]
    return FigureImage(
        pixels=pixels.view(),
        bbox=found.bbox,
        image_boxes=tuple(boxes.intersection(image.bbox, found.bbox) for image in images),
        lines=tuple(TextLine(line.text, line.bbox) for line in inside),
        drawings=tuple(_drawings(found.page, found.bbox)),
        expected_labels=labels,
        sided=sided,
    )


def _drawings(page: PageContent, box: Box) -> list[Box]:
    return [p.bbox for p in page.paints if not p.image and boxes.share_inside(p.bbox, box) > 0.9]


def _kind(page: PageContent, box: Box, images: Sequence[PlacedImage]) -> FigureKind:
    """`raster` when images make up the box, `vector` when there is none, else `mixed`."""
    if not images:
        return "vector"
    covered = max(boxes.share_inside(box, image.bbox) for image in images)
    texts = any(boxes.share_inside(line.bbox, box) > 0.5 for line in page.lines if not line.unseen)
    paths = any(
        not any(boxes.share_inside(drawing, boxes.grown(i.bbox, 1)) > 0.9 for i in images)
        for drawing in _drawings(page, box)
    )
    return "raster" if not texts and (covered > 0.95 or not paths) else "mixed"


def _metadata(files: PaperFiles, article: jats.Article | None, pages: Sequence[PageContent]) -> Metadata:
    """The caller's metadata, completed from the article's JATS, else from what the PDF prints and is called."""
    merged = merge_metadata(files.paper.metadata, article.metadata if article else Metadata())
    if article is None:
        merged = merge_metadata(merged, read_first_page(pages))
    elif not (merged.doi and merged.license):
        printed = read_first_page(pages)
        merged = merge_metadata(merged, Metadata(doi=printed.doi, license=printed.license))
    return merged if merged.pmcid else replace(merged, pmcid=pmcid_of(files.main.uri))


def merge_metadata(known: Metadata, read: Metadata) -> Metadata:
    """What the caller knows, completed by what was read; a licence gets its version (`CC BY` -> `CC BY 4.0`)."""
    facts = {
        field.name: getattr(known, field.name) or getattr(read, field.name) for field in fields(Metadata)
    }
    if known.license and is_under(read.license, known.license):
        facts["license"] = read.license
    if known.published and not known.published_precision:
        facts["published_precision"] = None  # of the other date
    return Metadata(**facts | {"withdrawn": known.withdrawn})
