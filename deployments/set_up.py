"""Makes on a Prefect server what the deployments need, then deploys them; may be run again.

    FIGMILL_DATA=/srv/figmill python deployments/set_up.py

FIGMILL_DATA is where inbox and datasets are, a folder or a URI such as s3://papers. Made are: the inbox, the work
pools, the work queues of prefect.yaml with room for one run each, so that no two write one dataset, automations that
end a run whose machine is gone, so that it holds up no other, and, where AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
are set, secret blocks of them. A worker resolves those when it starts a run: the keys stand in no deployment, no
parameter and no log. (In prefect.yaml they would: `prefect deploy` writes down what a block says.)

Options in figmill.toml (of the working folder, or named by FIGMILL_CONFIG) become the deployments' settings.
FIGMILL_SILENT_SECONDS (default 600) is for how long a run may give no sign of life. Its heart beats every 180 seconds,
unless PREFECT_FLOWS_HEARTBEAT_FREQUENCY says otherwise where it runs.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import yaml
from prefect.blocks.system import Secret
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.settings import PREFECT_API_URL
from prefect.states import StateType

from flows.cli import options_of_file
from flows.terminal.config import FILE, flow_settings
from tasks.stores.paths import store_path

HERE = Path(__file__).parent
POOLS = {"figmill": "process", "figmill-docker": "docker", "figmill-kubernetes": "kubernetes"}
COMMANDS = {
    "flows.label_papers.label_papers": "label",
    "flows.ingest_pmc.ingest_pmc": "ingest",
    "flows.relabel.relabel_dataset": "relabel",
}
"""Whose options in figmill.toml a flow takes."""
PURPOSE = ("retry_failed", "limits", "device")
"""What a deployment is there for, which no file of options changes."""
PLACES = ("inputs", "out", "source", "jats")
"""Of figmill.toml, for deployments of this machine's pool alone: another one's machines have other folders."""
LOCAL_POOL = "figmill"
NEXT = """
Next: start a worker, put PDFs into {inbox}, and run it once:
  prefect worker start --pool figmill
  prefect deployment run label-papers/nightly --watch
It runs every night from then on. PMC's articles are not fetched before you switch that on:
  prefect deployment schedule ls ingest-pmc/pmc
  prefect deployment schedule resume ingest-pmc/pmc SCHEDULE-ID"""
_BEGIN = dt.timedelta(hours=1)
"""In which a run begins that a worker has taken: a node may have to be started and an image to be pulled."""
_SIGNS_OF_LIFE = ("heartbeat", "Running", "Completed", "Failed", "Cancelled", "Crashed")
_FIGMILL_RUNS = ResourceSpecification(
    {"prefect.resource.role": "tag", "prefect.resource.id": "prefect.tag.figmill"}
)
_START = 300.0
"""Seconds that the server may take to answer for the first time."""
KEYS = {"AWS_ACCESS_KEY_ID": "figmill-s3-key-id", "AWS_SECRET_ACCESS_KEY": "figmill-s3-key"}


def require_server() -> None:
    """Waits for Prefect's server, which takes a minute or more to start; ends in a sentence where none answers."""
    url = PREFECT_API_URL.value()
    if not url:
        sys.exit("set PREFECT_API_URL: where Prefect's server is, such as http://127.0.0.1:4200/api")
    deadline = time.monotonic() + _START
    said = False
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/health", timeout=30).status_code < 500:
                return
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            sys.exit(
                f"PREFECT_API_URL is {url}, which is no address ({error}): such as http://127.0.0.1:4200/api"
            )
        except httpx.TransportError:  # it is not there yet
            pass
        if not said:
            print(f"waiting for {url}", file=sys.stderr, flush=True)  # noqa: T201
            said = True
        time.sleep(1)
    sys.exit(f"nothing answers as Prefect's server at {url}: start it with `prefect server start`")


def keep_keys() -> bool:
    """Saves the store's keys as the blocks that the pools name; False where the environment has none."""
    if not all(os.environ.get(variable) for variable in KEYS):
        return False
    for variable, block in KEYS.items():
        Secret(value=os.environ[variable]).save(block, overwrite=True)
    return True


def template_of(kind: str, keys: bool) -> dict[str, Any]:
    """The pool's base job template; where there are no keys, it asks for none."""
    template: dict[str, Any] = json.loads((HERE / "pools" / f"{kind}.json").read_text(encoding="utf-8"))
    if not keys and kind != "kubernetes":
        template["job_configuration"]["env"] = "{{ env }}"
        for variable in ("store_key_id", "store_key"):
            del template["variables"]["properties"][variable]
    return template


