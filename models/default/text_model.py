"""The text model that ships: captions of published panels, of ImageCLEF's micrographs, and some that are made up.

One linear layer reads them hashed, another, where there is a language model, what that makes of them.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack

from models.bundle.bundle import Hashing
from models.bundle.text_model import TextModel
from models.data.imageclef import DataError
from models.default.heads import kind_names, number_codes
from models.default.panels import Codes, Indices, PanelArrays
from models.default.regression import Floats, Linear, fit_softmax, fit_sparse_softmax
from models.default.written.text import WrittenText
from models.inference.sentences.reading import SentenceReader
from models.inference.words import (
    LEAST_PRIOR,
    HashedText,
    TextView,
    Words,
    fit_idf,
    hash_text,
    read_sentences,
)

HASHING = Hashing()
FLOOR = -7.0
_STRENGTH = 30.0
_BALANCE = 0.5
"""0 leaves the classes as frequent as they are, 1 makes them all count the same."""
_KIND_STRENGTH, _KIND_WEIGHT = 100.0, 0.9
"""Of the kinds of chart: out of fold, strengths of 10 to 100 and weights of 0.6 to 1.2 name 80 to 81% right, pictures
alone 77%."""
_SENTENCE_STRENGTH = 0.003
"""Inverse weight of the penalty on what the language model says, of classes and of kinds.

With the picture, terms and sentences name 0.885 right out of fold by article (terms alone 0.879), with publishers held
out 0.856 (0.823); log-losses are 0.334 (0.390) and 0.469 (0.624). Strengths of 0.001 and 0.01 were worse, beside a
layer for both together: log-losses of 0.348 and 0.353 for 0.345, of 0.528 and 0.519 for 0.511. Kinds of chart are told
by sentences alone: 0.857 (terms 0.838), with publishers held out 0.841 (0.831); log-losses are 0.514 (0.652) and 0.535
(0.606), and no smaller with both.
"""
_WEIGHTS = {"published": 1.0, "assembled": 0.3, "listed": 1.0}
"""Of captions of published panels, of ready-made sets, and of the list of micrographs."""
_WRITTEN, _WRITTEN_CHARTS = 80.0, 16.0
"""Published panels' worth of all written texts of a class, and of a kind of chart.

The first 377 phrases, counting 20 and 8, named 0.895 right out of fold by article (without any 0.885) and 0.893 with
publishers held out (0.856). Beside the pictures of today these name 0.917 and 0.896 (log-losses 0.258 and 0.301); 2,667
phrases, counting 20, 0.919 and 0.896 (0.259, 0.297), 40, 0.920 and 0.898 (0.254, 0.291), 80, 0.921 and 0.905 (0.248,
0.285), 160, 0.920 (0.246) out of fold by article. With 335 whole captions beside them, counting 80, 0.922 and 0.905 are
right (0.247, 0.279); 560 captions more gave nothing (0.920 and 0.898; 0.248, 0.284). Of charts 0.887 and 0.882 are told
by kind, with the first phrases 0.884 and 0.882 (log-losses 0.374 and 0.387 for 0.380 and 0.395).
"""


@dataclass(frozen=True, slots=True)
class LabelledWords:
    """N texts to learn from."""

    words: tuple[Words, ...]
    codes: npt.NDArray[np.str_]
    weights: Floats
    """How much each counts: one that several panels share counts less for each."""
    places: Indices
    """Of the panel among those that train; -1 for what is no panel's."""
    charts: Codes
    """The kind of chart that a text teaches; empty where it teaches none."""
    chart_weights: Floats
    """How much each counts where kinds of chart are learned."""

    @property
    def distinct(self) -> list[str]:
        """The different texts in order, panels' own and captions; one may be empty."""
        return sorted({text for words in self.words for text in (words.nearest, words.caption or "")})


def read_listed_words(file: Path) -> list[tuple[Words, str, int]]:
    """(caption, class, images) of a list with the columns CAPTION and MODALITY. Raises DataError."""
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            rows = [(row["CAPTION"], row["MODALITY"]) for row in csv.DictReader(stream, delimiter="\t")]
    except (OSError, UnicodeDecodeError, KeyError, csv.Error) as error:
        raise DataError(
            f"{file} is no list of captions with the columns CAPTION and MODALITY: {error}"
        ) from error
    counts = Counter((caption.strip(), code) for caption, code in rows if caption and caption.strip())
    return [(Words(None, caption), code, count) for (caption, code), count in sorted(counts.items())]


