"""A run started from the command line: in this process, or as a flow run where Prefect is configured or needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.settings import LabelSettings, RelabelSettings

if TYPE_CHECKING:
    from flows.logs import LogFormat
    from tasks.records import RunSummary


def launch(
    settings: LabelSettings | RelabelSettings, prefect: bool, verbose: bool, log_format: LogFormat = "text"
) -> RunSummary:
    """Does the run and says meanwhile on standard error where it stands. Raises FigmillError."""
    from rich.console import Console

    from flows.console import make_listener
    from flows.logs import set_up_log
    from flows.prefect_api import api_is_configured, check_api

    console = Console(stderr=True)
    set_up_log(console, verbose, log_format)
    if prefect or settings.runner != "local" or api_is_configured():
        check_api()
        return _with_prefect(settings)
    with make_listener(console, log_format) as listener:
        if isinstance(settings, LabelSettings):
            from flows.run import label_here

            return label_here(settings, listener)
        from flows.relabelling import relabel_here

        return relabel_here(settings, listener)


def _with_prefect(settings: LabelSettings | RelabelSettings) -> RunSummary:
    if isinstance(settings, LabelSettings):
        from flows.label_papers import label_with_prefect

        return label_with_prefect(settings)
    from flows.relabel import relabel_with_prefect

    return relabel_with_prefect(settings)
