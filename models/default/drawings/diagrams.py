"""Flow charts and tables."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.transforms import Bbox
from PIL import Image

from models.default.drawings.figure import Random, blank_axes, new_figure, number, pick, to_image, words

_FILLS = ("white", "white", "white", "#f2f2f2", "#dbe8f6", "#fde9d9", "#e2efda", "#4f81bd", "#fff2cc")


def flow_chart(random: Random) -> Image.Image:
    """Boxes of text joined by arrows: a trial's flow of patients, a protocol, a decision tree."""
    figure = new_figure(random, 4.2, 5.0)
    axes = blank_axes(figure)
    draw = pick(random, (_downwards, _tree, _sideways))
    fill, line = pick(random, _FILLS), float(random.uniform(0.5, 1.5))
    draw(axes, random, fill, line)
    return to_image(figure)


def _box(
    axes: Axes, random: Random, at: tuple[float, float], size: tuple[float, float], fill: str, line: float
) -> None:
    (x, y), (w, h) = at, size
    style = "round,pad=0.004" if random.random() < 0.4 else "square,pad=0.004"
    axes.add_patch(FancyBboxPatch((x - w / 2, y - h / 2), w, h, boxstyle=style, fc=fill, ec="black", lw=line))
    lines = [words(random, 1, 5)]
    if random.random() < 0.5:
        lines.append(f"(n = {int(random.integers(3, 900))})")
    text = "\n".join(textwrap.fill(part, max(8, int(w * 55))) for part in lines)
    colour = "white" if fill == "#4f81bd" else "black"
    axes.text(x, y, text, ha="center", va="center", color=colour, fontsize=float(random.uniform(5, 8)))


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], line: float) -> None:
    axes.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=8, lw=line, color="black"))


def _downwards(axes: Axes, random: Random, fill: str, line: float) -> None:
    steps = int(random.integers(3, 8))
    height = 0.6 / steps
    ys = [0.95 - (0.9 / (steps - 1)) * i for i in range(steps)]
    middle = float(random.uniform(0.3, 0.5))
    for i, y in enumerate(ys):
        _box(axes, random, (middle, y), (float(random.uniform(0.3, 0.5)), height), fill, line)
        if i + 1 < steps:
            _arrow(axes, (middle, y - height / 2), (middle, ys[i + 1] + height / 2), line)
        if 0 < i < steps - 1 and random.random() < 0.4:
            _box(axes, random, (0.82, y), (0.3, height * 1.2), fill, line)
            _arrow(axes, (middle + 0.2, y), (0.67, y), line)


def _tree(axes: Axes, random: Random, fill: str, line: float) -> None:
    arms = int(random.integers(2, 5))
    levels = int(random.integers(2, 5))
    height = 0.5 / (levels + 1)
    ys = [0.93 - 0.86 / levels * i for i in range(levels + 1)]
    _box(axes, random, (0.5, ys[0]), (0.45, height), fill, line)
    for arm in range(arms):
        x = (arm + 0.5) / arms
        above = (0.5, ys[0] - height / 2)
        for y in ys[1:]:
            _box(axes, random, (x, y), (0.8 / arms, height), fill, line)
            _arrow(axes, above, (x, y + height / 2), line)
            above = (x, y - height / 2)


def _sideways(axes: Axes, random: Random, fill: str, line: float) -> None:
    columns, rows = int(random.integers(2, 5)), int(random.integers(1, 4))
    width, height = 0.68 / columns, 0.5 / rows
    for row in range(rows):
        y = 1 - (row + 0.5) / rows
        for column in range(columns):
            x = (column + 0.5) / columns
            _box(axes, random, (x, y), (width, height), fill, line)
            if column:
                _arrow(axes, (x - 1 / columns + width / 2, y), (x - width / 2, y), line)


def table(random: Random) -> Image.Image:
    """Rows and columns of words and numbers, ruled as journals, spreadsheets and forms rule them."""
    rows, columns = int(random.integers(4, 16)), int(random.integers(2, 8))
    figure = new_figure(random, 1.1 * columns, 0.25 * rows)
    axes = blank_axes(figure)
    cells = [[words(random, 1, 3)] + [number(random) for _ in range(columns - 1)] for _ in range(rows)]
    edges = pick(random, ("horizontal", "closed", "open", "horizontal"))
    drawn = axes.table(
        cells,
        colLabels=[words(random, 1, 2) for _ in range(columns)],
        loc="center",
        cellLoc=pick(random, ("left", "center")),
        edges=edges,
        bbox=Bbox.from_bounds(0.02, 0.02, 0.96, 0.96),
    )
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(float(random.uniform(5, 9)))
    if edges == "closed":
        head, stripe = pick(random, ("#dddddd", "#4472c4", "white")), random.random() < 0.4
        for (row, _), cell in drawn.get_celld().items():
            cell.set_linewidth(float(random.uniform(0.3, 1.0)))
            cell.set_facecolor(head if row == 0 else "#f2f2f2" if stripe and row % 2 else "white")
    return to_image(figure)
