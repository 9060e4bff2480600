"""No network and nothing in the user's home, from the libraries that are loaded to read PDFs and to classify."""

import os
import subprocess
import sys
from pathlib import Path

WATCHED = """
import sys

def refuse(event, arguments):
    if event in ("socket.getaddrinfo", "socket.connect", "os.fork", "os.posix_spawn", "subprocess.Popen"):
        print(event, arguments[:2], file=sys.stderr)
        sys.exit(7)

sys.addaudithook(refuse)
import numpy as np
from models.bundle.bundle import resolve_bundle
from models.inference.predict import load_predictor
predictor = load_predictor(resolve_bundle("default"), "cpu")
predictor.predict(np.zeros((1, 224, 224, 3), np.uint8))
"""
CI_VARIABLES = ("CI", "TF_BUILD", "JENKINS_URL", "GITHUB_ACTIONS", "GITLAB_CI")
"""With one of them set OpenVINO reports nothing anyway."""


def test_classifying_leaves_nothing_at_home_and_reports_to_nobody(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in CI_VARIABLES}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / ".cache")}
    subprocess.run([sys.executable, "-B", "-c", WATCHED], env=environment, check=True)
    assert list(tmp_path.rglob("*")) == []


def test_reading_pdfs_leaves_nothing_at_home_and_reports_to_nobody(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / ".cache"), "CI": ""}
    code = "import tasks.extraction.reading, os; assert os.environ['ORT_DISABLE_TELEMETRY'] == '1'"
    subprocess.run([sys.executable, "-B", "-c", code], env=environment, check=True)
    assert list(tmp_path.rglob("*")) == []
