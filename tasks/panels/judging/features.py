"""All that the judge looks at of the pieces of a figure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.panels.judging.contents import measure_contents
from tasks.panels.judging.graph import Graph
from tasks.panels.judging.surroundings import Surroundings
from tasks.panels.judging.survey import Survey
from tasks.panels.pieces import Canvas

Features = npt.NDArray[np.float32]


def measure_pieces(canvas: Canvas, graph: Graph) -> Features:
    """The features (N, F) of each piece of `graph`: what is in it, where it stands, what the figure looks like."""
    height, width = canvas.mask.shape
    looks = canvas.looks((0, 0, width, height))
    survey, surroundings = Survey(canvas), Surroundings(canvas, graph)
    rows = [
        np.concatenate([measure_contents(survey, node), surroundings.measure(box), looks])
        for box, node in graph.items()
    ]
    return np.array(rows, np.float32)
