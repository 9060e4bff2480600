"""The parts of a dataset as an index sees them: which count, and whether one has changed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.dataset.columns import PAPERS, SUBFIGURES
from tasks.dataset.files import part_files
from tasks.dataset.schema import figmill_metadata
from tasks.errors import OutputError
from tasks.stores import paths
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

FOLDER, FOOTERS = "index", "footers.json"
_FOOTER = 8
"""Bytes that end a Parquet file: the footer's length and the magic number."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part that the ledger names; `fingerprint` changes with anything in the file, and ends with the rows."""

    name: str
    path: StorePath
    rows: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Origin:
    """What all parts of a dataset share, and what an index must match."""

    uri: str
    """The dataset, as an absolute path or URI."""
    model_id: str
    embedding_size: int
    classes: tuple[str, ...]


def index_folder(out: StorePath) -> Path:
    """Where a dataset's index lies: beside its parts, or of one on a store in the cache of this machine's user."""
    if isinstance(out, Path):
        return out / FOLDER
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    uri = str(out).rstrip("/")
    name = uri.rpartition("/")[2]  # a bucket's, where the dataset is all of it
    return cache / "figmill" / "indexes" / f"{name}-{hashlib.sha256(uri.encode()).hexdigest()[:16]}"


def list_parts(out: StorePath) -> list[Part]:
    """The parts of the dataset in `out` that count, by name. Raises OutputError where `out` is no dataset.

    Where there is an embedded index, what their footers say is kept beside it, and a part is read again only where a
    listing says that it is another.
    """
    with reading_parts(out):
        if not paths.exists(out / PAPERS) or not paths.exists(out / SUBFIGURES):
            raise OutputError(
                f"{out} is no Figmill dataset: it has no folders {PAPERS}/ and {SUBFIGURES}/; "
                "name the folder that `figmill label` wrote"
            )
        stamps, known = paths.stamps(out / SUBFIGURES), _read_footers(out)
        named = {ledger.name for ledger in part_files(out / PAPERS)}
        counting = [path for path in part_files(out / SUBFIGURES) if path.name in named]
        again = [path for path in counting if not _is_known(path.name, stamps, known)]
        read = {part.name: part for part in paths.each(read_part, again, out)}
        parts = [read.get(path.name) or Part(path.name, path, *known[path.name][1:]) for path in counting]
    if again or len(known) > len(parts):
        _keep_footers(
            out, {part.name: (stamps.get(part.name), part.rows, part.fingerprint) for part in parts}
        )
    return parts


_Footers = Mapping[str, tuple[str | None, int, str]]
"""Of a part by its name: what a listing says of the file, its rows and its fingerprint."""


def _is_known(name: str, stamps: Mapping[str, str | None], known: _Footers) -> bool:
    stamp = stamps.get(name)
    return stamp is not None and name in known and known[name][0] == stamp


def _read_footers(out: StorePath) -> _Footers:
    """Those that are kept; none where they cannot be read."""
    try:
        kept = json.loads((index_folder(out) / FOOTERS).read_bytes())
        return {
            str(name): (str(stamp), int(rows), str(print_)) for name, (stamp, rows, print_) in kept.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _keep_footers(out: StorePath, footers: _Footers) -> None:
    """Keeps them if there is an index that can be written; else they are read again."""
    folder = index_folder(out)
    if not folder.is_dir():
        return
    aside = folder / f".{FOOTERS}.{secrets.token_hex(4)}"
    try:
        aside.write_text(json.dumps(footers), encoding="utf-8")
        aside.replace(folder / FOOTERS)
    except OSError:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def origin(out: StorePath, parts: list[Part]) -> Origin:
    """Which model labelled the dataset. Raises OutputError where it holds no part yet."""
    if not parts:
        raise OutputError(f"{out} holds no part yet: label papers first, `figmill label PAPERS --out {out}`")
    with reading_parts(out), paths.opened(parts[0].path) as file:
        schema = pq.read_schema(file)
        metadata = figmill_metadata(schema)
        classes = json.loads(metadata.get("classes", "[]"))
        size = schema.field("embedding").type.list_size
    uri = str(out.resolve()) if isinstance(out, Path) else str(out)
    return Origin(uri, metadata.get("model_id", ""), size, tuple(map(str, classes)))


@contextlib.contextmanager
def reading_parts(out: StorePath) -> Iterator[None]:
    """Says in one line what cannot be read, and what to do about it."""
    try:
        yield
    except (pa.ArrowException, OSError, KeyError, ValueError, OverflowError) as error:
        if isinstance(error, OSError) and error.strerror and not isinstance(out, Path):
            raise OutputError(f"cannot read {error.filename or out}: {error.strerror}") from error
        reason = printable(str(error).splitlines()[0] if str(error) else type(error).__name__, 150)
        raise OutputError(f"a part of {out} cannot be read ({reason}): run `figmill check {out}`") from error


def read_part(path: StorePath) -> Part:
    """A part by its file. Raises pyarrow's errors and OSError."""
    with paths.opened(path) as file:
        rows = pq.read_metadata(file).num_rows
        # The footer holds every column chunk's place, size and statistics: other rows make another footer.
        size = file.seek(0, 2)
        file.seek(size - _FOOTER)
        length = int.from_bytes(file.read(4), "little")
        file.seek(size - _FOOTER - length)
        digest = hashlib.sha256(file.read(length))
    return Part(path.name, path, rows, f"{size}-{digest.hexdigest()[:24]}-{rows}")
