"""What `throughput.py` measures, each in a process of its own: a JSON object on standard output.

Times leave start-up aside: imports, processes and network are there, and have worked once, before the clock runs.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from models.bundle.bundle import resolve_bundle
from models.bundle.description import bundle_info
from models.bundle.serialization import load_bundle
from models.devices import usable_cores
from tests.benchmarks.process_tree import core_seconds

MODEL = "default"
READY_IMAGES = 256
"""Tensors that the bare network is given, again and again."""
LONGEST = 10.0
"""Seconds of work after which a measure of single images stops."""
SHORTEST = 5.0
"""Seconds that a measure of batches lasts at least: pictures are taken again until then."""


def extraction(pdfs: Path, workers: int) -> dict[str, Any]:
    """Papers read by processes, and nothing else done with them."""
    from tasks.extraction.pool import shared_pool, stop_shared_pools
    from tasks.records import Extraction, Paper, PaperFiles, SourceFile
    from tasks.settings import ExtractionLimits

    papers = [
        PaperFiles(Paper(hashlib.sha256(pdf.read_bytes()).hexdigest(), str(pdf)), SourceFile(str(pdf)))
        for pdf in _pdfs(pdfs)
    ]
    pool = shared_pool(workers, ExtractionLimits())
    with tempfile.TemporaryDirectory() as folder:
        list(pool.read(papers[:1] * 3 * workers, Path(folder)))
        clock = _Clock()
        read = [paper for paper in pool.read(papers, Path(folder)) if isinstance(paper, Extraction)]
        measured = clock.read()
    stop_shared_pools()
    subfigures = sum(len(figure.subfigures) for paper in read for figure in paper.figures)
    return measured | {"pages": sum(paper.pages for paper in read), "subfigures": subfigures}


def pymupdf4llm(pdfs: Path) -> dict[str, Any]:
    """Papers as Markdown by pymupdf4llm as it comes, one after the other in this process."""
    import pymupdf
    import pymupdf4llm

    papers = _pdfs(pdfs)
    pymupdf4llm.to_markdown(papers[0], pages=[0])
    clock, pages = _Clock(), 0
    for paper in papers:
        pymupdf4llm.to_markdown(paper)
        with pymupdf.open(paper) as document:
            pages += document.page_count
    return clock.read() | {"pages": pages}


def classifier(dataset: Path, device: str, runtime: str) -> dict[str, Any]:
    """Encoded images through the classifier as `figmill label` has it: decoded, resized, in batches."""
    from tasks.classifying import Classifier
    from tasks.settings import LabelSettings
    from tasks.stopwatch import Stopwatch

    settings = LabelSettings((), "", device=device, runtime=runtime)
    images = list(_encoded(dataset))
    with Classifier(bundle_info(resolve_bundle(MODEL)), settings, Stopwatch()) as warm:
        # As many as a GPU's network takes at once, so that all decoding processes are there.
        list(warm.label(_papers((images * 1024)[: 1024 if device == "cuda" else 64])))
    with Classifier(bundle_info(resolve_bundle(MODEL)), settings, Stopwatch()) as network:
        clock = _Clock()
        done = sum(len(paper.scores) for paper in network.label(_papers(_again(dataset, clock))))
        return clock.read() | {"subfigures": done}


def _again(dataset: Path, clock: _Clock) -> Iterator[bytes]:
    """All pictures, read anew, and again until SHORTEST has passed."""
    while True:
        yield from _encoded(dataset)
        if clock.seconds > SHORTEST:
            return


def agreement(dataset: Path, device: str, runtime: str) -> dict[str, Any]:
    """How many pictures get the label, and the rejection, that fp32 on the CPU gives them."""
    from models.inference.predict import load_predictor

    images = _prepared(dataset)
    bundle = resolve_bundle(MODEL)
    clock = _Clock()
    found = load_predictor(bundle, device, runtime).predict(images)
    expected = load_predictor(bundle, "cpu", "fp32").predict(images)
    same = found.probabilities.argmax(axis=1) == expected.probabilities.argmax(axis=1)
    rejected = found.rejected == expected.rejected
    differ = np.abs(found.probabilities - expected.probabilities).max()
    shares = {"labels": same.mean(), "rejections": rejected.mean(), "differ": differ}
    return clock.read() | {"subfigures": len(images)} | {name: float(value) for name, value in shares.items()}


def bare(dataset: Path, device: str, runtime: str) -> dict[str, Any]:
    """The network alone on prepared images that are in memory, on a GPU in the GPU's."""
    from models.inference.predict import load_predictor

    predictor = load_predictor(resolve_bundle(MODEL), device, runtime)
    images = _prepared(dataset, max(READY_IMAGES, predictor.at_once))
    forward = _on_gpu(predictor) if predictor.device == "cuda" else predictor.predict
    done, _ = 0, forward(images)
    clock = _Clock()
    while clock.seconds < 5:
        forward(images)
        done += len(images)
    return clock.read() | {"subfigures": done, "runtime": predictor.runtime}


def naive(dataset: Path, device: str) -> dict[str, Any]:
    """What one writes first: PIL, torchvision's transforms and the network, one image at a time."""
    import torch
    from PIL import Image
    from torchvision.transforms import v2

    bundle = load_bundle(resolve_bundle(MODEL))
    transform, where = bundle.info.transform, _torch_device(device)
    network = bundle.network.to(where)
    steps = v2.Compose(
        [
            v2.ToImage(),
            v2.Resize((transform.size, transform.size), antialias=True),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(transform.mean, transform.std),
        ]
    )

    def one(data: bytes) -> int:
        x = steps(Image.open(io.BytesIO(data)).convert("RGB"))[None].to(where)
        return int(network.head(network.features(x)).argmax())

    images, done = list(_encoded(dataset)), 0
    with torch.inference_mode():
        one(images[0])
        clock = _Clock()
        for data in images:
            one(data)
            done += 1
            if clock.seconds > LONGEST:
                break
    return clock.read() | {"subfigures": done}


