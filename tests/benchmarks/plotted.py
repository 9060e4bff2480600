"""Compound figures of vector plots drawn with matplotlib, as many papers have them, with the panels' true boxes."""

from __future__ import annotations

import io
import string
from collections.abc import Iterator
from typing import Any

import numpy as np
import pymupdf
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from tasks.developing.panel_gold import GoldFigure, read_figure
from tasks.pdf.found_figure import FoundFigure
from tasks.pdf.pages import read_page
from tasks.records import Box
from tasks.settings import ExtractionLimits

POINTS = 72


def plotted_figures(count: int, seed: int) -> Iterator[GoldFigure]:
    """`count` figures of one to nine plots; the same ones for the same seed."""
    for number in range(count):
        random = np.random.default_rng([seed, number])
        rows, columns = int(random.integers(1, 4)), int(random.integers(1, 4))
        figure = Figure(
            (random.uniform(2, 2.6) * columns, random.uniform(1.6, 2.2) * rows), layout="constrained"
        )
        FigureCanvasPdf(figure)
        styles = {"font.size": float(random.choice([6, 7, 8]))}
        labelled = rows * columns > 1 and random.random() < 0.7
        parts = draw_panels(figure, rows, columns, random, styles, labelled=labelled)
        data = io.BytesIO()
        figure.savefig(data, format="pdf")
        boxes = [panel_box(figure, own) for own in parts]
        labels = list(string.ascii_uppercase[: len(parts)]) if labelled else [None] * len(parts)
        with pymupdf.open(stream=data.getvalue(), filetype="pdf") as document:
            page = read_page(document[0])
            place = FoundFigure(page, page.bounds, None)
            image = read_figure(place, tuple(labels) if labelled else (), ExtractionLimits())
            yield GoldFigure(f"plotted {seed}-{number}", image, boxes, labels)


def draw_panels(
    figure: Figure,
    rows: int,
    columns: int,
    random: np.random.Generator,
    styles: dict[str, Any],
    *,
    labelled: bool,
) -> list[list[Axes]]:
    """The axes of each panel: its own and its colour bar's."""
    kinds = random.choice(["line", "bars", "points", "map", "box"], rows * columns)
    if random.random() < 0.5:
        kinds[:] = kinds[0]
    framed = random.random() < 0.5
    parts = []
    for number, kind in enumerate(kinds):
        axes = figure.add_subplot(rows, columns, number + 1)
        parts.append([axes, *draw_data(figure, axes, kind, random)])
        axes.tick_params(labelsize=styles["font.size"])
        if not framed:
            axes.spines[["top", "right"]].set_visible(False)
        if random.random() < 0.7:
            axes.set_xlabel("Time (h)", fontsize=styles["font.size"])
            axes.set_ylabel("Response (%)", fontsize=styles["font.size"])
        if random.random() < 0.3:
            axes.set_title("Treated cells", fontsize=styles["font.size"] + 1)
        if labelled:
            axes.text(
                -0.2, 1.08, string.ascii_uppercase[number], transform=axes.transAxes, weight="bold", size=11
            )
    return parts


def draw_data(figure: Figure, axes: Axes, kind: str, random: np.random.Generator) -> list[Axes]:
    """One plot; returns the axes of its colour bar, if it has one."""
    x = np.arange(20)
    match kind:
        case "line":
            for name in ("Control", "Treated"):
                axes.errorbar(x, random.normal(0, 1, 20).cumsum(), yerr=0.5, label=name, linewidth=1)
            axes.legend(fontsize=5)
        case "bars":
            axes.bar(x[:6], random.uniform(1, 5, 6), yerr=0.4)
        case "points":
            axes.scatter(random.normal(size=80), random.normal(size=80), s=5)
            axes.axhline(0, linestyle="--", linewidth=0.7)
        case "map":
            shown = axes.imshow(random.normal(size=(12, 12)), aspect="auto")
            return [figure.colorbar(shown, ax=axes).ax]
        case _:
            axes.boxplot(list(random.normal(size=(4, 30))))
    return []


def panel_box(figure: Figure, parts: list[Axes]) -> Box:
    """What the axes of a panel cover with their names and numbers, without the panel's letter; points from the top."""
    letters = [text for axes in parts for text in axes.texts]
    for text in letters:
        text.set_visible(False)
    union = Bbox.union([axes.get_tightbbox() for axes in parts])
    scale, height = POINTS / figure.dpi, figure.get_figheight() * POINTS
    return union.x0 * scale, height - union.y1 * scale, union.x1 * scale, height - union.y0 * scale
