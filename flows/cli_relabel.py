"""`figmill relabel`: an existing dataset and another model, no PDF opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tasks.settings import DEFAULT_MODEL, RelabelSettings

if TYPE_CHECKING:
    from flows.logs import LogFormat

RUNNER = click.option(
    "--runner",
    default="local",
    show_default=True,
    metavar="local|dask[=ADDRESS]|ray[=ADDRESS]",
    help="Who does the work: this process, or a cluster by way of Prefect; one of its own without an ADDRESS.",
)

RUNTIME = click.option(
    "--runtime",
    type=click.Choice(["auto", "eager"]),
    default="auto",
    show_default=True,
    help="How the model computes: as fast as it can, or in PyTorch at full precision, the reference.",
)


@click.command(short_help="Dataset + another model -> dataset with new labels.")
@click.argument("source", metavar="DIR|URI")
@click.option(
    "--out",
    required=True,
    metavar="DIR|URI",
    help="The new dataset: a new or empty folder, or one to add to.",
)
@click.option(
    "--model",
    default=DEFAULT_MODEL,
    show_default=True,
    metavar="NAME|DIR|URI",
    help="Who names the modalities: a model that ships with Figmill, or a bundle's folder.",
)
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where the model computes; auto takes a GPU where there is one.",
)
@RUNTIME
@click.option(
    "--captions/--no-captions",
    default=True,
    help="Let captions that name a modality count beside the image (default), or the image alone.",
)
@RUNNER
@click.option(
    "--prefect", is_flag=True, help="Run as a Prefect flow even where no Prefect API is configured."
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Log lines on standard error for people, or one JSON object each.",
)
@click.option("-v", "--verbose", is_flag=True, help="Say more: a line for every paper.")
def relabel(verbose: bool, prefect: bool, log_format: LogFormat, **options: Any) -> None:
    """Label the pictures of the dataset in DIR by another model, into a dataset of its own; no PDF is opened, and
    DIR is not changed.

    Run the same command again to do what is new in DIR. Interrupted or killed, the same command goes on where it
    stopped.

    \b
    Examples:
      figmill relabel figures --model ./my-bundle --out figures-mine
      figmill relabel s3://papers/figures --model s3://papers/bundle --out s3://papers/figures-mine
    """
    from flows.console import show_summary
    from flows.launch import launch

    show_summary(launch(RelabelSettings(**options), prefect, verbose, log_format))


COMMANDS = [relabel]
