"""Several networks side by side: their pooled features are concatenated and read by one linear layer.

The paper's ensemble of the six deepest shallow ResNet-50s, and the related systems that torchvision can carry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as nnf
from torch import Tensor, nn

from models.networks.resnet import build_resnet
from models.networks.variants import ENSEMBLE_MEMBERS, parse_variant


class Ensemble(nn.Module):
    """Members side by side. Frozen members keep their weights and BatchNorm statistics and run without gradients.

    `members` maps names to networks with `features` and `embedding_size`; their own heads are dropped.
    """

    def __init__(self, members: Mapping[str, nn.Module], classes: int, frozen: bool) -> None:
        super().__init__()
        self.names = tuple(members)
        self.frozen = frozen
        self.members = nn.ModuleList(members.values())
        sizes = [member.get_parameter("fc.weight").shape[1] for member in members.values()]
        self.embedding_size = sum(sizes)
        self.fc = nn.Linear(self.embedding_size, classes)
        for member in self.members:
            member.fc = nn.Identity()
            member.requires_grad_(not frozen)

    def features(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) normalised -> (N, embedding_size)."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            return torch.cat([member.features(x) for member in self.members], dim=1)  # type: ignore[operator]

    def head(self, features: Tensor) -> Tensor:
        """(N, embedding_size) -> (N, classes) logits: ReLU and one linear layer."""
        logits: Tensor = self.fc(nnf.relu(features))
        return logits

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) normalised -> (N, classes) logits."""
        return self.head(self.features(x))

    def train(self, mode: bool = True) -> Ensemble:
        """As `nn.Module.train`, but frozen members stay in evaluation mode."""
        super().train(mode)
        if self.frozen:
            self.members.eval()
        return self


class Pooled(nn.Module):
    """A torchvision network without its classifier, as a member or as a network with a linear head.

    `text_size` more features follow the image's: what is known of the caption (see `models.caption_features`). They are
    zero where a caller has only the image.
    """

    def __init__(self, body: nn.Module, embedding_size: int, classes: int, text_size: int = 0) -> None:
        super().__init__()
        self.body = body
        self.text_size = text_size
        self.embedding_size = embedding_size + text_size
        self.fc = nn.Linear(self.embedding_size, classes)

    def features(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) normalised -> (N, embedding_size)."""
        pooled: Tensor = self.body(x)
        return nnf.pad(pooled, (0, self.text_size))

    def head(self, features: Tensor) -> Tensor:
        """(N, embedding_size) -> (N, classes) logits."""
        logits: Tensor = self.fc(features)
        return logits

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) normalised -> (N, classes) logits."""
        return self.head(self.features(x))


def build_ensemble(classes: int, names: Sequence[str] = ENSEMBLE_MEMBERS) -> Ensemble:
    """The paper's ensemble: shallow ResNets, frozen, 9,216 pooled features."""
    return Ensemble(
        {name: build_resnet(parse_variant(name), classes) for name in names}, classes, frozen=True
    )


def build_pooled(base: str, classes: int, text_size: int = 0) -> Pooled:
    """A torchvision network with random weights whose features before the last layer are read by a linear head.

    GoogLeNet's and Inception's published weights want channels normalised to ±1 and not as ImageNet's are;
    `transform_input` turns the one into the other, as torchvision does where it loads these weights.
    """
    from torchvision import models

    inception = {"init_weights": False, "aux_logits": False, "transform_input": True}
    options = inception if base in {"googlenet", "inception_v3"} else {}
    body: nn.Module = models.get_model(base, weights=None, **options)
    if base == "alexnet":
        size = 4096
        body.set_submodule("classifier.6", nn.Identity())
    elif base.startswith("densenet"):
        size = int(body.classifier.in_features)  # type: ignore[union-attr, arg-type]
        body.classifier = nn.Identity()
    else:
        size = int(body.fc.in_features)  # type: ignore[union-attr, arg-type]
        body.fc = nn.Identity()
    return Pooled(body, size, classes, text_size)
