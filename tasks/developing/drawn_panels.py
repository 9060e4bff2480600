"""Single panels drawn with matplotlib, of kinds of which few are published and which gutters run through.

Facets that share axes, forest plots, flow charts, gene maps, trees, a plot with others at its sides or in it, heat maps
with their tree and colour bar, survival curves over numbers at risk, broken axes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle

from tasks.developing.look_training import PublishedPanel

NAMES = (
    "Control",
    "Treated",
    "Age",
    "Smoking",
    "Diabetes",
    "Enrolled",
    "Randomised",
    "Lee2014",
    "Wang2016",
    "Kim2011",
)

Random = np.random.Generator


def draw_panels(count: int, seed: int, folder: Path) -> list[PublishedPanel]:
    """`count` panels in `folder`, as if each kind were a paper of its own."""
    panels = []
    for number in range(count):
        random = np.random.default_rng([seed, number])
        code, draw = KINDS[int(random.integers(len(KINDS)))]
        file = folder / f"{draw.__name__}-{number}.png"
        figure = draw(random)
        FigureCanvasAgg(figure)
        figure.savefig(file, dpi=100, bbox_inches="tight", pad_inches=0.02)
        panels.append(PublishedPanel(file, code, draw.__name__, "train", "", alone=True))
    return panels


def name(random: Random, count: int = 1) -> str:
    """Some words."""
    return " ".join(random.choice(NAMES, count))


def new(random: Random, width: float, height: float) -> tuple[Figure, Axes]:
    """A figure of so many inches, a tenth more or less, with axes."""
    figure = Figure((width * random.uniform(0.9, 1.1), height * random.uniform(0.9, 1.1)))
    return figure, figure.add_subplot()


def data(axes: Axes, random: Random, kind: str) -> None:
    """Some data in `axes`."""
    match kind:
        case "line":
            for _ in range(random.integers(1, 4)):
                axes.plot(random.normal(0, 1, 15).cumsum(), lw=1, marker=random.choice(["", "o", "s"]), ms=3)
        case "bar":
            axes.bar(
                range(5), random.uniform(1, 5, 5), yerr=0.4, color=random.choice(["k", "gray", "w"]), ec="k"
            )
        case "scatter":
            x, y = random.normal(size=(2, 60))
            axes.scatter(x, y, s=4, c=random.choice(["k", "tab:red", "tab:blue"]))
        case "box":
            axes.boxplot(list(random.normal(size=(4, 20))))
        case _:
            axes.hist(random.normal(size=200), 20, color="gray")


def plot(random: Random) -> Figure:
    """One plot."""
    figure, axes = new(random, 2.8, 2.3)
    data(axes, random, str(random.choice(["line", "bar", "scatter", "box", "hist"])))
    axes.tick_params(labelsize=6)
    if random.random() < 0.6:
        axes.spines[["top", "right"]].set_visible(False)
    if random.random() < 0.7:
        axes.set_xlabel(name(random), fontsize=7)
        axes.set_ylabel(name(random), fontsize=7)
    if random.random() < 0.3:
        axes.legend(["Control", "Treated"], fontsize=6, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def facets(random: Random) -> Figure:
    """Plots in rows that share their axes."""
    rows, columns = int(random.integers(1, 4)), int(random.integers(2, 5))
    figure = Figure((1.1 * columns + 0.6, rows + 0.6))
    gaps = {"wspace": random.uniform(0.02, 0.15), "hspace": random.uniform(0.02, 0.25)}
    kind, titles = str(random.choice(["line", "bar", "scatter", "box", "hist"])), random.random() < 0.6
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False, gridspec_kw=gaps)
    for axes in grid.flat:
        data(axes, random, kind)
        axes.tick_params(labelsize=6)
        if titles:
            axes.set_title(name(random), fontsize=6, pad=2)
    figure.supxlabel(name(random, 2), fontsize=7)
    figure.supylabel(name(random, 2), fontsize=7)
    return figure


def forest(random: Random) -> Figure:
    """Studies with columns of text on both sides of their intervals."""
    count = int(random.integers(5, 16))
    figure = Figure((random.uniform(5, 7.5), 0.22 * count + 0.8))
    axes = figure.add_axes((0.45, 0.15, 0.3, 0.75))
    effects, errors = random.normal(0, 0.5, count), random.uniform(0.1, 0.8, count)
    axes.errorbar(effects, range(count), xerr=errors, fmt="s", color="k", ms=4, lw=1)
    axes.axvline(0, color="k", lw=0.8)
    axes.set_yticks([])
    axes.spines[["top", "right", "left"]].set_visible(False)
    for row, effect in enumerate(effects):
        columns = {-1.4: name(random, 2), 1.1: f"{effect:.2f} [{effect - 0.4:.2f}, {effect + 0.4:.2f}]"}
        columns |= {x: str(random.integers(5, 99)) for x in (-0.6, -0.4, -0.2)}
        for x, text in columns.items():
            axes.text(x, row, text, transform=axes.get_yaxis_transform(), fontsize=7, va="center")
    return figure


def blank(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure of so many inches to draw on, its units those of a tenth of its width."""
    figure = Figure((width, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    axes.set_xlim(0, 10)
    axes.set_ylim(-10 * height / width, 0)
    return figure, axes


def flow_chart(random: Random) -> Figure:
    """Boxes of words with arrows from row to row."""
    rows = int(random.integers(3, 6))
    figure, axes = blank(5, 1.1 * rows)
    colour, above = str(random.choice(["w", "#dde8ff", "#ffe8d0"])), None
    for row in range(rows):
        count, y = int(random.integers(1, 4)), -2.2 * row - 1.1
        middles = (np.arange(count) + 0.5) * 10 / count
        width = min(8 / count, 4)
        for x in middles:
            axes.add_patch(Rectangle((x - width / 2, y - 0.6), width, 1.2, fc=colour, ec="k"))
            words = f"{name(random, 2)}\n(n = {random.integers(9, 999)})"
            axes.text(x, y, words, ha="center", va="center", fontsize=7)
            if above is not None:
                start = above[np.abs(above - x).argmin()], y + 1.6
                axes.annotate("", (x, y + 0.6), start, arrowprops={"arrowstyle": "->"})
        above = middles
    return figure


def gene_map(random: Random) -> Figure:
    """Genes as arrows on lines, a line a strain."""
    rows = int(random.integers(2, 8))
    figure, axes = blank(7, 0.6 * rows + 0.3)
    colours = random.choice(["tab:red", "tab:blue", "tab:green", "w", "gray", "gold"], 8)
    for row in range(rows):
        y, x = -0.85 * row - 0.5, 1.5
        axes.text(0.1, y, f"strain {row}", fontsize=7, va="center")
        axes.plot([1.4, 9.8], [y, y], "k-", lw=0.8)
        while x < 9:
            width = random.uniform(0.4, 1.2)
            ends = (
                (x, x + 0.7 * width, x + width) if random.random() < 0.5 else (x + width, x + 0.3 * width, x)
            )
            corners = [
                (ends[0], y - 0.15),
                (ends[1], y - 0.15),
                (ends[2], y),
                (ends[1], y + 0.15),
                (ends[0], y + 0.15),
            ]
            axes.add_patch(Polygon(corners, fc=str(random.choice(colours)), ec="k"))
            axes.text(x + width / 2, y + 0.25, f"gene{random.integers(99)}", fontsize=5, ha="center")
            x += width + random.uniform(0.05, 0.4)
    return figure


def tree(random: Random) -> Figure:
    """A dendrogram with names at its leaves."""
    from scipy.cluster.hierarchy import dendrogram, linkage

    count = int(random.integers(6, 24))
    figure = Figure((random.uniform(3.5, 6), 0.2 * count + 0.5))
    axes = figure.add_axes((0.02, 0.05, 0.55, 0.9))
    names = [name(random, 2) for _ in range(count)]
    joined = linkage(random.normal(size=(count, 3)))
    dendrogram(joined, orientation="left", ax=axes, labels=names, leaf_font_size=6, color_threshold=0)
    axes.spines[:].set_visible(False)
    axes.set_xticks([])
    return figure


def marginal(random: Random) -> Figure:
    """A scatter plot with histograms at its sides."""
    figure = Figure((3.5, 3.5))
    gaps = {"wspace": random.uniform(0.02, 0.1), "hspace": random.uniform(0.02, 0.1)}
    grid = figure.add_gridspec(2, 2, width_ratios=[4, 1], height_ratios=[1, 4], **gaps)
    x, y = random.normal(size=(2, 150))
    figure.add_subplot(grid[1, 0]).scatter(x, y, s=4)
    upper, right = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 1])
    upper.hist(x, 20)
    right.hist(y, 20, orientation="horizontal")
    upper.axis("off")
    right.axis("off")
    return figure


