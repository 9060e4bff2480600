"""What an engine is: it computes a bundle's network, batch by batch, with one library on one device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from models.bundle.novelty import Novelty
from models.bundle.sentence_model import SentenceModel
from models.bundle.text_model import TextModel
from models.transforms import Pixels

Floats = npt.NDArray[np.float32]


class Engine(Protocol):
    """Computes one batch at a time."""

    def forward(self, images: Pixels, texts: Sequence[str | None] | None) -> tuple[Floats, Floats]:
        """(N, H, W, 3) uint8 and perhaps N texts -> (N, outputs) logits, (N, embedding_size) features.

        Of a batch all images are of one shape, one of the transform's; of the next they may be of another.
        """
        ...


@dataclass(frozen=True, slots=True)
class Engines:
    """A bundle's network, ready."""

    engines: tuple[Engine, ...]
    """So many batches are computed at a time; an engine that takes several at once stands here several times."""
    chunk: int
    """Images in a batch at most."""
    device: Literal["cpu", "cuda"]
    runtime: Literal["openvino", "onnx", "torch"]
    precision: str
    """What the network computes in, such as `bfloat16`."""
    novelty: Novelty | None
    text: TextModel | None
    sentences: SentenceModel | None = None
    """What reads texts beside the text model's terms."""
