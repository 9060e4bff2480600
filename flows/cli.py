"""`figmill`: the commands. What is heavy is imported inside them, so that help answers at once."""

from __future__ import annotations

import atexit
import importlib
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from flows.terminal.config import FILE, Config, read_config
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
from tasks.errors import FigmillError
from tasks.settings import Confine, LabelSettings
from tasks.texts import printable

if TYPE_CHECKING:
    from flows.terminal.logs import LogFormat
    from tasks.runs.outcomes import RunSummary

INTERRUPTED = 130
_OTHERS = (
    "adapt",
    "check",
    "compact",
    "corrections",
    "duplicates",
    "export",
    "indexing",
    "ingest",
    "inspect",
    "models",
    "relabel",
    "report",
    "search",
    "build",
)
"""The modules of `flows.commands` that have further commands."""
_MAKERS = ("build-default",)
"""What only Figmill's makers run stands last in the help."""


class Commands(click.Group):
    """Those of this module and, looked up only when needed, those of the modules of `flows.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names for the help, the main job first."""
        others = sorted(_other_commands(), key=lambda name: (name in _MAKERS, name))
        return [*super().list_commands(ctx), *others]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        return super().get_command(ctx, cmd_name) or _other_commands().get(cmd_name)


def _other_commands() -> dict[str, click.Command]:
    modules = [importlib.import_module(f"flows.commands.{name}") for name in _OTHERS]
    return {str(command.name): command for module in modules for command in module.COMMANDS}


