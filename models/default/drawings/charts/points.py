"""Charts made of points: scattered, gated, along a genome, with whiskers, or joined to a network."""

from __future__ import annotations

import numpy as np

from models.default.drawings.charts.sheet import Sheet
from models.default.drawings.figure import pick, words

_GENES = tuple("ABCDEGHKLMNPRST123")


def scatter(sheet: Sheet) -> None:
    """One to three clouds, at times with a line through them."""
    random, count = sheet.random, sheet.count(15, 299)
    for number in range(sheet.count(1, 3)):
        x = random.normal(0, 1, count)
        y = x * random.uniform(-1, 1) + random.normal(0, 0.5, count) + number
        size, marker = float(random.uniform(4, 25)), pick(random, ("o", "s", "^", "x", "."))
        sheet.axes.scatter(x, y, size, color=sheet.colour(number), marker=marker)
    if sheet.chance(0.5):
        sheet.axes.plot([-2, 2], [-1, 1], "k-")
    sheet.name_axes()


def volcano(sheet: Sheet) -> None:
    """Change against significance, what is significant in colour."""
    random = sheet.random
    x = random.normal(0, 1.3, 1500)
    y = np.abs(x) ** 2 * random.uniform(0.2, 1.5, 1500)
    fallen = "blue" if sheet.chance(0.5) else "green"
    colours = np.where((np.abs(x) > 1) & (y > 1.3), np.where(x > 0, "red", fallen), "grey")
    sheet.axes.scatter(x, y, 3, c=colours.tolist())
    sheet.axes.axhline(1.3, linestyle="--", color="black", linewidth=0.5)
    sheet.name_axes("log2 fold change", "-log10 p")


def manhattan(sheet: Sheet) -> None:
    """Significance along the chromosomes, in two colours by turns."""
    random, start = sheet.random, 0
    for chromosome in range(sheet.count(8, 22)):
        count = sheet.count(60, 199)
        y = random.exponential(0.9, count)
        y[random.random(count) < 0.01] *= 4
        x = start + np.sort(random.uniform(0, count, count))
        sheet.axes.scatter(x, y, float(random.uniform(1, 4)), color=sheet.colour(chromosome % 2))
        start += count
    if sheet.chance(0.7):
        sheet.axes.axhline(5, color="red", linewidth=0.6)
    sheet.name_axes("Chromosome", "-log10 p")


def funnel(sheet: Sheet) -> None:
    """Studies by effect and error within a funnel."""
    random = sheet.random
    errors = np.abs(random.normal(0.3, 0.2, sheet.count(8, 39)))
    face = "none" if sheet.chance(0.5) else "black"
    sheet.axes.scatter(
        random.normal(0, 1, len(errors)) * errors, errors, 10, edgecolors="black", facecolors=face
    )
    sheet.axes.plot([-1.6, 0, 1.6], [0.8, 0, 0.8], "k--", linewidth=0.7)
    sheet.axes.axvline(0, color="black", linewidth=0.7)
    sheet.axes.set_ylim(0.9, -0.02)
    sheet.name_axes("Log odds ratio", "Standard error")


def cytometry(sheet: Sheet) -> None:
    """Cells by two dyes with their gates, or how many cells have how much of one dye."""
    random, count = sheet.random, 3000
    kinds = random.integers(0, sheet.count(1, 3), count)
    x = random.normal(kinds * 1.7, 0.5 + 0.2 * kinds, count)
    y = random.normal((kinds == 1) * 2 + kinds * 0.3, 0.5, count)
    if sheet.chance(0.3):
        sheet.axes.hist(x, 60, color=sheet.colour(0), histtype=pick(random, ("step", "stepfilled")))
        sheet.axes.hist(x + 1, 60, color="red", histtype="step")
    else:
        _gated(sheet, x, y)
    sheet.name_axes()


def _gated(sheet: Sheet, x: np.ndarray, y: np.ndarray) -> None:
    """A cloud of cells in four gates, each with its share."""
    if sheet.chance(0.5):
        sheet.axes.hexbin(x, y, gridsize=70, mincnt=1, cmap="jet", bins="log", linewidths=0)
    else:
        sheet.axes.scatter(x, y, 0.4, color="black" if sheet.chance(0.6) else "blue")
    if sheet.chance(0.7):
        sheet.axes.axvline(float(np.median(x)) + 0.5, color="black", linewidth=0.8)
        sheet.axes.axhline(float(np.median(y)) + 0.5, color="black", linewidth=0.8)
    for corner in ((0.05, 0.93), (0.8, 0.93), (0.05, 0.05), (0.8, 0.05)):
        share = f"{sheet.random.uniform(0, 99):.1f}%"
        sheet.axes.text(*corner, share, transform=sheet.axes.transAxes, fontsize=sheet.font_size)


