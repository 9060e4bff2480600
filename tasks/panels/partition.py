"""Partition: a figure's panels, chosen among all its pieces by what the judge says of them."""

from __future__ import annotations

from dataclasses import replace

from tasks.panels.judging.choice import Choice, by_box, choices_of
from tasks.panels.judging.features import measure_pieces
from tasks.panels.judging.graph import Graph, build_graph
from tasks.panels.judging.judge import Judge
from tasks.panels.judging.ranking import expected_of, measure_choices
from tasks.panels.pieces import Canvas, Piece


def partition(canvas: Canvas, judge: Judge, whole: Piece) -> list[Piece]:
    """The panels that `whole` is made of; print that a cut goes through belongs to none of them."""
    graph = build_graph(canvas, whole)
    if len(graph) == 1:
        return [whole]
    features = measure_pieces(canvas, graph)
    verdicts = judge.pieces(features)
    choices = choices_of(graph, by_box(graph, verdicts))
    ranks = judge.choices(measure_choices(expected_of(canvas), graph, features, verdicts, choices))
    return cut(canvas, graph, choices[int(ranks.argmax())])


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
