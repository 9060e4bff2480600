"""`figmill report`: the report of the last run anew, checked by what people say."""

from __future__ import annotations

import click


@click.command(short_help="The last run's report anew; --gold compares with people.")
@click.argument("folder", metavar="DIR")
@click.option(
    "--gold",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="A CSV with the columns subfigure_id and modality; kept as DIR/report/gold.csv.",
)
def report(folder: str, gold: str | None) -> None:
    """Write DIR/report/index.html anew, for the dataset in DIR, a folder or a URI, as it is now.

    With --gold, the report says how often the model agrees with people, draws confidence against accuracy, and shows
    the surest mistakes; later runs go on doing so. A row without a modality counts as not looked at.

    \b
    Examples:
      figmill report figures
      figmill report figures --gold looked-at.csv
    """
    from tasks.report.page import rewrite_report
    from tasks.stores.paths import store_path
    from tasks.texts import printable

    click.echo(printable(str(rewrite_report(store_path(folder), store_path(gold) if gold else None)), 1000))


COMMANDS = [report]
