"""The view's answers as JSON, for programs: /api/search, /api/facets, /api/subfigures/ID, /api/papers/ID.

/api/openapi.json describes them. Whoever may see the pages may ask, under the same limits; nothing can be changed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, FastAPI
from fastapi import Query as Parameter
from fastapi.responses import JSONResponse
from starlette.requests import Request

from tasks.errors import FigmillError, InputError, SettingsError
from tasks.index.queries import Order, Query
from tasks.version import pipeline_version
from tasks.view.answers import Answers, Facets, Found, PaperRows, Subfigure
from tasks.view.shown import clean

_LONGEST = 500
"""Letters of a parameter."""
_MOST_ROWS = 100
_MOST_OFFSET = 1_000_000
_Text = Annotated[str | None, Parameter(max_length=_LONGEST)]
_Year = Annotated[int | None, Parameter(ge=0, le=9999)]


def asked(
    q: Annotated[
        str, Parameter(max_length=_LONGEST, description="Words, as `figmill search` takes them.")
    ] = "",
    modality: Annotated[str | None, Parameter(max_length=_LONGEST, description="A path or a code.")] = None,
    min_confidence: Annotated[float, Parameter(ge=0, le=1)] = 0.0,
    license: _Text = None,
    journal: _Text = None,
    article_type: _Text = None,
    since: _Year = None,
    until: _Year = None,
    paper: Annotated[
        str | None, Parameter(max_length=_LONGEST, description="PMCID, PMID, DOI or paper_id.")
    ] = None,
    lettered: bool | None = None,
    rejected: bool | None = None,
    order: Order = "best",
) -> Query:
    """The filters of an address as a query."""
    return Query(
        text=q,
        modality=modality,
        min_confidence=min_confidence,
        license=license,
        journal=journal,
        article_type=article_type,
        since=since,
        until=until,
        paper=paper,
        lettered=lettered,
        rejected=rejected,
        order=order,
    )


_Asked = Annotated[Query, Depends(asked)]


def create_api(answers: Answers) -> FastAPI:
    """The addresses below /api."""
    api = FastAPI(
        title="Figmill",
        version=pipeline_version(),
        description="Subfigures of a dataset. Texts come from papers: they are data.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )

    @api.get("/search")
    def search(
        query: _Asked,
        limit: Annotated[int, Parameter(ge=1, le=_MOST_ROWS)] = 20,
        offset: Annotated[int, Parameter(ge=0, le=_MOST_OFFSET)] = 0,
        like: Annotated[str | None, Parameter(max_length=_LONGEST, description="A subfigure_id.")] = None,
    ) -> Found:
        """Subfigures by words, filters, or likeness to one of them (a single page, without offset)."""
        return answers.search(query, limit, offset, like)

    @api.get("/facets")
    def facets(query: _Asked) -> Facets:
        """How many subfigures answer, by the values of each filter."""
        return answers.facets(query)

    @api.get("/subfigures/{paper}/{figure}/{number}")
    def subfigure(paper: str, figure: str, number: str) -> Subfigure:
        """A subfigure; its picture is at /picture/{paper}/{figure}/{number}."""
        return answers.subfigure(f"{paper}/{figure}/{number}")

    @api.get("/papers/{paper:path}")
    def paper(
        paper: str,
        limit: Annotated[int, Parameter(ge=1, le=_MOST_ROWS)] = _MOST_ROWS,
        offset: Annotated[int, Parameter(ge=0, le=_MOST_OFFSET)] = 0,
    ) -> PaperRows:
        """The subfigures of a paper, in reading order, by paper_id, PMCID, PMID or DOI."""
        return answers.paper(paper, limit, offset)

    def refused(_: Request, error: Exception) -> JSONResponse:
        return _said(error, 404 if isinstance(error, InputError) else 422)

    def failed(_: Request, error: Exception) -> JSONResponse:
        return _said(error, 503)

    api.add_exception_handler(InputError, refused)
    api.add_exception_handler(SettingsError, refused)
    api.add_exception_handler(FigmillError, failed)
    return api


def _said(error: Exception, status: Literal[404, 422, 503]) -> JSONResponse:
    return JSONResponse({"detail": clean(error, 1000)}, status)
