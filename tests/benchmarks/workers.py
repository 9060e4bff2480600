"""Papers per hour by the number of workers, and what a run costs that no worker can take over.

    uv run python -m tests.benchmarks.workers CORPUS [--workers 1 2]

Each worker is a Dask worker on a core of its own with one process that reads papers; the run is `figmill label
--runner dask=...` on a Prefect server on SQLite. Seconds are the run's own, with the loading of the network; the rate
is from the first finished paper to the last. Then what the run's own process does alone: listing, hashing, planning.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from models.bundle.description import bundle_info
from tasks.dataset.dataset import Dataset
from tasks.inputs.listing import list_inputs
from tasks.inputs.plan import Plan
from tasks.labelling import provenance_of
from tasks.progress import Reporter
from tasks.settings import LabelSettings
from tests.clusters import dask_cluster
from tests.flows.command import figmill
from tests.servers import Server, prefect_server

BUNDLE = Path(__file__).parents[2] / "models" / "pretrained" / "default"
SHARD = 4


def main() -> int:
    """Prints a line for each number of workers, then the serial part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="a folder of PDFs")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="figmill-benchmark-") as scratch:
        home = Path(scratch)
        with prefect_server(home) as server:
            steady: list[float] = []
            for workers in options.workers:
                run = measure(options.corpus, home / str(workers), workers, server)
                print(
                    f"{workers} workers: {run.papers} papers in {run.seconds:.1f} s, {run.steady:.0f} an hour",
                    flush=True,
                )
                steady.append(run.steady / workers)
            print(f"{options.workers[-1]} workers: each {steady[-1] / steady[0]:.2f} of one", flush=True)
        papers, seconds = serial(options.corpus, home / "serial")
        print(
            f"alone: {1000 * seconds / papers:.1f} ms a paper, {3600 * papers / seconds:.0f} an hour at most"
        )
    return 0


@dataclass(frozen=True, slots=True)
class Measured:
    """A run: its papers, its seconds with the loading of the network, and its papers an hour without."""

    papers: int
    seconds: float
    steady: float


def measure(corpus: Path, folder: Path, workers: int, server: Server) -> Measured:
    """Labels the corpus on that many workers."""
    folder.mkdir()
    command: list[object] = ["label", corpus, "--out", folder / "out", "--workers", 1, "--shard-size", SHARD]
    with dask_cluster(folder, workers, one_core_each=True) as (address, _):
        done = figmill(
            *command,
            "--runner",
            f"dask={address}",
            home=folder,
            timeout=590,
            PREFECT_API_URL=server.url,
        )
    if done.returncode:
        sys.exit(done.stderr)
    seconds = re.search(r"time +([\d.]+) s", done.stdout)
    assert seconds
    finished = sorted(
        pq.read_table(folder / "out" / "papers", columns=["finished_at"])["finished_at"].to_pylist()
    )
    hours = (finished[-1] - finished[0]).total_seconds() / 3600
    return Measured(len(finished), float(seconds[1]), (len(finished) - 1) / hours)


def serial(corpus: Path, folder: Path, copies: int = 10) -> tuple[int, float]:
    """Papers planned and the seconds that took: every shard cut, none done."""
    for number in range(copies):
        for pdf in corpus.rglob("*.pdf"):
            target = folder / "in" / str(number) / pdf.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(pdf, target)
            with target.open("ab") as file:
                file.write(b"\n%% %d" % number)
    settings = LabelSettings((str(folder / "in"),), str(folder / "out"))
    started = time.perf_counter()
    files = list_inputs(settings.inputs)
    with Dataset(settings.out, provenance_of(bundle_info(BUNDLE), settings)) as dataset:
        plan = Plan(files, dataset, settings, Reporter())
        papers = sum(len(shard.papers) for shard in plan.shards())
        plan.close()
    return papers, time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
