"""The graph of a figure's pieces: each with the ways to part it, and those parts with theirs.

Whatever is cut in one way or another is a piece once, so that the best choice of all is found in one pass: an and-or
graph, as the hierarchies of which Guigues et al. (2006) take the best cut, but with several ways at each place.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import count

from tasks.panels.gutters import PixelBox
from tasks.panels.judging.proposals import Proposal, propose
from tasks.panels.pieces import Canvas, Piece

MOST_PIECES = 100
"""Pieces of a figure, about: with 60 the best choice separates 0.92 of the hard pages' figures, with 200 0.95."""

MOST_LEVELS = 7
"""Cuts within cuts that are followed."""

LEAST_SIDE = 30.0
"""PDF points: what has a shorter side and is small besides is not looked into."""

LEAST_AREA = 3600.0
"""Square points: see `LEAST_SIDE`."""

BY_RULE = 16
"""How many times its size a piece counts that the rules of cutting make: the larger are looked into first."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to part a piece, its parts by their boxes, see `Proposal`."""

    boxes: tuple[PixelBox, ...]
    axis: int | None
    positions: tuple[int, ...]
    by_rule: bool
    certain: bool = False


@dataclass(slots=True)
class Node:
    """A piece in the graph."""

    piece: Piece
    level: int
    by_rule: bool
    """The rules of cutting alone would come to it."""
    ways: list[Way] = field(default_factory=list)
    opened: bool = False
    """Its ways are known; there may be none."""

    @property
    def parted(self) -> bool:
        """Whether it is certain that the piece is no panel itself."""
        return any(way.certain for way in self.ways)


Graph = dict[PixelBox, Node]


def build_graph(canvas: Canvas, whole: Piece, most: int = MOST_PIECES) -> Graph:
    """The pieces of `whole` by their boxes, itself first; the largest are looked into until there are `most`."""
    graph = begin_graph(canvas, whole)
    grow(canvas, graph, most)
    return graph


def begin_graph(canvas: Canvas, whole: Piece) -> Graph:
    """`whole` and the parts of all ways to part it, which are not looked into."""
    node = Node(whole, 0, by_rule=True)
    graph = {whole.box: node}
    if not is_small(canvas, whole):
        open_node(canvas, graph, node)
    return graph


def grow(canvas: Canvas, graph: Graph, most: int = MOST_PIECES) -> None:
    """Look into the pieces of a `graph` that is begun, the largest first, until there are `most`."""
    numbers = count()
    waiting: list[tuple[int, int, PixelBox]] = []

    def wait(piece: Piece) -> None:
        weight = BY_RULE if graph[piece.box].by_rule else 1
        heapq.heappush(waiting, (-weight * piece.width * piece.height, next(numbers), piece.box))

    for node in list(graph.values())[1:]:
        wait(node.piece)
    while waiting and len(graph) < most:
        node = graph[heapq.heappop(waiting)[-1]]
        if node.level < MOST_LEVELS and not is_small(canvas, node.piece):
            for part in open_node(canvas, graph, node):
                wait(part)


def is_small(canvas: Canvas, piece: Piece) -> bool:
    """Whether nobody would print several panels in `piece`."""
    narrow = min(piece.width, piece.height) < LEAST_SIDE * canvas.unit
    return narrow and piece.width * piece.height < LEAST_AREA * canvas.unit**2


def open_node(canvas: Canvas, graph: Graph, node: Node) -> list[Piece]:
    """Find the ways to part `node`; the parts that were not in `graph` before, which are now."""
    node.opened = True
    seen: set[tuple[PixelBox, ...]] = set()
    new: list[Piece] = []
    for proposal in propose(canvas, node.piece, by_rule=node.by_rule):
        boxes = tuple(part.box for part in proposal.parts)
        if boxes not in seen and node.piece.box not in boxes:
            seen.add(boxes)
            new += add_way(graph, node, proposal, boxes)
    return new


def add_way(graph: Graph, node: Node, proposal: Proposal, boxes: tuple[PixelBox, ...]) -> list[Piece]:
    """Add a way to `node`; its parts that are new to `graph`."""
    by_rule = proposal.by_rule and node.by_rule
    new = [part for part in proposal.parts if part.box not in graph]
    for part in new:
        graph[part.box] = Node(part, node.level + 1, by_rule=False)
    for box in boxes:
        graph[box].by_rule |= by_rule
    node.ways.append(Way(boxes, proposal.axis, proposal.positions, by_rule, proposal.certain))
    return new
