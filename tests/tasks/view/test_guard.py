"""Who may ask, and with which headers every answer goes out."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tasks.view.app import create_app
from tests.tasks.index.small import dataset
from tests.tasks.index.test_search import indexed


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return indexed(dataset(tmp_path_factory.mktemp("guarded")))


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8765", "localhost", "LOCALHOST:1", "[::1]:8765", "192.168.1.7:80"]
)
def test_it_answers_to_numbers_and_to_localhost(host: str, out: Path):
    with TestClient(create_app(out)) as client:
        assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "", "[bad"]
)
def test_it_does_not_answer_to_a_name_that_was_led_here(host: str, out: Path):
    with TestClient(create_app(out)) as client:
        answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert "subfigure" not in answer.text


def test_a_name_that_the_user_gave_is_known(out: Path):
    with TestClient(create_app(out, ["Library.example"])) as client:
        assert client.get("/", headers={"Host": "library.example:8765"}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_only_shows(method: str, out: Path):
    with TestClient(create_app(out), base_url="http://localhost") as client:
        assert client.request(method, "/").status_code == 405


@pytest.mark.parametrize(
    "path", ["/", "/nosuch", "/static/view.js", "/thumbnail/x/0/0", "/docs", "/openapi.json"]
)
def test_every_answer_forbids_foreign_code_frames_and_guessing_of_types(path: str, out: Path):
    with TestClient(create_app(out), base_url="http://localhost") as client:
        headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self';")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "no-referrer"
