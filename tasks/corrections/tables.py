"""Tables that people make in an office program: CSV with commas, semicolons or tabs, in UTF-8 or with a byte-order
mark."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tasks.errors import InputError
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

MOST_BYTES = 100_000_000
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t"


def read_table(file: StorePath, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and values by column of each row, trimmed. Raises InputError where the columns are not all there."""
    lines = io.StringIO(read_text(file), newline="")
    heading = lines.readline()
    lines.seek(0)
    delimiter = max(_DELIMITERS, key=heading.count)
    try:
        rows = csv.DictReader(lines, delimiter=delimiter, strict=True)
        rows.fieldnames = [name.strip() for name in rows.fieldnames or ()]
        if not set(columns) <= set(rows.fieldnames):
            raise InputError(f"{file} needs the columns {' and '.join(columns)} in its first line")
        for row in rows:
            yield rows.line_num, {name: (value or "").strip() for name, value in row.items() if name}
    except csv.Error as error:
        raise InputError(f"{file} is no CSV: {error}") from error


def read_text(file: StorePath) -> str:
    """The text of a file of people's labels. Raises InputError."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise InputError(f"{file} is larger than {MOST_BYTES // 10**6} MB: name a CSV of labels")
        data = paths.read(file)
        return data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8-sig")
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is no text in UTF-8: save it as such") from error
