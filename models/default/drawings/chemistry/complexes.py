"""Metals with their ligands, chains with brackets, and molecules as balls on sticks."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Point, polar
from models.default.drawings.chemistry.page import REAGENTS, ChemicalPage
from models.default.drawings.figure import Random, words

_METALS = ("Pt", "Pt", "Cu", "Ru", "Zn", "Pd", "Fe", "Au", "Co", "Ni", "Ir")
_LIGANDS = ("Cl", "Cl", "Br", "I", "NH3", "H3N", "OH2", "PPh3", "N", "O", "CO", "PEt3", "DMSO")
_BALLS = {
    "C": "#6a6a6a",
    "O": "#e02020",
    "N": "#3050f8",
    "S": "#e8d020",
    "Cl": "#20c020",
    "F": "#90e050",
    "Br": "#a62929",
}


def metal_complex(random: Random) -> Image.Image:
    """A metal with ligands as letters or rings around it, at times in brackets or beside an arrow."""
    many = int(random.integers(1, 4))
    page = ChemicalPage(random, many * 230, 230)
    arms, metal = page.one((4, 4, 4, 2, 6)), page.one(_METALS)
    colour = page.one((None, None, "#c00000", "#7b1fa2", "#e07000"))
    for number in range(many):
        middle = (number * 230 + 115.0, 100.0)
        start = page.one((np.pi / 4, 0.0))
        for arm in range(arms):
            _ligand(page, middle, start + 2 * np.pi * arm / arms, colour)
        page.text(middle, metal)
        if page.chance(0.3):
            for side in (-1, 1):
                _bracket(page, middle[0] + side * 92, (20, 185), -8 * side)
            page.text((middle[0] + 102, 18), page.one(("2+", "+", "−", "n")), size=page.size * 0.8)
        if number:
            page.arrow((number * 230 - 22, 100), (number * 230 + 22, 100))
            page.text((number * 230.0, 100 - page.size), page.one(REAGENTS), size=page.size * 0.85)
        if page.chance(0.6):
            name = page.one((str(number + 1), words(random, 1, 2)))
            page.text((middle[0], 212), name, bold=page.chance(0.6))
    return page.finish()


def _ligand(page: ChemicalPage, metal: Point, angle: float, colour: str | None) -> None:
    end = polar(metal, page.bond * 1.5, angle)
    page.line([polar(metal, page.size * 0.75, angle), end])
    if page.chance(0.3):
        middle = polar(end, page.bond, angle)
        page.polygon(
            [polar(middle, page.bond, angle + np.pi / 3 * corner) for corner in range(6)], edge="black"
        )
        page.disc(middle, page.bond * 0.55, edge="black")
    else:
        anchor = "mm" if abs(np.cos(angle)) < 0.5 else "lm" if np.cos(angle) > 0 else "rm"
        page.text(polar(end, page.size * 0.4, angle), page.one(_LIGANDS), anchor=anchor, colour=colour)


def _bracket(page: ChemicalPage, x: float, reach: tuple[float, float], hook: float) -> None:
    page.line([(x + hook, reach[0]), (x, reach[0]), (x, reach[1]), (x + hook, reach[1])])


def chain(random: Random) -> Image.Image:
    """A zigzag chain with letters, brackets and an index: a polymer, a linker on a particle, a lipid."""
    page = ChemicalPage(random, 520, 150)
    x, y, links = 80.0, 75.0, page.count(6, 18)
    page.bond = min(page.bond, 400 / links)
    if page.chance(0.5):
        radius, fill = page.between(14, 34), page.one(("white", "#f0c040", "#bbbbbb", "#e8a030"))
        page.disc((x - radius, y), radius, fill=fill, edge="black")
    way = [(x + page.bond * 0.87 * link, y + page.bond * 0.45 * (-1) ** link) for link in range(links)]
    page.line(way)
    for place in way[1:-1]:
        _hang(page, place, -1 if place[1] < y else 1)
    end = page.one(("COOH", "OH", "BIOTIN", "NH2", "R", "SH"))
    page.text((way[-1][0] + 4, way[-1][1]), end, anchor="lm", bold=page.chance(0.2))
    if page.chance(0.6):
        first, last = way[links // 3][0] - page.bond * 0.4, way[2 * links // 3][0] + page.bond * 0.4
        _bracket(page, first, (y - 26, y + 26), 5)
        _bracket(page, last, (y - 26, y + 26), -5)
        page.text((last + 7, y + 28), page.one("nmxz"), slanted=True, anchor="lm")
    return page.finish()


def _hang(page: ChemicalPage, place: Point, side: int) -> None:
    """A letter in place of a carbon, or a group on it; most carbons stay bare."""
    if page.chance(0.25):
        page.box(
            place[0] - page.size * 0.4, place[1] - page.size * 0.5, page.size * 0.8, page.size, fill="white"
        )
        page.text(place, page.one("OOSNN"))
    elif page.chance(0.15):
        page.line([place, (place[0], place[1] + side * page.bond)])
        page.text((place[0], place[1] + side * page.bond * 1.4), page.one(("O", "OH", "R", "CH3")))


def ball_and_stick(random: Random) -> Image.Image:
    """A molecule as shaded balls on sticks, seen aslant, its atoms named at times."""
    page = ChemicalPage(random, 420, 360)
    molecule, bond = page.any_molecule(), page.between(26, 44)
    deep = random.normal(0, 0.6, len(molecule.places))
    tilt = page.between(0.5, 1.0)
    at = [
        (210 + bond * float(x) * tilt + 0.5 * bond * float(z), 180 - bond * float(y) + 0.3 * bond * float(z))
        for (x, y), z in zip(molecule.places, deep, strict=True)
    ]
    stick, radius = page.one(("#777777", "#b0b0b0", "black", "white")), bond * page.between(0.14, 0.3)
    for a, b, _ in molecule.bonds:
        page.line([at[a], at[b]], width=radius * 0.9, colour="black" if stick == "white" else stick)
        if stick == "white":
            page.line([at[a], at[b]], width=radius * 0.6, colour="white")
    for place in page.random.choice(len(at), len(at) // 2).tolist():
        end = polar(at[place], bond * 0.7, page.between(0, 6.3))
        page.line([at[place], end], width=radius * 0.7, colour="#999999")
        page.disc(end, radius * 0.6, fill="#f4f4f4", edge="#888888", line=0.7)
    for place in np.argsort(deep).tolist():
        fill = _BALLS.get(molecule.elements[place], "#d08030")
        page.disc(at[place], radius, fill=fill, edge="#333333", line=0.7)
        page.disc((at[place][0] - radius * 0.35, at[place][1] - radius * 0.35), radius * 0.3, fill="white")
        if page.chance(0.2):
            page.text(
                (at[place][0] + radius * 2, at[place][1] - radius),
                f"{molecule.elements[place]}({place})",
                size=10,
            )
    return page.finish()
