"""Charts with little on them in large type, as small parts of figures, and spectra with names on their peaks."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.default.drawings.charts.sheet import Sheet
from models.default.drawings.chemistry.formulas import annotated_formula
from models.default.drawings.figure import pick, words

_HEAT = ("RdBu_r", "bwr", "coolwarm", "Blues", "Reds", "RdYlGn")
_STARS = ("*", "**", "***", "ns", "a", "b")


def bold_groups(sheet: Sheet) -> None:
    """Two to five violins, boxes or means in colour with words under them, a bracket with stars over two."""
    random, many, size = sheet.random, sheet.count(2, 5), float(sheet.random.uniform(10, 18))
    samples = [random.normal(random.uniform(0, 3), random.uniform(0.2, 0.7), 40) for _ in range(many)]
    form, width = pick(random, ("violin", "box", "mean")), float(random.uniform(1, 3))
    if form == "violin":
        for number, body in enumerate(_bodies(sheet.axes.violinplot(samples, widths=0.7, showextrema=False))):
            body.set(facecolor=sheet.colour(number), edgecolor="black", linewidth=width, alpha=1)
    if form != "mean":
        narrow = 0.2 if form == "violin" else float(random.uniform(0.3, 0.7))
        found = sheet.axes.boxplot(samples, patch_artist=True, widths=narrow, showfliers=form == "box")
        for number, box in enumerate(found["boxes"]):
            box.set(facecolor="white" if form == "violin" else sheet.colour(number), linewidth=width)
    else:
        for number, sample in enumerate(samples, 1):
            ink = sheet.colour(number)
            sheet.axes.errorbar(
                number,
                sample.mean(),
                sample.std(),
                fmt="o",
                color=ink,
                markersize=size * 0.7,
                linewidth=width,
            )
    names = [sheet.label().split()[0] for _ in range(many)]
    sheet.axes.set_xticks(range(1, many + 1), names, fontsize=size, rotation=pick(random, (0, 0, 45)))
    if sheet.chance(0.6):
        top = max(float(sample.max()) for sample in samples) + 0.3
        sheet.axes.plot([1, 1, 2, 2], [top, top + 0.15, top + 0.15, top], "k-", linewidth=width * 0.7)
        sheet.axes.text(1.5, top + 0.2, pick(random, _STARS), fontsize=size, ha="center")
        sheet.axes.set_ylim(top=top + 0.8)
    _dress(sheet, size, width)


def _bodies(parts: Any) -> list[Any]:
    return list(parts["bodies"])


def _dress(sheet: Sheet, size: float, width: float) -> None:
    """Thick spines, with large numbers or none, a title at times."""
    sheet.axes.spines[["top", "right"]].set_visible(sheet.chance(0.5))
    for spine in sheet.axes.spines.values():
        spine.set_linewidth(width)
    if sheet.chance(0.5):
        sheet.axes.set_yticks([])
    else:
        sheet.axes.locator_params(axis="y", nbins=4)
        sheet.axes.tick_params(axis="y", labelsize=size * 0.8, width=width)
    if sheet.chance(0.5):
        sheet.axes.set_title(words(sheet.random, 1, 2), fontsize=size)
    if sheet.chance(0.4):
        sheet.axes.set_ylabel(sheet.label(), fontsize=size)


def bold_cells(sheet: Sheet) -> None:
    """A few large cells in the colours of a scale, letters or numbers in them, a scale from low to high."""
    random, rows, columns = sheet.random, sheet.count(1, 5), sheet.count(2, 6)
    size = float(random.uniform(9, 16))
    image = sheet.axes.imshow(
        random.normal(0, 1, (rows, columns)), cmap=pick(random, _HEAT), aspect=float(random.uniform(0.4, 1))
    )
    for row in range(rows):
        for column in range(columns) if sheet.chance(0.8) else ():
            text = pick(random, ("a", "b", "c", "*", f"{random.uniform(0, 9):.1f}"))
            sheet.axes.text(column, row, text, fontsize=size, ha="center", va="center")
        sheet.axes.text(columns - 0.4, row, sheet.label(), fontsize=size, va="center")
    sheet.axes.set(xticks=[], yticks=[])
    if sheet.chance(0.7):
        bar = sheet.figure.colorbar(image, orientation="horizontal", fraction=0.08, pad=0.1)
        bar.set_ticks([])
        bar.set_label(
            pick(random, ("Low            High", "Fold change (log2)", "-2       0       2")), size=size
        )


def assigned_peaks(sheet: Sheet) -> None:
    """A spectrum whose peaks have masses or names over them, with a structure in a corner."""
    random, many = sheet.random, sheet.count(5, 60)
    x, heights = np.sort(random.uniform(100, 1500, many)), random.exponential(0.25, many).clip(0, 1)
    ink = pick(random, ("black", "#1f3fbf", "#c00000"))
    sheet.axes.vlines(x, 0, heights, colors=ink, linewidth=float(random.uniform(0.5, 1.2)))
    for place in np.argsort(-heights)[: sheet.count(2, 8)].tolist():
        name = pick(
            random,
            (f"{x[place]:.2f}", f"[M+{sheet.count(1, 6)}H]+", f"y{sheet.count(1, 14)}", f"{x[place]:.0f}"),
        )
        turn = pick(random, (0, 90))
        sheet.axes.text(
            x[place],
            heights[place] + 0.02,
            name,
            fontsize=sheet.font_size - 1,
            rotation=turn,
            ha="center",
            color=pick(random, ("black", ink)),
        )
    if sheet.chance(0.5):
        inset = sheet.axes.inset_axes((float(random.uniform(0.1, 0.5)), 0.5, 0.45, 0.5))
        inset.imshow(np.asarray(annotated_formula(random)))
        inset.set_axis_off()
    sheet.axes.set(ylim=(0, 1.25), xlim=(80, 1550))
    sheet.name_axes(
        "m/z", pick(random, ("Relative abundance", "Intensity (%)", "Counts", "Intensity (a.u.)"))
    )