@dataclass(frozen=True, slots=True)
class _Text:
    """A text with what it teaches."""

    words: Words
    code: str
    weight: float
    place: int = -1
    chart: str = ""
    chart_weight: float = 0.0


def gather_words(
    data: PanelArrays, listed: Sequence[tuple[Words, str, int]], written: Sequence[WrittenText] = ()
) -> LabelledWords:
    """What the panels' papers say, what the list says and what is written for it, each text with its weight."""
    texts = [
        *_gather_own(data),
        *(_Text(words, code, _WEIGHTS["listed"] * count**0.5) for words, code, count in listed),
        *_weigh_written(written),
    ]
    texts = [text for text in texts if text.code in data.classes]
    return LabelledWords(
        tuple(text.words for text in texts),
        np.array([text.code for text in texts]),
        np.array([text.weight for text in texts], np.float32),
        np.array([text.place for text in texts]),
        np.array([text.chart for text in texts]),
        np.array([text.chart_weight for text in texts], np.float32),
    )


def _gather_own(data: PanelArrays) -> Iterator[_Text]:
    """What is said of the panels that train; ready-made ones teach no kind of chart."""
    own = [
        (panel, panel.words, place)
        for place, panel in enumerate(data.panels)
        if panel.kind in _WEIGHTS and panel.words and panel.words.nearest and panel.code in data.classes
    ]
    shared = Counter((panel.group, words.caption) for panel, words, _ in own)
    for panel, words, place in own:
        weight = _WEIGHTS[panel.kind] / (1 if words.own else shared[panel.group, words.caption] ** 0.5)
        chart = str(data.charts[place]) if panel.kind == "published" else ""
        yield _Text(words, panel.code, weight, place, chart, weight)


def _weigh_written(written: Sequence[WrittenText]) -> Iterator[_Text]:
    """What is written of a class counts the same in all, however much it is, and so of a kind of chart."""
    codes = Counter(text.code for text in written)
    charts = Counter(text.chart for text in written)
    for text in written:
        chart_weight = _WRITTEN_CHARTS / charts[text.chart] if text.chart else 0.0
        yield _Text(
            text.words,
            text.code,
            _WRITTEN / codes[text.code],
            chart=text.chart,
            chart_weight=chart_weight,
        )


@dataclass(frozen=True, slots=True)
class TextFitter:
    """Fits text models of some of the texts, which are hashed once."""

    texts: LabelledWords
    classes: tuple[str, ...]
    idf: Floats
    features: csr_matrix
    reader: SentenceReader | None = None
    sentences: Floats | None = None
    """(N, 2 * size): what the language model makes of each text and caption."""

    def fit(self, rows: Indices) -> TextModel:
        """The model of the texts at `rows`."""
        targets = np.array([self.classes.index(code) for code in self.texts.codes[rows]])
        weights = self.texts.weights[rows]
        weights = _balance(weights, targets, len(self.classes))
        weights *= (self.texts.places[rows] >= 0).sum() / weights.sum()
        layer = fit_sparse_softmax(
            self.features[rows], targets, weights.astype(np.float32), len(self.classes), _STRENGTH
        )
        prior = np.bincount(targets, weights, len(self.classes)) / weights.sum()
        model = TextModel(_halved(layer.weight.T), self.idf, layer.bias, prior.astype(np.float32))
        if self.sentences is None:
            return model
        read = self._fit_sentences(rows, targets, weights, len(self.classes))
        return replace(model, sentences=_halved(read.weight.T), sentences_bias=read.bias)

    def _fit_sentences(
        self, rows: Indices, targets: Indices, weights: npt.NDArray[np.floating], outputs: int
    ) -> Linear:
        """The layer that reads sentences; where it is hard, a list's captions do not say how features are scaled."""
        if self.sentences is None:
            raise ValueError("there is no language model to read with")
        of_panels = self.texts.places[rows] >= 0
        return fit_softmax(
            self.sentences[rows], targets, weights.astype(np.float32), outputs, _SENTENCE_STRENGTH, of_panels
        )

    def fit_kinds(self, rows: Indices, data: PanelArrays) -> tuple[Floats, Floats]:
        """(2 * buckets, kinds) and (kinds,): what terms add to the kinds' logits, by the texts at `rows` about charts.

        (2 * size, kinds) where sentences are read, which then tell kinds alone.
        """
        names = kind_names(data)
        rows = rows[np.isin(self.texts.charts[rows], names)]
        published = int((self.texts.places[rows] >= 0).sum())
        features = self.features if self.sentences is None else self.sentences
        if not published:
            nothing = np.zeros((features.shape[1] + 1, len(names)), np.float32)
            return nothing[1:], nothing[0]
        targets = number_codes(self.texts.charts[rows], names)
        weights = _balance(self.texts.chart_weights[rows], targets, len(names))
        weights *= published / weights.sum()
        if self.sentences is None:
            layer = fit_sparse_softmax(
                self.features[rows], targets, weights.astype(np.float32), len(names), _KIND_STRENGTH
            )
        else:
            layer = self._fit_sentences(rows, targets, weights, len(names))
        share = _KIND_WEIGHT if self.sentences is None else 1.0
        prior = np.bincount(targets, weights, len(names)) / weights.sum()
        bias = layer.bias - np.log(np.maximum(prior, LEAST_PRIOR))
        return _halved(share * layer.weight.T), (share * bias).astype(np.float32)


