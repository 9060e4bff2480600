"""Separation of papers that the judge of pieces has not learned from: cross-validation over the annotated papers.

    python -m tests.benchmarks.unseen_papers PLACES PLACES PLACES PLACES PLACES [--shared DIR]

For each of five folds a judge is trained on the other papers, and on what is published and composed outside of them,
and the fold's figures are cut with it. PLACES are the weights of the networks of places for the five folds, which
`python -m tasks.developing.place_training SHARED PLACES --without FOLD` makes (one may leave out two folds);
the figures that the judges learn from are cut with the network that ships, which has seen all papers. Prints a
line for `wild` and one for `corpus`, as `tests.benchmarks.separation` does.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from threadpoolctl import threadpool_limits

from models.inference.places import places_of
from tasks.developing.look_training import Looks, load_panels
from tasks.developing.panel_gold import load_gold, load_score
from tasks.developing.split_training import FOLDERS, FOLDS, example_of, fold_of, outside_examples, train_judge
from tasks.panels.separation import separate
from tests.benchmarks.separation import SHARED, Measures, measure, summary


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("places", type=Path, nargs=FOLDS)
    options = parser.parse_args()
    score, panels = load_score(options.shared), load_panels(options.shared)
    figures = [
        (folder, figure)
        for folder in FOLDERS
        for figure in load_gold(options.shared, score, found=True, folder=folder)
    ]
    folds = [fold_of(figure) for _, figure in figures]
    measures = {folder: Measures() for folder in FOLDERS}
    with threadpool_limits(1):
        outside = outside_examples(panels, Looks(panels))
        examples = [example_of(figure) for _, figure in figures]
        for fold in range(FOLDS):
            known = [own for own, number in zip(examples, folds, strict=True) if own and number != fold]
            judge = train_judge([*outside, *known])
            see = partial(places_of, file=options.places[fold])
            for (folder, figure), number in zip(figures, folds, strict=True):
                if number == fold:
                    measure(score, partial(separate, judge=judge, see=see), figure, measures[folder])
    for folder, own in measures.items():
        print(summary(score, folder, own))


if __name__ == "__main__":
    main()
