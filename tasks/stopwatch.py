"""Where a shard's time goes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, get_args

Stage = Literal["extract", "prepare", "classify", "write"]


class Stopwatch:
    """Seconds of work by stage; several threads add to it."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = dict.fromkeys(get_args(Stage), 0.0)
        self._lock = threading.Lock()

    def add(self, stage: Stage, seconds: float) -> None:
        """So much work more."""
        with self._lock:
            self._seconds[stage] += seconds

    @contextmanager
    def timed(self, stage: Stage) -> Iterator[None]:
        """Counts what is done within."""
        started = time.perf_counter()
        yield
        self.add(stage, time.perf_counter() - started)

    def seconds(self) -> dict[str, float]:
        """What was counted of each stage, in their order."""
        return dict(self._seconds)
