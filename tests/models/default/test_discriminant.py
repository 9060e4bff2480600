from __future__ import annotations

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from models.default.discriminant import fit_discriminant
from models.default.regression import Floats, Indices


@pytest.fixture
def scattered() -> tuple[Floats, Indices]:
    """300 points of three classes that scatter far along one direction, which tells nothing."""
    random = np.random.default_rng(3)
    targets = np.repeat(np.arange(3), 100)
    middles = np.array([[0, 0, 0], [2, 0, 1], [0, 2, 1]])[targets]
    noise = random.normal(0, 1, (300, 3)) + random.normal(0, 6, (300, 1)) * np.array([1, 1, 0])
    return (middles + noise).astype(np.float32), targets


def test_it_decides_as_the_librarys_does(scattered: tuple[Floats, Indices]) -> None:
    points, targets = scattered
    library = LinearDiscriminantAnalysis(solver="lsqr").fit(points, targets)
    layer = fit_discriminant(points, targets, np.ones(300, np.float32), 3, shrinkage=0.0)
    agreed = layer(points).argmax(axis=1) == library.predict(points)
    assert agreed.mean() > 0.97
    assert (layer(points).argmax(axis=1) == targets).mean() > 0.7


def test_a_sphere_instead_of_the_scatter_is_led_astray(scattered: tuple[Floats, Indices]) -> None:
    points, targets = scattered
    weights = np.ones(300, np.float32)
    right = [
        (fit_discriminant(points, targets, weights, 3, shrinkage)(points).argmax(axis=1) == targets).mean()
        for shrinkage in (0.05, 1.0)
    ]
    assert right[0] > right[1] + 0.05


def test_rows_count_by_their_weights(scattered: tuple[Floats, Indices]) -> None:
    points, targets = scattered
    some = np.arange(300) % 3 != 0
    without = fit_discriminant(points[some], targets[some], np.ones(some.sum(), np.float32), 3, 0.1)
    silent = fit_discriminant(points, targets, some.astype(np.float32), 3, 0.1, standard=some)
    assert silent.weight == pytest.approx(without.weight, rel=1e-2, abs=1e-3)
    assert silent.bias == pytest.approx(without.bias, rel=1e-2, abs=1e-3)


def test_an_output_without_panels_is_seldom_the_answer(scattered: tuple[Floats, Indices]) -> None:
    points, targets = scattered
    layer = fit_discriminant(points, targets, np.ones(300, np.float32), 4, shrinkage=0.1)
    assert (layer(points).argmax(axis=1) == 3).mean() < 0.05


def test_a_feature_that_never_changes_says_nothing(scattered: tuple[Floats, Indices]) -> None:
    points, targets = scattered
    dead = np.concatenate([points, np.full((300, 1), 7, np.float32)], axis=1)
    layer = fit_discriminant(dead, targets, np.ones(300, np.float32), 3, shrinkage=0.1)
    assert np.isfinite(layer.weight).all()
    assert np.isfinite(layer.bias).all()
    assert (layer(dead).argmax(axis=1) == targets).mean() > 0.7
    assert np.abs(layer.weight[:, 3]).max() < 1e-3 * np.abs(layer.weight).max()


def test_what_scatters_like_no_class_is_left_out_of_the_scatter(scattered: tuple[Floats, Indices]) -> None:
    points, targets = scattered
    strange = np.random.default_rng(4).normal(0, 60, (300, 3)).astype(np.float32)
    both, outputs = np.concatenate([points, strange]), np.concatenate([targets, np.full(300, 3)])
    ones, known = np.ones(600, np.float32), outputs < 3
    right = [
        (
            fit_discriminant(both, outputs, ones, 4, 0.02, known, scatter)(points)[:, :3].argmax(axis=1)
            == targets
        ).mean()
        for scatter in (known.astype(np.float32), None)
    ]
    assert right[0] > right[1] + 0.05
