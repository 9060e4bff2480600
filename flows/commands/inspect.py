"""`figmill inspect`: what Figmill sees on the pages of one paper."""

from __future__ import annotations

from pathlib import Path

import click

from flows.terminal.options import CONFINE
from tasks.errors import InputError, PaperError
from tasks.settings import Confine, ExtractionLimits


@click.command(short_help="Draw on the pages of a paper what Figmill finds.")
@click.argument("paper", type=click.Path(path_type=Path), metavar="PAPER.pdf")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Folder for the pictures."
)
@CONFINE
def inspect(paper: Path, out: Path, confine: Confine) -> None:
    """Draw on the pages of PAPER.pdf what Figmill finds: figures (red), subfigures (blue), captions (green).

    DIR gets a PNG for every page that has a figure or a caption. No model is needed and nothing is labelled.

    \b
    Example:
      figmill inspect paper.pdf --out pages
    """
    from tasks.extraction.inspection import inspect_paper

    if not paper.is_file():
        raise InputError(f"{paper} is no file; name one PDF")
    try:
        pictures = inspect_paper(paper, out, ExtractionLimits(confine=confine))
    except PaperError as error:
        raise InputError(f"{paper}: {error.error}") from None
    if not pictures:
        click.echo("No figure and no caption was found.")
    for picture in pictures:
        click.echo(picture)


COMMANDS = [inspect]
