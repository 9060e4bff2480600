"""Keeps the object store's keys in Prefect's secret blocks, where pools/process-s3.json and docker.json look for them.

    AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... python deployments/keys.py

A worker resolves them when it starts a run: they stand in no deployment, no parameter and no log. (In prefect.yaml they
would: `prefect deploy` puts a block's value into the deployment.) Run again, it replaces them.
"""

from __future__ import annotations

import os
import sys

from prefect.blocks.system import Secret

BLOCKS = {"AWS_ACCESS_KEY_ID": "figmill-s3-key-id", "AWS_SECRET_ACCESS_KEY": "figmill-s3-key"}


def keep(environment: dict[str, str]) -> None:
    """Saves each variable's value as the secret block that the pools name. Raises KeyError where one is missing."""
    for variable, block in BLOCKS.items():
        Secret(value=environment[variable]).save(block, overwrite=True)


if __name__ == "__main__":
    try:
        keep(dict(os.environ))
    except KeyError as missing:
        sys.exit(f"{missing.args[0]} is not set in the environment")
    print(f"kept as secret blocks: {', '.join(BLOCKS.values())}")  # noqa: T201
