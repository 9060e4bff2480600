"""Values of a description, checked one by one: each function raises ValueError, which names the key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

IF_NEWER = "if a newer Figmill wrote the bundle, update Figmill"
"""What to do about a description that says more than this version knows."""


class UnknownSettingError(ValueError):
    """The description says something that this version does not know."""


def text(value: object, key: str) -> str:
    """A short text of one line."""
    if not isinstance(value, str) or not 0 < len(value) <= 100 or not value.isprintable():
        raise ValueError(f"{key} is not a short text")
    return value


def count(value: object, key: str, most: int = 100_000) -> int:
    """A whole number from 1 to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise ValueError(f"{key} is not a whole number from 1 to {most}")
    return value


def flag(section: Mapping[str, Any], key: str) -> bool:
    """True or false; false where the key is missing."""
    value = section.get(key, False)
    if not isinstance(value, bool):
        raise ValueError(f"{key} is neither true nor false")
    return value


def number(value: object, key: str, low: float, high: float) -> float:
    """A number from `low` to `high`."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{key} is not a number from {low:g} to {high:g}")
    return float(value)


def number_or_none(value: object, key: str, low: float, high: float) -> float | None:
    """A number from `low` to `high`, or nothing."""
    return None if value is None else number(value, key, low, high)


def mapping(value: object, key: str) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        raise ValueError(f"{key} is not an object")
    return value


def settings(value: object, key: str, known: set[str]) -> dict[str, Any]:
    """An object with no other keys. Raises UnknownSettingError for further ones."""
    entries = mapping(value, key)
    if unknown := sorted(entries.keys() - known):
        raise UnknownSettingError(f"{key} has unknown settings: {', '.join(unknown)}")
    return entries
