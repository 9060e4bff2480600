"""Charts made of lines: curves, steps, spectra, recordings and trees."""

from __future__ import annotations

import numpy as np

from models.default.drawings.charts.sheet import Sheet
from models.default.drawings.figure import pick

_LETTERS = tuple("abcdefgh lmnoprst")
_SPECTRA = ("Wavenumber (cm-1)", "m/z", "2θ (degree)", "ppm", "Retention time (min)", "Wavelength (nm)")


def lines(sheet: Sheet) -> None:
    """A few series of points joined by lines, often with whiskers."""
    random, count = sheet.random, sheet.count(4, 14)
    x = np.linspace(0, 10, count)
    for number in range(sheet.count(1, 3)):
        drift = random.uniform(-1, 1) * x + random.normal(0, 0.6, count).cumsum() * random.uniform(0, 1)
        sheet.axes.errorbar(
            x,
            drift + 10 / (1 + np.exp(-(x - 5) * random.uniform(-1, 1))),
            random.uniform(0, 1, count) if sheet.chance(0.6) else None,
            color=sheet.colour(number),
            marker=pick(random, ("o", "s", "^", "", "D")),
            markersize=float(random.uniform(2, 5)),
            linewidth=float(random.uniform(0.6, 1.8)),
            linestyle=pick(random, ("-", "-", "--", ":")),
            capsize=2,
            label=sheet.label(),
        )
    if sheet.chance(0.4):
        sheet.axes.legend(fontsize=sheet.font_size - 1, frameon=sheet.chance(0.5))
    sheet.name_axes()


def trace(sheet: Sheet) -> None:
    """Recordings above one another, with spikes, often with a bar for the scale in place of axes."""
    random, count = sheet.random, 600
    x = np.linspace(0, 10, count)
    for number in range(sheet.count(1, 3)):
        spikes = np.where(random.random(count) < 0.02, random.uniform(-3, 3), 0)
        waves = np.sin(x * random.uniform(1, 9)) * random.uniform(0, 0.6)
        colour = "black" if sheet.chance(0.6) else sheet.colour(number)
        sheet.axes.plot(
            x, random.normal(0, 0.15, count) + spikes + waves + 3 * number, color=colour, linewidth=0.6
        )
    if sheet.chance(0.6):
        sheet.axes.set_axis_off()
        sheet.axes.plot([9, 10], [-2, -2], color="black", linewidth=2)
    else:
        sheet.name_axes()


def spectrum(sheet: Sheet) -> None:
    """Narrow peaks on a flat ground, once or stacked."""
    random, x = sheet.random, np.linspace(0, 100, 900)
    height = random.normal(0, 0.01, 900)
    for _ in range(sheet.count(4, 24)):
        height += random.exponential(0.4) * np.exp(
            -(((x - random.uniform(2, 98)) / random.uniform(0.15, 1.2)) ** 2)
        )
    for number in range(sheet.count(1, 3)):
        colour = "black" if sheet.chance(0.5) else sheet.colour(number)
        shifted = np.roll(height, 7 * number) * random.uniform(0.5, 1) + 0.8 * number
        sheet.axes.plot(x, shifted, color=colour, linewidth=0.7)
    sheet.name_axes(pick(random, _SPECTRA), "Intensity (a.u.)")
    if sheet.chance(0.5):
        sheet.axes.set_yticks([])


def survival(sheet: Sheet) -> None:
    """Falling steps of two or three groups, at times with marks where somebody left the study."""
    random = sheet.random
    for number in range(sheet.count(2, 3)):
        count = sheet.count(10, 59)
        times = np.sort(random.exponential(random.uniform(5, 30), count))
        alive = np.cumprod(1 - random.uniform(0, 0.06, count))
        sheet.axes.step(
            np.append(0, times),
            np.append(1, alive),
            where="post",
            color=sheet.colour(number),
            linewidth=float(random.uniform(0.7, 1.8)),
            linestyle=pick(random, ("-", "--")),
        )
        if sheet.chance(0.5):
            left = random.random(count) < 0.3
            sheet.axes.plot(times[left], alive[left], "k+", markersize=4)
    sheet.axes.set_ylim(0, 1.05)
    sheet.axes.text(
        0.5,
        0.85,
        f"P = {random.uniform(0, 0.1):.3f}",
        transform=sheet.axes.transAxes,
        fontsize=sheet.font_size,
    )
    sheet.name_axes("Time (months)", "Survival probability")


def operating_curves(sheet: Sheet) -> None:
    """Receiver operating characteristics above the diagonal."""
    x = np.linspace(0, 1, 60)
    for number in range(sheet.count(1, 3)):
        area = f"AUC={sheet.random.uniform(0.6, 1):.2f}"
        sheet.axes.plot(x, x ** sheet.random.uniform(0.1, 0.6), color=sheet.colour(number), label=area)
    sheet.axes.plot([0, 1], [0, 1], "k--", linewidth=0.7)
    sheet.axes.legend(fontsize=sheet.font_size - 1, frameon=sheet.chance(0.5))
    sheet.name_axes("1 - Specificity", "Sensitivity")


def tree(sheet: Sheet) -> None:
    """A tree whose leaves have names, each fork joining two neighbours."""
    random, leaves = sheet.random, sheet.count(6, 49)
    sheet.fill()
    heights, depths = [float(leaf) for leaf in range(leaves)], [0.0] * leaves
    while len(heights) > 1:
        at = int(random.integers(len(heights) - 1))
        depth = max(depths[at : at + 2]) + float(random.uniform(0.2, 1.5))
        x = [-depths[at], -depth, -depth, -depths[at + 1]]
        y = [heights[at], heights[at], heights[at + 1], heights[at + 1]]
        sheet.axes.plot(x, y, "k-", linewidth=float(random.uniform(0.5, 1.2)))
        heights[at : at + 2], depths[at : at + 2] = [sum(heights[at : at + 2]) / 2], [depth]
    for leaf in range(leaves):
        name = "".join(pick(random, _LETTERS) for _ in range(sheet.count(5, 15)))
        slant = "italic" if sheet.chance(0.5) else "normal"
        sheet.axes.text(0.1, leaf, name, fontsize=max(3, min(8, 90 / leaves)), va="center", style=slant)
    sheet.axes.set_xlim(-max(depths[0], 1) * 1.05, max(depths[0], 1) * 0.8)
