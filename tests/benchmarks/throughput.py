"""How fast this machine labels papers, where its time goes, and what eight million articles would take.

    uv run python -m tests.benchmarks.throughput [PAPERS] [--only PART,...] [--device cuda] [--limit N]
        [--pictures FOLDER] [--megapixels SIZE] [--runtimes auto,...] [--price EUROS]

Prints tables, part by part; every measure runs in a process of its own, with start-up left aside:

  extraction     papers read by 1 and by N processes, nothing else done with them; a few of them also by
                 pymupdf4llm, which makes Markdown of them, in one process
  classifier     encoded images through the classifier; the network alone on ready images; both as fast as can be, in
                 single precision and as the eager reference; the naive loop, one image at a time with PIL and
                 torchvision; and how many labels are those of single precision on the CPU. The images are the papers'
                 own, or a folder's (--pictures), or drawn (--megapixels): these need nothing but what `models` needs
  run            the whole of `figmill label`: with 1 worker, and with N on 1, 2 and 4 times the papers (copies
                 with hashes of their own): time grows with the papers, memory must not; then eight million articles,
                 and core-hours of a million pages, with what they cost where a core-hour costs --price
  orchestration  (only when asked for) small shards with a local Prefect server and without: what a shard costs

The machine should have nothing else to do. All parts but the last take some 6 minutes for 24 papers on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.devices import DeviceError, takes_gpu, usable_cores
from tests.benchmarks.drawn_pictures import draw
from tests.benchmarks.measures import copies
from tests.benchmarks.process_tree import MEASURE, Peak

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "pdf"
ARTICLES = 8_000_000
WEEK = 7 * 24
TIMES = (1, 2, 4)
SHARD = 200
DRAWN = 256
"""Pictures that are drawn of each size."""
FEW_PAPERS = 4
"""That others, which are slow, are compared on."""
FEW, MANY = 4, 24
"""Shards of the two runs whose difference is what one costs."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where everything is measured."""

    cores: int
    device: str
    folder: Path

    def measure(self, name: str, **options: Any) -> dict[str, Any]:
        """One of `measures.py` in a process of its own, with the peak of its tree's memory in bytes."""
        words = {key: str(value) if isinstance(value, Path) else value for key, value in options.items()}
        command = [sys.executable, "-m", "tests.benchmarks.measures", name, json.dumps(words)]
        with (
            subprocess.Popen(
                command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
            ) as process,
            Peak(process.pid) as peak,
        ):
            said, _ = process.communicate()
        if process.returncode:
            sys.exit(f"{name} failed, see above")
        return json.loads(said.splitlines()[-1]) | {"peak": peak.tree}


def main() -> None:
    """Measures the parts that were asked for and prints a table of each."""
    options = _options()
    pdfs = sorted(options.papers.rglob("*.pdf"))[: options.limit]
    with tempfile.TemporaryDirectory(prefix="figmill-throughput-") as folder:
        machine = Machine(usable_cores(), options.device, Path(folder))
        print(f"{_name(machine)}; {len(pdfs)} papers; Python {platform.python_version()}")
        papers = copies(pdfs, machine.folder / "pdf-1", 1)
        extraction = classifier = None
        if "extraction" in options.only:
            extraction = measure_extraction(machine, papers)
        if "classifier" in options.only and pdfs:
            out = machine.folder / "pictures"
            workers = {"workers": machine.cores, "device": machine.device, "runtime": "auto"}
            machine.measure("label", pdfs=papers, out=out, **workers)
            classifier = measure_classifier(machine, out, options.runtimes)
        for folder in options.pictures:
            measure_classifier(machine, folder, options.runtimes, f", {folder.name}")
        for size in options.megapixels:
            folder = draw(machine.folder / f"drawn-{size}", size, DRAWN)
            measure_classifier(machine, folder, options.runtimes, f", {size:g} megapixels")
        if "run" in options.only:
            measure_run(machine, pdfs, extraction, classifier, options.price)
        if "orchestration" in options.only:
            measure_orchestration(machine, pdfs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("papers", type=Path, nargs="?", default=CORPUS, help="a folder of PDFs")
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=["extraction", "classifier", "run"],
        metavar="PART,...",
    )
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--limit", type=int, help="of the papers, the first so many")
    parser.add_argument("--pictures", type=Path, nargs="+", default=[], help="folders of encoded pictures")
    parser.add_argument("--megapixels", type=float, nargs="+", default=[], help="of pictures that are drawn")
    parser.add_argument(
        "--runtimes", type=lambda text: text.split(","), default=["auto", "fp32", "eager"], metavar="NAME,..."
    )
    parser.add_argument("--price", type=float, metavar="EUROS", help="of a core-hour")
    options = parser.parse_args()
    try:
        takes_gpu(options.device)
    except DeviceError as error:
        parser.error(str(error))
    return options


