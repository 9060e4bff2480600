"""What people say that pictures are, a CSV with the columns `subfigure_id` and `modality`: what a report is checked by.

OUT/report/gold.csv is where a dataset keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from models import taxonomy
from tasks.corrections.known import Known
from tasks.corrections.tables import read_table
from tasks.errors import InputError
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

FILE = "gold.csv"
COLUMNS = ("subfigure_id", "modality")


def read_gold_labels(file: StorePath, known: Known | None = None) -> Mapping[str, str]:
    """Code by subfigure_id. Rows without a modality are left out: nobody has looked at them yet.

    With `known`, every name and every class has to be one of the dataset's. Raises InputError for a file that is no
    such CSV, or that contradicts itself.
    """
    labels: dict[str, str] = {}
    for line, row in read_table(file, COLUMNS):
        name, typed = (row[column] for column in COLUMNS)
        where = f"{file}, line {line}"
        if known and typed:
            known.panel(name, where)
        code = known.code(typed, where) if known and typed else _code(typed)
        if labels.setdefault(name, code) != code:
            raise InputError(f"{where}: {printable(name, 80)} has two modalities")
    return {name: code for name, code in labels.items() if code}


def _code(text: str) -> str:
    """ImageCLEF's codes in capitals, whatever was typed; names of other classes as they are."""
    return text.upper() if text.upper() in taxonomy.CODES else text
