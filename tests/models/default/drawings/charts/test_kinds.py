from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from models.default.drawings.charts import bold
from models.default.drawings.charts.kinds import CHARTS, Drawer, draw_chart, draw_charts

DRAWERS = [draw for drawers in CHARTS.values() for draw in drawers]


@pytest.mark.parametrize("draw", DRAWERS, ids=[draw.__name__ for draw in DRAWERS])
def test_every_kind_is_drawn_in_several_styles(draw: Drawer) -> None:
    if draw is bold.assigned_peaks:
        pytest.importorskip("rdkit", reason="needs the extra figmill[draw]")
    images = [draw_chart(draw, np.random.default_rng(seed)) for seed in range(2)]
    for image in images:
        assert image.mode == "RGB"
        assert min(image.size) > 60
        assert np.asarray(image).std() > 5
    assert images[0].tobytes() != images[1].tobytes()


def test_the_same_seed_draws_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "models.default.drawings.charts.kinds.CHARTS", {"pie": CHARTS["pie"], "bar": CHARTS["bar"] * 2}
    )
    first, again = (list(draw_charts(1, 5)) for _ in range(2))
    assert [kind for kind, _ in first] == ["pie", "bar", "bar"]
    assert first == again
    assert Image.open(io.BytesIO(first[0][1])).format == "PNG"
