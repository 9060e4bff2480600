"""Makes Prefect tell people what went wrong with a nightly run; run once per Prefect server.

    python deployments/automations.py https://chat.example.org/hooks/...   (or FIGMILL_WARN_URL in the environment)

The address, which is a secret for most chats, is kept in a block. Run again, it replaces block and automations. Those
that need no address, for runs whose machine is gone, `set_up.py` makes.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from uuid import UUID

from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import get_client
from prefect.events.actions import SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

from flows.artifacts import FAILING

BLOCK = "figmill-warnings"
_FIGMILL_RUNS = ResourceSpecification(
    {"prefect.resource.role": "tag", "prefect.resource.id": "prefect.tag.figmill"}
)


def automations(block: UUID) -> list[AutomationCore]:
    """Too many failed papers; a failed or crashed run."""
    return [
        AutomationCore(
            name="figmill: many papers failed",
            description="More of a run's papers failed than its deployment's warn_above (2%) allows.",
            trigger=EventTrigger(
                expect={FAILING}, posture=Posture.Reactive, threshold=1, within=timedelta(0)
            ),
            actions=[
                SendNotification(
                    block_document_id=block,
                    subject="Figmill: many papers failed",
                    body="{{ event.payload['message'] }}",
                )
            ],
        ),
        AutomationCore(
            name="figmill: a run failed",
            description="A run could not be done; its state says why, the same run again goes on.",
            trigger=EventTrigger(
                expect={"prefect.flow-run.Failed", "prefect.flow-run.Crashed"},
                match_related=_FIGMILL_RUNS,
                posture=Posture.Reactive,
                threshold=1,
                within=timedelta(0),
            ),
            actions=[
                SendNotification(
                    block_document_id=block,
                    subject="Figmill: {{ flow_run.name }} is {{ flow_run.state.name }}",
                    body="{{ flow_run.state.message }}",
                )
            ],
        ),
    ]


def save(url: str) -> None:
    """Puts the block and the automations in place of those of the same names."""
    block = CustomWebhookNotificationBlock(name=BLOCK, url=url, json_data={"text": "{{subject}}\n{{body}}"})
    kept: UUID = block.save(BLOCK, overwrite=True)
    with get_client(sync_client=True) as client:
        for automation in automations(kept):
            for old in client.read_automations_by_name(automation.name):
                client.delete_automation(old.id)
            client.create_automation(automation)


if __name__ == "__main__":
    address = (sys.argv[1:] or [os.environ.get("FIGMILL_WARN_URL", "")])[0]
    if not address.startswith(("http://", "https://")):
        sys.exit("name the address to be told at: python deployments/automations.py https://...")
    save(address)
    print(f"automations made; they tell {address.split('/')[2]}")  # noqa: T201
