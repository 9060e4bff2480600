"""How well compound figures are separated: gold figures of ../shared and composed ones, as score.py counts.

    python -m tests.benchmarks.separation [--shared DIR] [--only ARTICLE] [--composed N --seed S] [--rules TREE]
                                          [--sheets DIR]
    python -m tests.benchmarks.separation --imageclef GOLD.xml PICTURES | --panelseg FOLDER

Six sets: the gold figures of `corpus` and of `wild` as the pipeline finds them, those of `corpus` in their gold boxes,
figures composed of panels of ../shared/panels (dev split; `--train`: the train split, to look at), such panels alone,
and vector plots drawn with matplotlib. From the annotated figures the judge of splits has learned: what it reaches on
other papers `tests.benchmarks.unseen_papers` tells by cross-validation.
For each a line for Figmill, one for a plain XY-cut, and one for the rules of an earlier version whose tree `--rules`
names (`git worktree add TREE 2a826ec`): ImageCLEF accuracy (all figures, compound ones alone), F1 at IoU 0.5 and 0.75,
average precision at IoU 0.5 (one operating point), fragments, merged panels, single figures split, letters,
milliseconds of CPU per figure. `--sheets` draws gold (green) and found (red) boxes of the figures that are not right.
With `--imageclef` or `--panelseg` the sets are those of others instead, as their authors ship them.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import numpy as np
from PIL import Image, ImageDraw
from threadpoolctl import threadpool_limits

from tasks.developing.composed import composed_figures, load_sources, single_figures
from tasks.developing.panel_gold import GoldFigure, load_gold, load_score
from tasks.developing.published_gold import read_imageclef, read_panelseg
from tasks.panels.separation import FigureImage, Panel, separate
from tasks.records import Box
from tests.benchmarks.earlier import EarlierVersion
from tests.benchmarks.plotted import plotted_figures
from tests.benchmarks.xy_cut import plain_xy_cut

SHARED = Path(__file__).resolve().parents[3] / "shared"


@dataclass(slots=True)
class Measures:
    """Counts over figures; the rules are score.py's."""

    accuracies: list[float] = field(default_factory=list)
    compound: list[float] = field(default_factory=list)
    singles_split: int = 0
    pairs: dict[float, list[int]] = field(default_factory=lambda: {0.5: [0, 0, 0], 0.75: [0, 0, 0]})
    fragments: list[int] = field(default_factory=lambda: [0, 0])
    merged: list[int] = field(default_factory=lambda: [0, 0])
    letters: list[int] = field(default_factory=lambda: [0, 0, 0])
    seconds: list[float] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    """Panels of each figure found at IoU 0.75."""


def measure(
    score: ModuleType, method: Callable[[FigureImage], list[Panel]], figure: GoldFigure, measures: Measures
) -> list[Panel]:
    """`method` run on a figure and counted in `measures`."""
    started = time.process_time()
    panels = method(figure.image)
    measures.seconds.append(time.process_time() - started)
    count(score, measures, figure, panels)
    return panels


def run(
    score: ModuleType,
    name: str,
    figures: Iterable[GoldFigure],
    others: dict[str, Callable[[FigureImage], list[Panel]]],
    sheets: Path | None,
) -> None:
    """All methods on one set, with a line for every figure that is not right and the summary of the set."""
    measures = {method: Measures() for method in ("Figmill", *others)}
    for figure in figures:
        panels = measure(score, separate, figure, measures["Figmill"])
        for method, cut in others.items():
            measure(score, cut, figure, measures[method])
        report(name, figure, panels, measures["Figmill"], sheets)
    lines = (f"  {summary(score, method, own)}" for method, own in measures.items())
    print("\n".join((name, *lines)), flush=True)


def report(
    name: str, figure: GoldFigure, panels: list[Panel], measures: Measures, sheets: Path | None
) -> None:
    """A line, and perhaps a drawing, of a figure whose panels were not all found."""
    if measures.accuracies[-1] == 1 and measures.right[-1] == len(figure.boxes):
        return
    print(
        f"{measures.accuracies[-1]:.2f}  gold {len(figure.boxes):2}  found {len(panels):2}  "
        f"right {measures.right[-1]:2}  {figure.name}  caption names {'-'.join(figure.image.expected_labels)}"
    )
    if sheets:
        folder = sheets / name.replace(" ", "_")
        folder.mkdir(parents=True, exist_ok=True)
        draw_sheet(figure, panels).save(folder / f"{figure.name.replace(' ', '_')}.png")


def count(score: ModuleType, measures: Measures, figure: GoldFigure, panels: list[Panel]) -> None:
    """Add one figure to `measures`."""
    boxes = [panel.bbox for panel in panels]
    contained = score.pair(
        boxes, figure.boxes, lambda p, q: score.overlap(p, q) / score.area(p) if score.area(p) else 0.0, 2 / 3
    )
    measures.accuracies.append(len(contained) / max(len(boxes), len(figure.boxes), 1))
    if len(figure.boxes) > 1:
        measures.compound.append(measures.accuracies[-1])
    else:
        measures.singles_split += len(boxes) > 1
    for least, counts in measures.pairs.items():
        paired = len(score.pair(boxes, figure.boxes, score.iou, least))
        counts[0] += paired
        counts[1] += len(boxes)
        counts[2] += len(figure.boxes)
    measures.right.append(paired)
    count_faults(score, measures, figure, boxes)
    for i, j in score.pair(boxes, figure.boxes, score.iou, 0.5):
        read, letter = (
            re.sub(r"[^a-z0-9]", "", (x or "").lower()) for x in (panels[i].label, figure.labels[j])
        )
        measures.letters[0] += read == letter != ""
        measures.letters[1] += read != ""
        measures.letters[2] += letter != ""


