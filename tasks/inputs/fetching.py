"""PDFs that lie on a store or on the web: found, fetched for a while, and removed again.

While a run is planned, a PDF is fetched once for its paper_id and kept, as far as there is room, for the shard that
reads it on this machine; elsewhere, or where there was no room, the shard fetches it again. What the paper is to
blame for becomes its Failure; a store that does not answer ends the run.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from tasks.errors import InputError, PaperError, TransientError, is_transient
from tasks.records import Extraction, Graphic, Paper, PaperFiles, SourceFile
from tasks.runs.outcomes import Failure
from tasks.settings import MOST_JATS_BYTES
from tasks.stores import objects, paths, web
from tasks.stores.scratch import Folder
from tasks.texts import printable

JATS_SUFFIXES = (".xml", ".nxml")
ROOM = 4 * 2**30
"""Bytes that the PDFs kept for their shards may take on this machine."""

_THREADS = 8
_AHEAD = 16
"""PDFs of a shard that are fetched before a process is free to read them, ..."""
_AHEAD_BYTES = 2**30
"""... unless they take as much as this already."""

log = logging.getLogger("figmill.inputs")


@dataclass(frozen=True, slots=True)
class Remote:
    """A PDF on a store or on the web, with what a listing says of it."""

    uri: str
    size: int | None = None
    version: str | None = None
    jats: str | None = None
    """The JATS XML of its name beside it."""


def find_remote(uri: str) -> list[Remote]:
    """The PDFs that a URI names: an object, or those at or below a folder whose names end in `.pdf`, sorted by folder.

    Hidden ones are passed over. Raises InputError where the store refuses.
    """
    if web.is_web(uri):
        return [Remote(uri)]
    try:
        found = {stored.uri: stored for stored in objects.tree(uri)}
    except OSError as error:
        raise InputError(f"cannot read {printable(uri, 300)}: {error.strerror}") from error
    top = uri.rstrip("/")
    if uri in found:
        papers = [uri]
    else:
        below = (name for name in found if name.lower().endswith(".pdf"))
        papers = sorted((name for name in below if "/." not in name.removeprefix(top)), key=_by_folder)
    return [
        Remote(name, found[name].size, found[name].version, _beside(name, found.__contains__))
        for name in papers
    ]


def find_jats_below(folder: str) -> dict[str, str]:
    """Name without suffix -> URI of the XML files at and below a folder of a store. Raises InputError."""
    try:
        uris = sorted(stored.uri for stored in objects.tree(folder))
    except OSError as error:
        raise InputError(f"cannot read --jats {printable(folder, 300)}: {error.strerror}") from error
    return {PurePosixPath(uri).stem: uri for uri in uris if uri.endswith(JATS_SUFFIXES)}


class Inbox:
    """Where PDFs wait for their shard after they were fetched for their paper_id."""

    def __init__(self, most_bytes: int, keep: bool) -> None:
        self._most_bytes = most_bytes
        self._keep = keep
        self._folder = Folder("inbox")
        self._lock = threading.Lock()
        self._kept = 0
        """Bytes kept since the folder was last listed, and what it then held: at least what it holds now."""

    def paper(
        self, remote: Remote, known: Callable[[str, str | None], str | None]
    ) -> tuple[PaperFiles | Failure, str | None]:
        """A remote PDF as a paper, or why it can't be one, and the version that was read.

        `known` tells the paper_id of a URI in a version without fetching it, if it can. Raises InputError where the
        store refuses, TransientError where it does not answer.
        """
        uri, said = remote.uri, web.without_password(remote.uri)
        version = web.version(uri) if web.is_web(uri) else remote.version
        paper_id = known(said, version)
        if paper_id:
            return PaperFiles(Paper(paper_id, said), SourceFile(uri)), version
        target = self._folder.new_file(".pdf")
        try:
            if remote.size is not None and remote.size > self._most_bytes:
                raise _too_large(remote.size, self._most_bytes)
            _fetch(uri, target, self._most_bytes)
        except PaperError as error:
            return _failure(Paper(unreadable_id(said), said), error), None
        with target.open("rb") as stream:
            paper = Paper(hashlib.file_digest(stream, "sha256").hexdigest(), said)
        if self._keep and self._has_room(target.stat().st_size):
            return PaperFiles(paper, SourceFile(uri, str(target))), version
        target.unlink()
        return PaperFiles(paper, SourceFile(uri)), version

    def _has_room(self, size: int) -> bool:
        """Whether a file may stay. The folder is listed only once it may be full, not for each paper."""
        with self._lock:
            self._kept += size
            if self._kept > ROOM:
                self._kept = self._folder.bytes()
            return self._kept <= ROOM

    def clear(self) -> None:
        """Removes what no shard has taken."""
        self._folder.remove()


class Deliveries:
    """The papers of a shard with their files on this machine, fetched a little ahead of whoever takes them; a context.

    A paper that could not be fetched comes as its Failure.
    """

    def __init__(self, papers: Iterable[PaperFiles | Failure], name: str, most_bytes: int) -> None:
        self._papers = papers
        self._delivered: dict[str, PaperFiles] = {}
        self._folder = Folder(f"{name}-{secrets.token_hex(4)}")
        self._most_bytes = most_bytes
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="fetch")

    def __enter__(self) -> Deliveries:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._folder.remove()

    def __iter__(self) -> Iterator[PaperFiles | Failure]:
        ahead: deque[Future[PaperFiles | Failure] | PaperFiles | Failure] = deque()
        remaining = iter(self._papers)
        item = next(remaining, None)
        while item or ahead:
            while item and (not ahead or (len(ahead) < _AHEAD and self._folder.bytes() < _AHEAD_BYTES)):
                ahead.append(self._ordered(item))
                item = next(remaining, None)
            first = ahead.popleft()
            delivered = first.result() if isinstance(first, Future) else first
            if isinstance(delivered, PaperFiles):
                self._delivered[delivered.paper.paper_id] = delivered
            yield delivered

    def released(self, read: Iterable[Extraction | Failure]) -> Iterator[Extraction | Failure]:
        """What was read, as it comes; the copies of a paper's files go as soon as it was read."""
        for result in read:
            if files := self._delivered.pop(result.paper.paper_id, None):
                remove_copies(files)
            yield result

    def _ordered(self, item: PaperFiles | Failure) -> Future[PaperFiles | Failure] | PaperFiles | Failure:
        """A paper that is fetched from now on, or that needs no fetching."""
        if isinstance(item, Failure) or not _is_away(item):
            return item
        return self._threads.submit(self._deliver, item)

    def _deliver(self, files: PaperFiles) -> PaperFiles | Failure:
        try:
            main = self._here(files.main, self._most_bytes)
        except PaperError as error:
            return _failure(files.paper, error)
        graphics = tuple(map(self._graphic, files.graphics))
        return replace(files, main=main, jats=self._jats(files.jats), graphics=graphics)

    def _jats(self, file: SourceFile | None) -> SourceFile | None:
        try:
            return self._here(file, MOST_JATS_BYTES) if file else None
        except PaperError as error:  # the paper has captions of its own
            log.warning("%s: %s", printable(file.uri if file else ""), error.error)
            return None

    def _graphic(self, graphic: Graphic) -> Graphic:
        try:
            return replace(graphic, file=self._here(graphic.file, self._most_bytes))
        except PaperError as error:  # its figure will be missed, and that said
            log.warning("%s: %s", printable(graphic.file.uri), error.error)
            return replace(graphic, file=SourceFile(graphic.file.uri))

    def _here(self, file: SourceFile, most_bytes: int) -> SourceFile:
        """The file with a copy on this machine, unless it lies here itself. Raises PaperError."""
        if file.copy and Path(file.copy).is_file():
            return file
        if not paths.is_remote(file.uri):
            return SourceFile(file.uri)
        target = self._folder.new_file(PurePosixPath(file.uri).suffix[:8])
        _fetch(file.uri, target, most_bytes)
        return SourceFile(file.uri, str(target))


