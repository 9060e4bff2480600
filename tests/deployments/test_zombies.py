"""What is killed leaves nothing that stays Running: neither run nor worker nor server nor the process that serves a
deployment; the next run goes on.

The times that the README states are made short here: a run is silent after 75 seconds, its heart beats every 30.
"""

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tasks.dataset.check import Totals, check
from tasks.demo.papers import make_papers
from tests.benchmarks.process_tree import tree
from tests.deployments.test_nightly import TERMINAL, run_now, script
from tests.deployments.test_page import PAGE
from tests.flows.command import copies, environment, ledger
from tests.servers import _SERVER, Server, _wait_for, eventually, postgres, process

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SILENT = 75
SERVED = "label-papers/served"


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

    def said_again(self, before: dict[str, Any] | None) -> bool:
        """Is the served deployment there, and newer than `before`?"""
        now = self.deployment(SERVED)
        return now is not None and (before is None or now["updated"] > before["updated"])

    def ends_as(self, run: str, seconds: float) -> str:
        return eventually(
            lambda: state if (state := self.state(run)) in TERMINAL else None,
            lambda: self.state(run),
            seconds,
        )


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operated]:
    with ExitStack() as started:
        yield Operated(tmp_path_factory.mktemp("operated"), started)


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


def test_a_run_whose_machine_is_gone_holds_up_no_other(
    operated: Operated, tiny_bundle: Path, tmp_path: Path
) -> None:
    settings, papers = settings_for(tmp_path, tiny_bundle, 60)
    first, second = run_now(operated.server, **settings), run_now(operated.server, **settings)
    eventually(begun(tmp_path / "out"))
    kill_all(operated.worker_process)
    killed = time.monotonic()
    operated.start_worker()
    assert operated.ends_as(first, SILENT + 90) == "CRASHED"
    assert time.monotonic() - killed > 30  # it was not the worker that found it
    assert operated.ends_as(second, 240) == "COMPLETED"
    check_whole(tmp_path / "out", papers)


def test_a_worker_that_is_killed_alone_leaves_its_run_at_work(
    operated: Operated, tiny_bundle: Path, tmp_path: Path
) -> None:
    settings, papers = settings_for(tmp_path, tiny_bundle, 30)
    first, second = run_now(operated.server, **settings), run_now(operated.server, **settings)
    eventually(begun(tmp_path / "out"))
    kill(operated.worker_process)
    operated.start_worker()
    assert operated.ends_as(first, 240) in ("COMPLETED", "CRASHED")
    assert operated.ends_as(second, 240) == "COMPLETED"
    check_whole(tmp_path / "out", papers)


def test_a_server_that_is_killed_finds_runs_and_slots_again(
    operated: Operated, tiny_bundle: Path, tmp_path: Path
) -> None:
    settings, papers = settings_for(tmp_path, tiny_bundle, 60)
    first, second = run_now(operated.server, **settings), run_now(operated.server, **settings)
    eventually(begun(tmp_path / "out"))
    kill(operated.server_process)
    time.sleep(5)
    operated.start_server()
    assert operated.ends_as(first, SILENT + 240) in TERMINAL
    assert operated.ends_as(second, 240) == "COMPLETED"
    check_whole(tmp_path / "out", papers)


@contextmanager
def serving(operated: Operated, folder: Path, settings: dict[str, Any]) -> Iterator[subprocess.Popen[bytes]]:
    """The script of the operators' page, for other papers, once it has said to the server what it serves."""
    program = PAGE.split("```python\n")[1].split("```")[0]
    given = '{"inputs": ["/srv/figmill/inbox"], "out": "/srv/figmill/dataset"}'
    assert given in program
    file = folder / "nightly.py"
    file.write_text(program.replace(given, repr(settings)))
    env = operated.server.environment | {
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_RUNNER_POLL_FREQUENCY": "2",
    }
    before = operated.deployment(SERVED)
    with (folder / "serve.log").open("ab") as log:
        running = subprocess.Popen([sys.executable, str(file)], env=env, cwd=folder, stdout=log, stderr=log)
    try:
        # Saying it, it takes away the schedules that the deployment had.
        eventually(lambda: operated.said_again(before))
        yield running
    finally:
        running.terminate()
        running.wait(timeout=30)


def planned_once(server: Server, deployment: str) -> Callable[[], str | None]:
    """Has the deployment's schedule start one run, soon; finds its id."""
    # The server plans every few seconds, and nothing for the past.
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=20)
    schedule = {"interval": 86_400, "anchor_date": soon.isoformat(), "timezone": "UTC"}
    server.call("POST", f"deployments/{deployment}/schedules", [{"schedule": schedule, "active": True}])
    due = {"before_": (soon + dt.timedelta(seconds=1)).isoformat(), "after_": soon.isoformat()}

    def found() -> str | None:
        runs = server.ask(
            "flow_runs/filter",
            flow_runs={"deployment_id": {"any_": [deployment]}, "expected_start_time": due},
        )
        return runs[0]["id"] if runs else None

    return found


@pytest.mark.parametrize("killing", [kill, kill_all], ids=["alone", "with its run"])
def test_what_serves_a_deployment_may_be_killed(
    operated: Operated,
    tiny_bundle: Path,
    tmp_path: Path,
    killing: Callable[[subprocess.Popen[bytes]], None],
) -> None:
    settings, papers = settings_for(tmp_path, tiny_bundle, 60)
    with serving(operated, tmp_path, settings) as running:
        found: dict[str, Any] = eventually(lambda: operated.deployment(SERVED))
        first = operated.server.call("POST", f"deployments/{found['id']}/create_flow_run", {})["id"]
        eventually(begun(tmp_path / "out"))
        killing(running)
    with serving(operated, tmp_path, settings):
        second = eventually(planned_once(operated.server, found["id"]))
        assert operated.ends_as(first, SILENT + 240) == ("CRASHED" if killing is kill_all else "COMPLETED")
        assert operated.ends_as(second, 240) == "COMPLETED"
    check_whole(tmp_path / "out", papers)
