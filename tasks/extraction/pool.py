"""Extraction in processes of its own: one paper at a time, each under a time and a memory limit, confined.

What a paper can do to its process (crash, hang, eat memory, attack) becomes that paper's Failure and nothing else. What
was read comes back through a file in the dataset's spool (see `handover`): memory holds only what is being worked on.
"""

from __future__ import annotations

import errno
import functools
import logging
import os
import queue
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from pathlib import Path

from tasks.errors import OutputError
from tasks.extraction.confined import UNWRITTEN, Answer
from tasks.extraction.confined_process import ConfinedProcess, Stopped
from tasks.extraction.paper_job import Reader, hand_over, prepare
from tasks.records import Extraction, PaperFiles
from tasks.runs.outcomes import Failure
from tasks.settings import ExtractionLimits
from tasks.texts import printable

_AHEAD = 2
"""Papers waiting for a process beyond those being read, so that none idles."""
IDLE = 300.0
"""Seconds without a paper after which a process ends and gives back its memory, as on a worker that has no more shards;
the next paper starts another."""
_TICK = 0.5
_PROBE_BYTES = 2**20
"""Room that a spool must have for a process to be blamed that says it has none."""

log = logging.getLogger("figmill.workers")


@dataclass(frozen=True, slots=True)
class _Task:
    files: PaperFiles
    file: Path
    """Where the process hands over what it reads."""
    read: Future[Failure | float]
    """Why not, or the seconds that it took."""


