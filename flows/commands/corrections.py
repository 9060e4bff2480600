"""`figmill corrections`: what people said of a dataset listed, handed on, taken in, taken back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.search import OWN_CLASSES, own_codes, person_named
from flows.terminal.progress import shown

if TYPE_CHECKING:
    from tasks.corrections.actions import Correction
    from tasks.corrections.formats import Form
    from tasks.stores.paths import StorePath

_FORMS = ("csv", "coco", "label-studio")


@click.command(short_help="What people said of a dataset: list, hand on, take in, undo.")
@click.argument("folder", metavar="DIR")
@click.option("--to", "form", type=click.Choice(_FORMS), help="Write them to --out in this form.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="For --to.")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Take in what --to wrote, or boxes and labels of pages that `figmill export` drew: CSV, COCO, Label Studio.",
)
@click.option(
    "--keep-names",
    is_flag=True,
    help="With --from: by whom and when the file says. Else it is you who says all of it, now.",
)
@click.option("--undo", "person", metavar="NAME", help="Take back what this person did.")
@click.option(
    "--since",
    type=click.DateTime(),
    metavar="TIME",
    help="With --undo: only what was done from then on (UTC), such as 2026-11-27T09:00:00.",
)
@OWN_CLASSES
@click.option(
    "--who", metavar="NAME", help="Who takes in or takes back. [default: the name you are logged in by]"
)
def corrections(
    folder: str,
    form: Form | None,
    out: Path | None,
    source: Path | None,
    keep_names: bool,
    person: str | None,
    since: dt.datetime | None,
    classes: Path | None,
    who: str | None,
) -> None:
    """List what people said of the dataset in DIR, a folder or a URI: by `figmill view DIR --edit`, or taken in here.

    Corrections are kept in DIR/corrections and hold wherever the dataset is read; its parts stay as the model wrote
    them. One that no longer fits, because a new extraction has another picture there, is kept and listed as such.

    --from takes every kind of action: labels, letters, captions, merged, split, moved and drawn panels, which are cut
    from their papers where these still lie. What it cannot take it counts and names.

    \b
    Examples:
      figmill corrections figures
      figmill corrections figures --to csv --out said.csv
      figmill corrections figures --from looked-at.csv --who Ada
      figmill corrections copy --from said.csv --keep-names
      figmill corrections figures --undo Ada --since 2026-11-27
    """
    from tasks.dataset.check import require_dataset
    from tasks.stores.paths import store_path

    if sum(map(bool, (form, source, person))) > 1:
        raise click.UsageError("one of --to, --from and --undo at a time")
    if bool(form) != bool(out):
        raise click.UsageError("--to and --out go together")
    if classes and not source:
        raise click.UsageError("--classes goes with --from")
    if keep_names and not source:
        raise click.UsageError("--keep-names goes with --from")
    if since and not person:
        raise click.UsageError("--since goes with --undo")
    dataset = store_path(folder)
    require_dataset(dataset)
    if form and out:
        _hand_on(dataset, form, out)
    elif source:
        _take_in(dataset, source, own_codes(classes), person_named(who), keep_names)
    elif person:
        _take_back(dataset, person, since, person_named(who))
    else:
        _list(dataset)


def _hand_on(dataset: StorePath, form: Form, out: Path) -> None:
    from tasks.corrections.actions import in_force
    from tasks.corrections.files import read_corrections
    from tasks.corrections.formats import write
    from tasks.stores.paths import put_bytes

    said = in_force(read_corrections(dataset).corrections)
    put_bytes(write(form, said).encode(), out, durable=False)
    click.echo(f"{shown(out)}: {_counted(len(said))}")


def _take_in(dataset: StorePath, source: Path, own: tuple[str, ...], who: str, keep_names: bool) -> None:
    from tasks.corrections.exchange import take_in
    from tasks.corrections.told import read_told

    taken = take_in(dataset, read_told(source), who, own, keep_names)
    left = f", {taken.refused.total()} not taken" if taken.refused else ""
    click.echo(f"{_counted(taken.new)} taken in, {taken.known} that were known{left}")
    for words, count in taken.refused.most_common():
        click.echo(f"  not taken: {count} {shown(words)}", err=True)


def _take_back(dataset: StorePath, person: str, since: dt.datetime | None, who: str) -> None:
    from tasks.corrections.exchange import take_back

    undone = take_back(dataset, person, who, since and since.replace(tzinfo=dt.UTC))
    click.echo(f"{_counted(len(undone))} of {shown(person)} taken back")


def _list(dataset: StorePath) -> None:
    from flows.terminal.console import show_corrections
    from tasks.corrections.files import read_corrections
    from tasks.corrections.rows import fit

    found = read_corrections(dataset)
    for problem in found.problems:
        click.echo(f"{shown(problem.file)}: {problem.sentence}; see `figmill check`", err=True)
    fitted = fit(dataset, found.corrections)
    if not fitted.fitting and not fitted.stale:
        click.echo(f"Nobody has corrected anything yet: figmill view {shown(dataset)} --edit")
        return
    show_corrections(fitted.fitting, fitted.stale)
    click.echo(_sums(fitted.fitting, fitted.stale))


def _sums(fitting: tuple[Correction, ...], stale: tuple[Correction, ...]) -> str:
    people = len({one.who for one in (*fitting, *stale)})
    verbs = "fits and is" if len(stale) == 1 else "fit and are"
    left = f"; {len(stale)} no longer {verbs} not applied" if stale else ""
    return f"{_counted(len(fitting))} by {people} {'person' if people == 1 else 'people'}{left}"


def _counted(number: int) -> str:
    return f"{number} correction{'' if number == 1 else 's'}"


COMMANDS = [corrections]
