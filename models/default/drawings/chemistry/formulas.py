"""Molecules in rows, reactions from molecule to molecule, and large formulas with what is marked on them."""

from __future__ import annotations

from PIL import Image

from models.default.drawings.canvas import Point, polar
from models.default.drawings.chemistry.page import REAGENTS, ChemicalPage, Molecule, find_molecule
from models.default.drawings.figure import Random
from models.default.drawings.structures import random_smiles

_NAMES = (
    "Quercetin",
    "Naringenin",
    "Compound",
    "Ligand",
    "Pinene",
    "Linalool",
    "Caffeic acid",
    "Inhibitor",
    "Spathulenol",
    "Rutin",
    "Vanillin",
    "Product",
    "Analog",
)


def skeletal_formulas(random: Random) -> Image.Image:
    """One molecule, or many in rows on much white, with numbers or names in bold under them."""
    columns, rows = ((1, 1), (1, 1), (2, 1), (3, 1), (2, 2), (3, 2), (3, 3), (4, 3))[int(random.integers(8))]
    page = ChemicalPage(random, columns * 260, rows * 240)
    named, ink = page.chance(0.7), page.one((None, None, None, "#1a7f37", "#1f3fbf"))
    for row in range(rows):
        for column in range(columns):
            middle = (column * 260 + 130.0, row * 240 + 105.0)
            molecule = page.any_molecule()
            if page.reach(molecule) > 150 and columns > 1:
                molecule = find_molecule(random_smiles(random))
            page.molecule(molecule, middle, ink)
            if named:
                name = page.one(
                    (
                        str(row * columns + column + 1),
                        page.one(_NAMES),
                        f"({'abcdefghijkl'[row * columns + column]})",
                    )
                )
                page.text(
                    (middle[0], middle[1] + min(118, page.reach(molecule) * 0.9)),
                    name,
                    bold=page.chance(0.6),
                )
    return page.finish()


def reaction_scheme(random: Random) -> Image.Image:
    """Molecules in rows with arrows between them, reagents over and conditions under each arrow, numbers beneath."""
    steps, rows = int(random.integers(2, 4)), int(random.integers(1, 4))
    page = ChemicalPage(random, steps * 270, rows * 190)
    page.bond = page.between(11, 17)
    page.size = page.bond * page.between(0.65, 0.85)
    red = page.one((None, None, None, "#c00000", "#2e75b6"))
    for row in range(rows):
        y = row * 190 + 85.0
        for step in range(steps):
            x = step * 270 + 85.0
            molecule = page.any_molecule()
            if page.reach(molecule) > 85 or page.chance(0.6):
                molecule = find_molecule(random_smiles(random))
            page.molecule(molecule, (x, y), page.one((None, None, red)))
            if page.chance(0.6):
                page.text((x, y + 78), str(row * steps + step + 1), bold=True)
            if step + 1 < steps:
                page.arrow(
                    (x + 88, y),
                    (x + 176, y),
                    head=page.one(("triangle", "triangle", "open")),
                    width=page.stroke,
                )
                page.text((x + 132, y - page.size), page.one(REAGENTS), colour=red)
                if page.chance(0.6):
                    page.text((x + 132, y + page.size), page.one(REAGENTS))
        if page.chance(0.3) and row + 1 < rows:
            page.arrow((85 + 270.0 * (steps - 1), y + 80), (85 + 270.0 * (steps - 1), y + 115))
    if page.chance(0.2):
        page.box(2, 2, page.width - 4, page.height - 4, edge="black")
    return page.finish()


def annotated_formula(random: Random) -> Image.Image:
    """A large molecule: rings tinted, atoms numbered, correlations as bent arrows, a cut with a mass, residues."""
    page = ChemicalPage(random, 460, 400)
    molecule, middle = page.any_molecule(), (230.0, 190.0)
    if page.chance(0.2):
        _tint(page, molecule, middle)
        page.molecule(molecule, middle, turned=False)
    else:
        at = page.molecule(molecule, middle)
        page.one((_correlate, _number, _cut, _surround))(page, at, middle)
    if page.chance(0.6):
        name = page.one((page.one(_NAMES), str(page.count(1, 30))))
        page.text((middle[0], 375), name, bold=page.chance(0.5))
    return page.finish()


def _tint(page: ChemicalPage, molecule: Molecule, middle: Point) -> None:
    tint = page.one(("#cfe8c6", "#fff0b8", "#d6e4f7", "#f9d4d4", "#d9d9d9"))
    at = [(middle[0] + page.bond * float(x), middle[1] - page.bond * float(y)) for x, y in molecule.places]
    for ring in molecule.rings[: page.count(1, 2)]:
        page.polygon([at[atom] for atom in ring], fill=tint, edge=tint, line=page.bond * 0.7)
    for place in page.random.choice(len(at), min(3, len(at))).tolist():
        page.disc(at[place], page.bond * 0.6, fill=tint)


def _correlate(page: ChemicalPage, at: list[Point], middle: Point) -> None:
    colour = page.one(("#d01010", "#c020c0", "#2040d0", "black"))
    for _ in range(page.count(3, 14)):
        a, b = page.random.choice(len(at), 2).tolist()
        if a != b:
            page.arrow(at[a], at[b], bend=page.between(-0.35, 0.35), colour=colour, width=0.9)


def _number(page: ChemicalPage, at: list[Point], middle: Point) -> None:
    colour = page.one((None, "#c00000"))
    for place, (x, y) in enumerate(at, 1):
        corner = (x + page.bond * 0.3, y - page.bond * 0.35)
        page.text(corner, str(place), size=page.size * 0.6, colour=colour)


def _cut(page: ChemicalPage, at: list[Point], middle: Point) -> None:
    x = middle[0] + page.between(-40, 40)
    page.line([(x, 90), (x + 20, 180), (x + 20, 330)], dash=4, width=1.2)
    page.text((x + 60, 335), f"m/z {page.count(77, 480)}")


def _surround(page: ChemicalPage, at: list[Point], middle: Point) -> None:
    """What binds it: residues of a protein in discs, with dashed lines to atoms."""
    for _ in range(page.count(4, 10)):
        spot = polar(middle, page.between(120, 180), page.between(0, 6.3))
        fill = page.one(("#e8c8ee", "#c8e6c9", "#d5e8f7", "#f5d6c6"))
        page.disc(spot, 19, fill=fill, edge="#999999", line=0.8)
        name = page.one(("ARG", "LEU", "SER", "HIS", "TYR", "ASP"))
        page.text(spot, f"{name}\n{page.count(20, 800)}", size=8)
        if page.chance(0.6):
            colour = page.one(("#2e8b2e", "#d07030", "#c030c0"))
            page.line([spot, page.one(at)], dash=4, width=1.2, colour=colour)
