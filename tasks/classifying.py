"""The classifier of a stream of papers: images are decoded ahead, batches run across papers, several at a time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.bundle.bundle import BundleError, BundleInfo
from models.devices import DeviceError, has_gpu_driver, usable_cores
from models.inference.decoding import Decoded, Decoders, shared_decoders
from models.inference.predict import Predictions, Predictor, load_predictor
from models.inference.words import Words
from tasks.errors import UnusableBundleError
from tasks.records import Extraction, Figure, LabelledPaper, Score, Subfigure
from tasks.runs.outcomes import Failure
from tasks.settings import Device, LabelSettings, RelabelSettings, Runtime
from tasks.stopwatch import Stopwatch

_BATCH = 32
"""Subfigures in a batch on a CPU: of a few papers, so that rows come soon."""
_MOST_IN_FLIGHT = 64


class Classifier:
    """Scores the subfigures of a stream of papers; a context.

    The network loads in a thread of its own, so that papers are read meanwhile. What waits is bounded: two batches
    of prepared images and as many batches in flight as the device computes at a time, and one more.
    """

    def __init__(
        self, bundle: BundleInfo, settings: LabelSettings | RelabelSettings, stopwatch: Stopwatch
    ) -> None:
        self._bundle = bundle
        self._settings = settings
        self._stopwatch = stopwatch
        self._decoders, self._own_decoders = _decoders(bundle, settings.device)
        self._classifiers = ThreadPoolExecutor(_MOST_IN_FLIGHT, thread_name_prefix="classify")
        self._network = self._classifiers.submit(_load, bundle.path, settings.device, settings.runtime)
        self._waiting: deque[_Item] = deque()
        self._prepared: deque[_Chunk] = deque()
        self._ahead = 0
        """Images in `_prepared`."""
        self._in_flight: deque[tuple[list[_Item], Future[list[Score | None]]]] = deque()

    def __enter__(self) -> Classifier:
        return self

    def __exit__(self, *_: object) -> None:
        self._classifiers.shutdown(wait=False, cancel_futures=True)
        if self._own_decoders:
            self._decoders.close()

    @property
    def computation(self) -> str:
        """What computes the network, in which precision and where, for people; empty until the network is loaded."""
        network = self._network
        return network.result().computation if network.done() and not network.exception() else ""

    @property
    def precision(self) -> str | None:
        """What the network computes in, such as `bfloat16`; None until it is loaded."""
        network = self._network
        return network.result().precision if network.done() and not network.exception() else None

    def label(self, results: Iterable[Extraction | Failure]) -> Iterator[LabelledPaper | Failure]:
        """Each paper as soon as all its subfigures are scored; failures as they come."""
        for result in results:
            if self._network.done():
                self._network.result()  # a bundle or device that does not work ends the run now
            if isinstance(result, Failure):
                yield result
            else:
                yield from self._take(result)
            while self._is_full():
                yield from self._send()
            while self._in_flight and self._in_flight[0][1].done():
                yield from self._land()
        while self._waiting or self._prepared:
            yield from self._send()
        while self._in_flight:
            yield from self._land()

    def _take(self, extraction: Extraction) -> Iterator[LabelledPaper]:
        self._stopwatch.add("extract", extraction.seconds)
        pairs = [(figure, subfigure) for figure in extraction.figures for subfigure in figure.subfigures]
        if not pairs:
            yield LabelledPaper(extraction, ())
            return
        paper = _Paper(extraction, [None] * len(pairs), len(pairs))
        self._waiting.extend(
            _Item(paper, place, subfigure, _words(figure, subfigure))
            for place, (figure, subfigure) in enumerate(pairs)
        )
        self._prepare_ahead()

    def _is_full(self) -> bool:
        """Whether a batch is there; its size is the network's matter, which is waited for once it has work."""
        count = len(self._waiting) + self._ahead
        return count >= (self._settings.batch_size or _BATCH) and count >= self._batch

    @property
    def _batch(self) -> int:
        return self._settings.batch_size or max(_BATCH, self._network.result().chunk)

    def _prepare_ahead(self) -> None:
        batch = self._batch if self._network.done() else self._settings.batch_size or _BATCH
        size = min(batch, self._decoders.chunk)
        while self._waiting and self._ahead < 2 * batch:
            items = [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]
            images = [item.subfigure.image.data for item in items]
            self._prepared.append(_Chunk(items, self._decoders.submit(images)))
            self._ahead += len(items)

    def _next_batch(self) -> list[_Chunk]:
        """As many chunks as fit into a batch."""
        chunks: list[_Chunk] = []
        room = self._batch
        while self._prepared and len(self._prepared[0].items) <= room:
            chunks.append(self._prepared.popleft())
            room -= len(chunks[-1].items)
        self._ahead -= self._batch - room
        return chunks

    def _send(self) -> Iterator[LabelledPaper]:
        """Sends a batch to the network; gives back what has come from it, once enough is on its way."""
        chunks = self._next_batch()
        self._prepare_ahead()
        items = [item for chunk in chunks for item in chunk.items]
        self._in_flight.append((items, self._classifiers.submit(self._scores, chunks)))
        at_once = -(-self._network.result().at_once // self._batch)
        while len(self._in_flight) > min(at_once + 1, _MOST_IN_FLIGHT - 1):
            yield from self._land()

    def _land(self) -> Iterator[LabelledPaper]:
        """The papers that the oldest batch in flight completes."""
        items, scores = self._in_flight.popleft()
        for item, score in zip(items, scores.result(), strict=True):
            item.paper.scores[item.place] = score
            item.paper.missing -= 1
            if not item.paper.missing:
                yield LabelledPaper(item.paper.extraction, tuple(item.paper.scores))

    def _scores(self, chunks: Sequence[_Chunk]) -> list[Score | None]:
        """A score for each image of a batch; None where there is none to see or the network gives no number."""
        decoded = [chunk.decoded.result() for chunk in chunks]
        self._stopwatch.add("prepare", sum(one.seconds for one in decoded))
        read = np.concatenate([one.read for one in decoded])
        scores: list[Score | None] = [None] * len(read)
        places = read.nonzero()[0].tolist()
        if not places:
            return scores
        words = [item.words for chunk in chunks for item in chunk.items]
        network = self._network.result()
        pixels = [canvas for one in decoded for canvas in one.pixels]
        with self._stopwatch.timed("classify"):
            found = network.predict(
                pixels, [words[place] for place in places] if self._settings.captions else None
            )
        finite = np.isfinite(found.probabilities.sum(axis=1))
        for row, place in enumerate(places):
            if finite[row]:
                scores[place] = _score(found, row, network.classes)
        return scores


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Items whose images are decoded together."""

    items: list[_Item]
    decoded: Future[Decoded]


@dataclass(slots=True)
class _Paper:
    """A paper whose subfigures are being scored; `missing` counts those to come."""

    extraction: Extraction
    scores: list[Score | None]
    missing: int


@dataclass(frozen=True, slots=True)
class _Item:
    paper: _Paper
    place: int
    subfigure: Subfigure
    words: Words
    """What the paper says of it."""


def _words(figure: Figure, subfigure: Subfigure) -> Words:
    """What the paper says of a subfigure."""
    return Words(subfigure.subcaption, figure.caption, subfigure.panel_label)


def _score(found: Predictions, row: int, classes: Sequence[str]) -> Score:
    """What was found of the image in this row."""
    return Score(
        found.probabilities[row],
        found.embeddings[row],
        bool(found.rejected[row]),
        found.paths[row],
        None if found.compound is None else float(found.compound[row]),
        _members(found, row, classes),
    )


def _members(found: Predictions, row: int, classes: Sequence[str]) -> tuple[str, ...] | None:
    """The classes of the conformal set, the most probable first."""
    if found.members is None:
        return None
    order = np.argsort(-found.probabilities[row], kind="stable")
    return tuple(classes[index] for index in order if found.members[row, index])


def _decoders(bundle: BundleInfo, device: Device) -> tuple[Decoders, bool]:
    """Decoders, and whether to close them: processes, where there may be a GPU, serve all shards of this one."""
    if device != "cpu" and has_gpu_driver():
        return shared_decoders(bundle.transform, usable_cores()), False
    return Decoders(bundle.transform, usable_cores(), processes=False), True


_load_lock = threading.Lock()


def _load(path: Path, device: Device, runtime: Runtime) -> Predictor:
    """The classifier of this process, which shards in flight share."""
    with _load_lock:
        try:
            return load_predictor(path, device, runtime)
        except (BundleError, DeviceError) as error:
            raise UnusableBundleError(str(error)) from error
