"""Icons of things: vessels, molecules, machines, papers."""

from __future__ import annotations

import numpy as np

from models.default.drawings.canvas import Point, polar
from models.default.drawings.schemes.pens import Pen

_WATERS = ("#cfe8f7", "#9dc3e6", "#f8cbad", "#ffe699", "#c5e0b3", "#d9b3e6")
_GREYS = ("#bfbfbf", "#d9d9d9", "#8c8c8c", "#f0f0f0", "#5a5a5a")


def plate(pen: Pen, at: Point, reach: float) -> None:
    """A dish from above or aslant, with colonies."""
    flat = pen.sheet.one((1.0, 0.4))
    agar = pen.fill(("#fff2cc", "#f8e5c0", "#e2efda", "#f4cccc", "white"))
    pen.disc(at, reach * 0.9, reach * 0.9 * flat, agar)
    if flat < 1:
        pen.disc((at[0], at[1] - reach * 0.15), reach * 0.9, reach * 0.36, agar)
    spot = pen.sheet.any_colour()
    for _ in range(pen.sheet.count(0, 20)):
        x, y = polar((0, 0), reach * 0.7 * pen.sheet.between(0.1, 1), pen.sheet.between(0, 6.3))
        pen.sheet.disc((at[0] + x, at[1] + y * flat), max(1.0, reach * 0.06), fill=spot)


def wells(pen: Pen, at: Point, reach: float) -> None:
    """A plate of wells."""
    x, y = at
    columns, rows = pen.sheet.one(((3, 2), (6, 4), (8, 5)))
    pen.sheet.box(
        x - reach,
        y - reach * 0.7,
        reach * 2,
        reach * 1.4,
        fill=pen.fill(_GREYS),
        edge="black",
        line=1,
        radius=3,
    )
    step, colours = 2 * reach / columns, [pen.fill(), pen.fill(), "white"]
    for number in range(columns * rows):
        place = (
            x - reach + (number % columns + 0.5) * step,
            y - reach * 0.7 + (number // columns + 0.5) * 1.4 * reach / rows,
        )
        pen.sheet.disc(place, step * 0.36, fill=pen.sheet.one(colours), edge=pen.edge, line=0.6)


def tube(pen: Pen, at: Point, reach: float) -> None:
    """A tube with a cap, half full, one or three."""
    x, y = at
    many = pen.sheet.one((1, 1, 3))
    for number in range(many):
        place, liquid = (x + (number - (many - 1) / 2) * reach * 0.7, y), pen.fill(_WATERS)
        glass = [(-0.25, -0.7), (0.25, -0.7), (0.25, 0.3), (0, 1), (-0.25, 0.3)]
        pen.shape(place, reach, glass, "#f4f4f4")
        pen.shape(place, reach, [(-0.25, 0), (0.25, 0), (0.25, 0.3), (0, 1), (-0.25, 0.3)], liquid)
        pen.shape(place, reach, [(-0.32, -0.85), (0.32, -0.85), (0.32, -0.7), (-0.32, -0.7)], pen.fill())


def flask(pen: Pen, at: Point, reach: float) -> None:
    """A conical flask with liquid in it."""
    glass = [(-0.18, -0.9), (0.18, -0.9), (0.18, -0.3), (0.75, 0.8), (-0.75, 0.8), (-0.18, -0.3)]
    pen.shape(at, reach, glass, "#f8f8f8")
    pen.shape(at, reach, [(-0.42, 0.15), (0.42, 0.15), (0.75, 0.8), (-0.75, 0.8)], pen.fill(_WATERS))


def syringe(pen: Pen, at: Point, reach: float) -> None:
    """A syringe aslant."""
    turn = pen.sheet.between(0, 6.3)
    along, aside = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])

    def bar(start: float, end: float, half: float, fill: str) -> None:
        ends = ((start, -half), (end, -half), (end, half), (start, half))
        pen.shape(at, reach, [tuple((along * a + aside * b).tolist()) for a, b in ends], fill)

    bar(-0.9, -0.4, 0.05, "#777777")
    bar(-0.95, -0.88, 0.25, "#777777")
    bar(-0.45, 0.45, 0.2, "#f4f4f4")
    bar(-0.1, 0.45, 0.2, pen.fill(_WATERS))
    bar(0.45, 1.0, 0.02, "#555555")