def measure_extraction(machine: Machine, papers: Path) -> dict[str, Any]:
    """With one process, and with as many as there are cores; gives back the latter."""
    _title("extraction alone", "seconds", "core-s", "pages/s", "subfigures/s")
    found = {}
    for workers in sorted({1, machine.cores}):
        got = found[workers] = machine.measure("extraction", pdfs=papers, workers=workers)
        _row(_workers(workers), got, got["pages"] / got["seconds"], got["subfigures"] / got["seconds"])
    gain = found[1]["seconds"] / found[machine.cores]["seconds"]
    print(
        f"{machine.cores} workers are {gain:.2f} times as fast as one: {gain / machine.cores:.2f} N (>= 0.8 N)"
    )
    few = copies(sorted(papers.rglob("*.pdf"))[:FEW_PAPERS], machine.folder / "few", 1)
    ours, theirs = (
        machine.measure("extraction", pdfs=few, workers=1),
        machine.measure("pymupdf4llm", pdfs=few),
    )
    _row(f"{FEW_PAPERS} papers, pymupdf4llm", theirs, theirs["pages"] / theirs["seconds"])
    times = theirs["core_seconds"] / ours["core_seconds"]
    print(
        f"of these pymupdf4llm makes Markdown in {times:.1f} times the core-seconds that Figmill reads them in"
    )
    return found[machine.cores]


def measure_classifier(
    machine: Machine, pictures: Path, runtimes: Sequence[str], what: str = ""
) -> dict[str, Any]:
    """On a dataset or a folder of pictures; gives back the figures of the classifier in the first of `runtimes`."""
    _title(f"classifier alone{what}", "seconds", "core-s", "images/s", "core-ms/image")
    options = {"dataset": pictures, "device": machine.device}
    got = {
        (measure, runtime): _classifier_measure(
            machine, measure, f"{name}, {runtime}", runtime=runtime, **options
        )
        for name, measure in (("from encoded images", "classifier"), ("bare network", "bare"))
        for runtime in runtimes
    }
    naive = _rate(_classifier_measure(machine, "naive", "naive loop", **options))
    for runtime in runtimes:
        rate, bare = _rate(got["classifier", runtime]), _rate(got["bare", runtime])
        print(f"{runtime}: {rate / naive:.1f} times the naive loop, {rate / bare:.0%} of the bare network")
        same = machine.measure("agreement", runtime=runtime, **options)
        print(
            f"{runtime}: {same['labels']:.2%} of {same['subfigures']} labels as in fp32 on the CPU, "
            f"{same['rejections']:.2%} of rejections; probabilities within {same['differ']:.1e}"
        )
    return got["classifier", runtimes[0]]


def _classifier_measure(machine: Machine, measure: str, name: str, **options: Any) -> dict[str, Any]:
    """Prints a row of the classifier's table."""
    got = machine.measure(measure, **options)
    _row(name, got, _rate(got), 1000 * got["core_seconds"] / got["subfigures"])
    return got


def _rate(got: Mapping[str, Any]) -> float:
    """Images a second."""
    rate: float = got["subfigures"] / got["seconds"]
    return rate


def measure_run(
    machine: Machine,
    pdfs: list[Path],
    extraction: Mapping[str, Any] | None,
    classifier: Mapping[str, Any] | None,
    price: float | None,
) -> None:
    """Whole runs, the line through their times, and what follows for many more papers."""
    _title("figmill label", "seconds", "core-s", "pages/s", "subfigures/s", "peak " + MEASURE)
    found: dict[int, dict[str, Any]] = {}
    for workers, times in ((1, 1), *((machine.cores, times) for times in TIMES)):
        name = f"{workers}-{times}"
        papers = copies(pdfs, machine.folder / f"run-{name}", times)
        out = machine.folder / f"out-{name}"
        options = {"workers": workers, "device": machine.device, "runtime": "auto"}
        got = found[times] = machine.measure("label", pdfs=papers, out=out, **options)
        rates = (got["pages"] / got["seconds"], got["subfigures"] / got["seconds"])
        _row(
            f"{_workers(workers)}, {times} x the papers", got, *rates, last=f"{got['peak'] / 2**20:,.0f} MiB"
        )
    _print_shares(found[TIMES[-1]])
    once, most = found[1], found[TIMES[-1]]
    each = (most["seconds"] - once["seconds"]) / (TIMES[-1] - 1)
    line = found[2]["seconds"] / (once["seconds"] + each)
    print(f"memory at {TIMES[-1]} x: {most['peak'] / once['peak']:.2f} of that at 1 x (<= 1.05)")
    print(f"{each:.1f} s for the papers once more, start-up aside")
    print(f"2 x took {line:.2f} of what the line from 1 x to {TIMES[-1]} x says")
    if extraction and classifier:
        share = once["subfigures"] / classifier["subfigures"]
        alone = extraction["core_seconds"] + classifier["core_seconds"] * share
        cores = (most["core_seconds"] - once["core_seconds"]) / (TIMES[-1] - 1)
        _print_overhead(machine, alone, cores, each)
    _print_articles(machine, each / len(pdfs))
    cores = (most["core_seconds"] - once["core_seconds"]) / (most["pages"] - once["pages"])
    _print_pages(cores, price)


