"""Fields over the plane that models put out: vectors and streams, contours, heads with what electrodes see."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from models.default.drawings.charts.sheet import Sheet
from models.default.drawings.figure import pick, words

_SCALES = ("jet", "jet", "viridis", "RdBu_r", "coolwarm", "hot", "plasma", "rainbow", "turbo", "Spectral_r")
_GRAIN = 60

Grid = npt.NDArray[np.float64]


def field(sheet: Sheet) -> None:
    """What a simulation puts out, or heads with what electrodes see."""
    pick(sheet.random, (simulation, scalp))(sheet)


def simulation(sheet: Sheet) -> None:
    """A field in false colour with contours, arrows or streams over it, cut to a shape at times, with its scale."""
    x, y, values = _field(sheet)
    form = pick(sheet.random, ("filled", "smooth", "lines", "vectors", "streams", "vectors"))
    scale, levels = pick(sheet.random, _SCALES), sheet.count(5, 20)
    whole = values
    if sheet.chance(0.4):
        values = _cut(sheet, x, y, values)
    image: Any = None
    if form == "filled":
        image = sheet.axes.contourf(x, y, values, levels=levels, cmap=scale)
    elif form == "lines":
        drawn = sheet.axes.contour(x, y, values, levels=levels, cmap=scale, linewidths=0.8)
        sheet.axes.clabel(drawn, fontsize=sheet.font_size - 2)
    elif form == "smooth" or sheet.chance(0.6):
        image = sheet.axes.pcolormesh(
            x, y, values, cmap=scale, shading="gouraud" if sheet.chance(0.5) else "auto"
        )
    if form in ("vectors", "streams"):
        rise, run = (np.where(np.isnan(values), np.nan, slope) for slope in np.gradient(whole))
        ink = pick(sheet.random, ("black", "white" if image else "black", "#1f3fbf"))
        if form == "vectors":
            step = slice(None, None, sheet.count(3, 6))
            sheet.axes.quiver(x[step, step], y[step, step], -rise[step, step], run[step, step], color=ink)
        else:
            sheet.axes.streamplot(x, y, -rise, run, color=ink, linewidth=0.7, density=0.6, arrowsize=0.7)
    if image and sheet.chance(0.6):
        sheet.figure.colorbar(image, shrink=float(sheet.random.uniform(0.5, 1)))
    if sheet.chance(0.5):
        sheet.axes.set_axis_off()
    else:
        sheet.name_axes(
            pick(sheet.random, ("x (mm)", "X", "x/D", "r (m)")),
            pick(sheet.random, ("y (mm)", "Y", "z", "y/D")),
        )


def _field(sheet: Sheet) -> tuple[Grid, Grid, Grid]:
    x, y = np.meshgrid(np.linspace(-1, 1, _GRAIN), np.linspace(-1, 1, _GRAIN))
    values = sheet.random.normal(0, 1) * x + sheet.random.normal(0, 1) * y
    for _ in range(sheet.count(1, 6)):
        (a, b), width = sheet.random.uniform(-1, 1, 2), sheet.random.uniform(0.1, 0.8)
        values = values + sheet.random.normal(0, 2) * np.exp(-((x - a) ** 2 + (y - b) ** 2) / width)
    return x, y, values


def _cut(sheet: Sheet, x: Grid, y: Grid, values: Grid) -> Grid:
    """The field in a disc or a band, or around a hole."""
    form, reach = pick(sheet.random, ("disc", "band", "hole")), float(sheet.random.uniform(0.3, 0.9))
    inside = {"disc": x**2 + y**2 < 1, "band": np.abs(y) < reach, "hole": x**2 + y**2 > (reach * 0.6) ** 2}[
        form
    ]
    return np.where(inside, values, np.nan)


def scalp(sheet: Sheet) -> None:
    """Heads from above with a field in false colour, electrodes as dots, and a nose, one to four side by side."""
    many, scale = (
        pick(sheet.random, (1, 1, 2, 3, 4)),
        pick(sheet.random, ("jet", "RdBu_r", "coolwarm", "viridis")),
    )
    sheet.fill()
    angles = np.linspace(0, 2 * np.pi, 60)
    dotted, lined = sheet.chance(0.7), sheet.chance(0.5)
    for number in range(many):
        x, y, values = _field(sheet)
        values, shift = np.where(x**2 + y**2 < 1, values, np.nan), 2.5 * number
        image = sheet.axes.contourf(x + shift, y, values, levels=20, cmap=scale)
        if lined:
            sheet.axes.contour(x + shift, y, values, levels=5, colors="black", linewidths=0.4)
        sheet.axes.plot(np.cos(angles) + shift, np.sin(angles), "k-", linewidth=1.3)
        sheet.axes.plot(np.array([-0.15, 0, 0.15]) + shift, [0.99, 1.15, 0.99], "k-", linewidth=1.3)
        if dotted:
            turns, reaches = sheet.random.uniform(0, 6.3, 30), np.sqrt(sheet.random.uniform(0, 0.9, 30))
            sheet.axes.plot(reaches * np.cos(turns) + shift, reaches * np.sin(turns), "k.", markersize=2)
        if sheet.chance(0.6):
            sheet.axes.text(shift, 1.3, words(sheet.random, 1, 1), fontsize=sheet.font_size + 1, ha="center")
    if sheet.chance(0.4):
        sheet.figure.colorbar(image, shrink=0.5)
    sheet.axes.set_aspect("equal")
