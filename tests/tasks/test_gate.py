"""The gate: what reading reaches on the developers' papers and cases, held to floors just below it.

Run by `pytest -m slow`; without ../shared it skips. Figures and captions come from the PDFs alone (no JATS, no
network), so that the gate takes a minute or two. Where a rule gets better, raise the floor with it.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import re
from collections.abc import Callable, Collection
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tasks.extraction.reading import read_paper
from tasks.pdf.documents import open_pdf, read_pages
from tasks.pdf.figures import find_figures
from tasks.pdf.found_figure import FoundFigure
from tasks.records import Paper, PaperFiles, SourceFile
from tasks.settings import ExtractionLimits

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

FLOORS = {
    "corpus": {"figures": 0.995, "labels": 1.0, "captions": 0.995},
    "wild": {"figures": 0.99, "labels": 1.0},
}
"""F1 of figures (IoU 0.8), labels right of the figures found, captions right of those the XML names."""

CASES_RIGHT = 73
"""Of 77 that the tool can judge. Three of the others ask for panels, one says in words what no caption begins with."""

NAMED = re.compile(r"(supplementary )?(figure|scheme) s?\d+[a-z]?")


def tool(shared: Path, name: str) -> ModuleType:
    """A script of ../shared/tools as a module."""
    spec = importlib.util.spec_from_file_location(name, shared / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def figures_of(pdf: Path) -> list[dict[str, Any]]:
    with open_pdf(pdf) as document:
        found, _ = find_figures(read_pages(document, ExtractionLimits(), []))
        return [as_scored(figure) for figure in found]


def as_scored(figure: FoundFigure) -> dict[str, Any]:
    caption = figure.caption
    return {
        "page": figure.page.number,
        "bbox": figure.page.to_page(figure.bbox),
        "label": caption.label if caption else None,
        "caption": caption.text if caption else None,
    }


def scores(
    folder: Path,
    score: ModuleType,
    read: Callable[[Path], list[dict[str, Any]]] = figures_of,
    stems: Collection[str] | None = None,
) -> dict[str, float]:
    """F1 of figures, the share of labels and of captions that are right, over a folder's papers, all or `stems`."""
    matched = predicted = gold = labels = named = captions = 0
    listed = folder / "figures.csv"
    rows = list(csv.DictReader(listed.open(newline=""))) if listed.exists() else []
    for path in sorted((folder / "gold").glob("*.json")):
        if stems is not None and path.stem not in stems:
            continue
        wanted = json.loads(path.read_text())
        found = read(folder / "pdf" / f"{path.stem}.pdf")
        shown = [f for f in found if f["page"] in wanted.get("pages", [f["page"]])]
        pairs = score.pair(
            shown,
            wanted["figures"],
            lambda f, g: score.iou(f["bbox"], g["bbox_pt"]) * (f["page"] == g["page"]),
            0.8,
        )
        matched, predicted, gold = matched + len(pairs), predicted + len(shown), gold + len(wanted["figures"])
        same = score.normal_label
        labels += sum(same(shown[i]["label"]) == same(wanted["figures"][j]["label"]) for i, j in pairs)
        own = [row for row in rows if row["id"] == path.stem and NAMED.fullmatch(same(row["label"]))]
        named += len(own)
        captions += sum(
            any(
                same(f["label"]) == same(r["label"]) and score.token_f1(f["caption"], r["caption"]) >= 0.9
                for f in found
            )
            for r in own
        )
    reached = {
        "figures": score.f1(matched, predicted, gold)[2],
        "labels": labels / max(matched, 1),
    }
    return reached | ({"captions": captions / named} if named else {})


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_papers_are_read_no_worse_than_before(shared: Path, name: str) -> None:
    reached = scores(shared / name, tool(shared, "score"))
    below = {what: reached[what] for what, floor in FLOORS[name].items() if reached[what] < floor}
    assert not below


def test_cases_are_read_no_worse_than_before(shared: Path) -> None:
    cases = tool(shared, "cases")
    faults = {case.name: faults_of(case, cases) for case in sorted((shared / "cases").iterdir())}
    right = [name for name, found in faults.items() if found == []]
    assert len(right) >= CASES_RIGHT, {name: found for name, found in faults.items() if found}


def faults_of(case: Path, cases: ModuleType) -> list[str] | None:
    """What falls short in a case; None where it is judged by hand."""
    pdf, xml = case / "input.pdf", case / "input.xml"
    if not pdf.exists():
        return None
    jats = SourceFile(str(xml)) if xml.exists() else None
    files = PaperFiles(Paper("", str(pdf)), SourceFile(str(pdf)), jats)
    figures = [
        [
            {
                "figure_label": figure.label,
                "caption": figure.caption,
                "page": figure.page,
                "figure_bbox": figure.bbox,
                "subfigure_bbox": part.bbox,
                "panel_label": part.panel_label,
                "subcaption": part.subcaption,
                "image": {"bytes": part.image.data},
            }
            for part in figure.subfigures
        ]
        for figure in read_paper(files, ExtractionLimits()).figures
    ]
    found: list[str] | None = cases.check(case, figures, pdf)
    return found
