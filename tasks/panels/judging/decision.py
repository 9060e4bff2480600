"""The decision: of all that a figure can be cut into, what two views of its pieces and one of the whole think best.

The judge's trees read what is drawn and written, the network of places (`models.inference.places`) sees the picture.
They err in different figures, so the mean of both is worth more than either.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.panels.gutters import PixelBox
from tasks.panels.judging.choice import Choice, by_box, choices_of
from tasks.panels.judging.features import measure_pieces
from tasks.panels.judging.graph import Graph
from tasks.panels.judging.judge import Judge
from tasks.panels.judging.ranking import Expected, expected_of, measure_choices
from tasks.panels.pieces import Canvas

SEEN = 0.5
"""Weight of the network beside the judge in the probability that a piece is one panel; 0.3 comes to the same."""

PROMISE = 5.0
"""Weight of the mean probability of a choice's panels beside its rank.

In cross-validation over papers 2, 5 and 10 give 0.952, 0.956 and 0.956 on hard pages, and on ordinary ones 0.926, 0.922
and 0.921; 0 gave 0.04 less than 2 on hard pages.
"""

WHOLE = 0.05
"""What is added to that of the whole figure.

In cross-validation 0, 0.05 and 0.1 give the same on hard pages, and on ordinary ones 0.922, 0.922 and 0.918: the
higher, the more stays merged. Without it the strips of a blot are parted.
"""

SHORT = 4.0
"""What a choice loses for all panels that the caption names and it lacks, if two letters of them were found.

Two letters in one piece are two panels. In cross-validation over papers (three times) merged panels fall from 7.3 to
5.8% on hard pages and from 13.3 to 11.9% on ordinary ones, and separation rises from 0.955 to 0.962 and from 0.923 to
0.928; chosen within each fold's other papers, to 0.960 and 0.926. 1 and 2 do half as much.
"""


def decide(canvas: Canvas, graph: Graph, judge: Judge) -> tuple[Choice, npt.NDArray[np.float64]]:
    """The choice of pieces of `graph` that is made, and of its K pieces the chances (K, 2), see `leftovers.settle`."""
    features = measure_pieces(canvas, graph)
    verdicts = judge.pieces(features)
    mixed = with_places(verdicts, canvas.places.pieces(list(graph))[:, 0])
    choices = together(choices_of(graph, by_box(graph, verdicts)), choices_of(graph, by_box(graph, mixed)))
    expected = expected_of(canvas)
    ranks = judge.choices(measure_choices(expected, graph, features, verdicts, choices))
    scores = ranks + PROMISE * promises(graph, mixed, choices) - SHORT * lacking(expected, choices)
    best = choices[int(scores.argmax())]
    numbers = {box: number for number, box in enumerate(graph)}
    own = [numbers[box] for box in best.boxes]
    return best, np.stack([verdicts[own, 0], mixed[own, 0]], axis=1)


def with_places(verdicts: npt.NDArray[np.float64], seen: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """`verdicts` (N, 2) of the judge, the first column mixed with what the network has `seen` (N,)."""
    panel = (1 - SEEN) * verdicts[:, 0] + SEEN * seen
    return np.stack([panel, verdicts[:, 1]], axis=1)


def together(*choices: list[Choice]) -> list[Choice]:
    """All of `choices`, each once."""
    found: dict[tuple[PixelBox, ...], Choice] = {}
    for choice in (choice for own in choices for choice in own):
        found.setdefault(choice.boxes, choice)
    return list(found.values())


def promises(
    graph: Graph, verdicts: npt.NDArray[np.float64], choices: list[Choice]
) -> npt.NDArray[np.float64]:
    """The mean probability (M,) of each choice's panels by `verdicts` (N, 2); the whole figure is favoured."""
    panel = dict(zip(graph, verdicts[:, 0], strict=True))
    whole = next(iter(graph))
    means = [
        float(np.mean([panel[box] for box in choice.boxes])) + WHOLE * (choice.boxes == (whole,))
        for choice in choices
    ]
    return np.array(means)


def lacking(expected: Expected, choices: list[Choice]) -> npt.NDArray[np.float64]:
    """The share (M,) of the panels named by the caption that each choice lacks; 0 where no two letters were found."""
    if min(expected.named, expected.found) < 2:
        return np.zeros(len(choices))
    counts = np.array([len(choice.boxes) for choice in choices])
    shares: npt.NDArray[np.float64] = np.maximum(0, expected.named - counts) / expected.named
    return shares
