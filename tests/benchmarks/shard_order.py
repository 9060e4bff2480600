"""What order and window of shards do to many workers: a simulation with papers that were measured.

    uv run python -m tests.benchmarks.shard_order DATASET [DATASET ...] [--workers 64] [--shard 20] [--papers 20000]

Papers are drawn from those of the datasets, each with the bytes of its PDF, which must lie where it was labelled, and
the seconds that reading and labelling it took. A worker takes the next shard that was handed out, asks a store for its
papers (the first is waited for, the others come meanwhile) and puts part and ledger part; as in a run
(`flows.runs.shards.in_window`) a shard is handed out when the oldest of a window is done. Prints the time beside that
of workers who never wait, and the tail: how long the last worker works after the first has nothing more to do.
"""

from __future__ import annotations

import argparse
import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from tasks.dataset.columns import PAPERS
from tasks.dataset.files import part_files

Values = npt.NDArray[np.float64]
REQUEST = 0.1
"""Seconds that a store takes to answer."""
BANDWIDTH = 20e6
"""Bytes a second that it gives a worker."""
REQUESTS = 4
"""Of a shard, one after the other: its lease is looked at, part and ledger part are put and their folder is listed."""


@dataclass(frozen=True, slots=True)
class Papers:
    """Bytes and seconds of papers, in the order of a listing."""

    sizes: Values
    seconds: Values

    def ordered(self, order: npt.NDArray[np.int64]) -> Papers:
        """The same papers in another order."""
        return Papers(self.sizes[order], self.seconds[order])


@dataclass(frozen=True, slots=True)
class Run:
    """What came out of a simulated run, seconds."""

    seconds: float
    tail: float
    """From when the first worker has nothing more to do."""
    work: float
    """Of all workers together, without waiting for others."""


def main() -> None:
    """Prints a line for each order and window."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("datasets", type=Path, nargs="+")
    parser.add_argument("--workers", type=int, default=64)
    parser.add_argument("--shard", type=int, default=20)
    parser.add_argument("--papers", type=int, default=20_000)
    parser.add_argument("--windows", type=int, nargs="+", default=[64, 128, 192, 256])
    options = parser.parse_args()
    measured = read_papers(options.datasets)
    chance = np.random.default_rng(0)
    papers = measured.ordered(chance.integers(0, len(measured.sizes), options.papers))
    print(
        f"{len(measured.sizes)} papers measured, {options.papers:,} drawn of them; {options.workers} workers"
    )
    print(f"{'order':<36}{'window':>7}{'seconds':>9}{'of N':>7}{'tail':>7}")
    for name, order in ORDERS.items():
        arranged = papers.ordered(order(papers.sizes, options.shard))
        for window in options.windows:
            run = simulated(arranged, options.workers, options.shard, window)
            share = run.work / options.workers / run.seconds
            print(f"{name:<36}{window:>7}{run.seconds:>9.0f}{share:>7.3f}{run.tail:>7.1f}")


def read_papers(datasets: list[Path]) -> Papers:
    """Of the ledgers, those that were read and whose PDFs are there."""
    found = []
    for dataset in datasets:
        for part in part_files(dataset / PAPERS):
            for row in pq.read_table(part, columns=["source_uri", "status", "seconds"]).to_pylist():
                pdf = Path(row["source_uri"])
                if row["status"] == "ok" and pdf.is_file():
                    found.append((pdf.stat().st_size, row["seconds"]))
    sizes, seconds = np.array(found, np.float64).T
    return Papers(sizes, seconds)


def simulated(papers: Papers, workers: int, shard: int, window: int) -> Run:
    """A run of shards of so many papers in their order."""
    costs = [
        float(papers.seconds[cut].sum() + REQUESTS * REQUEST + REQUEST + papers.sizes[cut][0] / BANDWIDTH)
        for cut in (slice(start, start + shard) for start in range(0, len(papers.sizes), shard))
    ]
    free = [0.0] * workers
    ends: deque[float] = deque()
    handed_out = 0.0
    for cost in costs:
        if len(ends) >= window:
            handed_out = max(handed_out, ends.popleft())
        begin = max(heapq.heappop(free), handed_out)
        heapq.heappush(free, begin + cost)
        ends.append(begin + cost)
    return Run(max(free), max(free) - min(free), sum(costs))


def _as_listed(sizes: Values, _shard: int) -> npt.NDArray[np.int64]:
    return np.arange(len(sizes))


def _largest_first(sizes: Values, _shard: int) -> npt.NDArray[np.int64]:
    return np.argsort(-sizes, kind="stable")


def _largest_last(sizes: Values, _shard: int) -> npt.NDArray[np.int64]:
    return np.argsort(sizes, kind="stable")


def _largest_of_ahead(shards: int) -> Callable[[Values, int], npt.NDArray[np.int64]]:
    """Sorted among the papers of so many shards, which are looked at together."""

    def order(sizes: Values, shard: int) -> npt.NDArray[np.int64]:
        step = shards * shard
        return np.concatenate(
            [
                start + np.argsort(-sizes[start : start + step], kind="stable")
                for start in range(0, len(sizes), step)
            ]
        )

    return order


def _dealt_out(sizes: Values, shard: int) -> npt.NDArray[np.int64]:
    """Each shard some large papers and some small ones."""
    shards = -(-len(sizes) // shard)
    by_size = np.argsort(-sizes, kind="stable")
    return np.concatenate([by_size[first::shards] for first in range(shards)])


ORDERS: dict[str, Callable[[Values, int], npt.NDArray[np.int64]]] = {
    "as listed": _as_listed,
    "the largest papers first": _largest_first,
    "the largest of 256 shards first": _largest_of_ahead(256),
    "the largest papers last": _largest_last,
    "dealt out, each shard some large": _dealt_out,
}


if __name__ == "__main__":
    main()
