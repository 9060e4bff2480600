from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.default import panels
from models.default.drawings.negatives import NOISE
from models.default.panels import LabelledPanel, draw_all, draw_noise, gather
from models.default.trunks import Trunk
from models.networks.resnet import ResNet
from tests.models.panel_arrays import panel


def test_noise_is_drawn_in_fifties_of_each_kind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert panels._NOISE_IMAGES == 50
    monkeypatch.setattr(panels, "_NOISE_IMAGES", 2)  # fifty take most of a minute
    found = Counter(stranger.group for stranger in draw_noise(0, tmp_path))
    assert set(found.values()) == {2}
    assert set(found) == set(NOISE)
    assert "textures" in found


def test_drawings_say_what_they_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(panels, "draw_panels", lambda count, seed: [("GTAB", b"a table")] * count)
    monkeypatch.setattr(panels, "draw_charts", lambda count, seed: [("bar", b"bars")] * count)
    drawn = list(draw_all(0, tmp_path))
    assert {(p.code, p.chart, p.kind, p.licence) for p in drawn} == {
        ("GTAB", "", "drawn", "AGPL-3.0-or-later"),
        ("GFIG", "bar", "drawn", "AGPL-3.0-or-later"),
    }


def test_what_trains_comes_with_its_features(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.linear_gradient("L").save(stream, "PNG")
    torch.manual_seed(0)
    network = ResNet("resnet18", 2, (1, 0)).eval()
    made = [panel("DMTR", "photograph", "b"), panel("GFIG", "published", "a", 1), panel("GFIG", "dev", "c")]
    encoded = [
        LabelledPanel(
            image=stream.getvalue(),
            code=p.code,
            kind=p.kind,
            group=p.group,
            chart="bar",
            chart_unsure=p.kind == "published",
        )
        for p in made
    ]
    lines: list[str] = []
    data = gather(encoded, [Trunk(network, network.maps, ("b1-0",))], tmp_path, lines.append)
    assert data.kinds.tolist() == ["published", "photograph"]
    assert data.charts.tolist() == ["", "bar"]  # a kind that people are unsure of teaches nothing
    assert data.features.of(("b1-0",)).shape == (2, 128)
    assert data.judged.tolist() == [0]
    assert lines[0] == "2 images through the trunks"
    assert data.viewed.tolist() == [0]  # photographs are not seen again
    assert data.views.values.shape == (1, 128)
    assert not np.array_equal(data.views.values[0], data.features.values[0])
