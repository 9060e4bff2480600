"""Extraction in processes of its own: one paper at a time, each under a time and a memory limit.

What a paper can do to its process (crash, hang, eat memory) becomes that paper's Failure and nothing else. What was
read comes back through a file in the dataset's spool (see `handover`): memory holds only what is being worked on, and
the pipes of the pool carry messages too short to be cut off by the death of a process.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from models.devices import may_have_children
from tasks.errors import FigmillError, OutputError, PaperError
from tasks.extraction.confinement import confine, expect_one_core, import_arrow
from tasks.extraction.spawning import FreshContext
from tasks.records import Extraction, Failure, Paper, PaperFiles
from tasks.settings import ExtractionLimits
from tasks.texts import printable

Reader = Callable[[PaperFiles, ExtractionLimits], Extraction]

_AHEAD = 2
"""Papers waiting for a process beyond those being read, so that none idles."""
_PAPERS_PER_PROCESS = 200
"""After so many papers a process is replaced: what a library leaks stays small."""
_TICK = 0.5
_START_UP = 60.0
"""Seconds that a process may take to start on a busy machine."""
_MAX_ATTEMPTS = 3
_INT16_MAX = 2**15 - 1
_OUT_OF_MEMORY = 77
"""Exit status of a process that ran out of memory: what is left of it is not used for another paper."""

log = logging.getLogger("figmill.workers")


class Stopped(Exception):  # noqa: N818 (not an error: the run was told to stop)
    """The pool was stopped while papers were waiting."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    files: PaperFiles
    file: Path
    """Where the process hands over what it reads."""
    number: int
    generation: int
    since: float


@dataclass(frozen=True, slots=True)
class _Read:
    """What a process sends back: that its file is written, or a Failure with a trace for the debug log."""

    failure: Failure | None = None
    trace: str | None = None


