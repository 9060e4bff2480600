"""Plots of training and evaluation as PNG; matplotlib is imported only here and only when drawn."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from models.evaluation.evaluation import Evaluation
from models.training.training import Epoch
from models.transforms import Pixels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BLUE, _RED, _GREY = "#2a6f97", "#c1121f", "#6c757d"
_CELL = 2.4
"""Inches: the side of a square image among tiles; others take as much room."""
_NARROWEST = 6.0
"""Inches of a picture of tiles, that its words have room."""
_SPACE, _LINE, _LETTER = 0.12, 0.18, 0.078
"""Inches between tiles, of a line of words and of a wide letter in it."""


def plot_curves(history: Sequence[Epoch], best: Epoch, file: Path) -> None:
    """Loss and accuracy per epoch, training and validation, the best epoch marked."""
    figure, (left, right) = figure_with_axes(2, width=9, height=3.6)
    epochs = [epoch.epoch for epoch in history]
    for axes, what in ((left, "loss"), (right, "accuracy")):
        axes.plot(
            epochs, [getattr(e, f"train_{what}") for e in history], color=_GREY, label="training, augmented"
        )
        axes.plot(
            epochs, [getattr(e, f"validation_{what}") for e in history], color=_BLUE, label="validation"
        )
        axes.axvline(best.epoch, color=_RED, linewidth=1, linestyle=":", label=f"kept: epoch {best.epoch}")
        axes.set(xlabel="epoch", ylabel=what)
    right.set_ylim(0, 1)
    left.legend(frameon=False)
    _save(figure, file)


def plot_confusion(scores: Evaluation, file: Path) -> None:
    """Confusion matrix with counts, shaded by the share of each true class; `other` is unknown to the model."""
    codes = [c.code for c in scores.classes]
    rows = [*codes, "other"] if scores.unknown else codes
    confusion = scores.confusion[: len(rows)]
    side = max(4.0, 0.42 * len(codes) + 1.6)
    figure, (axes,) = figure_with_axes(1, width=side, height=side)
    shares = confusion / confusion.sum(axis=1, keepdims=True).clip(min=1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in zip(*confusion.nonzero(), strict=True):
        colour = "white" if shares[row, column] > 0.6 else "black"
        count = str(confusion[row, column])
        axes.text(column, row, count, ha="center", va="center", fontsize=8, color=colour)
    axes.set_xticks(range(len(codes)), codes, rotation=90)
    axes.set_yticks(range(len(rows)), rows)
    axes.set(xlabel="predicted", ylabel="true")
    axes.spines[["top", "right"]].set_visible(True)
    _save(figure, file)


def plot_reliability(scores: Evaluation, file: Path) -> None:
    """Accuracy over confidence; the size of a point is its share of the images."""
    figure, (axes,) = figure_with_axes(1, width=4.4, height=4.2)
    axes.plot([0, 1], [0, 1], color=_GREY, linewidth=1, linestyle=":", label="perfect")
    confidence, accuracy, shares = zip(*scores.reliability, strict=True)
    axes.plot(confidence, accuracy, color=_BLUE, linewidth=1)
    axes.scatter(confidence, accuracy, s=[30 + 400 * share for share in shares], color=_BLUE, alpha=0.7)
    axes.set(xlabel="mean confidence", ylabel="accuracy", xlim=(0, 1.02), ylim=(0, 1.02))
    axes.set_title(f"expected calibration error {scores.ece:.3f}, n = {scores.images}", fontsize=9)
    _save(figure, file)


def figure_with_axes(columns: int, width: float, height: float) -> tuple[Figure, Sequence[Any]]:
    """A figure without the global state of pyplot, and its axes in a row."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(1, columns, squeeze=False)[0]
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
    return figure, axes


@dataclass(frozen=True, slots=True)
class TileRow:
    """Images (H, W, 3) uint8 side by side, each with what stands above it, and what stands above all of them."""

    heading: str
    tiles: Sequence[tuple[str, Pixels]]


def draw_tiles(title: str, rows: Sequence[TileRow], note: str) -> Image.Image:
    """Rows of images of one shape as one picture: its cells have their proportions, `note` stands below.

    Lengths are inches.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    high, wide = rows[0].tiles[0][1].shape[:2]
    cell_width, cell_height = _CELL * (wide / high) ** 0.5, _CELL * (high / wide) ** 0.5
    columns = max(len(row.tiles) for row in rows)
    width = max(columns * (cell_width + _SPACE) + _SPACE, _NARROWEST)
    above, below = _wrapped(title, width), _wrapped(note, width)
    headings = [_wrapped(row.heading, width) for row in rows]
    lines = len(above) + len(below) + sum(map(len, headings)) + len(rows)
    height = lines * _LINE + len(rows) * (cell_height + _SPACE) + 3 * _SPACE
    figure = Figure(figsize=(width, height), dpi=150)
    canvas = FigureCanvasAgg(figure)

    def write(lines: Sequence[str], x: float, top: float, **style: Any) -> float:
        """Writes lines from `top` down; where the next one goes."""
        for line in lines:
            place = x / width, 1 - top / height
            figure.text(*place, line, fontsize=9, va="top", parse_math=False, **style)
            top += _LINE
        return top

    top = write(above, _SPACE, _SPACE, weight="bold") + _SPACE
    for heading, row in zip(headings, rows, strict=True):
        top = write(heading, _SPACE, top)
        for place, (name, pixels) in enumerate(row.tiles):
            left = _SPACE + place * (cell_width + _SPACE)
            write([name], left, top, color=_GREY)
            box = (left, height - top - _LINE - cell_height, cell_width, cell_height)
            axes = figure.add_axes(tuple(np.divide(box, (width, height, width, height))))
            axes.imshow(pixels, aspect="auto")
            axes.set_axis_off()
        top += _LINE + cell_height + _SPACE
    write(below, _SPACE, top, color=_GREY)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # a box stands for it
        canvas.draw()  # type: ignore[no-untyped-call]
    drawn = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    return Image.fromarray(drawn).convert("RGB")


def _wrapped(text: str, width: float) -> list[str]:
    """`text` in lines of so many inches; names of files may hold what cannot be printed: a space stands for it."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return textwrap.wrap(shown, int((width - 2 * _SPACE) / _LETTER))


def _save(figure: Figure, file: Path) -> None:
    figure.savefig(file, dpi=150)
