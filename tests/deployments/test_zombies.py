"""What is killed leaves nothing that stays Running, neither run nor worker nor server; the next run goes on."""

import time
from pathlib import Path

import pytest

from tests.deployments.operated import (
    TERMINAL,
    Operated,
    begun,
    check_whole,
    kill,
    settings_for,
    two_runs_now,
)
from tests.servers import eventually, kill_all

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800), pytest.mark.xdist_group("operated")]


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
