"""Rows as tables that office programs open: a cell is never a formula, never longer than they take, always one line.

Source: https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tasks.texts import printable

ROW_COLUMNS = (
    *("subfigure_id", "modality", "modality_path", "confidence", "rejected", "label_source"),
    *(
        "figure_label",
        "panel_label",
        "subcaption",
        "caption",
        "page",
        "title",
        "authors",
        "journal",
        "published",
    ),
    *("doi", "pmcid", "license", "figure_license", "attribution", "third_party", "paper_id", "image_sha256"),
)
"""What a table says of a row; no path of this machine is among them."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_QUOTE = "'"
_LONGEST = 32_000
"""Characters of a cell; spreadsheets take 32,767."""


def plain_text(text: str) -> str:
    """A text that no office program takes for a formula: a quote before it where it might; `text_of` takes it away."""
    return _QUOTE + text if text.startswith((*_FORMULA, _QUOTE)) else text


def text_of(cell: str) -> str:
    """The text behind a cell that `plain_text` made; others are what they are."""
    return cell[1:] if cell.startswith(_QUOTE) and cell[1:].startswith((*_FORMULA, _QUOTE)) else cell


def cell(value: Any) -> str:
    """A value of a column as a cell: lists with semicolons, dates as ISO 8601; empty for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    text = "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return plain_text(printable(" ".join(text[: 2 * _LONGEST].split()), _LONGEST))


def heading(columns: Sequence[str] = ROW_COLUMNS) -> str:
    """The first line of a table."""
    return _lines([["file", *columns]])


def lines(rows: Iterable[tuple[str, Mapping[str, Any]]], columns: Sequence[str] = ROW_COLUMNS) -> str:
    """A line for each row, with the name of its picture's file before it; columns that it lacks are empty."""
    return _lines([file, *(cell(row.get(name)) for name in columns)] for file, row in rows)


def _lines(values: Iterable[Sequence[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(values)
    return stream.getvalue()
