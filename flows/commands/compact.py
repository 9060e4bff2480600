"""`figmill compact`: many small parts of a dataset become few large ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.terminal.progress import progress, shown
from tasks.texts import counted

if TYPE_CHECKING:
    from tasks.dataset.compaction import CompactionPlan

_PART_MB = 256
"""Large enough for files to be few, small enough to be rewritten when one article changes."""


@click.command(short_help="Rewrite many small parts as few large ones.")
@click.argument("folder", metavar="DIR")
@click.option(
    "--part-mb",
    type=click.IntRange(1),
    default=_PART_MB,
    show_default=True,
    metavar="MB",
    help="Merge parts of less than half this size into parts of about this size. Whoever changes one article later "
    "rewrites its whole part.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be merged; change nothing.")
def compact(folder: str, part_mb: int, dry_run: bool) -> None:
    """Rewrite the small parts of the dataset in DIR as large ones, as nightly runs leave them by the thousand. Rows,
    corrections and the report stay as they are; the old files go.

    Who reads meanwhile sees the old parts or the new ones, never both: the folders change places in one step. A program
    that listed the old files before and opens one after that has to list them again. Killed at any moment, nothing is
    lost, and the next run ends what was begun. Needs a disk of Linux with room for what is rewritten; `figmill index`
    and `figmill duplicates`, run again, take the new parts for the old.

    \b
    Examples:
      figmill compact figures --dry-run
      figmill compact figures --part-mb 512
    """
    from tasks.dataset.check import require_dataset
    from tasks.dataset.compaction import compact as do
    from tasks.dataset.compaction import plan_compaction, require_compactable, require_on_disk
    from tasks.dataset.dataset import Dataset, provenance_in
    from tasks.stores.paths import store_path

    out, part_bytes = store_path(folder), part_mb * 1_000_000
    require_on_disk(out)
    require_dataset(out)
    require_compactable(out)
    if dry_run:
        click.echo(f"{shown(folder)}: {_said(plan_compaction(out, part_bytes), 'would become')}")
        return
    with Dataset(out, provenance_in(out)) as dataset:
        plan = plan_compaction(out, part_bytes)
        if plan.merges:
            with progress(plan.merged, "merged", "parts") as advance:
                do(out, plan, advance)
            dataset.refresh()
        click.echo(f"{shown(folder)}: {_said(plan, 'became')}")


def _said(plan: CompactionPlan, became: str) -> str:
    parts = counted(plan.parts, "part")
    if not plan.merges:
        return f"{parts}, no two of which are small enough to be merged"
    new = counted(len(plan.merges), "part")
    rest = plan.parts - plan.merged
    stays = f"; {counted(rest, 'part')} as before" if rest else ""
    return f"{plan.merged} of {parts} ({plan.bytes / 1e6:,.1f} MB) {became} {new}{stays}"


COMMANDS = [compact]
