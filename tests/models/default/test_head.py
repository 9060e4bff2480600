from __future__ import annotations

import numpy as np
import pytest
import torch

from models.default.head import (
    Features,
    LabelledFeatures,
    Readout,
    compute_trunk_features,
    cross_validate,
    fit_head,
    leave_source_out,
)
from models.networks.resnet import ResNet
from models.transforms import Transform

READOUT = Readout("both", ("early", "deep"))
COUNT = 120


@pytest.fixture(scope="module")
def features() -> Features:
    """Two units of three means each; the class stands in the deep one, its group in the early one too."""
    random = np.random.default_rng(0)
    values = random.normal(size=(2, COUNT, 12)).astype(np.float32)
    labels = np.arange(COUNT) % 4
    values[:, :, 0] += 4 * (labels >= 2)
    values[:, np.arange(COUNT), 6 + labels % 3] += 5
    values[:, :, 9] += 5 * (labels == 3)
    columns = {
        ("early", False): slice(0, 3),
        ("early", True): slice(3, 6),
        ("deep", False): slice(6, 10),
        ("deep", True): slice(10, 12),
    }
    return Features(values.astype(np.float16), columns)


@pytest.fixture(scope="module")
def examples() -> LabelledFeatures:
    codes = np.array(["DMEL", "DMTR", "GFIG", "GTAB"])[np.arange(COUNT) % 4]
    judged = np.arange(COUNT) < 80
    groups = np.array([f"article {n // 8}" if n < 80 else f"set {n // 20}" for n in range(COUNT)])
    return LabelledFeatures(codes, groups, np.ones(COUNT, np.float32), judged, np.zeros(COUNT, bool))


@pytest.mark.parametrize(
    "readout",
    [READOUT, Readout("spread", ("deep",), spread=True), Readout("two", ("deep",), group_unit="early")],
)
def test_a_head_learns_and_gives_log_probabilities(
    readout: Readout, features: Features, examples: LabelledFeatures
) -> None:
    head = fit_head(readout, features, examples, np.arange(80))
    logits = head.logits(features)
    assert np.allclose(np.exp(logits).sum(axis=1), 1, atol=1e-4)
    guesses = np.array(head.classes)[logits.argmax(axis=1)]
    assert (guesses == examples.codes)[80:].mean() > 0.8


def test_what_weighs_nothing_teaches_nothing(features: Features, examples: LabelledFeatures) -> None:
    weights = np.where(examples.codes == "GTAB", 0, 1).astype(np.float32)
    some = LabelledFeatures(examples.codes, examples.groups, weights, examples.judged, examples.unsure)
    assert fit_head(READOUT, features, some, np.arange(COUNT)).classes == ("DMEL", "DMTR", "GFIG")


def test_each_judged_image_is_held_out_with_its_article(
    features: Features, examples: LabelledFeatures
) -> None:
    classes, logits = cross_validate(READOUT, features, examples)
    assert np.isfinite(logits[:80]).all()
    assert np.isnan(logits[80:]).all()
    # A class that one article alone has cannot be known of it.
    codes = examples.codes.copy()
    codes[:8] = "DRUS"
    classes, logits = cross_validate(
        READOUT,
        features,
        LabelledFeatures(codes, examples.groups, examples.weights, examples.judged, examples.unsure),
    )
    assert (np.array(classes)[logits[:8].argmax(axis=1)] != "DRUS").all()


def test_sources_are_left_out_one_by_one(features: Features, examples: LabelledFeatures) -> None:
    found = leave_source_out(READOUT, features, examples, ["set 4", "set 5"])
    assert [(source, count) for source, count, _ in found] == [("set 4", 20), ("set 5", 20)]
    assert all(0.7 < accuracy <= 1 for *_, accuracy in found)


def test_the_trunk_is_read_after_every_unit_in_every_view() -> None:
    torch.manual_seed(0)
    network = ResNet("resnet18", 2, (2, 0))
    canvases = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3)).astype(np.uint8)
    transform = Transform(size=64, fit="stretch")
    found = compute_trunk_features(network, canvases, np.zeros(3, bool), transform, seed=1)
    assert found.of(("b1-1", "b2-0"), spread=True).shape == (3, 2 * (64 + 128))
    plain = network.eval().features(torch.zeros(0, 3, 64, 64))
    assert plain.shape == (0, 128)
    assert not np.allclose(found.values[0], found.values[1])
    again = compute_trunk_features(network, canvases, np.zeros(3, bool), transform, seed=1)
    assert np.array_equal(found.values, again.values)
