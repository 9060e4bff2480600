"""Which rows of a dataset are handed on, and what was counted of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from tasks.corrections.overlay import PERSON
from tasks.dataset.columns import IMAGE_COLUMN
from tasks.dataset.rights import may_be_passed_on, without_pictures


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
    among: frozenset[str] | None = None
    """Only rows of these subfigure_ids."""
    redistributable: bool = False
    """Only rows whose picture anybody may pass on (`tasks.dataset.rights`)."""
    null_unlicensed: bool = False
    """With `redistributable`: the others too, without their pictures."""

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
        if self.among is not None:
            mask = pc.and_(mask, pc.is_in(rows["subfigure_id"], pa.array(sorted(self.among), pa.string())))
        if self.redistributable and not self.null_unlicensed:
            mask = pc.and_(mask, may_be_passed_on(rows))
        rows = rows.filter(mask)
        return without_pictures(rows, may_be_passed_on(rows)) if self.null_unlicensed else rows


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
    by_people: int = 0
    """Rows of which a person has the last word."""
    without_picture: int = 0
    by_split: Counter[str] = field(default_factory=Counter)
    papers_by_split: dict[str, set[str]] = field(default_factory=dict)

    def add(self, chosen: pa.Table, of: int) -> None:
        """Counts the chosen rows out of so many."""
        self.subfigures += len(chosen)
        if IMAGE_COLUMN in chosen.column_names:
            self.without_picture += chosen[IMAGE_COLUMN].null_count
        self.left_out += of - len(chosen)
        if "label_source" in chosen.column_names:
            self.by_people += pc.sum(pc.equal(chosen["label_source"], PERSON)).as_py() or 0
        self.rejected += pc.sum(chosen["rejected"]).as_py() or 0
        self.by_modality.update(chosen["modality"].to_pylist())
        for paper, license_ in zip(*map(_values, (chosen["paper_id"], chosen["license"])), strict=True):
            self.papers.add(paper)
            self.by_license[license_] += 1
            self.papers_by_license.setdefault(license_, set()).add(paper)

    def add_to_split(self, split: str, rows: pa.Table) -> None:
        """Counts rows as those of a split."""
        self.by_split[split] += len(rows)
        self.papers_by_split.setdefault(split, set()).update(rows["paper_id"].to_pylist())


def _values(column: pa.ChunkedArray) -> Sequence[str | None]:
    values: list[str | None] = column.to_pylist()
    return values
