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
from models.inference.blankness import blank
from models.inference.decisions import Panels, decide
from models.inference.engine import Engine, Engines, Floats
from models.inference.opening import Runtime, open_engines
from models.inference.sentences.encoders import open_encoder
from models.inference.sentences.reading import SentenceReader
from models.inference.words import TextView, Words
from models.transforms import Pixels, by_shape

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

_LIBRARIES = {"openvino": "OpenVINO", "onnx": "ONNX Runtime", "torch": "PyTorch"}


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a bundle says of N images."""

    probabilities: npt.NDArray[np.float32]
    """(N, classes), calibrated; what a row lacks to 1 is the probability of being no figure's panel.

    A rejected row's are scaled down so that none is above the bundle's threshold."""
    embeddings: npt.NDArray[np.float16]
    """(N, embedding_size): the pooled features of the same forward pass."""
    rejected: npt.NDArray[np.bool_]
    """(N,): the model abstains."""
    compound: npt.NDArray[np.float32] | None
    """(N,): the probability that the image holds several panels; None for a bundle that does not say."""
    members: npt.NDArray[np.bool_] | None
    """(N, classes): the conformal set, never empty; None for a bundle that does not say."""
    paths: tuple[tuple[str, ...], ...]
    """N: every ancestor of the most probable class and the class, as in `models.taxonomy.path`.

    It ends at the group where the class is below the bundle's threshold and the group's sum is not; below a chart
    stands its kind (`illustration/chart/bar`)."""


class Predictor:
    """A bundle ready to classify on one kind of device: a CPU's cores or all GPUs. Thread-safe."""

    def __init__(self, info: BundleInfo, engines: Engines) -> None:
        self.name, self.card, self.model_id = info.name, info.card, info.model_id
        self.classes, self.embedding_size = info.classes, info.embedding_size
        self.transform, self.training = info.transform, info.training
        self.device, self.runtime, self.precision = engines.device, engines.runtime, engines.precision
        self.computation = f"{_LIBRARIES[engines.runtime]}, {engines.precision}, {engines.device}"
        self.chunk, self.at_once = engines.chunk, engines.chunk * len(engines.engines)
        self._info, self._novelty = info, engines.novelty
        self._text_view = _open_text_view(info, engines)
        self._free: queue.SimpleQueue[Engine] = queue.SimpleQueue()
        for engine in engines.engines:
            self._free.put(engine)
        self._threads = ThreadPoolExecutor(len(engines.engines), thread_name_prefix="engine")

    def prepare(self, data: bytes) -> Pixels:
        """Encoded image -> its canvas, uint8. Raises ValueError for what cannot be decoded or is too large."""
        return self.transform.prepare(data)

    def predict(
        self, images: Sequence[Pixels] | Pixels, texts: Sequence[Words | None] | None = None
    ) -> Predictions:
        """N canvases, as `prepare` gives them -> their predictions, in the same order.

        `texts`: what the paper says of each image, for a bundle that reads words; it also does without.
        """
        plain = [words.nearest if words else None for words in texts] if texts else None
        if self._text_view and texts:
            self._text_view.read_ahead(texts, self._threads.map)
        logits, features, blanks = self._compute(images, plain)
        ratios = self._text_view.log_ratios(texts, logits) if self._text_view and texts else None
        kinds = self._text_view.kind_logits(texts) if self._text_view and texts else None
        panels = Panels(logits, self._find_odd(features, blanks), texts or (), ratios, kinds)
        decisions = decide(self._info, panels)
        return Predictions(
            decisions.probabilities,
            features.clip(-65504, 65504).astype(np.float16),
            decisions.rejected,
            decisions.compound,
            decisions.members,
            decisions.paths,
        )

    def _compute(
        self, images: Sequence[Pixels] | Pixels, texts: Sequence[str | None] | None
    ) -> tuple[Floats, Floats, Flags]:
        """(N, outputs) logits, (N, embedding_size) features and (N,) what is blank, by all engines side by side."""
        logits = np.zeros((len(images), len(self._info.outputs)), np.float32)
        features = np.zeros((len(images), self.embedding_size), np.float32)
        blanks = np.zeros(len(images), bool)
        batches = [
            alike[start : start + self.chunk]
            for alike in by_shape(images)
            for start in range(0, len(alike), self.chunk)
        ]

        def forward(places: Places) -> None:
            batch = np.stack([images[place] for place in places])
            read = [texts[place] for place in places] if texts else None
            found = self._forward(batch, read)
            logits[places], features[places] = found[0], found[1][:, : self.embedding_size]
            if self._info.extra.background:
                blanks[places] = blank(batch)

        for _ in self._threads.map(forward, batches):
            pass
        return logits, features, blanks

    def _find_odd(self, features: Floats, blanks: Flags) -> Flags:
        """(N,): whether an image is unlike what trained the bundle, or blank where it knows strangers."""
        odd = blanks.copy()
        if self._novelty and self._info.rejection.novelty is not None:
            odd |= self._novelty.distances(features) > self._info.rejection.novelty
        return odd

    def _forward(self, images: Pixels, texts: Sequence[str | None] | None) -> tuple[Floats, Floats]:
        """(N, outputs) logits and (N, embedding_size) features or more, by the first engine that is free."""
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


def _open_text_view(info: BundleInfo, engines: Engines) -> TextView | None:
    words = info.calibration.words
    if not engines.text or not info.hashing or not words:
        return None
    reader = None
    if engines.sentences:
        encoder = open_encoder(engines.sentences, engines.device, eager=engines.runtime == "torch")
        reader = SentenceReader(engines.sentences, encoder)
    return TextView(engines.text, info.hashing, words.floor, reader)
