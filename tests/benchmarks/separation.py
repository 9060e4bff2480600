"""How well compound figures are separated: gold figures of ../shared/corpus, measured as its score.py does.

    python tests/benchmarks/separation.py [--shared DIR] [--only ARTICLE] [--sheets DIR]

Prints a line for Figmill and one for a plain XY-cut beside it: ImageCLEF accuracy (all figures,
compound ones alone), F1 at IoU 0.5 and 0.75, single figures split, letters, milliseconds of CPU per figure.
`--sheets` draws gold (green) and found (red) boxes of the figures that are not right.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import numpy as np
import pymupdf
from PIL import Image, ImageDraw

from tasks.gutters import ink, xy_cut
from tasks.records import Box
from tasks.separation import FigureImage, Panel, Word, separate, shrink, to_points
from tasks.subcaptions import expected_labels

DPI = 170
SHARED = Path(__file__).resolve().parents[3] / "shared"


@dataclass(frozen=True, slots=True)
class GoldFigure:
    """A figure drawn from its page, with the panels that a person marked."""

    name: str
    image: FigureImage
    boxes: list[Box]
    labels: list[str | None]


@dataclass(slots=True)
class Measures:
    """Counts over figures; the rules are score.py's."""

    accuracies: list[float] = field(default_factory=list)
    compound: list[float] = field(default_factory=list)
    singles_split: int = 0
    pairs: dict[float, list[int]] = field(default_factory=lambda: {0.5: [0, 0, 0], 0.75: [0, 0, 0]})
    letters: list[int] = field(default_factory=lambda: [0, 0, 0])
    seconds: list[float] = field(default_factory=list)


def load_gold(shared: Path, only: str = "") -> Iterator[GoldFigure]:
    """Every gold figure of `shared`/corpus whose name begins with `only`."""
    captions = read_captions(shared)
    for path in sorted((shared / "corpus/gold").glob("*.json")):
        figures = json.loads(path.read_text())["figures"]
        with pymupdf.open(shared / "corpus/pdf" / f"{path.stem}.pdf") as document:
            for figure in figures:
                name = f"{path.stem} {figure['label']} p{figure['page']}"
                if not name.startswith(only):
                    continue
                caption = captions.get((path.stem, label_key(figure["label"])), "")
                image = read_figure(document[figure["page"] - 1], figure["bbox_pt"], expected_labels(caption))
                panels = figure["panels"]
                yield GoldFigure(
                    name, image, [tuple(p["bbox_pt"]) for p in panels], [p["label"] for p in panels]
                )


def read_captions(shared: Path) -> dict[tuple[str, str], str]:
    """Captions by article and figure number."""
    with (shared / "corpus/figures.csv").open(newline="") as file:
        return {(row["id"], label_key(row["label"])): row["caption"] for row in csv.DictReader(file)}


def label_key(label: str | None) -> str:
    """`Figure 3` and `Fig. 3` as one key."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"fig(ure)?s?\b", "figure", (label or "").lower()))


def read_figure(page: pymupdf.Page, box: Box, labels: tuple[str, ...]) -> FigureImage:
    """The part `box` of a page (PDF points) with its images, words and drawings."""
    clip = pymupdf.Rect(box) & page.rect
    pixmap = page.get_pixmap(dpi=DPI, clip=clip, colorspace=pymupdf.csRGB, alpha=False)
    pixels = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)
    return FigureImage(
        pixels,
        tuple(clip),
        tuple(tuple(info["bbox"]) for info in page.get_image_info() if inside(info["bbox"], clip)),
        tuple(read_words(page, clip)),
        tuple(tuple(b) for kind, b in page.get_bboxlog() if kind.endswith("path") and inside(b, clip)),
        labels,
    )


def read_words(page: pymupdf.Page, clip: pymupdf.Rect) -> Iterator[Word]:
    """The words of the page's text inside `clip`."""
    for block in page.get_text(
        "dict", clip=clip, flags=pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_IMAGES
    )["blocks"]:
        for line in block.get("lines", ()):
            for span in line["spans"]:
                if span["text"].strip() and inside(span["bbox"], clip):
                    yield Word(
                        span["text"].strip(), tuple(span["bbox"]), span["size"], bool(span["flags"] & 16)
                    )


