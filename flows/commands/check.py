"""`figmill check`: whether a dataset is whole, and what can be put right."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from tasks.texts import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from tasks.dataset.check import Totals
    from tasks.stores.paths import StorePath

_LINE_EVERY = 15.0
"""Seconds between lines of progress where there is no terminal."""


@click.command(short_help="Verify a dataset; --repair does what is safe.")
@click.argument("folder", metavar="DIR")
@click.option("--repair", "repairing", is_flag=True, help="Put right what can be without losing a sound row.")
def check(folder: str, repairing: bool) -> None:
    """Verify the dataset in DIR, a folder or a URI: every part is read back, every image compared with its hash, every
    count with the ledger; each paper and each subfigure must be there once; corrections and selections must make sense.
    Exit status 0: sound (or all repaired), 1: not.

    --repair removes what a killed run left, and moves papers that are damaged to DIR/.quarantine with their ledger
    rows; the others of their part stay. The next `figmill label` on the same inputs does them again, and until then the
    dataset is not called sound.

    \b
    Examples:
      figmill check figures
      figmill check figures --repair
      figmill check s3://bucket/figures
    """
    from tasks.dataset.check import Totals, lost_rows, set_aside, total_bytes
    from tasks.dataset.compaction import finish_compaction, is_decided
    from tasks.dataset.lock import reading, writing
    from tasks.stores.paths import store_path

    dataset = store_path(folder)
    size, totals = total_bytes(dataset), Totals()
    with writing(dataset) if repairing else reading(dataset), _progress(size, totals) as advance:
        if repairing and is_decided(dataset):
            finish_compaction(dataset)
            click.echo("repaired: ended a `figmill compact` that was killed at its last step")
        left, mendable = _go_through(dataset, repairing, totals, advance)
    counts = totals.counts
    numbers = {"part": totals.parts, "paper": counts.papers, "subfigure": counts.subfigures}
    seen = ", ".join(counted(number, noun) for noun, number in numbers.items())
    lost, aside = lost_rows(dataset), set_aside(dataset)
    state = f"{left} to be put right" if left else "sound as far as it goes" if lost or aside else "all sound"
    click.echo(f"{_shown(folder)}: {seen}, {state}")
    if lost and not left:
        click.echo(_shown(lost))
    if aside:
        click.echo(_shown(aside))
    if left:
        if mendable and not repairing:
            click.echo(f"What can be put right is by: figmill check {_shown(folder)} --repair")
        sys.exit(1)


def _go_through(
    folder: StorePath, repairing: bool, totals: Totals, advance: Callable[[], None]
) -> tuple[int, bool]:
    """Says each finding and each repair; how many findings are left, and whether there was one with a repair."""
    from tasks.corrections.checking import check_corrections, repair_corrections
    from tasks.dataset.check import check as findings_in
    from tasks.dataset.check import repair
    from tasks.selections.checking import check_selections, repair_selections

    findings = []
    people = itertools.chain(check_corrections(folder), check_selections(folder))
    for finding in itertools.chain(findings_in(folder, totals, advance), people):
        click.echo(f"{finding.kind}: {_shown(finding.path)}: {finding.sentence}")
        findings.append(finding)
    mending = (repair_corrections, repair_selections, repair)
    left = 0
    for finding in findings:
        done = next(filter(None, (mend(folder, finding) for mend in mending)), None) if repairing else None
        if done:
            click.echo(f"repaired: {_shown(done)}")
        left += not done
    return left, any(finding.remedy != "none" for finding in findings)


@contextmanager
def _progress(size: int, totals: Totals) -> Iterator[Callable[[], None]]:
    """A bar of the bytes read on a terminal, a line every now and then elsewhere; both on standard error."""
    from rich.progress import Progress

    if not sys.stderr.isatty():
        said = time.monotonic()

        def line() -> None:
            nonlocal said
            if time.monotonic() - said > _LINE_EVERY:
                said = time.monotonic()
                click.echo(
                    f"{counted(totals.parts, 'part')}, {totals.bytes / 1e9:.1f} of {size / 1e9:.1f} GB read",
                    err=True,
                )

        yield line
        return
    from rich.console import Console

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("bytes", total=size or None)
        yield lambda: bar.update(task, completed=totals.bytes)


def _shown(text: object) -> str:
    from tasks.texts import printable

    return printable(str(text), 1000)


COMMANDS = [check]
