"""Glyphs: their shades are stretched between percentiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.panels.glyphs import percentile


@given(st.lists(st.integers(0, 255), min_size=1, max_size=80), st.sampled_from((2, 50, 98)))
def test_a_percentile_is_that_of_numpy(shades: list[int], percent: int) -> None:
    assert percentile(sorted(shades), percent) == pytest.approx(np.percentile(shades, percent), abs=1e-9)
