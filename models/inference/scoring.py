"""A bundle put to labelled images: what it says of each, and how good that is."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.bundle.trained_on import find_trained
from models.data.experiment import Prepared
from models.data.imageclef import DataError, LabelledImage
from models.evaluation.evaluation import Evaluation, evaluate
from models.inference.predict import Predictions, Predictor
from models.inference.words import Words

_BATCH = 64


@dataclass(frozen=True, slots=True)
class ScoredImages:
    """Labelled images, all of them a test set, with a bundle's predictions in their order."""

    prepared: Prepared
    predictions: Predictions
    predicted: tuple[str, ...]
    """The code of each image's most probable class."""
    evaluation: Evaluation
    """Of the images that are not marked unsure."""
    trained_on: tuple[bool, ...]
    """Whether each image trained the bundle, as far as the bundle says."""
    told: int
    """Images that were scored with a caption."""


def score_images(prepared: Prepared, predictor: Predictor, captions: bool = True) -> ScoredImages:
    """Predicts every test image, with its caption if `captions`, and scores those not marked unsure.

    Raises DataError where all are.
    """
    texts = [_words(image) if captions else None for image in prepared.images]
    predictions = _predict(prepared, predictor, texts)
    codes = np.array(predictor.classes)[predictions.probabilities.argmax(axis=1)]
    digests = [prepared.canvases.digests[row] for row in prepared.rows]
    return ScoredImages(
        prepared,
        predictions,
        tuple(codes.tolist()),
        _score(prepared, predictions, predictor),
        find_trained(predictor.training, digests),
        sum(words is not None for words in texts),
    )


def _words(image: LabelledImage) -> Words | None:
    if not image.caption and not image.subcaption:
        return None
    return Words(own=image.subcaption or None, caption=image.caption or None)


def _predict(prepared: Prepared, predictor: Predictor, texts: Sequence[Words | None]) -> Predictions:
    examples = prepared.examples("test")
    parts = []
    for start in range(0, len(examples), _BATCH):
        rows = examples.rows[start : start + _BATCH].tolist()
        images = [predictor.transform.central(prepared.canvases.canvas(row)) for row in rows]
        parts.append(predictor.predict(images, texts[start : start + _BATCH]))
    return _join(parts)


def _join(parts: Sequence[Predictions]) -> Predictions:
    compound = [part.compound for part in parts if part.compound is not None]
    members = [part.members for part in parts if part.members is not None]
    return Predictions(
        np.concatenate([part.probabilities for part in parts]),
        np.concatenate([part.embeddings for part in parts]),
        np.concatenate([part.rejected for part in parts]),
        np.concatenate(compound) if compound else None,
        np.concatenate(members) if members else None,
        tuple(itertools.chain.from_iterable(part.paths for part in parts)),
    )


def _score(prepared: Prepared, predictions: Predictions, predictor: Predictor) -> Evaluation:
    sure = np.array([not image.unsure for image in prepared.images])
    if not sure.any():
        raise DataError("every image is marked unsure, so there is nothing to score")
    groups = [image.group or str(image.path) for image in prepared.images if not image.unsure]
    labels = prepared.examples("test").labels[sure]
    return evaluate(
        predictions.probabilities[sure],
        labels,
        predictor.classes,
        groups,
        rejected=predictions.rejected[sure],
    )
