"""A bundle's description, model.json: read with every value checked, and written.

Nothing here needs torch, so that a run can be opened before torch is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from models.bundle.bundle import (
    CARD_FILE,
    DESCRIPTION_FILE,
    SENTENCES_FILE,
    WEIGHTS_FILE,
    BundleError,
    BundleInfo,
    Calibration,
    ExtraOutputs,
    Hashing,
    Rejection,
    SetThresholds,
)
from models.bundle.scoring_settings import read_scoring, read_scoring_of_1
from models.bundle.values import IF_NEWER, UnknownSettingError, count, mapping, number, settings, text
from models.taxonomy import path
from models.transforms import FITS, PROPORTIONS_STEP, Transform

FORMAT_VERSION = 2

_WEIGHTS_LIMIT = 2 * 2**30
_TEXT_LIMIT = 4 * 2**20
_KEYS_OF_1 = {
    "format_version",
    "name",
    "architecture",
    "classes",
    "tree",
    "transform",
    "embedding_size",
    "calibration",
    "rejection",
    "training",
    "metrics",
}
_KEYS = {1: _KEYS_OF_1, FORMAT_VERSION: _KEYS_OF_1 | {"outputs", "words", "sets"}}
_SCORING_KEYS = (
    "architecture",
    "classes",
    "transform",
    "outputs",
    "calibration",
    "words",
    "rejection",
    "sets",
)
"""What changes a score, beside the weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What `save_bundle` writes into model.json."""

    name: str
    model: str
    classes: tuple[str, ...]
    transform: Transform
    embedding_size: int | None = None
    """How many of the network's features, the first ones, are the embedding; None for all."""
    extra: ExtraOutputs = field(default_factory=ExtraOutputs)
    calibration: Calibration = field(default_factory=Calibration)
    hashing: Hashing | None = None
    rejection: Rejection = field(default_factory=Rejection)
    sets: SetThresholds | None = None
    training: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)


def bundle_info(path: str | Path) -> BundleInfo:
    """Reads and checks all of a bundle but the weights' values; needs no torch. Raises BundleError."""
    folder = Path(path)
    description = _read_json(folder)
    _check_keys(description, folder)
    try:
        return _info(folder, description)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, BundleError):
            raise
        said = f"it lacks {error}" if isinstance(error, KeyError) else error
        remedy = f"; {IF_NEWER}" if isinstance(error, UnknownSettingError) else ""
        raise BundleError(f"{folder / DESCRIPTION_FILE} is not valid: {said}{remedy}") from error


