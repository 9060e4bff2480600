"""What is killed leaves nothing that stays Running, neither run nor worker nor server; the next run goes on."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

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
from tests.deployments.test_nightly import TERMINAL, run_now
from tests.servers import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operated]:
    with ExitStack() as started:
        yield Operated(tmp_path_factory.mktemp("operated"), started)


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
