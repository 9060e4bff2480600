"""Work done ahead of whoever takes its results: in threads, in order, and never more than a bound."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")


def ahead(
    function: Callable[[_T], _R], items: Iterable[_T], threads: int, most: int, name: str
) -> Iterator[_R]:
    """`map` in order, at most `most` results ahead of the caller; what `function` raises, its turn raises."""
    with ThreadPoolExecutor(threads, thread_name_prefix=name) as pool:
        waiting: deque[Future[_R]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) >= most:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
