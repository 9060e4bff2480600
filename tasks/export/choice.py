"""Which rows of a dataset are handed on, and what was counted of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a row must have to be handed on; an empty field asks nothing."""

    licenses: tuple[str, ...] = ()
    """One of these, as the dataset has them; a row without a licence then stays behind."""
    modalities: tuple[str, ...] = ()
    """At or below one of these paths, such as `microscopy`."""
    min_confidence: float = 0.0
    named_only: bool = False
    """Not those on which the model abstains, or at which it could not look."""
    withdrawn: bool = False
    """Also those of articles that were retracted, removed or put under another licence since."""

    def of(self, rows: pa.Table) -> pa.Table:
        """The rows that are chosen."""
        mask = pa.array([True] * len(rows))
        if not self.withdrawn:
            mask = pc.is_null(rows["withdrawn"])
        if self.licenses:
            mask = pc.and_(mask, pc.is_in(rows["license"], pa.array(self.licenses, pa.string())))
        if self.modalities:
            wanted = set(self.modalities)
            taken = [not wanted.isdisjoint(path or ()) for path in rows["modality_path"].to_pylist()]
            mask = pc.and_(mask, pa.array(taken, pa.bool_()))
        if self.min_confidence > 0:
            mask = pc.and_(
                mask, pc.fill_null(pc.greater_equal(rows["confidence"], self.min_confidence), False)
            )
        if self.named_only:
            mask = pc.and_(mask, pc.invert(pc.fill_null(rows["rejected"], True)))
        return rows.filter(mask)


@dataclass(slots=True)
class ExportCounts:
    """What was handed on."""

    subfigures: int = 0
    left_out: int = 0
    papers: set[str] = field(default_factory=set)
    by_license: Counter[str | None] = field(default_factory=Counter)
    papers_by_license: dict[str | None, set[str]] = field(default_factory=dict)
    by_modality: Counter[str | None] = field(default_factory=Counter)
    rejected: int = 0

    def add(self, chosen: pa.Table, of: int) -> None:
        """ExportCounts the chosen rows out of so many."""
        self.subfigures += len(chosen)
        self.left_out += of - len(chosen)
        self.rejected += pc.sum(chosen["rejected"]).as_py() or 0
        self.by_modality.update(chosen["modality"].to_pylist())
        for paper, license_ in zip(*map(_values, (chosen["paper_id"], chosen["license"])), strict=True):
            self.papers.add(paper)
            self.by_license[license_] += 1
            self.papers_by_license.setdefault(license_, set()).add(paper)


def _values(column: pa.ChunkedArray) -> Sequence[str | None]:
    values: list[str | None] = column.to_pylist()
    return values
