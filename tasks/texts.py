"""Text made safe: to store as UTF-8, to print on a terminal; numbers with their nouns, extras with their commands."""

from __future__ import annotations

from typing import overload


@overload
def storable(text: str) -> str: ...
@overload
def storable(text: None) -> None: ...
def storable(text: str | None) -> str | None:
    """`text` as valid UTF-8: lone surrogates (of a broken font, of a file name not in UTF-8) are escaped."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode("utf-8")


def printable(text: str, longest: int = 300) -> str:
    """`text` on one line for the eye: what a terminal would obey, or would not show, is escaped."""
    # Escapes make it longer, never shorter: what is cut off anyway, perhaps megabytes, need not be looked at.
    clean = "".join(letter if letter.isprintable() else _escaped(letter) for letter in text[: longest + 1])
    return clean if len(clean) <= longest else f"{clean[: longest - 1]}…"


def file_stem(text: str, longest: int = 80) -> str:
    """`text` as part of a file's name on any system: whatever is no plain letter or digit is a dash."""
    plain = (letter if letter.isalnum() and letter.isascii() else "-" for letter in text[:longest])
    return "".join(plain)


def counted(count: int, noun: str) -> str:
    """`1 paper`, `2,000 papers`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def with_extra(extra: str) -> str:
    """How to install an extra, for both ways in which the README installs Figmill."""
    return f"install it with `uv sync --extra {extra}` or `uv pip install '.[{extra}]'` in Figmill's folder"


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
