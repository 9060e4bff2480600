"""Where documents may go. A target remembers which parts it holds, so that only what changed is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from tasks.index.documents import Document
from tasks.index.source import Origin, Part


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
    illustrated: bool
    """Whether documents have their thumbnails; else it takes these by themselves, once it has all documents."""

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
