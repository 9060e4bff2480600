"""Labels one shard: papers read by processes, batches across papers through one classifier, rows to the part.

    processes: read papers -> threads: decode and resize -> this thread: classify batches, write rows

Bounded everywhere: some papers ahead of the classifier, two batches of prepared images, one row group of rows.
"""

from __future__ import annotations

import functools
import shutil
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from models.bundle import BundleError, BundleInfo
from tasks import storage
from tasks.bundles import open_bundle
from tasks.dataset import spool_of
from tasks.errors import UnusableBundleError
from tasks.fetching import Deliveries
from tasks.holdings import drop_papers, retire_papers
from tasks.lock import check_claim
from tasks.parts import PartWriter
from tasks.progress import Listener
from tasks.records import Extraction, Failure, LabelledPaper, Score, Shard, ShardOutcome, Subfigure
from tasks.schema import Stamp
from tasks.settings import Device, LabelSettings, RelabelSettings, default_workers
from tasks.workers import shared_pool

if TYPE_CHECKING:
    from models.predict import Predictor
    from tasks.storage import Place

Stage = Literal["extract", "prepare", "classify", "write"]
_PREPARING_THREADS = 2


def label_shard(shard: Shard, settings: LabelSettings, listener: Listener | None = None) -> ShardOutcome:
    """Reads, classifies and writes a shard's papers: one part and its ledger part, or nothing.

    Raises FigmillError or OSError where the machine, not a paper, is at fault.
    """
    listener = listener or Listener()
    bundle = open_bundle(settings.model)
    clock = Clock()
    out = storage.place(settings.out)
    spool = spool_of(out) / shard.name
    pool = shared_pool(settings.workers or default_workers(), settings.limits)
    classifier = Classifier(bundle, settings, clock)
    deliveries = Deliveries(shard.papers, shard.name, settings.limits.file_mb * 2**20)
    try:
        with PartWriter(out, shard.name, stamp_of(bundle)) as part, classifier, deliveries:
            for failure in shard.failures:
                part.fail(failure)
                listener.failed(failure)
            results = classifier.label(deliveries.results(pool.read(deliveries, spool)))
            permitted = functools.partial(check_claim, out, shard.claim)
            retire = functools.partial(_retire_earlier, out, shard)
            outcome = write_results(results, part, listener, clock, permitted, retire)
        for file, paper_ids in shard.replaces:
            drop_papers(out, file, paper_ids)
        return outcome
    finally:
        shutil.rmtree(spool, ignore_errors=True)


def write_results(
    results: Iterable[LabelledPaper | Failure],
    part: PartWriter,
    listener: Listener,
    clock: Clock,
    permitted: Callable[[], None],
    retire: Callable[[], None] = lambda: None,
) -> ShardOutcome:
    """Writes what became of a shard's papers as it comes, and commits the part."""
    for result in results:
        _write(result, part, listener, clock)
    with clock.timed("write"):
        outcome = part.commit(permitted, retire)
    outcome = replace(outcome, stage_seconds=clock.seconds())
    listener.written(outcome)
    return outcome


def _retire_earlier(out: Place, shard: Shard) -> None:
    """Takes the earlier rows of the shard's articles from the readers' sight."""
    if shard.replaces:
        check_claim(out, shard.claim)
    for file, paper_ids in shard.replaces:
        retire_papers(out, file, paper_ids)


def stamp_of(bundle: BundleInfo) -> Stamp:
    """What the files of a dataset say of the bundle that labelled it."""
    return Stamp(bundle.model_id, bundle.classes, bundle.embedding_size, bundle.card)


def _write(result: LabelledPaper | Failure, part: PartWriter, listener: Listener, clock: Clock) -> None:
    with clock.timed("write"):
        part.add(result) if isinstance(result, LabelledPaper) else part.fail(result)
    if isinstance(result, LabelledPaper):
        listener.labelled(result)
    else:
        clock.add("extract", result.seconds)
        listener.failed(result)


