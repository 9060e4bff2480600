"""One paper read and labelled, as Python objects that a notebook shows: what `flows.read` gives."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from models import taxonomy
from tasks.index.thumbnails import thumbnail
from tasks.modalities import abstaining, describe_modality
from tasks.records import Box, Figure, LabelledPaper, Metadata, Score, Subfigure
from tasks.texts import counted, printable

if TYPE_CHECKING:
    from PIL.Image import Image

_SIDE = 160
"""Longest side of a picture in a notebook, pixels."""
_CAPTION = 400
"""Characters of a caption in a notebook."""
_CELL = (
    "border:1px solid #8884;padding:4px;margin:2px;vertical-align:top;display:inline-block;max-width:180px"
)


@dataclass(frozen=True, slots=True)
class Panel:
    """A subfigure and what the model says of it."""

    label: str | None
    """The letter as printed."""
    caption: str | None
    """The caption's part for it, or the figure's caption where that names no panels."""
    modality: str | None
    """ImageCLEF code of the most probable class; None where the picture could not be looked at."""
    path: tuple[str, ...]
    """Every ancestor of the class: `microscopy`, `microscopy/fluorescence`."""
    confidence: float | None
    """Calibrated probability of `modality`."""
    abstains: bool
    """Whether the model does not name the picture: `modality` is then a guess."""
    bbox: Box | None
    """x0, y0, x1, y1 in points of the page, origin at the top left; None where the figure is an image file."""
    image: bytes = field(repr=False)
    """The picture, a PNG or JPEG, at its own resolution."""

    @property
    def name(self) -> str:
        """The modality in words."""
        return describe_modality(self.modality, self.path[-1:]) if self.modality else "not scored"

    def picture(self) -> Image:
        """The picture as Pillow has it."""
        from PIL import Image

        return Image.open(io.BytesIO(self.image), formats=("PNG", "JPEG"))

    def _repr_html_(self) -> str:
        small = thumbnail(self.image, _SIDE)
        shown = f'<img src="data:image/jpeg;base64,{base64.b64encode(small[0]).decode()}">' if small else ""
        name = abstaining(self.name) if self.abstains else self.name
        certainty = "" if self.confidence is None or self.abstains else f" {self.confidence:.2f}"
        words = html.escape(f"{printable(self.label or '')} {name}{certainty}".strip())
        return f'<div style="{_CELL}">{shown}<br>{words}</div>'


@dataclass(frozen=True, slots=True)
class PaperFigure:
    """A figure with its panels, in reading order."""

    label: str | None
    """`Figure 3`, `Supplementary Figure 1`."""
    caption: str | None
    page: int | None
    """From 1; None where the figure is an image file of its own."""
    bbox: Box | None
    """As a panel's."""
    panels: tuple[Panel, ...]

    def __iter__(self) -> Iterator[Panel]:
        return iter(self.panels)

    def _repr_html_(self) -> str:
        page = "" if self.page is None else f", page {self.page}"
        heading = html.escape(f"{printable(self.label or 'Figure without a label')}{page}")
        caption = html.escape(printable(self.caption or "", _CAPTION))
        panels = "".join(panel._repr_html_() for panel in self.panels)
        return f"<div><b>{heading}</b><br>{caption}<div>{panels}</div></div>"


@dataclass(frozen=True, slots=True)
class PaperReading:
    """A paper's figures, and what is known of the article."""

    source_uri: str
    paper_id: str
    """SHA-256 of the PDF's bytes, hex."""
    metadata: Metadata
    pages: int
    figures: tuple[PaperFigure, ...]

    @property
    def panels(self) -> list[Panel]:
        """The panels of all figures, in reading order."""
        return [panel for figure in self.figures for panel in figure]

    def __iter__(self) -> Iterator[PaperFigure]:
        return iter(self.figures)

    def _repr_html_(self) -> str:
        title = html.escape(printable(self.metadata.title or self.source_uri))
        found = f"{counted(len(self.figures), 'figure')}, {counted(len(self.panels), 'panel')}"
        return f"<h4>{title}</h4><p>{found}</p>{''.join(figure._repr_html_() for figure in self.figures)}"


def as_reading(paper: LabelledPaper, classes: Sequence[str]) -> PaperReading:
    """A labelled paper as a notebook shows it; `classes` are the codes in the order of the scores' probabilities."""
    extraction, scores = paper.extraction, iter(paper.scores)
    figures = tuple(
        PaperFigure(
            figure.label,
            figure.caption,
            figure.page,
            figure.bbox,
            tuple(_panel(figure, one, next(scores), classes) for one in figure.subfigures),
        )
        for figure in extraction.figures
    )
    identity = extraction.paper
    return PaperReading(
        identity.source_uri, identity.paper_id, extraction.metadata, extraction.pages, figures
    )


def _panel(figure: Figure, subfigure: Subfigure, score: Score | None, classes: Sequence[str]) -> Panel:
    best = None if score is None else int(score.probabilities.argmax())
    code = None if best is None else classes[best]
    return Panel(
        label=subfigure.panel_label,
        caption=subfigure.subcaption or figure.caption,
        modality=code,
        path=score.path if score else taxonomy.path(code) if code else (),
        confidence=float(score.probabilities[best]) if score else None,
        abstains=bool(score and score.rejected),
        bbox=subfigure.bbox,
        image=subfigure.image.data,
    )
