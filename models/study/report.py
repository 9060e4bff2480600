"""What the study shows: tables as Markdown and CSV, and beside them the figures."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from models.bundle.bundle import BundleInfo
from models.networks.variants import Approach, fine_tuned_variants, points, shallow_variants
from models.study.figures import draw_figures
from models.study.published import PRINTED, PRINTED_PEARSON, PRINTED_SCORES, STAND_INS, PrintedScores
from models.study.study import Results, number, pearson, table_row
from models.taxonomy import MICROSCOPY

_TITLES: dict[Approach, str] = {"fine_tuned": "Table I: fine-tuned", "shallow": "Table II: shallow"}
_WORDS: dict[Approach, str] = {"fine_tuned": "fine-tuned", "shallow": "shallow"}


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
    if any(bundle.model in STAND_INS for bundle in others):
        lines += ["Stand-ins are what torchvision carries, not the authors' own networks or training.", ""]
    if is_paper or _same_classes(results):
        lines += [
            "Printed in the paper (macro-F1: the mean of its F1 scores):",
            "",
            *_head_of_classes(MICROSCOPY),
            *map(_printed_row, PRINTED_SCORES),
            "",
        ]
    if is_paper and (notes := [note for r in results for note in misprinted_scores(r)]):
        lines += [*_noted(notes), ""]
    lines += list(_caution(results))
    return "\n".join(lines).rstrip() + "\n"


def _table(results: Sequence[Results], is_paper: bool) -> list[str]:
    lines = ["| network | variants | avg | std | max | min | best − full |", "|---|---|---|---|---|---|---|"]
    for r in results:
        row = table_row(r)
        best = ", ".join(_runs(row.best_points, ["fc", *points(r.base), "whole"]))
        numbers = map(number, (row.average, row.deviation, row.best, row.worst, row.gain))
        lines.append(f"| {r.base} | {row.variants} | {' | '.join(numbers)} [{best}] |")
    notes = [note for r in results for note in (*lacking(r), *(misprints(r) if is_paper else ()))]
    return [*lines, "", *_noted(notes)] if notes else lines


def _noted(notes: Sequence[str]) -> list[str]:
    return [f"- {note}" for note in notes]


def lacking(results: Results) -> list[str]:
    """Says where not every variant of a network is there."""
    every = (
        fine_tuned_variants(results.base)
        if results.approach == "fine_tuned"
        else shallow_variants(results.base)
    )
    there = {result.variant for result in results.variants}
    lost = [variant.point for variant in every if variant not in there]
    shown = ", ".join(lost[:4]) + (" ..." if len(lost) > 4 else "")
    what = _WORDS[results.approach]
    return [f"{what} {results.base}: {len(there)} of {len(every)} variants, without {shown}"] if lost else []


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
        f"{_WORDS[results.approach]} {results.base} {what}: printed {theirs:.2f}, its raw predictions give {ours:.2f}"
        for what, ours, theirs in pairs
        if not np.isnan(ours) and number(ours) != number(theirs)
    ]


def _correlations(results: Sequence[Results], is_paper: bool) -> list[str]:
    lines = [
        "| network | r |" + (" printed |" if is_paper else ""),
        "|---|---|" + ("---|" if is_paper else ""),
    ]
    for r in results:
        printed = f" {PRINTED_PEARSON[r.base]:.2f} |" if is_paper else ""
        lines.append(f"| {r.base} | {number(pearson(r))} |{printed}")
    pairs = [(r.base, pearson(r), PRINTED_PEARSON[r.base]) for r in results if is_paper]
    notes = [
        f"{base}: printed {theirs:.2f}, its raw predictions give {ours:.2f}"
        for base, ours, theirs in pairs
        if not np.isnan(ours) and number(ours) != number(theirs)
    ]
    return [*lines, "", *_noted(notes)] if notes else lines


def _head_of_classes(classes: Sequence[str]) -> list[str]:
    cells = " | ".join(f"{code} P / R / F1" for code in classes)
    return [f"| network | accuracy | macro-F1 | {cells} |", "|---|---|---|" + "---|" * len(classes)]


def _by_class(results: Sequence[Results]) -> list[str]:
    lines = []
    for r in results:
        triples = [(100 * c.precision, 100 * c.recall, 100 * c.f1) for c in r.scores(r.best)]
        lines.append(_row_of_classes(r.best.variant.name, r.accuracy(r.best), r.macro_f1(r.best), triples))
    return lines


def _of_others(bundles: Sequence[BundleInfo]) -> list[str]:
    lines = []
    for bundle in bundles:
        scores = bundle.metrics["test"]
        entries = [scores["classes"].get(code, {}) for code in bundle.classes]
        triples = [
            tuple(_percent(entry.get(key)) for key in ("precision", "recall", "f1")) for entry in entries
        ]
        name = f"{bundle.model} ({STAND_INS[bundle.model]})" if bundle.model in STAND_INS else bundle.model
        lines.append(_row_of_classes(name, 100 * scores["accuracy"][0], 100 * scores["macro_f1"][0], triples))
    return lines


def _printed_row(printed: PrintedScores) -> str:
    mean = float(np.mean([f1 for _, _, f1 in printed.classes]))
    return _row_of_classes(printed.title, printed.accuracy, mean, printed.classes)


def _row_of_classes(name: str, accuracy: float, macro: float, triples: Sequence[Sequence[float]]) -> str:
    cells = (" / ".join(map(number, triple)) for triple in triples)
    return f"| {name} | {number(accuracy)} | {number(macro)} | {' | '.join(cells)} |"


def _percent(share: float | None) -> float:
    return float("nan") if share is None else 100 * share


def misprinted_scores(results: Results) -> list[str]:
    """Where a row of Table III differs from what the raw predictions give by more than rounding."""
    notes = []
    for printed in PRINTED_SCORES:
        for result in (r for r in results.variants if r.variant.name == printed.model):
            pairs = [("accuracy", results.accuracy(result), printed.accuracy)]
            for score, theirs in zip(results.scores(result), printed.classes, strict=True):
                ours = (score.precision, score.recall, score.f1)
                pairs += [
                    (f"{score.code} {what}", 100 * value, shown)
                    for what, value, shown in zip(("precision", "recall", "F1"), ours, theirs, strict=True)
                ]
            notes += [
                f"{printed.title} {what}: printed {number(theirs)}, its raw predictions give {number(ours)}"
                for what, ours, theirs in pairs
                if not np.isnan(theirs) and number(ours) != number(theirs)
            ]
    return notes


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
