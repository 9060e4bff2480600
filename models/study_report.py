"""What the study shows: tables as Markdown and CSV, figures as PNG.

Figure 2: accuracy of the fine-tuned variants over what is trained. Figure 4: trainable parameters and accuracy, with
Pearson's r. Figure 5: accuracy of the shallow variants over the cut. Figure 7: F1 of each class over the cut.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from models.bundle import BundleInfo
from models.plots import figure_with_axes
from models.published import PRINTED, PRINTED_F1, PRINTED_PEARSON
from models.study import Results, pearson, table_row
from models.taxonomy import MICROSCOPY
from models.variants import Approach, points

_TITLES: dict[Approach, str] = {"fine_tuned": "Table I: fine-tuned", "shallow": "Table II: shallow"}
_COLOURS = ("#2a6f97", "#c1121f", "#588157", "#e09f3e", "#6d597a")


def write_report(
    results: Sequence[Results], out: Path, is_paper: bool, others: Sequence[BundleInfo] = ()
) -> Path:
    """Writes tables.md, variants.csv and the figures into `out`, the paper's printed numbers beside its own.

    `others` are bundles of networks that are no variants: the ensemble, the baseline, the related systems.
    """
    out.mkdir(parents=True, exist_ok=True)
    _write_csv(results, out / "variants.csv")
    draw_figures(results, out)
    report = out / "tables.md"
    report.write_text(tables(results, is_paper, others), encoding="utf-8")
    return report


def tables(results: Sequence[Results], is_paper: bool, others: Sequence[BundleInfo] = ()) -> str:
    """Tables I to III and the correlations as Markdown."""
    lines = ["# Depth study", ""]
    for approach in _TITLES:
        chosen = [r for r in results if r.approach == approach]
        if chosen:
            lines += [f"## {_TITLES[approach]}", "", *_table(chosen, is_paper), ""]
    tuned = [r for r in results if r.approach == "fine_tuned"]
    if tuned:
        lines += ["## Pearson r between trainable parameters and test accuracy (fine-tuned)", ""]
        lines += [*_correlations(tuned, is_paper), ""]
    classes = results[0].classes if results else others[0].classes
    lines += ["## Table III: the best of each approach, by class", "", *_head_of_classes(classes)]
    lines += [*_by_class(results), *_of_others(others), ""]
    if is_paper or _same_classes(results):
        lines += ["Printed in the paper, F1 in percent:", "", *_printed_f1(), ""]
    lines += list(_caution(results))
    return "\n".join(lines).rstrip() + "\n"


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


def _table(results: Sequence[Results], is_paper: bool) -> list[str]:
    lines = ["| network | variants | avg | std | max | min | best − full |", "|---|---|---|---|---|---|---|"]
    for r in results:
        row = table_row(r)
        best = ", ".join(_runs(row.best_points, ["fc", *points(r.base), "whole"]))
        numbers = " | ".join(f"{v:.2f}" for v in (row.average, row.deviation, row.best, row.worst))
        lines.append(f"| {r.base} | {row.variants} | {numbers} | {row.gain:.2f} [{best}] |")
    if is_paper:
        lines += ["", *(f"Printed differently: {note}." for r in results for note in misprints(r))]
    return lines


def _runs(best: Sequence[str], order: Sequence[str]) -> list[str]:
    """`b3-35, b3-34, b3-33, b1-2` -> `b3-35 to b3-33`, `b1-2`: neighbours in the table as one span."""
    runs: list[list[str]] = []
    for point in best:
        if runs and order.index(point) == order.index(runs[-1][-1]) + 1:
            runs[-1].append(point)
        else:
            runs.append([point])
    spans = ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else run for run in runs)
    return [span for run in spans for span in run]


def misprints(results: Results) -> list[str]:
    """Where the paper's printed row differs from its raw predictions by more than rounding."""
    printed, row = PRINTED.get((results.approach, results.base)), table_row(results)
    if printed is None:
        return []
    pairs = [
        ("avg", row.average, printed.average),
        ("std", row.deviation, printed.deviation),
        ("max", row.best, printed.best),
        ("min", row.worst, printed.worst),
        ("best − full", row.gain, printed.gain),
    ]
    return [
        f"{results.base} {results.approach} {what} {theirs:.2f}, its raw predictions give {ours:.2f}"
        for what, ours, theirs in pairs
        if f"{ours:.2f}" != f"{theirs:.2f}"
    ]


