"""What is asked of the embedded index, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

Order = Literal["best", "paper", "surest", "unsurest"]
Facet = Literal["path", "license", "journal", "article_type"]
FACETS: tuple[Facet, ...] = get_args(Facet)
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
    fingerprint: str
    """Of the part as it was when the row was indexed."""
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
    """False where its picture cannot be decoded; true where nobody has tried yet."""
    score: float | None = None
    """Higher is better; comparable within one answer only."""


def without(query: Query, facet: Facet) -> Query:
    """The query with one filter taken off."""
    taken: dict[str, Any] = {"modality" if facet == "path" else facet: None}
    return replace(query, **taken)
