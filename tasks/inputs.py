"""From what the user names to papers: PDF files found in folders, each known by the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from tasks.errors import InputError
from tasks.records import Failure, Paper
from tasks.texts import printable

_READERS = 4
_AHEAD = 32
"""Files hashed ahead of whoever takes the papers."""

log = logging.getLogger("figmill.inputs")


def list_inputs(inputs: Iterable[str]) -> list[Path]:
    """The files that `inputs` name, absolute, in a fixed order, each once.

    A folder is searched with its subfolders for names that end in `.pdf`, in whatever case; hidden files and
    folders are passed over, and a folder reached twice (by links) is searched once. A file that is named is
    taken whatever its name. Raises InputError for a path that is not there, and if there is nothing to read.
    """
    found: dict[Path, None] = {}
    empty: list[str] = []
    for text in inputs:
        files = list(_files(text))
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
        for suffix in (".xml", ".nxml"):
            candidate = place / f"{pdf.stem}{suffix}" if place else None
            # os.path: Path.is_file raises where the name with its longer suffix is too long for the file system
            if candidate and os.path.isfile(candidate):  # noqa: PTH113
                return candidate
    return None


def identify(files: Iterable[Path]) -> Iterator[Paper | Failure]:
    """Reads each file once for its paper_id, in order, some files ahead of the caller.

    A file that cannot be read becomes a Failure, of kind `missing`, with `unreadable_id` for its paper_id.
    """
    remaining = iter(files)
    with ThreadPoolExecutor(_READERS, thread_name_prefix="hash") as readers:
        ahead: deque[Future[Paper | Failure]] = deque()
        try:
            for file in remaining:
                ahead.append(readers.submit(_identify, file))
                if len(ahead) >= _AHEAD:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            readers.shutdown(wait=False, cancel_futures=True)


def unreadable_id(source_uri: str) -> str:
    """Stands for the paper_id where the bytes cannot be read: SHA-256 of `unreadable:` and the path."""
    return hashlib.sha256(b"unreadable:" + os.fsencode(source_uri)).hexdigest()


def _identify(file: Path) -> Paper | Failure:
    uri = str(file)
    try:
        with file.open("rb") as stream:
            return Paper(hashlib.file_digest(stream, "sha256").hexdigest(), uri)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        return Failure(Paper(unreadable_id(uri), uri), "missing", f"The file cannot be read: {reason}.", 0.0)


def _files(text: str) -> Iterator[Path]:
    path = Path(os.path.abspath(Path(text).expanduser()))  # noqa: PTH100 (a link keeps the name it was given)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"cannot read {printable(text)}: {reason}; check the path") from error
    if stat.S_ISDIR(mode):
        yield from _walk(path)
    elif stat.S_ISREG(mode):
        yield path
    else:
        raise InputError(f"{printable(text)} is neither a file nor a folder")


def _walk(top: Path) -> Iterator[Path]:
    searched: set[tuple[int, int]] = set()
    for folder, subfolders, names in os.walk(top, onerror=_warn, followlinks=True):
        state = Path(folder).stat()
        if (state.st_dev, state.st_ino) in searched:
            subfolders.clear()
            continue
        searched.add((state.st_dev, state.st_ino))
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(".pdf") and not name.startswith(".") and _readable(Path(folder, name)):
                yield Path(folder, name)


def _readable(file: Path) -> bool:
    """False for pipes and devices, which could block; a dangling link counts, so that the ledger names it."""
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except OSError:
        return True


def _warn(error: OSError) -> None:
    log.warning("cannot search %s: %s", printable(str(error.filename)), error.strerror)
