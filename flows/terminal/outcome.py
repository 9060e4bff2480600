"""What a run leaves for whoever started it from cron: its summary as JSON, and an exit status of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tasks.errors import OutputError
from tasks.stores import paths
from tasks.texts import counted, printable

if TYPE_CHECKING:
    from tasks.inputs.preview import Preview
    from tasks.runs.outcomes import IngestSummary, RunSummary

TOO_MANY_FAILED = 3
"""Exit status of a run that is done, but lost more papers than `--fail-above` allows."""


_NOT_ENDED = "the run has not ended, or was killed"


@contextlib.contextmanager
def promised(file: str | None) -> Iterator[None]:
    """Around what a summary will be of: FILE can be written, and says no more what an earlier run did.

    It has `failed` with a sentence until `write_summary`. Raises OutputError before anything is done.
    """
    if file is None:
        yield
        return
    _write(file, {"failed": _NOT_ENDED}, "nothing was done")
    try:
        yield
    except BaseException as error:
        with contextlib.suppress(OutputError):
            _write(file, {"failed": _sentence(error)}, "")
        raise


def write_summary(file: str | None, summary: RunSummary | IngestSummary | Preview) -> None:
    """Writes a summary as JSON, whole or not at all, where a file is named. Raises OutputError."""
    if file is not None:
        _write(file, dataclasses.asdict(summary), "all else is done")


def _write(file: str, facts: dict[str, Any], state: str) -> None:
    text = json.dumps(facts, default=dt.datetime.isoformat, indent=1, ensure_ascii=False)
    try:
        paths.put_bytes(f"{text}\n".encode("utf-8", "replace"), paths.store_path(file), durable=False)
    except OSError as error:
        raise OutputError(
            f"cannot write --summary-json {printable(file)}: {error.strerror or error}; {state}"
        ) from error


def _sentence(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "the run was interrupted"
    return printable(str(error) or type(error).__name__, 2000)


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