class ExtractionPool:
    """Processes that read papers; several threads may call `read` at once and share them.

    A pool that breaks as a whole (a process killed from outside at a bad moment) is replaced, and its papers are
    given out again.
    """

    def __init__(self, workers: int, limits: ExtractionLimits, reader: Reader | None = None) -> None:
        self._workers = workers
        self._limits = limits
        self._reader = reader
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._generation = 0
        self._last_sign = time.monotonic()
        self._pool = self._new_pool()

    def read(self, papers: Iterable[PaperFiles | Failure], spool: Path) -> Iterator[Extraction | Failure]:
        """What became of each paper, as it is known; a Failure goes through as it is.

        `spool` is a folder for what the processes hand over.
        Raises Stopped after `stop`, OutputError where the spool cannot be written.
        """
        spool.mkdir(parents=True, exist_ok=True)
        remaining = iter(papers)
        running: dict[Future[_Read], _Attempt] = {}
        while True:
            while len(running) < self._workers + _AHEAD and (item := next(remaining, None)):
                if isinstance(item, Failure):
                    yield item
                else:
                    self._give_out(item, 1, spool, running)
            if not running:
                return
            wait(running, timeout=_TICK, return_when=FIRST_COMPLETED)
            # Collected first: whoever was slow to come for the results must not take the processes for dead.
            results = list(self._collect(running, spool))
            self._check()
            yield from (result for result in results if result is not None)

    def stop(self) -> None:
        """Ends all processes at once."""
        self._stopped.set()
        with self._lock:
            _end(self._pool)

    def _new_pool(self) -> ProcessPool:
        may_have_children()
        self._last_sign = time.monotonic()
        return ProcessPool(
            max_workers=self._workers,
            max_tasks=_PAPERS_PER_PROCESS,
            initializer=_start_process,
            initargs=(self._limits, self._reader),
            context=FreshContext(),
        )

    def _give_out(
        self, files: PaperFiles, number: int, spool: Path, running: dict[Future[_Read], _Attempt]
    ) -> None:
        with self._lock:
            if self._stopped.is_set():
                raise Stopped("the run was stopped")
            if not self._pool.active:
                self._replace()
            # A name of its own: a process that outlives a killed run may still be writing what it read of this paper.
            file = spool / f"{files.paper.paper_id}-{secrets.token_hex(4)}.arrow"
            future = self._pool.schedule(
                _read, args=(files, self._limits, file), timeout=self._limits.timeout
            )
            if not running:
                self._last_sign = time.monotonic()  # the processes had nothing to answer until now
            running[future] = _Attempt(files, file, number, self._generation, time.monotonic())

    def _collect(self, running: dict[Future[_Read], _Attempt], spool: Path) -> Iterator[Extraction | Failure]:
        """Takes what is finished out of `running` and gives out again what was lost with its pool."""
        lost = {f for f, attempt in running.items() if attempt.generation != self._generation}
        for future in [f for f in running if f.done() or f in lost]:
            attempt = running.pop(future)
            self._last_sign = time.monotonic()
            result = self._result(future, attempt) if future.done() else None
            if result is not None:
                yield result
            else:
                self._give_out(attempt.files, attempt.number + 1, spool, running)

    def _result(self, future: Future[_Read], attempt: _Attempt) -> Extraction | Failure | None:
        """None: not the paper is at fault, or perhaps not: it is given out again."""
        paper = attempt.files.paper
        seconds = min(time.monotonic() - attempt.since, self._limits.timeout)
        try:
            read = future.result()
        except TimeoutError:
            limit = f"{self._limits.timeout:g} seconds"
            return Failure(paper, "timeout", f"Reading took longer than {limit}.", seconds)
        except ProcessExpired as error:
            if _ended_from_outside(error.exitcode) and attempt.number < _MAX_ATTEMPTS:
                return None
            return _expired(paper, error.exitcode, seconds)
        except (BrokenProcessPool, CancelledError):
            if attempt.number < _MAX_ATTEMPTS:
                return None
            return Failure(paper, "crash", "The reading processes crashed again and again.", seconds)
        if read.trace:
            log.debug("%s: %s", printable(paper.source_uri), read.trace)
        return read.failure or self._take(attempt, seconds)

    def _take(self, attempt: _Attempt, seconds: float) -> Extraction | Failure:
        """What a process has handed over. Raises OSError where its file is not to be had."""
        from tasks.extraction.handover import read_extraction

        paper = attempt.files.paper
        try:
            return read_extraction(attempt.file, paper, self._limits)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 (whatever a process hands over costs its paper alone)
            log.debug("%s: %s", printable(paper.source_uri), _trace(error))
            return Failure(
                paper, "crash", "What was read of this PDF came back damaged; please report it.", seconds
            )
        finally:
            attempt.file.unlink(missing_ok=True)

    def _check(self) -> None:
        """Raises Stopped, and replaces a pool from which nothing has come for longer than any paper may take."""
        if self._stopped.is_set():
            raise Stopped("the run was stopped")
        with self._lock:
            if time.monotonic() - self._last_sign > self._limits.timeout + _START_UP:
                log.warning("the reading processes do not answer; starting new ones")
                self._replace()

    def _replace(self) -> None:
        _end(self._pool)
        self._generation += 1
        self._pool = self._new_pool()


_pools: dict[tuple[int, ExtractionLimits], ExtractionPool] = {}
_pools_lock = threading.Lock()


def shared_pool(workers: int, limits: ExtractionLimits) -> ExtractionPool:
    """The process-wide pool of this size and these limits, started on first use; shards share it."""
    with _pools_lock:
        if (workers, limits) not in _pools:
            _pools[workers, limits] = ExtractionPool(workers, limits)
        return _pools[workers, limits]


def stop_shared_pools() -> None:
    """Ends every shared pool; the next `shared_pool` starts afresh."""
    with _pools_lock:
        while _pools:
            _pools.popitem()[1].stop()


def _end(pool: ProcessPool) -> None:
    """Kills first: asked politely, a process in native code takes seconds, one after the other."""
    pool.stop()  # type: ignore[no-untyped-call]
    _kill_processes(pool)
    # In a thread of its own: it would wait for ever on a message that a killed process left half sent.
    join = threading.Thread(target=pool.join, daemon=True)
    join.start()
    join.join(timeout=5)
    _kill_processes(pool)  # one that was being started when the others were killed


def _kill_processes(pool: ProcessPool) -> None:
    for process in list(pool._pool_manager.worker_manager.workers.values()):
        process.kill()


def _ended_from_outside(exitcode: int | None) -> bool:
    """Killed by the system for want of memory, or by somebody: both may hit any paper that is being read."""
    return exitcode in (-signal.SIGKILL, -signal.SIGTERM)


