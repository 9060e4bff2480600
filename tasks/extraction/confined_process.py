"""A process that opens hostile files, from outside: started, given one job after the other, ended when time is over.

It has a channel of its own, over which open files go in and short messages come out, each whole or not at all: a
process that dies at any moment costs its paper and nothing else.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import pickle
import secrets
import select
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from typing import IO, Any

from tasks.errors import FigmillError, PaperError
from tasks.extraction.confined import (
    CONFINED,
    HANDLES,
    MESSAGE_BYTES,
    OUT_OF_MEMORY,
    UNWRITTEN,
    Answer,
    Job,
    Prepare,
    Request,
    Start,
    source_files,
)
from tasks.extraction.confinement import Confinement, environment
from tasks.records import PaperFiles, SourceFile
from tasks.settings import ExtractionLimits
from tasks.texts import printable, storable

_START_UP = 180.0
"""Seconds that a process may take to start on a busy machine."""
_ATTEMPTS = 3
"""How often a process is started, or a paper given to one, before what ended them counts as theirs."""
_JOBS = 200
"""After so many a process is replaced: what a library leaks stays small."""

_LAST_BREATH = 5.0
"""Seconds for a process that has closed its channel to end."""
_LONGEST = 1000
"""Characters of a sentence for the ledger."""

_KINDS = frozenset({"encrypted", "damaged", "not_a_pdf", "too_large", "no_pages", "empty", "missing"})
_KINDS |= {"unreadable", "changed", "no_jats", "confined", "crash"}
"""What a process may say of a paper, as `PaperError` lists it."""

_DAMAGED = Answer("crash", "What was read of this PDF came back damaged; please report it.")

log = logging.getLogger("figmill.workers")
_said = threading.Event()


class Stopped(Exception):  # noqa: N818 (not an error: the run was told to stop)
    """The run was stopped while papers were waiting."""


class _Ended(Exception):  # noqa: N818
    """The process ended in the middle of a job."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status


class ConfinedProcess:
    """Does jobs on hostile files, one at a time; one thread at a time may ask, any may `stop`.

    The process starts with `start` or the first job, and another one where it has ended.
    """

    def __init__(self, prepare: Prepare, limits: ExtractionLimits) -> None:
        self._start = Start(prepare, limits)
        self._limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._jobs = 0
        self._stopped = False

    @property
    def pid(self) -> int | None:
        """Of the process, while it lives."""
        return self._process.pid if self._process else None

    def do(self, job: Job, files: PaperFiles, sink: int) -> Answer:
        """Does a job; its result is in `sink`, an open file, or the Answer says why not.

        Raises FigmillError where no process can be started, Stopped after `stop`.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            self.start()
            os.ftruncate(sink, 0)
            try:
                answer = self._ask(job, files, sink)
                if answer.kind in ("confined", UNWRITTEN):
                    self.close()  # whatever has come to run in it reads no other paper
                return answer
            except TimeoutError:
                self.close()
                return Answer("timeout", f"Reading took longer than {self._limits.timeout:g} seconds.")
            except _Ended as ended:
                if attempt == _ATTEMPTS or not _ended_from_outside(ended.status):
                    return _expired(ended.status)
        raise AssertionError("the last attempt returns")  # pragma: no cover

    def result(self, job: Job, files: PaperFiles, most: int) -> bytes:
        """What a job writes, at most so many bytes. Raises PaperError, and what `do` raises."""
        with tempfile.TemporaryFile() as sink:
            answer = self.do(job, files, sink.fileno())
            if answer.kind:
                raise PaperError(answer.kind, answer.error)
            sink.seek(0)
            data = sink.read(most + 1)
        if len(data) > most:
            raise PaperError("too_large", f"The result has more than {most >> 20} MB.")
        return data

    def start(self) -> None:
        """Starts the process unless it is there. Raises FigmillError where that cannot be, Stopped after `stop`."""
        if self._process is not None and self._jobs < _JOBS and self._is_quiet():
            return
        self.close()
        for _ in range(_ATTEMPTS):
            try:
                self._launch()
                self._greet()
                return
            except (_Ended, OSError) as error:
                self.close()
                why = _why(error)
        raise FigmillError(f"extraction cannot start: {why}")

    def stop(self) -> None:
        """Ends the process at once, whatever it does, and for good."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """Ends the process; the next job starts another."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def _launch(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # A clean interpreter: with the parent's main program would come its libraries, their threads and its secrets.
        code = (
            f"import sys; sys.path[:] = {list(map(str, sys.path))!r}; "
            f"from tasks.extraction.confined import serve; serve({theirs.fileno()})"
        )
        with theirs, self._lock, contextlib.ExitStack() as undone:
            undone.callback(ours.close)
            if self._stopped:
                raise Stopped("the run was stopped")
            nowhere = subprocess.DEVNULL
            self._process = subprocess.Popen(
                [sys.executable, "-c", code],
                stdin=nowhere,
                stdout=nowhere,
                stderr=nowhere,
                env=environment(),
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl-C is for the run, which then ends its processes
            )
            undone.pop_all()
        self._channel, self._jobs = ours, 0

    def _greet(self) -> None:
        with _as_file(self._start) as start:
            self._send([start.fileno()], _START_UP)
        said = self._receive(_START_UP)
        if "why_not" in said:
            self.close()
            raise FigmillError(f"extraction cannot start: {printable(str(said['why_not']))}")
        lacking = Confinement(**said).lacking
        if lacking and self._limits.confine == "require":
            self.close()
            raise FigmillError(
                f"the processes that read PDFs cannot be confined on this machine ({lacking}); "
                "--confine auto goes on without"
            )
        if lacking and not _said.is_set():
            _said.set()
            log.warning("the processes that read PDFs are not fully confined (%s)", lacking)

    def _ask(self, job: Job, files: PaperFiles, sink: int) -> Answer:
        self._jobs += 1
        token = secrets.token_hex(8)
        with _as_file(Request(job, files, token)) as request:
            self._send([request.fileno(), sink], self._limits.timeout, source_files(files))
        try:
            answer = _checked(self._receive(self._limits.timeout))
        except (ValueError, TypeError, RecursionError):
            self.close()
            return _DAMAGED
        if answer.token == token:
            return answer
        first = self._jobs == 1
        self.close()
        if first:
            return _DAMAGED
        raise _Ended(-signal.SIGKILL)  # by the paper before this one, which said more than it was asked

    def _send(self, handles: Sequence[int], seconds: float, files: Sequence[SourceFile] = ()) -> None:
        """Sends open files, then those of a paper, some at a time. Raises _Ended, TimeoutError."""
        self._pass_on(list(handles), [], seconds, more=bool(files))
        for first in range(0, len(files), HANDLES):
            opened = [_open(file) for file in files[first : first + HANDLES]]
            try:
                usable = [handle for handle in opened if handle >= 0]
                self._pass_on(usable, opened, seconds, more=first + HANDLES < len(files))
            finally:
                for handle in usable:
                    os.close(handle)

    def _pass_on(self, handles: list[int], opened: list[int], seconds: float, *, more: bool) -> None:
        refused = [max(0, -handle) for handle in opened or handles]
        message = json.dumps({"refused": refused, "more": more}).encode()
        channel = self._open_channel()
        channel.settimeout(seconds)
        try:
            socket.send_fds(channel, [message], handles)
        except ConnectionError as error:
            raise _Ended(self._status()) from error

    def _receive(self, seconds: float) -> dict[str, Any]:
        """The next message. Raises _Ended, TimeoutError, and ValueError for what is none."""
        channel = self._open_channel()
        channel.settimeout(seconds)
        try:
            message = channel.recv(MESSAGE_BYTES)
        except ConnectionError as error:
            raise _Ended(self._status()) from error
        if not message:
            raise _Ended(self._status())
        said = json.loads(message)
        if not isinstance(said, dict):
            raise ValueError("a message is no object")
        return said

    def _is_quiet(self) -> bool:
        """Whether nothing comes from the process that nobody has asked for: not that it has ended, nor an answer."""
        channel = select.poll()
        channel.register(self._open_channel(), select.POLLIN)
        return not channel.poll(0)

    def _open_channel(self) -> socket.socket:
        if self._channel is None:
            raise _Ended(None)
        return self._channel

    def _status(self) -> int | None:
        """With what the process ended; killed where it has only closed its channel."""
        if self._process is None:
            return None
        try:
            return self._process.wait(_LAST_BREATH)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return None


