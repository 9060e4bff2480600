"""A server and a worker that a test may kill, and what a dataset must be afterwards.

The times that the README states are made short here: a run is silent after 75 seconds, its heart beats every 30.
"""

import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tasks.dataset.check import Totals, check
from tests.flows.command import copies, ledger
from tests.servers import Server, eventually, kept_port, postgres, process, serving_at

DEPLOYMENTS = Path(__file__).resolve().parents[2] / "deployments"
TERMINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
SILENT = 75


class Operated:
    """A server and a worker that can be killed and started again, each under the address it had."""

    def __init__(self, home: Path, started: ExitStack) -> None:
        self._database = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": started.enter_context(postgres())}
        self._port = started.enter_context(kept_port())
        self.home = home
        self.server = Server(f"http://127.0.0.1:{self._port}/api", home)
        self._started = started
        self.start_server()
        data = home / "data"
        data.mkdir()
        script(self.server, "set_up.py", FIGMILL_DATA=str(data), FIGMILL_SILENT_SECONDS=str(SILENT))
        self.start_worker()

    def start_server(self) -> None:
        self.server_process = self._started.enter_context(
            serving_at(self._port, self.server, **self._database)
        )

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

    def ends_as(self, run: str) -> str:
        return eventually(
            lambda: state if (state := self.state(run)) in TERMINAL else None, lambda: self.state(run)
        )


def kill(running: subprocess.Popen[bytes]) -> None:
    running.kill()
    running.wait()


def script(server: Server, name: str, *arguments: str, **extra: str) -> None:
    command = [sys.executable, str(DEPLOYMENTS / name), *arguments]
    subprocess.run(command, env=server.environment | extra, check=True, timeout=800)


def run_by_hand(server: Server, **settings: Any) -> str:
    """Starts the nightly deployment by Prefect's command with other settings; gives the flow run's id."""
    printed = server.prefect(
        "deployment", "run", "label-papers/nightly", "--param", f"settings={json.dumps(_given(settings))}"
    )
    (line,) = (line for line in printed.splitlines() if "UUID" in line)
    return line.split()[-1]


def run_now(server: Server, **settings: Any) -> str:
    """Starts it as that command does, but asks the server itself: the command's imports take seconds of a core."""
    deployment = server.call("GET", "deployments/name/label-papers/nightly")["id"]
    parameters = {"settings": _given(settings)}
    run = server.call("POST", f"deployments/{deployment}/create_flow_run", {"parameters": parameters})
    return str(run["id"])


def two_runs_now(server: Server, **settings: Any) -> tuple[str, str]:
    """A run, and another one for which the first leaves no room."""
    first = run_now(server, **settings)
    eventually(lambda: server.call("GET", f"flow_runs/{first}")["state_type"] != "SCHEDULED")
    return first, run_now(server, **settings)


def _given(settings: dict[str, Any]) -> dict[str, Any]:
    return {"device": "cpu", "workers": 2, **settings}


def planned_once(server: Server, deployment: str, **given: Any) -> str:
    """Has the deployment's schedule start one run, soon; its id. `given` are more of the schedule's facts."""
    while True:
        # The server plans every few seconds, and nothing for the past: a busy one may miss the moment.
        soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=10)
        schedule = {"interval": 86_400, "anchor_date": soon.isoformat(), "timezone": "UTC"}
        whole = {"schedule": schedule, "active": True, **given}
        (made,) = server.call("POST", f"deployments/{deployment}/schedules", [whole])
        due = {"before_": (soon + dt.timedelta(seconds=1)).isoformat(), "after_": soon.isoformat()}
        mine = {"deployment_id": {"any_": [deployment]}, "expected_start_time": due}
        while dt.datetime.now(dt.UTC) < soon + dt.timedelta(seconds=5):
            if runs := server.ask("flow_runs/filter", flow_runs=mine):
                return str(runs[0]["id"])
            time.sleep(0.3)
        server.call("DELETE", f"deployments/{deployment}/schedules/{made['id']}")


def settings_for(folder: Path, pdf: Path, bundle: Path, number: int) -> tuple[dict[str, Any], list[Path]]:
    papers = copies(pdf, folder / "in", number)
    settings = {"inputs": [str(folder / "in")], "out": str(folder / "out"), "model": str(bundle)}
    return settings | {"shard_size": 2}, papers


def begun(out: Path) -> Callable[[], list[Path]]:
    return lambda: list(out.glob("papers/part-*.parquet"))


def check_whole(out: Path, papers: list[Path]) -> None:
    assert ledger(out) == {paper.name: "ok" for paper in papers}
    assert list(check(out, Totals())) == []
