"""`figmill report`: the report of the last run anew, checked by what people say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tasks.texts import counted, printable

if TYPE_CHECKING:
    from tasks.report.agreement import Agreement


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

    done = rewrite_report(store_path(folder), store_path(gold) if gold else None)
    click.echo(printable(str(done.page), 1000))
    if done.agreement:
        click.echo(_said(done.agreement))
    elif gold:
        click.echo(
            f"{printable(gold, 1000)} gives no modality to a subfigure that the model has named: "
            "nothing to compare (rows without a modality do not count)"
        )


def _said(found: Agreement) -> str:
    alike = round(found.count * found.accuracy)
    return (
        f"Model and people agree on {alike:,} of {counted(found.count, 'subfigure')} ({found.accuracy:.1%}); "
        f"confidence and accuracy are {found.calibration_error:.3f} apart on average."
    )


COMMANDS = [report]
