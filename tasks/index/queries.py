"""What is asked of the embedded index, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from tasks.index.words import any_of, parse

Order = Literal["best", "paper", "surest", "unsurest"]
Facet = Literal["path", "license", "journal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What rows are asked for; an empty field asks nothing."""

    text: str = ""
    modality: str | None = None
    """A path such as `microscopy` or `microscopy/electron`: the class and all below it."""
    min_confidence: float = 0.0
    license: str | None = None
    """As the dataset has it; "" for rows without one."""
    journal: str | None = None
    """As `license`."""
    rejected: bool | None = None
    """True: only what the model abstains on; False: only what it names."""
    order: Order = "best"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A row of the index, as lists show it."""

    id: int
    subfigure_id: str
    part: str
    row: int
    paper_id: str
    source_uri: str
    pmcid: str | None
    doi: str | None
    title: str | None
    journal: str | None
    license: str | None
    published: str | None
    withdrawn: str | None
    figure_index: int
    subfigure_index: int
    figure_label: str | None
    panel_label: str | None
    page: int | None
    width: int
    height: int
    compound: float | None
    modality: str | None
    path: str | None
    """The last of `modality_path`."""
    modality_set: tuple[str, ...]
    """Empty where the model did not say."""
    confidence: float | None
    rejected: bool | None
    label_source: str | None
    """`model` or `person`; None where nobody has named it."""
    subcaption: str | None
    caption: str | None
    has_thumbnail: bool
    score: float | None = None
    """Higher is better; comparable within one answer only."""


def condition(query: Query) -> tuple[str, list[Any]]:
    """The query's filters in SQL, `s` being the table of subfigures; "1" where there is none."""
    parts: list[tuple[str, list[Any]]] = []
    if query.modality:
        below = query.modality + "/"
        after = query.modality + "0"  # the character behind "/"
        parts.append(("(s.path = ? OR (s.path >= ? AND s.path < ?))", [query.modality, below, after]))
    if query.min_confidence > 0:
        parts.append(("s.confidence >= ?", [query.min_confidence]))
    if query.rejected is not None:
        parts.append(("s.rejected = ?", [int(query.rejected)]))
    for column, value in (("license", query.license), ("journal", query.journal)):
        if value is not None:
            parts.append((f"s.{column} IS ?", [value or None]))
    terms = parse(query.text)
    if terms:
        parts.append(("s.id IN (SELECT rowid FROM texts WHERE texts MATCH ?)", [any_of(terms)]))
    return " AND ".join(text for text, _ in parts) or "1", [value for _, values in parts for value in values]


def without(query: Query, facet: Facet) -> Query:
    """The query with one filter taken off."""
    if facet == "path":
        return replace(query, modality=None)
    return replace(query, license=None) if facet == "license" else replace(query, journal=None)
