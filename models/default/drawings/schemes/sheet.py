"""What schemes share: colours that go together, the names that stand in them, panel letters, thick arrows."""

from __future__ import annotations

import numpy as np
from PIL import ImageColor

from models.default.drawings.canvas import Canvas, Face, Point, polar
from models.default.drawings.figure import Random, pick, words

_FACES: tuple[Face, ...] = ("sans", "sans", "sans", "sans", "serif", "serif", "humanist", "screen")
_PALETTES: tuple[tuple[str, ...], ...] = (
    ("#4472c4", "#ed7d31", "#a5a5a5", "#ffc000", "#5b9bd5", "#70ad47"),
    ("#dbe8f6", "#fde9d9", "#e2efda", "#fff2cc", "#e4dfec"),
    ("#a6cee3", "#b2df8a", "#fb9a99", "#fdbf6f", "#cab2d6"),
    ("#e41a1c", "#377eb8", "#4daf4a", "#984ea3", "#ff7f00"),
    ("#c0504d", "#9bbb59", "#8064a2", "#4bacc6", "#f79646"),
    ("white", "white", "#e6e6e6", "#bfbfbf"),
    ("#f4a582", "#92c5de", "#d1e5f0", "#fddbc7"),
    ("#66c2a5", "#fc8d62", "#8da0cb", "#e78ac3", "#ffd92f"),
    ("#2e75b6", "#c00000", "#548235", "#7f6000"),
    ("#009e73", "#0072b2", "#d55e00", "#cc79a7", "#f0e442"),
)
_INKS = ("black", "black", "black", "#222222", "#1f3864", "#404040")
_GENES = tuple(
    "AKT ERK MAP SIR GAT TOR BCL MYC RAS RAF JAK STA PTE WNT NOT FOX SMA RHO CDK PIK IRF TNF IL TGF HIF".split()  # noqa: SIM905
)
_METABOLITES = (
    "Glucose",
    "Sucrose",
    "Starch",
    "Pyruvate",
    "Citrate",
    "Malate",
    "Fumarate",
    "Succinate",
    "α-Ketoglutarate",
    "Acetyl-CoA",
    "Oxaloacetate",
    "Glutamate",
    "Serine",
    "Glycine",
    "Fructose 6-phosphate",
    "Triose phosphate",
    "Ribulose 5-phosphate",
    "Phosphoenolpyruvate",
    "Lactate",
    "Maltose",
    "Aspartate",
    "ATP",
    "NADH",
    "NADPH",
    "CO2",
    "H2O",
    "GSH",
    "GABA",
    "Mevalonate",
    "Squalene",
)
_OUTCOMES = (
    "Apoptosis",
    "Cell cycle arrest",
    "Proliferation",
    "Inflammation",
    "Cancer cell\nmigration",
    "Cell death",
    "Biofilm",
    "Autophagy",
    "Gene expression",
    "Differentiation",
    "Angiogenesis",
    "Growth",
    "ROS",
    "Mitochondria",
    "Nucleus",
    "Cytosol",
    "Stress",
    "Flowering",
    "Insulin\nresistance",
)


_DARK = 128
"""Of 255: what is darker bears white words."""
_SMALLEST = 5.0
"""Words are not set smaller to fit."""