def prepare_fitter(
    texts: LabelledWords, classes: tuple[str, ...], reader: SentenceReader | None = None
) -> TextFitter:
    """Hashes the texts, and has `reader` read them; how rare a term is counts over all of them."""
    hashed = {text: hash_text(text, HASHING) for text in texts.distinct}
    nearest = [hashed[words.nearest] for words in texts.words]
    captions = [hashed[words.caption or ""] for words in texts.words]
    idf = fit_idf([*nearest, *captions], HASHING.buckets).astype(np.float16).astype(np.float32)
    features = hstack([_matrix(nearest, idf), _matrix(captions, idf)]).tocsr()
    sentences = read_sentences(reader, texts.words) if reader else None
    return TextFitter(texts, classes, idf, features, reader, sentences)


def fit_text_model(fitter: TextFitter, data: PanelArrays) -> TextModel:
    """The model of all texts."""
    return _fit_both(fitter, data, np.arange(len(fitter.texts.codes)))


def read_texts(fitter: TextFitter, data: PanelArrays, rows: Indices) -> Callable[[Indices], Floats]:
    """Fits on the texts of the panels at `rows` and of the list.

    What it gives is of panels the (N, classes) log-ratios, and beside them what is added to the kinds' logits.
    """
    places = fitter.texts.places
    model = _fit_both(fitter, data, np.flatnonzero((places < 0) | np.isin(places, rows)))
    view = TextView(model, HASHING, FLOOR, fitter.reader)
    words = data.words

    def read(wanted: Indices) -> Floats:
        texts = [words[place] for place in wanted]
        added = view.kind_logits(texts)
        kinds = [] if added is None else [added]
        return np.concatenate([view.log_ratios(texts), *kinds], axis=1)

    return read


def _fit_both(fitter: TextFitter, data: PanelArrays, rows: Indices) -> TextModel:
    """The classes' layer and the kinds'."""
    kinds, bias = fitter.fit_kinds(rows, data)
    model = replace(fitter.fit(rows), kinds_bias=bias)
    return replace(model, kinds=kinds) if fitter.reader is None else replace(model, sentence_kinds=kinds)


def _halved(weight: npt.NDArray[np.floating]) -> Floats:
    """As the bundle keeps it."""
    halved: Floats = weight.astype(np.float16).astype(np.float32)
    return halved


def _balance(weights: npt.NDArray[np.floating], targets: Indices, outputs: int) -> npt.NDArray[np.floating]:
    """Frequent outputs count less: see `_BALANCE`."""
    totals = np.bincount(targets, weights, outputs)
    balanced: npt.NDArray[np.floating] = weights / np.maximum(totals, 1)[targets] ** _BALANCE
    return balanced


def _matrix(texts: Sequence[HashedText], idf: Floats) -> csr_matrix:
    """(N, buckets)."""
    weighted = [text.weighted(idf) for text in texts]
    values = np.concatenate([text.values for text in weighted])
    columns = np.concatenate([text.buckets for text in weighted])
    starts = np.cumsum([0, *(len(text.buckets) for text in weighted)])
    return csr_matrix((values, columns, starts), shape=(len(texts), HASHING.buckets))