class _FolderOrURI(click.Path):
    """A folder, or what a store will have to show when it is asked."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        return value if "://" in str(value) else super().convert(value, param, ctx)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="figmill", message="figmill %(version)s")
@click.option(
    "--config",
    envvar="FIGMILL_CONFIG",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Options in TOML, by command [default: {FILE} in the working folder, where there is one].",
)
@click.pass_context
def figmill(context: click.Context, config: Path | None) -> None:
    """From PDFs of biomedical papers to a Parquet dataset of labelled subfigures.

    Figmill takes every figure out of a paper with its caption, splits compound figures into subfigures, and names
    each one's imaging modality (fluorescence microscopy, CT, chart, ...) with a calibrated confidence.

    \b
    Try it:    figmill demo
    Use it:    figmill label PAPERS --out DATASET
    """
    file = config or Path(FILE)
    if config is not None or file.is_file():
        click.echo(f"options from {printable(str(file))}", err=True)
        context.default_map = options_of_file(file)


def options_of_file(file: Path) -> Config:
    """What a figmill.toml has for each command. Raises SettingsError."""
    context = click.Context(figmill)
    commands = {name: figmill.get_command(context, name) for name in figmill.list_commands(context)}
    return read_config(file, {name: command for name, command in commands.items() if command})


@figmill.command(short_help="PDFs -> dataset of labelled subfigures.")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@OUT
@MODEL
@DEVICE
@RUNTIME
@WORKERS
@click.option(
    "--shard-size",
    type=click.IntRange(1),
    default=LabelSettings.__dataclass_fields__["shard_size"].default,
    show_default=True,
    metavar="N",
    help="Papers that are written together; what a killed run has to do again is less than a few shards.",
)
@TIMEOUT
@CONFINE
@click.option(
    "--jats",
    metavar="DIR|URI",
    type=_FolderOrURI(exists=True, file_okay=False),
    help="JATS XML named as the PDFs are, for captions and metadata; XML beside a PDF is taken in any case.",
)
@click.option("--retry-failed", is_flag=True, help="Do just the papers that failed in an earlier run.")
@click.option(
    "--newer-jats",
    is_flag=True,
    help="Also read papers anew that were read without the JATS that is on this machine now, or with other.",
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Do at most N papers, leave the rest.")
@click.option(
    "--dry-run",
    "preview",
    is_flag=True,
    help="Say how many PDFs are new, and what they may take; do nothing.",
)
@click.option(
    "--price",
    type=click.FloatRange(0),
    metavar="PRICE",
    help="What an hour of one worker (a core) costs, in any currency: --dry-run says what the run may cost.",
)
@SUMMARY_JSON
@FAIL_ABOVE
@CAPTIONS
@OCR
@RUNNER
@PREFECT
@LOG_FORMAT
@VERBOSE
def label(
    verbose: bool,
    prefect: bool | None,
    timeout: float,
    confine: Confine,
    ocr: bool,
    log_format: LogFormat,
    preview: bool,
    price: float | None,
    summary_json: str | None,
    fail_above: float | None,
    **options: Any,
) -> None:
    """Label the figures of PDFs: every INPUT, a PDF or a folder that is searched with its subfolders. Inputs, --out,
    --model and --jats may lie on a store (s3://bucket/inbox, gs://..., what fsspec knows), a PDF also on the web.

    DIR gets subfigures/*.parquet (a row for each subfigure, with its image), papers/*.parquet (a row for each PDF,
    whatever became of it) and report/index.html. Run the same command again to do what is new; papers that are
    there already cost nothing. Interrupted or killed, the same command goes on where it stopped.

    Where a Prefect API is configured (PREFECT_API_URL or a profile), the run is a flow run there.

    \b
    Examples:
      figmill label paper.pdf --out figures
      figmill label inbox/ archive/ --out figures --workers 8
      figmill label inbox/ --out figures --retry-failed --timeout 600
      figmill label s3://papers/inbox --out s3://papers/figures
      figmill label inbox/ --out figures --dry-run --price 0.04
    """
    from flows.terminal.launch import launch
    from flows.terminal.outcome import end, promised, write_summary

    settings = LabelSettings(**options)
    settings = replace(settings, limits=replace(settings.limits, timeout=timeout, confine=confine, ocr=ocr))
    _require_use(preview, "price", "only --dry-run says what a run may cost: add it, or leave --price out")
    _require_use(not preview, "fail_above", "nothing fails with --dry-run: leave --fail-above out")
    if preview:
        _preview(settings, price, summary_json)
        return
    with promised(summary_json):
        summary = launch(settings, prefect, verbose, log_format)
    _show(summary)
    write_summary(summary_json, summary)
    end(summary, fail_above)


@figmill.command(short_help="Try Figmill on two made-up papers.")
@click.option(
    "--out",
    "folder",
    default="figmill-demo",
    show_default=True,
    metavar="DIR",
    help="For the papers and their dataset.",
)
@VERBOSE
def demo(folder: str, verbose: bool) -> None:
    """Make two small papers in DIR/pdf and label them into DIR/dataset; needs no network.

    \b
    Examples:
      figmill demo
      figmill demo --out try
    """
    from flows.terminal.launch import launch
    from tasks.demo.papers import make_papers

    try:
        papers = make_papers(Path(folder) / "pdf")
    except OSError as error:
        raise FigmillError(f"cannot write to {folder}: {error.strerror}; name another folder") from error
    out = Path(folder) / "dataset"
    settings = LabelSettings(inputs=tuple(map(str, papers)), out=str(out))
    summary = launch(settings, prefect=False, verbose=verbose)
    _show_dataset(out)
    _show(summary)


def _require_use(used: bool, name: str, remedy: str) -> None:
    """Raises UsageError where an option of the command line is of no use. One of figmill.toml is for other runs."""
    context = click.get_current_context()
    if not used and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
        raise click.UsageError(remedy, context)


def _preview(settings: LabelSettings, price: float | None, summary_json: str | None) -> None:
    from flows.terminal.console import show_preview
    from flows.terminal.outcome import promised, write_summary
    from tasks.inputs.preview import preview
    from tasks.report.history import work_measured
    from tasks.stores.paths import store_path

    with promised(summary_json):
        found = preview(settings, work_measured(store_path(settings.out)), price)
    show_preview(found)
    write_summary(summary_json, found)


def _show(summary: RunSummary) -> None:
    from flows.terminal.console import show_summary

    show_summary(summary)


def _show_dataset(out: Path) -> None:
    import pyarrow.dataset as ds

    from flows.terminal.console import show_subfigures

    columns = ["source_uri", "figure_label", "panel_label", "modality", "confidence", "rejected"]
    rows = ds.dataset(out / "subfigures").to_table([*columns, "subcaption", "caption", "subfigure_id"])
    show_subfigures(rows.sort_by([("source_uri", "ascending"), ("subfigure_id", "ascending")]))


def main() -> None:
    """Runs a command. Exit status: 0 done, 1 the run could not be done, 2 usage, 3 done but
    more papers failed than --fail-above allows, 130 interrupted.
    """
    interrupts = _Interrupts()
    try:
        figmill.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt) as error:
        _leave_interrupted(str(error.__cause__ or error))
    except BrokenPipeError:
        os._exit(1)  # whoever read our output has gone
    except (FigmillError, OSError) as error:
        from flows.terminal.logs import complain

        complain(_one_line(error))
        sys.exit(1)
    except Exception:
        # Of a server that was interrupted with us, Prefect, httpx, anyio and SQLAlchemy each make something of their
        # own, so this is not narrower; without an interrupt nothing is caught.
        if interrupts.seen is None:
            raise
        _leave_interrupted("")


def run() -> None:
    """`main`, and the end of the process: its libraries are not unloaded.

    A thread of Arrow's that is still there when they are now and then aborts a process that has done all its work.
    """
    main()
    if "prefect" in sys.modules:
        return  # it ends its temporary server on the way out
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        os._exit(1)
    os._exit(0)


class _Interrupts:
    """Turns SIGINT and SIGTERM into one KeyboardInterrupt; who interrupts again is out at once."""

    def __init__(self) -> None:
        self.seen: float | None = None
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._interrupt)

    def _interrupt(self, *_: object) -> None:
        if self.seen is None:
            self.seen = time.monotonic()
            raise KeyboardInterrupt
        if time.monotonic() - self.seen > 1:  # `uv run` and the terminal may both send the first one
            os._exit(INTERRUPTED)


def _leave_interrupted(kept: str) -> None:
    said = f"Interrupted{kept}; the same command goes on where this one stopped."
    print(f"\n{said}", file=sys.stderr)  # noqa: T201
    sys.stderr.flush()
    if "prefect" in sys.modules:
        sys.exit(INTERRUPTED)  # Prefect ends its temporary server on the way out
    os._exit(INTERRUPTED)  # at once: threads that load a network would be waited for


def _one_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        return printable(f"{error.strerror}{where}; what is finished is kept, the same command goes on")
    return printable(str(error), 2000)


if __name__ == "__main__":
    run()
