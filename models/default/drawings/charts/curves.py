"""Charts made of lines: curves, steps, spectra and recordings."""

from __future__ import annotations

import numpy as np

from models.default.drawings.charts.sheet import Sheet
from models.default.drawings.figure import pick

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


def bold_lines(sheet: Sheet) -> None:
    """Few points in thick lines with large open marks and large type: a chart that is a small part of a figure."""
    random, count = sheet.random, sheet.count(3, 7)
    x, size = np.linspace(0, 10, count), float(random.uniform(11, 20))
    width, mark = float(random.uniform(1.5, 4)), float(random.uniform(6, 14))
    filled, bent = sheet.chance(0.3), float(random.choice([0.3, 0.6, 1.0, 2.0]))
    for number in range(sheet.count(1, 4)):
        y = random.uniform(-1, 1) + random.uniform(0.3, 1) * (x / 10) ** bent + random.normal(0, 0.06, count)
        colour = sheet.colour(number)
        face = colour if filled else "white" if sheet.chance(0.3) else "none"
        marker, dashes = pick(random, ("o", "o", "o", "s", "^")), pick(random, ("-", "-", "--"))
        sheet.axes.plot(
            x,
            y,
            dashes,
            color=colour,
            marker=marker,
            markersize=mark,
            mfc=face,
            mew=width * 0.7,
            linewidth=width,
        )
    sheet.axes.spines[["top", "right"]].set_visible(sheet.chance(0.3))
    for spine in sheet.axes.spines.values():
        spine.set_linewidth(float(random.uniform(0.8, 2.5)))
    if sheet.chance(0.3):
        sheet.axes.set(xticklabels=[], yticklabels=[])
    sheet.axes.locator_params(nbins=4)
    sheet.axes.tick_params(labelsize=size * 0.8)
    for name in (sheet.axes.set_xlabel, sheet.axes.set_ylabel, sheet.axes.set_title):
        if sheet.chance(0.4):
            name(sheet.label(), fontsize=size)


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
