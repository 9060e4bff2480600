"""The pages that boxes stand on, as pictures with the boxes in their pixels: what `coco` and `label_studio` write.

A page is drawn from the very PDF that was labelled, where it still lies where it was; else it is left out and counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.corrections.overlay import read_overlay
from tasks.dataset.rights import COLUMNS as RIGHTS
from tasks.dataset.rights import is_open, may_be_passed_on
from tasks.errors import PaperError
from tasks.export.choice import Choice, ExportCounts
from tasks.export.rows import Advance
from tasks.extraction.drawing import Drawer, PagePicture
from tasks.index.source import Part, reading_parts
from tasks.records import Box

FOLDER = "pages"
_COLUMNS = (
    *(
        "subfigure_id",
        "paper_id",
        "source_uri",
        "pmcid",
        "doi",
        "title",
        "page",
        "figure_index",
        "figure_label",
    ),
    *("figure_bbox", "panel_label", "subfigure_bbox", "modality", "modality_path", "confidence", "rejected"),
    "label_source",
    *RIGHTS,
)


@dataclass(frozen=True, slots=True)
class PageBox:
    """A box in pixels of its page's picture: x0, y0, x1, y1. Of a figure, or of a subfigure (`subfigure_id`)."""

    box: Box
    label: str | None
    """The figure's label, or the panel's letter."""
    subfigure_id: str | None = None
    modality: str | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page with a figure, drawn as the file `name` in the folder `FOLDER`."""

    name: str
    width: int
    height: int
    number: int
    paper_id: str
    pmcid: str | None
    doi: str | None
    license: str | None
    boxes: tuple[PageBox, ...]

    @property
    def subfigures(self) -> list[str]:
        """Those whose boxes are on it: a filter may have left others of the page out."""
        return [box.subfigure_id for box in self.boxes if box.subfigure_id]


@dataclass(slots=True)
class PageCounts:
    """What became of the pages."""

    pages: int = 0
    not_drawn: int = 0
    """Their PDFs are gone, are others now, or cannot be drawn."""
    without_page: int = 0
    """Chosen rows of figures that stand on no page."""
    chosen: int = 0
    """Rows that were chosen, whether or not their page was drawn."""
    rows: ExportCounts = field(default_factory=ExportCounts)
    """Those on the pages."""


def draw_pages(
    out: Path, parts: tuple[Part, ...], choice: Choice, folder: Path, counts: PageCounts, advance: Advance
) -> Iterator[Page]:
    """Every page with a chosen row, as people want its rows, its picture written below `folder`.

    Where only what anybody may pass on is chosen, the whole page must be: its words by the article's licence, and
    every figure on it. Raises OutputError for a part that cannot be read.
    """
    (folder / FOLDER).mkdir()
    drawer = Drawer()
    try:
        for part in parts:
            for rows in _pages(out, part, choice, counts):
                page = _draw(drawer, rows.to_pylist(), folder / FOLDER)
                if page is None:
                    counts.not_drawn += 1
                else:
                    counts.pages += 1
                    counts.rows.add(rows, of=len(rows))
                    yield page
            advance(part.rows)
    finally:
        drawer.close()


def classes_on(pages: Iterable[Page], classes: Sequence[str]) -> list[str]:
    """`classes`, then those on the pages that people alone name."""
    there = {box.modality for page in pages for box in page.boxes if box.modality}
    return [*classes, *sorted(there.difference(classes))]


def _pages(out: Path, part: Part, choice: Choice, counts: PageCounts) -> Iterator[pa.Table]:
    """The chosen rows of each page of a part, in the order of the part."""
    overlay = read_overlay(out)
    with reading_parts(out), part.path.open("rb") as file:
        names = pq.read_schema(file).names
        columns = overlay.columns([name for name in _COLUMNS if name in names])
        read = pq.read_table(file, columns=columns)
    rows, places = overlay.apply_numbered(read)
    standing = len(rows)
    if choice.redistributable:
        # A picture that people take out of the rows is on its page all the same.
        rows = rows.filter(_whole_pages(read).take(pa.array(places, pa.int64())))
    chosen = choice.of(rows)
    counts.chosen += len(chosen)
    counts.rows.left_out += standing - len(chosen)
    counts.without_page += chosen["page"].null_count
    by_page: dict[tuple[str, int], list[int]] = {}
    pages = zip(chosen["paper_id"].to_pylist(), chosen["page"].to_pylist(), strict=True)
    for place, (paper_id, page) in enumerate(pages):
        if page is not None:
            by_page.setdefault((paper_id, page), []).append(place)
    for its in by_page.values():
        yield chosen.take(pa.array(its, pa.int64()))


def _whole_pages(rows: pa.Table) -> pa.Array:
    """For each row, whether all of its page may be passed on."""
    may = may_be_passed_on(rows).to_pylist()
    places = list(zip(rows["paper_id"].to_pylist(), rows["page"].to_pylist(), strict=True))
    licenses = rows["license"].to_pylist()
    closed = {
        place
        for place, row_may, license_ in zip(places, may, licenses, strict=True)
        if not (row_may and is_open(license_))
    }
    return pa.array([place not in closed for place in places], pa.bool_())


def _draw(drawer: Drawer, rows: list[dict[str, Any]], folder: Path) -> Page | None:
    first = rows[0]
    try:
        picture = drawer.page(first["source_uri"], first["paper_id"], first["page"])
    except PaperError:
        return None
    name = f"{first['paper_id'][:16]}-{first['page']:04}.png"
    (folder / name).write_bytes(picture.data)
    return Page(
        name=name,
        width=picture.width,
        height=picture.height,
        number=first["page"],
        paper_id=first["paper_id"],
        pmcid=first["pmcid"],
        doi=first["doi"],
        license=first["license"],
        boxes=tuple(_boxes(rows, picture)),
    )


def _boxes(rows: list[dict[str, Any]], picture: PagePicture) -> Iterator[PageBox]:
    """Each figure's box, then those of its subfigures."""
    seen: set[int] = set()
    for row in rows:
        if row["figure_index"] not in seen:
            seen.add(row["figure_index"])
            yield PageBox(_in_pixels(row["figure_bbox"], picture), row["figure_label"])
        yield PageBox(
            _in_pixels(row["subfigure_bbox"], picture),
            row["panel_label"],
            row["subfigure_id"],
            row["modality"],
            row["confidence"],
        )


def _in_pixels(box: list[float], picture: PagePicture) -> Box:
    """A box of PDF points in the picture's pixels, and inside it."""
    x0, x1 = (min(max(value * picture.scale, 0.0), picture.width) for value in (box[0], box[2]))
    y0, y1 = (min(max(value * picture.scale, 0.0), picture.height) for value in (box[1], box[3]))
    return (round(x0, 2), round(y0, 2), round(max(x0, x1), 2), round(max(y0, y1), 2))
