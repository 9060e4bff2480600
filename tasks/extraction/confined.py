"""What a process that opens hostile files does: it waits for one job after the other, until its channel closes.

Its files come to it open, over the channel; where they lie, it could not open them. What it finds goes into a file
that came open as well, and whether it is there, as a few words of JSON: the other side unpickles nothing from here.
"""

from __future__ import annotations

import errno
import json
import os
import pickle
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PosixPath
from typing import IO, Any

from tasks.errors import PaperError
from tasks.extraction.confinement import Confinement, confine, keep_out_what_is_not_needed, limit_resources
from tasks.records import Graphic, PaperFiles, SourceFile
from tasks.settings import ExtractionLimits

Job = Callable[[PaperFiles, ExtractionLimits, Path], None]
"""What is done with a paper's files: its result goes into the file named last. Raises PaperError."""
Prepare = Callable[[], None]
"""Imports what the jobs need, before the process is confined."""

OUT_OF_MEMORY = 77
"""Exit status of a process that ran out of memory: what is left of it is not used for another paper."""
MESSAGE_BYTES = 64 * 2**10
"""No message of either side is longer."""
HANDLES = 200
"""Open files in one message; the kernel passes on at most 253."""
_GRACE = 60
"""Seconds over its time limit after which the kernel ends a process that nobody watches any more."""

UNWRITTEN = "unwritten"
CONFINED = "Reading this PDF tried what no PDF needs, and was refused: the file may be an attack."
_LONGEST = 4000
"""Characters of a sentence or a trace; as JSON at most six times as many."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a process is told first."""

    prepare: Prepare
    limits: ExtractionLimits


@dataclass(frozen=True, slots=True)
class Request:
    """A job, and the files of the paper that come open with it."""

    job: Job
    files: PaperFiles
    token: str
    """Comes back with the answer: what an earlier job has left behind is not taken for it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a job. Without a `kind`, the result is in the file."""

    kind: str | None = None
    """As in the ledger; UNWRITTEN where the result could not be written, of which `error` says why."""
    error: str = ""
    trace: str | None = None
    token: str = ""


class UnwrittenError(Exception):
    """The result could not be written into its file, for no fault of the paper."""


def source_files(files: PaperFiles) -> list[SourceFile]:
    """Every file of a paper that comes open, in the order in which the handles come."""
    graphics = [graphic.file for graphic in files.graphics if graphic.file.copy]
    return [files.main, *([files.jats] if files.jats else []), *graphics]


