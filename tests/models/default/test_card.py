from __future__ import annotations

import numpy as np
import pytest

from models.default.card import mean_f1, score


def test_the_bootstrap_keeps_the_classes_of_the_whole() -> None:
    codes = np.array(["DMEL"] * 20 + ["GFIG"] * 20)
    guesses = np.array(["DMEL"] * 20 + ["DMEL"] * 20)
    found = score(codes, guesses, np.array([str(n) for n in range(40)]))
    assert found.accuracy[0] == 0.5
    assert found.macro_f1[0] == pytest.approx(1 / 3, abs=0.01)
    low, high = found.accuracy[1]
    assert low < 0.5 < high
    assert mean_f1(codes, guesses, ["GFIG"]) == 0
