"""What a run leaves for whoever started it from cron: its summary as JSON, and an exit status of its own."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import sys
from typing import TYPE_CHECKING

from tasks.errors import OutputError
from tasks.stores import paths
from tasks.texts import counted, printable

if TYPE_CHECKING:
    from tasks.inputs.preview import Preview
    from tasks.records import IngestSummary, RunSummary

TOO_MANY_FAILED = 3
"""Exit status of a run that is done, but lost more papers than `--fail-above` allows."""


def write_summary(file: str | None, summary: RunSummary | IngestSummary | Preview) -> None:
    """Writes a summary as JSON, whole or not at all, where a file is named. Raises OutputError."""
    if file is None:
        return
    facts = dataclasses.asdict(summary)
    text = json.dumps(facts, default=dt.datetime.isoformat, indent=1, ensure_ascii=False)
    try:
        paths.put_bytes(f"{text}\n".encode("utf-8", "replace"), paths.store_path(file), durable=False)
    except OSError as error:
        raise OutputError(
            f"cannot write --summary-json {printable(file)}: {error.strerror or error}; the run is done"
        ) from error


def end(summary: RunSummary | None, fail_above: float | None) -> None:
    """Ends the process with TOO_MANY_FAILED where more than this share of a run's papers failed."""
    if summary is None or fail_above is None or not summary.papers:
        return
    failed, papers = summary.counts.failed, summary.papers
    if failed > fail_above * papers:
        said = (
            f"{failed} of {counted(papers, 'paper')} failed, more than the {fail_above:.0%} of --fail-above"
        )
        print(said, file=sys.stderr)  # noqa: T201
        sys.exit(TOO_MANY_FAILED)
