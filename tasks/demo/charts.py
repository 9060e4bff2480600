"""Vector charts for the demo's papers, drawn line by line on a `pymupdf.Shape`; all in PDF points."""

from __future__ import annotations

import math
from typing import Any

from tasks.records import Box

BLUE, ORANGE, GREY = (0.12, 0.38, 0.70), (0.87, 0.44, 0.10), (0.45, 0.45, 0.45)
FONT, SIZE = "helv", 7.5


def line_chart(shape: Any, box: Box, x_title: str, y_title: str) -> None:
    """Three growth curves with error bars, axes, ticks and a legend, inside `box`."""
    plot = _axes(shape, box, y_title, y_ticks=["0", "2", "4", "6", "8"])
    x0, y0, x1, y1 = plot
    for index, label in enumerate(["0", "12", "24", "36", "48", "60", "72"]):
        x = x0 + (x1 - x0) * index / 6
        shape.draw_line((x, y1), (x, y1 + 3))
        _centred(shape, x, y1 + 11, label)
    shape.finish(color=(0, 0, 0), width=0.7)
    _centred(shape, (x0 + x1) / 2, y1 + 22, x_title)
    curves = [("Control", GREY, 0.35), ("siRNA", BLUE, 0.62), ("siRNA + rescue", ORANGE, 0.88)]
    for row, (name, colour, height) in enumerate(curves):
        points = [
            (x0 + (x1 - x0) * hour / 6, y1 - (y1 - y0) * height * (1 - math.exp(-hour / 2.2)))
            for hour in range(7)
        ]
        _curve(shape, points, colour)
        shape.draw_line((x0 + 8, y0 + 8 + 10 * row), (x0 + 22, y0 + 8 + 10 * row))
        shape.finish(color=colour, width=1.4)
        shape.insert_text((x0 + 26, y0 + 10.5 + 10 * row), name, fontname=FONT, fontsize=SIZE)


def bar_chart(shape: Any, box: Box, y_title: str) -> None:
    """Four bars in two colours with error bars, axes and ticks, inside `box`."""
    x0, y0, x1, y1 = _axes(shape, box, y_title, y_ticks=["0", "5", "10", "15", "20"])
    slot = (x1 - x0) / 4
    for index, (name, value) in enumerate([("Chow", 0.82), ("2 wk", 0.64), ("4 wk", 0.43), ("8 wk", 0.28)]):
        middle, top = x0 + slot * (index + 0.5), y1 - (y1 - y0) * value
        shape.draw_rect((middle - slot * 0.3, top, middle + slot * 0.3, y1))
        shape.finish(color=(0, 0, 0), fill=BLUE if index == 0 else ORANGE, width=0.5)
        _error_bar(shape, middle, top, 7.0)
        shape.finish(color=(0, 0, 0), width=0.8)
        _centred(shape, middle, y1 + 11, name)


def _axes(shape: Any, box: Box, y_title: str, y_ticks: list[str]) -> Box:
    """Draws both axes, the y ticks and the y title, and returns the box that is left to plot in."""
    x0, y0, x1, y1 = box[0] + 34, box[1] + 6, box[2] - 6, box[3] - 26
    shape.draw_line((x0, y0), (x0, y1))
    shape.draw_line((x0, y1), (x1, y1))
    for index, label in enumerate(y_ticks):
        y = y1 - (y1 - y0) * index / (len(y_ticks) - 1)
        shape.draw_line((x0 - 3, y), (x0, y))
        shape.insert_text((x0 - 6 - _width(label), y + 2.6), label, fontname=FONT, fontsize=SIZE)
    shape.finish(color=(0, 0, 0), width=0.7)
    middle = (y0 + y1) / 2 + _width(y_title) / 2
    beside = x0 - 13 - max(_width(label) for label in y_ticks)
    shape.insert_text((beside, middle), y_title, fontname=FONT, fontsize=SIZE, rotate=90)
    return x0, y0, x1, y1


def _curve(shape: Any, points: list[tuple[float, float]], colour: tuple[float, float, float]) -> None:
    shape.draw_polyline(points)
    for x, y in points[1:]:
        _error_bar(shape, x, y, 4.0)
    shape.finish(color=colour, width=1.2, closePath=False)
    for x, y in points:
        shape.draw_circle((x, y), 2.0)
    shape.finish(color=colour, fill=colour, width=0.3)


def _error_bar(shape: Any, x: float, y: float, reach: float) -> None:
    shape.draw_line((x, y - reach), (x, y + reach))
    for end in (y - reach, y + reach):
        shape.draw_line((x - 2, end), (x + 2, end))


def _centred(shape: Any, x: float, y: float, text: str) -> None:
    shape.insert_text((x - _width(text) / 2, y), text, fontname=FONT, fontsize=SIZE)


def _width(text: str) -> float:
    import pymupdf

    return float(pymupdf.get_text_length(text, fontname=FONT, fontsize=SIZE))
