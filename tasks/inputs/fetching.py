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
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from tasks.errors import InputError, PaperError
from tasks.records import Extraction, Failure, Graphic, Paper
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

    def paper(
        self, remote: Remote, known: Callable[[str, str | None], str | None]
    ) -> tuple[Paper | Failure, str | None]:
        """A remote PDF as a Paper, or why it can't be one, and the version that was read.

        `known` tells the paper_id of a URI in a version without fetching it, if it can. Raises InputError where the
        store does not answer.
        """
        uri = remote.uri
        version = web.version(uri) if web.is_web(uri) else remote.version
        paper_id = known(uri, version)
        if paper_id:
            return Paper(paper_id, uri), version
        target = self._folder.new_file(".pdf")
        try:
            if remote.size is not None and remote.size > self._most_bytes:
                raise _too_large(remote.size, self._most_bytes)
            _fetch(uri, target, self._most_bytes)
            with target.open("rb") as stream:
                paper = Paper(hashlib.file_digest(stream, "sha256").hexdigest(), uri)
            if self._keep and self._folder.bytes() <= ROOM:
                return replace(paper, fetched=str(target)), version
        except PaperError as error:
            return _failure(Paper(unreadable_id(uri), uri), error), None
        target.unlink()
        return paper, version

    def clear(self) -> None:
        """Removes what no shard has taken."""
        self._folder.remove()


class Deliveries:
    """The papers of a shard with their files on this machine, fetched a little ahead of whoever takes them; a context.

    `failures` fills with the papers that could not be fetched.
    """

    def __init__(self, papers: Iterable[Paper], name: str, most_bytes: int) -> None:
        self.failures: deque[Failure] = deque()
        self._papers = papers
        self._folder = Folder(f"{name}-{secrets.token_hex(4)}")
        self._most_bytes = most_bytes
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="fetch")

    def __enter__(self) -> Deliveries:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._folder.remove()

    def __iter__(self) -> Iterator[Paper]:
        ahead: deque[Future[Paper | Failure] | Paper] = deque()
        remaining = iter(self._papers)
        paper = next(remaining, None)
        while paper or ahead:
            while paper and (not ahead or (len(ahead) < _AHEAD and self._folder.bytes() < _AHEAD_BYTES)):
                ahead.append(self._threads.submit(self._deliver, paper) if _is_away(paper) else paper)
                paper = next(remaining, None)
            first = ahead.popleft()
            delivered = first if isinstance(first, Paper) else first.result()
            if isinstance(delivered, Failure):
                self.failures.append(delivered)
            else:
                yield delivered

    def results(self, read: Iterable[Extraction | Failure]) -> Iterator[Extraction | Failure]:
        """What was read, and what could not be fetched; a file goes as soon as it was read."""
        for result in read:
            for file in result.paper.files:
                Path(file).unlink(missing_ok=True)
            yield result
            yield from self._failed()
        yield from self._failed()

    def _failed(self) -> Iterator[Failure]:
        while self.failures:
            yield self.failures.popleft()

    def _deliver(self, paper: Paper) -> Paper | Failure:
        try:
            if not _is_here(paper.fetched):
                paper = replace(paper, fetched=None)
                if paths.is_remote(paper.source_uri):
                    paper = replace(
                        paper, fetched=str(self._get(paper.address or paper.source_uri, self._most_bytes))
                    )
        except PaperError as error:
            return _failure(paper, error)
        return self._with_jats(replace(paper, graphics=tuple(map(self._graphic, paper.graphics))))

    def _with_jats(self, paper: Paper) -> Paper:
        jats = paper.jats_uri
        if jats is None or not paths.is_remote(jats) or _is_here(paper.fetched_jats):
            return paper
        try:
            return replace(paper, fetched_jats=str(self._get(jats, MOST_JATS_BYTES)))
        except PaperError as error:  # the paper has captions of its own
            log.warning("%s: %s", printable(jats), error.error)
            return replace(paper, jats_uri=None)

    def _graphic(self, graphic: Graphic) -> Graphic:
        if _is_here(graphic.fetched):
            return graphic
        try:
            return replace(graphic, fetched=str(self._get(graphic.uri, self._most_bytes)))
        except PaperError as error:  # its figure will be missed, and that said
            log.warning("%s: %s", printable(graphic.uri), error.error)
            return replace(graphic, fetched=None)

    def _get(self, uri: str, most_bytes: int) -> Path:
        target = self._folder.new_file(PurePosixPath(uri).suffix[:8])
        _fetch(uri, target, most_bytes)
        return target


def unreadable_id(source_uri: str) -> str:
    """Stands for the paper_id where the bytes cannot be read: SHA-256 of `unreadable:` and the path."""
    return hashlib.sha256(b"unreadable:" + os.fsencode(source_uri)).hexdigest()


def _fetch(uri: str, target: Path, most_bytes: int) -> None:
    """Raises PaperError for what is this file's own trouble, InputError for the store's."""
    try:
        if web.is_web(uri):
            web.download(uri, target, most_bytes)
        else:
            objects.download(uri, target)
    except OSError as error:
        target.unlink(missing_ok=True)
        if error.errno not in (errno.ENOENT, errno.EACCES) or not paths.is_remote(str(error.filename)):
            raise InputError(
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


def _is_here(file: str | None) -> bool:
    return file is not None and Path(file).is_file()


def _is_away(paper: Paper) -> bool:
    return paths.is_remote(paper.source_uri) or paths.is_remote(paper.jats_uri or "")


def _beside(uri: str, exists: Callable[[str], bool]) -> str | None:
    stem = uri[: -len(".pdf")] if uri.lower().endswith(".pdf") else uri
    return next((stem + suffix for suffix in JATS_SUFFIXES if exists(stem + suffix)), None)


def _by_folder(uri: str) -> list[tuple[bool, str]]:
    """As the folders of a disk are searched: by name, the files of a folder before its subfolders."""
    *folders, name = uri.split("/")
    return [*((True, folder) for folder in folders), (False, name)]
