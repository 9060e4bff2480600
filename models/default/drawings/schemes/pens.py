"""How the icons of a scheme look: filled, outlined, or both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.default.drawings.canvas import Point
from models.default.drawings.schemes.sheet import Scheme


@dataclass(frozen=True, slots=True)
class Pen:
    """How the icons of one scheme look: filled, outlined, or both."""

    sheet: Scheme
    edge: str | None
    line: float
    hollow: bool

    def fill(self, colours: Sequence[str] | None = None) -> str:
        """One of the colours (else of the palette), or white where the icons are but outlines."""
        return "white" if self.hollow else self.sheet.one(colours or self.sheet.palette)

    def disc(self, at: Point, across: float, down: float | None = None, fill: str | None = None) -> None:
        """A disc or an ellipse."""
        self.sheet.disc(at, across, down, fill=fill or self.fill(), edge=self.edge, line=self.line)

    def shape(self, at: Point, reach: float, corners: Sequence[Point], fill: str) -> None:
        """A polygon whose corners are given about `at`, in parts of `reach`."""
        points = [(at[0] + x * reach, at[1] + y * reach) for x, y in corners]
        self.sheet.polygon(points, fill=fill, edge=self.edge, line=self.line)

    def way(self, at: Point, reach: float, points: Sequence[Point], colour: str | None = None) -> None:
        """A line whose points are given about `at`, in parts of `reach`."""
        drawn = [(at[0] + x * reach, at[1] + y * reach) for x, y in points]
        self.sheet.line(drawn, colour=colour or self.edge or "#444444", width=self.line)


def new_pen(sheet: Scheme) -> Pen:
    """A look for the icons of a scheme."""
    hollow = sheet.chance(0.2)
    edge = "black" if hollow else sheet.one((None, "black", "#404040", "#7f7f7f"))
    return Pen(sheet, edge, sheet.between(0.7, 2.2), hollow)
