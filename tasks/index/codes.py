"""Embeddings as one bit a number, to find those worth an exact look: which side of the middle each number lies on.

(N, d) bits differ in about as many places as their vectors' angle is wide (Charikar 2002). A million of 512 bits take
64 MB and are compared in some tens of milliseconds; whoever comes near is compared exactly, by the whole vectors.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

_AT_ONCE = 1 << 16
"""Rows compared at a time: what is worked on stays in the processor's cache."""
_WORD = 64
"""Bits."""


def middle(vectors: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """(d,) the mean of (N, d) vectors of length 1; zero where there are none."""
    return vectors.mean(axis=0, dtype=np.float32) if len(vectors) else np.zeros(vectors.shape[1], np.float32)


def signs(vectors: npt.NDArray[np.floating], centre: npt.NDArray[np.float32]) -> npt.NDArray[np.uint64]:
    """(N, d) vectors -> (N, ceil(d / 64)) words of bits."""
    bits = np.packbits(vectors > centre, axis=1)
    lacking = -bits.shape[1] % (_WORD // 8)
    return np.ascontiguousarray(np.pad(bits, ((0, 0), (0, lacking)))).view(np.uint64)


class Codes:
    """The bits of many rows under the rows' numbers."""

    def __init__(self, parts: Iterable[tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]]) -> None:
        """`parts`: numbers (N,) and bits (N, words) of some rows each."""
        numbers, bits = zip(*parts, strict=True)
        self._numbers = np.concatenate(numbers)
        self._columns = np.ascontiguousarray(np.concatenate(bits).T)

    def nearest(
        self, code: npt.NDArray[np.uint64], count: int, only: npt.NDArray[np.int64] | None = None
    ) -> npt.NDArray[np.int64]:
        """(≤ count,) numbers of the rows that differ least from `code` (words,), in no order; among `only`, sorted."""
        distances = self._distances(code)
        numbers = self._numbers
        if only is not None:
            allowed = np.zeros(int(max(numbers.max(initial=0), only.max(initial=0))) + 1, bool)
            allowed[only] = True
            kept = allowed[numbers]
            numbers, distances = numbers[kept], distances[kept]
        if len(numbers) <= count:
            return numbers
        return numbers[np.argpartition(distances, count)[:count]]

    def _distances(self, code: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint16]:
        distances = np.zeros(len(self._numbers), np.uint16)
        for start in range(0, len(distances), _AT_ONCE):
            here = slice(start, start + _AT_ONCE)
            for column, word in zip(self._columns, code, strict=True):
                distances[here] += np.bitwise_count(column[here] ^ word)
        return distances