def _correlations(results: Sequence[Results], is_paper: bool) -> list[str]:
    lines = [
        "| network | r |" + (" printed |" if is_paper else ""),
        "|---|---|" + ("---|" if is_paper else ""),
    ]
    for r in results:
        printed = f" {PRINTED_PEARSON[r.base]:.2f} |" if is_paper else ""
        lines.append(f"| {r.base} | {pearson(r):.2f} |{printed}")
    return lines


def _head_of_classes(classes: Sequence[str]) -> list[str]:
    cells = " | ".join(f"{code} P / R / F1" for code in classes)
    return [f"| network | accuracy | macro-F1 | {cells} |", "|---|---|---|" + "---|" * len(classes)]


def _by_class(results: Sequence[Results]) -> list[str]:
    lines = []
    for r in results:
        scores = " | ".join(
            f"{100 * c.precision:.2f} / {100 * c.recall:.2f} / {100 * c.f1:.2f}" for c in r.scores(r.best)
        )
        name = r.best.variant.name
        lines.append(f"| {name} | {r.accuracy(r.best):.2f} | {r.macro_f1(r.best):.2f} | {scores} |")
    return lines


def _of_others(bundles: Sequence[BundleInfo]) -> list[str]:
    lines = []
    for bundle in bundles:
        scores = bundle.metrics["test"]
        numbers = [scores["classes"].get(code, {}) for code in bundle.classes]
        cells = " | ".join(
            " / ".join(f"{100 * (n.get(key) or 0):.2f}" for key in ("precision", "recall", "f1"))
            for n in numbers
        )
        accuracy, f1 = 100 * scores["accuracy"][0], 100 * scores["macro_f1"][0]
        lines.append(f"| {bundle.model} | {accuracy:.2f} | {f1:.2f} | {cells} |")
    return lines


def _printed_f1() -> list[str]:
    lines = ["| network | " + " | ".join(MICROSCOPY) + " |", "|---|" + "---|" * len(MICROSCOPY)]
    return lines + [
        f"| {name} | " + " | ".join(f"{v:.2f}" for v in row) + " |" for name, row in PRINTED_F1.items()
    ]


def _caution(results: Sequence[Results]) -> Iterator[str]:
    if not results:
        return
    images = len(results[0].true)
    half = 196 * float(np.sqrt(0.9 * 0.1 / images))
    yield (
        f"Read with care: the best rows are chosen on the {images} test images themselves; at 90% accuracy the "
        f"95% interval is about ±{half:.1f} points."
    )
    for r in results:
        if r.chosen:
            accuracy = r.accuracy(r.chosen)
            yield f"\nChosen on validation instead: {r.chosen.variant.name}, test accuracy {accuracy:.2f}."


def _same_classes(results: Sequence[Results]) -> bool:
    return bool(results) and all(r.classes == MICROSCOPY for r in results)


def _write_csv(results: Sequence[Results], file: Path) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            ["model", "base", "approach", "point", "total", "trainable", "accuracy", "macro_f1", "validation"]
        )
        for r in results:
            for v in r.variants:
                variant, known = v.variant, "" if v.validation is None else f"{100 * v.validation:.4f}"
                scores = (f"{r.accuracy(v):.4f}", f"{r.macro_f1(v):.4f}", known)
                writer.writerow(
                    [variant.name, r.base, r.approach, variant.point, v.total, v.trainable, *scores]
                )


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
        ax.set_title(f"{r.base}: r = {pearson(r):.2f}", fontsize=9)
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
