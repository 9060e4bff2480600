"""A dataset whose first paper is a real PDF: for the view's pages with boxes."""

import hashlib
from pathlib import Path

import pymupdf

from tests.tasks.index.small import FIRST, dataset, part, row


def with_pdf(folder: Path) -> tuple[Path, str]:
    """The dataset and the paper_id of the PDF, whose only figure has two panels on page 1."""
    pdf = folder / "paper.pdf"
    with pymupdf.open() as document:
        document.new_page(width=300, height=400).draw_rect((50, 50, 250, 200), fill=(0.5, 0.5, 0.5))
        document.save(pdf, no_new_id=True)  # the same name in each run, and so the same order of rows
    paper_id = hashlib.sha256(pdf.read_bytes()).hexdigest()
    out = dataset(folder / "dataset")
    panels = [
        row(
            number,
            "DMTR" if number == 0 else "DMFL",
            0.97,
            subfigure_id=f"{paper_id[:16]}/0/{number}",
            paper_id=paper_id,
            source_uri=str(pdf),
            subfigure_index=number,
            page=1,
            panel_label="ab"[number],
            title="Cristae of the liver",
            caption="Loss of cristae. (a) Liver of old mice. (b) Heart of old mice.",
            subcaption=f"Loss of cristae. {('Liver', 'Heart')[number]} of old mice.",
            figure_bbox=[50, 50, 250, 200],
            subfigure_bbox=[50 + 100 * number, 50, 150 + 100 * number, 200],
        )
        for number in (0, 1)
    ]
    part(
        out,
        FIRST,
        [*panels, *(row(number, "GFIG", caption=f"Chart number {number}.") for number in range(10, 80))],
    )
    return out, paper_id
