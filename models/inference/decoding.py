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

    pixels: tuple[Pixels, ...]
    """The canvases of those that could be read, in their order."""
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


_Canvases = tuple[tuple[Pixels, ...], npt.NDArray[np.bool_]]
"""`pixels` and `read` of `Decoded`."""


def _decode_here(transform: Transform, encoded: Sequence[bytes]) -> _Canvases:
    canvases = [_prepared(transform, data) for data in encoded]
    pixels = tuple(canvas for canvas in canvases if canvas is not None)
    return pixels, np.array([canvas is not None for canvas in canvases], bool)


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
        # Not of /dev/shm, which containers keep small.
        self._memory = os.memfd_create("figmill-canvases")
        os.ftruncate(self._memory, CHUNK * transform.room)
        self._canvases = _mapped(self._memory, transform)
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection[Any, Any] | None = None

    def decode(self, encoded: Sequence[bytes]) -> _Canvases:
        """At most CHUNK images."""
        try:
            said = self._asked(encoded)[: len(encoded)]
        except (EOFError, OSError):
            self.end()
            if len(encoded) > 1:
                pixels, each = zip(*(self.decode([data]) for data in encoded), strict=True)
                return tuple(itertools.chain.from_iterable(pixels)), np.concatenate(each)
            said = bytes(1)
        shapes = self._transform.shapes
        read = [(place, shapes[number - 1]) for place, number in enumerate(said) if number]
        pixels = tuple(_canvas(self._canvases[place], shape).copy() for place, shape in read)
        return pixels, np.frombuffer(said, np.uint8) > 0

    def _asked(self, encoded: Sequence[bytes]) -> bytes:
        """For each place the number of its shape, from 1, where its canvas is in the shared memory, 0 elsewhere.

        Raises EOFError, OSError at the process's death.
        """
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
        arguments = (theirs, self._transform)
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


def _mapped(memory: int, transform: Transform) -> Pixels:
    """(CHUNK, room): a row for each canvas."""
    return np.frombuffer(mmap.mmap(memory, CHUNK * transform.room), np.uint8).reshape(CHUNK, transform.room)


def _canvas(row: Pixels, shape: tuple[int, int]) -> Pixels:
    """The canvas of this shape that a row of the shared memory begins with."""
    return row[: 3 * shape[0] * shape[1]].reshape(*shape, 3)


def _serve(connection: Connection[Any, Any], transform: Transform) -> None:
    """The process: chunks of encoded images in, canvases to the shared memory, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run ends it
    canvases = _mapped(recv_handle(connection), transform)
    numbers = {shape: number for number, shape in enumerate(transform.shapes, 1)}
    with suppress(EOFError, OSError):
        while True:
            message = memoryview(connection.recv_bytes())
            ends = list(itertools.accumulate(_LENGTHS.unpack_from(message), initial=_LENGTHS.size))
            read = bytearray(CHUNK)
            for place, (start, end) in enumerate(itertools.pairwise(ends)):
                canvas = _prepared(transform, bytes(message[start:end]))
                if canvas is not None:
                    shape = canvas.shape[0], canvas.shape[1]
                    _canvas(canvases[place], shape)[:] = canvas
                    read[place] = numbers[shape]
            connection.send_bytes(read)
