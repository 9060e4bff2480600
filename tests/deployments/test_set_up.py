"""Setting up waits for a server that is starting, says so, and waits for no address that is none."""

import runpy
import time
from pathlib import Path

import httpx
import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

SET_UP = runpy.run_path(str(Path(__file__).parents[2] / "deployments" / "set_up.py"))


def test_an_address_that_is_none_ends_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("it waits"))
    with (
        temporary_settings({PREFECT_API_URL: "localhost:4200/api"}),
        pytest.raises(SystemExit, match="PREFECT_API_URL is localhost:4200/api, which is no address"),
    ):
        SET_UP["require_server"]()


def test_it_says_once_that_it_waits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers: list[httpx.Response | Exception] = [
        httpx.ConnectError("refused"),
        httpx.ConnectError("refused"),
        httpx.Response(200),
    ]

    def get(*_: object, **__: object) -> httpx.Response:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(httpx, "get", get)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        SET_UP["require_server"]()
    assert capsys.readouterr().err == "waiting for http://127.0.0.1:9/api\n"
    assert answers == []
