"""A bundle put to labelled images: what it says of each, and how good that is."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.data.experiment import Prepared
from models.data.imageclef import DataError
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


def score_images(prepared: Prepared, predictor: Predictor) -> ScoredImages:
    """Predicts every test image, and scores those not marked unsure. Raises DataError where all are."""
    predictions = _predict(prepared, predictor)
    codes = np.array(predictor.classes)[predictions.probabilities.argmax(axis=1)]
    return ScoredImages(
        prepared, predictions, tuple(codes.tolist()), _score(prepared, predictions, predictor)
    )


def _predict(prepared: Prepared, predictor: Predictor) -> Predictions:
    examples = prepared.examples("test")
    parts = []
    for start in range(0, len(examples), _BATCH):
        images = predictor.transform.central(prepared.canvases.pixels[examples.rows[start : start + _BATCH]])
        texts = [Words(own=text, caption=None) for text in examples.captions[start : start + _BATCH]]
        parts.append(predictor.predict(images, texts))
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
