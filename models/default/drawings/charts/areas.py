"""Charts made of areas: bars, boxes, cells, slices and surfaces."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.default.drawings.charts.sheet import Sheet
from models.default.drawings.figure import pick

_HATCHES = ("", "", "//", "xx", "..")
_MAPS = ("RdBu_r", "bwr", "viridis", "jet", "hot", "Blues", "RdYlGn", "PiYG", "Greys", "coolwarm")


def bars(sheet: Sheet) -> None:
    """Groups of bars, upright or lying, often with whiskers."""
    random, groups, series = sheet.random, sheet.count(2, 6), sheet.count(1, 3)
    lying, width = sheet.chance(0.2), 0.8 / series
    for number in range(series):
        heights = random.uniform(0.2, 1, groups) * pick(random, (1, 10, 100))
        errors = heights * random.uniform(0.05, 0.25, groups) if sheet.chance(0.7) else None
        style: dict[str, Any] = {
            "color": sheet.colour(number),
            "edgecolor": "black" if sheet.chance(0.6) else None,
            "linewidth": 0.7,
            "hatch": pick(random, _HATCHES),
            "label": sheet.label(),
        }
        at = np.arange(groups) + number * width
        if lying:
            sheet.axes.barh(at, heights, width * 0.9, xerr=errors, **style)
        else:
            sheet.axes.bar(at, heights, width * 0.9, yerr=errors, capsize=2, **style)
    if not lying:
        names, angle = [sheet.label() for _ in range(groups)], pick(random, (0, 45, 90))
        sheet.axes.set_xticks(np.arange(groups) + 0.3, names, rotation=angle, fontsize=sheet.font_size)
    if sheet.chance(0.4):
        sheet.axes.legend(fontsize=sheet.font_size - 1, frameon=sheet.chance(0.5))
    sheet.name_axes()


def boxes(sheet: Sheet) -> None:
    """Boxes with whiskers, or violins, at times with their points."""
    random = sheet.random
    samples = [
        random.normal(random.uniform(0, 3), random.uniform(0.3, 1), 40) for _ in range(sheet.count(2, 6))
    ]
    if sheet.chance(0.25):
        sheet.axes.violinplot(samples)
    else:
        found = sheet.axes.boxplot(samples, patch_artist=True, widths=float(random.uniform(0.3, 0.7)))
        for number, box in enumerate(found["boxes"]):
            box.set_facecolor(sheet.colour(number) if sheet.chance(0.7) else "white")
    if sheet.chance(0.3):
        for number, sample in enumerate(samples, 1):
            sheet.axes.scatter(number + random.normal(0, 0.06, len(sample)), sample, 4, color="black")
    sheet.name_axes()


def heat_map(sheet: Sheet) -> None:
    """Coloured cells, of values or of correlations."""
    random = sheet.random
    noise = random.normal(0, 1, (sheet.count(5, 49), sheet.count(4, 29)))
    values = noise + random.normal(0, 1, (len(noise), 1)) if sheet.chance(0.6) else np.corrcoef(noise)
    cells = np.asarray(values, np.float64)
    image = sheet.axes.imshow(cells, aspect="auto", cmap=pick(random, _MAPS), interpolation="nearest")
    if sheet.chance(0.6):
        sheet.figure.colorbar(image)
    if max(cells.shape) < 14 and sheet.chance(0.4):
        for (row, column), value in np.ndenumerate(cells):
            sheet.axes.text(column, row, f"{value:.1f}", fontsize=4, ha="center", va="center")
    sheet.name_axes()


def histogram(sheet: Sheet) -> None:
    """How often each value is found, of one or two samples."""
    random, series = sheet.random, sheet.count(1, 2)
    for number in range(series):
        sample = random.normal(number, 1, 400) if sheet.chance(0.6) else random.gamma(2, 1, 400)
        sheet.axes.hist(
            sample,
            sheet.count(10, 44),
            color=sheet.colour(number),
            edgecolor="black" if sheet.chance(0.6) else None,
            alpha=0.7 if series > 1 else 1,
            linewidth=0.5,
        )
    sheet.name_axes(y="Frequency")


def pie(sheet: Sheet) -> None:
    """A pie or a ring."""
    slices = sheet.count(3, 7)
    sheet.axes.set_position((0.1, 0.1, 0.8, 0.8))
    sheet.axes.pie(
        sheet.random.uniform(0.1, 1, slices),
        labels=[sheet.label() for _ in range(slices)] if sheet.chance(0.7) else None,
        autopct="%.0f%%" if sheet.chance(0.6) else None,
        textprops={"fontsize": sheet.font_size},
        wedgeprops={"width": 0.4} if sheet.chance(0.2) else None,
        colors=None if sheet.chance(0.5) else [sheet.colour(number) for number in range(slices)],
    )


def radar(sheet: Sheet) -> None:
    """Values along rays from a centre."""
    axes = sheet.replace_axes("polar")
    angles = np.linspace(0, 2 * np.pi, sheet.count(5, 9), endpoint=False)
    for number in range(sheet.count(1, 3)):
        values = sheet.random.uniform(0.3, 1, len(angles))
        axes.plot(np.append(angles, angles[0]), np.append(values, values[0]), color=sheet.colour(number))
        axes.fill(angles, values, alpha=0.2)


def surface(sheet: Sheet) -> None:
    """A surface over a plane."""
    axes: Any = sheet.replace_axes("3d")
    x, y = np.meshgrid(np.linspace(-2, 2, 25), np.linspace(-2, 2, 25))
    a, b, tilt = sheet.random.uniform(0.5, 2), sheet.random.uniform(0.5, 2), sheet.random.uniform(-0.5, 0.5)
    axes.plot_surface(x, y, np.sin(x * a) * np.cos(y * b) + x * tilt, cmap=pick(sheet.random, _MAPS))


def venn_diagram(sheet: Sheet) -> None:
    """Two to four sets that overlap."""
    from matplotlib.patches import Circle, Ellipse

    sheet.fill()
    sets, colours = sheet.count(2, 4), sheet.random.permutation(["red", "green", "blue", "yellow", "magenta"])
    for number in range(sets):
        angle = 2 * np.pi * number / sets
        (x, y), (text_x, text_y) = _around(angle, 0.17), _around(angle, 0.46)
        style: dict[str, Any] = {"facecolor": str(colours[number]), "alpha": 0.4, "edgecolor": "black"}
        round_ = sets < 4 or sheet.chance(0.5)
        turned = float(np.degrees(angle)) + 40
        shape = Circle((x, y), 0.27, **style) if round_ else Ellipse((x, y), 0.7, 0.35, angle=turned, **style)
        sheet.axes.add_patch(shape)
        sheet.axes.text(text_x, text_y, sheet.label(), fontsize=sheet.font_size, ha="center")
    for x, y in sheet.random.uniform(0.3, 0.7, (2**sets - 1, 2)):
        sheet.axes.text(x, y, str(sheet.count(1, 999)), fontsize=sheet.font_size, ha="center")
    sheet.axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")


def outlined_venn(sheet: Sheet) -> None:
    """Two to four sets as thick outlines or in pale tints, with large numbers, and names outside."""
    from matplotlib.patches import Ellipse

    random, sets = sheet.random, sheet.count(2, 4)
    sheet.fill()
    size, width, filled = float(random.uniform(8, 16)), float(random.uniform(0.8, 4)), sheet.chance(0.5)
    one_colour, turn, reach = sheet.chance(0.3), random.uniform(0, np.pi), float(random.uniform(0.12, 0.2))
    across = (0.62, 0.34) if sets == 4 else (0.5, 0.5)
    text: dict[str, Any] = {"fontsize": size, "ha": "center", "va": "center"}
    for number in range(sets):
        angle = float(turn) + 2 * np.pi * number / sets
        ink = sheet.colour(0 if one_colour else number)
        style: dict[str, Any] = {"edgecolor": ink, "linewidth": width, "angle": float(np.degrees(angle))}
        style |= {"facecolor": ink, "alpha": 0.35} if filled else {"facecolor": "none"}
        sheet.axes.add_patch(Ellipse(_around(angle, reach), *across, **style))
        sheet.axes.text(*_around(angle, reach + 0.14), str(sheet.count(1, 900)), **text)
        if sets > 2:
            sheet.axes.text(*_around(angle + np.pi / sets, 0.15), str(sheet.count(1, 500)), **text)
        if sheet.chance(0.6):
            name_ink = ink if sheet.chance(0.5) else "black"
            sheet.axes.text(*_around(angle, reach + 0.34), sheet.label(), color=name_ink, **text)
    sheet.axes.text(0.5, 0.5, str(sheet.count(1, 99)), **text)
    sheet.axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")


def _around(angle: float, radius: float) -> tuple[float, float]:
    """A point about the middle of the sheet."""
    return 0.5 + radius * float(np.cos(angle)), 0.5 + radius * float(np.sin(angle))
