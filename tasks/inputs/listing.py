"""From what the user names to papers: PDFs in folders, on stores and on the web, each known by its bytes' SHA-256."""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader
from pathlib import Path

from tasks.ahead import ahead
from tasks.errors import InputError
from tasks.inputs.fetching import JATS_SUFFIXES, Inbox, Remote, find_remote, unreadable_id
from tasks.inputs.fingerprints import FingerprintCache
from tasks.records import Paper, PaperFiles, SourceFile
from tasks.runs.outcomes import Failure
from tasks.stores.paths import is_remote
from tasks.texts import printable

Input = Path | Remote

_READERS = 4
_FETCHERS = 16
_AHEAD = 32
"""Files hashed ahead of whoever takes the papers."""
_SETTLED = 2.0
"""Seconds for which a file has not changed before its times are trusted to tell that it is still the same."""

log = logging.getLogger("figmill.inputs")


def list_inputs(inputs: Iterable[str], suffixes: tuple[str, ...] = (".pdf",)) -> list[Input]:
    """The files that `inputs` name, absolute, in a fixed order, each once.

    A folder is searched with its subfolders for names that end in one of `suffixes`, in whatever case; hidden files and
    folders are passed over, and a folder reached twice (by links) is searched once. A file that is named is
    taken whatever its name. Raises InputError for a path that is not there, and if there is nothing to read.
    """
    found: dict[Input, None] = {}
    empty: list[str] = []
    for text in inputs:
        files: list[Input] = [*(find_remote(text) if is_remote(text) else _files(text, suffixes))]
        found.update(dict.fromkeys(files))
        if not files:
            empty.append(printable(text))
    if not found:
        raise InputError(f"no PDF file in {', '.join(empty)}: name a PDF, or a folder that holds some")
    for name in empty:
        log.warning("no PDF file in %s", name)
    return list(found)


def find_jats(pdf: Path, folder: Path | None) -> Path | None:
    """The JATS XML (`.xml`, `.nxml`) of a PDF's name, in `folder` or else beside the PDF; None where there is none."""
    for place in (folder, pdf.parent):
        found = find_jats_in(place, pdf.stem) if place else None
        if found:
            return found
    return None


def find_jats_in(folder: Path, stem: str) -> Path | None:
    """The JATS XML of this name in a folder; None where there is none."""
    for suffix in JATS_SUFFIXES:
        candidate = folder / f"{stem}{suffix}"
        # os.path: Path.is_file raises where the name with its longer suffix is too long for the file system
        if os.path.isfile(candidate):  # noqa: PTH113
            return candidate
    return None


def identify(
    files: Iterable[Input], fingerprints: FingerprintCache | None = None, inbox: Inbox | None = None
) -> Iterator[PaperFiles | Failure]:
    """Reads each file once for its paper_id, in order, some files ahead of the caller; not those that `seen` knows.

    A file that cannot be read becomes a Failure, of kind `missing`, with `unreadable_id` for its paper_id. Remote
    files go through the `inbox`. Raises InputError where a store does not answer.
    """
    threads = _READERS if inbox is None else _FETCHERS
    return ahead(lambda file: _identify(file, fingerprints, inbox), files, threads, _AHEAD, "hash")


def _identify(
    file: Input, fingerprints: FingerprintCache | None, inbox: Inbox | None
) -> PaperFiles | Failure:
    known = fingerprints.paper_id if fingerprints else _nothing
    if isinstance(file, Path):
        item, version = _hash(file, known)
    elif inbox:
        item, version = inbox.paper(file, known)
    else:
        raise InputError(f"{printable(file.uri, 300)} is not on this machine")
    if fingerprints and isinstance(item, PaperFiles):
        fingerprints.note(item.paper.source_uri, version, item.paper.paper_id)
    return item


def version_of(file: Input) -> str | None:
    """What tells, without reading a file, that its bytes are those that were read; None where nothing does."""
    if not isinstance(file, Path):
        return file.version
    try:
        return _version(file.stat())
    except OSError:
        return None


def _nothing(_uri: str, _version: str | None) -> None:
    return None


def sha256_and_version(
    file: Path, known: Callable[[str, str | None], str | None], read: Callable[[BufferedReader], str]
) -> tuple[str, str | None]:
    """What `read` makes of a file, unless it is `known`, and the version that was read. Raises OSError.

    The version is None for a file that may still be changing.
    """
    version = _version(file.stat())
    if found := known(str(file), version):
        return found, version
    with file.open("rb") as stream:
        before = os.fstat(stream.fileno())
        found = read(stream)
        after = os.fstat(stream.fileno())
    settled = _version(before) == _version(after) and time.time() - after.st_ctime > _SETTLED
    return found, _version(after) if settled else None


def _sha256(stream: BufferedReader) -> str:
    return hashlib.file_digest(stream, "sha256").hexdigest()


def _hash(
    file: Path, known: Callable[[str, str | None], str | None]
) -> tuple[PaperFiles | Failure, str | None]:
    """A file as a paper and the version that was read; None for a file that may still be changing."""
    uri = str(file)
    try:
        paper_id, version = sha256_and_version(file, known, _sha256)
        return PaperFiles(Paper(paper_id, uri), SourceFile(uri)), version
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        paper = Paper(unreadable_id(uri), uri)
        return Failure(paper, "missing", f"The file cannot be read: {reason}.", 0.0), None


def _version(state: os.stat_result) -> str:
    """Changes when a file's bytes do; the time of the last change of its state cannot be set back by a user."""
    return f"{state.st_size} {state.st_mtime_ns} {state.st_ctime_ns} {state.st_ino}"


def _files(text: str, suffixes: tuple[str, ...]) -> Iterator[Path]:
    path = Path(os.path.abspath(Path(text).expanduser()))  # noqa: PTH100 (a link keeps the name it was given)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"cannot read {printable(text)}: {reason}; check the path") from error
    if stat.S_ISDIR(mode):
        yield from _walk(path, suffixes)
    elif stat.S_ISREG(mode):
        yield path
    else:
        raise InputError(f"{printable(text)} is neither a file nor a folder")


def _walk(top: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    searched: set[tuple[int, int]] = set()
    for folder, subfolders, names in os.walk(top, onerror=_warn, followlinks=True):
        state = Path(folder).stat()
        if (state.st_dev, state.st_ino) in searched:
            subfolders.clear()
            continue
        searched.add((state.st_dev, state.st_ino))
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(suffixes) and not name.startswith(".") and _readable(Path(folder, name)):
                yield Path(folder, name)


def _readable(file: Path) -> bool:
    """False for pipes and devices, which could block; a dangling link counts, so that the ledger names it."""
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except OSError:
        return True


def _warn(error: OSError) -> None:
    log.warning("cannot search %s: %s", printable(str(error.filename)), error.strerror)
