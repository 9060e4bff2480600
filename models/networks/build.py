"""Builds any of the networks from its name: the one place that training, bundles and prediction ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from torch import Tensor, nn

from models.caption_features import TEXT_SIZE
from models.networks.ensemble import Ensemble, build_ensemble, build_pooled
from models.networks.lite_variants import parse_trunk_pair
from models.networks.multi_exit import build_multi_exit
from models.networks.resnet import ResNet, build_resnet
from models.networks.spread import build_spread
from models.networks.trunk_pair import PairedTrunks
from models.networks.variants import Variant, parse_exits, parse_spread, parse_variant

HEAD_ONLY = frozenset({"resnet50:svm", "densenet121+captions"})
"""Networks whose body stays as it is; scikit-learn fits the head on their features."""


class ClassifierNetwork(Protocol):
    """What every network offers: pooled features and a head on them with a linear layer `fc`."""

    embedding_size: int

    def features(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) normalised -> (N, embedding_size)."""
        ...

    def head(self, features: Tensor) -> Tensor:
        """(N, embedding_size) -> (N, classes) logits."""
        ...


def build_network(model: str, classes: Sequence[str] | int) -> nn.Module:
    """The network called `model` (see `models.networks.variants`) with random weights and a head for these classes.

    Their number is enough but for a network with two exits, which asks for their groups too.
    It is an `nn.Module` and a `ClassifierNetwork`. Raises UnknownModelError, which lists the near names.
    """
    count = classes if isinstance(classes, int) else len(classes)
    if model in _OTHERS:
        return _OTHERS[model](count)
    if variant := parse_spread(model):
        return build_spread(variant, count)
    if pair := parse_trunk_pair(model):
        return PairedTrunks(pair, count)
    if exits := parse_exits(model):
        if isinstance(classes, int):
            raise TypeError(f"{model} needs the classes' codes, not their number alone")
        return build_multi_exit(exits, classes)
    return build_resnet(parse_variant(model), count)


def bodies(model: str, network: nn.Module) -> list[tuple[str, nn.Module]]:
    """The parts of a network that start weights go into, each with its name: torchvision's, or `lite2`."""
    if isinstance(network, Ensemble):
        return [
            part
            for name, member in zip(network.names, network.members, strict=True)
            for part in bodies(name, member)
        ]
    if isinstance(network, PairedTrunks):
        return [(model.partition(":")[0], network.resnet), (network.lite.base, network.lite)]
    base = model.partition(":")[0].partition("+")[0]
    return [(base, network if isinstance(network, ResNet) else network.body)]  # type: ignore[list-item]


def _build_baseline(classes: int) -> nn.Module:
    network = build_resnet(Variant("resnet50", "fine_tuned", "fc"), classes)
    return network.requires_grad_(False)


def _build_related(classes: int) -> nn.Module:
    members = {base: build_pooled(base, classes) for base in ("alexnet", "googlenet")}
    return Ensemble(members, classes, frozen=False)


_OTHERS: Mapping[str, Callable[[int], nn.Module]] = MappingProxyType(
    {
        "resnet50:ensemble": build_ensemble,
        "resnet50:svm": _build_baseline,
        "alexnet+googlenet": _build_related,
        "inception_v3": lambda classes: build_pooled("inception_v3", classes),
        "densenet121+captions": lambda classes: build_pooled("densenet121", classes, TEXT_SIZE),
    }
)
