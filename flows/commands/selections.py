"""The option --selection of commands that read a dataset: rows that people chose in the view, by the name they gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.terminal.progress import shown
from tasks.texts import counted

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

SELECTION = click.option(
    "--selection",
    metavar="NAME",
    help="Only rows that somebody selected under this name in `figmill view DIR --edit`.",
)
_MOST_TOLD = 5


def selected(folder: StorePath, name: str) -> tuple[str, ...]:
    """The rows of a selection by now; says which are gone. Raises InputError for a name that nobody gave."""
    from tasks.selections.standing import named, standing

    found = standing(folder, named(folder, name))
    if found.gone:
        ids = ", ".join(panel.subfigure_id for panel in found.gone[:_MOST_TOLD])
        more = ", …" if len(found.gone) > _MOST_TOLD else ""
        click.echo(
            f"{counted(len(found.gone), 'picture')} of {shown(name)} no longer there: {ids}{more}", err=True
        )
    return found.ids
