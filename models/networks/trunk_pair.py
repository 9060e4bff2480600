"""A shallow ResNet and an EfficientNet-Lite side by side: two views of a panel, read by one linear layer.

They err differently, so together they name more panels right than a deeper network that takes as long.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from models.networks.efficientnet_lite import EfficientNetLite
from models.networks.lite_variants import TrunkPair
from models.networks.spread import build_spread
from models.networks.weights import load_published, start_from


class PairedTrunks(nn.Module):
    """Both trunks' means and spreads, the ResNet's first, and a linear head on them.

    The first `resnet_size` of the `embedding_size` features are the ResNet's. Both trunks see images normalised for
    ImageNet's ResNets. TensorFlow trained EfficientNet-Lite on (pixel - 127) / 128, but heads on what it makes of
    that weaker contrast do worse: beside `resnet18:b3-0` and captions, cross-validated accuracy 0.849 for 0.866.
    """

    def __init__(self, pair: TrunkPair, classes: int) -> None:
        super().__init__()
        self.resnet = build_spread(pair.resnet, classes)
        self.resnet.fc = nn.Identity()  # type: ignore[assignment]
        self.lite = EfficientNetLite(pair.lite)
        self.resnet_size = self.resnet.embedding_size
        self.embedding_size = self.resnet_size + self.lite.embedding_size
        self.fc = nn.Linear(self.embedding_size, classes)

    def features(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) normalised -> (N, embedding_size)."""
        return torch.cat([self.resnet.features(x), self.lite.features(x)], dim=1)

    def head(self, features: Tensor) -> Tensor:
        """(N, embedding_size) -> (N, classes) logits."""
        logits: Tensor = self.fc(features)
        return logits

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) normalised -> (N, classes) logits."""
        return self.head(self.features(x))


def build_pretrained_pair(
    pair: TrunkPair, classes: int, resnet_file: str | Path, lite_file: str | Path
) -> PairedTrunks:
    """The network with ImageNet's published weights in both trunks and a random head, in evaluation mode.

    Raises WeightsError for files other than those of `models.networks.weights.PUBLISHED_SHA256`.
    """
    network = PairedTrunks(pair, classes)
    start_from(network.resnet, load_published(pair.resnet.base, resnet_file), str(resnet_file))
    start_from(network.lite, load_published(pair.lite.base, lite_file), str(lite_file))
    return network.eval()