def helix(pen: Pen, at: Point, reach: float) -> None:
    """A double helix with rungs."""
    turns = pen.sheet.between(1.2, 3)
    along = np.linspace(-1, 1, 50)
    first, second = pen.sheet.any_colour(), pen.sheet.any_colour()
    tall = pen.sheet.chance(0.4)
    height = 0.28 * np.sin(along * turns * np.pi)
    for x, y in zip(along[::4].tolist(), height[::4].tolist(), strict=True):
        pen.way(at, reach, [(y, x), (-y, x)] if tall else [(x, y), (x, -y)], "#999999")
    for colour, sign in ((first, 1), (second, -1)):
        ups = (sign * height).tolist()
        points = (
            list(zip(ups, along.tolist(), strict=True))
            if tall
            else list(zip(along.tolist(), ups, strict=True))
        )
        drawn = [(at[0] + x * reach, at[1] + y * reach) for x, y in points]
        pen.sheet.line(drawn, colour=colour if colour != "white" else "black", width=max(1.2, reach * 0.08))


def sun(pen: Pen, at: Point, reach: float) -> None:
    """A sun, or a star as of a flash."""
    gold, points = pen.fill(("#ffc000", "#ffd966", "#f79646")), pen.sheet.count(8, 16)
    depth = pen.sheet.between(0.5, 0.8)
    rim = [polar((0, 0), 0.95 if i % 2 else depth, np.pi * i / points) for i in range(2 * points)]
    pen.shape(at, reach, rim, gold)


def gear(pen: Pen, at: Point, reach: float) -> None:
    """A toothed wheel."""
    teeth = pen.sheet.count(6, 10)
    rim = [
        polar((0, 0), 0.9 if number % 4 < 2 else 0.68, 2 * np.pi * number / (teeth * 4))
        for number in range(teeth * 4)
    ]
    pen.shape(at, reach, rim, pen.fill(_GREYS))
    pen.disc(at, reach * 0.3, None, "white")


def screen(pen: Pen, at: Point, reach: float) -> None:
    """A computer with a chart, lines or nothing on it."""
    x, y = at
    pen.sheet.box(
        x - reach,
        y - reach * 0.7,
        reach * 2,
        reach * 1.2,
        fill=pen.fill(_GREYS),
        edge="black",
        line=1,
        radius=4,
    )
    pen.sheet.box(x - reach * 0.88, y - reach * 0.6, reach * 1.76, reach, fill="#f7fbff")
    graph(pen, (x, y - reach * 0.1), reach * 0.45)
    pen.shape(at, reach, [(-0.7, 0.5), (0.7, 0.5), (1.0, 0.75), (-1.0, 0.75)], "#b0b0b0")


def graph(pen: Pen, at: Point, reach: float) -> None:
    """A small chart without numbers."""
    pen.way(at, reach, [(-0.9, -0.9), (-0.9, 0.9), (0.9, 0.9)], "black")
    colour = pen.sheet.one(("#c00000", "#2e75b6", "black"))
    if pen.sheet.chance(0.5):
        along = np.linspace(-0.8, 0.8, 20)
        middle, width = pen.sheet.between(-0.3, 0.3), pen.sheet.between(0.1, 0.4)
        peak = 0.7 - 1.4 * np.exp(-((along - middle) ** 2) / width)
        pen.way(at, reach, list(zip(along.tolist(), peak.tolist(), strict=True)), colour)
        return
    for number in range(4):
        x, top = -0.8 + number * 0.42, pen.sheet.between(-0.7, 0.6)
        pen.shape(at, reach, [(x, top), (x + 0.3, top), (x + 0.3, 0.9), (x, 0.9)], pen.fill())


