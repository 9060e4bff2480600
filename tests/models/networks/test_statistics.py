from pathlib import Path

import torch

from models.networks.build import build_network
from models.networks.statistics import restore_statistics
from models.networks.weights import load_file, start_from


def test_folded_batchnorm_gets_statistics_and_computes_the_same(shared: Path) -> None:
    network = build_network("resnet18:b3-1", 4).eval()
    start_from(
        network, load_file(shared / "weights" / "resnet18_imagenet1k_v1_bnfolded_to_layer3.npz"), "trunk"
    )
    images = torch.randn(8, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        before, trained_before = network(images), network.train()(images)
    network.eval()
    start_from(
        network, load_file(shared / "weights" / "resnet18_imagenet1k_v1_bnfolded_to_layer3.npz"), "trunk"
    )
    assert restore_statistics(network, [images]) > 10
    with torch.inference_mode():
        after, trained_after = network.eval()(images), network.train()(images)
    assert torch.allclose(before, after, atol=1e-3)
    assert (trained_after - before).abs().mean() < 0.2 * (trained_before - before).abs().mean()


def test_other_networks_are_left_alone() -> None:
    network = build_network("resnet18:b1-0", 4)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    assert restore_statistics(network, [torch.randn(2, 3, 64, 64)]) == 0
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
