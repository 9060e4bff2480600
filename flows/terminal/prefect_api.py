"""Whether Prefect is to be used, found out without paying for its import (3 s) where it is not."""

from __future__ import annotations

import os
from pathlib import Path

from tasks.errors import FigmillError

_DEFAULTS = {
    # 50 seconds were seen on a busy machine, Prefect's own limit is 30
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # Figmill calls nobody whom its user has not named: no usage statistics, by the server or by the client
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
}
"""For Prefect, where the user has not said otherwise."""


def api_is_configured() -> bool:
    """Whether a Prefect API is named: by PREFECT_API_URL, the active profile, or a file of the working folder."""
    if os.environ.get("PREFECT_API_URL"):
        return True
    if not any(_mentions_api(file) for file in _settings_files()):
        return False
    return _api_url() is not None


def check_api() -> None:
    """Raises FigmillError, in one line, where a Prefect API is configured but does not answer.

    Where none is configured, Prefect will start a temporary server.
    """
    url = _api_url()
    if url is None:
        return
    from prefect.client.orchestration import get_client

    try:
        with get_client(sync_client=True) as client:
            error = client.api_healthcheck()
    except Exception as problem:  # noqa: BLE001 (the client raises many kinds, all of which mean the same here)
        error = problem
    if error is not None:
        raise FigmillError(
            f"no Prefect API answers at {url} ({type(error).__name__}): start it (`prefect server start`), "
            "or unset PREFECT_API_URL to run without Prefect"
        )


def _api_url() -> str | None:
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    from prefect.settings import get_current_settings

    return get_current_settings().api.url


def _settings_files() -> list[Path]:
    """The files in which Prefect looks for its settings."""
    home = Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect")
    profiles = Path(os.environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml")
    return [profiles, Path(".env"), Path("prefect.toml"), Path("pyproject.toml")]


def _mentions_api(file: Path) -> bool:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    if file.name == "pyproject.toml":
        return "tool.prefect" in text
    return file.name == "prefect.toml" or "PREFECT_API_URL" in text or "PREFECT_PROFILES_PATH" in text
