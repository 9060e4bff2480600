"""A server and a worker that a test may kill, and what a dataset must be afterwards.

The times that the README states are made short here: a run is silent after 75 seconds, its heart beats every 30.
"""

import os
import signal
import socket
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tasks.dataset.check import Totals, check
from tasks.demo.papers import make_papers
from tests.benchmarks.process_tree import tree
from tests.deployments.test_nightly import TERMINAL, script
from tests.flows.command import copies, environment, ledger
from tests.servers import _SERVER, Server, _wait_for, eventually, postgres, process

SILENT = 75


class Operated:
    """A server and a worker that can be killed and started again, each under the address it had."""

    def __init__(self, home: Path, started: ExitStack) -> None:
        self._database = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": started.enter_context(postgres())}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.home = home
        self.server = Server(f"http://127.0.0.1:{self._port}/api", home)
        self._started = started
        self.start_server()
        data = home / "data"
        data.mkdir()
        script(self.server, "set_up.py", FIGMILL_DATA=str(data), FIGMILL_SILENT_SECONDS=str(SILENT))
        self.start_worker()

    def start_server(self) -> None:
        command = ["server", "start", "--host", "127.0.0.1", "--port", str(self._port)]
        log = self.home / "server.log"
        self.server_process = self._started.enter_context(
            process(command, environment(self.home, **_SERVER, **self._database), log)
        )
        _wait_for(self.server.url, self.server_process, log)

    def start_worker(self) -> None:
        env = self.server.environment | {
            "PREFECT_WORKER_QUERY_SECONDS": "2",
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        }
        command = ["worker", "start", "--pool", "figmill"]
        self.worker_process = self._started.enter_context(process(command, env, self.home / "worker.log"))

    def state(self, run: str) -> str:
        found: dict[str, Any] = self.server.call("GET", f"flow_runs/{run}")
        return str(found["state_type"])

    def deployment(self, name: str) -> dict[str, Any] | None:
        found = self.server.ask("deployments/filter", deployments={"name": {"any_": [name.split("/")[1]]}})
        return found[0] if found else None

    def ends_as(self, run: str, seconds: float) -> str:
        return eventually(
            lambda: state if (state := self.state(run)) in TERMINAL else None,
            lambda: self.state(run),
            seconds,
        )


def kill(running: subprocess.Popen[bytes]) -> None:
    running.kill()
    running.wait()


def kill_all(running: subprocess.Popen[bytes]) -> None:
    """With all that it has started, as where the machine is switched off."""
    for pid in tree(running.pid):
        os.kill(pid, signal.SIGKILL)
    running.wait()


def settings_for(folder: Path, bundle: Path, number: int) -> tuple[dict[str, Any], list[Path]]:
    papers = copies(make_papers(folder / "made")[0], folder / "in", number)
    settings = {"inputs": [str(folder / "in")], "out": str(folder / "out"), "model": str(bundle)}
    return settings | {"shard_size": 2}, papers


def begun(out: Path) -> Callable[[], list[Path]]:
    return lambda: list(out.glob("papers/part-*.parquet"))


def check_whole(out: Path, papers: list[Path]) -> None:
    assert ledger(out) == {paper.name: "ok" for paper in papers}
    assert list(check(out, Totals())) == []
