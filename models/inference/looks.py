"""What kind of picture a figure, or a piece of one, looks like: a shallow network for whoever cuts figures.

The ResNet-18 of ImageNet up to its third block, frozen, on small pictures, and one linear layer on the mean and the
spread of its channels. It runs in ONNX Runtime, for it serves in processes that never import torch.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

import models
from models.transforms import Pixels, Transform

if TYPE_CHECKING:
    from models.inference.engine import Engine

WEIGHTS = Path(models.__file__).parent / "pretrained" / "looks" / "model.safetensors"

MODEL = "resnet18:b3-0:spread"

TRANSFORM = Transform(size=128, fit="stretch")
"""A third of the time that 224 pixels take; layout, not detail, is asked for."""

LOOKS = ("photograph", "chart", "flow chart", "scheme", "structure", "text", "gel", "other picture")
"""What may be seen; several panels of one kind look like that kind."""

Floats = npt.NDArray[np.float32]


def looks_of(pixels: Pixels, file: Path = WEIGHTS) -> Floats:
    """The probabilities (8,) over `LOOKS` of a picture (H, W, 3) uint8."""
    logits, _ = view(pixels, open_network(file))
    return softmax(logits)


def softmax(logits: Floats) -> Floats:
    """Probabilities (N,) of `logits` (N,)."""
    odds = np.exp(logits - logits.max())
    probabilities: Floats = odds / odds.sum()
    return probabilities


def view(pixels: Pixels, network: Engine) -> tuple[Floats, Floats]:
    """The logits (8,) and the features (512,) of a picture (H, W, 3) uint8."""
    side = TRANSFORM.size
    image = Image.fromarray(np.ascontiguousarray(pixels))
    small = image.resize((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0)
    logits, features = network.forward(np.asarray(small)[None], None)
    return logits[0], features[0]


@functools.cache
def open_network(file: Path = WEIGHTS) -> Engine:
    """The network whose weights `file` holds, ready; opened once per process."""
    from safetensors.numpy import load_file

    return network_of({name: tensor.astype(np.float32) for name, tensor in load_file(file).items()})


def network_of(weights: Mapping[str, npt.NDArray[np.float32]]) -> Engine:
    """The network with these `weights`, called as those of a bundle."""
    from models.inference.onnx.engine import OnnxEngine
    from models.inference.onnx.graph import build_graph

    return OnnxEngine(build_graph(MODEL, LOOKS, TRANSFORM, weights))
