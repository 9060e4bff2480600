"""Words as a second view of a panel: what its own text and its figure's caption say of the modality.

A text is read as the set of its terms: words, pairs of words, pieces of five characters of long words, and the
modalities that the lexicon of `models.inference.caption_view` finds. Terms are hashed into buckets, so that there is no
vocabulary to keep; a linear model reads the buckets of the panel's own text and those of the caption side by side. So
does another with what a language model makes of both, which knows that words are alike that no training text held; what
counts is a weighted mean of what both say.
Source of the hashing: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009.
"""

from __future__ import annotations

import functools
import itertools
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.bundle.bundle import Hashing
from models.bundle.text_model import TextModel
from models.inference.caption_view import named_modalities
from models.inference.joint_view import correct
from models.inference.sentences.reading import Map, SentenceReader

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

LEAST_PRIOR = 1e-3
"""A class with a smaller share of the training texts counts as if it had this one: its words say little."""

_TOKEN = re.compile(r"[a-zµα-ω]+|\d+(?:\.\d+)?|[&%×°]", re.IGNORECASE)
_LONGEST_ACRONYM = 6
_PIECE = 5
_NAMED, _NAMED_ALONE = "=", "!"
"""What terms of the lexicon begin with: named by the text, and no other modality beside it."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a paper says of a panel."""

    own: str | None
    """The caption's part for this panel."""
    caption: str | None
    """The whole caption, which the figure's panels share."""
    label: str | None = None
    """The panel's letter."""

    @property
    def nearest(self) -> str:
        """The text that is closest to the panel: its own, or else the caption; empty where there is none."""
        return self.own or self.caption or ""


def find_told(texts: Sequence[Words | None]) -> npt.NDArray[np.bool_]:
    """(N,): of which panels there is a text to read."""
    return np.array([bool(words and words.nearest) for words in texts], bool)


@dataclass(frozen=True, slots=True)
class HashedText:
    """The buckets of a text's terms in ascending order, each once, and how much each counts."""

    buckets: Indices
    """(n,) from 0."""
    values: Floats
    """(n,)."""

    def weighted(self, idf: Floats) -> HashedText:
        """Rare terms count more, (buckets,) `idf`; the values' squares add up to 1."""
        values = self.values * idf[self.buckets]
        length = np.sqrt((values**2).sum())
        return HashedText(self.buckets, (values / length if length else values).astype(np.float32))


def tokens(text: str) -> list[str]:
    """Words and signs in small letters; `#` for every number; a short word in capitals as `^sem` and as `sem`."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        small = token.lower()
        if token[0].isdigit():
            small = "#"
        elif 1 < len(token) <= _LONGEST_ACRONYM and token.isupper():
            found.append(f"^{small}")
        found.append(small)
    return found


def terms(text: str) -> frozenset[str]:
    """All that the model reads of a text."""
    words = tokens(text)
    pairs = {f"{first} {second}" for first, second in itertools.pairwise(words)}
    named = named_modalities(text)
    lexicon = {_NAMED + code for code in named} | ({_NAMED_ALONE + code for code in named if len(named) == 1})
    return frozenset(words) | pairs | _pieces(set(words)) | lexicon


@functools.lru_cache(512)
def hash_text(text: str, hashing: Hashing) -> HashedText:
    """The terms' buckets: each counts once, one with a term of the lexicon `lexicon_gain` times."""
    counted: dict[int, float] = {}
    for term in terms(text):
        bucket = zlib.crc32(term.encode()) % hashing.buckets
        value = hashing.lexicon_gain if term[0] in (_NAMED, _NAMED_ALONE) else 1.0
        counted[bucket] = max(value, counted.get(bucket, 0.0))
    buckets = np.array(sorted(counted), np.int64)  # in an order that does not change from process to process
    return HashedText(buckets, np.array([counted[bucket] for bucket in buckets.tolist()], np.float32))


