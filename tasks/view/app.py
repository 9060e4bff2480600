"""The view's addresses and what each answers. Through none of them can anything be changed; `editor` adds those that
take corrections, where they are asked for."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request

from models import taxonomy
from tasks.corrections.files import stamps_of
from tasks.dataset.columns import PAPERS
from tasks.dataset.ledger import read_ledger_part
from tasks.duplicates.groups import same_pictures
from tasks.errors import FigmillError, PaperError
from tasks.extraction.drawing import Drawer, has_pdf
from tasks.index.groups import row_groups
from tasks.index.queries import FACETS, Hit, Query
from tasks.index.rows import article_words, figure_boxes, picture
from tasks.index.search import SearchIndex
from tasks.index.thumbnails import thumbnail as small
from tasks.records import Gap
from tasks.selections.files import MOST_ROWS, too_many_rows
from tasks.texts import counted
from tasks.version import pipeline_version
from tasks.view import shown as pages
from tasks.view.answers import Answers
from tasks.view.api import create_api
from tasks.view.downloads import MOST, Form, Wanted, as_archive, as_table
from tasks.view.editing import Editing
from tasks.view.editor import add_editing, add_selecting, template_globals
from tasks.view.filters import NOTHING, Filters, address, parameters, read
from tasks.view.guard import Guard
from tasks.view.papers import PaperList, failed_papers, pdf_of
from tasks.view.selecting import Selections

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

HERE = Path(__file__).parent
PER_PAGE = 48
LIKE = 12
"""Pictures under `More like this`."""
_ANSWERS_KEPT = 256
"""Counts of filters, each a few kilobytes: a number for each class, license, journal and type."""
_STATIC = {
    "view.css": "text/css",
    "view.js": "text/javascript",
    "edit.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_DIGITS = 10
"""Of a page's number in an address."""
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows a query has, and would have for other values of its filters."""

    total: int
    modalities: list[pages.Branch]
    licenses: list[tuple[str | None, int]]
    journals: list[tuple[str | None, int]]
    types: list[tuple[str | None, int]]


class View:
    """The dataset as templates see it; threads share it."""

    def __init__(self, out: StorePath) -> None:
        self.out = out
        self.index = SearchIndex(out)
        self.drawer = Drawer()
        self.groups = row_groups(out)
        """Of a store's parts."""
        self._counts = functools.lru_cache(_ANSWERS_KEPT)(self._count)
        self.papers = PaperList(out)
        self.selections = Selections(out)
        self.duplicates = functools.cache(lambda: same_pictures(out))

    def close(self) -> None:
        """Ends what was started."""
        self.drawer.close()
        self.index.__exit__(None, None, None)

    def found(self, filters: Filters, total: int = 0) -> tuple[list[Hit], Hit | None, int]:
        """The rows of a page of the list, the one that they are like, and how many pages there are.

        `total` rows answer; for those like one, which are a page, it is not looked at.
        """
        like, query = self.index.subfigure(filters.like) if filters.like else None, self.query(filters)
        if like is not None:
            return self.index.more_like(like, query, PER_PAGE), like, 1
        last = max(1, -(-total // PER_PAGE))
        page = min(filters.page, last)
        return self.index.search(query, PER_PAGE, PER_PAGE * (page - 1)), None, last

    def query(self, filters: Filters) -> Query:
        """What the index is asked."""
        if not filters.selection:
            return filters.query
        return replace(filters.query, among=self.selections.of(filters.selection).ids)

    def number(self, filters: Filters) -> int:
        """How many rows `names` has, without a name of them."""
        return len(self.found(filters)[0]) if filters.like else self.index.count(self.query(filters))

    def savable(self, filters: Filters) -> tuple[str, ...]:
        """`names`, for a selection. Raises InputError where these are more than it takes at a time."""
        if self.number(filters) > MOST_ROWS:
            raise too_many_rows()
        return self.names(filters)

    def names(self, filters: Filters) -> tuple[str, ...]:
        """Every row that filters leave, by name; of those like one, what the list shows."""
        if filters.like:
            return tuple(hit.subfigure_id for hit in self.found(filters)[0])
        return tuple(name for name, _, _ in self.index.ids(self.query(filters)))

    def same(self, hit: Hit) -> list[Hit]:
        """Other rows that show the same picture, as far as `figmill duplicates` has looked."""
        found = [self.index.subfigure(one) for one in self.duplicates().get(hit.subfigure_id, ())]
        return [other for other in found if other is not None and other.id != hit.id][:LIKE]

    def picture(self, hit: Hit) -> bytes:
        """The encoded image of a row. Raises OutputError where the index names what is no longer there."""
        return picture(self.out, hit, self.groups)

    def drawn(self, hits: list[Hit]) -> bytes:
        """The page of a figure with its box and those of these subfigures. Raises PaperError."""
        page = hits[0].page
        if page is None:
            raise PaperError("no_pages", "The figure is an image file of its own.")
        boxes = figure_boxes(self.out, hits)
        figure = boxes[hits[0].subfigure_id][0]
        return self.drawer.draw(
            hits[0].source_uri,
            hits[0].paper_id,
            page,
            figure,
            [boxes[hit.subfigure_id][1] for hit in hits],
        )

    def gaps(self, hit: Hit) -> tuple[Gap, ...]:
        """What is missing of a subfigure's paper, by the ledger; nothing where that cannot be read."""
        try:
            rows = read_ledger_part(self.out / PAPERS / hit.part, ("gaps",))
        except FigmillError:
            return ()
        return next((row.gaps for row in rows if row.paper_id == hit.paper_id), ())

    def counts(self, filters: Filters) -> Counts:
        """How many rows filters leave; counted once for as long as nobody corrects anything or changes a selection.

        What is kept goes by the selection's name: the rows that it has may be many.
        """
        stamps = self.selections.stamps() if filters.selection else stamps_of(self.out)
        return self._counts(replace(filters, page=1, order="best", like=""), stamps)

    def _count(self, filters: Filters, _: object) -> Counts:
        query = self.query(filters)
        facets = self.index.facets(query, FACETS)
        return Counts(
            self.index.count(query),
            pages.tree(facets["path"]),
            pages.with_families(facets["license"]),
            facets["journal"],
            facets["article_type"],
        )


def create_app(
    out: StorePath,
    names: Iterable[str] = (),
    who: str | None = None,
    token: str | None = None,
    site: bool = False,
    own: Sequence[str] = (),
) -> Guard:
    """The view of the indexed dataset in `out`; `names` are host names by which it may be asked besides localhost.

    With `who`, that person may correct, and name rows `own` classes too. With `token`, only those who know it are
    answered. For a `site` of files, pages leave out what only a server can do.
    """
    view = View(out)
    editing = Editing(out, who, view.index, view.drawer, own) if who else None
    closing = [editing.close, view.close] if editing else [view.close]
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, on_shutdown=closing)
    templates = _environment()

    def page(template: str, status: int = 200, **shown: Any) -> HTMLResponse:
        html = templates.get_template(template).render(dataset=out.name, editing=editing, site=site, **shown)
        return HTMLResponse(html, status)

    def missing(words: str = "There is nothing at this address.") -> HTMLResponse:
        return page("missing.html.j2", 404, words=words, title="Not found")

    @app.get("/")
    def listed(request: Request) -> Response:
        filters = read(request.query_params)
        counts = view.counts(filters)
        hits, like, last = view.found(filters, counts.total)
        chosen = view.selections.of(filters.selection) if filters.selection else None
        return page(
            "list.html.j2",
            gone=chosen.gone if chosen else (),
            selections=view.selections.names() if editing else (),
            filters=filters,
            hits=hits,
            like=like,
            last=last,
            counts=counts,
            model_id=view.index.model_id,
        )

    @app.get("/subfigure/{paper}/{figure}/{number}")
    def subfigure(paper: str, figure: str, number: str) -> Response:
        hit = view.index.subfigure(f"{paper}/{figure}/{number}")
        if hit is None:
            return missing(
                "No subfigure here has that name, or none has it any more: people may have said that it is "
                "no figure, merged or split it, or its paper was read anew."
            )
        return page(
            "subfigure.html.j2",
            hit=hit,
            words=article_words(out, hit, view.groups),
            same=view.same(hit),
            similar=view.index.more_like(hit, Query(), LIKE),
            pdf=not site and has_pdf(hit.source_uri),
        )

    @app.get("/paper/{paper_id}")
    def paper(paper_id: str) -> Response:
        hits = view.index.paper(paper_id)
        if not hits:
            return missing("No paper of this dataset with subfigures has that name.")
        return page(
            "paper.html.j2",
            selections=view.selections.names() if editing else (),
            figures=pages.figures(hits),
            hit=hits[0],
            pdf=not site and has_pdf(hits[0].source_uri),
            gaps=view.gaps(hits[0]),
            before=view.index.paper_beside(paper_id, after=False),
            after=view.index.paper_beside(paper_id, after=True),
        )

    @app.get("/papers")
    def papers(request: Request) -> Response:
        failed = request.query_params.get("failed") == "1"
        asked = request.query_params.get("page", "1")
        number = int(asked) if asked.isdecimal() and len(asked) < _DIGITS else 1
        found = failed_papers(out) if failed else view.papers.page(number)
        return page("papers.html.j2", papers=found, only_failed=failed)

    @app.get("/selections")
    def selections() -> Response:
        return page("selections.html.j2", listed=view.selections.listed())

    @app.get("/download")
    def download(request: Request) -> Response:
        filters, asked = read(request.query_params), request.query_params
        form: Form = "zip" if asked.get("form") == "zip" else "csv"
        number = view.number(filters)
        if number > MOST[form]:
            words = f"These are {number:,}; {MOST[form]:,} can be taken at a time: set a filter."
            return page("missing.html.j2", 413, words=words, title="Too many to download")
        names = view.names(filters)
        words = ", ".join(f"{name} {value}" for name, value in parameters(filters).items() if name != "page")
        wanted = Wanted(names, asked.get("redistributable") == "1", words)
        made = (as_archive if form == "zip" else as_table)(out, view.index, wanted)
        kind = {"zip": "application/zip", "csv": "text/csv; charset=utf-8"}[form]
        kept = {"Content-Disposition": f'attachment; filename="figmill-{len(names)}.{form}"'}
        return StreamingResponse(made, media_type=kind, headers=kept)

    @app.get("/pdf/{paper_id}")
    def pdf(paper_id: str) -> Response:
        hits = view.index.paper(paper_id)
        data = pdf_of(hits[0].source_uri, paper_id) if hits else None
        if data is None:
            return missing("The PDF is no longer where it was, or is another one now.")
        kept = {"Content-Disposition": f'attachment; filename="{paper_id[:16]}.pdf"'}
        return Response(data, media_type="application/pdf", headers=kept)

    @app.get("/thumbnail/{paper}/{figure}/{number}")
    def thumbnail(paper: str, figure: str, number: str) -> Response:
        hit = view.index.subfigure(f"{paper}/{figure}/{number}")
        data = view.index.thumbnail(hit.id) if hit else None
        if hit and data is None and hit.has_thumbnail:  # not yet
            made = small(view.picture(hit))
            data = made and made[0]
        return _image(data, "image/jpeg")

    @app.get("/picture/{paper}/{figure}/{number}")
    def full_picture(paper: str, figure: str, number: str) -> Response:
        hit = view.index.subfigure(f"{paper}/{figure}/{number}")
        data = view.picture(hit) if hit else b""
        kind = next((kind for start, kind in _KINDS.items() if data.startswith(start)), None)
        return _image(data if kind else None, kind or "")

    @app.get("/page/{paper}/{figure}/{number}")
    def page_of_subfigure(paper: str, figure: str, number: str) -> Response:
        hit = view.index.subfigure(f"{paper}/{figure}/{number}")
        return _drawn(view, [hit] if hit else [])

    @app.get("/page/{paper_id}/{figure}")
    def page_of_figure(paper_id: str, figure: str) -> Response:
        hits = [hit for hit in view.index.paper(paper_id) if str(hit.figure_index) == figure]
        return _drawn(view, hits)

    @app.get("/static/{name}")
    def static(name: str) -> Response:
        if name not in _STATIC:
            return missing()
        return _kept((HERE / "static" / name).read_bytes(), _STATIC[name])

    @app.exception_handler(404)
    def unknown(_: Request, __: Exception) -> Response:
        return missing()

    def failed(_: Request, error: FigmillError | OSError) -> Response:
        words: object = error
        if isinstance(error, OSError) and error.strerror:
            words = f"{error.strerror} ({error.filename})" if error.filename else error.strerror
        return page("missing.html.j2", 503, words=pages.clean(words, 1000), title="This cannot be shown now")

    if not site:  # who writes files must know what was not written
        app.exception_handler(FigmillError)(failed)
        app.exception_handler(OSError)(failed)  # what a store says

    if not site:
        app.mount("/api", create_api(Answers(out, view.index, view.groups)))
    if editing:
        add_editing(app, view.index, editing, page, view.query)
        add_selecting(app, editing, page, view.selections, view.index, view.savable)
    return Guard(app, names, editing=bool(editing), token=token)


def _drawn(view: View, hits: list[Hit]) -> Response:
    try:
        data = view.drawn(hits) if hits else None
    except PaperError:
        data = None
    return _image(data, "image/png")


def _image(data: bytes | None, kind: str) -> Response:
    return _kept(data, kind) if data else PlainTextResponse("This picture cannot be shown.", 404)


def _kept(data: bytes, kind: str) -> Response:
    return Response(data, media_type=kind, headers={"Cache-Control": "private, max-age=600"})


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    stamp = hashlib.sha256(b"".join((HERE / "static" / name).read_bytes() for name in _STATIC)).hexdigest()[
        :12
    ]
    environment.filters |= {
        "clean": pages.clean,
        "counted": counted,
        "file_name": pages.file_name,
        "name": pages.modality_name,
        "modality": taxonomy.name,
    }
    environment.globals |= {
        "address": address,
        "alternative": pages.alternative,
        "doubts": pages.doubts,
        "links": pages.links,
        "marked": pages.marked,
        "page_window": pages.page_window,
        "paper_name": pages.paper_name,
        "thumbnail_size": pages.thumbnail_size,
        "warning": pages.warning,
        "what": pages.what,
        "where": pages.where,
        **template_globals(),
        "NOTHING": NOTHING,
        "stamp": stamp,
        "version": pipeline_version(),
    }
    return environment
