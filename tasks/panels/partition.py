"""Partition: a figure's panels, chosen among all its pieces."""

from __future__ import annotations

from dataclasses import replace

from tasks.panels.judging.choice import Choice
from tasks.panels.judging.decision import decide
from tasks.panels.judging.graph import Graph, build_graph
from tasks.panels.judging.judge import Judge
from tasks.panels.pieces import Canvas, Piece


def partition(canvas: Canvas, judge: Judge, whole: Piece) -> list[Piece]:
    """The panels that `whole` is made of; print that a cut goes through belongs to none of them."""
    graph = build_graph(canvas, whole)
    return [whole] if len(graph) == 1 else cut(canvas, graph, decide(canvas, graph, judge))


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
