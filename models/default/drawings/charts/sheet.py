"""A sheet to draw a chart on, in the style of one of several journals: fonts, colours, frame and labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.default.drawings.figure import Random, new_figure, pick

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PALETTES: tuple[tuple[str, ...], ...] = (
    ("black", "#888888", "#cccccc"),
    ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728"),
    ("#e41a1c", "#377eb8", "#4daf4a", "#984ea3"),
    ("#00468b", "#ed0000", "#42b540", "#0099b4"),
    ("#0072b5", "#bc3c29", "#e18727", "#20854e"),
    ("#333333", "#bbbbbb", "#999999"),
    ("blue", "red", "green", "black"),
    ("#8da0cb", "#fc8d62", "#66c2a5", "#e78ac3"),
)
_LABELS = (
    "Control",
    "Treated",
    "WT",
    "KO",
    "Day",
    "Dose (mg/kg)",
    "Time (h)",
    "Expression",
    "Viability (%)",
    "Relative mRNA",
    "Survival",
    "Age",
    "Group A",
    "Group B",
    "Sham",
    "CD4",
    "PBS",
    "log2 FC",
    "Score",
    "p-value",
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """An empty figure with axes, and what makes its style."""

    random: Random
    figure: Figure
    axes: Axes
    colours: Sequence[str]
    font_size: float

    def chance(self, probability: float) -> bool:
        """True as often as that."""
        return bool(self.random.random() < probability)

    def colour(self, number: int) -> str:
        """The colour of one series."""
        return self.colours[number % len(self.colours)]

    def label(self) -> str:
        """What an axis or a group may be called."""
        return pick(self.random, _LABELS)

    def count(self, least: int, most: int) -> int:
        """A number from `least` to `most`."""
        return int(self.random.integers(least, most + 1))

    def name_axes(self, x: str | None = None, y: str | None = None) -> None:
        """Labels most axes, frames or opens them, and at times puts a title above."""
        if x or self.chance(0.8):
            self.axes.set_xlabel(x or self.label(), fontsize=self.font_size)
        if y or self.chance(0.9):
            self.axes.set_ylabel(y or self.label(), fontsize=self.font_size)
        self.axes.tick_params(labelsize=self.font_size - 1, direction=pick(self.random, ("in", "out")))
        if self.chance(0.5):
            self.axes.spines[["top", "right"]].set_visible(False)
        if self.chance(0.3):
            self.axes.set_title(self.label(), fontsize=self.font_size + 1)

    def fill(self, frame: bool = False) -> None:
        """The axes over the whole sheet, without frame or ticks."""
        self.axes.set_position((0.02, 0.02, 0.96, 0.96))
        if not frame:
            self.axes.set_axis_off()

    def replace_axes(self, projection: str) -> Axes:
        """Axes of another projection in place of the plain ones."""
        self.axes.remove()
        axes: Axes = self.figure.add_axes((0.12, 0.1, 0.76, 0.78), projection=projection)
        return axes


def new_sheet(random: Random) -> Sheet:
    """An empty sheet in a style drawn at random."""
    figure = new_figure(random, 3.2, 2.8)
    left, bottom = random.uniform(0.12, 0.2), random.uniform(0.14, 0.22)
    axes = figure.add_axes((float(left), float(bottom), 0.74, 0.68))
    colours = list(pick(random, _PALETTES))
    random.shuffle(colours)
    return Sheet(random, figure, axes, tuple(colours), float(random.uniform(5, 9)))
