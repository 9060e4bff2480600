"""`figmill index`, and how the commands that lead into a dataset bring its index up to date first."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from flows.terminal.progress import progress, shown
from tasks.errors import FigmillError, OutputError
from tasks.texts import counted

if TYPE_CHECKING:
    from tasks.index.update import Plan
    from tasks.stores.paths import StorePath

_BEHIND = 10
"""How much less than a server's the threads that make thumbnails behind it are worth, in units of `nice`."""


def _dataset(_: click.Context, __: click.Parameter, text: str) -> StorePath:
    from tasks.stores.paths import store_path

    return store_path(text)


FOLDER = click.argument("folder", metavar="DIR", callback=_dataset)
"""Of a dataset, here or on a store."""


@click.command(short_help="Load the labels into a search tool.")
@FOLDER
@click.option(
    "--to",
    metavar="URL",
    help="postgresql://… (with pgvector), opensearch+https://…, elasticsearch+https://…, qdrant+https://… or "
    "lancedb:///FOLDER; "
    "without it, the index in DIR/index, which search and view use.",
)
@click.option(
    "--name",
    default="figmill",
    show_default=True,
    help="Of the tables, or of the alias: one for each dataset.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def index(folder: StorePath, to: str | None, name: str, dry_run: bool) -> None:
    """Bring a search tool up to date with the dataset in DIR: only parts that are new, changed or gone.

    A document is a subfigure: caption, subcaption, modality and its ancestors, confidence, licence, ids, embedding and
    thumbnail. Run again, nothing is done twice; interrupted, the same command goes on. The index that search and view
    use can be searched before its thumbnails are in, which come last. DIR may be on a store, such as
    s3://bucket/figures: that index is then kept here, in ~/.cache/figmill/indexes.

    Passwords are best kept out of commands: libpq's PGPASSWORD and ~/.pgpass serve PostgreSQL; FIGMILL_INDEX_USER and
    FIGMILL_INDEX_PASSWORD, or FIGMILL_INDEX_API_KEY, serve the others.

    \b
    Examples:
      figmill index figures
      figmill index figures --to postgresql://me@db.example.org/library --dry-run
      figmill index figures --to opensearch+https://search.example.org:9200 --name liver
    """
    from tasks.index.opening import open_target
    from tasks.index.update import plan_update, update

    with open_target(folder, to, name) as target:
        plan = plan_update(folder, target)
        label, said = shown(target.label), _said(plan)
        bare = 0 if to else _lacking(folder)
        if dry_run or (plan.empty and not bare):
            pictures = f", thumbnails of {counted(bare, 'subfigure')} that are there" if bare else ""
            start = "Nothing to do" if plan.empty and not bare else "Would do"
            click.echo(f"{start}: {said}{pictures} in {label}")
            return
        if not plan.empty:
            with progress(plan.documents) as advance:
                seconds = update(folder, target, plan, advance)
            said += f"; {_at_a_rate(plan.documents, 'subfigure', seconds)}"
    made, taken, damaged = (0, 0.0, None) if to else illustrate_all(folder)
    if made:
        said += f"; {_at_a_rate(made, 'thumbnail', taken)}"
    click.echo(f"{label}: {said}")
    if damaged:
        raise damaged


def refresh(folder: StorePath) -> None:
    """Brings the embedded index of a dataset up to date but for its thumbnails; where it cannot be written, what there
    is serves."""
    from tasks.index.opening import open_target
    from tasks.index.update import plan_update, update

    with open_target(folder, None) as target:
        plan = plan_update(folder, target)
        if plan.empty:
            return
        click.echo(f"indexing {counted(plan.documents, 'subfigure')}", err=True)
        try:
            with progress(plan.documents) as advance:
                update(folder, target, plan, advance)
        except OutputError as error:
            if not plan.kept:
                raise
            click.echo(f"{shown(error)}; searching what was indexed earlier", err=True)


def illustrate_all(folder: StorePath) -> tuple[int, float, OutputError | None]:
    """Makes the thumbnails that the embedded index lacks; how many, in how many seconds, and what of the dataset is
    damaged."""
    from tasks.index.embedded import EmbeddedIndex
    from tasks.index.update import illustrate

    started, lacking, made, damaged = time.monotonic(), _lacking(folder), 0, None

    if lacking:
        with EmbeddedIndex(folder) as index, progress(lacking, "made", "thumbnails") as advance:

            def count(more: int) -> None:
                nonlocal made
                made += more
                advance(more)

            damaged = illustrate(folder, index, count)
    return made, time.monotonic() - started, damaged


def _lacking(folder: StorePath) -> int:
    """How many subfigures of the embedded index are of parts that lack thumbnails."""
    from tasks.index.embedded import EmbeddedIndex

    with EmbeddedIndex(folder) as index:
        return sum(part.rows for part in index.bare())


@contextlib.contextmanager
def illustrating(folder: StorePath) -> Iterator[None]:
    """Makes the thumbnails that the embedded index lacks behind what is done meanwhile, and stops with it."""
    from tasks.index.embedded import EmbeddedIndex

    stop = threading.Event()
    thread = threading.Thread(target=_illustrate_behind, args=(folder, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        with EmbeddedIndex(folder) as index:
            index.leave_no_journal()  # which those who read meanwhile held open


def _illustrate_behind(folder: StorePath, stop: threading.Event) -> None:
    from tasks.index.embedded import EmbeddedIndex
    from tasks.index.update import illustrate

    if sys.platform == "linux":  # where a thread has a priority of its own; those that it starts have it too
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _BEHIND)
    try:
        with EmbeddedIndex(folder) as index:
            damaged = illustrate(folder, index, stop=stop.is_set)
        if damaged:
            say_unkept(damaged)
    except FigmillError as error:
        say_unkept(error)


def say_unkept(error: FigmillError) -> None:
    """That thumbnails are not in the index, why, and what is done instead."""
    click.echo(f"{shown(error)}; thumbnails that are not there are made as they are shown", err=True)


def _at_a_rate(number: int, word: str, seconds: float) -> str:
    rate = number / seconds if seconds > 0 else 0.0
    return f"{counted(number, word)} in {seconds:.1f} s ({rate:.0f}/s)"


def _said(plan: Plan) -> str:
    counts = {
        "new": len(plan.new),
        "changed": len(plan.changed),
        "removed": len(plan.gone),
        "kept": plan.kept,
    }
    return "parts: " + ", ".join(
        f"{number} {word}" for word, number in counts.items() if number or word == "kept"
    )


COMMANDS = [index]