class Classifier:
    """Scores the subfigures of a stream of papers in batches that run across papers; a context.

    The network loads in a thread of its own, so that papers are read meanwhile.
    """

    def __init__(self, bundle: BundleInfo, settings: LabelSettings | RelabelSettings, clock: Clock) -> None:
        self._bundle = bundle
        self._batch_size = settings.batch_size
        self._reads_captions = settings.captions
        self._clock = clock
        self._threads = ThreadPoolExecutor(_PREPARING_THREADS + 1, thread_name_prefix="prepare")
        self._network = self._threads.submit(_load, bundle.path, settings.device)
        self._waiting: deque[_Item] = deque()
        self._prepared: deque[tuple[_Item, Future[np.ndarray | None]]] = deque()

    def __enter__(self) -> Classifier:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def label(self, results: Iterable[Extraction | Failure]) -> Iterator[LabelledPaper | Failure]:
        """Each paper as soon as all its subfigures are scored; failures as they come."""
        for result in results:
            if self._network.done():
                self._network.result()  # a bundle or device that does not work ends the run now
            if isinstance(result, Failure):
                yield result
            else:
                yield from self._take(result)
            while len(self._waiting) + len(self._prepared) >= self._batch_size:
                yield from self._classify()
        while self._waiting or self._prepared:
            yield from self._classify()

    def _take(self, extraction: Extraction) -> Iterator[LabelledPaper]:
        self._clock.add("extract", extraction.seconds)
        pairs = [(figure, subfigure) for figure in extraction.figures for subfigure in figure.subfigures]
        if not pairs:
            yield LabelledPaper(extraction, ())
            return
        paper = _Paper(extraction, [None] * len(pairs), len(pairs))
        self._waiting.extend(
            _Item(paper, place, subfigure, subfigure.subcaption or figure.caption)
            for place, (figure, subfigure) in enumerate(pairs)
        )
        self._prepare_ahead()

    def _prepare_ahead(self) -> None:
        while self._waiting and len(self._prepared) < 2 * self._batch_size:
            item = self._waiting.popleft()
            self._prepared.append((item, self._threads.submit(self._prepare, item.subfigure.image.data)))

    def _prepare(self, data: bytes) -> np.ndarray | None:
        """(S, S, 3) uint8; None for an image that cannot be decoded: its row stays, not scored."""
        with self._clock.timed("prepare"):
            try:
                return self._bundle.transform.prepare(data)
            except ValueError:
                return None

    def _classify(self) -> Iterator[LabelledPaper]:
        self._prepare_ahead()
        batch = [self._prepared.popleft() for _ in range(min(self._batch_size, len(self._prepared)))]
        self._prepare_ahead()
        images = [(item, image) for item, future in batch if (image := future.result()) is not None]
        for item, score in self._scores(images):
            item.paper.scores[item.place] = score
        for item, _ in batch:
            item.paper.missing -= 1
            if not item.paper.missing:
                yield LabelledPaper(item.paper.extraction, tuple(item.paper.scores))

    def _scores(self, images: list[tuple[_Item, np.ndarray]]) -> Iterator[tuple[_Item, Score | None]]:
        if not images:
            return
        network = self._network.result()
        with _device_lock, self._clock.timed("classify"):
            texts = [item.text for item, _ in images] if self._reads_captions else None
            found = network.predict(np.stack([image for _, image in images]), texts)
        for row, (item, _) in enumerate(images):
            score = Score(found.probabilities[row], found.embeddings[row], bool(found.rejected[row]))
            yield item, score if np.isfinite(score.probabilities).all() else None


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
    text: str | None
    """What the paper says of it: the subcaption, or else the caption of the whole figure."""


_load_lock = threading.Lock()
_device_lock = threading.Lock()
"""One batch at a time on the device: shards in flight share the classifier."""


def _load(path: Path, device: Device) -> Predictor:
    with _load_lock:
        from models.devices import DeviceError
        from models.predict import load_predictor

        try:
            return load_predictor(path, device)
        except (BundleError, DeviceError) as error:
            raise UnusableBundleError(str(error)) from error


class Clock:
    """Seconds of work by stage; several threads add to it."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._lock = threading.Lock()

    def add(self, stage: Stage, seconds: float) -> None:
        """So much work more."""
        with self._lock:
            self._seconds[stage] += seconds

    @contextmanager
    def timed(self, stage: Stage) -> Iterator[None]:
        """Counts what is done within."""
        started = time.perf_counter()
        yield
        self.add(stage, time.perf_counter() - started)

    def seconds(self) -> dict[str, float]:
        """What was counted, by stage."""
        return dict(self._seconds)
