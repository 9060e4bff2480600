"""The page for operators: each command, option, file and variable that it names is there."""

import re
import shlex
from pathlib import Path

import prefect.settings
import pytest
from prefect.cli._app import _app

DEPLOYMENTS = Path(__file__).resolve().parents[2] / "deployments"
PAGE = (DEPLOYMENTS / "README.md").read_text()
SOME = "00000000-0000-0000-0000-000000000000"


def calls() -> list[str]:
    """Every call of prefect, with an identifier for ID."""
    found = re.findall(r"(?:^|[`\s])(?:uv run )?prefect ([a-z][a-z-]+ [^`\n]*)", PAGE, re.MULTILINE)
    cut = [re.split(r" &| >|  #|[.,:;]$", call)[0] for call in found if not call.startswith("worker start`")]
    return [re.sub(r"\b(SCHEDULE-)?ID\b", SOME, call) for call in cut]


@pytest.mark.parametrize("call", calls())
def test_prefect_knows_the_command(call: str) -> None:
    command, *_ = _app.parse_args(shlex.split(call), exit_on_error=False, print_error=False)
    assert command.__name__ not in ("help_print", "version_print")


def test_there_are_ten_commands_from_nothing_to_a_nightly_run() -> None:
    block = PAGE.split("```bash\n")[1].split("```")[0]
    assert len(block.splitlines()) == 10
    assert len(calls()) > 10


def test_the_files_that_it_names_are_there() -> None:
    named = re.findall(r"`([\w./*-]+\.(?:yaml|py|json|txt)|Dockerfile)`", PAGE)
    assert {"prefect.yaml", "set_up.py", "compose.yaml", "Dockerfile"} <= set(named)
    assert [name for name in named if not list(DEPLOYMENTS.glob(name))] == []


def test_prefect_knows_the_settings() -> None:
    named = set(re.findall(r"\b(PREFECT_[A-Z_]+)", PAGE + (DEPLOYMENTS / "compose.yaml").read_text()))
    assert {"PREFECT_API_URL", "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"} <= named
    assert [name for name in named if not hasattr(prefect.settings, name)] == []
    assert not hasattr(prefect.settings, "PREFECT_NO_SUCH_SETTING")
