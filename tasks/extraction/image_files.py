"""An article without a PDF: its figures are the image files that its JATS refers to.

Runs in a worker process, as the reading of PDFs does: images are hostile, too. There is no page, so a figure has no
page and no boxes; captions are those of the JATS. Whatever is wrong with the article is raised as PaperError.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from tasks.article import jats
from tasks.errors import PaperError
from tasks.extraction.images.decoding import decode_image
from tasks.extraction.reading import merge_metadata, panel_captions, with_attribution, with_mentions
from tasks.panels.markers import expected_labels, find_sides
from tasks.panels.separation import FigureImage, Panel, separate
from tasks.pdf.pixels import LEAST_SIDE, encode_png, encoded
from tasks.records import EncodedImage, Extraction, Figure, Gap, Graphic, PaperFiles, Subfigure
from tasks.settings import ExtractionLimits

_PRINTED = (500.0, 650.0)
"""Points: a figure is printed as wide as the page's text or as high, which tells how large letters in it are."""
SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".gif")
"""Of the files that may be a figure."""


def read_graphics(files: PaperFiles, limits: ExtractionLimits) -> Extraction:
    """Every figure of an article with its subfigures. Raises PaperError."""
    started = time.perf_counter()
    try:
        article = jats.load_article(files.main.path)
    except jats.JatsError as error:
        raise PaperError("no_jats", f"The XML {error}; fetch it again.") from error
    metadata = merge_metadata(files.paper.metadata, article.metadata)
    gaps: list[Gap] = []
    figures: list[Figure] = []
    for artwork in article.artworks:
        panels = list(_panels(artwork, files.graphics, limits, gaps))
        if panels:
            figure = with_mentions(_figure(len(figures), artwork, panels), article.sentences)
            figures.append(with_attribution(figure, metadata))
    return Extraction(
        paper=files.paper,
        metadata=metadata,
        pages=0,
        figures=tuple(figures),
        seconds=time.perf_counter() - started,
        gaps=tuple(gaps),
    )


@dataclass(frozen=True, slots=True)
class _Cut:
    """A panel with its picture."""

    panel: Panel
    image: EncodedImage


def _panels(
    artwork: jats.Artwork, graphics: Sequence[Graphic], limits: ExtractionLimits, gaps: list[Gap]
) -> Iterator[_Cut]:
    """The panels of all image files of a figure; what cannot be had or read goes to `gaps`."""
    name = artwork.label or "a figure without label"
    letters = artwork.letters or (None,) * len(artwork.graphics)
    for reference, letter in zip(artwork.graphics, letters, strict=True):
        graphic = find_graphic(reference, graphics)
        if graphic is None or graphic.file.copy is None:
            gaps.append(Gap("figure", None, f"an image of {name} is not at hand"))
            continue
        notes: list[str] = []
        try:
            for cut in _separated(graphic.file.path, artwork.caption, limits, notes):
                known = letter is not None and cut.panel.label is None
                yield replace(cut, panel=replace(cut.panel, label=letter)) if known else cut
            gaps += [Gap("image", None, f"an image of {name} {note}") for note in notes]
        except PaperError as error:
            gaps.append(Gap("figure", None, f"an image of {name} was left out: {error.error}"))


def find_graphic(reference: str, graphics: Sequence[Graphic]) -> Graphic | None:
    """The image file that a JATS refers to, with or without its suffix; None where there is none."""
    by_name = {graphic.name.lower(): graphic for graphic in graphics}
    paths = (PurePosixPath(reference), PurePosixPath(unquote(reference).replace("\\", "/")))
    names = [path.name.lower() + suffix for path in paths for suffix in ("", *SUFFIXES)]
    names += [path.stem.lower() + suffix for path in paths for suffix in SUFFIXES]
    return next((by_name[name] for name in names if name in by_name), None)


def _figure(index: int, artwork: jats.Artwork, cuts: Sequence[_Cut]) -> Figure:
    subcaptions = panel_captions(artwork.caption, [cut.panel for cut in cuts])
    return Figure(
        figure_index=index,
        page=None,
        bbox=None,
        kind="raster",
        label=artwork.label,
        caption=artwork.caption,
        caption_source="jats" if artwork.caption else None,
        subfigures=tuple(
            Subfigure(place, None, cut.image, cut.panel.label, subcaption)
            for place, (cut, subcaption) in enumerate(zip(cuts, subcaptions, strict=True))
        ),
        id=artwork.facts.id,
        doi=artwork.facts.doi,
        alt_text=artwork.facts.alt_text,
        rights=artwork.facts.rights,
    )


def _separated(file: Path, caption: str | None, limits: ExtractionLimits, notes: list[str]) -> Iterator[_Cut]:
    """The panels of an image file by its pixels. Raises PaperError where it cannot be read."""
    data = file.read_bytes()
    pixels, kept = decode_image(data, limits, notes)
    height, width = pixels.shape[:2]
    unit = max(width / _PRINTED[0], height / _PRINTED[1], 1.0)
    box = (0.0, 0.0, width / unit, height / unit)
    said = caption or ""
    labels, sided = expected_labels(said), bool(find_sides(said))
    panels = separate(FigureImage(pixels, box, (), (), (), labels, sided))
    for panel in panels:
        x0, y0, x1, y1 = (round(value * unit) for value in panel.bbox)
        whole = len(panels) == 1 and (x1 - x0) * (y1 - y0) > 0.985 * width * height
        part = pixels[max(y0, 0) : max(y1, y0 + LEAST_SIDE), max(x0, 0) : max(x1, x0 + LEAST_SIDE)]
        yield _Cut(panel, encoded(data, "jpeg", width, height) if whole and kept else encode_png(part))
