"""The network that ships: a shallow ResNet and an EfficientNet-Lite with ImageNet's weights, read by one layer."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from models.default.heads import Discriminant, Part, Readout
from models.default.regression import Linear
from models.default.trunks import Trunk
from models.networks.efficientnet_lite import EfficientNetLite
from models.networks.lite_variants import LiteVariant, TrunkPair
from models.networks.resnet import ResNet
from models.networks.trunk_pair import PairedTrunks, build_pretrained_pair
from models.networks.variants import parse_variant
from models.networks.weights import load_file, start_from

_PAIR = TrunkPair(parse_variant("resnet18:b3-0"), LiteVariant("lite2", 6))
MODEL = _PAIR.name
EMBEDDED = ("b3-0",)
"""The unit whose features are the embedding: the ResNet's, the first of the network's."""
_RESNET, _LITE = "resnet18:b3-1", _PAIR.lite.name
"""Up to where the trunks are computed: the ResNet a unit further than the network, for comparison."""

RESNET_STRENGTH, LITE_STRENGTH = 0.03, 0.01
CHOSEN = Readout(
    "b3-0 and lite2:x6, mean and spread, with discriminants",
    (
        Part(("b3-0",), RESNET_STRENGTH, Discriminant(shrinkage=0.05, sharpness=0.18)),
        Part((_LITE,), LITE_STRENGTH, Discriminant(shrinkage=0.1, sharpness=0.12)),
    ),
)
READOUTS = (
    *(Readout(unit, (Part((unit,), RESNET_STRENGTH),), spread=False) for unit in ("b2-1", "b3-0", "b3-1")),
    *(
        Readout(f"{unit}, mean and spread", (Part((unit,), RESNET_STRENGTH),))
        for unit in ("b2-1", "b3-0", "b3-1")
    ),
    Readout(
        "b2-1 then b3-1, hierarchical, mean and spread",
        (Part(("b3-1",), RESNET_STRENGTH),),
        group=Part(("b2-1",), RESNET_STRENGTH),
    ),
    Readout("lite2:x6, mean and spread", (Part((_LITE,), LITE_STRENGTH),)),
    *(
        Readout(
            f"{unit} and lite2:x6, mean and spread",
            (Part((unit,), RESNET_STRENGTH), Part((_LITE,), LITE_STRENGTH)),
        )
        for unit in ("b3-1", "b3-0")
    ),
    CHOSEN,
)
"""Where the trunks may be read, compared by cross-validation."""


def load_trunks(weights: str, second: str) -> tuple[Trunk, Trunk]:
    """Both trunks with their ImageNet weights. Raises WeightsError."""
    resnet = ResNet("resnet18", 2, parse_variant(_RESNET).unit)
    start_from(resnet, load_file(weights), weights)
    lite = EfficientNetLite(_PAIR.lite)
    start_from(lite, load_file(second), second)

    def read_lite(x: Tensor) -> Iterator[tuple[str, Tensor]]:
        yield _LITE, lite.maps(x)

    units = tuple(dict.fromkeys(unit for readout in READOUTS for unit in readout.units if unit != _LITE))
    return Trunk(resnet.eval(), resnet.maps, units), Trunk(lite.eval(), read_lite, (_LITE,))


def build_shipped_network(layer: Linear, weights: str, second: str) -> PairedTrunks:
    """The network with the layer's numbers. Raises WeightsError."""
    network = build_pretrained_pair(_PAIR, len(layer.bias), weights, second)
    with torch.no_grad():
        network.fc.weight.copy_(torch.from_numpy(layer.weight))
        network.fc.bias.copy_(torch.from_numpy(layer.bias))
    return network
