"""A labelled dataset of a PDF drawn here, whose pictures are what Figmill reads in it."""

from pathlib import Path
from typing import Any

import pymupdf

from tasks.extraction.reading import read_paper
from tasks.inputs.listing import identify
from tasks.records import Extraction, PaperFiles
from tasks.settings import ExtractionLimits
from tests.tasks.duplicates.drawn import encoded, picture
from tests.tasks.index.small import row
from tests.tasks.small_datasets import paper, write_part


def draw(pdf: Path, seed: int = 1) -> None:
    """A page with two figures, each one picture above its caption."""
    with pymupdf.open() as document:
        page = document.new_page(width=400, height=600)
        for number in (0, 1):
            top = 40 + 270 * number
            page.insert_image((60, top, 340, top + 210), stream=encoded(picture(seed + number)))
            page.insert_text((60, top + 230), f"Figure {number + 1}. Cells of the liver.", fontsize=9)
        document.save(pdf)


def rows_of(pdf: Path, **other: Any) -> list[dict[str, Any]]:
    """The rows that labelling the PDF would give."""
    (files,) = identify([pdf])
    assert isinstance(files, PaperFiles)
    return rows_read(read_paper(files, ExtractionLimits()), **other)


def rows_read(found: Extraction, **other: Any) -> list[dict[str, Any]]:
    """The rows of what was read of a paper."""
    paper_id, rows = found.paper.paper_id, []
    for figure in found.figures:
        for subfigure in figure.subfigures:
            facts = {
                "subfigure_id": f"{paper_id[:16]}/{figure.figure_index}/{subfigure.subfigure_index}",
                "paper_id": paper_id,
                "source_uri": found.paper.source_uri,
                "figure_index": figure.figure_index,
                "figure_label": figure.label,
                "page": figure.page,
                "figure_bbox": figure.bbox or [None] * 4,
                "subfigure_index": subfigure.subfigure_index,
                "subfigure_bbox": subfigure.bbox or [None] * 4,
                "image": {"bytes": subfigure.image.data, "path": "x.png"},
                "image_width": subfigure.image.width,
                "image_height": subfigure.image.height,
                "image_sha256": subfigure.image.sha256,
            }
            rows.append(row(len(rows), **(facts | other)))
    return rows


def labelled(out: Path, name: str, rows: list[dict[str, Any]]) -> None:
    """Writes a part of those rows."""
    ids = dict.fromkeys(one["paper_id"] for one in rows)
    write_part(out, name, rows, [paper(0, paper_id=one, part=name) for one in ids])