def description_json(description: Description, features: int) -> str:
    """The text of model.json, for a network of so many features."""
    words, rejection = description.calibration.words, description.rejection
    content = {
        "format_version": FORMAT_VERSION,
        "name": description.name,
        "architecture": description.model,
        "classes": list(description.classes),
        "tree": {code: list(path(code)) for code in description.classes},
        "transform": asdict(description.transform),
        "embedding_size": description.embedding_size or features,
        "outputs": asdict(description.extra),
        "calibration": {
            "picture": {"temperature": description.calibration.temperature},
            "words": asdict(words) if words else None,
        },
        "words": _words(description.hashing) if description.hashing else None,
        "rejection": {
            "threshold": {"picture": rejection.threshold, "words": rejection.words_threshold},
            "novelty": rejection.novelty,
            "torn": rejection.torn,
            **({} if rejection.most is None else {"most": rejection.most}),
        },
        "sets": asdict(description.sets) if description.sets else None,
        "training": dict(description.training),
        "metrics": dict(description.metrics),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _words(hashing: Hashing) -> dict[str, Any]:
    """Without a word of sentences where none are read: earlier versions of Figmill know the rest."""
    return {name: value for name, value in asdict(hashing).items() if value is not None}


def _info(folder: Path, description: Mapping[str, Any]) -> BundleInfo:
    """Raises KeyError, TypeError or ValueError for what is not valid."""
    classes = _classes(description["classes"])
    old = description["format_version"] == 1
    scoring = read_scoring_of_1(description) if old else read_scoring(description, len(classes))
    _check_sentences(folder, scoring.hashing)
    return BundleInfo(
        path=folder,
        name=text(description["name"], "name"),
        model=text(description["architecture"], "architecture"),
        classes=classes,
        transform=_transform(description["transform"]),
        embedding_size=count(description["embedding_size"], "embedding_size"),
        extra=scoring.extra,
        calibration=scoring.calibration,
        hashing=scoring.hashing,
        rejection=scoring.rejection,
        sets=scoring.sets,
        sha256=_hash(folder, description),
        card=_read_card(folder),
        training=mapping(description["training"], "training"),
        metrics=mapping(description["metrics"], "metrics"),
    )


def _read_json(folder: Path) -> dict[str, Any]:
    written = _read_text(folder / DESCRIPTION_FILE)
    try:
        content = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{folder / DESCRIPTION_FILE} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise BundleError(f"{folder / DESCRIPTION_FILE} is not a JSON object")
    return content


def _read_text(file: Path) -> str:
    try:
        if file.stat().st_size > _TEXT_LIMIT:
            raise BundleError(f"{file} is larger than {_TEXT_LIMIT >> 20} MB, so it is no part of a bundle")
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise BundleError(_unreadable(file, error)) from error
    except UnicodeDecodeError as error:
        raise BundleError(f"{file} is not text in UTF-8: copy or train the bundle again") from error


def _unreadable(file: Path, error: OSError) -> str:
    lacking = isinstance(error, FileNotFoundError)
    return f"{file} cannot be read: {error.strerror or error}{'; copy the bundle again' if lacking else ''}"


def _read_card(folder: Path) -> str:
    """The model card; a bundle handed on without one is as good."""
    if not (folder / CARD_FILE).exists():
        return f"# {folder.name}\n\nThis bundle came without a model card.\n"
    return _read_text(folder / CARD_FILE)


def _check_keys(description: Mapping[str, Any], folder: Path) -> None:
    version = description.get("format_version")
    if version not in (1, FORMAT_VERSION) or isinstance(version, bool):
        raise BundleError(
            f"{folder} has bundle format {version!r}, this Figmill reads 1 to {FORMAT_VERSION}: "
            "update Figmill or the bundle"
        )
    if missing := sorted(_KEYS[version] - description.keys()):
        raise BundleError(f"{folder / DESCRIPTION_FILE} lacks keys: {', '.join(missing)}")
    if unknown := sorted(description.keys() - _KEYS[version]):
        raise BundleError(f"{folder / DESCRIPTION_FILE} has unknown keys: {', '.join(unknown)}; {IF_NEWER}")


def _hash(folder: Path, description: Mapping[str, Any]) -> str:
    """SHA-256 of the weights, since format 2 with all of the description that changes a score."""
    digest = _digest(folder / WEIGHTS_FILE)
    if description["format_version"] > 1:  # datasets name the bundles of format 1 by their weights alone
        scoring = {key: description[key] for key in _SCORING_KEYS}
        digest.update(json.dumps(scoring, sort_keys=True, separators=(",", ":")).encode())
    return digest.hexdigest()


def _check_sentences(folder: Path, hashing: Hashing | None) -> None:
    """The description, which counts for the bundle's hash, says of which bytes the other file is."""
    if hashing is None or hashing.sentences is None:
        return
    file = folder / SENTENCES_FILE
    if _digest(file).hexdigest() != hashing.sentences.sha256:
        raise BundleError(f"{file} is not the one that the bundle was made with: copy the bundle again")


def _digest(file: Path) -> hashlib._Hash:
    """SHA-256. Raises BundleError for a file that cannot be read or is too large."""
    try:
        if file.stat().st_size > _WEIGHTS_LIMIT:
            raise BundleError(f"{file} is larger than {_WEIGHTS_LIMIT >> 30} GB, so it is no bundle's")
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256")
    except OSError as error:
        raise BundleError(_unreadable(file, error)) from error


def _classes(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 2 <= len(value) <= 1000 or len(set(map(str, value))) != len(value):
        raise ValueError("classes is not a list of 2 to 1000 different names")
    return tuple(text(name, "classes") for name in value)


def _transform(value: object) -> Transform:
    known = {f.name for f in fields(Transform)}
    entries = settings(value, "transform", known)
    if missing := sorted(known - entries.keys()):
        raise ValueError(f"transform lacks settings: {', '.join(missing)}")
    if entries["fit"] not in FITS:
        raise UnknownSettingError(f"transform.fit is none of {', '.join(FITS)}")
    size, resize = (count(entries[key], f"transform.{key}", 1024) for key in ("size", "resize"))
    mean, std = (_triple(entries[key], f"transform.{key}") for key in ("mean", "std"))
    if resize < size or not min(std) > 0 or (entries["fit"] == "proportions" and size % PROPORTIONS_STEP):
        raise ValueError("transform has settings that cannot be")
    return Transform(size=size, resize=resize, fit=entries["fit"], mean=mean, std=std)


def _triple(value: object, key: str) -> tuple[float, float, float]:
    if not isinstance(value, list) or len(value) != 3:
        raise ValueError(f"{key} is not three numbers")
    first, second, third = (number(one, key, -1e6, 1e6) for one in value)
    return first, second, third
