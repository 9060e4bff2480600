from __future__ import annotations

import numpy as np
import pytest

from models.default.drawings.schemes.icons import ICONS, Icon
from models.default.drawings.schemes.pens import Pen, new_pen
from models.default.drawings.schemes.sheet import Scheme

pytest.importorskip("rdkit", reason="needs the extra figmill[draw]")


@pytest.mark.parametrize("draw", ICONS, ids=[draw.__name__ for draw in ICONS])
def test_an_icon_stays_about_its_place(draw: Icon) -> None:
    for seed in range(4):
        sheet = Scheme(np.random.default_rng(seed), 200, 200)
        draw(Pen(sheet, "black", 1.0, hollow=False), (100, 100), 50)
        ink = np.asarray(sheet.finish(cut=False).convert("L")) < 250
        rows, columns = np.nonzero(ink)
        assert ink.sum() > 100
        assert min(rows.min(), columns.min()) > 15
        assert max(rows.max(), columns.max()) < 185


def test_hollow_icons_are_white() -> None:
    pen = Pen(Scheme(np.random.default_rng(0), 50, 50), "black", 1.0, hollow=True)
    assert {pen.fill(), pen.fill(("red", "green"))} == {"white"}


def test_icons_look_filled_or_outlined_from_one_scheme_to_the_next() -> None:
    pens = [new_pen(Scheme(np.random.default_rng(seed), 50, 50)) for seed in range(40)]
    assert {pen.hollow for pen in pens} == {True, False}
    assert all(pen.edge for pen in pens if pen.hollow)
