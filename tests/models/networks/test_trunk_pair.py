import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch

from models.bundle.description import Description
from models.bundle.serialization import load_bundle, save_bundle
from models.networks.build import bodies, build_network
from models.networks.lite_variants import parse_trunk_pair
from models.networks.trunk_pair import PairedTrunks, build_pretrained_pair
from models.networks.weights import PUBLISHED_SHA256, WeightsError
from models.transforms import Transform

NAME = "resnet18:b1-0:spread+lite0:x2"


def paired() -> PairedTrunks:
    torch.manual_seed(0)
    network = build_network(NAME, 4).eval()
    assert isinstance(network, PairedTrunks)
    return network


def test_the_resnets_features_come_first() -> None:
    network, x = paired(), torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        features = network.features(x)
        assert torch.equal(features[:, : network.resnet_size], network.resnet.features(x))
        assert torch.equal(network(x), network.head(features))
    assert features.shape == (2, network.embedding_size)
    assert (network.resnet_size, network.embedding_size) == (2 * 64, 2 * 64 + 2 * 96)


def test_both_trunks_are_trained_with_the_head() -> None:
    network = paired().train()
    network(torch.randn(4, 3, 32, 32)).square().sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_start_weights_go_into_both_trunks() -> None:
    network = paired()
    assert bodies(NAME, network) == [("resnet18", network.resnet), ("lite0", network.lite)]


def test_a_bundle_keeps_it(tmp_path: Path) -> None:
    network, classes = paired(), ("DMEL", "DMFL", "DRCT", "GFIG")
    description = Description(name="pair", model=NAME, classes=classes, transform=Transform(size=64))
    assert save_bundle(tmp_path, description, network, "").embedding_size == network.embedding_size
    x = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        found, expected = load_bundle(tmp_path).network(x), network(x)
    np.testing.assert_allclose(found, expected, rtol=1e-2, atol=1e-2)


def test_files_that_are_not_the_published_weights_are_refused(tmp_path: Path) -> None:
    pair = parse_trunk_pair("resnet18:b3-0:spread+lite2:x6+top")
    assert pair is not None
    file = tmp_path / "resnet18.pth"
    torch.save(build_network("resnet18:b3-0", 4).state_dict(), file)
    with pytest.raises(WeightsError, match="not resnet18's published ones"):
        build_pretrained_pair(pair, 4, file, file)


def test_the_published_weights_start_both_trunks(
    tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = parse_trunk_pair("resnet18:b3-0:spread+lite2:x6+top")
    assert pair is not None
    lite = tmp_path / "lite2.pth"
    source = PairedTrunks(pair, 4).lite.state_dict()
    torch.save({**source, "_fc.bias": torch.zeros(1000)}, lite)
    digest = hashlib.sha256(lite.read_bytes()).hexdigest()
    monkeypatch.setattr("models.networks.weights.PUBLISHED_SHA256", {**PUBLISHED_SHA256, "lite2": digest})
    resnet = shared / "weights" / "resnet18_imagenet1k_v1_bnfolded_to_layer3.npz"
    network = build_pretrained_pair(pair, 4, resnet, lite)
    assert torch.equal(network.lite._conv_stem.weight, source["_conv_stem.weight"])
    assert torch.equal(network.resnet.conv1.weight, torch.from_numpy(np.load(resnet)["conv1.weight"]).float())