def _expired(paper: Paper, exitcode: int | None, seconds: float) -> Failure:
    if exitcode == _OUT_OF_MEMORY:
        return Failure(paper, "memory", "Reading needs more memory than a paper may use.", seconds)
    if exitcode == -signal.SIGKILL:
        return Failure(
            paper, "memory", "The system ended the reading process, most likely for want of memory.", seconds
        )
    how = f"signal {-exitcode}" if exitcode and exitcode < 0 else f"status {exitcode}"
    return Failure(paper, "crash", f"The PDF library crashed on this file ({how}).", seconds)


# What follows runs in the processes.

_reader: Reader | None = None
_why_not: str | None = None


def _start_process(limits: ExtractionLimits, reader: Reader | None) -> None:
    """Imports what reading needs before the first paper's time runs, then sets the limits."""
    global _reader, _why_not
    expect_one_core()
    try:
        import_arrow()
        _reader = reader or _default_reader()
        confine(limits.memory_mb)
    except Exception as error:  # noqa: BLE001 (a process that dies here would be started again for ever)
        _why_not = f"{type(error).__name__}: {error}"


def _default_reader() -> Reader:
    import pymupdf

    from tasks.extraction.image_files import read_graphics
    from tasks.extraction.reading import read_paper

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    return lambda files, limits: (read_graphics if files.graphics else read_paper)(files, limits)


def _read(files: PaperFiles, limits: ExtractionLimits, file: Path) -> _Read:
    """Reads one paper into `file`. Raises OutputError for the spool: that is the machine's error, not the paper's."""
    if _reader is None:
        raise FigmillError(f"extraction cannot start: {_why_not}")
    # Should the run be killed, nobody is left to enforce the limit: then the kernel ends this process.
    signal.alarm(int(limits.timeout + _START_UP))
    started = time.monotonic()
    try:
        extraction = replace(_reader(files, limits), seconds=time.monotonic() - started)
        _check_counts(extraction)
        _check_size(extraction, limits)
        _hand_over(extraction, file)
        return _Read()
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    except OutputError:
        raise
    except Exception as error:  # noqa: BLE001 (whatever a PDF provokes becomes its ledger row)
        if "malloc" in str(error):  # how MuPDF says it
            os._exit(_OUT_OF_MEMORY)
        seconds = time.monotonic() - started
        return _Read(_as_failure(files.paper, error, seconds), _trace(error))
    finally:
        signal.alarm(0)


def _hand_over(extraction: Extraction, file: Path) -> None:
    from tasks.extraction.handover import write_extraction

    try:
        write_extraction(extraction, file)
    except OSError as error:
        raise OutputError(f"cannot write to {file.parent}: {error.strerror}") from error


def _check_counts(extraction: Extraction) -> None:
    """The dataset's indices are int16."""
    counts = [len(figure.subfigures) for figure in extraction.figures]
    if max([extraction.pages, len(counts), *counts]) > _INT16_MAX:
        raise PaperError("too_large", f"The paper has more than {_INT16_MAX} pages, figures or subfigures.")


def _check_size(extraction: Extraction, limits: ExtractionLimits) -> None:
    """What a paper gives must fit into the memory of the run, which holds it whole."""
    size = sum(len(part.image.data) for figure in extraction.figures for part in figure.subfigures)
    if size > limits.result_mb * 2**20:
        shown = f"{size / 2**20:,.0f} MB, more than the limit of {limits.result_mb} MB"
        raise PaperError("too_large", f"The figures of this paper take {shown}.")


def _as_failure(paper: Paper, error: Exception, seconds: float) -> Failure:
    if isinstance(error, PaperError):
        return Failure(paper, error.kind, error.error, seconds)
    if isinstance(error, FileNotFoundError | PermissionError):
        reason = (error.strerror or "unknown reason").lower()
        return Failure(paper, "missing", f"The file cannot be read: {reason}.", seconds)
    name = type(error).__name__
    if isinstance(error, RecursionError) or type(error).__module__.startswith("pymupdf"):
        return Failure(paper, "damaged", f"The PDF is damaged: reading it failed ({name}).", seconds)
    return Failure(paper, "crash", f"Figmill failed on this PDF ({name}); please report it.", seconds)


def _trace(error: Exception) -> str | None:
    return None if isinstance(error, PaperError) else "".join(traceback.format_exception(error))[-4000:]