async def make_pool(client: PrefectClient, name: str, template: dict[str, Any]) -> None:
    """Makes the work pool, or gives one that is there the template."""
    try:
        await client.create_work_pool(WorkPoolCreate(name=name, type=POOLS[name], base_job_template=template))
    except ObjectAlreadyExists:
        await client.update_work_pool(name, WorkPoolUpdate(base_job_template=template))


async def make_queue(client: PrefectClient, pool: str, name: str) -> None:
    """Makes the work queue if it is not there, and lets one run at a time through it."""
    try:
        queue = await client.read_work_queue_by_name(name, work_pool_name=pool)
    except ObjectNotFound:
        queue = await client.create_work_queue(name, work_pool_name=pool)
    await client.update_work_queue(queue.id, concurrency_limit=1)


def watches(silent: dt.timedelta) -> list[AutomationCore]:
    """What ends runs that nobody works on any more: Prefect itself leaves them Running, or Pending, for ever."""
    return [
        _watch(
            "figmill: a run has gone silent",
            f"No sign of life for {silent}: its machine is gone. As Crashed, it holds up no other run.",
            ("heartbeat", "Running"),
            silent,
        ),
        _watch(
            "figmill: a run did not begin",
            f"A worker took it, and nothing came of it for {_BEGIN}: it is gone.",
            ("Pending",),
            _BEGIN,
        ),
    ]


def _watch(name: str, description: str, after: tuple[str, ...], within: dt.timedelta) -> AutomationCore:
    return AutomationCore(
        name=name,
        description=description,
        trigger=EventTrigger(
            after={f"prefect.flow-run.{sign}" for sign in after},
            expect={f"prefect.flow-run.{sign}" for sign in _SIGNS_OF_LIFE},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            match_related=_FIGMILL_RUNS,
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=within,
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, message=f"no sign of life for {within}")],
    )


def make_watches(silent: dt.timedelta) -> None:
    """Puts the automations in place of those of the same names."""
    with get_client(sync_client=True) as client:
        for automation in watches(silent):
            for old in client.read_automations_by_name(automation.name):
                client.delete_automation(old.id)
            client.create_automation(automation)


async def make_pools(keys: bool) -> None:
    """The pools, and the queues that prefect.yaml names in them."""
    deployments = yaml.safe_load((HERE / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    queues = {(each["work_pool"]["name"], each["work_pool"]["work_queue_name"]) for each in deployments}
    async with get_client() as client:
        for name, kind in POOLS.items():
            await make_pool(client, name, template_of(kind, keys))
        for pool, queue in sorted(queues):
            await make_queue(client, pool, queue)


def with_options(file: Path, options: Path) -> str:
    """prefect.yaml with the options of a figmill.toml, which count more than what stands there.

    But for what a deployment is there for, and for places where its runs are of another pool. Places are made whole
    addresses, for a worker stands in a folder of its own.
    """
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    chosen = options_of_file(options)
    for deployment in content["deployments"]:
        settings = deployment["parameters"]["settings"]
        command = COMMANDS.get(deployment["entrypoint"], "")
        own = {name: settings[name] for name in PURPOSE if name in settings}
        more = _with_whole_places(flow_settings(chosen.get(command, {})))
        if deployment["work_pool"]["name"] != LOCAL_POOL:
            more = {name: value for name, value in more.items() if name not in PLACES}
        settings |= more | own
    return yaml.safe_dump(content, sort_keys=False)


def _with_whole_places(settings: dict[str, Any]) -> dict[str, Any]:
    def whole(place: str) -> str:
        return place if "://" in place else str(Path(place).absolute())

    found = dict(settings)
    for name in PLACES:
        if name in found:
            value = found[name]
            found[name] = whole(value) if isinstance(value, str) else [whole(one) for one in value]
    return found


def deploy(file: Path) -> None:
    """Deploys all that a prefect.yaml has."""
    subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(file)],
        check=True,
    )


def main() -> None:
    """Makes everything; what is there already is brought up to date."""
    data = os.environ.get("FIGMILL_DATA")
    if not data:
        sys.exit("set FIGMILL_DATA: where inbox and datasets are, a folder or a URI")
    require_server()
    (store_path(data) / "inbox").mkdir(parents=True, exist_ok=True)
    asyncio.run(make_pools(keep_keys()))
    make_watches(dt.timedelta(seconds=int(os.environ.get("FIGMILL_SILENT_SECONDS", "600"))))
    options = Path(os.environ.get("FIGMILL_CONFIG") or FILE)
    if options.is_file():
        with tempfile.TemporaryDirectory() as folder:
            adapted = Path(folder) / "prefect.yaml"
            adapted.write_text(with_options(HERE / "prefect.yaml", options), encoding="utf-8")
            deploy(adapted)
    else:
        deploy(HERE / "prefect.yaml")
    print(NEXT.format(inbox=store_path(data) / "inbox"))  # noqa: T201


if __name__ == "__main__":
    main()