def fit_idf(texts: Sequence[HashedText], buckets: int) -> Floats:
    """(buckets,) smoothed inverse document frequencies, as scikit-learn's TfidfTransformer has them."""
    found = np.concatenate([np.zeros(0, np.int64), *(text.buckets for text in texts)])
    frequencies = np.bincount(found, minlength=buckets)
    return (np.log((1 + len(texts)) / (1 + frequencies)) + 1).astype(np.float32)


class TextView:
    """A bundle's text model. Thread-safe."""

    def __init__(
        self, model: TextModel, hashing: Hashing, floor: float, reader: SentenceReader | None = None
    ) -> None:
        """`reader` for a model that reads sentences."""
        self._model, self._hashing, self._floor, self._reader = model, hashing, floor, reader
        self._log_prior = np.log(np.maximum(model.prior, LEAST_PRIOR))

    def log_ratios(self, texts: Sequence[Words | None], logits: Floats | None = None) -> Floats:
        """(N, classes): log p(class given the text) - log p(class), floored; zeros where there is no text.

        With the pictures' (N, classes or more) logits, corrected where the model has a layer for that.
        """
        ratios = np.zeros((len(texts), len(self._model.bias)), np.float32)
        told = find_told(texts)
        for row, words in enumerate(texts):
            if words and words.nearest:
                ratios[row] = self._log_ratio(self._apply(words, self._model.weight, self._model.bias))
        weight, bias = self._model.sentences, self._model.sentences_bias
        if self._reader and weight is not None and bias is not None:
            said = self._log_ratio(read_sentences(self._reader, texts) @ weight + bias)
            share = np.float32(self._reader.sentences.share)
            both = (1 - share) * ratios + share * said
            ratios = np.where(told[:, None], both, ratios).astype(np.float32)
        if logits is None or self._model.joint is None:
            return ratios
        return correct(ratios, logits, self._model.joint, told)

    def kind_logits(self, texts: Sequence[Words | None]) -> Floats | None:
        """(N, kinds): what texts add to the logits of the kinds of chart; None where the model says nothing of them."""
        weight, bias, sentences = self._model.kinds, self._model.kinds_bias, self._model.sentence_kinds
        if bias is None:
            return None
        logits = np.zeros((len(texts), len(bias)), np.float32)
        for row, words in enumerate(texts):
            if words and words.nearest:
                logits[row] = bias if weight is None else self._apply(words, weight, bias)
        if self._reader and sentences is not None:
            logits += read_sentences(self._reader, texts) @ sentences
        return logits

    def read_ahead(self, texts: Sequence[Words | None], run: Map) -> None:
        """Has `run`, an executor's `map`, do what takes long of reading texts, so that several cores share it."""
        if self._reader:
            read_sentences(self._reader, texts, run)

    def _log_ratio(self, logits: Floats) -> Floats:
        """(..., classes) of a layer's logits."""
        log_probabilities = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
        ratio: Floats = np.maximum(log_probabilities - self._log_prior, self._floor).astype(np.float32)
        return ratio

    def _apply(self, words: Words, weight: Floats, bias: Floats) -> Floats:
        """(outputs,) of a layer that reads the terms of the panel's own text, then those of the caption."""
        logits = bias.copy()
        for text, first in ((words.nearest, 0), (words.caption or "", len(self._model.idf))):
            hashed = hash_text(text, self._hashing).weighted(self._model.idf)
            logits += hashed.values @ weight[first + hashed.buckets]
        return logits


def read_sentences(reader: SentenceReader, texts: Sequence[Words | None], run: Map = map) -> Floats:
    """(N, 2 * size): what a language model makes of each panel's own text, then of its caption."""
    both = [(words.nearest, words.caption or "") if words else ("", "") for words in texts]
    found = reader.read([text for pair in both for text in pair], run)
    return found.reshape(len(texts), -1)


def _pieces(words: set[str]) -> set[str]:
    """Five characters in a row of words longer than four, whose ends show: `~<micr`, ..., `~copy>`."""
    framed = [f"<{word}>" for word in words if len(word) >= _PIECE]
    return {f"~{word[i : i + _PIECE]}" for word in framed for i in range(len(word) - _PIECE + 1)}
