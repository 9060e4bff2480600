"""Chemical structures and reactions, drawn by RDKit (the extra `draw`)."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from models.default.drawings.figure import Random, pick

_DRUGS = (
    "CC(=O)Oc1ccccc1C(=O)O",
    "CN1C=NC2=C1C(=O)N(C(=O)N2C)C",
    "CC(C)Cc1ccc(cc1)C(C)C(=O)O",
    "CC(=O)Nc1ccc(O)cc1",
    "CN1CCC23C4C1CC5=C2C(=C(C=C5)O)OC3C(C=C4)O",
    "COc1cc(C=CC(=O)CC(=O)C=Cc2ccc(O)c(OC)c2)ccc1O",
    "O=c1cc(-c2ccc(O)c(O)c2)oc2cc(O)cc(O)c12",
    "CC1(C)SC2C(NC(=O)Cc3ccccc3)C(=O)N2C1C(=O)O",
    "CN(C)C(=N)NC(=N)N",
    "Clc1ccc2c(c1)C(=NCC(=O)N2C)c1ccccc1",
    "CC12CCC3C(CCC4=CC(=O)CCC34C)C1CCC2O",
    "OCC1OC(O)C(O)C(O)C1O",
    "NCCc1ccc(O)c(O)c1",
    "CN1CCCC1c1cccnc1",
    "COc1ccc2nc(S(=O)Cc3ncc(C)c(OC)c3C)[nH]c2c1",
    "CC(C)(C)NCC(O)c1ccc(O)c(CO)c1",
    "Cc1ccc(cc1Nc1nccc(n1)-c1cccnc1)NC(=O)c1ccc(CN2CCN(C)CC2)cc1",
    "O=C(O)c1cn(C2CC2)c2cc(N3CCNCC3)c(F)cc2c1=O",
    "CC(C)NCC(O)COc1cccc2ccccc12",
    "CCOC(=O)C1=C(COCCN)NC(C)=C(C1c1ccccc1Cl)C(=O)OC",
    "Nc1ncnc2c1ncn2C1OC(CO)C(O)C1O",
    "CC(=CCC1=C(C)C(=O)c2ccccc2C1=O)CCCC(C)CCCC(C)C",
    "O=C1c2ccccc2C(=O)c2c(O)cccc12",
    "CCN(CC)CCNC(=O)c1ccc(N)cc1",
    "FC(F)(F)c1ccc(cc1)C(=O)Nc1nnc(s1)-c1ccncc1",
    "O=S(=O)(N1CCOCC1)c1ccc(Br)cc1",
    "C1CCC(CC1)N=C=NC1CCCCC1",
    "OB(O)c1ccc2ccccc2c1",
    "C[Si](C)(C)C#Cc1ccc(C=O)cc1",
    "CCCCCCCCC=CCCCCCCCC(=O)OCC(O)CO",
)
_FRAGMENTS = (
    "C",
    "CC",
    "OC",
    "F",
    "Cl",
    "Br",
    "N(C)C",
    "C(F)(F)F",
    "C#N",
    "OCC",
    "C(=O)OC",
    "c9ccccc9",  # by a number that no core has open: it would close the core's ring
    "O",
    "N",
)
_CORES = (
    "c1cc({0})ccc1{1}",
    "c1cc({0})nc{1}c1",
    "C1CC({0})NC1{1}",
    "c1c({0})oc2ccc{1}cc12",
    "O=C(Nc1ccc({0})cc1)C{1}",
    "c1nc({0})sc1{1}",
    "O=c1cc({0})oc2cc{1}ccc12",
    "c1cn({0})nc1{1}",
)


def structure(random: Random) -> Image.Image:
    """One molecule, several with their names, or a reaction; in colour or in black."""
    from rdkit.Chem.Draw.rdMolDraw2D import MolDraw2DCairo

    if random.random() < 0.25:
        return _reaction(random)
    columns, rows = pick(random, ((1, 1), (1, 1), (2, 1), (3, 1), (2, 2), (3, 2), (4, 3)))
    drawer = MolDraw2DCairo(columns * 200, rows * 170, 200, 170)
    _style(random, drawer)
    molecules = [_molecule(random) for _ in range(columns * rows)]
    named = random.random() < 0.6
    names = [
        f"{pick(random, ('', 'Compound '))}{number + 1}" if named else "" for number in range(columns * rows)
    ]
    drawer.DrawMolecules(molecules, legends=names)
    return _finish(drawer)


def _reaction(random: Random) -> Image.Image:
    from rdkit.Chem import MolToSmiles
    from rdkit.Chem.Draw.rdMolDraw2D import MolDraw2DCairo
    from rdkit.Chem.rdChemReactions import ReactionFromSmarts

    drawer = MolDraw2DCairo(560, 190)
    _style(random, drawer)
    smiles = ">>".join(MolToSmiles(_molecule(random)) for _ in range(2))
    drawer.DrawReaction(ReactionFromSmarts(smiles, useSmiles=True))
    return _finish(drawer)


def _molecule(random: Random) -> Any:
    from rdkit.Chem import MolFromSmiles

    return MolFromSmiles(random_smiles(random))


def random_smiles(random: Random) -> str:
    """A drug, or a core with two random fragments."""
    if random.random() < 0.4:
        return pick(random, _DRUGS)
    fragments = (pick(random, _FRAGMENTS), f"({pick(random, _FRAGMENTS)})")
    return pick(random, _CORES).format(*fragments)


def _style(random: Random, drawer: Any) -> None:
    options = drawer.drawOptions()
    options.bondLineWidth = float(random.uniform(1, 2.6))
    options.rotate = float(random.uniform(-40, 40))
    options.fixedFontSize = int(random.integers(11, 20))
    if random.random() < 0.7:
        options.useBWAtomPalette()


def _finish(drawer: Any) -> Image.Image:
    drawer.FinishDrawing()
    return Image.open(io.BytesIO(drawer.GetDrawingText())).convert("RGB")
