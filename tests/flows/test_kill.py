"""`kill -9` at random moments: what tests/benchmarks/kill.py does fifty times, a few times for each kind of work."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(1800)
@pytest.mark.skipif(sys.platform != "linux", reason="finds the reading processes in /proc")
def test_nothing_is_lost_or_doubled_by_kills_at_random_moments(tiny_bundle: Path) -> None:
    works = ["label", "ingest", "relabel", "index", "corrections"]
    kills = ["--kills", "15", "--papers", "6", "--model", tiny_bundle, "--work", *works]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.kill", *kills],
        capture_output=True,
        text=True,
        timeout=1700,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("0 rows lost, 0 doubled, 0 others") == len(works)
