"""Which device computes, and how many cores there are."""

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from models import devices
from models.devices import takes_gpu, usable_cores


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("max 100000", 8), ("250000 100000", 3), ("50000 100000", 1), ("9900000 100000", 8), ("garbage", 8)],
)
def test_a_containers_quota_bounds_the_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, cores: int
) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr(devices, "_QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert usable_cores() == cores


def test_a_cpu_is_chosen_without_torch() -> None:
    code = (
        "import sys, models.devices\n"
        "assert not models.devices.takes_gpu('cpu')\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_driver_means_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "has_gpu_driver", lambda: False)
    assert not takes_gpu("auto")


def as_a_daemon(told: "multiprocessing.Queue[str]") -> None:
    """A worker of a cluster, which is a daemon, wants a process of its own. Runs in that worker."""
    context = multiprocessing.get_context("spawn")
    for allow in (lambda: None, devices.may_have_children):
        allow()
        try:
            child = context.Process(target=int)
            child.start()
            child.join()
            told.put(f"exit status {child.exitcode}")
        except AssertionError as error:
            told.put(str(error))


def test_a_daemon_may_have_children_once_it_has_asked() -> None:
    context = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[str] = context.Queue()
    worker = context.Process(target=as_a_daemon, args=(told,), daemon=True)
    worker.start()
    assert told.get(timeout=600) == "daemonic processes are not allowed to have children"
    assert told.get(timeout=600) == "exit status 0"
    worker.join()
