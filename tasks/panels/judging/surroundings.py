"""Where a piece stands: what is around it, which parts it was cut off from, and which others are like it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tasks.panels.gutters import PixelBox, met
from tasks.panels.judging.graph import Graph, Node, Way
from tasks.panels.pieces import Canvas

FAR = 50.0
"""PDF points: nothing drawn so far aside is the edge of the figure."""

ALIKE = 0.06
"""Share of their sides by which two pieces of one size may differ."""


class Siblings(NamedTuple):
    """The parts of the way in which a piece is first cut off: how many, how unequal, and how far from it."""

    parts: float
    of_mean: float
    spread: float
    length_spread: float
    lettered: float
    mean_kind: float
    least_kind: float
    least_gap: float
    most_gap: float
    axis: float
    crossings: float
    of_piece: float


class Family(NamedTuple):
    """The parts of one way: their mean area (square pixels), how unequal they are, their letters and kinds."""

    area: float
    spread: float
    length_spread: float
    lettered: float
    mean_kind: float
    least_kind: float


class Parts(NamedTuple):
    """What the rules would make of a piece."""

    parts: float
    least_kind: float
    most_kind: float
    lettered: float
    smallest: float
    spread: float
    axis: float
    crossings: float


class Peers(NamedTuple):
    """How many pieces of the graph are as large elsewhere, and how much of the figure these would cover."""

    log_alike: float
    share: float
    pieces: float


ALONE = Siblings(1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -2.0, 0.0, 1.0)
"""Of the whole figure."""

NO_AXIS = -1.0

UNCUT = -2.0


class Surroundings:
    """The surroundings of all pieces of `graph`."""

    def __init__(self, canvas: Canvas, graph: Graph) -> None:
        self._canvas, self._graph = canvas, graph
        self._boxes = np.array(list(graph), float)
        self._families: dict[Way, Family] = {}
        self._origins: dict[PixelBox, tuple[PixelBox, Way]] = {}
        for box, node in graph.items():
            for way in node.ways:
                for part in way.boxes:
                    self._origins.setdefault(part, (box, way))

    def measure(self, box: PixelBox) -> np.ndarray:
        """All features of where `box` stands."""
        node = self._graph[box]
        parts: list[Sequence[float]] = [
            self.measure_distances(box),
            self.measure_siblings(box),
            self.measure_parts(node),
            self.measure_peers(box),
            [float(node.by_rule), float(node.level)],
        ]
        return np.concatenate(parts)

    def measure_distances(self, box: PixelBox) -> list[float]:
        """PDF points to what is drawn at the left, top, right and bottom, the least of them, and how many are far."""
        x0, y0, x1, y1 = box
        mask, unit = self._canvas.mask, self._canvas.unit
        reach = round(FAR * unit)
        bands = (
            met(mask, (max(0, x0 - reach), y0, x0, y1), 0)[::-1],
            met(mask, (x0, max(0, y0 - reach), x1, y0), 1)[::-1],
            met(mask, (x1, y0, x1 + reach, y1), 0),
            met(mask, (x0, y1, x1, y1 + reach), 1),
        )
        apart = [float(band.argmax()) / unit if band.any() else FAR for band in bands]
        return [*apart, min(apart), float(sum(distance >= FAR for distance in apart))]

    def measure_siblings(self, box: PixelBox) -> Siblings:
        """The parts beside `box` in the way that it was found first."""
        if box not in self._origins:
            return ALONE
        parent, way = self._origins[box]
        if way not in self._families:
            self._families[way] = self.measure_family(way)
        family = self._families[way]
        own = (box[2] - box[0]) * (box[3] - box[1])
        gaps = self.gaps_beside(box, way) or [0.0]
        return Siblings(
            float(len(way.boxes)),
            own / family.area,
            family.spread,
            family.length_spread,
            family.lettered,
            family.mean_kind,
            family.least_kind,
            min(gaps),
            max(gaps),
            NO_AXIS if way.axis is None else float(way.axis),
            float(len(way.positions)),
            own / ((parent[2] - parent[0]) * (parent[3] - parent[1])),
        )

    def measure_family(self, way: Way) -> Family:
        """The parts of `way` taken together."""
        parts = np.array(way.boxes, float)
        sides = parts[:, 2:] - parts[:, :2]
        areas, lengths = sides.prod(axis=1), sides[:, way.axis or 0]
        pieces = [self._graph[part].piece for part in way.boxes]
        kinds = [int(piece.kind) for piece in pieces]
        return Family(
            float(areas.mean()),
            float(areas.std() / areas.mean()),
            float(lengths.std() / lengths.mean()),
            sum(bool(piece.letters) for piece in pieces) / len(pieces),
            sum(kinds) / len(kinds),
            float(min(kinds)),
        )

    def gaps_beside(self, box: PixelBox, way: Way) -> list[float]:
        """PDF points between `box` and the parts of `way` before and after it."""
        if way.axis is None:
            return []
        number = way.boxes.index(box)
        before = [box[way.axis] - other[way.axis + 2] for other in way.boxes[max(0, number - 1) : number]]
        after = [other[way.axis] - box[way.axis + 2] for other in way.boxes[number + 1 : number + 2]]
        return [pixels / self._canvas.unit for pixels in (*before, *after)]

    def measure_parts(self, node: Node) -> Parts:
        """What the rules would make of the piece of `node`: itself, where they leave it or were not asked."""
        piece = node.piece
        way = next((way for way in node.ways if way.by_rule), None)
        if way is None:
            kind = float(piece.kind)
            return Parts(float(node.opened), kind, kind, float(bool(piece.letters)), 1.0, 0.0, UNCUT, 0.0)
        parts = [self._graph[part].piece for part in way.boxes]
        areas = np.array([part.width * part.height for part in parts], float)
        return Parts(
            float(len(parts)),
            float(min(part.kind for part in parts)),
            float(max(part.kind for part in parts)),
            sum(bool(part.letters) for part in parts) / len(parts),
            float(areas.min() / areas.sum()),
            float(areas.std() / areas.mean()),
            NO_AXIS if way.axis is None else float(way.axis),
            float(len(way.positions)),
        )

    def measure_peers(self, box: PixelBox) -> Peers:
        """The pieces as large as `box` that stand elsewhere."""
        boxes, own = self._boxes, np.array(box, float)
        sides, size = boxes[:, 2:] - boxes[:, :2], own[2:] - own[:2]
        alike = (abs(sides - size) < ALIKE * size + 2).all(axis=1)
        shared = np.minimum(boxes[:, 2:], own[2:]) - np.maximum(boxes[:, :2], own[:2])
        number = int((alike & ~(shared > 0.3 * size).all(axis=1)).sum())
        share = number * size.prod() / self._canvas.mask.size
        return Peers(float(np.log1p(number)), min(2.0, share), float(np.log(len(boxes))))
