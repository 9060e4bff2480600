"""Canvases with classes, read in batches, and what a network makes of them: features and logits."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from models.caption_features import caption_features
from models.data.augmentation import to_batch
from models.data.splits import Indices
from models.networks.ensemble import Pooled
from models.transforms import Pixels, Transform

Floats = npt.NDArray[np.float32]

_AHEAD = 3
"""Batches that are read before they are asked for, where a GPU would wait for them."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Canvases of one split with their classes: `labels` (N,) index into the classes, `rows` into `pixels`."""

    pixels: Pixels
    """(M, C, C, 3) uint8, memory-mapped, of all splits."""
    rows: Indices
    labels: Indices
    captions: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)


def batches_of(order: Indices, size: int) -> list[Indices]:
    """Batches of `size`; a last one of a single image joins the one before, for BatchNorm needs two."""
    starts = list(range(0, len(order), size))
    if len(order) % size == 1 and len(starts) > 1:
        starts.pop()
    return [order[start:end] for start, end in zip(starts, [*starts[1:], len(order)], strict=True)]


def load_batches(
    examples: Examples, batches: list[Indices], device: torch.device
) -> Iterator[tuple[Tensor, Tensor]]:
    """Canvases (B, C, C, 3) uint8 of each batch on the device, labels (B,) on the CPU.

    For a GPU they are read ahead in a thread, to pinned memory, from where they travel while the GPU computes.
    """
    if device.type == "cpu":
        yield from (_read(examples, batch) for batch in batches)
        return
    coming: deque[Future[tuple[Tensor, Tensor]]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="batches") as reader:
        for batch in batches:
            coming.append(reader.submit(_read, examples, batch, pinned=True))
            if len(coming) > _AHEAD:
                yield _moved(coming.popleft().result(), device)
        while coming:
            yield _moved(coming.popleft().result(), device)


def _read(examples: Examples, batch: Indices, pinned: bool = False) -> tuple[Tensor, Tensor]:
    # Sorted reading is kind to the disk; a network does not mind the order within a batch.
    chosen = np.sort(batch)
    pixels = torch.from_numpy(examples.pixels[examples.rows[chosen]])
    return pixels.pin_memory() if pinned else pixels, torch.from_numpy(examples.labels[chosen])


def _moved(batch: tuple[Tensor, Tensor], device: torch.device) -> tuple[Tensor, Tensor]:
    pixels, labels = batch
    return pixels.to(device, non_blocking=True), labels


def compute_logits(
    network: nn.Module, examples: Examples, transform: Transform, device: torch.device, batch_size: int = 64
) -> Floats:
    """(N, classes) logits of unaugmented images."""
    features = compute_features(network, examples, transform, device, batch_size)
    with torch.inference_mode():
        logits: Floats = network.head(torch.from_numpy(features).to(device)).cpu().numpy()  # type: ignore[operator]
    return logits


def compute_features(
    network: nn.Module, examples: Examples, transform: Transform, device: torch.device, batch_size: int = 64
) -> Floats:
    """(N, embedding_size) pooled features of unaugmented images, and of their captions where the network reads them."""
    features = _image_features(network, examples, transform, device, batch_size)
    if isinstance(network, Pooled) and network.text_size and examples.captions:
        features[:, -network.text_size :] = caption_features(examples.captions)
    return features


@torch.inference_mode()
def _image_features(
    network: nn.Module, examples: Examples, transform: Transform, device: torch.device, batch_size: int
) -> Floats:
    network.eval()
    batches = batches_of(np.arange(len(examples)), batch_size)
    parts = []
    for pixels, _ in load_batches(examples, batches, device):
        with torch.autocast(device.type, enabled=device.type == "cuda"):
            features: Tensor = network.features(to_batch(pixels, transform))  # type: ignore[operator]
        parts.append(features.float().cpu().numpy())
    return np.concatenate(parts)