def forest(sheet: Sheet) -> None:
    """Studies below one another, each with its effect, its interval and both in words."""
    random, count = sheet.random, sheet.count(5, 19)
    effects, errors = random.normal(0, 0.5, count), np.abs(random.normal(0.3, 0.15, count))
    colour, size = "black" if sheet.chance(0.5) else "blue", float(random.uniform(2, 5))
    sheet.axes.errorbar(
        effects, np.arange(count), xerr=errors, fmt="s", color=colour, markersize=size, linewidth=0.8
    )
    sheet.axes.axvline(0, color="black", linestyle=pick(random, ("-", "--")), linewidth=0.7)
    sheet.axes.set_position((0.42, 0.15, 0.3, 0.75))
    sheet.axes.spines[["top", "right", "left"]].set_visible(False)
    sheet.axes.set_yticks([])
    across, font = sheet.axes.get_yaxis_transform(), min(6, 80 / count)
    for row, (effect, error) in enumerate(zip(effects, errors, strict=True)):
        study = f"{sheet.label()} {sheet.count(1990, 2021)}"
        interval = f"{effect:.2f} [{effect - error:.2f}, {effect + error:.2f}]"
        sheet.axes.text(-0.05, row, study, transform=across, ha="right", va="center", fontsize=font)
        sheet.axes.text(1.05, row, interval, transform=across, va="center", fontsize=font)
    if sheet.chance(0.6):
        sheet.axes.fill([-0.2, 0, 0.2, 0], [-1, -1.4, -1, -0.6], color="black")


def network(sheet: Sheet) -> None:
    """Discs with names, joined by lines."""
    random, count = sheet.random, sheet.count(8, 59)
    sheet.fill()
    places = random.normal(0, 1, (count, 2))
    for _ in range(int(count * random.uniform(1, 3))):
        x, y = places[random.integers(count, size=2)].T
        colour = pick(random, ("grey", "black", "#aaaacc"))
        sheet.axes.plot(x, y, color=colour, linewidth=float(random.uniform(0.3, 1.2)), zorder=0)
    colours = [sheet.colour(int(number)) for number in random.integers(0, 3, count)]
    sizes = random.uniform(10, 150, count)
    sheet.axes.scatter(places[:, 0], places[:, 1], sizes, c=colours, edgecolors="black", linewidths=0.4)
    for x, y in places[random.random(count) < 0.6]:
        name = "".join(pick(random, _GENES) for _ in range(4))
        sheet.axes.text(x, y, name, fontsize=float(random.uniform(3, 6)), ha="center")


def named_network(sheet: Sheet) -> None:
    """Few large nodes of one shape with names on or beside them: genes around a hub, terms as bubbles."""
    random, count = sheet.random, sheet.count(6, 18)
    sheet.fill()
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    reach = random.uniform(0.6, 1.2, count) if sheet.chance(0.5) else np.ones(count)
    places = np.stack([np.cos(angles) * reach, np.sin(angles) * reach], axis=1)
    places[0] = 0
    width, grey = float(random.uniform(0.5, 2)), pick(random, ("grey", "black", "#cc9999", "#99aacc"))
    for node in range(1, count):
        others = {0, *random.integers(count, size=sheet.count(0, 3)).tolist()}
        for other in others:
            x, y = places[[node, other]].T
            sheet.axes.plot(x, y, color=grey, linewidth=width, zorder=0)
    marker = pick(random, ("o", "s", "o", "h", "D"))
    sizes = random.uniform(60, 500, count) if sheet.chance(0.5) else np.full(count, random.uniform(80, 400))
    colours = [sheet.colour(int(number)) for number in random.integers(0, 2, count)]
    sheet.axes.scatter(
        places[:, 0], places[:, 1], sizes, c=colours, marker=marker, edgecolors="black", linewidths=0.5
    )
    size, beside = float(random.uniform(5, 9)), sheet.chance(0.5)
    for x, y in places:
        name = "".join(pick(random, _GENES) for _ in range(4)) if sheet.chance(0.7) else words(random, 1, 3)
        sheet.axes.text(x, y - 0.16 * beside, name, fontsize=size, ha="center", va="center")
    sheet.axes.set(xlim=(-1.5, 1.5), ylim=(-1.5, 1.5))
