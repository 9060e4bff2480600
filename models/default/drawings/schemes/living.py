"""Icons of what lives: animals, people, organs, cells, plants, microbes."""

from __future__ import annotations

import numpy as np

from models.default.drawings.canvas import Point, polar
from models.default.drawings.schemes.pens import Pen

_FLESH = ("#f4c7ab", "#e8b4b8", "#f6b26b", "#d99694", "#c9a27e", "#ffd9c0")
_GREENS = ("#70ad47", "#548235", "#a8d08d", "#2e8b57", "#8db600")


def mouse(pen: Pen, at: Point, reach: float) -> None:
    """A mouse or a rat from its side."""
    x, y = at
    fur = pen.fill(("#7f7f7f", "#d9d9d9", "black", "#c9a27e", "white"))
    tail = [(x - reach * (0.7 + 0.05 * i), y + reach * (0.2 + 0.2 * float(np.sin(i)))) for i in range(8)]
    pen.sheet.line(tail, colour=pen.edge or fur, width=pen.line * 1.3)
    pen.disc((x - reach * 0.1, y), reach * 0.65, reach * 0.42, fur)
    pen.shape((x + reach * 0.6, y + reach * 0.1), reach, [(-0.35, -0.3), (0.4, 0.15), (-0.35, 0.25)], fur)
    pen.disc((x + reach * 0.35, y - reach * 0.3), reach * 0.18, None, pen.fill(_FLESH))
    pen.sheet.disc((x + reach * 0.65, y), max(1.0, reach * 0.05), fill="black")
    for leg in (-0.4, 0.2):
        pen.disc((x + leg * reach, y + reach * 0.42), reach * 0.15, reach * 0.08, fur)


def fish(pen: Pen, at: Point, reach: float) -> None:
    """A fish from its side, with stripes at times."""
    x, y = at
    skin = pen.fill()
    pen.shape((x - reach * 0.6, y), reach, [(0.1, 0), (-0.4, -0.35), (-0.3, 0), (-0.4, 0.35)], skin)
    pen.disc(at, reach * 0.7, reach * 0.3, skin)
    if pen.sheet.chance(0.5):
        for stripe in (-0.1, 0.1):
            pen.way((x, y + stripe * reach), reach, [(-0.5, 0), (0.4, 0)])
    pen.sheet.disc((x + reach * 0.45, y - reach * 0.08), max(1.2, reach * 0.06), fill="black")


def person(pen: Pen, at: Point, reach: float) -> None:
    """A person as on doors, one or a few."""
    x, y = at
    many = pen.sheet.one((1, 1, 1, 2, 3))
    for number in range(many):
        middle, size = x + (number - (many - 1) / 2) * reach * 0.7, reach * (1 if many == 1 else 0.8)
        body = pen.fill()
        pen.disc((middle, y - size * 0.7), size * 0.22, None, body)
        form = [(-0.3, -0.42), (0.3, -0.42), (0.33, 0.2), (0.2, 0.25), (0.17, 1), (-0.17, 1), (-0.2, 0.25)]
        pen.shape((middle, y), size, [*form, (-0.33, 0.2)], body)


def round_cell(pen: Pen, at: Point, reach: float) -> None:
    """A cell with its nucleus, round or with spikes, at times several together."""
    body, kernel = pen.fill(), pen.fill()
    many = pen.sheet.one((1, 1, 1, 4))
    for number in range(many):
        place = at if many == 1 else polar(at, reach * 0.5, number * 1.6 + 0.5)
        size = reach * (0.75 if many == 1 else 0.42)
        outline = pen.sheet.blob(place, size, pen.sheet.one((0.03, 0.15, 0.3)))
        pen.sheet.polygon(outline, fill=body, edge=pen.edge, line=pen.line)
        pen.disc(place, size * 0.4, None, kernel)


