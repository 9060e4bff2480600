"""`figmill ingest`: what is new in PMC, night by night."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from flows.terminal.options import (
    CAPTIONS,
    CONFINE,
    DEVICE,
    FAIL_ABOVE,
    LOG_FORMAT,
    MODEL,
    OCR,
    OUT,
    PREFECT,
    RUNNER,
    RUNTIME,
    SUMMARY_JSON,
    TIMEOUT,
    VERBOSE,
    WORKERS,
)
from tasks.settings import PMC_BUCKET, REDISTRIBUTABLE, Confine, IngestSettings

if TYPE_CHECKING:
    from flows.terminal.logs import LogFormat


@click.command(short_help="What is new in PMC -> dataset of labelled subfigures.")
@OUT
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Take what was put there from this day on [default: since the last ingest; all, if there was none].",
)
@click.option(
    "--inventory",
    metavar="A..B",
    help="Take the difference of two of the bucket's inventories, each named by its date; kept for 30 days.",
)
@click.option(
    "--license",
    "licenses",
    default=",".join(REDISTRIBUTABLE),
    show_default=True,
    metavar="CODES",
    help="PMC's licence codes to take. The default lets anybody pass the pictures on, for any purpose; CC BY-NC and "
    "CC BY-NC-SA forbid commercial use, ND adaptations (a figure cut into panels is one), TDM all but mining. "
    "* takes any.",
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Take at most N articles, leave the rest.")
@click.option(
    "--bucket",
    default=PMC_BUCKET,
    show_default=True,
    metavar="URI",
    help="PMC's bucket or a public copy of it: s3://NAME (at AWS_ENDPOINT_URL, if set) or its https:// address.",
)
@click.option(
    "--accept-removals",
    is_flag=True,
    help="Mark as removed what is gone, also where that is more than a twentieth of the dataset.",
)
@click.option("--dry-run", is_flag=True, help="Say how many articles and bytes, by licence; take nothing.")
@click.option("--retry-failed", is_flag=True, help="Do just the articles that failed in an earlier ingest.")
@MODEL
@DEVICE
@RUNTIME
@WORKERS
@click.option(
    "--shard-size",
    type=click.IntRange(1),
    default=IngestSettings.__dataclass_fields__["shard_size"].default,
    show_default=True,
    metavar="N",
    help="Articles that are downloaded and written together.",
)
@TIMEOUT
@CONFINE
@CAPTIONS
@SUMMARY_JSON
@FAIL_ABOVE
@OCR
@RUNNER
@PREFECT
@LOG_FORMAT
@VERBOSE
def ingest(
    verbose: bool,
    prefect: bool | None,
    timeout: float,
    confine: Confine,
    ocr: bool,
    log_format: LogFormat,
    since: dt.datetime | None,
    licenses: str,
    summary_json: str | None,
    fail_above: float | None,
    **options: Any,
) -> None:
    """Label the figures of articles that are new or changed in PMC's public bucket since the dataset's last ingest.

    PDFs with their JATS are taken; where there is no PDF, the images that the JATS names. Of an article that has
    changed, the newest version takes the place of the earlier one. Rows of articles that were retracted, removed or
    put under another licence are marked so, in the column `withdrawn`.

    Needs no account. Interrupted or killed, the same command goes on where it stopped.

    \b
    Examples:
      figmill ingest --out pmc --since 2026-11-01 --dry-run
      figmill ingest --out pmc --since 2026-11-01 --limit 100
      figmill ingest --out pmc --license 'CC BY,CC0'
    """
    from flows.terminal.console import show_ingest
    from flows.terminal.launch import launch_ingest
    from flows.terminal.outcome import end, promised, write_summary
    from tasks.wording.licenses import normal_license

    codes = tuple(dict.fromkeys(filter(None, map(normal_license, licenses.split(",")))))
    settings = IngestSettings(licenses=codes, since=since.date() if since else None, **options)
    settings = replace(settings, limits=replace(settings.limits, timeout=timeout, confine=confine, ocr=ocr))
    with promised(summary_json):
        summary = launch_ingest(settings, prefect, verbose, log_format)
    show_ingest(summary)
    write_summary(summary_json, summary)
    end(summary.run, fail_above)


COMMANDS: list[click.Command] = [ingest]
"""What `flows.cli` adds to the group."""
