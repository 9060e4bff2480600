"""The names and the plans of EfficientNet-Lite trunks. Light: the standard library alone.

`lite2:x6`      EfficientNet-Lite2 up to the widened maps with which its sixth stage begins
`lite2:x6+top`  all of its convolutions, read there and at the maps of the last one
`resnet18:b3-0:spread+lite2:x6+top`  a shallow ResNet and this trunk side by side, all read by mean and spread
Sources: Tan, Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019; the
`efficientnet/lite` models of TensorFlow TPU: no squeeze-and-excitation, ReLU6 for swish, outer stages of fixed depth.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from models.networks.variants import Variant, parse_spread

STEM_WIDTH, TOP_WIDTH = 32, 1280
"""Channels of the first convolution and of the last one, in every size."""
BN_EPSILON = 1e-3
"""Of every BatchNorm, as TensorFlow trained them."""

SCALES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"lite0": (1.0, 1.0), "lite1": (1.0, 1.1), "lite2": (1.1, 1.2), "lite3": (1.2, 1.4), "lite4": (1.4, 1.8)}
)
"""Factors of width and depth of each EfficientNet-Lite."""

_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
"""Of EfficientNet-B0: blocks, side of the depthwise kernel, stride of the first block, expansion, channels."""


@dataclass(frozen=True, slots=True)
class LiteBlock:
    """An inverted residual block: widened by `expansion`, filtered channel by channel, projected to `outputs`."""

    inputs: int
    outputs: int
    expansion: int
    kernel: int
    stride: int

    @property
    def width(self) -> int:
        """Channels between expansion and projection."""
        return self.inputs * self.expansion

    @property
    def has_shortcut(self) -> bool:
        """Whether the block's input is added to its output."""
        return self.stride == 1 and self.inputs == self.outputs


@dataclass(frozen=True, slots=True)
class LiteVariant:
    """An EfficientNet-Lite up to the maps of `stage`'s first block after its expansion, before its own stride.

    They are as fine as the maps of the stage before, and several times as many.
    """

    base: str
    stage: int
    """From 2 to 7."""
    top: bool = False
    """Whether it goes on to the last convolution, whose maps are read too."""

    @property
    def name(self) -> str:
        """Such as `lite2:x6`."""
        return f"{self.base}:x{self.stage}" + ("+top" if self.top else "")

    @property
    def blocks(self) -> tuple[LiteBlock, ...]:
        """The blocks in their order. Without the top only the expansion of the last one is computed."""
        plan = _plan(self.base)
        return plan if self.top else plan[: self.read_at + 1]

    @property
    def read_at(self) -> int:
        """The place of the block whose widened maps are read."""
        return sum(_depth(self.base, stage) for stage in range(1, self.stage))

    @property
    def widths(self) -> tuple[int, ...]:
        """The channels of the maps that are read."""
        return (self.blocks[self.read_at].width, *([TOP_WIDTH] if self.top else []))


@dataclass(frozen=True, slots=True)
class TrunkPair:
    """A shallow ResNet and an EfficientNet-Lite side by side."""

    resnet: Variant
    lite: LiteVariant

    @property
    def name(self) -> str:
        """Such as `resnet18:b3-0:spread+lite2:x6+top`."""
        return f"{self.resnet.name}:spread+{self.lite.name}"


def parse_lite(name: str) -> LiteVariant | None:
    """`lite2:x6` -> its `LiteVariant`; None for a name of another kind."""
    match = re.fullmatch(r"(lite\d):x([2-7])(\+top)?", name)
    if match is None or match[1] not in SCALES:
        return None
    return LiteVariant(match[1], int(match[2]), top=match[3] is not None)


def parse_trunk_pair(name: str) -> TrunkPair | None:
    """`resnet18:b3-0:spread+lite2:x6+top` -> its `TrunkPair`; None for a name of another kind."""
    first, _, second = name.partition("+")
    resnet, lite = parse_spread(first), parse_lite(second)
    return TrunkPair(resnet, lite) if resnet and lite else None


def same_padding(side: int, kernel: int, stride: int) -> tuple[int, int]:
    """Zeros before and after `side` pixels, as TensorFlow's `SAME` has them."""
    padding = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return padding // 2, padding - padding // 2


def _plan(base: str) -> tuple[LiteBlock, ...]:
    """Every block of an EfficientNet-Lite."""
    blocks, inputs = [], STEM_WIDTH
    for stage, (_, kernel, stride, expansion, channels) in enumerate(_STAGES, 1):
        outputs = _scaled_width(channels, SCALES[base][0])
        for number in range(_depth(base, stage)):
            blocks.append(LiteBlock(inputs, outputs, expansion, kernel, stride if number == 0 else 1))
            inputs = outputs
    return tuple(blocks)


def _depth(base: str, stage: int) -> int:
    """Blocks of a stage; the first stage and the last have one in every size."""
    blocks = _STAGES[stage - 1][0]
    return blocks if stage in {1, len(_STAGES)} else math.ceil(blocks * SCALES[base][1])


def _scaled_width(channels: int, factor: float) -> int:
    """The multiple of 8 nearest to the scaled width that does not lie more than a tenth below it."""
    scaled = channels * factor
    rounded = max(8, int(scaled + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * scaled else rounded
