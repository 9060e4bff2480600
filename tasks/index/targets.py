"""Where documents may go. A target remembers which parts it holds, so that only what changed is sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlsplit

from tasks.errors import SettingsError
from tasks.index.documents import Document
from tasks.index.source import Origin, Part

DEFAULT_NAME = "figmill"
"""Prefix of tables, name of the alias."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Held:
    """What a target holds before an update."""

    parts: dict[str, str] = field(default_factory=dict)
    """Fingerprint by part."""
    fits: bool = True
    """Whether it is of the dataset's model and this Figmill's layout; if not, all is sent anew."""
    dataset: str | None = None
    """Of which dataset it says it is; None where it holds nothing, or where its place says so."""


class Target(Protocol):
    """A search tool that takes documents, part by part; a context that is connected while it lasts."""

    label: str
    """How to name it to the user: never with a password."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def held(self, origin: Origin) -> Held:
        """What is there already; changes nothing."""

    def prepare(self, origin: Origin) -> None:
        """Makes the target ready to take documents of this dataset."""

    def replace(self, part: Part, documents: Iterable[list[Document]]) -> None:
        """Takes a part in place of what it held of it; whole or, after a kill, again at the next update."""

    def remove(self, part: str) -> None:
        """Drops a part."""

    def finish(self) -> None:
        """Called once all parts are in: what makes the next search fast, or visible at all."""


def open_target(out: Path, to: str | None, name: str = DEFAULT_NAME) -> Target:
    """The target that `--to` names; None is the embedded index in the dataset's folder. Raises SettingsError."""
    if not _NAME.fullmatch(name):
        raise SettingsError(f"--name {name!r} is no name: a to z, 0 to 9 and _, 40 at most, a letter first")
    if to is None:
        from tasks.index.embedded import EmbeddedIndex

        return EmbeddedIndex(out)
    scheme = _scheme(to)
    if scheme in ("postgresql", "postgres"):
        from tasks.index.postgres import PostgresIndex

        return PostgresIndex(to, name)
    engine, _, transport = scheme.partition("+")
    if engine in ("opensearch", "elasticsearch") and transport in ("", "http", "https"):
        from tasks.index.opensearch import OpenSearchIndex

        return OpenSearchIndex(to, name)
    raise SettingsError(
        f"--to {scheme or 'without a scheme'} is no target that Figmill knows: postgresql://…, "
        "opensearch+https://… or elasticsearch+https://…; without --to, the index in the dataset's folder"
    )


def _scheme(to: str) -> str:
    try:
        return urlsplit(to).scheme.lower()
    except ValueError:  # its words may quote a password
        raise SettingsError("--to is no URL, such as postgresql://USER@HOST/DATABASE") from None
