from __future__ import annotations

import io
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from models.default import panels as default_panels
from models.default.drawings.negatives import NOISE
from models.default.panels import Kind, LabelledPanel, as_examples, drawn_panels, gather
from models.networks.resnet import ResNet
from models.networks.weights import WeightsError
from tests.models.panel_arrays import arrays, panel


def encoded(shade: int) -> bytes:
    stream = io.BytesIO()
    Image.linear_gradient("L").point(lambda value: value * shade // 255).convert("RGB").save(stream, "PNG")
    return stream.getvalue()


def panels(code: str, kind: Kind, count: int) -> list[LabelledPanel]:
    return [
        LabelledPanel(image=encoded(100 + n), code=code, kind=kind, group=f"{kind} {n}", unsure=n == 0)
        for n in range(count)
    ]


def test_a_class_too_small_to_learn_is_only_tested(tmp_path: Path) -> None:
    torch.manual_seed(0)
    weights = str(tmp_path / "trunk.safetensors")
    save_file(ResNet("resnet18", 2, (3, 1)).state_dict(), weights)
    blank = LabelledPanel(image=encoded(0), code="", kind="stranger", group="blank")
    given = [*panels("GFIG", "published", 5), *panels("DMTR", "drawn", 4), *panels("DMTR", "test", 2), blank]
    said: list[str] = []
    data = gather(given, weights, 0, said.append, tmp_path)
    assert data.codes[data.rows("published", "drawn")].tolist() == ["GFIG"] * 5
    assert data.codes[data.rows("test")].tolist() == ["DMTR"] * 2
    assert data.blank.tolist() == [False] * 7 + [True]
    assert data.features.of(("b3-1",), spread=True).shape == (8, 2 * 256)
    assert said[0] == "8 images through the trunk"
    assert said[-1] == "  8 of 8"


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    weights = str(tmp_path / "other.safetensors")
    save_file({"x": torch.zeros(1)}, weights)
    with pytest.raises(WeightsError, match=r"other\.safetensors"):
        gather(panels("GFIG", "published", 5), weights, 0, print, tmp_path)


def test_unsure_panels_train_and_are_not_scored() -> None:
    data = arrays(
        [
            panel("GFIG", kind, "a", unsure=unsure)
            for kind in ("published", "test")
            for unsure in (True, False)
        ]
    )
    assert data.tested.tolist() == [3]
    examples = as_examples(data)
    assert (examples.weights > 0).tolist() == [True, True, False, False]
    assert examples.judged.tolist() == [True, True, False, False]
    assert examples.unsure.tolist() == [True, False, True, False]


def test_drawn_panels_train_and_noise_is_only_there_to_be_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(default_panels, "_PER_DRAWER", 1)
    monkeypatch.setattr(default_panels, "_NOISE_IMAGES", 2)
    found = drawn_panels(0)
    assert {p.group for p in found if p.kind == "stranger"} == set(NOISE)
    assert sum(p.kind == "stranger" for p in found) == 2 * len(NOISE)
    assert all(p.code and p.licence for p in found if p.kind == "drawn")
    assert [p.image for p in drawn_panels(0)] == [p.image for p in found]
