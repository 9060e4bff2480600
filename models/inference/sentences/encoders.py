"""What computes the language model on this machine: ONNX Runtime on a CPU, torch on a GPU or where the other is not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.bundle.sentence_model import SentenceModel

Floats = npt.NDArray[np.float32]
Encode = Callable[[Floats, Floats], Floats]
"""(N, T, size) of what texts begin with and (N, T) weights, 0 behind an end -> (N, size). Thread-safe."""

_GPU_BATCH = 64


@dataclass(frozen=True, slots=True)
class Encoder:
    """A language model, ready."""

    encode: Encode
    batch: int
    """Texts in a batch at most."""


def open_encoder(model: SentenceModel, device: Literal["cpu", "cuda"], eager: bool = False) -> Encoder:
    """`eager`: torch on a CPU too, for the reference.

    What computes is opened for the first text: who reads none neither waits (0.36 s) nor has its weights (87 MB).
    """
    if device == "cuda":
        return Encoder(_at_first(lambda: _torch(model, device)), _GPU_BATCH)
    return Encoder(_at_first(lambda: _torch(model, device) if eager else _on_cpu(model)), 1)


def _at_first(opened: Callable[[], Encode]) -> Encode:
    """`opened` when it is first asked, once for all threads."""
    lock = threading.Lock()
    ready: list[Encode] = []

    def encode(begun: Floats, weights: Floats) -> Floats:
        with lock:
            if not ready:
                ready.append(opened())
        return ready[0](begun, weights)

    return encode


def _on_cpu(model: SentenceModel) -> Encode:
    try:
        return _onnx(model)
    except ImportError:
        return _torch(model, "cpu")


def _onnx(model: SentenceModel) -> Encode:
    """On the core that asks. A text by itself: what it comes to does not depend on its neighbours."""
    from models.inference.onnx.engine import open_session
    from models.inference.onnx.sentences import build_sentence_graph

    session = open_session(build_sentence_graph(model))

    def encode(begun: Floats, weights: Floats) -> Floats:
        there = weights[0] != 0
        given = {"begun": begun[:, there], "weights": weights[:, there]}
        means: Floats = session.run(["means"], given)[0]
        return means

    return encode


def _torch(model: SentenceModel, device: Literal["cpu", "cuda"]) -> Encode:
    import torch

    from models.networks.sentences import SentenceNetwork

    network = SentenceNetwork(model.size, model.sentences.layers, model.sentences.heads)
    tensors = {name: torch.from_numpy(model.read(name)) for name in network.state_dict()}
    network.load_state_dict(tensors)
    network.eval().to(device)

    def encode(begun: Floats, weights: Floats) -> Floats:
        with torch.inference_mode():
            means = network(torch.from_numpy(begun).to(device), torch.from_numpy(weights).to(device))
        found: Floats = means.float().cpu().numpy()
        return found

    return encode