def label(pdfs: Path, out: Path, workers: int, device: str, runtime: str) -> dict[str, Any]:
    """A whole run of `figmill label` into `out`; its peak of memory is measured from outside."""
    from flows.runs.label import label_here
    from tasks.progress import Reporter
    from tasks.settings import LabelSettings

    settings = LabelSettings((str(pdfs),), str(out), workers=workers, device=device, runtime=runtime)
    clock = _Clock()
    summary = label_here(settings, Reporter())
    stages = {f"{stage}_seconds": seconds for stage, seconds in summary.counts.stage_seconds.items()}
    return clock.read() | stages | {"pages": summary.counts.pages, "subfigures": summary.counts.subfigures}


def shards(pdfs: Path, out: Path, count: int, prefect: int) -> dict[str, Any]:
    """`count` shards of one small paper each, by Prefect (an API has to be configured) or without it."""
    from flows.terminal.launch import launch
    from tasks.settings import LabelSettings

    settings = LabelSettings((str(pdfs),), str(out), workers=1, device="cpu", shard_size=1, limit=count)
    clock = _Clock()
    summary = launch(settings, bool(prefect), verbose=False)
    return clock.read() | {"papers": summary.papers}


MEASURES: dict[str, Callable[..., dict[str, Any]]] = {
    function.__name__: function
    for function in (extraction, pymupdf4llm, classifier, agreement, bare, naive, label, shards)
}


class _Clock:
    """Wall time and core-seconds of this process and its children since it was made."""

    def __init__(self) -> None:
        self._cores, self._started = core_seconds(os.getpid()), time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def read(self) -> dict[str, Any]:
        return {"seconds": self.seconds, "core_seconds": core_seconds(os.getpid()) - self._cores}


def copies(pdfs: Sequence[Path], folder: Path, times: int) -> Path:
    """The papers `times` over, the further ones with a line after their end that gives them hashes of their own."""
    folder.mkdir(parents=True)
    for number in range(times):
        for pdf in pdfs:
            target = folder / f"{number}-{pdf.name}"
            if number == 0:
                target.symlink_to(pdf.resolve())
                continue
            shutil.copyfile(pdf, target)
            with target.open("ab") as file:
                file.write(b"\n%% copy %d\n" % number)
    return folder


def _pdfs(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.pdf"))


def _encoded(pictures: Path) -> Iterator[bytes]:
    """The pictures of a dataset as they are stored, or those of a folder of files."""
    if not (pictures / "subfigures").is_dir():
        yield from (file.read_bytes() for file in sorted(pictures.rglob("*")) if file.is_file())
        return
    import pyarrow.dataset as ds

    for row in ds.dataset(pictures / "subfigures").to_table(["image"])["image"].to_pylist():
        yield row["bytes"]


def _prepared(dataset: Path, count: int | None = None) -> list[np.ndarray]:
    """The pictures' canvases, `count` of them, over and over; each once without `count`."""
    transform = bundle_info(resolve_bundle(MODEL)).transform
    with ThreadPoolExecutor(usable_cores()) as threads:
        some = list(threads.map(transform.prepare, itertools.islice(_encoded(dataset), count)))
    return list(itertools.islice(itertools.cycle(some), count or len(some)))


def _papers(images: Iterable[bytes]) -> Iterator[Any]:
    """The images as if a paper had been read for every eight of them."""
    from tasks.records import EncodedImage, Extraction, Figure, Metadata, Paper, Subfigure

    coming = iter(images)
    for first in itertools.count():
        pictures = [EncodedImage(data, "png", 0, 0, "") for data in itertools.islice(coming, 8)]
        if not pictures:
            return
        parts = tuple(Subfigure(i, (0, 0, 1, 1), picture) for i, picture in enumerate(pictures))
        figure = Figure(0, 1, (0, 0, 1, 1), "raster", None, None, None, parts)
        yield Extraction(Paper(f"{first:064}", ""), Metadata(), 1, (figure,), 0.0)


def _torch_device(device: str) -> Any:
    from models.devices import choose_device

    return choose_device(device)


def _on_gpu(predictor: Any) -> Callable[[list[np.ndarray]], None]:
    """The network of the first GPU on tensors that lie there."""
    import torch

    from models.devices import half_precision
    from models.inference.torch_engine import deployed

    device = torch.device("cuda", 0)
    bundle = load_bundle(resolve_bundle(MODEL))
    network = deployed(bundle.network, device)
    x = torch.rand((predictor.chunk, 3, *predictor.transform.shapes[0]), device=device)
    x = x.contiguous(memory_format=torch.channels_last)
    eager = torch.autocast("cuda", half_precision(device))

    def forward(images: list[np.ndarray]) -> None:
        with torch.inference_mode(), eager:
            for _ in range(-(-len(images) // predictor.chunk)):
                network.head(network.features(x))
        torch.cuda.synchronize(device)

    return forward


if __name__ == "__main__":
    options = json.loads(sys.argv[2])
    paths = {
        name: Path(value) if name in {"pdfs", "out", "dataset"} else value for name, value in options.items()
    }
    print(json.dumps(MEASURES[sys.argv[1]](**paths)))
