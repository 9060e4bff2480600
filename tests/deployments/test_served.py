"""What serves a deployment without a worker may be killed: no run stays Running, and the next one goes on."""

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.deployments.operated import (
    SILENT,
    Operated,
    begun,
    check_whole,
    kill,
    kill_all,
    settings_for,
)
from tests.deployments.test_page import PAGE
from tests.servers import Server, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SERVED = "label-papers/served"


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operated]:
    with ExitStack() as started:
        yield Operated(tmp_path_factory.mktemp("operated"), started)


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
        eventually(lambda: said_again(operated.deployment(SERVED), before))
        yield running
    finally:
        running.terminate()
        running.wait(timeout=30)


def said_again(now: dict[str, Any] | None, before: dict[str, Any] | None) -> bool:
    """Whether a deployment is there, and newer than `before`."""
    return now is not None and (before is None or now["updated"] > before["updated"])


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
