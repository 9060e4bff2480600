"""Which subfigures a person should look at first: the least sure, those on which the model abstains, its mistakes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.corrections.overlay import Overlay

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

    Bools = npt.NDArray[np.bool_]

EACH = 10
"""Subfigures for each reason."""
REASONS = ("mistaken", "unsure", "abstained")
_READ = ("modality", "modality_path", "confidence", "rejected", "compound")
_UNSAID = Overlay()
_SURE = 0.8
"""Confidence from which a row is not called unsure."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A row that may be shown: where it is, and what decides whether it is."""

    part: StorePath
    row_group: int
    row: int
    """In its row group, from 0."""
    modality: str | None
    confidence: float
    """0 where not scored."""
    rejected: bool
    gold: str | None = None
    """What people say that it is, where they say something else."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands in a part's rows by the last word of people; (N,) each, in the part's order."""

    modality: npt.NDArray[np.object_]
    """Codes; None where not scored."""
    confidence: npt.NDArray[np.float64]
    """0 where not scored."""
    rejected: Bools
    paths: npt.NDArray[np.object_]
    """The last of `modality_path`; None where not scored."""
    compound: npt.NDArray[np.float64]
    """Probability of several panels; 0 where the model does not say."""
    said: npt.NDArray[np.object_]
    """The model's own codes; None where not scored, or where a person made the panel."""
    surety: npt.NDArray[np.float64]
    """The model's own confidence."""
    gold: npt.NDArray[np.object_]
    """Codes; None where nobody has named the row."""
    made: Bools
    """Panels that a person made."""
    places: npt.NDArray[np.int64]
    """Where the row stands in the part, or that in place of which it stands."""
    starts: npt.NDArray[np.int64]
    """First row of each row group."""

    @classmethod
    def read(cls, part: pq.ParquetFile, gold: Mapping[str, str], overlay: Overlay = _UNSAID) -> Columns:
        """The few columns that are needed; `gold` goes by subfigure_id. Raises pyarrow's errors."""
        read = part.read(columns=overlay.columns([*_READ, *(["subfigure_id"] if gold else [])]))
        table, places = overlay.apply_numbered(read)
        made = made_by_people(read, table, places) if overlay else np.zeros(len(table), bool)
        said = np.array(read["modality"].to_pylist(), object)[places]
        said[made] = None
        named = (
            [gold.get(name) for name in table["subfigure_id"].to_pylist()] if gold else [None] * len(table)
        )
        sizes = [part.metadata.row_group(group).num_rows for group in range(part.num_row_groups)]
        return cls(
            modality=np.array(table["modality"].to_pylist(), object),
            confidence=sureties(table["confidence"]),
            rejected=table["rejected"].fill_null(False).to_numpy().astype(bool),
            paths=np.array(
                [path[-1] if path else None for path in table["modality_path"].to_pylist()], object
            ),
            compound=_compound(table),
            said=said,
            surety=sureties(read["confidence"])[places],
            gold=np.array(named, object),
            made=made,
            places=np.array(places, np.int64),
            starts=np.cumsum([0, *sizes])[:-1],
        )

    @property
    def scored(self) -> Bools:
        """Rows that have a modality."""
        return np.array([code is not None for code in self.modality], bool)

    @property
    def by_people(self) -> Bools:
        """Rows whose label is a person's, which has confidence 1, or whose panel is."""
        named: Bools = self.confidence != self.surety
        return self.made | named

    @property
    def is_judged(self) -> Bools:
        """Rows that both the model and people have named."""
        both = zip(self.said, self.gold, strict=True)
        return np.array([said is not None and gold is not None for said, gold in both], bool)

    @property
    def judged(self) -> list[tuple[float, bool]]:
        """Confidence of each such row, and whether both say the same."""
        rows = np.flatnonzero(self.is_judged)
        return [(float(self.surety[row]), bool(self.said[row] == self.gold[row])) for row in rows]


@dataclass(slots=True)
class ReviewQueue:
    """The first rows for each reason: `mistaken` (named otherwise by people, the surest first), `unsure` (named, the
    least sure first), `abstained` (a sample)."""

    ranked: dict[str, list[tuple[float, Pick]]] = field(default_factory=dict)

    def fill(self, part: StorePath, columns: Columns) -> None:
        """Takes the rows of one part."""
        scored, rejected, confidence = columns.scored, columns.rejected, columns.confidence
        wrong = columns.is_judged & (columns.said != columns.gold)
        self._take("mistaken", part, columns, wrong, lambda row: -columns.surety[row])
        self._take(
            "unsure", part, columns, scored & ~rejected & (confidence < _SURE), lambda row: confidence[row]
        )
        drawn = zlib.crc32(part.name.encode())
        self._take("abstained", part, columns, scored & rejected, lambda row: _shuffled(drawn, row))

    def add(self, other: ReviewQueue, reasons: Sequence[str] = REASONS) -> None:
        """Keeps the first of both."""
        for why in reasons:
            both = [*self.ranked.get(why, []), *other.ranked.get(why, [])]
            self.ranked[why] = sorted(both, key=lambda pair: pair[0])[:EACH]

    @property
    def picks(self) -> dict[str, list[Pick]]:
        """The rows by reason, in their order; reasons that have any."""
        return {why: [pick for _, pick in ranked] for why, ranked in self.ranked.items() if ranked}

    def _take(
        self, why: str, part: StorePath, columns: Columns, chosen: Bools, rank: Callable[[int], float]
    ) -> None:
        # A panel that a person made has no row of its own in the part to show.
        rows = np.flatnonzero(chosen & ~columns.made).tolist()
        first = sorted((float(rank(row)), row) for row in rows)[:EACH]
        self.ranked[why] = [(place, _pick(part, columns, row)) for place, row in first]


def _pick(part: StorePath, columns: Columns, row: int) -> Pick:
    place = int(columns.places[row])
    group = int(np.searchsorted(columns.starts, place, side="right")) - 1
    modality, gold = columns.said[row], columns.gold[row]
    return Pick(
        part=part,
        row_group=group,
        row=place - int(columns.starts[group]),
        modality=modality,
        confidence=float(columns.surety[row]),
        rejected=bool(columns.rejected[row]),
        gold=gold if gold != modality else None,
    )


def made_by_people(read: pa.Table, shown: pa.Table, places: Sequence[int]) -> Bools:
    """(N,): whether a row that is shown is a panel that a person made, and none of those that were read."""
    before, now = read["subfigure_id"].to_pylist(), shown["subfigure_id"].to_pylist()
    return np.array([before[place] != name for place, name in zip(places, now, strict=True)], bool)


def _compound(table: pa.Table) -> npt.NDArray[np.float64]:
    """(N,); a part of schema 2 has no such column."""
    if "compound" not in table.column_names:
        return np.zeros(len(table))
    known: npt.NDArray[np.float64] = table["compound"].fill_null(0).to_numpy().astype(np.float64)
    return known


def _shuffled(seed: int, row: int) -> float:
    """A place in an order that has nothing to do with the rows', the same for the same part."""
    return float(zlib.crc32(row.to_bytes(8, "little"), seed))


def sureties(confidence: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """(N,) confidences as they are counted and sorted: 0 where there is none, or what is no probability."""
    known = confidence.fill_null(0).to_numpy().astype(np.float64)
    return np.where((known >= 0) & (known <= 1), known, 0.0)
