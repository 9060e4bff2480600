"""Sequence alignments."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from PIL import Image

from models.default.drawings.figure import Random, blank_axes, new_figure, pick, to_image

_ALPHABETS = ("ACGT", "ACDEFGHIKLMNPQRSTVWY")
_COLOURS = ("#80a0f0", "#f01505", "#00e000", "#c048c0", "#f08080", "#f09048", "#15a4a4", "#c0c000", "#ffff00")


def alignment(random: Random) -> Image.Image:
    """Several sequences under one another as alignment programs print them: names, letters, positions, shading."""
    letters = pick(random, _ALPHABETS)
    rows, columns = int(random.integers(3, 12)), int(random.integers(24, 64))
    blocks = int(random.integers(1, 4)) if rows < 8 else 1
    figure = new_figure(random, columns * 0.085, (rows + 1.5) * blocks * 0.16)
    axes = blank_axes(figure)
    axes.set_xlim(-12, columns + 6)
    axes.set_ylim(-(rows + 2) * blocks, 1)
    shading = pick(random, ("none", "conserved", "letters", "dots"))
    size = float(random.uniform(4.5, 7))
    for block in range(blocks):
        top = -(rows + 2) * block
        common = [pick(random, letters) for _ in range(columns)]
        for row in range(rows):
            shown = _mutated(random, common, letters, dots=shading == "dots" and row > 0)
            _print_row(axes, random, shown, common, top - row, shading, size)
        marks = (pick(random, "*:.  ") for _ in range(columns))
        for column, mark in enumerate(marks):
            axes.text(column, top - rows, mark, family="monospace", fontsize=size, ha="center", va="center")
    return to_image(figure)


def _mutated(random: Random, common: list[str], letters: str, dots: bool) -> list[str]:
    """A relative of the common sequence: a quarter of the letters changed or lost."""
    return [
        ("." if dots else letter) if random.random() < 0.75 else pick(random, letters + "--")
        for letter in common
    ]


def _print_row(
    axes: Axes, random: Random, shown: list[str], common: list[str], y: float, shading: str, size: float
) -> None:
    name = f"Seq_{int(random.integers(1, 999))}"
    axes.text(-1.5, y, name, family="monospace", fontsize=size, ha="right", va="center")
    for column, (letter, usual) in enumerate(zip(shown, common, strict=True)):
        ink = "black"
        back = None
        if shading == "conserved" and letter == usual:
            ink, back = "white", "#444444"
        elif shading == "letters" and letter != "-":
            back = _COLOURS[ord(letter) % len(_COLOURS)]
        if back:
            axes.add_patch(Rectangle((column - 0.5, y - 0.5), 1, 1, color=back, lw=0))
        axes.text(column, y, letter, family="monospace", fontsize=size, color=ink, ha="center", va="center")
    end = str(int(random.integers(40, 900)))
    axes.text(len(shown) + 1, y, end, family="monospace", fontsize=size, va="center")
