"""Options that several commands have, each as a decorator."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from tasks.errors import OutputError
from tasks.settings import DEFAULT_MODEL, MOST_SECONDS, Confine, Device, ExtractionLimits, Runtime


class _Folder(click.ParamType[Path]):
    """A folder of this machine, for commands that read nothing else. Raises OutputError for a store's address."""

    name = "folder"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if "://" in str(value):
            raise OutputError(
                f"{value} lies on a store, and this command reads a folder of this machine: copy the dataset to one"
            )
        return Path(str(value))


FOLDER = click.argument("folder", type=_Folder(), metavar="DIR")
"""A dataset on a disk."""

OUT = click.option(
    "--out", required=True, metavar="DIR|URI", help="The dataset: a new or empty folder, or one to add to."
)

MODEL = click.option(
    "--model",
    default=DEFAULT_MODEL,
    show_default=True,
    metavar="NAME|DIR|URI",
    help="Who names the modalities: a model that ships with Figmill, or a bundle's folder.",
)

DEVICE = click.option(
    "--device",
    type=click.Choice(get_args(Device)),
    default="auto",
    show_default=True,
    help="Where the model computes; auto takes a GPU where there is one.",
)

RUNTIME = click.option(
    "--runtime",
    type=click.Choice(get_args(Runtime)),
    default="auto",
    show_default=True,
    help="How the model computes. auto: as fast as it can, in half precision where GPU or CPU have it; fp32: in single "
    "precision, for labels that do not depend on the machine; eager: in PyTorch and single precision, the reference.",
)

CAPTIONS = click.option(
    "--captions/--no-captions",
    default=True,
    help="Let captions that name a modality count beside the image (default), or the image alone.",
)

WORKERS = click.option(
    "--workers", type=click.IntRange(1), metavar="N", help="Processes that read papers [default: cores]."
)

TIMEOUT = click.option(
    "--timeout",
    type=click.FloatRange(0, MOST_SECONDS, min_open=True),
    default=ExtractionLimits().timeout,
    show_default=True,
    metavar="SECONDS",
    help="What reading one paper may take.",
)

CONFINE = click.option(
    "--confine",
    type=click.Choice(get_args(Confine)),
    default=ExtractionLimits().confine,
    show_default=True,
    help="Shut in the processes that open PDFs (no network, no files but the paper, no programs). auto: as far as the "
    "kernel can; require: or stop; off: for debugging.",
)

OCR = click.option(
    "--ocr",
    is_flag=True,
    help="Read the words in pictures, too, where the PDF has no text (needs the extra ocr; about a second a "
    "panel).",
)

RUNNER = click.option(
    "--runner",
    default="local",
    show_default=True,
    metavar="local|dask[=ADDRESS]|ray[=ADDRESS]",
    help="Who does the work: this process, or a cluster by way of Prefect; one of its own without an ADDRESS.",
)

PREFECT = click.option(
    "--prefect/--no-prefect",
    default=None,
    help="Run as a Prefect flow, or in this process alone, whether or not a Prefect API is configured.",
)

LOG_FORMAT = click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Log lines on standard error for people, or one JSON object each.",
)

SUMMARY_JSON = click.option(
    "--summary-json",
    metavar="FILE|URI",
    help="Write what the run did, counts and failed papers, as JSON to FILE; `failed` says why where it was not done.",
)

FAIL_ABOVE = click.option(
    "--fail-above",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Exit with status 3 where more than this share of the run's papers failed; all is written nevertheless.",
)

VERBOSE = click.option("-v", "--verbose", is_flag=True, help="Say more: a line for every paper.")
