"""`figmill export`: a dataset in the forms that others read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.duplicates import refresh as refresh_duplicates
from flows.commands.selections import SELECTION, selected
from flows.terminal.options import FOLDER
from flows.terminal.progress import progress, shown
from tasks.texts import counted

if TYPE_CHECKING:
    from tasks.export.choice import ExportCounts
    from tasks.export.exporting import Exporter
    from tasks.export.pages import PageCounts

_CROISSANT = "croissant"
_FOLDER = "folder"
_FORMS = ("webdataset", "huggingface", _FOLDER, "coco", "label-studio", _CROISSANT)
_FORMER = {"images": _FOLDER}
"""Names that forms had before."""
_OF_PAGES = ("coco", "label-studio")
_MEGABYTE = 1_000_000


class _Form(click.Choice[str]):
    """The forms; a former name counts as the one of now."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return super().convert(_FORMER.get(value, value), param, ctx)


@click.command(short_help="Dataset -> Hugging Face, WebDataset, COCO, Label Studio.")
@FOLDER
@click.option(
    "--to",
    "form",
    type=_Form(_FORMS),
    help="Parquet with a dataset card; tar shards for training; picture files; boxes on drawn pages; or metadata for "
    "the dataset as it is.",
)
@click.option(
    "--restore",
    "papers",
    multiple=True,
    metavar="PDF|FOLDER",
    help="DIR is an export without some pictures: fill them in again from these papers of yours "
    "(where there was no PDF: from the JATS with its images beside it).",
)
@click.option(
    "--jats",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="For --restore: the JATS XML that captions came from, where it does not lie beside the papers.",
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
    help="Only rows of this licence, such as 'CC BY', which means all its versions, or 'CC BY 4.0'; may be given "
    "several times.",
)
@click.option(
    "--redistributable",
    is_flag=True,
    help="Only pictures that anybody may pass on: under CC0, CC BY or CC BY-SA, and not another source's.",
)
@click.option(
    "--null-unlicensed",
    is_flag=True,
    help="Rows of other pictures too, but without the pictures; --restore fills them in again.",
)
@click.option(
    "--split",
    is_flag=True,
    help="In train, validation and test (80, 10, 10%): by article, and no picture in two of them.",
)
@click.option(
    "--modality",
    "modalities",
    multiple=True,
    metavar="PATH|CODE",
    help="Only these, such as microscopy or DRCT; may be given several times.",
)
@click.option("--min-confidence", type=click.FloatRange(0, 1), default=0.0, metavar="P", help="Such as 0.9.")
@SELECTION
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
    form: str | None,
    papers: tuple[str, ...],
    jats: Path | None,
    out: Path | None,
    licenses: tuple[str, ...],
    redistributable: bool,
    null_unlicensed: bool,
    split: bool,
    modalities: tuple[str, ...],
    min_confidence: float,
    selection: str | None,
    named_only: bool,
    withdrawn: bool,
    shard_mb: int,
) -> None:
    """Hand the dataset in DIR on, whole or in part, in a form that others read.

    \b
    huggingface   data/*.parquet, README.md (a dataset card with the licences
                  counted) and croissant.json
    webdataset    figmill-000000.tar, ...: a picture, its words (txt), all
                  columns (json) under one key, and README.md
    folder        pictures/, images.csv, and images.jsonld with a schema.org
                  ImageObject each: licence, credit, article
    coco          pages/ and annotations.json: the boxes of figures and
                  subfigures, drawn from the PDFs where they lay
    label-studio  pages/, tasks.json and labels.xml: the same boxes, to be
                  corrected by people
    croissant     DIR/croissant.json, which describes the dataset where it is

    Local paths of papers become file names. FOLDER is there whole or not at all.

    \b
    Examples:
      figmill export figures --to huggingface --out repository --license 'CC BY' --split
      figmill export figures --to webdataset --out shards --modality microscopy --min-confidence 0.9
      figmill export figures --to huggingface --out repository --redistributable --null-unlicensed
      figmill export repository --restore papers/ --out restored
      figmill export figures --to folder --out picked --selection 'for the atlas'
      figmill export figures --to croissant
    """
    if papers:
        _restore(folder, papers, jats, out)
        return
    from tasks.export.choice import Choice
    from tasks.export.exporting import open_export
    from tasks.modalities import modality_path

    _check(form, out, null_unlicensed, split)
    exporter = open_export(folder)
    paths = exporter.modality_paths if modalities else ()
    choice = Choice(
        licenses=exporter.licenses_of(licenses),
        modalities=tuple(modality_path(modality, paths) for modality in modalities),
        min_confidence=min_confidence,
        among=None if selection is None else frozenset(selected(folder, selection)),
        named_only=named_only,
        withdrawn=withdrawn,
        redistributable=redistributable or null_unlicensed,
        null_unlicensed=null_unlicensed,
    )
    if form == _CROISSANT:
        if out is not None or split or choice != Choice():
            raise click.UsageError(
                "croissant describes the dataset as it is: no --out, no --split, and no choice of rows"
            )
        click.echo(shown(exporter.describe()))
        return
    if split:
        refresh_duplicates(folder)
        exporter = open_export(folder).splitting()
    if form is not None and out is not None:
        _export(exporter.choosing(choice), form, out, shard_mb * _MEGABYTE)


