"""The unit of work: some hundred papers that become one part."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.records import PaperFiles
from tasks.runs.outcomes import Failure


@dataclass(frozen=True, slots=True)
class Replaced:
    """The earlier rows of an article, which leave their part right before those of the paper `by` are put in place."""

    file: str
    """The part, by file name."""
    paper_id: str
    by: str
    """The other paper_id, where the article has other bytes now."""


@dataclass(frozen=True, slots=True)
class Shard:
    """The unit of work: some hundred papers that become one part. `name` follows from the papers."""

    name: str
    papers: tuple[PaperFiles | Failure, ...]
    """A Failure is a paper whose bytes could not even be had: its row goes to the ledger with the others'."""
    supersedes: tuple[str, ...] = ()
    """paper_ids of failed ledger rows that this shard's rows replace."""
    lease: str = ""
    """What the dataset's lock says of the run that hands this shard out."""
    replaces: tuple[Replaced, ...] = ()
    first: int = 1
    """Which of the run's papers is its first, from 1."""

    @property
    def title(self) -> str:
        """`papers 201–400`: its place in the run, for people."""
        last = self.first + len(self.papers) - 1
        return f"papers {self.first}–{last}" if last > self.first else f"paper {self.first}"
