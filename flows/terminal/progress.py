"""How far a command is, and texts of others made safe for the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

_LINE_EVERY = 15.0
"""Seconds between lines of progress where there is no terminal."""


def shown(text: object) -> str:
    """For the terminal: on one line, nothing in it obeyed."""
    from tasks.texts import printable

    return printable(str(text), 1000)


@contextmanager
def progress(
    total: int, done_word: str = "indexed", of: str = "subfigures"
) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, a line every now and then elsewhere; both on standard error."""
    if not sys.stderr.isatty():
        done, said = 0, time.monotonic()

        def line(more: int) -> None:
            nonlocal done, said
            done += more
            if time.monotonic() - said > _LINE_EVERY:
                said = time.monotonic()
                click.echo(f"{done} of {total} {of} {done_word}", err=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(of, total=total or None)
        yield lambda more: bar.advance(task, more)
