"""A Dask cluster on this machine, started as an operator does: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.servers import eventually

_SCHEDULER = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
_WORKER = ["-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard"]


@contextmanager
def dask_cluster(
    folder: Path, workers: int = 2, one_core_each: bool = False, preload: Path | None = None
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Its address and its workers. They do without a nanny: a worker that dies stays dead.

    `preload` is a script that each worker runs first.
    """
    from distributed import Client

    scheduler = str(folder / "scheduler.json")
    with ExitStack() as stack:
        command = [sys.executable, *_SCHEDULER, "--scheduler-file", scheduler]
        stack.enter_context(_program(command, folder / "scheduler.log"))
        eventually(Path(scheduler).exists)
        join = [sys.executable, *_WORKER, "--scheduler-file", scheduler, "--local-directory", str(folder)]
        join += ["--preload", str(preload)] if preload else []
        cores = sorted(os.sched_getaffinity(0))
        bound = [["taskset", "-c", str(cores[n])] if one_core_each else [] for n in range(workers)]
        started = [
            stack.enter_context(_program([*bound[n], *join, "--name", str(n)], folder / f"worker-{n}.log"))
            for n in range(workers)
        ]
        with Client(scheduler_file=scheduler) as client:
            client.wait_for_workers(workers, timeout=600)
            address = client.scheduler.address
        yield address, started


@contextmanager
def _program(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        running = subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True)
    try:
        yield running
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
