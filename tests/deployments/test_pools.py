"""Work pools: templates that Prefect's server takes, with the store's keys in blocks, or without any."""

import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from prefect.server.schemas.actions import WorkPoolCreate

DEPLOYMENTS = Path(__file__).resolve().parents[2] / "deployments"
SET_UP = runpy.run_path(str(DEPLOYMENTS / "set_up.py"))


def template(kind: str, keys: bool) -> dict[str, Any]:
    made: dict[str, Any] = SET_UP["template_of"](kind, keys)
    return made


@pytest.mark.parametrize("keys", [True, False])
@pytest.mark.parametrize("kind", SET_UP["POOLS"].values())
def test_the_server_takes_the_template(kind: str, keys: bool) -> None:
    pool = WorkPoolCreate(name="figmill", type=kind, base_job_template=template(kind, keys))
    text = json.dumps(pool.base_job_template)
    named = [block for block in SET_UP["KEYS"].values() if f"prefect.blocks.secret.{block} " in text]
    assert len(named) == (len(SET_UP["KEYS"]) if keys and kind != "kubernetes" else 0)
