"""The Prefect way, against a real server: a flow run, a task run per shard, states, logs, an artifact."""

import json
from pathlib import Path
from typing import Any

from tests.flows.command import copies, figmill, ledger
from tests.servers import Server, eventually


def only_run(prefect: Server, out: Path) -> dict[str, Any]:
    (run,) = prefect.ask("flow_runs/filter", flow_runs={"name": {"any_": [f"label into {out}"]}})
    return run


def test_with_an_api_it_is_a_flow_run_with_a_task_run_per_shard(
    prefect: Server, small_paper: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    copies(small_paper, source, 3)
    (source / "text.pdf").write_text("no PDF")
    command = ("label", source, "--out", out, "--model", tiny_bundle, "--shard-size", 2, "--workers", 1)
    done = figmill(*command, home=tmp_path, PREFECT_API_URL=prefect.url)
    assert done.returncode == 0, done.stderr
    assert "papers" in done.stdout
    assert sorted(ledger(out).values()) == ["failed", "ok", "ok", "ok"]

    run = only_run(prefect, out)
    assert (run["state_type"], run["state_name"]) == ("COMPLETED", "Papers failed")
    assert "1 of 4 papers failed" in run["state"]["message"]
    assert "figmill" in run["tags"]
    shards = prefect.ask("task_runs/filter", task_runs={"flow_run_id": {"any_": [run["id"]]}})
    named = {(shard["name"], shard["state_type"]) for shard in shards}
    assert named == {("papers 1–2", "COMPLETED"), ("papers 3–4", "COMPLETED")}
    mine = {"flow_run_id": {"any_": [run["id"]]}}
    artifacts = {artifact["key"]: artifact for artifact in prefect.ask("artifacts/filter", artifacts=mine)}
    own = {"figmill-label-papers", "figmill-label-papers-progress", "figmill-label-papers-report"}
    assert set(artifacts) == own
    assert (out / "report" / "index.html").as_uri() in artifacts["figmill-label-papers-report"]["data"]
    assert float(artifacts["figmill-label-papers-progress"]["data"]) == 100.0
    table = {row["what"]: row for row in json.loads(artifacts["figmill-label-papers"]["data"])}
    assert table["papers ok"]["number"] == 3
    assert table["failed"]["detail"].startswith("text.pdf: ")
    _wait_for_log(prefect, mine, "wrote part-")
    _wait_for_log(prefect, mine, "1 of 4 papers failed (25.0%): more than 2.0%")

    again = figmill(*command, home=tmp_path, PREFECT_API_URL=prefect.url)
    assert "Nothing to do" in again.stdout, again.stderr

    alone = figmill(*command, "--no-prefect", home=tmp_path, PREFECT_API_URL=prefect.url)
    assert "Nothing to do" in alone.stdout, alone.stderr
    runs = {"name": {"any_": [f"label into {out}"]}}
    assert len(prefect.ask("flow_runs/filter", flow_runs=runs)) == 2


def _wait_for_log(prefect: Server, mine: dict[str, Any], words: str) -> None:
    """Log lines reach the server some seconds after the run."""

    def said() -> bool:
        return any(words in entry["message"] for entry in prefect.ask("logs/filter", logs=mine))

    eventually(said, lambda: words)


def test_a_run_that_cannot_be_done_is_failed_with_its_sentence(
    prefect: Server, demo_papers: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.docx").touch()
    done = figmill(
        "label", *demo_papers, "--out", tmp_path / "taken", home=tmp_path, PREFECT_API_URL=prefect.url
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith("figmill: --out ")
    run = only_run(prefect, tmp_path / "taken")
    assert run["state_type"] == "FAILED"
    assert "something else than a Figmill dataset" in run["state"]["message"]


def test_the_flows_parameters_have_a_schema_and_take_json() -> None:
    from flows.label_papers import label_papers
    from tasks.settings import LabelSettings

    schema = label_papers.parameters.model_dump()
    fields = schema["definitions"]["LabelSettings"]["properties"]
    assert {"inputs", "out", "model", "limits", "retry_failed"} <= set(fields)
    parameters = {"inputs": ["a.pdf"], "out": "o", "limits": {"timeout": 5}, "shard_size": 3}
    settings = label_papers.validate_parameters({"settings": parameters})["settings"]
    assert isinstance(settings, LabelSettings)
    assert (settings.inputs, settings.limits.timeout, settings.shard_size) == (("a.pdf",), 5.0, 3)
