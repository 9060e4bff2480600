"""Whether Prefect is to be used is found where Prefect itself looks, and Prefect is imported only to ask it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.command import environment

QUESTION = (
    "import sys; from flows.terminal.prefect_api import api_is_configured as ask; "
    "print(ask(), 'prefect' in sys.modules)"
)
PROFILES = """active = "{active}"
[profiles.here]
PREFECT_API_URL = "http://127.0.0.1:4200/api"
[profiles.alone]
"""


def ask(folder: Path, question: str = QUESTION, **extra: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", question],
        env=environment(folder, PYTHONPATH=str(Path(__file__).parents[3]), **extra),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_nothing_is_configured_and_nothing_is_imported(tmp_path: Path) -> None:
    assert ask(tmp_path) == "False False"


def test_an_api_in_the_environment_needs_no_import(tmp_path: Path) -> None:
    assert ask(tmp_path, PREFECT_API_URL="http://127.0.0.1:4200/api") == "True False"


@pytest.mark.parametrize(("active", "answer"), [("here", "True True"), ("alone", "False True")])
def test_the_active_profile_decides(tmp_path: Path, active: str, answer: str) -> None:
    (tmp_path / ".prefect").mkdir()
    (tmp_path / ".prefect" / "profiles.toml").write_text(PROFILES.format(active=active))
    assert ask(tmp_path) == answer


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env", "PREFECT_API_URL=http://127.0.0.1:4200/api\n"),
        ("prefect.toml", '[api]\nurl = "http://127.0.0.1:4200/api"\n'),
        ("pyproject.toml", '[tool.prefect.api]\nurl = "http://127.0.0.1:4200/api"\n'),
    ],
)
def test_files_of_the_working_folder_count(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert ask(tmp_path) == "True True"


def test_another_projects_pyproject_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert ask(tmp_path) == "False False"


def test_prefect_sends_no_statistics_unless_told_to(tmp_path: Path) -> None:
    question = (
        "from flows.terminal.prefect_api import check_api; check_api(); import os; from prefect.settings import "
        "get_current_settings as s; print(s().server.analytics_enabled, os.environ['DO_NOT_TRACK'])"
    )
    assert ask(tmp_path, question) == "False 1"
    assert ask(tmp_path, question, PREFECT_SERVER_ANALYTICS_ENABLED="true") == "True 1"
