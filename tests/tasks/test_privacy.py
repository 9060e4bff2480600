"""No network and nothing in the user's home, from the libraries that reading PDFs loads."""

import os
import subprocess
import sys
from pathlib import Path


def test_reading_pdfs_leaves_nothing_at_home_and_reports_to_nobody(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / ".cache"), "CI": ""}
    code = "import tasks.extraction, os; assert os.environ['ORT_DISABLE_TELEMETRY'] == '1'"
    subprocess.run([sys.executable, "-B", "-c", code], env=environment, check=True)
    assert list(tmp_path.rglob("*")) == []