def neuron(pen: Pen, at: Point, reach: float) -> None:
    """A neuron: a body with branching arms, and an axon at times."""
    skin = pen.sheet.any_colour() if not pen.hollow else "black"
    for _ in range(pen.sheet.count(5, 11)):
        turn = pen.sheet.between(0, 6.3)
        fork = polar(at, reach * pen.sheet.between(0.4, 0.65), turn)
        pen.sheet.line([at, fork], colour=skin, width=max(1.0, reach * 0.09))
        for side in (-0.4, 0.4):
            pen.sheet.line(
                [fork, polar(fork, reach * 0.35, turn + side)], colour=skin, width=max(0.8, reach * 0.05)
            )
    pen.disc(at, reach * 0.3, None, skin)
    pen.sheet.disc(at, reach * 0.14, fill=pen.sheet.one(("white", "#333333", pen.fill())))


def brain(pen: Pen, at: Point, reach: float) -> None:
    """A brain from its side, with furrows."""
    skin = pen.fill(_FLESH)
    pen.shape(
        (at[0] + reach * 0.3, at[1] + reach * 0.5),
        reach,
        [(-0.1, -0.1), (0.2, -0.1), (0.15, 0.45), (0, 0.45)],
        skin,
    )
    pen.sheet.polygon(
        pen.sheet.blob(at, reach * 0.8, 0.1, 0.75), fill=skin, edge=pen.edge or "#a05050", line=pen.line
    )
    for _ in range(pen.sheet.count(4, 10)):
        x, y = polar(at, reach * pen.sheet.between(0.05, 0.5), pen.sheet.between(0, 6.3))
        turn = pen.sheet.between(0, 6.3)
        arc = [polar((x, y), reach * 0.15, turn + i * 0.4) for i in range(7)]
        pen.sheet.line(arc, colour=pen.edge or "#a05050", width=pen.line * 0.8)


def lobes(pen: Pen, at: Point, reach: float) -> None:
    """Lungs, kidneys or a pair of the like."""
    skin = pen.fill(_FLESH)
    for side in (-1, 1):
        form = [(0.1, -0.6), (0.35, -0.75), (0.75, -0.1), (0.8, 0.7), (0.4, 0.65), (0.12, 0.4)]
        pen.shape(at, reach, [(side * x, y) for x, y in form], skin)
    pen.way(at, reach, [(0, -0.95), (0, -0.3), (-0.3, 0)])
    pen.way(at, reach, [(0, -0.3), (0.3, 0)])


def leaf(pen: Pen, at: Point, reach: float) -> None:
    """A plant: a stem with leaves, or one leaf with its veins."""
    green = pen.fill(_GREENS)
    if pen.sheet.chance(0.5):
        pen.way(at, reach, [(0, 1), (0, -0.8)], green if not pen.hollow else None)
        for number in range(pen.sheet.count(2, 6)):
            side, up = (-1) ** number, 0.5 - 0.25 * number
            form = [(0, up), (side * 0.4, up - 0.35), (side * 0.75, up - 0.25), (side * 0.45, up - 0.05)]
            pen.shape(at, reach, form, green)
        return
    along = np.linspace(0, np.pi, 14)
    upper = [(-0.9 + 1.8 * float(t) / np.pi, -0.4 * float(np.sin(t))) for t in along]
    pen.shape(at, reach, [*upper, *[(x, -y) for x, y in reversed(upper)]], green)
    pen.way(at, reach, [(-1, 0), (0.9, 0)], "#2f5d1e")


def microbe(pen: Pen, at: Point, reach: float) -> None:
    """Rods of bacteria, or a virus with its spikes."""
    skin = pen.fill()
    if pen.sheet.chance(0.5):
        for number in range(pen.sheet.count(8, 14)):
            end = polar(at, reach * 0.9, number * 0.52)
            pen.sheet.line([at, end], colour=pen.edge or "#666666", width=pen.line)
            pen.sheet.disc(end, max(1.5, reach * 0.08), fill=skin, edge=pen.edge, line=0.6)
        pen.disc(at, reach * 0.6, None, skin)
        return
    for _ in range(pen.sheet.count(1, 4)):
        x, y = polar(at, reach * pen.sheet.between(0, 0.5), pen.sheet.between(0, 6.3))
        pen.sheet.box(
            x - reach * 0.45,
            y - reach * 0.16,
            reach * 0.9,
            reach * 0.32,
            fill=skin,
            edge=pen.edge or "black",
            line=pen.line,
            radius=99,
        )
