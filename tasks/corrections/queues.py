"""In which order people are shown rows: where a word of theirs helps most, or, for an honest estimate, at random."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

Order = Literal["unsure", "unlike", "refused", "disagree", "random"]
ORDERS: tuple[str, ...] = get_args(Order)
"""`unsure`: least sure first; `unlike`: unsure, and unlike what was corrected before; `refused`: the model abstains;
`disagree`: the panel's own words name another modality; `random`: the same for everybody, whatever the model says."""

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """N rows that may be shown, in the order of the papers."""

    names: tuple[str, ...]
    confidence: Floats
    """0 where not scored."""
    rejected: npt.NDArray[np.bool_]


def rank(order: Order, of: Candidates) -> Indices:
    """The places of the candidates that belong to a queue, in its order; `unlike` begins as `unsure`."""
    if order == "random":
        return np.argsort([zlib.crc32(name.encode()) for name in of.names], kind="stable")
    by_confidence = np.argsort(of.confidence, kind="stable")
    if order == "refused":
        return by_confidence[of.rejected[by_confidence]]
    if order == "disagree":
        return by_confidence[::-1]  # a sure model that the words contradict comes first
    return by_confidence[~of.rejected[by_confidence]] if order == "unsure" else by_confidence


class Unlike:
    """Which rows are the least sure and the least like those that were corrected before; N unit vectors, (N, d)."""

    def __init__(self, vectors: npt.NDArray[np.floating], confidence: Floats) -> None:
        self._vectors = np.asarray(vectors, np.float32)
        self._doubt = 1 - confidence
        self._likeness = np.zeros(len(confidence), np.float32)
        """Of each row, to the corrected row that it is most like."""

    def corrected(self, rows: Sequence[int]) -> None:
        """Takes note of rows that a person has spoken of."""
        for row in rows:
            np.maximum(self._likeness, self._vectors @ self._vectors[row], out=self._likeness)

    def order(self) -> Indices:
        """All rows, the best to ask first."""
        return np.argsort(-self._doubt * (1 - self._likeness), kind="stable")
