"""A figure found on a page: its artwork's place and its caption, before anything is rendered."""

from __future__ import annotations

from dataclasses import dataclass

from tasks import boxes
from tasks.pdf.captions import CaptionBlock
from tasks.pdf.pages import PageContent
from tasks.records import Box
from tasks.rules.layout import rules


@dataclass(frozen=True, slots=True, eq=False)
class FoundFigure:
    """A figure's place: `bbox` in the upright frame of `page`; `caption` is None for an unlabelled figure."""

    page: PageContent
    bbox: Box
    caption: CaptionBlock | None
    pictured: bool = True
    """A large embedded image is part of it."""

    @property
    def large(self) -> bool:
        """Whether it is a figure even without a caption, if it is `pictured`."""
        return is_large(self.bbox)


def is_large(box: Box) -> bool:
    """Whether artwork in the box is a figure even without a caption."""
    least = rules().uncaptioned
    return boxes.width(box) >= least.least_width and boxes.height(box) >= least.least_height
