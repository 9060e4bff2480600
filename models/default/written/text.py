"""A text that the project has written, with what it says of its panel."""

from __future__ import annotations

from dataclasses import dataclass

from models.inference.words import Words


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A text of a class, and where it tells that, of a kind of chart."""

    words: Words
    code: str
    chart: str = ""
    """Empty where the text names no kind."""


def begin_with_capital(text: str) -> str:
    """The text with its first letter as a sentence begins."""
    return text[:1].upper() + text[1:]