def _why(error: Exception) -> str:
    """What kept a process from starting; a TimeoutError is an OSError too."""
    if isinstance(error, _Ended):
        return f"a process ended with status {error.status}"
    if isinstance(error, TimeoutError):
        return f"a process was not ready after {_START_UP:g} s: the machine has too much to do, try fewer --workers"
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def _as_file(told: Start | Request) -> IO[bytes]:
    """What a process is told, in memory, as an open file: it may be of any length."""
    file = os.fdopen(os.memfd_create("figmill"), "w+b")
    pickle.dump(told, file)
    file.flush()
    return file


def _open(file: SourceFile) -> int:
    """A file opened to be read, or the negative errno that it cannot be opened for; a pipe or folder is none."""
    try:
        handle = os.open(file.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if stat.S_ISREG(os.fstat(handle).st_mode):
            return handle
        os.close(handle)
        return -errno.EINVAL
    except OSError as error:
        return -(error.errno or errno.EIO)
    except ValueError:  # a name with a zero byte
        return -errno.ENOENT


def _checked(said: dict[str, Any]) -> Answer:
    """An answer as one may come. Raises ValueError or TypeError for what is none."""
    answer = Answer(**said)
    known = answer.kind is None or answer.kind == UNWRITTEN or answer.kind in _KINDS
    texts = all(isinstance(text, str) for text in (answer.error, answer.token, answer.trace or ""))
    if not known or not texts or bool(answer.kind) != bool(answer.error):
        raise ValueError("the process did not answer as one does")
    trace = answer.trace and storable(answer.trace)
    return Answer(answer.kind, printable(answer.error, _LONGEST), trace, answer.token)


def _ended_from_outside(status: int | None) -> bool:
    """Killed by the system for want of memory, or by somebody: both may hit any paper that is being read."""
    return status in (-signal.SIGKILL, -signal.SIGTERM)


def _expired(status: int | None) -> Answer:
    if status == OUT_OF_MEMORY:
        return Answer("memory", "Reading needs more memory than a paper may use.")
    if status == -signal.SIGKILL:
        return Answer("memory", "The system ended the reading process, most likely for want of memory.")
    if status == -signal.SIGSYS:
        return Answer("confined", CONFINED)
    if status is None:
        return Answer("crash", "The reading process fell silent on this file.")
    how = f"signal {-status}" if status < 0 else f"status {status}"
    return Answer("crash", f"The PDF library crashed on this file ({how}).")
