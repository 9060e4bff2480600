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
from models.devices import DeviceError, usable_cores
from models.inference.predict import Predictor, load_predictor
from models.inference.words import Words
from tasks.errors import UnusableBundleError
from tasks.records import Extraction, Failure, LabelledPaper, Score, Subfigure
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
        self._decoders = ThreadPoolExecutor(usable_cores(), thread_name_prefix="prepare")
        self._classifiers = ThreadPoolExecutor(_MOST_IN_FLIGHT, thread_name_prefix="classify")
        self._network = self._classifiers.submit(_load, bundle.path, settings.device, settings.runtime)
        self._waiting: deque[_Item] = deque()
        self._prepared: deque[tuple[_Item, Future[np.ndarray | None]]] = deque()
        self._in_flight: deque[tuple[list[_Item], Future[list[Score | None]]]] = deque()

    def __enter__(self) -> Classifier:
        return self

    def __exit__(self, *_: object) -> None:
        for threads in (self._decoders, self._classifiers):
            threads.shutdown(wait=False, cancel_futures=True)

    @property
    def computation(self) -> str:
        """What computes the network, in which precision and where, for people; empty until the network is loaded."""
        network = self._network
        return network.result().computation if network.done() and not network.exception() else ""

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
            _Item(paper, place, subfigure, Words(own=subfigure.subcaption, caption=figure.caption))
            for place, (figure, subfigure) in enumerate(pairs)
        )
        self._prepare_ahead()

    def _is_full(self) -> bool:
        """Whether a batch is there; its size is the network's matter, which is waited for once it has work."""
        count = len(self._waiting) + len(self._prepared)
        return count >= (self._settings.batch_size or _BATCH) and count >= self._batch

    @property
    def _batch(self) -> int:
        return self._settings.batch_size or max(_BATCH, self._network.result().chunk)

    def _prepare_ahead(self) -> None:
        ahead = 2 * (self._batch if self._network.done() else self._settings.batch_size or _BATCH)
        while self._waiting and len(self._prepared) < ahead:
            item = self._waiting.popleft()
            self._prepared.append((item, self._decoders.submit(self._prepare, item.subfigure.image.data)))

    def _prepare(self, data: bytes) -> np.ndarray | None:
        """(S, S, 3) uint8; None for an image that cannot be decoded: its row stays, not scored."""
        with self._stopwatch.timed("prepare"):
            try:
                return self._bundle.transform.prepare(data)
            except ValueError:
                return None

    def _send(self) -> Iterator[LabelledPaper]:
        """Sends a batch to the network; gives back what has come from it, once enough is on its way."""
        batch = [self._prepared.popleft() for _ in range(min(self._batch, len(self._prepared)))]
        self._prepare_ahead()
        scores = self._classifiers.submit(self._scores, batch)
        self._in_flight.append(([item for item, _ in batch], scores))
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

    def _scores(self, batch: Sequence[tuple[_Item, Future[np.ndarray | None]]]) -> list[Score | None]:
        """A score for each of a batch; None where there is no image or the network gives no number."""
        scores: list[Score | None] = [None] * len(batch)
        images = [future.result() for _, future in batch]
        places = [place for place, image in enumerate(images) if image is not None]
        if not places:
            return scores
        texts = [batch[place][0].words for place in places] if self._settings.captions else None
        network = self._network.result()
        with self._stopwatch.timed("classify"):
            found = network.predict(np.stack([image for image in images if image is not None]), texts)
        for row, place in enumerate(places):
            score = Score(found.probabilities[row], found.embeddings[row], bool(found.rejected[row]))
            scores[place] = score if np.isfinite(score.probabilities).all() else None
        return scores


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


_load_lock = threading.Lock()


def _load(path: Path, device: Device, runtime: Runtime) -> Predictor:
    """The classifier of this process, which shards in flight share."""
    with _load_lock:
        try:
            return load_predictor(path, device, runtime)
        except (BundleError, DeviceError) as error:
            raise UnusableBundleError(str(error)) from error
