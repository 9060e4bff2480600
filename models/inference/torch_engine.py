"""A network in torch: on the CPU as the reference that everything else is held to, on a GPU as fast as it gets."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from models.caption_features import caption_features
from models.inference.engine import Floats
from models.networks.build import ClassifierNetwork
from models.transforms import Pixels, Transform

_NAMES = (
    *((f"conv{number}", f"bn{number}") for number in (1, 2, 3)),
    ("conv", "bn"),
    ("_conv_stem", "_bn0"),
    ("_expand_conv", "_bn0"),
    ("_depthwise_conv", "_bn1"),
    ("_project_conv", "_bn2"),
)
"""A convolution and the BatchNorm behind it, as ResNets, torchvision's Inception and EfficientNets name them."""


class TorchEngine:
    """Computes one batch at a time; engines of one device may share a network.

    `precision` is that of autocast, None for fp32 throughout. On a GPU an engine has a stream, on which its batch is
    copied, computed and read back while other engines do the same, and pinned memory for `chunk` images.
    """

    def __init__(
        self,
        network: nn.Module,
        transform: Transform,
        device: torch.device,
        precision: torch.dtype | None = None,
        chunk: int = 0,
    ) -> None:
        self._network: ClassifierNetwork = network  # type: ignore[assignment]
        self._device = device
        self._precision = precision
        self._text_size = int(getattr(network, "text_size", 0))
        shape = (1, 3, 1, 1)
        self._mean = torch.tensor(transform.mean, device=device).reshape(shape) * 255
        self._std = torch.tensor(transform.std, device=device).reshape(shape) * 255
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None
        room = chunk * transform.room
        self._pinned = torch.empty(room, dtype=torch.uint8, pin_memory=self._stream is not None)

    @torch.inference_mode()
    def forward(self, images: Pixels, texts: Sequence[str | None] | None) -> tuple[Floats, Floats]:
        """As `models.inference.engine.Engine` has it."""
        with self._placed():
            # The bytes travel; what they become is computed where the network is. Channels lie last already.
            planes = self._moved(images).permute(0, 3, 1, 2)
            x = (planes.float() - self._mean) / self._std
            with self._cast():
                features = self._network.features(x.contiguous(memory_format=torch.channels_last))
            features = features.float()
            if self._text_size and texts:
                words = torch.from_numpy(caption_features([text or "" for text in texts]))
                features[:, -self._text_size :] = words.to(features)
            logits = self._network.head(features)
            both = (
                torch.cat([logits, features], dim=1).cpu().numpy()
            )  # one way back, which waits for the stream
        return np.ascontiguousarray(both[:, : logits.shape[1]]), np.ascontiguousarray(
            both[:, logits.shape[1] :]
        )

    def _moved(self, images: Pixels) -> Tensor:
        """The images where the network is."""
        # Decoded and memory-mapped images are read-only, which torch does not take.
        pixels = torch.from_numpy(np.require(images, requirements=["C", "W"]))
        if self._stream is None:
            return pixels
        staged = self._pinned[: pixels.numel()].view(pixels.shape)
        staged.copy_(pixels)
        return staged.to(self._device, non_blocking=True)

    def _placed(self) -> AbstractContextManager[object]:
        """Work goes to this engine's stream, and to its device with it."""
        return nullcontext() if self._stream is None else torch.cuda.stream(self._stream)

    def _cast(self) -> AbstractContextManager[object]:
        if self._precision is None:
            return nullcontext()
        return torch.autocast(self._device.type, dtype=self._precision)


def deployed(network: nn.Module, device: torch.device) -> nn.Module:
    """The network ready to classify: BatchNorms folded in, channels last, what is pooled pooled in fp32."""
    network = _folded(network).to(device)
    for module in network.modules():
        if isinstance(pool := getattr(module, "avgpool", None), nn.Module):
            pool.register_forward_pre_hook(_in_fp32)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _in_fp32(_: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor]:
    """A mean or a spread over a map loses much in half precision."""
    return (inputs[0].float(),)


def _folded(network: nn.Module) -> nn.Module:
    """Folds the BatchNorms that follow a convolution into it: the same function, faster."""
    for module in network.modules():
        children = list(module.named_children()) if isinstance(module, nn.Sequential) else []
        pairs = [(one, other) for (one, _), (other, _) in itertools.pairwise(children)]
        for first, second in (*_NAMES, *pairs):
            conv, norm = getattr(module, first, None), getattr(module, second, None)
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(module, first, fuse_conv_bn_eval(conv, norm))
                setattr(module, second, nn.Identity())
    return network
