"""Training of the judge of pieces on figures whose panels are known.

    python -m tasks.developing.split_training SHARED WEIGHTS

Every figure is cut in all the ways that are proposed; each piece on the way is an example of one panel, of what is
nobody's, or of neither. WEIGHTS is the folder for the trees.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from models.boosted import BoostedTrees, save_trees, train_trees
from models.inference.looks import looks_of
from tasks import boxes
from tasks.developing.composed import Source, composed_figures
from tasks.developing.look_training import Looks, PublishedPanel, load_panels
from tasks.developing.panel_gold import GoldFigure, figure_image, load_gold, load_score
from tasks.panels.cutting import fit
from tasks.panels.gutters import PixelBox
from tasks.panels.judging.choice import by_box, choices_of
from tasks.panels.judging.features import Features, measure_pieces
from tasks.panels.judging.graph import Graph, build_graph
from tasks.panels.judging.judge import QUESTIONS, Judge, judge_of
from tasks.panels.judging.ranking import Expected, expected_of, measure_choices
from tasks.panels.markers import expected_labels
from tasks.panels.separation import Setting, prepare
from tasks.records import Box

FOLDERS = ("wild", "corpus")
"""Where annotated papers lie."""

FOLDS = 5
"""Folds of papers, for who measures on annotated papers by what has not learned from them."""

PANEL = 0.6
"""IoU with a gold panel from which a piece is one."""

NOBODY = 0.2
"""Share of a piece that may lie in gold panels if it is to be nobody's."""

PUBLISHED = 0.5
"""How much a published figure of one panel counts beside an annotated one."""

COMPOSED = 0.4
"""How much a composed figure counts."""

COUNT = 200
"""Composed figures to learn from."""

SINGLES = 250
"""Published figures of one panel to learn from."""

SEED = 901

F1 = 0.4
"""Share of the F1 in what a choice is worth."""

INNER = 4
"""Folds of the figures: pieces are judged without their figure before choices of them are learned from."""

Look = Callable[[np.ndarray], np.ndarray]

Ranked = tuple[Features, npt.NDArray[np.float64], npt.NDArray[np.float64]]
"""The choices of a figure: their features (M, G), how right each is, how much each counts."""


@dataclass(frozen=True, slots=True)
class Example:
    """A figure with its pieces: their features (N, F), and the right answers (N, 2): one panel, nobody's."""

    name: str
    graph: Graph
    expected: Expected
    features: Features
    places: dict[PixelBox, Box]
    """The boxes (PDF points) that the pieces would have as panels."""
    gold: list[Box]
    right: npt.NDArray[np.bool_]
    weight: float


def fold_of(figure: GoldFigure) -> int:
    """The fold of a figure: one and the same for all figures of a paper, the first word of their names."""
    return zlib.crc32(figure.name.split()[0].encode()) % FOLDS


def example_of(figure: GoldFigure, look: Look = looks_of, weight: float = 1.0) -> Example | None:
    """`figure` as an example that counts as much as `weight` says; None where nothing is drawn."""
    setting = prepare(figure.image)
    if setting is None:
        return None
    canvas = setting.canvas
    canvas.look = look
    graph = build_graph(canvas, setting.whole)
    features = measure_pieces(canvas, graph)
    places = fitted(setting, graph)
    right = np.array([right_answers(box, figure.boxes) for box in places.values()])
    return Example(
        figure.name, graph, expected_of(canvas), features, places, list(figure.boxes), right, weight
    )


def fitted(setting: Setting, graph: Graph) -> dict[PixelBox, Box]:
    """The boxes (PDF points) that the pieces of `graph` would have as panels."""
    whole = setting.whole.box
    return {
        box: setting.to_points(box if box == whole else fit(setting.canvas, node.piece))
        for box, node in graph.items()
    }


def right_answers(box: Box, gold: list[Box]) -> tuple[bool, bool]:
    """Whether `box` is one of the panels `gold`, and whether it is nobody's."""
    shared = sum(boxes.area(boxes.intersection(box, panel)) for panel in gold)
    return max(iou(box, panel) for panel in gold) >= PANEL, shared < NOBODY * boxes.area(box)


def iou(a: Box, b: Box) -> float:
    """What both boxes cover as a share of what either does."""
    both = boxes.area(boxes.intersection(a, b))
    return both / max(1e-6, boxes.area(a) + boxes.area(b) - both)


def quality(panels: list[Box], gold: list[Box]) -> float:
    """How right `panels` are, 0 to 1: ImageCLEF's accuracy, and the F1 at IoU 0.5 with a share of `F1`."""
    inside = pairs(panels, gold, boxes.share_inside, 2 / 3)
    alike = pairs(panels, gold, iou, 0.5)
    accuracy = inside / max(len(panels), len(gold))
    return (1 - F1) * accuracy + F1 * 2 * alike / (len(panels) + len(gold))


