"""`figmill adapt`: a bundle taught by what people said of a dataset."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.models import mendable
from flows.commands.search import OWN_CLASSES
from flows.terminal.progress import shown
from tasks.errors import FigmillError
from tasks.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from tasks.corrections.learning import Adapted


@click.command(short_help="Corrections -> a bundle that has learned from them.")
@click.argument("folder", metavar="DIR")
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="BUNDLE",
    help="A new or empty folder.",
)
@click.option(
    "--model",
    default=DEFAULT_MODEL,
    show_default=True,
    metavar="NAME|DIR|URI",
    help="The bundle that labelled DIR.",
)
@OWN_CLASSES
@click.option("--force", is_flag=True, help="Write it even if held-out corrections say that it is no better.")
@mendable
def adapt(folder: str, out: Path, model: str, classes: Path | None, force: bool) -> None:
    """Teach the bundle that labelled DIR by what people corrected there (figmill view DIR --edit), in seconds: the
    stored scores and features are read, no picture is.

    Says by corrections of papers that were not learned from whether it got better, and writes no bundle that did not.

    \b
    Examples:
      figmill adapt figures --out mine
      figmill relabel figures --out figures-2 --model mine
      figmill adapt figures --out mine --classes ponceau.toml
    """
    from tasks.bundles import open_bundle
    from tasks.corrections.learning import adapt as taught_by
    from tasks.corrections.learning import write_bundle
    from tasks.corrections.own_classes import read_classes
    from tasks.dataset.folder import require_free
    from tasks.stores.paths import store_path

    require_free(out)
    started = time.monotonic()
    info = open_bundle(model)
    adapted = taught_by(
        store_path(folder), info, out.resolve().name, read_classes(classes) if classes else ()
    )
    for line in _found(adapted):
        click.echo(line)
    if not adapted.taught.is_better and not force:
        raise FigmillError(
            "it got no better by held-out corrections, so nothing was written: correct more, or add --force"
        )
    written = write_bundle(info, adapted, out)
    click.echo(f"{shown(out)}: {written.model_id}, in {time.monotonic() - started:.1f} s")


def _found(adapted: Adapted) -> list[str]:
    taught, lesson = adapted.taught, adapted.lesson
    left_out = f", {adapted.unknown} of classes that the bundle has not left out" if adapted.unknown else ""
    lines = [
        f"{taught.rows} rows that people named, of {len(set(lesson.papers))} papers{left_out}; "
        f"{len(lesson.kept.features)} others held as they are",
        f"held-out papers: {taught.before:.3f} right before, {taught.after:.3f} after; "
        f"-log p {taught.loss_before:.3f} before, {taught.loss_after:.3f} after",
    ]
    if adapted.refit.sharpness != 1.0:
        lines.append(f"confidences made {adapted.refit.sharpness:g} times as sharp, by the random order")
    shares = adapted.refit.shares
    if (shares.own, shares.caption) != (1.0, 1.0):
        lines.append(
            f"words of the panel count {shares.own:g} times as much, the caption's {shares.caption:g} times; "
            f"held-out -log p {shares.loss_before:.3f} before, {shares.loss_after:.3f} after"
        )
    if covered := adapted.covered:
        lines.append(
            f"conformal sets by {covered.rows} rows of the random order: they hold the true class in "
            f"{covered.coverage:.3f} of held-out ones, {covered.size:.1f} classes on average"
        )
    else:
        lines.append(
            "no conformal sets: too few rows of the random order were named to promise what they hold"
        )
    return lines


COMMANDS = [adapt]
