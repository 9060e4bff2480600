"""Residual networks cut after any unit (shallow) or frozen up to any unit (fine-tuned).

The modules carry torchvision's names, so that its ImageNet weights load as they are, and the tests hold both
to the same outputs. They are written out here because `import torchvision` takes 4 s on top of torch's own
3 s on two cores (its `ops.roi_align` pulls in `torch._dynamo`): too long to wait before a run's first row.
Source: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015 (stride in the 3x3).
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from models.networks.variants import UNITS, Point, Variant

_WIDTHS = (64, 128, 256, 512)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut: the unit of ResNet-18 and 34."""

    expansion = 1

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = _conv(inputs, width, 3, stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = _conv(width, width, 3)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = _shortcut(inputs, width, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, width, H/stride, W/stride)."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x if self.downsample is None else self.downsample(x)
        activated: Tensor = self.relu(out)
        return activated


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions and a shortcut: the unit of ResNet-50, 101 and 152."""

    expansion = 4

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        outputs = width * self.expansion
        self.conv1 = _conv(inputs, width, 1)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = _conv(width, width, 3, stride)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = _conv(width, outputs, 1)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = _shortcut(inputs, outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, 4 width, H/stride, W/stride)."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        out += x if self.downsample is None else self.downsample(x)
        activated: Tensor = self.relu(out)
        return activated


class ResNet(nn.Module):
    """A ResNet up to and including `last`, global average pooling and a linear head.

    `frozen` counts the leading steps (the stem, then the residual units) that are not trained: they run
    without gradients, and their BatchNorm statistics stay as they are. `widths` has the channels after each step,
    `last` names the last one.
    """

    def __init__(self, base: str, classes: int, last: Point | None = None) -> None:
        super().__init__()
        block = BasicBlock if base in {"resnet18", "resnet34"} else Bottleneck
        self.frozen = 0
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        channels = 64
        self.widths = {"stem": channels}
        for number, units in enumerate(_kept_units(base, last), 1):
            width, stride = _WIDTHS[number - 1], 1 if number == 1 else 2
            layer = nn.Sequential()
            for unit in range(units):
                layer.append(block(channels, width, stride if unit == 0 else 1))
                channels = width * block.expansion
                self.widths[f"b{number}-{unit}"] = channels
            self.add_module(f"layer{number}", layer)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, classes)
        self.embedding_size = channels
        self.last = next(reversed(self.widths))
        _initialise(self)

    def steps(self) -> Iterator[tuple[str, tuple[nn.Module, ...]]]:
        """The stem and the residual units in order, each with its name (`stem`, `b1-0`, ...)."""
        yield "stem", (self.conv1, self.bn1, self.relu, self.maxpool)
        for number in range(1, 5):
            layer = getattr(self, f"layer{number}", ())
            yield from ((f"b{number}-{index}", (unit,)) for index, unit in enumerate(layer))

    def maps(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """(N, 3, H, W) normalised -> the (N, channels, H', W') maps after each step, one after the other."""
        for index, (name, modules) in enumerate(self.steps()):
            with torch.set_grad_enabled(torch.is_grad_enabled() and index >= self.frozen):
                for module in modules:
                    x = module(x)
            yield name, x

    def features(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) normalised -> (N, embedding_size) pooled features."""
        for _, last in self.maps(x):
            x = last
        pooled: Tensor = self.avgpool(x).flatten(1)
        return pooled

    def pooled(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """(N, 3, H, W) normalised -> the (N, channels) pooled features after each step, from one pass."""
        for name, out in self.maps(x):
            yield name, self.avgpool(out).flatten(1)

    def head(self, features: Tensor) -> Tensor:
        """(N, embedding_size) -> (N, classes) logits."""
        logits: Tensor = self.fc(features)
        return logits

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) normalised -> (N, classes) logits."""
        return self.head(self.features(x))

    def freeze(self, steps: int) -> None:
        """Keeps the first `steps` steps as they are."""
        self.frozen = steps
        for index, (_, modules) in enumerate(self.steps()):
            for module in modules:
                module.requires_grad_(index >= steps)
        self.train(self.training)

    def train(self, mode: bool = True) -> ResNet:
        """As `nn.Module.train`, but frozen steps stay in evaluation mode, and so do their statistics."""
        super().train(mode)
        for _, modules in list(self.steps())[: self.frozen]:
            for module in modules:
                module.eval()
        return self


def build_resnet(variant: Variant, classes: int) -> ResNet:
    """The network of a variant with random weights, frozen where the variant says."""
    if variant.approach == "shallow":
        return ResNet(variant.base, classes, variant.unit)
    network = ResNet(variant.base, classes)
    network.freeze(_frozen_steps(variant))
    return network


def parameter_counts(network: nn.Module) -> tuple[int, int]:
    """All parameters and the trainable ones among them."""
    sizes = [(parameter.numel(), parameter.requires_grad) for parameter in network.parameters()]
    return sum(size for size, _ in sizes), sum(size for size, trained in sizes if trained)


def _frozen_steps(variant: Variant) -> int:
    """The stem and every unit before the variant's own; `fc` freezes all of them, `whole` none."""
    if variant.unit is None:
        return 1 + sum(UNITS[variant.base]) if variant.point == "fc" else 0
    block, unit = variant.unit
    return 1 + sum(UNITS[variant.base][: block - 1]) + unit


def _kept_units(base: str, last: Point | None) -> list[int]:
    """Residual units per block of a network that ends after `last`."""
    if last is None:
        return list(UNITS[base])
    block, unit = last
    return [*UNITS[base][: block - 1], unit + 1]


def _conv(inputs: int, outputs: int, side: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, side, stride=stride, padding=side // 2, bias=False)


def _shortcut(inputs: int, outputs: int, stride: int) -> nn.Sequential | None:
    if stride == 1 and inputs == outputs:
        return None
    return nn.Sequential(_conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))


def _initialise(network: nn.Module) -> None:
    """He's initialisation of the convolutions, as in torchvision; the rest keeps torch's defaults."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
