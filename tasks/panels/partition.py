"""Partition: a figure's panels, chosen among all its pieces."""

from __future__ import annotations

from dataclasses import replace

from models.inference.looks import LOOKS
from tasks.panels.judging.choice import Choice
from tasks.panels.judging.decision import decide
from tasks.panels.judging.graph import Graph, begin_graph, grow
from tasks.panels.judging.judge import Judge
from tasks.panels.judging.leftovers import settle
from tasks.panels.pieces import Canvas, Piece

DRAWINGS = [LOOKS.index(name) for name in ("flow chart", "scheme", "structure", "text")]
"""What people draw and write as one thing, whatever gutters run through it."""

DRAWN = 0.5
"""Probability that a figure looks like one of these from which it is taken for one panel, if no letters part it.

Of 32 such annotated figures 28 are one panel; three of the others are chemical structures, one is trees. On other pages
of the same papers 9 of 16 are one; six hold two to four structures. In cross-validation over papers (three times, other
folds each) hard pages reach 0.955 instead of 0.901, fragments are 1.7% instead of 15%, and ordinary ones stay as they
are; but the rule was thought of with these figures in view, and where each fold chooses by the other papers, hard pages
reach 0.927 and fragments are 7%. From 0.5 to 0.7 it comes to the same, at 0.4 plots are merged.
"""

SURE = 0.98
"""Probability that a figure is one panel from which its pieces are not looked at.

In cross-validation every decision stays as it is from 0.9 on; on other pages of the same papers the network gives two
plots above each other up to 0.96.
"""


def partition(canvas: Canvas, judge: Judge, whole: Piece) -> list[Piece]:
    """The panels that `whole` is made of; print that a cut goes through belongs to none of them."""
    graph = begin_graph(canvas, whole)
    if len(graph) == 1 or (not graph[whole.box].parted and is_surely_one(canvas, whole)):
        return [whole]
    grow(canvas, graph)
    choice, chances = decide(canvas, graph, judge)
    return settle(cut(canvas, graph, choice), chances)


def is_surely_one(canvas: Canvas, whole: Piece) -> bool:
    """Whether neither caption nor letters speak of panels, and the figure is a drawing or the network sees one panel.

    This spares a third of the figures the look at their pieces, which takes most of the time.
    """
    if canvas.labelled or canvas.sided:
        return False
    height, width = canvas.mask.shape
    drawn = float(canvas.looks((0, 0, width, height))[DRAWINGS].sum())
    return drawn >= DRAWN or float(canvas.places.pieces([whole.box])[0, 0]) >= SURE


def cut(canvas: Canvas, graph: Graph, choice: Choice) -> list[Piece]:
    """The pieces of `choice`, trimmed once the print is erased that its cuts go through."""
    for crossing in choice.crossings:
        canvas.erase_print(crossing.box, crossing.axis, crossing.position)
    pieces = [graph[box].piece for box in choice.boxes]
    if not choice.crossings:
        return pieces
    return [
        replace(piece, box=again.box) if (again := canvas.piece(piece.box)) else piece for piece in pieces
    ]
