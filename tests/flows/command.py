"""Runs `figmill` as a user does: in a process of its own, or with the same words in this one."""

import contextlib
import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pyarrow.parquet as pq

from flows.cli import main

FIGMILL = [sys.executable, "-m", "flows.cli"]


def environment(home: Path, **extra: str) -> dict[str, str]:
    """This process's environment without any Prefect API, and with a home of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {**inherited, "HOME": str(home), "PREFECT_HOME": str(home / ".prefect"), **extra}


def figmill(
    *arguments: object, home: Path, timeout: float = 800, **extra: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FIGMILL, *map(str, arguments)],
        env=environment(home, **extra),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def figmill_here(*arguments: object, home: Path) -> subprocess.CompletedProcess[str]:
    """What `figmill` gives, but in this process: without the imports, which are most of what a small run takes.

    For commands that nothing kills, limits or asks what they import, and that want no Prefect.
    """
    printed, said = io.StringIO(), io.StringIO()
    status: object = 0
    handlers = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    with (
        mock.patch.dict(os.environ, environment(home), clear=True),
        mock.patch.object(sys, "argv", ["figmill", *map(str, arguments)]),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(said),
    ):
        try:
            main()
        except SystemExit as end:
            status = end.code or 0
        finally:
            for name, handler in handlers.items():
                signal.signal(name, handler)
    assert isinstance(status, int)
    return subprocess.CompletedProcess(arguments, status, printed.getvalue(), said.getvalue())


def start(*arguments: object, home: Path, log: Path) -> subprocess.Popen[bytes]:
    """Starts a run in a process group of its own, its output in `log`."""
    with log.open("wb") as file:
        return subprocess.Popen(
            [*FIGMILL, *map(str, arguments)],
            env=environment(home),
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


def copies(pdf: Path, folder: Path, number: int) -> list[Path]:
    """Papers that look like `pdf` but have other bytes: a comment behind the end."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"copy-{index}.pdf" for index in range(number)]
    for index, file in enumerate(files):
        file.write_bytes(pdf.read_bytes() + b"\n%% copy %d\n" % index)
    return files


def ledger(out: Path) -> dict[str, str]:
    """File name -> status; fails where a paper has two rows."""
    rows = pq.read_table(out / "papers").to_pylist()
    assert len({row["paper_id"] for row in rows}) == len(rows)
    return {Path(row["source_uri"]).name: row["status"] for row in rows}


def subfigure_rows(out: Path) -> dict[str, tuple]:
    """What a run must give again: rows by subfigure_id, without times; fails where one is doubled."""
    columns = ["subfigure_id", "image_sha256", "modality", "figure_label", "panel_label", "subfigure_bbox"]
    rows = pq.read_table(out / "subfigures", columns=columns).to_pylist()
    assert len({row["subfigure_id"] for row in rows}) == len(rows)
    return {row["subfigure_id"]: tuple(map(str, row.values())) for row in rows}
