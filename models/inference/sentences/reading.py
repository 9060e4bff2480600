"""Texts through the language model: each once, for a figure's panels share its caption."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from models.bundle.sentence_model import SentenceModel
from models.inference.sentences.encoders import Encoder
from models.inference.sentences.wordpiece import WordPiece

Floats = npt.NDArray[np.float32]
Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""`map`, or that of an executor."""

_KEPT = 2048
"""Texts whose numbers are kept, unless more were asked for at a time: they are asked for again at once."""


class SentenceReader:
    """Gives the numbers of texts. Thread-safe."""

    def __init__(self, model: SentenceModel, encoder: Encoder) -> None:
        self._model, self._encoder = model, encoder
        self._pieces = WordPiece(model.vocabulary)
        self._kept: OrderedDict[str, Floats] = OrderedDict()
        self._lock = threading.Lock()
        self.size, self.sentences = model.size, model.sentences

    def read(self, texts: Sequence[str], run: Map = map) -> Floats:
        """(N, size) of unit length, zeros for an empty text; batches are computed by `run`."""
        found = self._recall(texts)
        new = [text for text in dict.fromkeys(texts) if text and text not in found]
        for batch in run(self._read, self._batches(new)):
            found |= batch
        self._keep(found)
        nothing = np.zeros(self.size, np.float32)
        return (
            np.stack([found.get(text, nothing) for text in texts])
            if texts
            else np.zeros((0, self.size), np.float32)
        )

    def _recall(self, texts: Sequence[str]) -> dict[str, Floats]:
        with self._lock:
            return {text: self._kept[text] for text in texts if text in self._kept}

    def _keep(self, found: dict[str, Floats]) -> None:
        with self._lock:
            for text, numbers in found.items():
                self._kept[text] = numbers
                self._kept.move_to_end(text)
            while len(self._kept) > max(_KEPT, len(found)):
                self._kept.popitem(last=False)

    def _batches(self, texts: Sequence[str]) -> Iterator[list[tuple[str, list[int]]]]:
        """Texts with the numbers of their pieces, those of like length together."""
        most = self._model.sentences.pieces
        read = sorted(((text, self._pieces.read(text, most)) for text in texts), key=lambda one: len(one[1]))
        for start in range(0, len(read), self._encoder.batch):
            yield read[start : start + self._encoder.batch]

    def _read(self, batch: Sequence[tuple[str, list[int]]]) -> dict[str, Floats]:
        longest = max(len(pieces) for _, pieces in batch)
        pieces = np.zeros((len(batch), longest), np.int64)
        weights = np.zeros((len(batch), longest), np.float32)
        for row, (_, numbers) in enumerate(batch):
            pieces[row, : len(numbers)] = numbers
            weights[row, : len(numbers)] = self._model.weigh(pieces[row, : len(numbers)])
        means = self._encoder.encode(self._model.begin(pieces), weights)
        lengths = np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
        return dict(zip((text for text, _ in batch), (means / lengths).astype(np.float32), strict=True))
