"""`figmill relabel`: an existing dataset and another model, no PDF opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from flows.terminal.options import (
    CAPTIONS,
    DEVICE,
    LOG_FORMAT,
    MODEL,
    OUT,
    PREFECT,
    RUNNER,
    RUNTIME,
    SUMMARY_JSON,
    VERBOSE,
)
from tasks.settings import RelabelSettings

if TYPE_CHECKING:
    from flows.terminal.logs import LogFormat


@click.command(short_help="Dataset + another model -> dataset with new labels.")
@click.argument("source", metavar="DIR|URI")
@OUT
@MODEL
@DEVICE
@RUNTIME
@CAPTIONS
@SUMMARY_JSON
@RUNNER
@PREFECT
@LOG_FORMAT
@VERBOSE
def relabel(
    verbose: bool, prefect: bool | None, log_format: LogFormat, summary_json: str | None, **options: Any
) -> None:
    """Label the pictures of the dataset in DIR by another model, into a dataset of its own; no PDF is opened, and
    DIR is not changed.

    Run the same command again to do what is new in DIR. Interrupted or killed, the same command goes on where it
    stopped.

    \b
    Examples:
      figmill relabel figures --model ./my-bundle --out figures-mine
      figmill relabel s3://papers/figures --model s3://papers/bundle --out s3://papers/figures-mine
    """
    from flows.terminal.console import show_summary
    from flows.terminal.launch import launch
    from flows.terminal.outcome import promised, write_summary

    settings = RelabelSettings(**options)
    with promised(summary_json):
        summary = launch(settings, prefect, verbose, log_format)
    show_summary(summary)
    write_summary(summary_json, summary)


COMMANDS = [relabel]
