"""The Prefect way, against a real server: a flow run, a task run per shard, states, logs, an artifact."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tasks.demo import make_papers
from tests.flows.command import copies, environment, figmill, ledger
from tests.pmc_bucket import PmcBucket, drawn
from tests.stores import Store

START = 150


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Prefect server of our own: random port, SQLite in a temporary folder."""
    home = tmp_path_factory.mktemp("prefect")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    quiet = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_SERVER_UI_ENABLED": "false"}
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, *command], env=environment(home, **quiet), stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}/api"
    try:
        _wait_for(url, server, home / "log")
        yield url
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            httpx.get(f"{url}/health", timeout=5).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.5)
        else:
            return
    raise TimeoutError(log.read_text())


def ask(api: str, path: str, **query: Any) -> list[dict[str, Any]]:
    return httpx.post(f"{api}/{path}", json=query, timeout=30).raise_for_status().json()


def only_run(api: str, out: Path) -> dict[str, Any]:
    (run,) = ask(api, "flow_runs/filter", flow_runs={"name": {"any_": [f"label into {out}"]}})
    return run


@pytest.mark.timeout(600)
def test_with_an_api_it_is_a_flow_run_with_a_task_run_per_shard(
    api: str, tiny_bundle: Path, tmp_path: Path
) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    (pdf, _) = make_papers(tmp_path / "pdf")
    copies(pdf, source, 3)
    (source / "text.pdf").write_text("no PDF")
    command = ("label", source, "--out", out, "--model", tiny_bundle, "--shard-size", 2)
    done = figmill(*command, home=tmp_path, PREFECT_API_URL=api)
    assert done.returncode == 0, done.stderr
    assert "papers" in done.stdout
    assert sorted(ledger(out).values()) == ["failed", "ok", "ok", "ok"]

    run = only_run(api, out)
    assert run["state_type"] == "COMPLETED"
    assert "figmill" in run["tags"]
    shards = ask(api, "task_runs/filter", task_runs={"flow_run_id": {"any_": [run["id"]]}})
    assert {(shard["name"], shard["state_type"]) for shard in shards} == {
        (part.stem, "COMPLETED") for part in (out / "papers").iterdir()
    }
    mine = {"flow_run_id": {"any_": [run["id"]]}}
    (artifact,) = ask(api, "artifacts/filter", artifacts=mine)
    table = {row["what"]: row for row in json.loads(artifact["data"])}
    assert table["papers ok"]["number"] == 3
    assert table["failed"]["detail"].startswith("text.pdf: ")
    logs = _eventually(lambda: ask(api, "logs/filter", logs=mine), "wrote part-")
    assert "wrote part-" in logs

    again = figmill(*command, home=tmp_path, PREFECT_API_URL=api)
    assert "Nothing to do" in again.stdout, again.stderr


def _eventually(question: Any, words: str) -> str:
    """Log lines reach the server some seconds after the run."""
    for _ in range(20):
        text = " ".join(entry["message"] for entry in question())
        if words in text:
            return text
        time.sleep(1)
    return text


def test_a_run_that_cannot_be_done_is_failed_with_its_sentence(api: str, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.docx").touch()
    papers = make_papers(tmp_path / "pdf")
    done = figmill("label", *papers, "--out", tmp_path / "taken", home=tmp_path, PREFECT_API_URL=api)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith("figmill: --out ")
    run = only_run(api, tmp_path / "taken")
    assert run["state_type"] == "FAILED"
    assert "something else than a Figmill dataset" in run["state"]["message"]


def test_the_flows_parameters_have_a_schema_and_take_json() -> None:
    from flows.label_papers import label_papers
    from tasks.settings import LabelSettings

    schema = label_papers.parameters.model_dump()
    fields = schema["definitions"]["LabelSettings"]["properties"]
    assert {"inputs", "out", "model", "limits", "retry_failed"} <= set(fields)
    parameters = {"inputs": ["a.pdf"], "out": "o", "limits": {"timeout": 5}, "shard_size": 3}
    (settings,) = label_papers.validate_parameters({"settings": parameters}).values()
    assert isinstance(settings, LabelSettings)
    assert (settings.inputs, settings.limits.timeout, settings.shard_size) == (("a.pdf",), 5.0, 3)


@pytest.mark.timeout(600)
def test_an_ingest_is_a_flow_run_too(api: str, s3: Store, tiny_bundle: Path, tmp_path: Path) -> None:
    bucket, out = PmcBucket(s3), tmp_path / "out"
    bucket.put(1, drawn(1, tmp_path))
    bucket.write_inventory(1)
    command = ("ingest", "--out", out, "--model", tiny_bundle, "--workers", 1)
    done = figmill(*command, home=tmp_path, PREFECT_API_URL=api, **s3.environment)
    assert done.returncode == 0, done.stderr
    assert "1 new, changed or gone" in done.stdout
    assert list(ledger(out).values()) == ["ok"]
    (run,) = ask(api, "flow_runs/filter", flow_runs={"name": {"any_": [f"ingest into {out}"]}})
    assert run["state_type"] == "COMPLETED"
    (artifact,) = ask(api, "artifacts/filter", artifacts={"flow_run_id": {"any_": [run["id"]]}})
    assert {"what": "papers ok", "number": 1, "detail": ""} in json.loads(artifact["data"])
