"""`figmill duplicates`: which rows show the same picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.terminal.options import FOLDER
from flows.terminal.progress import progress, shown
from tasks.texts import counted

if TYPE_CHECKING:
    from tasks.duplicates.groups import Found


@click.command(short_help="Find rows that show the same picture.")
@FOLDER
def duplicates(folder: Path) -> None:
    """Find the rows of the dataset in DIR that show the same picture: cut, scaled, in grey or encoded anew.

    They get one `duplicate_group`, which `figmill export` adds to the rows, by which `--split` keeps them together, and
    which `figmill view` shows. The groups stand in DIR/duplicates, beside the parts, which stay as they are; run again,
    only new parts are looked at. The folder may be deleted.

    \b
    Example:
      figmill duplicates figures
    """
    click.echo(f"{shown(folder)}: {_said(refresh(folder))}")


def refresh(folder: Path) -> Found:
    """Brings the groups of a dataset up to date, and says what they are."""
    from tasks.duplicates.groups import found_in, plan_groups, update_groups

    plan = plan_groups(folder)
    if plan.empty:
        return found_in(plan.known, sum(part.rows for part in plan.parts))
    click.echo(f"comparing {plan.rows} pictures with each other and with what is known", err=True)
    with progress(plan.rows, "looked at") as advance:
        return update_groups(folder, plan, advance)


def _said(found: Found) -> str:
    if not found.groups:
        return f"{found.rows} subfigures, no two of which show the same picture"
    return (
        f"{found.rows} subfigures, of which {found.grouped} share a picture, "
        f"in {counted(found.groups, 'group')}, {found.across or 'none'} of several papers"
    )


COMMANDS = [duplicates]