class Scheme(Canvas):
    """A canvas with a palette, in one of the faces that journals print schemes in. No level word leaves the page."""

    def __init__(self, random: Random, width: float, height: float) -> None:
        super().__init__(random, width, height)
        self.face = pick(random, _FACES)
        self.ink = pick(random, _INKS)
        self.palette = tuple(random.permutation(pick(random, _PALETTES)).tolist())

    def text(
        self,
        at: Point,
        text: str,
        *,
        size: float | None = None,
        colour: str | None = None,
        anchor: str = "mm",
        bold: bool = False,
        slanted: bool = False,
        turn: float = 0,
    ) -> None:
        """As the canvas writes it, smaller and moved where it would be cut off by the page's edge."""
        if not turn:
            size = self.fitting(text, self.width - 2, size=size, bold=bold)
            left, top, right, bottom = self.extent(at, text, size=size, anchor=anchor, bold=bold)
            x = at[0] + max(0.0, 1 - left) - max(0.0, right + 1 - self.width)
            at = x, at[1] + max(0.0, 1 - top) - max(0.0, bottom + 1 - self.height)
        super().text(at, text, size=size, colour=colour, anchor=anchor, bold=bold, slanted=slanted, turn=turn)

    def fitting(self, text: str, wide: float, *, size: float | None = None, bold: bool = False) -> float:
        """The size, or as much smaller as it takes for the text to be no more than `wide` pixels long."""
        size = size or self.size
        left, _, right, _ = self.extent((0, 0), text, size=size, bold=bold)
        return size if right - left <= wide else max(_SMALLEST, size * wide / (right - left))

    def word_on(
        self,
        at: Point,
        text: str,
        fill: str,
        wide: float,
        *,
        size: float | None = None,
        bold: bool = False,
        turn: float = 0,
    ) -> None:
        """A word on a shape of that fill and breadth: small enough for it, white where it is dark."""
        red, green, blue = ImageColor.getrgb(fill)[:3]
        dark = 0.3 * red + 0.59 * green + 0.11 * blue < _DARK
        size = self.fitting(text, wide, size=size, bold=bold)
        self.text(at, text, size=size, colour="white" if dark else None, bold=bold, turn=turn)

    def colour(self, number: int) -> str:
        """The colour of one kind of thing."""
        return str(self.palette[number % len(self.palette)])

    def any_colour(self) -> str:
        """One of the palette's."""
        return str(self.one(self.palette))

    def gene(self) -> str:
        """What a gene or a protein may be called."""
        name = self.one(_GENES) + self.one(
            ("", "", str(self.count(1, 38)), str(self.count(1, 9)), "α", "β", "-R")
        )
        form = self.count(0, 5)
        return (name, name, name.capitalize(), name.capitalize(), "p-" + name, name.lower())[form]

    def metabolite(self) -> str:
        """What takes part in metabolism."""
        return self.one(_METABOLITES)

    def outcome(self) -> str:
        """What a pathway leads to, or a place in the cell."""
        return self.one(_OUTCOMES)

    def phrase(self, least: int = 1, most: int = 3) -> str:
        """A phrase of so many words."""
        return words(self.random, least, most)

    def letter(self, at: Point = (3, 3)) -> None:
        """A panel letter in the upper left corner, or there, in a third of the schemes."""
        if self.chance(0.33):
            name = self.one("ABCDEabcde")
            shown = self.one((name, name, f"({name})", f"{name}."))
            self.text(at, shown, size=self.size * 1.4, anchor="la", bold=self.chance(0.7), colour="black")

    def label(self, at: Point, text: str, towards: Point | None = None) -> None:
        """A name beside a thing, often with a line or an arrow to it."""
        if towards:
            start = (at[0], at[1] + (self.size * 0.7 if towards[1] > at[1] else -self.size * 0.7))
            if self.chance(0.6):
                self.line([start, towards], width=max(0.6, self.stroke * 0.6))
            else:
                self.arrow(start, towards, width=max(0.6, self.stroke * 0.6))
        self.text(at, text)

    def block_arrow(self, start: Point, end: Point, half: float, fill: str, edge: str | None = None) -> None:
        """A thick arrow with a flat end; its head is `half` broad to either side, its shaft half as much."""
        length = float(np.hypot(end[0] - start[0], end[1] - start[1]))
        turn = float(np.arctan2(end[1] - start[1], end[0] - start[0]))
        neck = max(length - 1.3 * half, length * 0.4)
        outline = []
        for along, aside in (
            (0, -0.5),
            (neck, -0.5),
            (neck, -1),
            (length, 0),
            (neck, 1),
            (neck, 0.5),
            (0, 0.5),
        ):
            outline.append(polar(polar(start, along, turn), aside * half, turn + np.pi / 2))
        self.polygon(outline, fill=fill, edge=edge, line=1)