def serve(descriptor: int) -> None:
    """Runs in the process until the other side has gone, or ends it."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    channel = socket.socket(fileno=descriptor)
    keep_out_what_is_not_needed()
    try:
        start: Start = pickle.loads(_content(_receive(channel)[0]))  # noqa: S301 (from this program itself)
        start.prepare()
        limit_resources(start.limits)
        held = confine() if start.limits.confine != "off" else Confinement()
    except Exception as error:  # noqa: BLE001 (said to the other side; a process that dies would be started again)
        _send(channel, {"why_not": f"{type(error).__name__}: {error}"[:_LONGEST]})
        return
    _send(channel, asdict(held))
    while handles := _receive(channel):
        answer = _answer(handles[0], handles[1], handles[2:], start.limits)
        for handle in handles[1:]:
            if handle >= 0:
                os.close(handle)
        _send(channel, asdict(answer))


def _receive(channel: socket.socket) -> list[int]:
    """Open files, each as its handle or as the negative errno that it could not be opened for; none at the end."""
    found: list[int] = []
    while True:
        message, handles, flags, _ = socket.recv_fds(channel, MESSAGE_BYTES, HANDLES)
        if not message:
            return []
        told = json.loads(message)
        if flags & socket.MSG_CTRUNC:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        rest = iter(handles)
        found += [-number if number else next(rest) for number in told["refused"]]
        if not told["more"]:
            return found


def _send(channel: socket.socket, message: dict[str, Any]) -> None:
    channel.send(json.dumps(message).encode())


def _content(handle: int) -> bytes:
    with os.fdopen(handle, "rb") as file:
        file.seek(0)
        return file.read()


def _answer(request: int, sink: int, opened: Sequence[int], limits: ExtractionLimits) -> Answer:
    # Should the run be killed, nobody is left to enforce the limit: then the kernel ends this process.
    signal.alarm(int(limits.timeout) + _GRACE)
    asked: Request = pickle.loads(_content(request))  # noqa: S301 (from this program itself)
    return replace(_done(asked, sink, opened, limits), token=asked.token)


def _done(asked: Request, sink: int, opened: Sequence[int], limits: ExtractionLimits) -> Answer:
    try:
        asked.job(_opened(asked.files, opened), limits, OpenFile("result", sink))
        return Answer()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001 (whatever a PDF provokes becomes its ledger row)
        if "malloc" in str(error):  # how MuPDF says it
            os._exit(OUT_OF_MEMORY)
        return _as_answer(error)
    finally:
        signal.alarm(0)


def _as_answer(error: Exception) -> Answer:
    trace = "".join(traceback.format_exception(error))[-_LONGEST:]
    name = type(error).__name__
    if isinstance(error, PaperError):
        return Answer(error.kind, error.error[:_LONGEST])
    if isinstance(error, UnwrittenError):
        return Answer(UNWRITTEN, str(error)[:_LONGEST], trace)
    if isinstance(error, FileNotFoundError | PermissionError) and isinstance(error.filename, OpenFile):
        reason = (error.strerror or "unknown reason").lower()
        return Answer("missing", f"The file cannot be read: {reason}.", trace)
    if isinstance(error, PermissionError):
        return Answer("confined", CONFINED, trace)
    if isinstance(error, RecursionError) or type(error).__module__.startswith("pymupdf"):
        return Answer("damaged", f"The PDF is damaged: reading it failed ({name}).", trace)
    return Answer("crash", f"Figmill failed on this PDF ({name}); please report it.", trace)


def _opened(files: PaperFiles, handles: Sequence[int]) -> PaperFiles:
    """The same paper, with each of its files as it came."""
    handle = iter(handles)
    main = _Opened(files.main.uri, files.main.copy, next(handle))
    jats = files.jats and _Opened(files.jats.uri, files.jats.copy, next(handle))
    graphics = tuple(
        Graphic(one.name, _Opened(one.file.uri, one.file.copy, next(handle)) if one.file.copy else one.file)
        for one in files.graphics
    )
    return replace(files, main=main, jats=jats, graphics=graphics)


@dataclass(frozen=True, slots=True)
class _Opened(SourceFile):
    """A file that came open, or the negative errno that it could not be opened for."""

    handle: int = -errno.ENOENT

    @property
    def path(self) -> Path:
        return OpenFile(self.copy or self.uri, self.handle)


class OpenFile(PosixPath):
    """The path of a file that came open: opened again, it is the same file, wherever the path leads by then."""

    handle: int

    def __new__(cls, path: str, handle: int) -> OpenFile:
        """`handle` is the open file, or the negative errno that it could not be opened for."""
        made: OpenFile = super().__new__(cls, path)
        made.handle = handle
        return made

    def __init__(self, path: str, handle: int) -> None:
        if sys.version_info >= (3, 12):
            super().__init__(path)

    def open(self, mode: str = "r", *_arguments: Any, **_options: Any) -> IO[Any]:  # type: ignore[override]
        """The file from its start; `w` writes it anew, and so does `x`: a result is there before it is written."""
        handle = os.dup(self._usable())
        os.lseek(handle, 0, os.SEEK_SET)
        if mode[0] in "wx":
            os.ftruncate(handle, 0)
        return os.fdopen(handle, mode.replace("x", "w"))

    def read_bytes(self) -> bytes:
        """All of the file."""
        with self.open("rb") as file:
            data: bytes = file.read()
        return data

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """Of the open file."""
        return os.fstat(self._usable())

    def _usable(self) -> int:
        if self.handle < 0:
            raise OSError(-self.handle, os.strerror(-self.handle), self)
        return self.handle
