from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from models.default.trunks import Trunk, cached_features, compute_features
from models.networks.resnet import ResNet
from models.transforms import Transform

TRANSFORM = Transform(size=64, fit="stretch")
CANVASES = np.random.default_rng(0).integers(0, 256, (5, 64, 64, 3)).astype(np.uint8)


def trunk(seed: int) -> Trunk:
    torch.manual_seed(seed)
    network = ResNet("resnet18", 2, (2, 0)).eval()
    return Trunk(network, network.maps, ("b1-1", "b2-0"))


def test_units_are_read_by_mean_and_deviation() -> None:
    found = compute_features(trunk(0), CANVASES, TRANSFORM)
    assert found.of(("b1-1", "b2-0")).shape == (5, 2 * (64 + 128))
    assert np.array_equal(found.of(("b2-0",), spread=False), found.of(("b2-0",))[:, :128])


def test_what_is_kept_is_not_computed_again(tmp_path: Path) -> None:
    first = cached_features([trunk(0)], CANVASES, TRANSFORM, tmp_path)
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "features").iterdir()}
    again = cached_features([trunk(0)], CANVASES, TRANSFORM, tmp_path)
    assert np.array_equal(first.values, again.values)
    assert first.columns == again.columns
    assert kept == {file: file.stat().st_mtime_ns for file in (tmp_path / "features").iterdir()}
    other = cached_features([trunk(1)], CANVASES, TRANSFORM, tmp_path)
    assert not np.array_equal(first.values, other.values)


def test_canvases_of_different_shapes_are_read_in_their_order() -> None:
    transform = Transform(fit="proportions")
    random = np.random.default_rng(1)
    shapes = [transform.shapes[number] for number in (0, 3, 0, 4, 3)]
    canvases = [random.integers(0, 90 + 40 * n, (*shape, 3), np.uint8) for n, shape in enumerate(shapes)]
    together = compute_features(trunk(0), canvases, transform)
    for row, canvas in enumerate(canvases):
        alone = compute_features(trunk(0), [canvas], transform)
        assert np.allclose(together.values[row], alone.values[0], rtol=1e-2, atol=1e-2)
    assert np.ptp(together.values, axis=0).max() > 0.1


def test_the_same_bytes_in_another_shape_are_other_canvases(tmp_path: Path) -> None:
    transform = Transform(fit="proportions")
    (wide, tall), pixels = transform.shapes[3:5], CANVASES.reshape(-1)
    found = [
        cached_features([trunk(0)], [np.resize(pixels, (*shape, 3))], transform, tmp_path).values
        for shape in (wide, tall)
    ]
    assert not np.array_equal(*found)


def test_trunks_stand_side_by_side(tmp_path: Path) -> None:
    one = cached_features([trunk(0)], CANVASES, TRANSFORM, tmp_path)
    second = trunk(1)
    renamed = Trunk(
        second.network, lambda x: ((f"second {name}", m) for name, m in second.maps(x)), ("second b2-0",)
    )
    both = cached_features([trunk(0), renamed], CANVASES, TRANSFORM, tmp_path)
    assert np.array_equal(both.of(("b2-0",)), one.of(("b2-0",)))
    assert both.of(("second b2-0",)).shape == (5, 256)