def remove_copies(files: PaperFiles) -> None:
    """Removes a paper's temporary copies from this machine."""
    for copy in files.copies:
        copy.unlink(missing_ok=True)


def unreadable_id(source_uri: str) -> str:
    """Stands for the paper_id where the bytes cannot be read: SHA-256 of `unreadable:` and the path."""
    return hashlib.sha256(b"unreadable:" + os.fsencode(source_uri)).hexdigest()


def _fetch(uri: str, target: Path, most_bytes: int) -> None:
    """Raises PaperError for what is this file's own trouble, InputError or TransientError for the store's."""
    try:
        if web.is_web(uri):
            web.download(uri, target, most_bytes)
        else:
            objects.download(uri, target)
    except OSError as error:
        target.unlink(missing_ok=True)
        if error.errno not in (errno.ENOENT, errno.EACCES) or not paths.is_remote(str(error.filename)):
            kind = TransientError if is_transient(error) else InputError
            raise kind(
                f"cannot read {printable(uri, 300)}: {error.strerror}; the same command goes on"
            ) from error
        raise PaperError("missing", f"The file cannot be fetched: {error.strerror}.") from error
    size = target.stat().st_size
    if size > most_bytes:
        target.unlink()
        raise _too_large(size, most_bytes)


def _too_large(size: int, most_bytes: int) -> PaperError:
    shown = f"{size / 2**20:,.0f} MB, more than the limit of {most_bytes >> 20} MB"
    return PaperError("too_large", f"The file has {shown}.")


def _failure(paper: Paper, error: PaperError) -> Failure:
    return Failure(paper, error.kind, error.error, 0.0)


def _is_away(files: PaperFiles) -> bool:
    return any(paths.is_remote(file.uri) for file in (files.main, files.jats) if file)


def _beside(uri: str, exists: Callable[[str], bool]) -> str | None:
    stem = uri[: -len(".pdf")] if uri.lower().endswith(".pdf") else uri
    return next((stem + suffix for suffix in JATS_SUFFIXES if exists(stem + suffix)), None)


def _by_folder(uri: str) -> list[tuple[bool, str]]:
    """As the folders of a disk are searched: by name, the files of a folder before its subfolders."""
    *folders, name = uri.split("/")
    return [*((True, folder) for folder in folders), (False, name)]
