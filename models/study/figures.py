"""The study's figures as PNG.

Figure 2: accuracy of the fine-tuned variants over what is trained. Figure 4: trainable parameters and accuracy, with
Pearson's r. Figure 5: accuracy of the shallow variants over the cut. Figure 7: F1 of each class over the cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.study.study import Results, number, pearson
from models.training.plots import figure_with_axes

_COLOURS = ("#2a6f97", "#c1121f", "#588157", "#e09f3e", "#6d597a")


def draw_figures(results: Sequence[Results], out: Path) -> list[Path]:
    """Figures 2, 4, 5 and 7 of what is there."""
    tuned = [r for r in results if r.approach == "fine_tuned"]
    shallow = [r for r in results if r.approach == "shallow"]
    files = []
    if tuned:
        files.append(_draw_depth(tuned, "trained from", out / "figure_2.png"))
        files.append(_draw_sizes(tuned, out / "figure_4.png"))
    if shallow:
        files.append(_draw_depth(shallow, "cut after", out / "figure_5.png"))
        files.append(_draw_classes(shallow, out / "figure_7.png"))
    return files


def _draw_depth(results: Sequence[Results], what: str, file: Path) -> Path:
    """Accuracy over the variants, a panel per network, the shallow end at the left."""
    figure, axes = figure_with_axes(len(results), width=3.6 * len(results), height=3.6)
    for ax, r, colour in zip(axes, results, _COLOURS, strict=False):
        names = [v.variant.point for v in r.variants][::-1]
        ax.plot(names, r.accuracies[::-1], marker="o", markersize=3.5, color=colour)
        best = names.index(r.best.variant.point)
        ax.plot(best, r.accuracies.max(), marker="o", markersize=8, fillstyle="none", color="black")
        ax.set_title(f"{r.base}: best {r.best.variant.point}, {r.accuracies.max():.2f}%", fontsize=9)
        ax.set(xlabel=what, ylabel="test accuracy, %")
        ax.set_xticks(range(len(names)))
        ax.tick_params(axis="x", rotation=90, labelsize=7 if len(names) < 30 else 4)
    _level(axes)
    figure.savefig(file, dpi=150)
    return file


def _draw_sizes(results: Sequence[Results], file: Path) -> Path:
    figure, axes = figure_with_axes(len(results), width=3.6 * len(results), height=3.4)
    for ax, r, colour in zip(axes, results, _COLOURS, strict=False):
        ax.scatter([v.trainable / 1e6 for v in r.variants], r.accuracies, color=colour, s=18)
        ax.set_title(f"{r.base}: r = {number(pearson(r))}", fontsize=9)
        ax.set(xlabel="trainable parameters, millions", ylabel="test accuracy, %")
    _level(axes)
    figure.savefig(file, dpi=150)
    return file


def _draw_classes(results: Sequence[Results], file: Path) -> Path:
    figure, axes = figure_with_axes(len(results), width=3.6 * len(results), height=3.6)
    for ax, r in zip(axes, results, strict=False):
        names = [v.variant.point for v in r.variants][::-1]
        for index, code in enumerate(r.classes):
            values = [100 * r.scores(v)[index].f1 for v in r.variants][::-1]
            colour = _COLOURS[index] if index < len(_COLOURS) else None
            ax.plot(names, values, marker="o", markersize=3, color=colour, label=code)
        ax.set_title(r.base, fontsize=9)
        ax.set(xlabel="cut after", ylabel="F1, %", ylim=(0, 100))
        ax.set_xticks(range(len(names)))
        ax.tick_params(axis="x", rotation=90, labelsize=7 if len(names) < 30 else 4)
    axes[0].legend(frameon=False, fontsize=7)
    figure.savefig(file, dpi=150)
    return file


def _level(axes: Sequence[object]) -> None:
    """The same scale in every panel, so that they compare."""
    limits = [ax.get_ylim() for ax in axes]  # type: ignore[attr-defined]
    for ax in axes:
        ax.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))  # type: ignore[attr-defined]