def inside(box: Box, clip: pymupdf.Rect) -> bool:
    """Whether more than half of `box` lies in `clip`."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return bool(clip.x0 <= x <= clip.x1 and clip.y0 <= y <= clip.y1)


def plain_xy_cut(figure: FigureImage) -> list[Panel]:
    """The baseline: white gutters of at least 1.2 % of the longest side, nothing else."""
    pixels = shrink(figure.pixels, figure.bbox[2] - figure.bbox[0])
    height, width = pixels.shape[:2]
    side = max(height, width)
    boxes = xy_cut(ink(pixels), (0, 0, width, height), max(3, round(0.012 * side)), round(0.08 * side))
    return [Panel(to_points(box, figure.bbox, width, height), None) for box in boxes]


def measure(
    score: ModuleType, method: Callable[[FigureImage], list[Panel]], gold: list[GoldFigure]
) -> tuple[Measures, list[list[Panel]]]:
    """`method` run on every gold figure, with what it found."""
    measures, found = Measures(), []
    for figure in gold:
        started = time.process_time()
        panels = method(figure.image)
        measures.seconds.append(time.process_time() - started)
        count(score, measures, figure, panels)
        found.append(panels)
    return measures, found


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
        counts[0] += len(score.pair(boxes, figure.boxes, score.iou, least))
        counts[1] += len(boxes)
        counts[2] += len(figure.boxes)
    for i, j in score.pair(boxes, figure.boxes, score.iou, 0.5):
        read, letter = (
            re.sub(r"[^a-z0-9]", "", (x or "").lower()) for x in (panels[i].label, figure.labels[j])
        )
        measures.letters[0] += read == letter != ""
        measures.letters[1] += read != ""
        measures.letters[2] += letter != ""


def summary(score: ModuleType, name: str, measures: Measures) -> str:
    """One line of the table."""
    singles = len(measures.accuracies) - len(measures.compound)
    half, strict = (score.f1(*measures.pairs[least])[2] for least in (0.5, 0.75))
    precision, recall, _ = score.f1(*measures.letters)
    times = sorted(measures.seconds)
    return (
        f"{name:12} accuracy {np.mean(measures.accuracies):.3f}  "
        f"compound {np.mean(measures.compound or [0]):.3f}  "
        f"F1@0.5 {half:.3f}  F1@0.75 {strict:.3f}  singles split {measures.singles_split}/{singles}  "
        f"letters P {precision:.3f} R {recall:.3f}  "
        f"ms/figure {1000 * np.mean(times):.0f} (max {1000 * times[-1]:.0f})"
    )


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


def load_score(shared: Path) -> ModuleType:
    """The scoring script as a module."""
    spec = importlib.util.spec_from_file_location("score", shared / "tools/score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--only", default="")
    parser.add_argument("--sheets", type=Path)
    options = parser.parse_args()
    score, gold = load_score(options.shared), list(load_gold(options.shared, options.only))
    measures, found = measure(score, separate, gold)
    for figure, panels, accuracy in zip(gold, found, measures.accuracies, strict=True):
        if accuracy < 1:
            print(
                f"{accuracy:.2f}  gold {len(figure.boxes):2}  found {len(panels):2}  {figure.name}  "
                f"caption names {'-'.join(figure.image.expected_labels)}"
            )
            if options.sheets:
                options.sheets.mkdir(parents=True, exist_ok=True)
                draw_sheet(figure, panels).save(options.sheets / f"{figure.name.replace(' ', '_')}.png")
    print(summary(score, "Figmill", measures))
    print(summary(score, "XY-cut", measure(score, plain_xy_cut, gold)[0]))


if __name__ == "__main__":
    main()
