"""Formulas as biologists print them: frames with R groups and their key, sugars, conjugates, complexes in a column."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Point, polar
from models.default.drawings.chemistry.page import REAGENTS, ChemicalPage, Molecule, find_molecule
from models.default.drawings.figure import Random, words
from models.default.drawings.structures import random_smiles

_FRAMES = (
    "CC(C)CCCC(C)C1CCC2C1(C)CCC1C2CCC2CC(O)CCC12C",
    "CC12CCC3C(CCC4CC(O)CCC34C)C1CCC2O",
    "CC1(C)C(O)CCC2(C)C1CCC1(C)C2CCC2C3CC(C)(C)CCC3(C(=O)O)CCC21C",
    "O=c1cc(-c2ccccc2)oc2cccc(O)c12",
    "O=C(C=Cc1ccccc1)c1ccccc1O",
    "c1ccc2c(c1)[nH]c1ccccc12",
    "O=c1ccc2ccccc2o1",
    "c1ccc(-c2nc3ccccc3[nH]2)cc1",
    "O=C1c2ccccc2C(=O)c2ccccc12",
    "c1cc2cc3ccc([nH]3)cc3ccc(cc4ccc(cc1n2)[nH]4)n3",
    "C1CC2CCC1N2",
    "O=C1NC(=O)c2ccccc12",
)
_GROUPS = (
    "H",
    "OH",
    "CH3",
    "OCH3",
    "OAc",
    "Cl",
    "F",
    "Br",
    "NO2",
    "NH2",
    "Ac",
    "Glc",
    "COOH",
    "Ph",
    "Me",
    "Et",
    "CF3",
)
_INKS = ("#c00000", "#2040d0", "#1a7f37", "#c020c0", "#e07000", "#800040", "#0070c0")
_PARTS = (
    "linker",
    "steroid",
    "drug carrier",
    "peptide",
    "warhead",
    "Biotin",
    "mAb",
    "NP",
    "PEG",
    "dye",
    "target",
)
_SUGARS = ("glucose", "galactose", "Mannose", "GlcNAc", "Trehalose", "Xylose", "α-anomer", "β-anomer")


def frame(random: Random) -> Image.Image:
    """A frame of rings with R1, R2 on it, and under it or beside it what they are for each letter or number."""
    page = ChemicalPage(random, 520, 480)
    molecule, beside = find_molecule(page.one(_FRAMES)), page.chance(0.35)
    page.bond = min(page.bond, 190 / float(np.abs(molecule.places).max()))
    middle = (190.0, 170.0)
    at = page.molecule(molecule, middle, page.one((None, None, None, *_INKS)), turned=False)
    groups = page.count(1, 4)
    ink, raised = page.one((None, None, *_INKS)), page.chance(0.4)
    for number, place in enumerate(
        page.random.choice(len(at), min(groups, len(at)), replace=False).tolist(), 1
    ):
        outwards = float(np.arctan2(at[place][1] - middle[1], at[place][0] - middle[0]))
        end = polar(at[place], page.bond, outwards)
        page.line([at[place], end], colour=ink, dash=page.one((0, 0, 3)))
        page.text(
            polar(end, page.size * 0.9, outwards), f"R{'⁰¹²³⁴'[number] if raised else number}", colour=ink
        )
    number = page.count(1, 30)
    x, y = (400.0, 90.0) if beside else (190.0, 170 + page.reach(molecule) * 0.8 + 20)
    if page.chance(0.5):
        page.text((x, y - page.size), f"{number}a-d", bold=True)
    for row in range(page.count(1, 7)):
        given = [f"R{place}={page.one(_GROUPS)}" for place in range(1, groups + 1)]
        name = page.one((f"{'abcdefgh'[row]}:", f"{number + row}", f"{words(random, 1, 1)}:"))
        page.text(
            (x, y + (row + 0.6) * page.size * 1.35), f"{name} {'; '.join(given)}", bold=page.chance(0.1)
        )
    return page.finish()


def sugar(random: Random) -> Image.Image:
    """One to three sugars as chairs or flat rings, with their groups, joined or over one another, named in colour."""
    many, upright = int(random.integers(1, 4)), random.random() < 0.5
    page = ChemicalPage(random, 300 if upright else 280 * many, 230 * many if upright else 240)
    page.bond, ink = page.between(26, 44), page.one((None, *_INKS))
    page.stroke, page.size = page.bond * page.between(0.04, 0.09), page.bond * page.between(0.4, 0.6)
    group = page.one(("OH", "OH", "OAc", "OBn", "OMe"))
    for number in range(many):
        middle = (140.0, 100.0 + 230 * number) if upright else (140.0 + 280 * number, 100.0)
        _chair(page, middle, group, page.one((None, None, ink)))
        if page.chance(0.7):
            name = page.one((page.one(_SUGARS), str(number + 1), f"acetylated\n{page.one(_SUGARS)}"))
            page.text((middle[0], middle[1] + page.bond * 2.1), name, bold=page.chance(0.6), colour=ink)
    return page.finish()


def _chair(page: ChemicalPage, middle: Point, group: str, ink: str | None) -> None:
    chair = ((-1.6, 0.1), (-1.0, -0.5), (0.2, -0.2), (1.1, -0.6), (1.7, 0.0), (0.5, 0.4))
    flat = ((-1.3, 0.0), (-0.7, 0.6), (0.7, 0.6), (1.3, 0.0), (0.7, -0.6), (-0.7, -0.6))
    corners = page.one((chair, chair, flat))
    at = [(middle[0] + page.bond * x, middle[1] + page.bond * y) for x, y in corners]
    page.polygon(at, edge=ink or page.ink, line=page.stroke)
    if page.chance(0.5):
        page.line(
            [at[1], at[2]] if corners is flat else [at[0], at[5], at[4]], width=page.stroke * 3, colour=ink
        )
    for number, place in enumerate(at):
        if number == 3:
            page.disc(place, page.size * 0.55, fill="white")
            page.text(place, "O", colour=ink)
            continue
        turn = page.one((-1, 1)) * np.pi / 2 + page.between(-0.5, 0.5)
        end = polar(place, page.bond * 0.7, turn)
        page.line([place, end], colour=ink)
        text = group if page.chance(0.85) else page.one(("R1", "R2", "NHAc", "N3", "CH2OH"))
        page.text(polar(end, page.size * 0.6, turn), text, colour=ink)


def conjugate(random: Random) -> Image.Image:
    """A molecule or a metal with ligands, one part in colour, joined to an oval, a box or a ball with a word in it."""
    page = ChemicalPage(random, 560, 230)
    molecule = find_molecule(random_smiles(random))
    ink, other = page.one((None, *_INKS)), page.one(_INKS)
    page.bond = min(page.bond, 90 / float(np.abs(molecule.places).max()))
    middle = (130.0, 105.0)
    at = page.molecule(molecule, middle, ink)
    x, y = max(at)
    x += page.size * max(0.0, 0.65 * len(molecule.labels[at.index((x, y))]) - 0.2)
    for _ in range(page.count(1, 2)):
        end = (x + page.bond * page.between(1.5, 4), 105.0)
        page.line([(x, y), end], colour=other)
        wide, form = page.between(30, 55), page.one(("oval", "box", "ball", "round"))
        fill = page.one(("white", "white", "#e8f0fb", "#fff2cc", "#d9ead3", other))
        centre = (end[0] + wide, end[1])
        if form == "oval":
            page.disc(centre, wide, wide * 0.45, fill=fill, edge=other, line=2)
        elif form == "ball":
            page.disc(centre, wide, fill=fill, edge=other, line=2)
        else:
            page.box(
                end[0],
                end[1] - 18,
                2 * wide,
                36,
                fill=fill,
                edge=other,
                line=2,
                radius=18 if form == "round" else 0,
            )
        page.text(
            centre,
            page.one(_PARTS),
            colour="white" if fill == other else other,
            size=min(page.size, wide / 3.2),
        )
        x, y = end[0] + 2 * wide, end[1]
    for number in range(page.count(0, 2)):
        left, long, low = 260 * number + page.between(20, 100), page.between(80, 160), 200.0
        page.line([(left, low - 8), (left, low), (left + long, low), (left + long, low - 8)], width=1.5)
        page.text((left + long / 2, low + page.size), page.one(_PARTS), bold=True)
    return page.finish()


def column_of_complexes(random: Random) -> Image.Image:
    """Metals with ligands in colour and a ring below or above, one to four in a column or a row, numbers in bold."""
    many, upright = int(random.integers(1, 5)), random.random() < 0.6
    page = ChemicalPage(random, 200 if upright else 190 * many, 260 * many if upright else 270)
    metal, halogen, ink = (
        page.one(("Pt", "Pt", "Pd", "Ru", "Au", "Cu", "Ir")),
        page.one(("Br", "Cl", "I")),
        page.one(_INKS),
    )
    painted, first = page.one(("metal", "halogens", "none")), page.count(1, 20)
    for number in range(many):
        middle = (100.0, 120.0 + 260 * number) if upright else (95.0 + 190 * number, 120.0)
        shade = ink if painted == "halogens" else None
        for turn in page.one(((0.0, np.pi), (0.3, np.pi - 0.3, -0.3, np.pi + 0.3))):
            end = polar(middle, page.bond * 1.7, turn)
            page.line([polar(middle, page.size * 0.8, turn), end])
            page.text(polar(end, page.size * 0.5, turn), halogen, colour=shade)
        page.text(middle, metal, colour=ink if painted == "metal" else None)
        for side in (-1, 1):
            _ring(page, middle, side)
        if page.chance(0.8):
            page.text(
                (middle[0], middle[1] + 125),
                page.one((str(first + number), f"{first}{'abcd'[number]}")),
                bold=True,
            )
    return page.finish()


def _ring(page: ChemicalPage, metal: Point, side: int) -> None:
    """A ring of five or six that binds by its nitrogen, above or below the metal."""
    turn, corners = side * np.pi / 2, page.one((5, 6))
    start = polar(metal, page.bond * 1.3, turn)
    page.line([polar(metal, page.size * 0.7, turn), start])
    middle = polar(start, page.bond, turn)
    at = [
        polar(middle, page.bond * 0.95, turn + np.pi + 2 * np.pi * corner / corners)
        for corner in range(corners)
    ]
    page.polygon(at, edge=page.ink, line=page.stroke)
    for a, b in ((1, 2), (3, 4)):
        ends = [(x + (middle[0] - x) * 0.2, y + (middle[1] - y) * 0.2) for x, y in (at[a], at[b % corners])]
        page.line(ends)
    for corner in (0, *((1, corners - 1) if page.chance(0.4) else ())):
        page.disc(at[corner], page.size * 0.5, fill="white")
        page.text(at[corner], "N" if corner or page.chance(0.8) else "C")
    for corner in (1, corners - 1):
        if page.chance(0.4):
            outwards = float(np.arctan2(at[corner][1] - middle[1], at[corner][0] - middle[0]))
            end = polar(at[corner], page.bond * 0.8, outwards)
            page.line([polar(at[corner], page.size * 0.5, outwards), end])
            page.text(polar(end, page.size * 0.6, outwards), page.one(("Me", "Bn", "R", "Ph", "Cl")))


def crowded_page(random: Random) -> Image.Image:
    """Many small molecules in rows, arrows from some to the next, reagents, names in colour."""
    columns, rows = ((2, 4), (3, 3), (3, 5), (4, 2), (5, 2), (2, 6), (4, 4))[int(random.integers(7))]
    page = ChemicalPage(random, columns * 170, rows * 140)
    page.bond = page.between(8, 12)
    page.size, page.stroke = page.bond * page.between(0.75, 1.0), page.between(0.7, 1.3)
    ink, framed = page.one((None, *_INKS)), page.chance(0.25)
    core = find_molecule(page.one(_FRAMES)) if page.chance(0.5) else None
    for row in range(rows):
        for column in range(columns):
            middle = (column * 170 + 75.0, row * 140 + 60.0)
            page.molecule(_small(page, core), middle, page.one((None, None, None, ink)))
            label = page.one(
                (
                    str(row * columns + column + 1),
                    f"[{words(random, 1, 1)}({page.count(1, 9)})]",
                    words(random, 1, 2),
                )
            )
            page.text((middle[0], middle[1] + 58), label, bold=page.chance(0.6), colour=ink)
            if column + 1 < columns and page.chance(0.5):
                page.arrow((middle[0] + 62, middle[1]), (middle[0] + 108, middle[1]))
                page.text(
                    (middle[0] + 85, middle[1] - page.size), page.one(REAGENTS), colour=page.one((None, ink))
                )
            elif row + 1 < rows and page.chance(0.4):
                page.arrow((middle[0] + 50, middle[1] + 55), (middle[0] + 50, middle[1] + 85))
                page.text((middle[0] + 58, middle[1] + 70), page.one(REAGENTS), anchor="lm")
            if framed:
                page.box(column * 170 + 2, row * 140 + 2, 166, 136, edge="black", line=1)
    return page.finish()


def _small(page: ChemicalPage, core: Molecule | None) -> Molecule:
    """The core again, or another that fits in its place."""
    for _ in range(4):
        molecule = core if core and page.chance(0.7) else page.any_molecule()
        if page.reach(molecule) < 82:
            return molecule
    return find_molecule("Oc1ccccc1")
