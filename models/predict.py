"""Names the modality of images with a bundle: loaded once per process, used by batches."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from models.bundle import Bundle, load_bundle
from models.calibration import softmax
from models.caption_view import fuse
from models.captions import caption_features
from models.devices import Device, choose_device
from models.transforms import Pixels

_CHUNK = 64
"""Images in one forward pass at most: bounds memory whatever batch the caller has."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a bundle says of N images."""

    probabilities: npt.NDArray[np.float32]
    """(N, classes), calibrated; what a row lacks to 1 is the probability of being no figure's panel."""
    embeddings: npt.NDArray[np.float16]
    """(N, embedding_size): the pooled features of the same forward pass."""
    rejected: npt.NDArray[np.bool_]
    """(N,): the model abstains."""


class Predictor:
    """A bundle ready to classify on one device. `prepare` is thread-safe; `predict` is for one thread."""

    def __init__(self, bundle: Bundle, device: torch.device) -> None:
        info = bundle.info
        self.name, self.card, self.model_id = info.name, info.card, info.model_id
        self.classes, self.embedding_size = info.classes, info.embedding_size
        self.transform = info.transform
        self.rejection, self.caption_weight = info.rejection, info.caption_weight
        self._novelty = bundle.novelty
        self.device = device.type
        self._device = device
        self._temperature = info.temperature
        self._text_size = int(getattr(bundle.network, "text_size", 0))
        network = _fused(bundle.network).to(device)
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        shape = (1, 3, 1, 1)
        self._mean = torch.tensor(info.transform.mean, device=device).reshape(shape) * 255
        self._std = torch.tensor(info.transform.std, device=device).reshape(shape) * 255

    def prepare(self, data: bytes) -> Pixels:
        """Encoded image -> (S, S, 3) uint8. Raises ValueError for what cannot be decoded or is too large."""
        return self.transform.prepare(data)

    def predict(self, images: Pixels, texts: Sequence[str | None] | None = None) -> Predictions:
        """(N, S, S, 3) uint8, as `prepare` gives them -> their predictions, in the same order.

        `texts`: the subcaption or caption of each image, for a bundle or network that reads them; it also does without.
        """
        starts = range(0, len(images), _CHUNK)
        parts = [self._forward(images[i : i + _CHUNK], texts and texts[i : i + _CHUNK]) for i in starts]
        outputs = len(self.classes) + self.rejection.background
        logits = np.concatenate([np.zeros((0, outputs), np.float32), *(part[0] for part in parts)])
        features = np.concatenate([np.zeros((0, self.embedding_size), np.float32), *(p[1] for p in parts)])
        probabilities = softmax(logits / self._temperature)
        if texts is not None and self.caption_weight:
            probabilities = fuse(probabilities, self.classes, texts, self.caption_weight)
        probabilities = np.ascontiguousarray(probabilities[:, : len(self.classes)])
        rejected = probabilities.max(axis=1) < self.rejection.threshold
        if self._novelty and self.rejection.novelty is not None:
            rejected |= self._novelty.distances(features) > self.rejection.novelty
        return Predictions(probabilities, features.clip(-65504, 65504).astype(np.float16), rejected)

    @torch.inference_mode()
    def _forward(
        self, images: Pixels, texts: Sequence[str | None] | None
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """(N, outputs) logits and (N, embedding_size) features."""
        # Decoded and memory-mapped images are read-only, which torch does not take.
        pixels = torch.from_numpy(np.require(images, requirements=["C", "W"])).to(self._device)
        x = (pixels.permute(0, 3, 1, 2).float() - self._mean) / self._std
        features: Tensor = self._network.features(x.contiguous(memory_format=torch.channels_last))
        if self._text_size and texts:
            words = torch.from_numpy(caption_features([text or "" for text in texts]))
            features[:, -self._text_size :] = words.to(features)
        logits: Tensor = self._network.head(features)
        return logits.float().cpu().numpy(), features.float().cpu().numpy()


def load_predictor(path: str | Path, device: Device = "auto") -> Predictor:
    """The predictor of a bundle's folder; the same one for the same arguments within a process.

    Raises BundleError for a broken bundle, DeviceError for `cuda` where there is none.
    """
    return _load(str(Path(path).resolve()), device)


@functools.cache
def _load(path: str, device: Device) -> Predictor:
    chosen = choose_device(device)
    return Predictor(load_bundle(path), chosen)


def _fused(network: nn.Module) -> nn.Module:
    """Folds the BatchNorms on a ResNet's main path into the convolutions before them: the same function, faster.

    Those of shortcuts, and of networks with other names for their layers, stay.
    """
    for module in network.modules():
        for number in ("1", "2", "3"):
            conv, norm = getattr(module, f"conv{number}", None), getattr(module, f"bn{number}", None)
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(module, f"conv{number}", fuse_conv_bn_eval(conv, norm))
                setattr(module, f"bn{number}", nn.Identity())
    return network
