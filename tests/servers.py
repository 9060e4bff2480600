"""A Prefect server of our own, its workers, and questions to it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from tests.benchmarks.process_tree import tree
from tests.flows.command import environment

T = TypeVar("T")
_SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    # what a schedule asks for is planned within seconds, not a minute
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2",
    "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "2",
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
}

NOTHING_PLANNED = {
    f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false"
    for name in ("SCHEDULER", "TRIGGERS", "LATE_RUNS", "FOREMAN", "REPOSSESSOR")
}
"""For a server of flows that are only started from here: looking for nothing, it takes half the time while it waits."""


@dataclass(frozen=True)
class Server:
    """A server that answers: where, and the home whose profile and blocks its clients use."""

    url: str
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.home, PREFECT_API_URL=self.url, DO_NOT_TRACK="1")

    @contextmanager
    def for_flows_here(self) -> Iterator[None]:
        """Flows of this process run there. Their log stays here: its rest would find the server gone at the end."""
        from prefect.settings import PREFECT_API_URL, PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

        with temporary_settings({PREFECT_API_URL: self.url, PREFECT_LOGGING_TO_API_ENABLED: False}):
            yield

    def ask(self, path: str, **query: Any) -> Any:
        return self.call("POST", path, query)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """What the API answers, as JSON has it."""
        answer = httpx.request(method, f"{self.url}/{path}", json=body, timeout=120)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def prefect(self, *arguments: object) -> str:
        """What `prefect ...` prints; fails where it fails."""
        command = [sys.executable, "-m", "prefect", "--no-prompt", *map(str, arguments)]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=800, check=False
        )
        assert done.returncode == 0, f"prefect {arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@contextmanager
def prefect_server(home: Path, **extra: str) -> Iterator[Server]:
    """`prefect server start` on a random port; SQLite in `home`, unless `extra` names another database."""
    with kept_port() as port:
        server = Server(f"http://127.0.0.1:{port}/api", home)
        with serving_at(port, server, **extra):
            yield server


@contextmanager
def kept_port() -> Iterator[int]:
    """A port that the kernel gives to nobody else meanwhile, not even to the near end of a connection.

    Bound, but not listened at: who asks for the very port with SO_REUSEADDR, as servers do, gets it.
    """
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        yield kept.getsockname()[1]


@contextmanager
def serving_at(port: int, server: Server, **extra: str) -> Iterator[subprocess.Popen[bytes]]:
    """`prefect server start` there, once it answers."""
    command = ["server", "start", "--host", "127.0.0.1", "--port", str(port)]
    log = server.home / "server.log"
    with process(command, environment(server.home, **_SETTINGS, **extra), log) as running:

        def answers() -> bool:
            assert running.poll() is None, log.read_text()
            try:
                return httpx.get(f"{server.url}/health", timeout=60).is_success
            except httpx.HTTPError:
                return False

        eventually(answers, log.read_text)
        yield running


@contextmanager
def postgres() -> Iterator[str]:
    """The machine's PostgreSQL with a database of our own, by a socket; skips where it has none.

    Not that of pgserver: Prefect needs the extension pg_trgm.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("needs PostgreSQL (Debian's package postgresql), for Prefect's server")
    user: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}  # it refuses to be root
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        if user:
            shutil.chown(folder, "postgres")
        data, control = f"{folder}/data", [str(programs[-1].with_name("pg_ctl")), "-D", f"{folder}/data"]
        fresh = [str(programs[-1]), "-D", data, "-A", "trust", "-U", "prefect", "--no-sync"]
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        quiet: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL, "check": True, **user}
        subprocess.run(fresh, **quiet)
        subprocess.run([*control, "-w", "-o", options, "-l", f"{folder}/log", "start"], **quiet)
        try:
            yield f"postgresql+asyncpg://prefect@/postgres?host={folder}"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **quiet)


def process(
    command: list[str], env: dict[str, str], log: Path
) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """A `prefect` command, as `program`."""
    return program([sys.executable, "-m", "prefect", *command], env, log)


@contextmanager
def program(command: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """What runs beside its log until it is no longer needed."""
    with log.open("ab") as file:
        running = subprocess.Popen(command, env=env, cwd=log.parent, stdout=file, stderr=file)
    try:
        yield running
    finally:
        kill_all(running)


def kill_all(running: subprocess.Popen[bytes]) -> None:
    """With all that it has started, as where the machine is switched off."""
    if running.poll() is None:
        for pid in tree(running.pid):
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(pid, signal.SIGKILL)
    running.wait()


def eventually(
    found: Callable[[], T | None], why: Callable[[], object] = str, seconds: float = 600, every: float = 0.3
) -> T:
    """The first answer that is something, asked for `every` so many seconds; fails with `why` after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(every)
    raise AssertionError(f"not within {seconds:.0f} s: {why()}")
