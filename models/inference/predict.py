"""Names the modality of images with a bundle: loaded once per process, used by batches."""

from __future__ import annotations

import functools
import queue
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.bundle.bundle import BundleInfo
from models.bundle.description import bundle_info
from models.devices import Device
from models.evaluation.calibration import softmax
from models.inference.blankness import blank
from models.inference.caption_view import fuse
from models.inference.engine import Engine, Engines, Floats
from models.inference.opening import Runtime, open_engines
from models.transforms import Pixels

_LIBRARIES = {"openvino": "OpenVINO", "onnx": "ONNX Runtime", "torch": "PyTorch"}


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
    """A bundle ready to classify on one kind of device: a CPU's cores or all GPUs. Thread-safe."""

    def __init__(self, info: BundleInfo, engines: Engines) -> None:
        self.name, self.card, self.model_id = info.name, info.card, info.model_id
        self.classes, self.embedding_size = info.classes, info.embedding_size
        self.transform = info.transform
        self.rejection, self.caption_weight = info.rejection, info.caption_weight
        self.device, self.runtime = engines.device, engines.runtime
        self.computation = f"{_LIBRARIES[engines.runtime]}, {engines.precision}, {engines.device}"
        self.chunk, self.at_once = engines.chunk, engines.chunk * len(engines.engines)
        self._outputs = len(info.outputs)
        self._novelty = engines.novelty
        self._temperature = info.temperature
        self._free: queue.SimpleQueue[Engine] = queue.SimpleQueue()
        for engine in engines.engines:
            self._free.put(engine)
        self._threads = ThreadPoolExecutor(len(engines.engines), thread_name_prefix="engine")

    def prepare(self, data: bytes) -> Pixels:
        """Encoded image -> (S, S, 3) uint8. Raises ValueError for what cannot be decoded or is too large."""
        return self.transform.prepare(data)

    def predict(self, images: Pixels, texts: Sequence[str | None] | None = None) -> Predictions:
        """(N, S, S, 3) uint8, as `prepare` gives them -> their predictions, in the same order.

        `texts`: the subcaption or caption of each image, for a bundle or network that reads them; it also does without.
        """
        starts = range(0, len(images), self.chunk)
        parts = list(
            self._threads.map(
                self._forward,
                (images[i : i + self.chunk] for i in starts),
                (texts and texts[i : i + self.chunk] for i in starts),
            )
        )
        logits = np.concatenate([np.zeros((0, self._outputs), np.float32), *(part[0] for part in parts)])
        features = np.concatenate([np.zeros((0, self.embedding_size), np.float32), *(p[1] for p in parts)])
        probabilities = softmax(logits / self._temperature)
        if texts is not None and self.caption_weight:
            probabilities = fuse(probabilities, self.classes, texts, self.caption_weight)
        probabilities = np.ascontiguousarray(probabilities[:, : len(self.classes)])
        rejected = probabilities.max(axis=1) < self.rejection.threshold
        if self._novelty and self.rejection.novelty is not None:
            rejected |= self._novelty.distances(features) > self.rejection.novelty
        if self.rejection.background:
            rejected |= blank(images)
        return Predictions(probabilities, features.clip(-65504, 65504).astype(np.float16), rejected)

    def _forward(self, images: Pixels, texts: Sequence[str | None] | None) -> tuple[Floats, Floats]:
        """(N, outputs) logits and (N, embedding_size) features, by the first engine that is free."""
        engine = self._free.get()
        try:
            return engine.forward(images, texts)
        finally:
            self._free.put(engine)


def load_predictor(path: str | Path, device: Device = "auto", runtime: Runtime = "auto") -> Predictor:
    """The predictor of a bundle's folder; the same one for the same arguments within a process.

    Raises BundleError for a broken bundle, DeviceError for `cuda` where there is none.
    """
    return _load(str(Path(path).resolve()), device, runtime)


@functools.cache
def _load(path: str, device: Device, runtime: Runtime) -> Predictor:
    info = bundle_info(path)
    return Predictor(info, open_engines(info, device, runtime))
