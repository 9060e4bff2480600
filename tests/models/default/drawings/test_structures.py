from __future__ import annotations

import numpy as np
import pytest

from models.default.drawings.structures import random_smiles

chemistry = pytest.importorskip("rdkit.Chem", reason="needs the extra figmill[draw]")


def test_molecules_are_sound_and_have_no_large_rings() -> None:
    for seed in range(300):
        smiles = random_smiles(np.random.default_rng(seed))
        molecule = chemistry.MolFromSmiles(smiles)
        assert molecule is not None, smiles
        assert max(map(len, molecule.GetRingInfo().AtomRings()), default=0) <= 7, smiles