def inset(random: Random) -> Figure:
    """A plot in a plot."""
    figure, axes = new(random, 3.5, 2.8)
    data(axes, random, "line")
    inner = axes.inset_axes((0.55, 0.55, 0.4, 0.4))
    data(inner, random, str(random.choice(["line", "bar"])))
    inner.tick_params(labelsize=5)
    axes.set_xlabel(name(random))
    return figure


def heat_map(random: Random) -> Figure:
    """A heat map under its dendrogram, with a colour bar."""
    from scipy.cluster.hierarchy import dendrogram, linkage

    rows, columns = int(random.integers(8, 30)), int(random.integers(4, 16))
    figure = Figure((4, 4))
    above, axes = figure.add_axes((0.1, 0.82, 0.6, 0.12)), figure.add_axes((0.1, 0.1, 0.6, 0.7))
    dendrogram(linkage(random.normal(size=(columns, 3))), ax=above, no_labels=True, color_threshold=0)
    above.axis("off")
    colours = str(random.choice(["RdBu", "viridis", "RdYlGn"]))
    shown = axes.imshow(random.normal(size=(rows, columns)), aspect="auto", cmap=colours)
    axes.yaxis.tick_right()
    axes.set_yticks(range(rows), [name(random) for _ in range(rows)], fontsize=5)
    figure.colorbar(shown, cax=figure.add_axes((0.92, 0.3, 0.03, 0.3)))
    return figure


