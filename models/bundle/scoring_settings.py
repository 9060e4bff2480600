"""The sections of model.json that say how logits become a score, read with every value checked.

Each function raises ValueError or KeyError for what cannot be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.bundle.bundle import (
    Calibration,
    ExtraOutputs,
    Hashing,
    Rejection,
    SetThresholds,
    WordsCalibration,
)
from models.bundle.sentence_model import EVEN_SHARE, Sentences
from models.bundle.values import count, flag, number, number_or_none, settings

_KIND = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_BUCKETS = 1 << 20
_MOST_LAYERS, _MOST_HEADS, _MOST_PIECES = 48, 64, 4096


@dataclass(frozen=True, slots=True)
class ScoringSettings:
    """All but the classes and the transform."""

    extra: ExtraOutputs
    calibration: Calibration
    hashing: Hashing | None
    rejection: Rejection
    sets: SetThresholds | None


def read_scoring(description: Mapping[str, Any], classes: int) -> ScoringSettings:
    """Of a description of format 2 with so many classes."""
    read = ScoringSettings(
        _extra(description["outputs"]),
        _calibration(description["calibration"]),
        _hashing(description["words"]),
        _rejection(description["rejection"]),
        _sets(description["sets"], classes),
    )
    if (read.calibration.words is None) != (read.hashing is None):
        raise ValueError("words and calibration.words do not come together")
    if read.rejection.torn is not None and not read.extra.torn:
        raise ValueError("rejection.torn is there, outputs.torn is not")
    return read


def read_scoring_of_1(description: Mapping[str, Any]) -> ScoringSettings:
    """Of a description of format 1."""
    calibration = settings(description["calibration"], "calibration", {"temperature", "caption_weight"})
    rejection = settings(description["rejection"], "rejection", {"threshold", "background", "novelty"})
    return ScoringSettings(
        ExtraOutputs(background=flag(rejection, "background")),
        Calibration(
            temperature=_temperature(calibration, "calibration"),
            caption_weight=number(calibration.get("caption_weight", 0.0), "caption_weight", 0.0, 10.0),
        ),
        None,
        Rejection(
            threshold=number(rejection["threshold"], "threshold", 0.0, 1.0),
            novelty=number_or_none(rejection.get("novelty"), "novelty", 0.0, 1e6),
        ),
        None,
    )


def _extra(value: object) -> ExtraOutputs:
    entries = settings(value, "outputs", {"background", "torn", "compound", "kinds"})
    kinds = entries.get("kinds", [])
    if not isinstance(kinds, list) or len(set(map(str, kinds))) != len(kinds) or len(kinds) > 100:
        raise ValueError("outputs.kinds is not a list of up to 100 different names")
    if not all(isinstance(kind, str) and _KIND.fullmatch(kind) for kind in kinds):
        raise ValueError("outputs.kinds has names of other than small letters, digits and hyphens")
    return ExtraOutputs(
        background=flag(entries, "background"),
        torn=flag(entries, "torn"),
        compound=flag(entries, "compound"),
        kinds=tuple(kinds),
    )


def _calibration(value: object) -> Calibration:
    entries = settings(value, "calibration", {"picture", "words"})
    picture = settings(entries["picture"], "calibration.picture", {"temperature"})
    words = entries["words"]
    return Calibration(
        temperature=_temperature(picture, "calibration.picture"),
        words=None if words is None else _words_calibration(words),
    )


def _words_calibration(value: object) -> WordsCalibration:
    key = "calibration.words"
    entries = settings(value, key, {"temperature", "own", "caption", "floor"})
    return WordsCalibration(
        temperature=_temperature(entries, key),
        own=number(entries["own"], f"{key}.own", 0.0, 10.0),
        caption=number(entries["caption"], f"{key}.caption", 0.0, 10.0),
        floor=number(entries["floor"], f"{key}.floor", -100.0, 0.0),
    )


def _temperature(entries: Mapping[str, Any], key: str) -> float:
    return number(entries.get("temperature"), f"{key}.temperature", 1e-3, 1e3)


def _hashing(value: object) -> Hashing | None:
    if value is None:
        return None
    entries = settings(value, "words", {"buckets", "lexicon_gain", "sentences"})
    return Hashing(
        buckets=count(entries["buckets"], "words.buckets", _MOST_BUCKETS),
        lexicon_gain=number(entries["lexicon_gain"], "words.lexicon_gain", 1.0, 100.0),
        sentences=_sentences(entries.get("sentences")),
    )


def _sentences(value: object) -> Sentences | None:
    if value is None:
        return None
    key = "words.sentences"
    entries = settings(value, key, {"sha256", "layers", "heads", "pieces", "share"})
    if not isinstance(entries["sha256"], str) or not _SHA256.fullmatch(entries["sha256"]):
        raise ValueError(f"{key}.sha256 is not the SHA-256 of a file in hex")
    return Sentences(
        sha256=entries["sha256"],
        layers=count(entries["layers"], f"{key}.layers", _MOST_LAYERS),
        heads=count(entries["heads"], f"{key}.heads", _MOST_HEADS),
        pieces=count(entries["pieces"], f"{key}.pieces", _MOST_PIECES),
        share=number(entries.get("share", EVEN_SHARE), f"{key}.share", 0.0, 1.0),
    )


def _rejection(value: object) -> Rejection:
    entries = settings(value, "rejection", {"threshold", "novelty", "torn", "most"})
    threshold = settings(entries["threshold"], "rejection.threshold", {"picture", "words"})
    return Rejection(
        threshold=number(threshold["picture"], "rejection.threshold.picture", 0.0, 1.0),
        words_threshold=number_or_none(threshold["words"], "rejection.threshold.words", 0.0, 1.0),
        novelty=number_or_none(entries["novelty"], "rejection.novelty", 0.0, 1e6),
        torn=number_or_none(entries["torn"], "rejection.torn", 0.0, 1.0),
        most=number_or_none(entries.get("most"), "rejection.most", 0.0, 1.0),
    )


def _sets(value: object, classes: int) -> SetThresholds | None:
    if value is None:
        return None
    entries = settings(value, "sets", {"coverage", "picture", "words"})
    words = entries["words"]
    return SetThresholds(
        coverage=number(entries["coverage"], "sets.coverage", 0.5, 1.0),
        picture=_probabilities(entries["picture"], "sets.picture", classes),
        words=None if words is None else _probabilities(words, "sets.words", classes),
    )


def _probabilities(value: object, key: str, classes: int) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) != classes:
        raise ValueError(f"{key} is not one probability for each of {classes} classes")
    return tuple(number(threshold, key, 0.0, 1.0) for threshold in value)