def _print_overhead(machine: Machine, alone: float, cores: float, each: float) -> None:
    """What a run needs beside its parts: core-seconds of both, and the wall time `each`."""
    best = alone / machine.cores
    print(f"extraction and classifier alone: {alone:.1f} core-s; in a run {cores / alone:.2f} times as many")
    print(
        f"on {machine.cores} cores at best {best:.1f} s: a run takes {each / best:.2f} times that (<= 1.15)"
    )


def _print_shares(got: Mapping[str, Any]) -> None:
    """The stages' part in the work; where cores are fewer than what wants them, waiting counts too."""
    stages = {name.removesuffix("_seconds"): got[name] for name in got if name.endswith("_seconds")}
    stages.pop("core")
    total = sum(stages.values())
    print("work: " + ", ".join(f"{name} {seconds / total:.0%}" for name, seconds in stages.items()))


def _print_articles(machine: Machine, each: float) -> None:
    hours = ARTICLES * each / 3600
    print(
        f"{ARTICLES:,} such articles: {hours:,.0f} hours of this machine ({hours * machine.cores:,.0f} core-hours); "
        f"in a week with {-(-hours // WEEK):,.0f} of them, in a day with {-(-hours // 24):,.0f}"
    )


def _print_pages(core_seconds: float, price: float | None) -> None:
    """What a million pages take, by the core-seconds of one; and cost, by the price of a core-hour."""
    hours = 1_000_000 * core_seconds / 3600
    cost = "" if price is None else f": EUR {hours * price:,.2f} at EUR {price:g} a core-hour"
    print(f"a million pages: {hours:,.0f} core-hours{cost}")


def measure_orchestration(machine: Machine, pdfs: list[Path]) -> None:
    """What a shard costs as a task run against a server of our own, beside a shard of this process."""
    from tasks.demo.papers import make_papers

    papers = copies(make_papers(machine.folder / "demo")[:1], machine.folder / "shards", MANY)
    _title("shards of one small paper", "seconds", "core-s", "s a shard")
    cost = {}
    with _prefect_server(machine.folder / "prefect") as environment:
        for way in ("without Prefect", "with Prefect"):
            os.environ.update(environment if way == "with Prefect" else {})
            runs = [
                machine.measure(
                    "shards",
                    pdfs=papers,
                    out=machine.folder / f"{way}-{count}",
                    count=count,
                    prefect=way == "with Prefect",
                )
                for count in (FEW, MANY)
            ]
            cost[way] = (runs[1]["seconds"] - runs[0]["seconds"]) / (MANY - FEW)
            _row(f"{way}, {MANY} shards", runs[1], cost[way])
    got = machine.measure("extraction", pdfs=copies(pdfs, machine.folder / "again", 1), workers=machine.cores)
    shard = SHARD * got["seconds"] / len(pdfs)
    extra = cost["with Prefect"] - cost["without Prefect"]
    print(
        f"Prefect adds {extra:.2f} s to a shard; reading {SHARD} papers takes {shard:.0f} s: {extra / shard:.2%} (< 2%)"
    )


@contextmanager
def _prefect_server(home: Path) -> Iterator[dict[str, str]]:
    """A server with SQLite in `home`; gives what the environment of its clients needs."""
    import socket

    import httpx

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home.mkdir()
    quiet = {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    url = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, env=os.environ | quiet, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 180
        while True:
            try:
                httpx.get(f"{url}/health", timeout=5).raise_for_status()
                break
            except httpx.HTTPError:
                if server.poll() is not None or time.monotonic() > deadline:
                    sys.exit((home / "log").read_text())
                time.sleep(0.5)
        yield quiet | {"PREFECT_API_URL": url}
    finally:
        server.terminate()
        server.wait(timeout=30)


def _title(name: str, *columns: str) -> None:
    print(f"\n{name:<34}" + "".join(f"{column:>15}" for column in columns), flush=True)


def _row(name: str, got: Mapping[str, Any], *rates: float, last: str = "") -> None:
    cells = [
        f"{value:.1f}" if value >= 1 else f"{value:.3f}"
        for value in (got["seconds"], got["core_seconds"], *rates)
    ]
    print(f"{name:<34}" + "".join(f"{cell:>15}" for cell in [*cells, last] if cell), flush=True)


def _workers(count: int) -> str:
    return f"{count} worker{'s' if count > 1 else ''}"


def _name(machine: Machine) -> str:
    """What the numbers were measured on."""
    if machine.device == "cuda" and takes_gpu("cuda"):
        import torch

        gpus = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
        return f"{machine.cores} cores, {len(gpus)} x {gpus[0]}"
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", info.read_text()) if info.exists() else None
    return f"{machine.cores} cores, {found[1] if found else platform.processor()}"


if __name__ == "__main__":
    main()
