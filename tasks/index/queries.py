"""What is asked of the embedded index, and what it answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Literal

from tasks.index.words import any_of, parse
from tasks.wording.licenses import FAMILIES

Order = Literal["best", "paper", "surest", "unsurest"]
Facet = Literal["path", "license", "journal", "article_type"]
Context = tuple[tuple[str, bool], ...]
"""A stretch of a row's text around what was asked for, in pieces: whether each is a word that was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What rows are asked for; an empty field asks nothing."""

    text: str = ""
    modality: str | None = None
    """A path such as `microscopy` or `microscopy/electron`: the class and all below it."""
    min_confidence: float = 0.0
    license: str | None = None
    """As the dataset has it, or a family (`CC BY`), which means all its versions; "" for rows without one."""
    journal: str | None = None
    """As the dataset has it; "" for rows without one."""
    article_type: str | None = None
    """As `journal`."""
    since: int | None = None
    until: int | None = None
    """The first and the last year of publication."""
    paper: str | None = None
    """The paper's PMCID, PMID, DOI or paper_id."""
    lettered: bool | None = None
    """True: only panels that have a letter; False: only those without."""
    rejected: bool | None = None
    """True: only what the model abstains on; False: only what it names."""
    among: tuple[str, ...] | None = None
    """Only rows of these subfigure_ids."""
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
    article_type: str | None
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


MATCHES = "s.id IN (SELECT rowid FROM texts WHERE texts MATCH ?)"
TOLD = "s.id IN (SELECT rowid FROM told WHERE told MATCH ?)"
"""Whether a row's own words answer, or what is told of it elsewhere."""


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
    if query.license is not None:
        if query.license in FAMILIES:
            parts.append(("(s.license = ? OR s.license GLOB ?)", [query.license, f"{query.license} [0-9]*"]))
        else:
            parts.append(("s.license IS ?", [query.license or None]))
    for column, value in (("journal", query.journal), ("article_type", query.article_type)):
        if value is not None:
            parts.append((f"s.{column} IS ?", [value or None]))
    for sign, year in ((">=", query.since), ("<=", query.until)):
        if year is not None:
            parts.append((f"s.year {sign} ?", [year]))
    if query.lettered is not None:
        parts.append((f"s.panel_label IS {'NOT ' if query.lettered else ''}NULL", []))
    if query.paper:
        named = "paper_id = ? OR pmcid = ? OR pmid = ? OR lower(doi) = ?"
        names = [query.paper.lower(), query.paper.upper(), query.paper, query.paper.lower()]
        parts.append((f"s.paper IN (SELECT paper FROM papers WHERE {named})", list(names)))  # noqa: S608
    if query.among is not None:
        # One value, however many ids: SQLite takes but so many.
        chosen = json.dumps(query.among)
        parts.append(("s.subfigure_id IN (SELECT value FROM json_each(?))", [chosen]))
    terms = parse(query.text)
    if terms:
        parts.append((f"({MATCHES} OR {TOLD})", [any_of(terms)] * 2))
    return " AND ".join(text for text, _ in parts) or "1", [value for _, values in parts for value in values]


def without(query: Query, facet: Facet) -> Query:
    """The query with one filter taken off."""
    taken: dict[str, Any] = {"modality" if facet == "path" else facet: None}
    return replace(query, **taken)
