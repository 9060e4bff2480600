"""Each deployment names a flow that is there, parameters that it takes, times that exist and a queue that is shared."""

import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import cloudpickle
import pytest
import yaml
from prefect import Flow
from prefect.cli.deploy._models import PrefectYamlModel
from prefect.client.schemas.schedules import CronSchedule
from prefect.flows import load_flow_from_entrypoint

SET_UP = runpy.run_path(str(Path(__file__).resolve().parents[2] / "deployments" / "set_up.py"))
FILE = Path(__file__).resolve().parents[2] / "deployments" / "prefect.yaml"
PLAIN = yaml.safe_load(FILE.read_text().replace("{{ $FIGMILL_DATA }}", "/srv/figmill"))
DEPLOYMENTS = {deployment["name"]: deployment for deployment in PLAIN["deployments"]}


def flow_of(name: str) -> Flow[Any, Any]:
    return load_flow_from_entrypoint(DEPLOYMENTS[name]["entrypoint"], use_placeholder_flow=False)


def test_every_flow_that_is_meant_for_it_is_deployed_under_a_name_of_its_own() -> None:
    flows = {flow_of(name).name for name in DEPLOYMENTS}
    assert flows == {"label-papers", "ingest-pmc", "relabel", "train-classifier"}
    assert len(DEPLOYMENTS) == len(PLAIN["deployments"])


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_the_flow_takes_the_parameters(name: str) -> None:
    parameters = DEPLOYMENTS[name]["parameters"]
    flow = flow_of(name)
    taken = flow.validate_parameters(parameters)
    assert type(taken["settings"]).__name__.endswith("Settings")
    for key, value in parameters["settings"].items():
        kept = getattr(taken["settings"], key)
        assert kept == (tuple(value) if isinstance(value, list) else value) or isinstance(value, dict), key
    with pytest.raises(Exception, match="nosuch"):
        flow.validate_parameters({"settings": parameters["settings"] | {"nosuch": 1}})


def test_a_flow_may_be_handed_on_by_value_as_serving_does(tmp_path: Path) -> None:
    """In the process that runs it, its parameters are known though nothing of its module was imported."""
    handed_on = tmp_path / "flows.pickle"
    given = [(flow_of(name), DEPLOYMENTS[name]["parameters"]) for name in DEPLOYMENTS]
    handed_on.write_bytes(cloudpickle.dumps(given))
    taken = "import cloudpickle, sys; flows = cloudpickle.load(open(sys.argv[1], 'rb'))"
    code = f"{taken}; [flow.validate_parameters(parameters) for flow, parameters in flows]"
    subprocess.run([sys.executable, "-c", code, str(handed_on)], check=True)


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_schedules_are_at_times_that_exist(name: str) -> None:
    for schedule in DEPLOYMENTS[name].get("schedules", []):
        CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"])  # raises where either is wrong
        assert isinstance(schedule["active"], bool)


def test_nobody_writes_a_dataset_from_two_queues_on_a_schedule() -> None:
    queues: dict[str, set[tuple[str, str]]] = {}
    for deployment in DEPLOYMENTS.values():
        assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}
        if deployment.get("schedules"):
            pool = deployment["work_pool"]
            out = deployment["parameters"]["settings"]["out"]
            queues.setdefault(out, set()).add((pool["name"], pool["work_queue_name"]))
    assert queues
    assert {out: found for out, found in queues.items() if len(found) > 1} == {}


def test_prefect_reads_the_file_as_it_is_meant() -> None:
    model = PrefectYamlModel.model_validate(PLAIN)
    assert model.pull == []
    assert [deployment.name for deployment in model.deployments] == list(DEPLOYMENTS)


def test_the_options_of_a_figmill_toml_are_the_deployments_settings(tmp_path: Path) -> None:
    options = tmp_path / "figmill.toml"
    options.write_text(
        'model = "mine"\n[label]\ninputs = ["/papers", "here"]\ndevice = "cpu"\nout = "/figures"\n'
        "timeout = 30\nverbose = true\n"
        '[ingest]\nlicense = "CC BY, CC0"\n'
    )
    made = {one["name"]: one for one in yaml.safe_load(SET_UP["with_options"](FILE, options))["deployments"]}
    nightly = made["nightly"]["parameters"]["settings"]
    assert nightly.pop("inputs") == ["/papers", str(Path("here").absolute())]
    assert nightly == {"out": "/figures", "model": "mine", "device": "cpu", "limits": {"timeout": 30}}
    retried = made["retry-failed"]["parameters"]["settings"]
    assert (retried["out"], retried["retry_failed"], retried["limits"]) == (
        "/figures",
        True,
        {"timeout": 600},
    )
    elsewhere = made["kubernetes"]["parameters"]["settings"]
    assert (elsewhere["inputs"], elsewhere["out"]) == (["s3://papers/inbox"], "s3://papers/dataset")
    assert (elsewhere["device"], elsewhere["model"]) == ("cuda", "mine")
    assert made["pmc"]["parameters"]["settings"]["licenses"] == ["CC BY", "CC0"]
    assert made["train"]["parameters"]["settings"]["data"] == ["{{ $FIGMILL_DATA }}/panels.csv"]
