"""Separation of papers that the judge of cuts has not learned from: cross-validation over the annotated papers.

    python -m tests.benchmarks.unseen_papers [--shared DIR] [--folds N]

For each fold a judge is trained on the other papers, and the fold's figures are cut with it. Prints a line for `wild`
and one for `corpus`, as `tests.benchmarks.separation` does.
"""

from __future__ import annotations

import argparse
import zlib
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from models.boosted import train_trees
from tasks.developing.cut_training import FOLDERS, Example, weighted
from tasks.developing.panel_gold import GoldFigure, load_gold, load_score
from tasks.panels.partition import Judge
from tasks.panels.separation import separate
from tests.benchmarks.separation import SHARED, Measures, measure, summary


def fold_of(figure: GoldFigure, folds: int) -> int:
    """The fold of a figure: one and the same for all figures of a paper."""
    return zlib.crc32(figure.name.split()[0].encode()) % folds


def train_judge(examples: list[tuple[Example, float]]) -> Judge:
    """A judge that has learned from `examples`."""
    rows = np.array([example.features for example, _ in examples], np.float32)
    answers = np.array([example.right for example, _ in examples])
    trees = train_trees(rows, answers, np.array([weight for _, weight in examples]))
    return lambda features: trees.probabilities(np.array(features, np.float32))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--folds", type=int, default=5)
    options = parser.parse_args()
    score = load_score(options.shared)
    figures = [
        (folder, figure)
        for folder in FOLDERS
        for figure in load_gold(options.shared, score, found=True, folder=folder)
    ]
    examples = [list(weighted([figure])) for _, figure in figures]
    folds = [fold_of(figure, options.folds) for _, figure in figures]
    measures = {folder: Measures() for folder in FOLDERS}
    with threadpool_limits(1):
        for fold in range(options.folds):
            known = [own for own, number in zip(examples, folds, strict=True) if number != fold]
            judge = train_judge([example for own in known for example in own])
            for (folder, figure), number in zip(figures, folds, strict=True):
                if number == fold:
                    measure(
                        score, lambda image, judge=judge: separate(image, judge), figure, measures[folder]
                    )
    for folder, own in measures.items():
        print(summary(score, folder, own))


if __name__ == "__main__":
    main()
