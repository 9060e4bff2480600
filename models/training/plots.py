"""Plots of training and evaluation as PNG; matplotlib is imported only here and only when drawn."""

from __future__ import annotations

from collections.abc import Sequence
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


def draw_tiles(rows: Sequence[Sequence[tuple[str, Pixels]]]) -> Image.Image:
    """Titled images (H, W, 3) uint8 in rows of equal length, as one picture."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = len(rows[0])
    figure = Figure(figsize=(2.2 * columns, 2.4 * len(rows)), layout="constrained", dpi=150)
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots(len(rows), columns, squeeze=False)
    for row, line in zip(rows, axes, strict=True):
        for (title, pixels), ax in zip(row, line, strict=True):
            ax.imshow(pixels)
            ax.set_title(title, fontsize=9)
            ax.set_axis_off()
    canvas.draw()  # type: ignore[no-untyped-call]
    drawn = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    return Image.fromarray(drawn).convert("RGB")


def _save(figure: Figure, file: Path) -> None:
    figure.savefig(file, dpi=150)
