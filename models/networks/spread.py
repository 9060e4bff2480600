"""A shallow ResNet whose last maps are read by the mean and the spread of each channel.

The mean says how much of a texture there is, the spread whether it fills the panel or stands in a few places: a
micrograph differs from a plot in both. Known as statistics pooling: Snyder et al., "X-vectors", 2018.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.networks.resnet import ResNet
from models.networks.variants import Variant


class MeanAndSpread(nn.Module):
    """(N, C, H, W) -> (N, 2C): the means, then the standard deviations over each map."""

    def forward(self, x: Tensor) -> Tensor:
        """The deviation is that of the population, with a floor that keeps its gradient finite."""
        mean = x.mean(dim=(2, 3))
        variance = (x - mean[:, :, None, None]).square().mean(dim=(2, 3))
        return torch.cat([mean, (variance + 1e-6).sqrt()], dim=1)


def build_spread(variant: Variant, classes: int) -> ResNet:
    """The shallow network of `variant` with this pooling and random weights."""
    network = ResNet(variant.base, classes, variant.unit)
    network.avgpool = MeanAndSpread()  # type: ignore[assignment]
    network.embedding_size *= 2
    network.fc = nn.Linear(network.embedding_size, classes)
    return network
