"""The pictures that people named, as a table of images that a training reads: as people cut them, with captions."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq

from models import taxonomy
from tasks.corrections.known import classes_of
from tasks.corrections.overlay import KEYS, Overlay, read_overlay, taught_class
from tasks.corrections.own_classes import OwnClass
from tasks.corrections.rows import read_columns
from tasks.dataset.columns import IMAGE_COLUMN, SUBFIGURES
from tasks.dataset.files import UNREADABLE, UnreadablePartError
from tasks.errors import InputError, OutputError
from tasks.stores import paths
from tasks.texts import file_stem

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

TABLE = "labels.csv"
_PICTURES = "pictures"
_HEADING = ("path", "code", "article", "caption", "subcaption", "licence", "source")
_WORDS = ("pmcid", "doi", "caption", "subcaption", "license")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Examples:
    """What was written."""

    table: Path
    pictures: int
    articles: int
    unknown: int
    """Pictures of classes that neither ImageCLEF, nor the dataset's model, nor the file of classes has: left out."""


def write_examples(out: StorePath, folder: Path, own: Sequence[OwnClass] = ()) -> Examples:
    """Writes the pictures of the dataset in `out` that people named, and `TABLE` with their classes, into `folder`.

    A panel that people merged, split or drew is as they cut it. `own` classes count beside ImageCLEF's and the model's;
    their examples count where nobody has said anything else. Written again, files of pictures stay what they are.
    Raises InputError where nobody has named anything, or for an example that the dataset has not; OutputError where
    `folder` cannot be written.
    """
    examples = {name: one.code for one in own for name in one.examples}
    known = {*taxonomy.CODES, *classes_of(out), *(one.code for one in own)}
    (folder / _PICTURES).mkdir(parents=True, exist_ok=True)
    lines, unknown, seen = [], 0, set()
    try:
        for row, code in _named(out, read_overlay(out), examples):
            seen.add(row["subfigure_id"])
            if code not in known:
                unknown += 1
            elif (row[IMAGE_COLUMN] or {}).get("bytes"):
                lines.append(_written(row, code, folder))
        missing = [name for name in examples if name not in seen]
        if missing:
            raise InputError(f"the dataset has no subfigure {missing[0]!r}, which is named as an example")
        if not lines:
            left = (
                f" but classes that are not known ({unknown} pictures): name them by --classes"
                if unknown
                else ""
            )
            raise InputError(
                f"people have named nothing of {out}{left or f' yet: figmill view {out} --edit'}"
            )
        (folder / TABLE).write_text(_table(lines), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {error.strerror or error}; name another --out") from error
    return Examples(folder / TABLE, len(lines), len({line["article"] for line in lines}), unknown)


def _named(out: StorePath, overlay: Overlay, examples: Mapping[str, str]) -> Iterator[tuple[Row, str]]:
    """Each row that stands and has a class by people, with that class; a row group in memory at a time."""
    for part, table in read_columns(out, KEYS):
        names = table["subfigure_id"].to_pylist()
        wanted = overlay.touched(table) | np.array([name in examples for name in names], bool)
        for raw in _rows_at(out / SUBFIGURES / part, wanted):
            for row in overlay.rows(raw):
                code, _ = taught_class(overlay.ruling(row), examples.get(row["subfigure_id"]))
                if code:
                    yield row, code


def _rows_at(part: StorePath, wanted: np.ndarray[Any, Any]) -> Iterator[Row]:
    columns = [*KEYS, IMAGE_COLUMN, *_WORDS]
    if not wanted.any():
        return
    try:
        with paths.parquet(part) as file:
            there = [name for name in columns if name in file.schema_arrow.names]
            yield from _wanted_of(file, there, wanted)
    except UNREADABLE as error:
        raise UnreadablePartError(part, error) from error


def _wanted_of(file: pq.ParquetFile, columns: list[str], wanted: np.ndarray[Any, Any]) -> Iterator[Row]:
    start = 0
    for group in range(file.num_row_groups):
        end = start + file.metadata.row_group(group).num_rows
        places = np.flatnonzero(wanted[start:end])
        if len(places):
            for row in file.read_row_group(group, columns=columns).take(places).to_pylist():
                yield dict.fromkeys(_WORDS) | row
        start = end


def _written(row: Row, code: str, folder: Path) -> dict[str, str]:
    """Writes a row's picture; its line of the table."""
    image = row[IMAGE_COLUMN]["bytes"]
    suffix = "png" if image.startswith(b"\x89PNG") else "jpg"
    name = f"{_PICTURES}/{_stem(row['subfigure_id'])}.{suffix}"
    file = folder / name
    if not file.is_file() or file.read_bytes() != image:
        file.write_bytes(image)
    words = {name: " ".join((row[name] or "").split()) for name in ("caption", "subcaption")}
    return words | {
        "path": name,
        "code": code,
        "article": row["pmcid"] or row["doi"] or row["paper_id"],
        "licence": row["license"] or "",
        "source": "corrections",
    }


def _stem(subfigure_id: str) -> str:
    """The name of a row's file; of a part from elsewhere, whose names may be anything, no two become the same."""
    plain = file_stem(subfigure_id)
    if plain == subfigure_id.replace("/", "-"):
        return plain
    return f"{plain}-{hashlib.sha256(subfigure_id.encode('utf-8', 'backslashreplace')).hexdigest()[:16]}"


def _table(lines: Sequence[Mapping[str, str]]) -> str:
    stream = io.StringIO()
    table = csv.DictWriter(stream, _HEADING, lineterminator="\n")
    table.writeheader()
    table.writerows(lines)
    return stream.getvalue()
