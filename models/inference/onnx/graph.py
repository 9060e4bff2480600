"""Networks as ONNX graphs, made from a bundle's weights alone: torch need not be imported to classify.

    images (N, H, W, 3) uint8 -> normalised -> convolutions with their BatchNorms folded in -> features, logits

They are walked as `models.networks.resnet`, `spread`, `multi_exit`, `trunk_pair` and `ensemble` build them, and the
tests hold both to the same outputs. Those of torchvision (AlexNet, GoogLeNet, Inception, DenseNet) have no graph here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.inference.onnx.nodes import Array, Nodes, Shape
from models.inference.onnx.trunks import lite_maps, resnet_steps
from models.networks.lite_variants import TrunkPair, parse_trunk_pair
from models.networks.variants import (
    ENSEMBLE_MEMBERS,
    OTHER_MODELS,
    UNITS,
    Point,
    Variant,
    parse_exits,
    parse_spread,
    parse_variant,
    point_name,
)
from models.taxonomy import groups
from models.transforms import Transform


@dataclass(frozen=True, slots=True)
class Graph:
    """A network as ONNX: input `images`, outputs `logits` (N, classes) and `features` (N, embedding_size)."""

    model: bytes
    embedding_size: int
    expected: Mapping[str, Shape]
    """Every tensor that the network has; where the weights differ, `model` is not to be used."""
    shapes: tuple[tuple[int, int], ...]
    """Rows and columns that images may have, those of one batch the same."""


def has_graph(model: str) -> bool:
    """Whether `build_graph` knows the network called `model`."""
    return model not in OTHER_MODELS or model in {"resnet50:ensemble", "resnet50:svm"}


def build_graph(
    model: str, classes: Sequence[str], transform: Transform, weights: Mapping[str, Array]
) -> Graph:
    """The graph of a network that `has_graph` knows.

    Raises UnknownModelError for a name that no network has, ImportError where `onnx` is not installed.
    """
    nodes = Nodes(weights)
    images = nodes.normalised("images", transform)
    if model == "resnet50:ensemble":
        size = _ensemble(nodes, images, len(classes))
    elif pair := parse_trunk_pair(model):
        size = _trunk_pair(nodes, images, pair, len(classes), transform.size)
    elif exits := parse_exits(model):
        size = _two_exits(nodes, images, exits.base, (exits.group, exits.leaf), classes)
    else:
        spread = parse_spread(model)
        variant = spread or _whole(model)
        size = _plain(nodes, images, variant, len(classes), nodes.mean_and_spread if spread else nodes.mean)
    return Graph(nodes.serialised(transform.shapes), size, nodes.expected, transform.shapes)


def _whole(model: str) -> Variant:
    return Variant("resnet50", "fine_tuned", "fc") if model == "resnet50:svm" else parse_variant(model)


def _plain(nodes: Nodes, images: str, variant: Variant, classes: int, pool: Any) -> int:
    """One body, its pooled features, a linear head."""
    *_, (_, maps, channels) = resnet_steps(nodes, images, variant.base, _last(variant))
    features = pool(maps, "features")
    size = channels * (2 if pool == nodes.mean_and_spread else 1)
    nodes.linear(features, "fc", size, classes, "logits")
    return size


def _two_exits(
    nodes: Nodes, images: str, base: str, exits: tuple[Point, Point], classes: Sequence[str]
) -> int:
    """log p(class) = log p(its group), from the earlier exit, + log p(class among its group's), from the deeper."""
    names, numbers = groups(classes)
    wanted = tuple(map(point_name, exits))
    read = [
        (nodes.mean(maps), channels)
        for name, maps, channels in resnet_steps(nodes, images, base, exits[1])
        if name in wanted
    ]
    (early, early_size), (deep, deep_size) = read
    nodes.op("Concat", early, deep, output="features", axis=1)
    others = np.array(
        [[0.0 if number == group else -1e30 for number in numbers] for group in range(len(names))]
    )
    leaf = nodes.linear(deep, "fc", deep_size, len(classes))
    group = nodes.op("LogSoftmax", nodes.linear(early, "group_fc", early_size, len(names)), axis=1)
    rows = nodes.op("Unsqueeze", leaf, nodes.constant(np.array([1])))
    masked = nodes.op("Add", rows, nodes.constant(others[None].astype(np.float32)))
    within = nodes.op("ReduceLogSumExp", masked, nodes.constant(np.array([2])), keepdims=0)
    gain = nodes.op("Gather", nodes.op("Sub", group, within), nodes.constant(np.array(numbers)), axis=1)
    nodes.op("Add", leaf, gain, output="logits")
    return early_size + deep_size


def _trunk_pair(nodes: Nodes, images: str, pair: TrunkPair, classes: int, side: int) -> int:
    """Mean and spread of the ResNet's and of the EfficientNet-Lite's maps side by side, a linear head."""
    *_, (_, maps, channels) = resnet_steps(nodes, images, pair.resnet.base, _last(pair.resnet), "resnet.")
    lite = lite_maps(nodes, images, pair.lite, side, "lite.")
    read = [nodes.mean_and_spread(of) for of in (maps, *lite)]
    size = 2 * (channels + sum(pair.lite.widths))
    nodes.linear(nodes.op("Concat", *read, output="features", axis=1), "fc", size, classes, "logits")
    return size


def _ensemble(nodes: Nodes, images: str, classes: int) -> int:
    """The members' pooled features side by side, ReLU, a linear head."""
    parts, size = [], 0
    for number, name in enumerate(ENSEMBLE_MEMBERS):
        variant = parse_variant(name)
        *_, (_, maps, channels) = resnet_steps(
            nodes, images, variant.base, _last(variant), f"members.{number}."
        )
        parts.append(nodes.mean(maps))
        size += channels
    features = nodes.op("Concat", *parts, output="features", axis=1)
    nodes.linear(nodes.op("Relu", features), "fc", size, classes, "logits")
    return size


def _last(variant: Variant) -> Point:
    """The residual unit that a network ends with."""
    if variant.approach == "shallow" and variant.unit:
        return variant.unit
    return 4, UNITS[variant.base][3] - 1