def count_faults(score: ModuleType, measures: Measures, figure: GoldFigure, boxes: list[Box]) -> None:
    """Add a figure's fragments and merged panels to `measures`, by score.py's definitions."""
    matched = {i for i, _ in score.pair(boxes, figure.boxes, score.iou, 0.5)}
    for index, box in enumerate(boxes):
        apart = all(score.iou(box, gold) < 0.5 for gold in figure.boxes)
        holds_half = any(score.overlap(box, gold) > 0.5 * score.area(gold) for gold in figure.boxes)
        measures.fragments[0] += index not in matched and apart and not holds_half
    inside = [[score.overlap(box, gold) > 0.7 * score.area(gold) for gold in figure.boxes] for box in boxes]
    measures.merged[0] += sum(
        any(own[number] and sum(own) > 1 for own in inside) for number in range(len(figure.boxes))
    )
    measures.fragments[1] += len(boxes)
    measures.merged[1] += len(figure.boxes)


def summary(score: ModuleType, name: str, measures: Measures) -> str:
    """One line of the table."""
    singles = len(measures.accuracies) - len(measures.compound)
    half, strict = (score.f1(*measures.pairs[least])[2] for least in (0.5, 0.75))
    precision, recall, _ = score.f1(*measures.letters)
    found = score.f1(*measures.pairs[0.5])
    times = sorted(measures.seconds)
    return (
        f"{name:12} accuracy {np.mean(measures.accuracies):.3f}  "
        f"compound {np.mean(measures.compound or [0]):.3f}  "
        f"F1@0.5 {half:.3f}  F1@0.75 {strict:.3f}  AP@0.5 {found[0] * found[1]:.3f}  "
        f"fragments {share(measures.fragments):.3f}  merged {share(measures.merged):.3f}  "
        f"singles split {measures.singles_split}/{singles}  "
        f"letters P {precision:.3f} R {recall:.3f}  "
        f"ms/figure {1000 * np.mean(times):.0f} (max {1000 * times[-1]:.0f})"
    )


def share(counts: list[int]) -> float:
    """The first of two counts as a share of the second."""
    return counts[0] / max(1, counts[1])


def draw_sheet(figure: GoldFigure, panels: list[Panel]) -> Image.Image:
    """The figure with its gold boxes in green and the found ones in red."""
    height, width = figure.image.pixels.shape[:2]
    scale = 700 / max(height, width)
    picture = Image.fromarray(figure.image.pixels).resize(
        (max(1, round(width * scale)), max(1, round(height * scale)))
    )
    draw = ImageDraw.Draw(picture)
    x0, y0, x1, _ = figure.image.bbox
    unit = picture.width / (x1 - x0)
    for shift, colour, boxes in ((0, "lime", figure.boxes), (3, "red", [panel.bbox for panel in panels])):
        labels = figure.labels if colour == "lime" else [panel.label for panel in panels]
        for box, label in zip(boxes, labels, strict=True):
            corners = [
                (box[0] - x0) * unit + shift,
                (box[1] - y0) * unit + shift,
                (box[2] - x0) * unit - shift,
                (box[3] - y0) * unit - shift,
            ]
            if corners[2] > corners[0] and corners[3] > corners[1]:
                draw.rectangle(corners, outline=colour, width=3)
            draw.text(
                (corners[0] + (4 if colour == "lime" else 24), corners[1] + 4),
                label or "-",
                fill=colour,
                font_size=20,
                stroke_width=1,
                stroke_fill="black",
            )
    return picture


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--only", default="")
    parser.add_argument("--composed", type=int, default=200, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--rules", type=Path, help="tree of an earlier version")
    parser.add_argument("--imageclef", type=Path, nargs=2, metavar=("GOLD.xml", "PICTURES"))
    parser.add_argument("--panelseg", type=Path, metavar="FOLDER")
    parser.add_argument("--sheets", type=Path)
    options = parser.parse_args()
    score, shared, sheets = load_score(options.shared), options.shared, options.sheets
    others: dict[str, Callable[[FigureImage], list[Panel]]] = {"XY-cut": plain_xy_cut}
    if options.rules:
        others["earlier"] = EarlierVersion(options.rules)
    with threadpool_limits(1):  # as in a worker process
        if options.imageclef:
            run(score, "ImageCLEF", read_imageclef(*options.imageclef), others, sheets)
        if options.panelseg:
            run(score, "PanelSeg", read_panelseg(options.panelseg), others, sheets)
        if options.imageclef or options.panelseg:
            return
        sources = load_sources(shared, "train" if options.train else "dev")
        for name, found, folder in (
            ("corpus", True, "corpus"),
            ("wild", True, "wild"),
            ("corpus, gold boxes", False, "corpus"),
        ):
            gold = load_gold(shared, score, found=found, only=options.only, folder=folder)
            run(score, name, gold, others, sheets)
        run(score, "composed", composed_figures(sources, options.composed, options.seed), others, sheets)
        run(score, "single panels", single_figures(sources, options.composed, options.seed), others, sheets)
        run(score, "plotted", plotted_figures(options.composed // 4, options.seed), others, sheets)


if __name__ == "__main__":
    main()
