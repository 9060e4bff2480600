"""Classes of one's own, below or beside ImageCLEF's: a TOML file that names them.

[[class]]
name = "Western blot, Ponceau"
below = "GGEL"                          # optional: without it the class stands beside ImageCLEF's
examples = ["0123456789abcdef/0/2"]     # optional: rows of it, beside those that people corrected to it
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models import taxonomy
from tasks.corrections.files import LONGEST_LABEL
from tasks.corrections.formats import NO_FIGURE, NOT_LABELS
from tasks.corrections.known import class_code, new_class
from tasks.corrections.tables import read_text
from tasks.errors import InputError
from tasks.texts import printable

_MOST = 100


@dataclass(frozen=True, slots=True)
class OwnClass:
    """A class of one's own; `code` is what rows are named, `examples` are names of rows."""

    code: str
    examples: tuple[str, ...] = ()


def read_classes(file: Path) -> list[OwnClass]:
    """The classes of a file. Raises InputError for what is none."""
    try:
        content = tomllib.loads(read_text(file))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{file} is no TOML: {printable(str(error), 100)}") from error
    entries = content.get("class")
    if not isinstance(entries, list) or not entries or len(entries) > _MOST or set(content) != {"class"}:
        raise InputError(
            f"{file} names no classes: it needs 1 to {_MOST} sections [[class]] with a name, and no others"
        )
    classes = [_class(entry, f"{file}, class {number}") for number, entry in enumerate(entries, 1)]
    codes = [one.code for one in classes]
    if len(set(codes)) != len(codes) or set(codes) & set(taxonomy.CODES):
        raise InputError(f"{file} names a class twice, or one that is there already")
    return classes


def _class(entry: Any, where: str) -> OwnClass:
    if not isinstance(entry, dict) or not set(entry) <= {"name", "below", "examples"}:
        raise InputError(f"{where}: a class has a name, and perhaps below and examples")
    name, below, examples = entry.get("name"), entry.get("below"), entry.get("examples", [])
    if not isinstance(name, str) or not isinstance(below, str | None):
        raise InputError(f"{where}: name and below are texts in quotes")
    if not isinstance(examples, list) or not all(isinstance(one, str) for one in examples):
        raise InputError(f"{where}: examples is a list of subfigure_ids in quotes")
    own = new_class(name, where).replace("/", "-")
    parent = class_code(below, taxonomy.CODES, where) if below else None
    code = f"{parent}/{own}" if parent else own
    if len(code) > LONGEST_LABEL:
        raise InputError(f"{where}: {printable(code, 60)!r} has more than {LONGEST_LABEL} letters")
    if own.casefold() in (NO_FIGURE, *NOT_LABELS):
        raise InputError(
            f"{where}: {own!r} means something else in tables of labels: give the class another name"
        )
    return OwnClass(code, tuple(examples))
