"""Gives folded weights their BatchNorm statistics back, measured on the training images."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from models.networks.weights import FOLDED_VARIANCE


@torch.no_grad()
def restore_statistics(network: nn.Module, batches: Iterable[Tensor]) -> int:
    """Re-expresses every folded BatchNorm (mean 0, variance 1 - 1e-5) with the statistics of its input.

    What the network computes in evaluation mode stays the same; in training mode, where BatchNorm divides by the
    batch's own deviation, it then stays close to it. `batches`: (N, 3, H, W) normalised. Returns how many there were.
    """
    folded = [
        module for module in network.modules() if isinstance(module, nn.BatchNorm2d) and _is_folded(module)
    ]
    sums = {module: torch.zeros(3, module.num_features, dtype=torch.float64) for module in folded}
    hooks = [module.register_forward_pre_hook(_adder(sums[module])) for module in folded]
    was_training = network.training
    network.eval()
    for batch in batches if folded else ():
        network(batch)
    for hook in hooks:
        hook.remove()
    for module, (count, total, squares) in sums.items():
        mean = total / count
        _restate(module, mean, (squares / count - mean**2).clamp(min=0))
    network.train(was_training)
    return len(folded)


def _is_folded(norm: nn.BatchNorm2d) -> bool:
    mean, variance = norm.running_mean, norm.running_var
    if mean is None or variance is None:
        return False
    return not bool(mean.any()) and bool((variance == torch.tensor(FOLDED_VARIANCE)).all())


def _adder(sums: Tensor):  # type: ignore[no-untyped-def]
    def add(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        values = inputs[0].double().cpu()
        sums[0] += values[:, 0].numel()
        sums[1] += values.sum(dim=(0, 2, 3))
        sums[2] += (values**2).sum(dim=(0, 2, 3))

    return add


def _restate(norm: nn.BatchNorm2d, mean: Tensor, variance: Tensor) -> None:
    """y = x + b becomes y = (x - mean) / s * s + (b + mean) with s² = variance + eps."""
    if norm.running_mean is None or norm.running_var is None:
        return
    norm.weight.mul_(torch.sqrt(variance + norm.eps).to(norm.weight))
    norm.bias.add_(mean.to(norm.bias))
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
