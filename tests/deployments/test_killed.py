"""What is killed leaves nothing that stays Running, neither run nor worker nor server; the next run goes on.

Nor does what serves a deployment without a worker. All in one file, which shares its server.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.deployments.operated import (
    TERMINAL,
    Operated,
    begun,
    check_whole,
    kill,
    planned_once,
    settings_for,
    two_runs_now,
)
from tests.deployments.test_page import PAGE
from tests.servers import eventually, kill_all, program

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

SERVED = "label-papers/served"


def two_runs(
    operated: Operated, folder: Path, pdf: Path, bundle: Path, number: int
) -> tuple[str, str, list[Path]]:
    """One that has begun with so many papers, one that waits for it to end; and the papers."""
    settings, papers = settings_for(folder, pdf, bundle, number)
    first, second = two_runs_now(operated.server, **settings)
    eventually(begun(folder / "out"))
    return first, second, papers


def test_a_run_whose_machine_is_gone_holds_up_no_other(
    operated: Operated, demo_papers: list[Path], tiny_bundle: Path, tmp_path: Path
) -> None:
    first, second, papers = two_runs(operated, tmp_path, demo_papers[0], tiny_bundle, 24)
    kill_all(operated.worker_process)
    killed = time.monotonic()
    operated.start_worker()
    assert operated.ends_as(first) == "CRASHED"
    assert time.monotonic() - killed > 30  # it was not the worker that found it
    assert operated.ends_as(second) == "COMPLETED"
    check_whole(tmp_path / "out", papers)


def test_a_worker_that_is_killed_alone_leaves_its_run_at_work(
    operated: Operated, demo_papers: list[Path], tiny_bundle: Path, tmp_path: Path
) -> None:
    first, second, papers = two_runs(operated, tmp_path, demo_papers[0], tiny_bundle, 30)
    kill(operated.worker_process)
    operated.start_worker()
    assert operated.ends_as(first) in ("COMPLETED", "CRASHED")
    assert operated.ends_as(second) == "COMPLETED"
    check_whole(tmp_path / "out", papers)


def test_a_server_that_is_killed_finds_runs_and_slots_again(
    operated: Operated, demo_papers: list[Path], tiny_bundle: Path, tmp_path: Path
) -> None:
    first, second, papers = two_runs(operated, tmp_path, demo_papers[0], tiny_bundle, 60)
    kill(operated.server_process)
    time.sleep(5)
    operated.start_server()
    assert operated.ends_as(first) in TERMINAL
    assert operated.ends_as(second) == "COMPLETED"
    check_whole(tmp_path / "out", papers)


@contextmanager
def serving(operated: Operated, folder: Path, settings: dict[str, Any]) -> Iterator[subprocess.Popen[bytes]]:
    """The script of the operators' page, for other papers, once it has said to the server what it serves."""
    code = PAGE.split("```python\n")[1].split("```")[0]
    given = '{"inputs": ["/srv/figmill/inbox"], "out": "/srv/figmill/dataset"}'
    assert given in code
    file = folder / "nightly.py"
    file.write_text(code.replace(given, repr(settings)))
    env = operated.server.environment | {
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_RUNNER_POLL_FREQUENCY": "2",
    }
    before = operated.deployment(SERVED)
    with program([sys.executable, str(file)], env, folder / "serve.log") as running:
        # Saying it, it takes away the schedules that the deployment had.
        eventually(lambda: said_again(operated.deployment(SERVED), before))
        yield running


def said_again(now: dict[str, Any] | None, before: dict[str, Any] | None) -> bool:
    """Whether a deployment is there, and newer than `before`."""
    return now is not None and (before is None or now["updated"] > before["updated"])


@pytest.mark.parametrize("killing", [kill, kill_all], ids=["alone", "with its run"])
def test_what_serves_a_deployment_may_be_killed(
    operated: Operated,
    demo_papers: list[Path],
    tiny_bundle: Path,
    tmp_path: Path,
    killing: Callable[[subprocess.Popen[bytes]], None],
) -> None:
    # A run that lives on has work for so long that the next one waits for it.
    number = 24 if killing is kill_all else 60
    settings, papers = settings_for(tmp_path, demo_papers[0], tiny_bundle, number)
    with serving(operated, tmp_path, settings) as running:
        found: dict[str, Any] = eventually(lambda: operated.deployment(SERVED))
        first = operated.server.call("POST", f"deployments/{found['id']}/create_flow_run", {})["id"]
        eventually(begun(tmp_path / "out"))
        killing(running)
    with serving(operated, tmp_path, settings):
        second = planned_once(operated.server, found["id"])
        assert operated.ends_as(first) == ("CRASHED" if killing is kill_all else "COMPLETED")
        assert operated.ends_as(second) == "COMPLETED"
    check_whole(tmp_path / "out", papers)
