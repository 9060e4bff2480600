"""Shards over a cluster of two worker processes, one of which is killed at work: the dataset is that of a local run."""

import contextlib
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from flows.runners import Runner, parse_runner, task_runs
from flows.runs.label import label_here
from tasks.dataset.check import Totals, check
from tasks.errors import OutputError, SettingsError
from tasks.progress import Reporter
from tasks.settings import LabelSettings
from tests.clusters import dask_cluster
from tests.flows.command import copies, figmill
from tests.servers import Server, eventually

TIMES = ("labelled_at", "finished_at", "seconds")


@pytest.mark.parametrize(
    ("text", "runner"),
    [
        ("local", Runner("local")),
        ("dask", Runner("dask")),
        ("ray=auto", Runner("ray", "auto")),
        ("dask=tcp://scheduler:8786", Runner("dask", "tcp://scheduler:8786")),
    ],
)
def test_a_runner_is_a_kind_and_perhaps_an_address(text: str, runner: Runner) -> None:
    assert parse_runner(text) == runner


@pytest.mark.parametrize("text", ["", "slurm", "dask=", "local=here"])
def test_another_runner_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="local, dask, dask=ADDRESS"):
        parse_runner(text)


def rows(out: Path) -> list[list[dict[str, Any]]]:
    """The dataset's rows but for times, and for the order of parts."""
    found = []
    for folder in ("subfigures", "papers"):
        table = pq.read_table(out / folder)
        plain = table.drop_columns([name for name in TIMES if name in table.column_names]).to_pylist()
        for row in plain:
            row.pop("part", None)
        found.append(sorted(plain, key=lambda row: (row["paper_id"], row.get("subfigure_id", ""))))
    return found


def test_a_run_that_ends_early_starts_none_of_the_shards_that_wait(
    prefect: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect import flow, task
    from prefect.task_runners import ThreadPoolTaskRunner

    started: list[int] = []
    go_on = threading.Event()

    @task
    def work(shard: int, settings: LabelSettings) -> None:
        started.append(shard)
        go_on.wait(600)

    @flow(task_runner=ThreadPoolTaskRunner(max_workers=1))
    def run(settings: LabelSettings) -> None:
        with task_runs(work, settings) as submit:
            for shard in range(3):
                submit(shard, settings)
            eventually(lambda: started)
            raise OutputError("the disk is full")

    # the last that is done before what has begun is waited for
    monkeypatch.setattr("flows.runners.stop_shared_pools", go_on.set)
    with prefect.for_flows_here(), pytest.raises(OutputError, match="is full"):
        run(LabelSettings(("in",), "out"))
    assert started == [0]


@pytest.fixture(scope="module")
def papers(small_paper: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve papers and a file that is none: five shards of three."""
    folder = tmp_path_factory.mktemp("papers")
    copies(small_paper, folder, 12)
    (folder / "text.pdf").write_text("no PDF")
    return folder


@pytest.fixture(scope="module")
def local(papers: Path, tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What these papers become in this process."""
    out = tmp_path_factory.mktemp("local") / "out"
    options: dict[str, Any] = {"model": str(tiny_bundle), "device": "cpu", "workers": 1, "shard_size": 3}
    label_here(LabelSettings((str(papers),), str(out), **options), Reporter())
    return out


def label_on(runner: str, papers: Path, out: Path, model: Path, server: Server) -> None:
    """`figmill label` there."""
    command: list[object] = ["label", papers, "--out", out, "--model", model, "--runner", runner]
    command += ["--device", "cpu", "--workers", 1, "--shard-size", 3]
    done = figmill(*command, home=out.parent, PREFECT_API_URL=server.url)
    assert done.returncode == 0, done.stderr


DYING = """
import os, signal
from tasks.stores import paths

def put_or_die(file, target, put=paths.put):
    if target.parent.name == "subfigures":
        try:
            os.close(os.open({mark!r}, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    put(file, target)

paths.put = put_or_die
"""
"""Run first by each worker: the first that has written a part dies before the part is in its place."""


def kill_writer(out: Path) -> int:
    """Kills a worker whose part is unfinished; gives its process id."""
    pid = eventually(lambda: writer(out), every=0.002)  # a part of a few rows is written at once
    os.kill(pid, signal.SIGKILL)
    return pid


def writer(out: Path) -> int | None:
    """The process that has an unfinished part open."""
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            target = link.readlink()
            if target.parent == out / "subfigures" and target.name.startswith(".part-"):
                return int(link.parts[2])
    return None


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_dask_worker_that_dies_costs_its_shards_time_and_nothing_else(
    prefect_on_postgres: Server, papers: Path, local: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    out, dying = tmp_path / "out", tmp_path / "dying.py"
    dying.write_text(DYING.format(mark=str(tmp_path / "died")), encoding="utf-8")
    with dask_cluster(tmp_path, preload=dying) as (address, workers):
        label_on(f"dask={address}", papers, out, tiny_bundle, prefect_on_postgres)
        assert sorted(worker.poll() is None for worker in workers) == [False, True]
    assert rows(out) == rows(local)
    assert [finding.kind for finding in check(out, Totals())] == ["leftover"]  # the next run takes it away


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_ray_worker_that_dies_costs_its_shards_time_and_nothing_else(
    prefect_on_postgres: Server, papers: Path, local: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    pytest.importorskip(
        "prefect_ray", reason="figmill[ray] is not installed: too large for every run of the tests"
    )
    out = tmp_path / "out"
    with ThreadPoolExecutor(1) as thread:
        killed = thread.submit(kill_writer, out)
        label_on("ray", papers, out, tiny_bundle, prefect_on_postgres)
        assert killed.result()
    assert rows(out) == rows(local)
    assert [finding.kind for finding in check(out, Totals())] == ["leftover"]  # the next run takes it away
