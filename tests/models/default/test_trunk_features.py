from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from models.default import trunk_features
from models.default.trunk_features import cached_features
from models.networks.resnet import ResNet
from models.transforms import Transform

TRANSFORM = Transform(size=32, resize=32, fit="stretch")


@pytest.fixture(scope="module")
def trunk() -> ResNet:
    torch.manual_seed(0)
    return ResNet("resnet18", 2, (1, 1)).eval()


def canvases(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)


def test_what_is_kept_is_read_and_not_computed_again(
    trunk: ResNet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trunk_features, "_CHUNK", 4)
    images, tintable = canvases(10), np.zeros(10, bool)
    first = cached_features(trunk, images, tintable, TRANSFORM, 0, tmp_path)
    files = {file: file.stat().st_mtime_ns for file in (tmp_path / "features").iterdir()}
    assert len(files) == 3
    torch.nn.init.zeros_(trunk.fc.weight)  # the head is not the trunk's, and random
    again = cached_features(trunk, images, tintable, TRANSFORM, 0, tmp_path)
    assert np.array_equal(first.values, again.values)
    assert first.columns == again.columns
    assert first.values.shape == (2, 10, 3 * 2 * 64)  # after the stem and two units: means, deviations
    assert {file: file.stat().st_mtime_ns for file in files} == files


@pytest.mark.parametrize("changed", ["image", "seed", "tint", "weights"])
def test_whatever_changes_the_features_gives_others(trunk: ResNet, tmp_path: Path, changed: str) -> None:
    images, tintable, seed = canvases(2), np.zeros(2, bool), 0
    cached_features(trunk, images, tintable, TRANSFORM, seed, tmp_path)
    if changed == "image":
        images[0, 0, 0] ^= 255
    elif changed == "seed":
        seed = 1
    elif changed == "tint":
        tintable[0] = True
    else:
        torch.manual_seed(1)
        trunk = ResNet("resnet18", 2, (1, 1)).eval()
    cached_features(trunk, images, tintable, TRANSFORM, seed, tmp_path)
    assert len(list((tmp_path / "features").iterdir())) == 2
