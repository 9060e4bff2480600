"""Molecules in the plane, and a page that draws their bonds and letters in the faces and widths of journals.

RDKit (the extra `draw`) places the atoms.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from models.default.drawings.canvas import Canvas, Point, polar
from models.default.drawings.figure import Random
from models.default.drawings.structures import random_smiles

_MORE = (
    "O=c1c(O)c(-c2ccc(O)c(O)c2)oc2cc(O)cc(O)c12",
    "O=C1CC(c2ccc(O)cc2)Oc2cc(O)cc(O)c12",
    "CC1=CCC2CC1C2(C)C",
    "CC(C)C1CCC(C)CC1O",
    "OC(=O)CCc1ccccc1",
    "CC(O)C(=O)OCC",
    "Oc1ccc(C=Cc2cc(O)cc(O)c2)cc1",
    "c1ccc2c(c1)ccc1ncccc12",
    "c1cnc2c(c1)ccc1cccnc12",
    "NC(Cc1ccccc1)C(=O)NC(CO)C(=O)O",
    "OC1C(O)C(OC2C(CO)OC(O)C(O)C2O)OC(CO)C1O",
    "CC(C)CCCC(C)C1CCC2C1(C)CCC1C2CC=C2CC(O)CCC12C",
    "N#Cc1nc2c(nc1C#N)c1nc(C#N)c(C#N)nc1c1nc(C#N)c(C#N)nc21",
    "CC(=O)OCC1OC(OC(C)=O)C(OC(C)=O)C(OC(C)=O)C1OC(C)=O",
    "CCCCCCCC(=O)NCCO",
    "CC(C)=O",
    "O=C(ON1C(=O)CCC1=O)CCC",
    "NCCSSCCN",
    "O=C(O)CCCCC1SCC2NC(=O)NC12",
    "Nc1nc2c(ncn2C2OC(CO)C(O)C2O)c(=O)[nH]1",
)
REAGENTS = (
    "H2O",
    "NaOH",
    "HCl",
    "reflux, 3 h",
    "rt, 12 h",
    "DMF",
    "K2CO3",
    "AgNO3",
    "Et3N",
    "CH2Cl2",
    "80 °C",
    "MeOH",
    "EDC, DMAP",
    "Pd/C, H2",
    "KI",
    "LiAlH4",
    "i",
    "ii",
    "hν",
    "52%",
)
_COLOURS = {
    "O": "#d00000",
    "N": "#1030d0",
    "S": "#b09000",
    "Cl": "#109010",
    "F": "#109010",
    "Br": "#8b2500",
    "P": "#d07000",
}


@dataclass(frozen=True, slots=True)
class Molecule:
    """Atoms and bonds in the plane: bonds about 1 long, around (0, 0)."""

    places: npt.NDArray[np.float64]
    labels: tuple[str, ...]
    """Empty where a carbon is a mere corner."""
    elements: tuple[str, ...]
    bonds: tuple[tuple[int, int, float], ...]
    rings: tuple[tuple[int, ...], ...]


@cache
def find_molecule(smiles: str) -> Molecule:
    """The molecule as RDKit lays it out, its rings with double bonds."""
    from rdkit.Chem import Kekulize, MolFromSmiles
    from rdkit.Chem.rdDepictor import Compute2DCoords

    molecule: Any = MolFromSmiles(smiles)
    Kekulize(molecule, clearAromaticFlags=True)
    Compute2DCoords(molecule)
    places = np.asarray(molecule.GetConformer().GetPositions())[:, :2] / 1.5
    atoms = list(molecule.GetAtoms())
    return Molecule(
        places - (places.max(axis=0) + places.min(axis=0)) / 2,
        tuple(_label(atom.GetSymbol(), atom.GetTotalNumHs(), atom.GetDegree()) for atom in atoms),
        tuple(atom.GetSymbol() for atom in atoms),
        tuple((b.GetBeginAtomIdx(), b.GetEndAtomIdx(), b.GetBondTypeAsDouble()) for b in molecule.GetBonds()),
        tuple(map(tuple, molecule.GetRingInfo().AtomRings())),
    )


def _label(symbol: str, hydrogens: int, degree: int) -> str:
    if symbol == "C" and degree:
        return ""
    return symbol + ("H" + (str(hydrogens) if hydrogens > 1 else "") if hydrogens else "")


class ChemicalPage(Canvas):
    """A canvas that knows how long its bonds are, and whether its letters are coloured."""

    def __init__(self, random: Random, width: float, height: float) -> None:
        super().__init__(random, width, height)
        self.face = self.one(("sans", "sans", "sans", "serif", "humanist"))
        self.bond = self.between(13, 26)
        self.stroke = self.bond * self.between(0.045, 0.11)
        self.size = self.bond * self.between(0.6, 0.85)
        self.coloured = self.chance(0.25)

    def any_molecule(self) -> Molecule:
        """A drug, a natural product, or a core with random fragments."""
        return find_molecule(self.one(_MORE) if self.chance(0.5) else random_smiles(self.random))

    def molecule(
        self, molecule: Molecule, middle: Point, ink: str | None = None, turned: bool = True
    ) -> list[Point]:
        """Draws it about `middle`, `turned` by a random angle; where its atoms are."""
        turn = self.one((0.0, 0.0, np.pi / 6, np.pi / 2, -np.pi / 6)) if turned else 0.0
        spun = molecule.places @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        at = [(middle[0] + self.bond * float(x), middle[1] - self.bond * float(y)) for x, y in spun]
        for a, b, order in molecule.bonds:
            self._bond(at[a], at[b], order, ink)
        for place, label, element in zip(at, molecule.labels, molecule.elements, strict=True):
            if label:
                backwards = label == "OH" and place[0] < middle[0] - self.bond
                colour = ink or (_COLOURS.get(element) if self.coloured else None)
                self._letters(place, label, element, backwards, colour)
        return at

    def _letters(self, place: Point, label: str, element: str, backwards: bool, colour: str | None) -> None:
        half, side = self.size * 0.36, 1 if backwards else -1
        wide = half * len(element)
        self.box(place[0] - wide, place[1] - self.size * 0.45, 2 * wide, self.size * 0.9, fill="white")
        start = (place[0] + side * half, place[1])
        shown, anchor = (label[::-1], "rm") if backwards else (label, "lm")
        self.text(start, shown, anchor=anchor, colour=colour)

    def _bond(self, a: Point, b: Point, order: float, ink: str | None) -> None:
        turn = float(np.arctan2(b[1] - a[1], b[0] - a[0])) + np.pi / 2
        if order == 1 and self.chance(0.04):
            self.polygon(
                [a, polar(b, self.bond * 0.13, turn), polar(b, -self.bond * 0.13, turn)], fill=ink or self.ink
            )
            return
        shifts = {1.0: (0.0,), 2.0: (0.0, 0.17), 3.0: (-0.15, 0.0, 0.15)}.get(order, (0.0,))
        for shift in shifts:
            ends = polar(a, shift * self.bond, turn), polar(b, shift * self.bond, turn)
            if shift and order == 2:
                (x, y), (x1, y1) = ends
                ends = (x + (x1 - x) * 0.12, y + (y1 - y) * 0.12), (x + (x1 - x) * 0.88, y + (y1 - y) * 0.88)
            self.line(ends, colour=ink)

    def reach(self, molecule: Molecule) -> float:
        """How far it reaches from its middle at most, letters included."""
        return float(np.abs(molecule.places).max()) * self.bond + self.size * 1.3
