"""What computes a bundle's network on this machine: as many engines as keep its cores or GPUs busy.

`auto` takes half precision where the hardware has it: torch on every GPU, OpenVINO on a CPU with bfloat16. `fp32` does
without, and takes ONNX Runtime on a CPU, as `auto` does on the others. `eager` is the reference to which all are held:
torch, fp32, the network as it was trained. A network without an ONNX graph, or a machine without these libraries, runs
eagerly too. On a CPU only the latter needs torch.
"""

from __future__ import annotations

import copy
import itertools
import logging
from collections.abc import Callable, Mapping
from typing import Literal

from models.bundle.bundle import BundleInfo
from models.bundle.serialization import check_weights, load_bundle, read_weights, unbuildable
from models.devices import Device, takes_gpu, usable_cores
from models.inference.engine import Engine, Engines
from models.inference.onnx.graph import Graph, build_graph, has_graph
from models.inference.onnx.nodes import Array

log = logging.getLogger("figmill.engines")

Runtime = Literal["auto", "fp32", "eager"]

_GPU_CHUNK = 256
_IN_FLIGHT = 3
"""Batches on a GPU at a time: one is copied there, one computed, one read back."""
_EAGER_CHUNK = 8
"""What a batch leaves in between stays in the caches: of 32, an image takes a third longer."""
_GRAPH_CHUNK = 2
"""On a core of its own as fast for each image as 32, with a fraction of the memory."""


def open_engines(info: BundleInfo, device: Device, runtime: Runtime) -> Engines:
    """Raises BundleError for a broken bundle, DeviceError for `cuda` where there is none."""
    if takes_gpu(device):
        return _gpus(info, runtime)
    if runtime != "eager" and has_graph(info.model) and (engines := _of_graph(info, half=runtime == "auto")):
        return engines
    return _eager(info)


def _of_graph(info: BundleInfo, *, half: bool) -> Engines | None:
    """An engine a core, in half precision if `half` and the CPU has it; None where no library takes the network."""
    weights = read_weights(info)
    try:
        graph = _graph(info, weights.network)
    except ImportError:
        return None
    check_weights(info, weights.network, graph.expected, graph.embedding_size)
    read = weights.novelty, weights.text, weights.sentences
    if half and (engines := _opened("OpenVINO", _openvino, graph)):
        return Engines(engines, _GRAPH_CHUNK, "cpu", "openvino", "bfloat16", *read)
    if engines := _opened("ONNX Runtime", _onnx, graph):
        return Engines(engines, _GRAPH_CHUNK, "cpu", "onnx", "float32", *read)
    return None


def _opened(library: str, opened: Callable[[Graph], tuple[Engine, ...]], graph: Graph) -> tuple[Engine, ...]:
    """What a library makes of a graph; nothing where it is not installed or does not take it."""
    try:
        return opened(graph)
    except ImportError:
        return ()
    except Exception as error:  # noqa: BLE001 (these libraries' errors have no other root)
        log.warning("%s does not take the network (%s): another library computes it", library, error)
        return ()


def _openvino(graph: Graph) -> tuple[Engine, ...]:
    from models.inference.openvino_engine import has_bfloat16, open_streams

    return open_streams(graph, usable_cores()) if has_bfloat16() else ()


def _onnx(graph: Graph) -> tuple[Engine, ...]:
    from models.inference.onnx.engine import OnnxEngine

    return (OnnxEngine(graph),) * usable_cores()


def _graph(info: BundleInfo, weights: Mapping[str, Array]) -> Graph:
    try:
        return build_graph(info.model, info.outputs, info.transform, weights)
    except ValueError as error:
        raise unbuildable(info, error) from error


def _eager(info: BundleInfo) -> Engines:
    """One engine, within which torch uses all cores."""
    import torch

    from models.inference.torch_engine import TorchEngine, deployed

    bundle = load_bundle(info.path)
    read = bundle.novelty, bundle.text, bundle.sentences
    device = torch.device("cpu")
    engine = TorchEngine(deployed(bundle.network, device), info.transform, device)
    return Engines((engine,), _EAGER_CHUNK, "cpu", "torch", "float32", *read)


def _gpus(info: BundleInfo, runtime: Runtime) -> Engines:
    """A network on every GPU, and for each some engines with a stream and a pinned buffer of their own."""
    import torch

    from models.inference.torch_engine import TorchEngine, deployed

    if runtime != "auto":
        torch.backends.cudnn.allow_tf32 = False  # fp32 in truth
    bundle = load_bundle(info.path)
    read = bundle.novelty, bundle.text, bundle.sentences
    gpus: list[list[Engine]] = []
    precisions: set[torch.dtype] = set()
    for number in range(torch.cuda.device_count()):
        device = torch.device("cuda", number)
        # float16, not bfloat16: on an H100 a fifth faster, and its longer fraction names 320 panels as fp32 does
        # where bfloat16 names 1% otherwise. Normalised activations stay far below its largest number.
        precision = torch.float16 if runtime == "auto" else None
        precisions.add(precision or torch.float32)
        network = deployed(copy.deepcopy(bundle.network), device)
        gpus.append(
            [TorchEngine(network, info.transform, device, precision, _GPU_CHUNK) for _ in range(_IN_FLIGHT)]
        )
        torch.cuda.synchronize(device)  # the engines' streams do not wait for the one that copied the weights
    # Neighbours lie on different GPUs, so that two batches go to two of them.
    engines = tuple(itertools.chain.from_iterable(zip(*gpus, strict=True)))
    names = " and ".join(sorted(str(precision).removeprefix("torch.") for precision in precisions))
    return Engines(engines, _GPU_CHUNK, "cuda", "torch", names, *read)
