"""`kill -9` at random moments: what tests/benchmarks/kill.py does fifty times, a few times."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform != "linux", reason="finds the reading processes in /proc")
def test_nothing_is_lost_or_doubled_by_kills_at_random_moments(tiny_bundle: Path) -> None:
    program = Path(__file__).parents[1] / "benchmarks" / "kill.py"
    command = [sys.executable, program, "--kills", "4", "--papers", "6", "--model", tiny_bundle]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 rows lost, 0 doubled, 0 others" in done.stdout
