"""`kill -9` at random moments: what tests/benchmarks/kill.py does fifty times, a few times for each kind of work."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform != "linux", reason="finds the reading processes in /proc")
@pytest.mark.parametrize("work", ["label", "ingest", "relabel", "index", "corrections"])
def test_nothing_is_lost_or_doubled_by_kills_at_random_moments(tiny_bundle: Path, work: str) -> None:
    kills = ["--kills", "3", "--papers", "6", "--model", tiny_bundle, "--work", work]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.kill", *kills],
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 rows lost, 0 doubled, 0 others" in done.stdout