def pairs(panels: list[Box], gold: list[Box], alike: Callable[[Box, Box], float], least: float) -> int:
    """How many of `panels` and `gold` are paired one to one, the most `alike` first, from `least` on."""
    found = sorted(
        ((alike(a, b), i, j) for i, a in enumerate(panels) for j, b in enumerate(gold)), reverse=True
    )
    taken: tuple[set[int], set[int]] = set(), set()
    for value, i, j in found:
        if value >= least and i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
    return len(taken[0])


def outside_examples(panels: list[PublishedPanel], looks: Looks, composed: int = COUNT) -> list[Example]:
    """The examples of published single figures and of figures composed of published panels."""
    alone = [panel for panel in panels if panel.alone]
    chosen = np.random.default_rng(SEED).permutation(len(alone))[:SINGLES]
    found = [
        example_of(single_figure(alone[number]), looks.of_others(alone[number].article), PUBLISHED)
        for number in chosen
    ]
    sources = [Source(panel.code, panel.path) for panel in panels if panel.split == "train"]
    found += [
        example_of(figure, looks.of_all(), COMPOSED) for figure in composed_figures(sources, composed, SEED)
    ]
    return [example for example in found if example]


def single_figure(panel: PublishedPanel) -> GoldFigure:
    """A published figure of one panel, in some size in which papers print such."""
    picture = Image.open(panel.path).convert("RGB")
    random = np.random.default_rng(len(panel.caption) + picture.width)
    unit = max(picture.width / random.uniform(150, 480), picture.height / 600)
    whole = (0.0, 0.0, picture.width / unit, picture.height / unit)
    image = figure_image(picture, (whole,), (), expected_labels(panel.caption), unit)
    return GoldFigure(panel.path.stem, image, [whole], [None])


def train_judge(examples: Sequence[Example]) -> Judge:
    """A judge that has learned from `examples`."""
    return judge_of(*train(examples))


def train(examples: Sequence[Example]) -> tuple[BoostedTrees, BoostedTrees, BoostedTrees]:
    """Trees that answer each of `QUESTIONS`.

    Those that rank choices learn from what is said of pieces of figures that it was not learned from.
    """
    folds = np.array([zlib.crc32(example.name.split()[0].encode()) % INNER for example in examples])
    ranked: list[Ranked] = []
    for fold in range(INNER):
        trees = train_pieces([own for own, number in zip(examples, folds, strict=True) if number != fold])
        ranked += [rank(own, trees) for own, number in zip(examples, folds, strict=True) if number == fold]
    rows, goodness, weights = (np.concatenate(parts) for parts in zip(*ranked, strict=True))
    return *train_pieces(examples), train_trees(rows, goodness, weights)


def train_pieces(examples: Sequence[Example]) -> tuple[BoostedTrees, BoostedTrees]:
    """Trees that tell which pieces are one panel, and such that tell which hold none."""
    rows = np.concatenate([own.features for own in examples])
    right = np.concatenate([own.right for own in examples])
    weights = np.concatenate([shared_weight(own.weight, len(own.features)) for own in examples])
    return train_trees(rows, right[:, 0], weights), train_trees(rows, right[:, 1], weights)


def rank(example: Example, trees: tuple[BoostedTrees, BoostedTrees]) -> Ranked:
    """The choices that `trees` lead to in a figure."""
    verdicts = np.stack([own.probabilities(example.features) for own in trees], axis=1)
    choices = choices_of(example.graph, by_box(example.graph, verdicts))
    rows = measure_choices(example.expected, example.graph, example.features, verdicts, choices)
    goodness = [quality([example.places[box] for box in own.boxes], example.gold) for own in choices]
    return rows, np.array(goodness), shared_weight(example.weight, len(choices))


def shared_weight(weight: float, count: int) -> npt.NDArray[np.float64]:
    """The weights (`count`,) of the rows of one figure, which together grow as the root of their number."""
    return np.full(count, weight / np.sqrt(count))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shared", type=Path)
    parser.add_argument("weights", type=Path)
    options = parser.parse_args()
    score, panels = load_score(options.shared), load_panels(options.shared)
    examples = outside_examples(panels, Looks(panels))
    for folder in FOLDERS:
        for figure in load_gold(options.shared, score, found=True, folder=folder):
            own = example_of(figure)
            examples += [own] if own else []
    for question, trees in zip(QUESTIONS, train(examples), strict=True):
        save_trees(trees, options.weights / f"{question}.safetensors")


if __name__ == "__main__":
    main()
