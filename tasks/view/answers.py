"""What programs are answered: rows, counts and papers of the index as plain values, of bounded size.

Texts come from papers, whoever wrote them: they are handed on as data, on one line, without control or direction marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from tasks.errors import InputError, SettingsError
from tasks.index.queries import FACETS, Hit, Query
from tasks.index.rows import article_words, picture
from tasks.index.search import SearchIndex
from tasks.index.thumbnails import thumbnail
from tasks.modalities import modality_path, whole_path
from tasks.view.shown import clean

if TYPE_CHECKING:
    from tasks.index.groups import RowGroups
    from tasks.stores.paths import StorePath

LONGEST_TEXT = 4_000
"""Letters of a text."""
_MOST_SENTENCES = 40
_MOST_VALUES = 500
"""Of a facet."""


class Row(BaseModel):
    """A subfigure as a list has it."""

    subfigure_id: str
    paper_id: str
    title: str | None
    doi: str | None
    pmcid: str | None
    journal: str | None
    published: str | None = Field(description="ISO 8601")
    license: str | None
    withdrawn: str | None = Field(description="retracted, removed or relicensed")
    figure_label: str | None
    panel_label: str | None
    page: int | None = Field(description="of the PDF, from 1")
    modality: str | None = Field(description="an ImageCLEF 2016 code such as DMFL; null: not scored")
    modality_path: str | None = Field(description="such as microscopy/fluorescence")
    confidence: float | None = Field(description="calibrated probability of the modality")
    rejected: bool | None = Field(description="the model abstains")
    label_source: str | None = Field(description="model or person")
    caption: str | None
    subcaption: str | None = Field(description="the caption's part for this panel")
    width: int
    height: int
    score: float | None = Field(description="higher is better, within one answer only")


class Found(BaseModel):
    """A page of what a search found."""

    total: int = Field(description="rows that answer; with `like` those on this only page")
    rows: list[Row]


class PaperRows(BaseModel):
    """A page of a paper's subfigures in reading order."""

    total: int = Field(description="subfigures of the paper; more than offset and rows: ask again from there")
    rows: list[Row] = Field(
        description="a figure's caption stands at its first row of the page, the others have null"
    )


class Subfigure(Row):
    """A subfigure with what its article says of it."""

    authors: list[str]
    alt_text: str | None
    mentions: list[str] = Field(description="sentences of the article that cite the figure or this panel")
    figure_text: str | None = Field(description="words printed inside the panel")
    figure_license: str | None
    third_party: bool | None
    attribution: str | None


class Value(BaseModel):
    """A value of a filter and how many rows it has; null: rows without one."""

    value: str | None
    count: int


class Facets(BaseModel):
    """How many rows answer, and how many there would be for each value of a filter, the others kept."""

    total: int
    modality: list[Value] = Field(description="by path; a class and what is below it are counted apart")
    license: list[Value]
    journal: list[Value]
    article_type: list[Value]


class Answers:
    """An indexed dataset as programs ask it; threads may share it."""

    def __init__(self, out: StorePath, index: SearchIndex, groups: RowGroups | None = None) -> None:
        self._out, self._index, self._groups = out, index, groups

    def search(self, query: Query, limit: int, offset: int, like: str | None = None) -> Found:
        """Rows that answer, or the first that are most like one. Raises InputError where there is no such row,
        SettingsError for an offset among the latter: likeness looks only at the nearest."""
        query = self._known(query)
        if like is not None:
            if offset:
                raise SettingsError("offset does not go with like: ask for more at once by limit")
            near = self._index.more_like(self._hit(like), query, limit)
            return Found(total=len(near), rows=[row_of(hit) for hit in near])
        hits = self._index.search(query, limit, offset)
        return Found(total=self._index.count(query), rows=[row_of(hit) for hit in hits])

    def facets(self, query: Query) -> Facets:
        """Counts of what answers."""
        query = self._known(query)
        counted = {name: _values(pairs) for name, pairs in self._index.facets(query, FACETS).items()}
        return Facets(
            total=self._index.count(query),
            modality=counted["path"],
            license=counted["license"],
            journal=counted["journal"],
            article_type=counted["article_type"],
        )

    def subfigure(self, subfigure_id: str) -> Subfigure:
        """A row by its id. Raises InputError where there is none."""
        hit = self._hit(subfigure_id)
        words = article_words(self._out, hit, self._groups)
        mentions = [said["text"] for said in words["mentions"] or () if said and said["text"]]
        return Subfigure(
            **row_of(hit).model_dump(),
            authors=[_text(name) or "" for name in (words["authors"] or ())[:_MOST_SENTENCES]],
            alt_text=_text(words["alt_text"]),
            mentions=[_text(text) or "" for text in mentions[:_MOST_SENTENCES]],
            figure_text=_text(words["figure_text"]),
            figure_license=_text(words["figure_license"]),
            third_party=words["third_party"],
            attribution=_text(words["attribution"]),
        )

    def paper(self, paper_id: str, limit: int, offset: int = 0) -> PaperRows:
        """Rows of a paper in reading order, by paper_id, PMCID, PMID or DOI. Raises InputError for others."""
        query = Query(paper=paper_id, order="paper")
        total = self._index.count(query)
        if not total:
            raise InputError(f"no paper of this dataset with subfigures is named {clean(paper_id, 100)}")
        rows, captioned = [], set()
        for hit in self._index.search(query, limit, offset):
            row, figure = row_of(hit), (hit.paper_id, hit.figure_index)
            rows.append(row.model_copy(update={"caption": None}) if figure in captioned else row)
            captioned.add(figure)
        return PaperRows(total=total, rows=rows)

    def picture(self, subfigure_id: str, side: int) -> bytes | None:
        """A JPEG of a row's picture of at most `side` pixels a side; None where it cannot be decoded.

        Raises InputError where there is no such row.
        """
        made = thumbnail(picture(self._out, self._hit(subfigure_id), self._groups), side)
        return made[0] if made else None

    def _known(self, query: Query) -> Query:
        """The query with its modality, a path or a code, as a path. Raises InputError for one that there is not,
        SettingsError for years that end before they begin."""
        if query.since is not None and query.until is not None and query.since > query.until:
            raise SettingsError(f"since {query.since} is after until {query.until}: no year is both")
        if query.modality is None:
            return query
        path = whole_path(query.modality, ())
        if path is None:
            known = [path for path, _ in self._index.facet(Query(), "path") if path]
            path = modality_path(query.modality, known)
        return replace(query, modality=path)

    def _hit(self, subfigure_id: str) -> Hit:
        hit = self._index.subfigure(clean(subfigure_id, 100))
        if hit is None:
            raise InputError(f"no subfigure of this dataset is named {clean(subfigure_id, 100)}")
        return hit


def row_of(hit: Hit) -> Row:
    """A hit as programs see it."""
    texts = {
        name: _text(getattr(hit, name))
        for name in Row.model_fields
        if isinstance(getattr(hit, name, None), str)
    }
    other = {name: getattr(hit, name, None) for name in Row.model_fields}
    return Row.model_validate(other | texts | {"modality_path": _text(hit.path)})


def _text(text: str | None) -> str | None:
    return None if text is None else clean(text, LONGEST_TEXT)


def _values(counted: Sequence[tuple[str | None, int]]) -> list[Value]:
    return [Value(value=_text(value), count=count) for value, count in counted[:_MOST_VALUES]]
