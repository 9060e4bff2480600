"""What people say that pictures are, a CSV with the columns `subfigure_id` and `modality`: what a report is checked by.

OUT/report/gold.csv is where a dataset keeps them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from models import taxonomy
from tasks.errors import InputError
from tasks.stores import paths
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

FILE = "gold.csv"
COLUMNS = ("subfigure_id", "modality")
_MOST_BYTES = 100_000_000


def read_gold_labels(file: StorePath) -> Mapping[str, str]:
    """Code by subfigure_id. Rows without a modality are left out: nobody has looked at them yet.

    Raises InputError for a file that is no such CSV, or that contradicts itself.
    """
    labels: dict[str, str] = {}
    try:
        rows = csv.DictReader(io.StringIO(_text(file)), strict=True)
        if not set(COLUMNS) <= set(rows.fieldnames or ()):
            raise InputError(f"{file} needs the columns {' and '.join(COLUMNS)} in its first line")
        for row in rows:
            name, typed = ((row[column] or "").strip() for column in COLUMNS)
            code = _code(typed)
            if labels.setdefault(name, code) != code:
                raise InputError(f"{file}, line {rows.line_num}: {printable(name, 80)} has two modalities")
    except csv.Error as error:
        raise InputError(f"{file} is no CSV: {error}") from error
    return {name: code for name, code in labels.items() if code}


def _text(file: StorePath) -> str:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise InputError(f"{file} is larger than {_MOST_BYTES // 10**6} MB: name a CSV of labels")
        return paths.read(file).decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is no text in UTF-8: save it as such") from error


def _code(text: str) -> str:
    """ImageCLEF's codes in capitals, whatever was typed; names of other classes as they are."""
    return text.upper() if text.upper() in taxonomy.CODES else text