def microscope(pen: Pen, at: Point, reach: float) -> None:
    """A microscope or another machine on a foot."""
    body = pen.fill(_GREYS)
    pen.shape(at, reach, [(-0.6, 0.75), (0.7, 0.75), (0.7, 0.95), (-0.6, 0.95)], body)
    pen.shape(
        at, reach, [(0.35, 0.75), (0.55, 0.75), (0.5, -0.3), (0.1, -0.6), (0.05, -0.45), (0.3, -0.2)], body
    )
    pen.shape(at, reach, [(-0.35, -0.95), (-0.05, -1), (0.12, 0.15), (-0.12, 0.2)], body)
    pen.shape(at, reach, [(-0.4, 0.35), (0.4, 0.35), (0.4, 0.45), (-0.4, 0.45)], pen.fill())


def house(pen: Pen, at: Point, reach: float) -> None:
    """A house, a factory or a clinic."""
    pen.shape(at, reach, [(-0.7, -0.1), (0.7, -0.1), (0.7, 0.8), (-0.7, 0.8)], pen.fill())
    pen.shape(at, reach, [(-0.9, -0.1), (0, -0.85), (0.9, -0.1)], pen.fill())
    pen.shape(at, reach, [(-0.15, 0.3), (0.15, 0.3), (0.15, 0.8), (-0.15, 0.8)], "white")


def document(pen: Pen, at: Point, reach: float) -> None:
    """A sheet of writing, one or a pile."""
    for number in range(pen.sheet.one((3, 1, 1)), 0, -1):
        x, y = at[0] + (number - 1) * reach * 0.15, at[1] - (number - 1) * reach * 0.12
        pen.shape(
            (x, y), reach, [(-0.6, -0.85), (0.35, -0.85), (0.6, -0.6), (0.6, 0.85), (-0.6, 0.85)], "white"
        )
        pen.way(
            (x, y),
            reach,
            [(-0.6, -0.85), (0.35, -0.85), (0.6, -0.6), (0.6, 0.85), (-0.6, 0.85), (-0.6, -0.85)],
        )
        for row in range(5):
            pen.way(
                (x, y),
                reach,
                [(-0.45, -0.5 + row * 0.25), (pen.sheet.between(0.1, 0.45), -0.5 + row * 0.25)],
                "#888888",
            )


def store(pen: Pen, at: Point, reach: float) -> None:
    """A data base: a drum of rings."""
    fill = pen.fill()
    for row in (0.6, 0.15, -0.3):
        x, y = at[0], at[1] + row * reach
        pen.disc((x, y + reach * 0.2), reach * 0.7, reach * 0.22, fill)
        pen.sheet.box(x - reach * 0.7, y - reach * 0.15, reach * 1.4, reach * 0.35, fill=fill)
        pen.disc((x, y - reach * 0.15), reach * 0.7, reach * 0.22, fill)


def protein(pen: Pen, at: Point, reach: float) -> None:
    """A protein: lumps that stick together, or an antibody."""
    if pen.sheet.chance(0.4):
        skin = pen.sheet.any_colour() if not pen.hollow else "black"
        for side in (-1, 1):
            arm = [
                (at[0] + side * x * reach, at[1] + y * reach)
                for x, y in ((0.08, 0.9), (0.08, 0), (0.6, -0.7))
            ]
            pen.sheet.line(arm, colour=skin, width=max(2.0, reach * 0.14))
        return
    for _ in range(pen.sheet.count(2, 6)):
        place = polar(at, reach * pen.sheet.between(0.1, 0.45), pen.sheet.between(0, 6.3))
        pen.sheet.polygon(
            pen.sheet.blob(place, reach * 0.42, 0.2), fill=pen.fill(), edge=pen.edge, line=pen.line
        )


def powder(pen: Pen, at: Point, reach: float) -> None:
    """Grains, particles or a tangle of chains."""
    fills = [pen.fill(), pen.fill()]
    for _ in range(pen.sheet.count(8, 40)):
        place = polar(at, reach * 0.8 * float(np.sqrt(pen.sheet.between(0, 1))), pen.sheet.between(0, 6.3))
        pen.disc(place, reach * pen.sheet.between(0.06, 0.2), None, pen.sheet.one(fills))
