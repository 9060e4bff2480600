"""A run started from the command line: in this process, or as a flow run where Prefect is configured or needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tasks.errors import SettingsError
from tasks.settings import IngestSettings, LabelSettings, RelabelSettings
from tasks.texts import counted

if TYPE_CHECKING:
    from flows.terminal.logs import LogFormat
    from tasks.progress import Reporter
    from tasks.runs.outcomes import IngestSummary, RunSummary

T = TypeVar("T")


def launch(
    settings: LabelSettings | RelabelSettings,
    prefect: bool | None,
    verbose: bool,
    log_format: LogFormat = "text",
) -> RunSummary:
    """Does the run and says meanwhile on standard error where it stands. Raises FigmillError.

    `prefect` None: as a flow run where a Prefect API is configured.
    """

    def here(reporter: Reporter) -> RunSummary:
        if isinstance(settings, LabelSettings):
            from flows.runs.label import label_here

            return label_here(settings, reporter)
        from flows.runs.relabelling import relabel_here

        return relabel_here(settings, reporter)

    with_prefect = _wants_prefect(prefect, settings.runner)
    return _launch(here, lambda: _with_prefect(settings), with_prefect, verbose, log_format)


def launch_ingest(
    settings: IngestSettings, prefect: bool | None, verbose: bool, log_format: LogFormat = "text"
) -> IngestSummary:
    """`launch` for an ingest."""

    def here(reporter: Reporter) -> IngestSummary:
        from flows.runs.ingesting import ingest_here

        return ingest_here(settings, reporter)

    def as_flow() -> IngestSummary:
        from flows.ingest_pmc import ingest_with_prefect

        return ingest_with_prefect(settings)

    return _launch(here, as_flow, _wants_prefect(prefect, settings.runner), verbose, log_format)


def _wants_prefect(prefect: bool | None, runner: str) -> bool | None:
    """None: where an API is configured. Raises SettingsError for a cluster without Prefect."""
    if runner == "local":
        return prefect
    if prefect is False:
        raise SettingsError(f"--runner {runner} needs Prefect: leave --no-prefect out")
    return True


def _launch(
    here: Callable[[Reporter], T],
    as_flow: Callable[[], T],
    with_prefect: bool | None,
    verbose: bool,
    log_format: LogFormat,
) -> T:
    """In this process, unless Prefect is wanted or configured."""
    from rich.console import Console

    from flows.terminal.console import make_reporter
    from flows.terminal.logs import set_up_log
    from flows.terminal.prefect_api import api_is_configured, check_api

    console = Console(stderr=True)
    set_up_log(console, verbose, log_format)
    if with_prefect or (with_prefect is None and api_is_configured()):
        check_api()
        return as_flow()
    with make_reporter(console, log_format) as reporter:
        try:
            return here(reporter)
        except KeyboardInterrupt as interrupt:
            raise KeyboardInterrupt(f" with {counted(reporter.kept, 'paper')} written") from interrupt


def _with_prefect(settings: LabelSettings | RelabelSettings) -> RunSummary:
    if isinstance(settings, LabelSettings):
        from flows.label_papers import label_with_prefect

        return label_with_prefect(settings)
    from flows.relabel import relabel_with_prefect

    return relabel_with_prefect(settings)
