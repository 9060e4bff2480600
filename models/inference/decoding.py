"""A dataset's pictures made ready for a network, ahead of it and in chunks: in threads, or in processes for a GPU.

Threads share one interpreter, which some hundred microseconds of every image keep to themselves: enough for a CPU's
network, not for a GPU that takes ten thousand images a second. Processes have one each; canvases come back through
shared memory.
"""

from __future__ import annotations

import functools
import itertools
import mmap
import multiprocessing
import os
import queue
import signal
import struct
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from typing import Any

import numpy as np
import numpy.typing as npt

from models.devices import may_have_children
from models.transforms import STORED_FORMATS, Pixels, Transform

CHUNK = 32
"""Images that a process decodes before its thread looks after it again."""
_LENGTHS = struct.Struct(f"={CHUNK}Q")
"""What goes before a chunk: the bytes of each image, 0 where there is none."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What became of N encoded images."""

    pixels: Pixels
    """(R, S, S, 3) of those that could be read, in their order."""
    read: npt.NDArray[np.bool_]
    """(N,): which they are."""
    seconds: float
    """What it took."""


class Decoders:
    """Makes images ready in `count` threads, each with a process of its own if `processes`; thread-safe."""

    def __init__(self, transform: Transform, count: int, *, processes: bool) -> None:
        self.chunk = CHUNK if processes else 1
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="prepare")
        self._free: queue.SimpleQueue[_Process] = queue.SimpleQueue()
        for _ in range(count if processes else 0):
            self._free.put(_Process(transform))
        here = functools.partial(_decode_here, transform)
        self._decode: Callable[[Sequence[bytes]], _Canvases] = self._decode_there if processes else here

    def submit(self, encoded: Sequence[bytes]) -> Future[Decoded]:
        """At most `chunk` images. What cannot be decoded, or ends the process that tries to, is not among the read."""
        return self._threads.submit(self._timed, encoded)

    def close(self) -> None:
        """Drops what was not begun, and ends the processes."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        while not self._free.empty():
            self._free.get().end()

    def _timed(self, encoded: Sequence[bytes]) -> Decoded:
        started = time.perf_counter()
        pixels, read = self._decode(encoded)
        return Decoded(pixels, read, time.perf_counter() - started)

    def _decode_there(self, encoded: Sequence[bytes]) -> _Canvases:
        process = self._free.get()
        try:
            return process.decode(encoded)
        finally:
            self._free.put(process)


@functools.cache
def shared_decoders(transform: Transform, count: int) -> Decoders:
    """The decoding processes of this one, which end with it; the same for the same arguments."""
    return Decoders(transform, count, processes=True)


_Canvases = tuple[Pixels, npt.NDArray[np.bool_]]
"""`pixels` and `read` of `Decoded`."""


def _decode_here(transform: Transform, encoded: Sequence[bytes]) -> _Canvases:
    canvases = [_prepared(transform, data) for data in encoded]
    pixels = [canvas for canvas in canvases if canvas is not None]
    empty = np.zeros((0, transform.size, transform.size, 3), np.uint8)
    return np.stack(pixels) if pixels else empty, np.array([one is not None for one in canvases], bool)


def _prepared(transform: Transform, data: bytes) -> Pixels | None:
    """None for what cannot be decoded."""
    try:
        return transform.prepare(data, STORED_FORMATS)
    except ValueError:
        return None


class _Process:
    """A process that decodes, begun when it is first needed and again when an image has ended it."""

    def __init__(self, transform: Transform) -> None:
        self._transform = transform
        self._shape = (CHUNK, transform.size, transform.size, 3)
        # Not of /dev/shm, which containers keep small.
        self._memory = os.memfd_create("figmill-canvases")
        os.ftruncate(self._memory, int(np.prod(self._shape)))
        self._canvases = _mapped(self._memory, self._shape)
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection[Any, Any] | None = None

    def decode(self, encoded: Sequence[bytes]) -> _Canvases:
        """At most CHUNK images."""
        try:
            read = np.frombuffer(self._asked(encoded), np.bool_, len(encoded))
        except (EOFError, OSError):
            self.end()
            if len(encoded) > 1:
                pixels, each = zip(*(self.decode([data]) for data in encoded), strict=True)
                return np.concatenate(pixels), np.concatenate(each)
            read = np.zeros(1, np.bool_)
        return self._canvases[: len(encoded)][read], read

    def _asked(self, encoded: Sequence[bytes]) -> bytes:
        """A byte for each place, 1 where its canvas is in the shared memory. Raises EOFError, OSError at its death."""
        connection = self._connection or self._begin()
        # In one piece: each call to the system is a wait for the interpreter, when it has done.
        connection.send_bytes(
            b"".join([_LENGTHS.pack(*map(len, encoded), *[0] * (CHUNK - len(encoded))), *encoded])
        )
        return connection.recv_bytes()

    def _begin(self) -> Connection[Any, Any]:
        context = multiprocessing.get_context(
            "spawn"
        )  # a fork would inherit CUDA's state and the threads' locks
        may_have_children()
        ours, theirs = context.Pipe()
        arguments = (theirs, self._shape, self._transform)
        self._process = context.Process(target=_serve, args=arguments, daemon=True, name="decode")
        self._process.start()
        theirs.close()
        send_handle(ours, self._memory, self._process.pid)
        self._connection = ours
        return ours

    def end(self) -> None:
        """Ends the process; the next image begins another."""
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._connection = self._process = None


def _mapped(memory: int, shape: tuple[int, ...]) -> Pixels:
    return np.frombuffer(mmap.mmap(memory, int(np.prod(shape))), np.uint8).reshape(shape)


def _serve(connection: Connection[Any, Any], shape: tuple[int, ...], transform: Transform) -> None:
    """The process: chunks of encoded images in, canvases to the shared memory, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run ends it
    canvases = _mapped(recv_handle(connection), shape)
    with suppress(EOFError, OSError):
        while True:
            message = memoryview(connection.recv_bytes())
            ends = list(itertools.accumulate(_LENGTHS.unpack_from(message), initial=_LENGTHS.size))
            read = bytearray(CHUNK)
            for number, (start, end) in enumerate(itertools.pairwise(ends)):
                canvas = _prepared(transform, bytes(message[start:end]))
                if canvas is not None:
                    canvases[number], read[number] = canvas, 1
            connection.send_bytes(read)