class ExtractionPool:
    """Processes that read papers; several threads may call `read` at once and share them."""

    def __init__(
        self, workers: int, limits: ExtractionLimits, reader: Reader | None = None, idle: float = IDLE
    ) -> None:
        self._workers = workers
        self._limits = limits
        self._idle = idle
        self._job = functools.partial(hand_over, reader=reader) if reader else hand_over
        self._stopped = threading.Event()
        self._waiting: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        begin = functools.partial(_prepare_for, reader) if reader else functools.partial(prepare, limits.ocr)
        self._processes = [ConfinedProcess(begin, limits) for _ in range(workers)]
        for process in self._processes:
            threading.Thread(target=self._work, args=(process,), name="figmill-reader", daemon=True).start()

    def read(self, papers: Iterable[PaperFiles | Failure], spool: Path) -> Iterator[Extraction | Failure]:
        """What became of each paper, as it is known; a Failure goes through as it is.

        `spool` is a folder for what the processes hand over.
        Raises Stopped after `stop`, OutputError where the spool cannot be written.
        """
        spool.mkdir(parents=True, exist_ok=True)
        remaining = iter(papers)
        running: dict[Future[Failure | float], _Task] = {}
        while True:
            while len(running) < self._workers + _AHEAD and (item := next(remaining, None)):
                if isinstance(item, Failure):
                    yield item
                else:
                    task = self._give_out(item, spool)
                    running[task.read] = task
            if not running:
                return
            wait(running, timeout=_TICK, return_when=FIRST_COMPLETED)
            if self._stopped.is_set():
                raise Stopped("the run was stopped")
            for future in [future for future in running if future.done()]:
                task = running.pop(future)
                read = future.result()
                yield read if isinstance(read, Failure) else self._take(task, read)

    def stop(self) -> None:
        """Ends all processes at once."""
        self._stopped.set()
        for process in self._processes:
            process.stop()
            self._waiting.put(None)

    @property
    def pids(self) -> list[int]:
        """Of the processes that are there."""
        return [process.pid for process in self._processes if process.pid]

    def _give_out(self, files: PaperFiles, spool: Path) -> _Task:
        if self._stopped.is_set():
            raise Stopped("the run was stopped")
        # A name of its own: a process that outlives a killed run may still be writing what it read of this paper.
        task = _Task(files, spool / f"{files.paper.paper_id}-{secrets.token_hex(4)}.arrow", Future())
        self._waiting.put(task)
        return task

    def _work(self, process: ConfinedProcess) -> None:
        """Has a process read what is waiting, paper after paper; runs in a thread for each process."""
        try:
            process.start()  # while the network loads
        except Exception as error:  # noqa: BLE001 (said again to those who wait for a paper; the thread must live)
            log.debug("a reading process did not start: %s", error)
        while (task := self._next(process)) is not None:
            try:
                task.read.set_result(self._read(process, task))
            except BaseException as error:  # noqa: BLE001 (raised where the paper is waited for)
                task.read.set_exception(error)
        process.close()

    def _next(self, process: ConfinedProcess) -> _Task | None:
        """The next paper, however long it is waited for: the process only so long."""
        try:
            return self._waiting.get(timeout=self._idle)
        except queue.Empty:
            process.close()
            return self._waiting.get()

    def _read(self, process: ConfinedProcess, task: _Task) -> Failure | float:
        """Seconds: what was read is in the task's file. Raises OutputError where the spool cannot be written."""
        started = time.monotonic()
        try:
            sink = os.open(task.file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _no_room(task.file.parent, error) from error
        try:
            answer = process.do(self._job, task.files, sink)
            if answer.kind == UNWRITTEN:
                answer = _believed(answer, sink, task)
        finally:
            os.close(sink)
        if answer.trace:
            log.debug("%s: %s", printable(task.files.paper.source_uri), answer.trace)
        seconds = time.monotonic() - started
        if answer.kind is None:
            return seconds
        task.file.unlink(missing_ok=True)
        return Failure(task.files.paper, answer.kind, answer.error, seconds)

    def _take(self, task: _Task, seconds: float) -> Extraction | Failure:
        """What a process has handed over. Raises OSError where the spool is gone."""
        from tasks.extraction.handover import read_extraction

        paper = task.files.paper
        try:
            return read_extraction(task.file, paper, self._limits)
        except Exception as error:
            if isinstance(error, OSError) and not task.file.parent.exists():
                raise
            log.debug("%s: what was read came back damaged", printable(paper.source_uri), exc_info=True)
            return Failure(
                paper, "crash", "What was read of this PDF came back damaged; please report it.", seconds
            )
        finally:
            task.file.unlink(missing_ok=True)


def _no_room(spool: Path, error: OSError) -> OutputError:
    remedy = (
        "make room"
        if error.errno in (errno.ENOSPC, errno.EDQUOT)
        else "make it a folder that can be written to"
    )
    return OutputError(
        f"cannot write to {spool}: {error.strerror}; {remedy}: what is finished is kept, the same command goes on"
    )


def _believed(answer: Answer, sink: int, task: _Task) -> Answer:
    """An answer that the spool is full, if it is: an attacked process might say so to end the run."""
    try:
        os.posix_fallocate(sink, os.fstat(sink).st_size, _PROBE_BYTES)
    except OSError as error:
        raise _no_room(task.file.parent, error) from error
    return Answer(
        "crash", f"What was read of this PDF could not be handed over ({answer.error}).", answer.trace
    )


def _prepare_for(_reader: Reader) -> None:
    """With the reader, its module is imported before the process is confined."""
    import tasks.extraction.handover  # noqa: F401


def require_installed(limits: ExtractionLimits) -> None:
    """Raises SettingsError where the limits ask for words of pictures and what reads them is not installed."""
    if limits.ocr:
        from tasks.extraction.picture_words import require_ocr

        require_ocr()


_pools: dict[tuple[int, ExtractionLimits], ExtractionPool] = {}
_pools_lock = threading.Lock()


def shared_pool(workers: int, limits: ExtractionLimits) -> ExtractionPool:
    """The process-wide pool of this size and these limits, started on first use; shards share it.

    Raises SettingsError as `require_installed`.
    """
    require_installed(limits)
    with _pools_lock:
        if (workers, limits) not in _pools:
            _pools[workers, limits] = ExtractionPool(workers, limits)
        return _pools[workers, limits]


def stop_shared_pools() -> None:
    """Ends every shared pool; the next `shared_pool` starts afresh."""
    with _pools_lock:
        while _pools:
            _pools.popitem()[1].stop()