def survival(random: Random) -> Figure:
    """Steps over a table of the numbers at risk."""
    figure, axes = new(random, 3.8, 3.2)
    figure.subplots_adjust(bottom=0.38)
    axes.set_xlabel("Months")
    axes.set_ylabel("Survival")
    axes.text(-0.15, -0.35, "Number at risk", transform=axes.transAxes, fontsize=6)
    for group in range(2):
        axes.step(np.linspace(0, 60, 30), np.sort(random.uniform(0.2, 1, 30))[::-1])
        numbers = "      ".join(map(str, np.sort(random.integers(2, 99, 5))[::-1]))
        row = f"{name(random)}   {numbers}"
        axes.text(-0.15, -0.45 - 0.1 * group, row, transform=axes.transAxes, fontsize=6)
    return figure


def broken(random: Random) -> Figure:
    """Bars with a break in their axis."""
    figure = Figure((3.2, 2.8))
    upper, lower = figure.subplots(2, 1, sharex=True, gridspec_kw={"hspace": 0.08})
    heights = random.uniform(1, 5, 6)
    heights[0] = 90
    for axes in (upper, lower):
        axes.bar(range(6), heights, color="gray")
    upper.set_ylim(70, 100)
    lower.set_ylim(0, 8)
    upper.spines["bottom"].set_visible(False)
    lower.spines["top"].set_visible(False)
    upper.tick_params(bottom=False)
    return figure


KINDS: tuple[tuple[str, Callable[[Random], Figure]], ...] = (
    *[("GFIG", plot)] * 3,
    *[("GFIG", facets)] * 3,
    *[("GFIG", forest)] * 2,
    *[("GFLO", flow_chart)] * 2,
    *[("GGEN", gene_map)] * 2,
    ("GFIG", tree),
    ("GFIG", marginal),
    ("GFIG", inset),
    ("GFIG", heat_map),
    ("GFIG", survival),
    ("GFIG", broken),
)
"""Each kind with its code; those that many papers have stand here several times."""
