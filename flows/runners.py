"""Who does the shards: this process, or a Dask or Ray cluster through Prefect's own task runners.

A cluster's workers see what this process sees: the same paths (a shared disk, or URIs) and the same Figmill.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from prefect.futures import PrefectFuture, wait
from prefect.tasks import Task

from flows.runs.shards import SettingsT, ShardT, Submit
from tasks.errors import FigmillError, SettingsError
from tasks.extraction.pool import stop_shared_pools
from tasks.runs.outcomes import ShardOutcome
from tasks.settings import LabelSettings, default_workers
from tasks.stores.paths import is_remote
from tasks.texts import with_extra

if TYPE_CHECKING:
    from prefect.task_runners import TaskRunner

OWN_WORKERS = 2
"""Worker processes of a cluster that is started for one run."""
_WINDOW = 128
"""Shards handed to a cluster at a time, two for each of 64 workers: the next is handed out as the oldest is done. With
one for each, workers would work 0.82 of the time, with two or four 0.96 (`tests/benchmarks/shard_order.py`, of
1,000 shards of 20 papers, drawn from 59). With the largest papers first it would be 0.95, and of 200 shards 0.58
instead of 0.82: the window then waits for the large ones."""


@dataclass(frozen=True, slots=True)
class Runner:
    """What `--runner` says: `local`, `dask` or `ray`, and where the cluster is; without an address one is started."""

    kind: Literal["local", "dask", "ray"]
    address: str | None = None


def parse_runner(text: str) -> Runner:
    """Raises SettingsError."""
    kind, given, address = text.partition("=")
    if kind in ("dask", "ray") and (address or not given):
        return Runner(kind, address or None)  # type: ignore[arg-type]
    if text == "local":
        return Runner("local")
    raise SettingsError(f"runner is {text!r}: local, dask, dask=ADDRESS, ray or ray=ADDRESS")


def for_workers(settings: SettingsT) -> SettingsT:
    """Settings as workers elsewhere need them: paths that do not depend on where they are started."""
    runner = parse_runner(settings.runner)
    if runner.kind == "local":
        return settings
    settings = replace(settings, out=_absolute(settings.out), window=max(settings.window, _WINDOW))
    if Path(settings.model).is_dir():
        settings = replace(settings, model=_absolute(settings.model))
    if isinstance(settings, LabelSettings):
        if settings.workers is None and not runner.address:
            settings = replace(settings, workers=max(default_workers() // OWN_WORKERS, 1))
        return settings
    return replace(settings, source=_absolute(settings.source))


@contextmanager
def task_runs(
    task: Task[[ShardT, SettingsT], ShardOutcome], settings: SettingsT
) -> Iterator[Submit[ShardT, SettingsT]]:
    """Hands shards to the flow's task runner or to a cluster, and leaves none behind."""
    futures: list[PrefectFuture[ShardOutcome]] = []
    runner = parse_runner(settings.runner)
    with _cluster(runner, settings) as cluster:

        def submit(shard: ShardT, settings: SettingsT) -> PrefectFuture[ShardOutcome]:
            if cluster is None:
                futures.append(task.submit(shard, settings))
            else:
                futures.append(cluster.submit(task, {"shard": shard, "settings": settings}))
            return futures[-1]

        try:
            yield submit
        finally:
            # called off before the pools stop: a shard that waits would start new ones
            left = _call_off(runner, futures) if sys.exception() else futures
            stop_shared_pools()
            wait(left)


@contextmanager
def _cluster(runner: Runner, settings: Any) -> Iterator[TaskRunner[Any] | None]:
    """A task runner that is connected to its cluster; None for the flow's own, which works in this process."""
    if runner.kind == "local":
        yield None
        return
    try:
        made, options = (_dask if runner.kind == "dask" else _ray)(runner.address, settings)
    except ImportError as error:
        raise FigmillError(
            f"--runner {runner.kind} needs more than is installed: {with_extra(runner.kind)}"
        ) from error
    with made as connected, options:
        try:
            _connect(connected)
        except (OSError, ConnectionError, TimeoutError, ValueError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise FigmillError(f"no {runner.kind} cluster answers at {runner.address}: {reason}") from error
        yield connected


def _dask(address: str | None, _settings: Any) -> tuple[TaskRunner[Any], AbstractContextManager[Any]]:
    import dask
    from prefect_dask.task_runners import DaskTaskRunner

    # A shard's worker starts processes that read PDFs, which a daemon may not.
    dask.config.set({"distributed.worker.daemon": False})
    if address:
        return DaskTaskRunner(address=address), nullcontext()
    own = {"n_workers": OWN_WORKERS, "threads_per_worker": 1, "dashboard_address": None}
    return DaskTaskRunner(cluster_kwargs=own), nullcontext()


def _ray(address: str | None, settings: Any) -> tuple[TaskRunner[Any], AbstractContextManager[Any]]:
    # Figmill calls nobody whom its user has not named, and `uv run` has set the environment up already.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
    from prefect_ray.context import remote_options
    from prefect_ray.task_runners import RayTaskRunner

    processes = getattr(settings, "workers", None) or 1
    gpus = {"num_gpus": 1} if settings.device == "cuda" else {}
    options = remote_options(num_cpus=processes, max_retries=3, **gpus)
    if address:
        return RayTaskRunner(address=address), options
    own = {"include_dashboard": False, "num_cpus": OWN_WORKERS * processes}
    return RayTaskRunner(init_kwargs=own), options


def _connect(cluster: Any) -> None:
    """Dask connects at the first shard unless it is asked to; Ray has done so."""
    if hasattr(cluster, "client"):
        _ = cluster.client


def _call_off(
    runner: Runner, futures: list[PrefectFuture[ShardOutcome]]
) -> list[PrefectFuture[ShardOutcome]]:
    """Calls off what a run that ends early has handed out; gives back what is at work in this process nevertheless."""
    at_work = []
    for future in futures:
        waiting = future.wrapped_future  # type: ignore[attr-defined]
        if runner.kind == "ray":
            import ray

            ray.cancel(waiting, force=True)
        elif not waiting.cancel() and runner.kind == "local":
            at_work.append(future)
    return at_work


def _absolute(path: str) -> str:
    return path if is_remote(path) else str(Path(path).absolute())