def _check(form: str | None, out: Path | None, null_unlicensed: bool, split: bool) -> None:
    if form is None:
        raise click.UsageError(f"--to FORM is missing: one of {', '.join(_FORMS)}")
    if out is None and form != _CROISSANT:
        raise click.UsageError(f"--to {form} needs --out FOLDER")
    if form in _OF_PAGES and (split or null_unlicensed):
        raise click.UsageError(f"{form} is of pages, not of rows: no --split and no --null-unlicensed")
    if form == _FOLDER and split:
        raise click.UsageError("--split is for huggingface and webdataset")


def _export(exporter: Exporter, form: str, out: Path, shard_bytes: int) -> None:
    from tasks.dataset.folder import require_free

    require_free(out)  # before there is a bar
    with progress(exporter.rows, "read") as advance:
        if form in _OF_PAGES:
            write = exporter.to_coco if form == "coco" else exporter.to_label_studio
            said = _said_of_pages(write(out, advance))
        else:
            counts = _write_rows(exporter, form, out, shard_bytes, advance)
            said = _said(counts)
    click.echo(f"{shown(out)}: {said}")
    if exporter.splits is not None:
        _warn_of_empty_splits(counts)


def _write_rows(
    exporter: Exporter, form: str, out: Path, shard_bytes: int, advance: Callable[[int], None]
) -> ExportCounts:
    if form == "webdataset":
        return exporter.to_webdataset(out, shard_bytes, advance)
    return (exporter.to_pictures if form == _FOLDER else exporter.to_huggingface)(out, advance)


def _warn_of_empty_splits(counts: ExportCounts) -> None:
    from tasks.export.splits import SPLITS

    if lacking := [split for split in SPLITS if not counts.by_split[split]]:
        click.echo(
            f"warning: {' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} empty: where an article goes "
            f"follows from its name, 80, 10 and 10 of a hundred on average, and {len(counts.papers)} "
            f"{'is' if len(counts.papers) == 1 else 'are'} too few",
            err=True,
        )


def _said(counts: ExportCounts) -> str:
    kinds = [
        f"{number} {'without a known licence' if license_ is None else shown(license_)}"
        for license_, number in counts.by_license.most_common()
    ]
    more = [f"{counts.by_split[split]} {split}" for split in counts.by_split]
    more += [f"{counts.without_picture} without the picture"] if counts.without_picture else []
    more += [f"{counts.left_out} left out"] if counts.left_out else []
    subfigures, papers = counted(counts.subfigures, "subfigure"), counted(len(counts.papers), "paper")
    said = f"{subfigures} of {papers} ({', '.join(kinds)})"
    return "; ".join([said, *more])


def _said_of_pages(counts: PageCounts) -> str:
    said = [f"{counted(counts.pages, 'page')}, {_said(counts.rows)}"]
    if counts.without_page:
        said.append(f"{counted(counts.without_page, 'subfigure')} on no page")
    if counts.not_drawn:
        said.append(f"{counted(counts.not_drawn, 'page')} cannot be drawn: their PDFs are gone or others now")
    return "; ".join(said)


def _restore(folder: Path, papers: tuple[str, ...], jats: Path | None, out: Path | None) -> None:
    from tasks.export.restoring import open_repository

    if out is None:
        raise click.UsageError("--restore needs --out FOLDER")
    repository = open_repository(folder)
    with progress(repository.missing, "found") as advance:
        done = repository.restore(papers, jats, out, advance)
    said = [f"{counted(done.pictures, 'picture')} filled in"]
    if done.missing:
        said.append(f"{done.missing} are still missing")
    if done.papers_missing:
        said.append(f"{done.papers_missing} papers are not among yours")
    if done.papers_failed:
        said.append(f"{done.papers_failed} of yours could not be read")
    click.echo(f"{shown(out)}: {'; '.join(said)}")


COMMANDS = [export]
