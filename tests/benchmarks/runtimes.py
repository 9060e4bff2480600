"""Which runtime computes the network fastest on one core of this CPU, and whether its labels are the reference's.

    uv run python tests/benchmarks/runtimes.py FOLDER [--model NAME|DIR] [--images N]

FOLDER holds pictures (PNG or JPEG) and is searched with its subfolders. A row for each way: processor time of start-up
and of an image in batches of 8 and 32, labels that agree with eager fp32, the largest difference of a probability.
int8 is static, a range per tensor and a scale per channel, calibrated on pictures that are not scored. A way whose
package is not installed is left out.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.update(OMP_NUM_THREADS="1", ORT_DISABLE_TELEMETRY="1")

import numpy as np
import torch

from models.bundle.bundle import Bundle, resolve_bundle
from models.bundle.serialization import load_bundle, read_weights
from models.evaluation.calibration import softmax
from models.inference.onnx.graph import build_graph
from models.inference.torch_engine import TorchEngine, deployed

Way = Callable[[np.ndarray], np.ndarray]
"""(N, S, S, 3) uint8 -> (N, outputs) logits."""

CALIBRATED = 128
CPU = torch.device("cpu")


def plain(bundle: Bundle, _: np.ndarray) -> Way:
    """The reference: the network as it was trained."""
    engine = TorchEngine(bundle.network, bundle.info.transform, CPU)
    return lambda images: engine.forward(images, None)[0]


def folded(bundle: Bundle, _: np.ndarray) -> Way:
    """BatchNorms folded in, channels last: what Figmill calls eager."""
    engine = TorchEngine(deployed(bundle.network, CPU), bundle.info.transform, CPU)
    return lambda images: engine.forward(images, None)[0]


def compiled(bundle: Bundle, _: np.ndarray) -> Way:
    """The same through torch.compile."""
    network = deployed(bundle.network, CPU)
    network.features = torch.compile(network.features)
    engine = TorchEngine(network, bundle.info.transform, CPU)
    return lambda images: engine.forward(images, None)[0]


def onnx(bundle: Bundle, _: np.ndarray) -> Way:
    """ONNX Runtime, fp32: the default where a CPU has no bfloat16."""
    return _session(_model(bundle))


def onnx_int8(bundle: Bundle, calibration: np.ndarray) -> Way:
    """ONNX Runtime, int8."""
    from onnxruntime import quantization

    class Reader(quantization.CalibrationDataReader):
        def __init__(self) -> None:
            self._batches = iter(np.split(calibration, range(8, len(calibration), 8)))

        def get_next(self) -> dict[str, np.ndarray] | None:
            return next(({"images": batch} for batch in self._batches), None)

    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "fp32.onnx", Path(folder) / "int8.onnx"
        before.write_bytes(_model(bundle))
        quantization.quantize_static(
            before,
            after,
            Reader(),
            per_channel=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            op_types_to_quantize=["Conv", "Relu", "Add", "MaxPool"],
        )
        return _session(after.read_bytes())


def openvino(bundle: Bundle, _: np.ndarray, precision: str = "f32") -> Way:
    """OpenVINO, fp32."""
    from models.inference.openvino_engine import openvino as library

    hints = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": precision}
    core = library.Core()
    network = core.compile_model(core.read_model(io.BytesIO(_model(bundle))), "CPU", hints)
    return lambda images: np.array(network({"images": images})["logits"])


def openvino_bf16(bundle: Bundle, calibration: np.ndarray) -> Way:
    """OpenVINO, bfloat16: the default where a CPU has it."""
    return openvino(bundle, calibration, "bf16")


WAYS: dict[str, Callable[[Bundle, np.ndarray], Way]] = {
    "eager fp32 (reference)": plain,
    "eager, folded, channels last": folded,
    "torch.compile": compiled,
    "ONNX Runtime fp32 (fp32)": onnx,
    "ONNX Runtime int8": onnx_int8,
    "OpenVINO fp32": openvino,
    "OpenVINO bf16 (auto)": openvino_bf16,
}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="default")
    parser.add_argument("--images", type=int, default=512, help="that are scored")
    options = parser.parse_args()
    torch.set_num_threads(1)
    calibration, images = _pictures(options.folder, options.model, options.images)
    print(f"{options.model}, one core, {len(images)} pictures")
    print(f"{'':<32}{'start-up':>10}{'batch 8':>10}{'batch 32':>10}{'agree':>9}{'differ':>9}")
    reference = None
    for name, make in WAYS.items():
        try:
            measured, logits = _measure(make, load_bundle(resolve_bundle(options.model)), calibration, images)
        except ImportError as error:
            print(f"{name:<32} left out: {error}")
            continue
        reference = logits if reference is None else reference
        agree = (logits.argmax(axis=1) == reference.argmax(axis=1)).mean()
        differ = np.abs(softmax(logits) - softmax(reference)).max()
        start, few, many = measured
        print(f"{name:<32}{start:8.1f} s{few:7.1f} ms{many:7.1f} ms{agree:9.2%}{differ:9.1e}", flush=True)


def _measure(
    make: Callable[[Bundle, np.ndarray], Way], bundle: Bundle, calibration: np.ndarray, images: np.ndarray
) -> tuple[tuple[float, float, float], np.ndarray]:
    """Processor seconds of start-up, milliseconds of an image in batches of 8 and of 32; the logits."""
    started = time.process_time()
    way = make(bundle, calibration)
    way(images[:8])
    start = time.process_time() - started
    return (start, _each(way, images, 8), _each(way, images, 32)), np.concatenate(
        list(_in_batches(way, images))
    )


def _each(way: Way, images: np.ndarray, size: int) -> float:
    way(images[:size])
    times = []
    for first in range(0, min(len(images), 128) - size + 1, size):
        started = time.process_time()
        way(images[first : first + size])
        times.append((time.process_time() - started) / size)
    return 1000 * float(np.median(times))


def _in_batches(way: Way, images: np.ndarray) -> Iterator[np.ndarray]:
    # Of one size: torch.compile would compile again for each other.
    for first in range(0, len(images) - 31, 32):
        yield way(images[first : first + 32])


def _model(bundle: Bundle) -> bytes:
    info = bundle.info
    weights = read_weights(info).network
    return build_graph(info.model, info.outputs, info.transform, weights).model


def _session(model: bytes) -> Way:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return lambda images: session.run(["logits"], {"images": images})[0]


def _pictures(folder: Path, model: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures in random order, as squares, which every library takes: some to calibrate on, others to score."""
    transform = replace(load_bundle(resolve_bundle(model)).info.transform, fit="stretch")
    files = sorted(file for file in folder.rglob("*") if file.suffix in {".png", ".jpg"})
    random.Random(0).shuffle(files)
    ready = np.stack([transform.prepare(file.read_bytes()) for file in files[: CALIBRATED + count]])
    return ready[:CALIBRATED], ready[CALIBRATED : CALIBRATED + (len(ready) - CALIBRATED) // 32 * 32]


if __name__ == "__main__":
    main()
