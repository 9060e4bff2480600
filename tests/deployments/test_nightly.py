"""The deployments as an operator has them: server on PostgreSQL, process pool, worker, schedule; what goes wrong."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tasks.dataset.check import Totals, check
from tasks.stores import objects, paths
from tests.deployments.operated import TERMINAL, planned_once, run_by_hand, script, two_runs_now
from tests.flows.command import copies, ledger, subfigure_rows
from tests.servers import Server, eventually, process
from tests.stores import Fault, Store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def deployed(prefect_on_postgres: Server, s3_server: Store) -> Iterator[Server]:
    """The server as set_up.py leaves it, and a worker that stands in another folder."""
    server = prefect_on_postgres
    script(server, "set_up.py", FIGMILL_DATA="s3://papers", **s3_server.environment)
    assert httpx.head(f"{s3_server.url}/papers").is_success
    elsewhere = server.home / "worker"
    elsewhere.mkdir()
    env = {name: value for name, value in server.environment.items() if not name.startswith("AWS_")}
    store = {"AWS_ENDPOINT_URL": s3_server.url, "AWS_DEFAULT_REGION": "us-east-1"}  # but no keys
    env |= store | {"PREFECT_WORKER_QUERY_SECONDS": "2"}
    with process(["worker", "start", "--pool", "figmill"], env, elsewhere / "worker.log"):
        yield server


def ended(server: Server, run: str) -> dict[str, Any]:
    """The flow run once it is over."""

    def over() -> dict[str, Any] | None:
        found: dict[str, Any] = server.call("GET", f"flow_runs/{run}")
        return found if found["state_type"] in TERMINAL else None

    def why() -> str:
        log = server.ask("logs/filter", logs={"flow_run_id": {"any_": [run]}})
        return "\n".join(entry["message"] for entry in log)

    return eventually(over, why)


@contextmanager
def listening() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A chat's webhook: its address, and what it was told."""
    told: list[dict[str, str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", told
    finally:
        server.shutdown()
        server.server_close()


def _in_a_folder(papers: list[Path], folder: Path) -> list[Path]:
    folder.mkdir()
    return [Path(shutil.copy(paper, folder)) for paper in papers]


def test_a_schedule_labels_what_is_new(
    deployed: Server, demo_papers: list[Path], tiny_bundle: Path, tmp_path: Path
) -> None:
    papers, out = _in_a_folder(demo_papers, tmp_path / "in"), tmp_path / "out"
    deployment = deployed.call("GET", "deployments/name/label-papers/nightly")
    assert [each["schedule"]["timezone"] for each in deployment["schedules"]] == ["America/New_York"]
    settings = {"inputs": [str(tmp_path / "in")], "out": str(out), "model": str(tiny_bundle), "workers": 2}
    run = ended(deployed, planned_once(deployed, deployment["id"], parameters={"settings": settings}))
    assert (run["state_type"], run["auto_scheduled"]) == ("COMPLETED", True)
    assert run["name"] == f"label into {out}"
    assert {"figmill", "nightly"} <= set(run["tags"])
    assert ledger(out) == {paper.name: "ok" for paper in papers}


def test_a_run_by_hand_outlives_a_store_that_fails_and_warns_of_papers_that_fail(
    deployed: Server, s3: Store, demo_papers: list[Path], tiny_bundle: Path, tmp_path: Path
) -> None:
    """From bucket to bucket; the worker has no keys but those in the secret blocks."""
    _in_a_folder(demo_papers, tmp_path / "in")
    (tmp_path / "in" / "text.pdf").write_text("no PDF")
    objects.filesystem("s3").put(f"{tmp_path}/in/", "bucket/in/", recursive=True)
    # as often as the store's library asks by itself: the shard's next try gets through
    s3.faults.append(Fault(503, "SlowDown", times=20, method="PUT", path="/out/subfigures/"))
    with listening() as (hook, told):
        script(deployed, "automations.py", hook)
        run = run_by_hand(deployed, inputs=["s3://bucket/in"], out="s3://bucket/out", model=str(tiny_bundle))
        assert ended(deployed, run)["state_type"] == "COMPLETED"
        (message,) = eventually(lambda: told)
    assert message["text"].startswith("Figmill: many papers failed\ns3://bucket/out: 1 of 3 papers failed")
    (shard,) = deployed.ask("task_runs/filter", task_runs={"flow_run_id": {"any_": [run]}})
    assert (shard["state_type"], shard["run_count"]) == ("COMPLETED", 2)
    assert list(check(paths.store_path("s3://bucket/out"), Totals())) == []
    pool = json.dumps(deployed.call("GET", "work_pools/figmill")["base_job_template"])
    assert "figmill-s3-key" in pool
    assert "testing" not in pool


def test_a_cancelled_run_leaves_the_dataset_whole_and_the_one_that_waited_for_it_goes_on(
    deployed: Server, demo_papers: list[Path], tiny_bundle: Path, tmp_path: Path
) -> None:
    papers, out = copies(demo_papers[0], tmp_path / "in", 60), tmp_path / "out"
    settings = {"inputs": [str(tmp_path / "in")], "out": str(out), "model": str(tiny_bundle), "shard_size": 2}
    first, second = two_runs_now(deployed, **settings)
    eventually(
        lambda: list(out.glob("papers/part-*.parquet")), lambda: deployed.call("GET", f"flow_runs/{first}")
    )
    assert deployed.call("GET", f"flow_runs/{second}")["state_type"] == "SCHEDULED"
    deployed.ask(f"flow_runs/{first}/set_state", state={"type": "CANCELLING"})  # as `prefect flow-run cancel`
    assert ended(deployed, first)["state_type"] == "CANCELLED"
    assert ended(deployed, second)["state_type"] == "COMPLETED"
    (table,) = deployed.ask(
        "artifacts/filter",
        artifacts={"flow_run_id": {"any_": [second]}, "key": {"any_": ["figmill-label-papers"]}},
    )
    counts = {row["what"]: row["number"] for row in json.loads(table["data"])}
    assert 0 < counts["papers skipped"] < len(papers)
    assert ledger(out) == {paper.name: "ok" for paper in papers}
    assert subfigure_rows(out)
    assert list(check(out, Totals())) == []
