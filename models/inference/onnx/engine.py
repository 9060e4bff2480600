"""A network in ONNX Runtime on the CPU."""

from __future__ import annotations

import os
from collections.abc import Sequence

# Since 1.29 it reports its use over the network unless it is told before it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

from models.inference.engine import Floats
from models.inference.onnx.graph import Graph
from models.transforms import Pixels


class OnnxEngine:
    """One session for all threads, each of which computes its batch on one core: no thread waits for another's."""

    def __init__(self, graph: Graph) -> None:
        self._session = open_session(graph.model)

    def forward(self, images: Pixels, texts: Sequence[str | None] | None = None) -> tuple[Floats, Floats]:
        """As `models.inference.engine.Engine` has it; no network with a graph reads texts."""
        logits, features = self._session.run(["logits", "features"], {"images": images})
        return logits, features


def open_session(model: bytes) -> onnxruntime.InferenceSession:
    """An ONNX `model`, ready on one core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
