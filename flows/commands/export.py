"""`figmill export`: a dataset in the forms that others read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.search import progress, shown
from tasks.texts import counted

if TYPE_CHECKING:
    from tasks.export.choice import ExportCounts
    from tasks.export.exporting import Exporter

_CROISSANT = "croissant"
_MEGABYTE = 1_000_000


@click.command(short_help="Dataset -> WebDataset, Hugging Face repository, Croissant.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--to",
    "form",
    required=True,
    type=click.Choice(["webdataset", "huggingface", _CROISSANT]),
    help="Tar shards for training; Parquet with a dataset card; or metadata for the dataset as it is.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="A new or empty folder; for croissant there is none, DIR gets croissant.json.",
)
@click.option(
    "--license",
    "licenses",
    multiple=True,
    metavar="TEXT",
    help="Only rows of this licence, as the dataset has it, such as 'CC BY 4.0'; may be given several times.",
)
@click.option(
    "--modality",
    "modalities",
    multiple=True,
    metavar="PATH|CODE",
    help="Only these, such as microscopy or DRCT; may be given several times.",
)
@click.option("--min-confidence", type=click.FloatRange(0, 1), default=0.0, metavar="P", help="Such as 0.9.")
@click.option("--named-only", is_flag=True, help="Only rows on which the model does not abstain.")
@click.option(
    "--withdrawn",
    is_flag=True,
    help="Also rows of articles retracted, removed or relicensed since; else they are left out.",
)
@click.option(
    "--shard-mb",
    type=click.IntRange(1),
    default=500,
    show_default=True,
    metavar="N",
    help="For webdataset: megabytes of a shard, about.",
)
def export(
    folder: Path,
    form: str,
    out: Path | None,
    licenses: tuple[str, ...],
    modalities: tuple[str, ...],
    min_confidence: float,
    named_only: bool,
    withdrawn: bool,
    shard_mb: int,
) -> None:
    """Hand the dataset in DIR on, whole or in part, in a form that others read.

    \b
    webdataset   figmill-000000.tar, ...: a picture, its words (txt) and all columns (json) under one key, and README.md
    huggingface  data/*.parquet, README.md (a dataset card with the licences counted) and croissant.json
    croissant    DIR/croissant.json, which describes the dataset where it is

    Local paths of papers become file names. FOLDER is there whole or not at all.

    \b
    Examples:
      figmill export figures --to webdataset --out shards --modality microscopy --min-confidence 0.9
      figmill export figures --to huggingface --out repository --license 'CC BY 4.0' --license 'CC0 1.0'
      figmill export figures --to croissant
    """
    from tasks.export.choice import Choice
    from tasks.export.exporting import open_export
    from tasks.modalities import modality_path

    exporter = open_export(folder)
    paths = exporter.modality_paths if modalities else ()
    choice = Choice(
        licenses=licenses,
        modalities=tuple(modality_path(modality, paths) for modality in modalities),
        min_confidence=min_confidence,
        named_only=named_only,
        withdrawn=withdrawn,
    )
    if form == _CROISSANT:
        if out is not None or choice != Choice():
            raise click.UsageError(
                "croissant describes the dataset as it is: no --out, and no choice of rows"
            )
        click.echo(shown(exporter.describe()))
        return
    if out is None:
        raise click.UsageError(f"--to {form} needs --out FOLDER")
    _export(exporter.choosing(choice), form, out, shard_mb * _MEGABYTE)


def _export(exporter: Exporter, form: str, out: Path, shard_bytes: int) -> None:
    with progress(exporter.rows, "read") as advance:
        if form == "webdataset":
            counts = exporter.to_webdataset(out, shard_bytes, advance)
        else:
            counts = exporter.to_huggingface(out, advance)
    click.echo(f"{shown(out)}: {_said(counts)}")


def _said(counts: ExportCounts) -> str:
    kinds = [
        f"{number} {'without a known licence' if license_ is None else shown(license_)}"
        for license_, number in counts.by_license.most_common()
    ]
    left = f"; {counts.left_out} left out" if counts.left_out else ""
    return (
        f"{counted(counts.subfigures, 'subfigure')} of {counted(len(counts.papers), 'paper')} "
        f"({', '.join(kinds)}){left}"
    )


COMMANDS = [export]
