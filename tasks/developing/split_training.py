"""Training of the judge of splits on figures whose panels are known.

    python -m tasks.developing.split_training SHARED WEIGHTS

Every figure is cut as the rules of cutting say, and a part that holds one panel alone once more, as if nobody had
objected; each split on the way is an example: right where it parts gold panels and tears few.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from models.boosted import BoostedTrees, save_trees, train_trees
from models.inference.looks import looks_of
from tasks.developing.composed import Source, composed_figures
from tasks.developing.look_training import Looks, PublishedPanel, load_panels
from tasks.developing.panel_gold import GoldFigure, figure_image, load_gold, load_score
from tasks.panels.judging.judge import Judge
from tasks.panels.judging.splits import Features, measure_split
from tasks.panels.markers import expected_labels
from tasks.panels.partition import apply
from tasks.panels.pieces import Canvas, Piece
from tasks.panels.rules import Split, find_split
from tasks.panels.separation import prepare

FOLDERS = ("wild", "corpus")
"""Where annotated papers lie."""

TORN = 0.15
"""Share of a panel that may lie in another part than the rest of it: gold boxes are a point or two off."""

MOST_TORN = 0.5
"""Share of the panels that a right split may tear."""

MOST_LEVELS = 8
"""Splits within splits that are followed."""

PUBLISHED = 1.0
"""How much a published figure of one panel counts beside an annotated one."""

COMPOSED = 0.25
"""How much a composed figure counts: nearly all its splits are right."""

COUNT = 400
"""Composed figures to learn from."""

SEED = 901

Look = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True)
class Example:
    """A split with whether it is right and how much it counts."""

    features: Features
    right: bool
    weight: float


def examples_of(figure: GoldFigure, look: Look = looks_of, weight: float = 1.0) -> list[Example]:
    """The examples of one figure; together they count as the root of their number, times `weight`."""
    setting = prepare(figure.image)
    if setting is None:
        return []
    setting.canvas.look = look
    gold = np.array([setting.to_pixels(box) for box in figure.boxes], float)
    found = list(follow(setting.canvas, setting.whole, gold, 0))
    return [Example(features, right, weight / np.sqrt(len(found))) for features, right in found]


def follow(canvas: Canvas, piece: Piece, gold: np.ndarray, level: int) -> Iterator[tuple[Features, bool]]:
    """Each split of `piece` and of its parts, with whether it is right for the panels `gold` (N, 4)."""
    split = find_split(canvas, piece) if level < MOST_LEVELS else None
    if split is None:
        return
    own = gold[shares_inside(gold, np.array(piece.box, float)) > 0.5]
    if split.axis is not None:
        yield measure_split(canvas, piece, split, split.axis), is_right(split, own)
    if len(own):
        for part in apply(canvas, piece, split):
            yield from follow(canvas, part, gold if len(own) > 1 else gold[:0], level + 1)


def is_right(split: Split, gold: np.ndarray) -> bool:
    """Whether `split` has panels of `gold` (N, 4) in several of its parts and tears half of them at most."""
    if len(gold) < 2:
        return False
    shares = np.stack([shares_inside(gold, np.array(part.box, float)) for part in split.parts])
    torn = (shares > TORN).sum(axis=0) > 1
    return len(set(shares.argmax(axis=0))) > 1 and bool(torn.mean() <= MOST_TORN)


def shares_inside(gold: np.ndarray, box: np.ndarray) -> np.ndarray:
    """The share (N,) of each panel of `gold` (N, 4) that lies in `box` (4,)."""
    both = np.minimum(gold[:, 2:], box[2:]) - np.maximum(gold[:, :2], box[:2])
    areas = np.maximum(1, (gold[:, 2:] - gold[:, :2]).prod(axis=1))
    shares: np.ndarray = np.clip(both, 0, None).prod(axis=1) / areas
    return shares


def outside_examples(panels: list[PublishedPanel], looks: Looks, composed: int = COUNT) -> list[Example]:
    """The examples of published single figures and of figures composed of published panels."""
    found: list[Example] = []
    for panel in panels:
        if panel.alone:
            found += examples_of(single_figure(panel), looks.of_others(panel.article), PUBLISHED)
    sources = [Source(panel.code, panel.path) for panel in panels if panel.split == "train"]
    for figure in composed_figures(sources, composed, SEED):
        found += examples_of(figure, looks.of_all(), COMPOSED)
    return found


def single_figure(panel: PublishedPanel) -> GoldFigure:
    """A published figure of one panel, in some size in which papers print such."""
    picture = Image.open(panel.path).convert("RGB")
    random = np.random.default_rng(len(panel.caption) + picture.width)
    unit = max(picture.width / random.uniform(150, 480), picture.height / 600)
    whole = (0.0, 0.0, picture.width / unit, picture.height / unit)
    image = figure_image(picture, (whole,), (), expected_labels(panel.caption), unit)
    return GoldFigure(panel.path.stem, image, [whole], [None])


def train_judge(examples: Iterable[Example]) -> Judge:
    """A judge that has learned from `examples`."""
    trees = fit(list(examples))
    return lambda features: float(trees.probabilities(features[None])[0])


def fit(examples: list[Example]) -> BoostedTrees:
    """Trees that tell right splits from wrong ones."""
    rows = np.stack([example.features for example in examples])
    answers = np.array([example.right for example in examples])
    return train_trees(rows, answers, np.array([example.weight for example in examples]))


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
            examples += examples_of(figure)
    save_trees(fit(examples), options.weights)


if __name__ == "__main__":
    main()
