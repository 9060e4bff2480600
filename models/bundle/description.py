"""A bundle's description, model.json: read with every value checked, and written.

Nothing here needs torch, so that a run can be opened before torch is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from models.bundle.bundle import CARD_FILE, DESCRIPTION_FILE, WEIGHTS_FILE, BundleError, BundleInfo, Rejection
from models.taxonomy import path
from models.transforms import FITS, Transform

FORMAT_VERSION = 1

_WEIGHTS_LIMIT = 2 * 2**30
_TEXT_LIMIT = 4 * 2**20
_KEYS = {
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What `save_bundle` writes into model.json."""

    name: str
    model: str
    classes: Sequence[str]
    transform: Transform
    temperature: float = 1.0
    rejection: Rejection = field(default_factory=Rejection)
    caption_weight: float = 0.0
    training: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)


def bundle_info(path: str | Path) -> BundleInfo:
    """Reads and checks all of a bundle but the weights' values; needs no torch. Raises BundleError."""
    folder = Path(path)
    description = _read_json(folder)
    _check_keys(description, folder)
    try:
        calibration = _settings(description["calibration"], "calibration", {"temperature", "caption_weight"})
        return BundleInfo(
            path=folder,
            name=_text(description["name"], "name"),
            model=_text(description["architecture"], "architecture"),
            classes=_classes(description["classes"]),
            transform=_transform(description["transform"]),
            embedding_size=_count(description["embedding_size"], "embedding_size"),
            temperature=_number(calibration, "temperature", 1e-3, 1e3),
            caption_weight=_number({"caption_weight": 0.0} | calibration, "caption_weight", 0.0, 10.0),
            rejection=_rejection(description["rejection"]),
            weights_sha256=_hash_weights(folder),
            card=_read_text(folder / CARD_FILE),
            training=_mapping(description["training"], "training"),
            metrics=_mapping(description["metrics"], "metrics"),
        )
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, BundleError):
            raise
        raise BundleError(f"{folder / DESCRIPTION_FILE} is not valid: {error}") from error


def description_json(description: Description, embedding_size: int) -> str:
    """The text of model.json."""
    content = {
        "format_version": FORMAT_VERSION,
        "name": description.name,
        "architecture": description.model,
        "classes": list(description.classes),
        "tree": {code: list(path(code)) for code in description.classes},
        "transform": asdict(description.transform),
        "embedding_size": embedding_size,
        "calibration": {
            "temperature": description.temperature,
            "caption_weight": description.caption_weight,
        },
        "rejection": asdict(description.rejection),
        "training": dict(description.training),
        "metrics": dict(description.metrics),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _read_json(folder: Path) -> dict[str, Any]:
    text = _read_text(folder / DESCRIPTION_FILE)
    try:
        content = json.loads(text)
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
    except (OSError, UnicodeDecodeError) as error:
        raise BundleError(f"{file} cannot be read: {error}") from error


def _check_keys(description: Mapping[str, Any], folder: Path) -> None:
    version = description.get("format_version")
    if version != FORMAT_VERSION:
        raise BundleError(
            f"{folder} has bundle format {version!r}, this Figmill reads {FORMAT_VERSION}: "
            "update Figmill or the bundle"
        )
    wrong = sorted(_KEYS ^ description.keys())
    if wrong:
        raise BundleError(f"{folder / DESCRIPTION_FILE} has missing or unknown keys: {', '.join(wrong)}")


def _hash_weights(folder: Path) -> str:
    file = folder / WEIGHTS_FILE
    try:
        if file.stat().st_size > _WEIGHTS_LIMIT:
            raise BundleError(f"{file} is larger than {_WEIGHTS_LIMIT >> 30} GB, so it is no bundle's")
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise BundleError(f"{file} cannot be read: {error}") from error


def _text(value: object, key: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 100 or not value.isprintable():
        raise ValueError(f"{key} is not a short text")
    return value


def _classes(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 2 <= len(value) <= 1000 or len(set(map(str, value))) != len(value):
        raise ValueError("classes is not a list of 2 to 1000 different names")
    return tuple(_text(name, "classes") for name in value)


def _transform(value: object) -> Transform:
    entries = _mapping(value, "transform")
    if set(entries) != {f.name for f in fields(Transform)} or entries["fit"] not in FITS:
        raise ValueError("transform has missing or unknown settings")
    size, resize = (_count(entries[key], f"transform.{key}", 1024) for key in ("size", "resize"))
    mean, std = (_triple(entries[key], f"transform.{key}") for key in ("mean", "std"))
    if resize < size or min(std) <= 0:
        raise ValueError("transform has settings that cannot be")
    return Transform(size=size, resize=resize, fit=entries["fit"], mean=mean, std=std)


def _triple(value: object, key: str) -> tuple[float, float, float]:
    if not isinstance(value, list) or len(value) != 3 or not all(isinstance(v, int | float) for v in value):
        raise ValueError(f"{key} is not three numbers")
    return float(value[0]), float(value[1]), float(value[2])


def _count(value: object, key: str, most: int = 100_000) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise ValueError(f"{key} is not a whole number from 1 to {most}")
    return value


def _number(section: Mapping[str, Any], key: str, low: float, high: float) -> float:
    value = section.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{key} is not a number from {low} to {high}")
    return float(value)


def _settings(value: object, key: str, known: set[str]) -> dict[str, Any]:
    """An object with no other keys: further ones would be settings that this version does not know."""
    entries = _mapping(value, key)
    if unknown := sorted(entries.keys() - known):
        raise ValueError(f"{key} has unknown settings: {', '.join(unknown)}")
    return entries


def _rejection(value: object) -> Rejection:
    entries = _settings(value, "rejection", {f.name for f in fields(Rejection)})
    background, novelty = entries.get("background", False), entries.get("novelty")
    if not isinstance(background, bool):
        raise ValueError("rejection.background is neither true nor false")
    return Rejection(
        threshold=_number(entries, "threshold", 0.0, 1.0),
        background=background,
        novelty=None if novelty is None else _number(entries, "novelty", 0.0, 1e6),
    )


def _mapping(value: object, key: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{key} is not an object")
    return value
