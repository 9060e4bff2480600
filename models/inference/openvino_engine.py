"""A network in OpenVINO, in bfloat16: on CPUs that have instructions for it an image takes half of fp32's time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import openvino

from models.inference.engine import Floats
from models.inference.onnx.graph import Graph
from models.transforms import Pixels


class OpenVinoEngine:
    """Computes its batch on one core; the engines that `open_streams` gives share a network."""

    def __init__(self, request: openvino.InferRequest) -> None:
        self._request = request

    def forward(self, images: Pixels, texts: Sequence[str | None] | None = None) -> tuple[Floats, Floats]:
        """As `models.inference.engine.Engine` has it; no network with a graph reads texts."""
        found = self._request.infer({"images": images}, share_inputs=True)
        return found["logits"], found["features"]


def has_bfloat16() -> bool:
    """Whether this CPU multiplies in bfloat16 by itself: AMD's since Zen 4, Intel's Xeons since Sapphire Rapids."""
    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def open_streams(graph: Graph, count: int) -> tuple[OpenVinoEngine, ...]:
    """`count` engines. Raises RuntimeError for a graph that OpenVINO does not take."""
    core = openvino.Core()
    options = {
        "INFERENCE_PRECISION_HINT": "bf16",
        "NUM_STREAMS": count,
        "INFERENCE_NUM_THREADS": count,
        "ENABLE_CPU_PINNING": False,  # extraction has the same cores
    }
    network = core.compile_model(core.read_model(graph.model), "CPU", options)
    engines = tuple(OpenVinoEngine(network.create_infer_request()) for _ in range(count))
    # Its Python binding sets itself up at the first call, and locks up for ever where two threads make that together.
    engines[0].forward(np.zeros((1, *graph.shapes[0], 3), np.uint8))
    return engines
