"""The command that builds the bundle that ships: for Figmill's developers, and for whoever wants to check its card."""

from __future__ import annotations

import shlex
import sys
from typing import Any

import click

from flows.commands.models import mendable


@click.command("build-default", short_help="For Figmill's makers: build the bundle that ships.")
@click.argument("panels", type=click.Path(exists=True, file_okay=False))
@click.option("--weights", required=True, metavar="FILE", help="ImageNet weights of ResNet-18.")
@click.option("--second", required=True, metavar="FILE", help="ImageNet weights of EfficientNet-Lite2.")
@click.option(
    "--captions",
    required=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Captions of micrographs with their classes, as ImageCLEF's microscopy_captions.tsv.",
)
@click.option(
    "--sentences",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="MiniLM (all-MiniLM-L6-v2) as it is published, which reads captions too: see models/default/sentences.py.",
)
@click.option("--out", required=True, metavar="BUNDLE", help="Folder to write the bundle to.")
@click.option(
    "--corpus",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Papers with gold: more panels to judge by.",
)
@click.option(
    "--photographs",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Unpacked packages with photographs to reject: see models/default/photographs.py.",
)
@click.option(
    "--strangers",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Images that are no panels, to measure rejection on; may be repeated.",
)
@click.option(
    "--beside",
    metavar="BUNDLE",
    type=click.Path(exists=True, file_okay=False),
    help="An earlier bundle, to be judged on the same panels.",
)
@click.option(
    "--cache", metavar="DIR", help="Where drawings and features are kept; the user's cache otherwise."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@mendable
def build_default(**options: Any) -> None:
    """Build the default bundle from PANELS (published.csv, faulty.csv, charts.csv, assembled.csv), drawings and more.

    Needs the extra draw for chemical structures. Takes about half an hour on two cores.
    """
    from flows.runs.default_bundle import BuildSettings
    from flows.runs.default_bundle import build_default as build

    command = "figmill build-default " + shlex.join(sys.argv[2:])
    bundle = build(BuildSettings(command=command, **options))
    click.echo(f"bundle {bundle.model_id} written to {bundle.path}")


COMMANDS: list[click.Command] = [build_default]
"""What `flows.cli` adds to the group."""
