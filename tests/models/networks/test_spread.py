from __future__ import annotations

import pytest
import torch

from models.networks.build import build_network
from models.networks.spread import MeanAndSpread
from models.networks.variants import UnknownModelError, parse_spread


def test_mean_and_population_deviation_of_each_channel() -> None:
    maps = torch.tensor([[[[1.0, 3.0]], [[5.0, 5.0]]]])
    assert torch.allclose(MeanAndSpread()(maps), torch.tensor([[2.0, 5.0, 1.0, 0.001]]), atol=1e-3)


def test_a_flat_map_has_a_finite_gradient() -> None:
    maps = torch.zeros(1, 2, 4, 4, requires_grad=True)
    MeanAndSpread()(maps).sum().backward()
    assert maps.grad is not None
    assert bool(maps.grad.isfinite().all())


def test_the_network_reads_twice_the_channels() -> None:
    network = build_network("resnet18:b1-1:spread", 5).eval()
    with torch.inference_mode():
        assert network(torch.zeros(2, 3, 64, 64)).shape == (2, 5)
    assert network.embedding_size == 128


@pytest.mark.parametrize("name", ["resnet18:tune-fc:spread", "resnet18:spread", "resnet18:b9-0:spread"])
def test_only_shallow_networks_have_it(name: str) -> None:
    assert parse_spread(name) is None
    with pytest.raises(UnknownModelError):
        build_network(name, 3)
