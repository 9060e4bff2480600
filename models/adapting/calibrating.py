"""How sure a taught bundle is, how much words count in it, and its conformal sets: by held-out rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax

from models.adapting.classes import NewClass, widen_text
from models.adapting.covering import Covered, cover
from models.adapting.fusing import Reader, Shares, fit_shares
from models.adapting.refitting import fit_sharpness, recalibrated
from models.bundle.bundle import BundleInfo, Calibration
from models.bundle.serialization import read_weights
from models.inference.words import Words

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_FEWEST_RANDOM = 50
"""Rows of the random order from which it is learned how sure the model should be: others are the hard ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """N labelled rows, as they were scored and as labels of other papers would have them scored."""

    before: Floats
    """(N, classes) log-probabilities as they are stored, of new classes too."""
    after: Floats
    """The same by heads that had not learned from the row's paper."""
    labels: Indices
    folds: Indices
    """Which rows were held out together."""
    random: Flags
    """Which were met in the random order."""
    words: tuple[Words | None, ...]
    whole: Floats
    """(N,): what the stored probabilities summed up to, where they were not scaled down."""
    read: bool
    """Whether the words had been read when the rows were scored."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What becomes of a bundle's calibration."""

    after: Floats
    """(N, classes) log-probabilities with words counted as they count now."""
    shares: Shares
    sharpness: float
    covered: Covered | None
    """None where too few rows of the random order can promise what sets hold."""


def calibrate(info: BundleInfo, new: Sequence[NewClass], rows: HeldOut) -> Calibrated:
    """What labelled rows say of the bundle `info` with `new` classes. Raises BundleError."""
    weights = read_weights(info) if info.hashing and info.calibration.words else None
    if weights is None or weights.text is None or info.hashing is None:
        sharpness = _sharpness(rows.after, rows)
        # A bundle that reads captions without a text model scores rows with and without them unlike each other.
        covered = None if info.reads_words else _cover_alone(rows, sharpness)
        return Calibrated(rows.after, Shares(), sharpness, covered)
    text = widen_text(weights.text, new)
    reader = Reader.of(text, info.hashing, info.calibration, rows.words, weights.sentences)
    logits, trusted = reader.apart(rows.before, rows.read)
    taught = _logits(reader, logits, rows)
    # A taught head moves what words say in the light of its picture, too: as the bundle will have it.
    exact = reader.fused(taught, info.calibration, rows.read)
    rows = replace(rows, after=np.where(trusted[:, None], exact, rows.after))
    shares, after = _share(reader, taught, trusted, rows)
    sharpness = _sharpness(after, rows)
    covered = _cover(reader, taught, trusted, recalibrated(info.calibration, shares, sharpness), rows)
    return Calibrated(after, shares, sharpness, covered)


def _share(reader: Reader, logits: Floats, trusted: Flags, rows: HeldOut) -> tuple[Shares, Floats]:
    """What becomes of the weights of words, and the held-out log-probabilities with that."""
    if not rows.read or reader.calibration.words is None:
        return Shares(), rows.after
    some = reader.told & trusted
    evidence = reader.evidence(logits, reader.calibration.words)[some]
    has_own = np.array([bool(words and words.own) for words in rows.words], bool)[some]
    shares, found = fit_shares(rows.after[some], evidence, has_own, rows.labels[some], rows.folds[some])
    after = rows.after.copy()
    after[some] = found
    return shares, after


def _sharpness(after: Floats, rows: HeldOut) -> float:
    if rows.random.sum() < _FEWEST_RANDOM:
        return 1.0
    return fit_sharpness(after[rows.random], rows.labels[rows.random])


def _logits(reader: Reader, logits: Floats, rows: HeldOut) -> Floats:
    """(N, classes): of pictures, with what the head has learned from other papers."""
    before = reader.calibration
    temperature = before.words.temperature if rows.read and before.words else before.temperature
    return logits + np.float32(temperature) * (rows.after - rows.before)


def _cover(
    reader: Reader, logits: Floats, trusted: Flags, calibration: Calibration, rows: HeldOut
) -> Covered | None:
    """By rows of the random order, which alone are like all rows; as the bundle will score them, both ways."""
    some = rows.random & trusted
    by_picture, by_both = (
        np.exp(reader.fused(logits, calibration, read)) * rows.whole[:, None] for read in (False, True)
    )
    return cover(by_picture[some], by_both[some], rows.labels[some], rows.folds[some], reader.told[some])


def _cover_alone(rows: HeldOut, sharpness: float) -> Covered | None:
    probabilities = (
        np.exp(log_softmax(sharpness * rows.after, axis=1)).astype(np.float32) * rows.whole[:, None]
    )
    some = rows.random
    return cover(probabilities[some], None, rows.labels[some], rows.folds[some], np.zeros(some.sum(), bool))
