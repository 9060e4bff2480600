"""The addresses by which people correct: one row after the other, many at once, boxes on pages, and what was done."""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from tasks.corrections.actions import RANDOM, Action
from tasks.corrections.queues import ORDERS, Order
from tasks.errors import InputError, PaperError
from tasks.extraction.drawing import has_pdf
from tasks.index.queries import Hit, Query
from tasks.index.search import SearchIndex
from tasks.records import Box
from tasks.view.editing import Editing
from tasks.view.filters import Filters, address, parameters, read
from tasks.view.selecting import Selections

CLASS_KEYS = "1234567890qwertyioasdfghjkzvQWERTYIOASDFGHJKZV"
"""For the classes of a row, the likeliest first; the other letters are the other actions'."""
_SAID: tuple[Action, ...] = ("label", "no_figure", "several", "letter", "caption", "reject")
_MOST_FIELDS = 1000

Page = Callable[..., HTMLResponse]


@dataclass(frozen=True, slots=True)
class Form:
    """What a form sent: values by name, several of one name."""

    fields: tuple[tuple[str, str], ...]

    def one(self, name: str) -> str:
        """The first value of that name; empty where there is none."""
        return next((value for field, value in self.fields if field == name), "")

    def all(self, name: str) -> list[str]:
        """Every value of that name, each once."""
        return list(dict.fromkeys(value for field, value in self.fields if field == name))


def add_editing(
    app: FastAPI, index: SearchIndex, editing: Editing, page: Page, query: Callable[[Filters], Query]
) -> None:
    """Adds the addresses to the view's; `query` is what the index is asked where filters are set."""

    @app.get("/edit")
    def edit(request: Request) -> Response:
        filters, queue = read(request.query_params), _queue(request.query_params.get("queue", ""))
        names = editing.queue(queue, query(filters))
        wanted = request.query_params.get("at", "")
        hit = index.subfigure(wanted) if wanted else None
        gone = wanted if hit is None else ""
        # Another session may have taken a row away since the queue was made.
        hit = hit or next((found for name in names if (found := index.subfigure(name))), None)
        if hit is None:
            return page("edited.html.j2", filters=filters, queue=queue)
        before, after = _neighbours(names, hit.subfigure_id)
        return page(
            "edit.html.j2",
            filters=filters,
            queue=queue,
            hit=hit,
            gone=gone,
            left=len(names),
            before=before and _edit_address(filters, queue, before),
            after=after and _edit_address(filters, queue, after),
            classes=_keyed(editing.likeliest(hit)),
            pdf=has_pdf(hit.source_uri),
        )

    @app.get("/boxes/{paper}/{figure}/{number}")
    def boxes(paper: str, figure: str, number: str) -> Response:
        hit = index.subfigure(f"{paper}/{figure}/{number}")
        if hit is None or not hit.page or not has_pdf(hit.source_uri):
            words = "There is no page of this picture to draw on."
            return page(
                "refused.html.j2", 404, title="No page to draw on", words=words, hit=hit, drawing=False
            )
        return page("boxes.html.j2", hit=hit)

    @app.get("/changes")
    def changes() -> Response:
        recent = editing.recent()
        every = [one.subfigure_id for one, _ in recent]
        made = [piece.subfigure_id for one, holds in recent if holds for piece in one.pieces]
        return page("changes.html.j2", recent=recent, there=index.present([*every, *made]))

    @app.post("/say")
    async def say(request: Request) -> Response:
        return await _answered(request, editing, page, index, lambda form: _say(index, editing, form, query))

    @app.post("/merge")
    async def merge(request: Request) -> Response:
        return await _answered(request, editing, page, index, lambda form: _merge(index, editing, form))

    @app.post("/boxes")
    async def draw(request: Request) -> Response:
        return await _answered(request, editing, page, index, lambda form: _draw(index, editing, form))

    @app.post("/undo")
    async def undo(request: Request) -> Response:
        return await _answered(request, editing, page, index, lambda form: _undo(editing, form))


def add_selecting(
    app: FastAPI,
    editing: Editing,
    page: Page,
    selections: Selections,
    index: SearchIndex,
    shown: Callable[[Filters], Sequence[str]],
) -> None:
    """Adds the address by which selections change; `shown` are the rows that filters leave, by name."""

    def select(form: Form) -> str:
        every = form.one("every")
        ids = shown(_filters(form)) if every else form.all("id")
        deed = form.one("deed")
        name = selections.change(deed, form.one("selection"), ids, editing.who)
        if deed == "delete":
            return "/selections"
        return address(Filters(selection=name)) if deed == "add" else address(_filters(form))

    @app.post("/select")
    async def selected(request: Request) -> Response:
        return await _answered(request, editing, page, index, select)


async def _answered(
    request: Request, editing: Editing, page: Page, index: SearchIndex, work: Callable[[Form], str]
) -> Response:
    """Does what a form asks for and leads on to the address that `work` returns; what is refused keeps its picture."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        form = Form(tuple(parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)))
    except ValueError:
        words = "This form has too many fields: choose fewer pictures at a time."
        return page("refused.html.j2", 400, title="Not done", words=words, hit=None, drawing=False)
    if not hmac.compare_digest(form.one("token").encode(), editing.token.encode()):
        words = "This page is of an earlier start of the view: load it again, nothing was changed."
        return page("refused.html.j2", 403, title="Not done", words=words, hit=None, drawing=False)
    try:
        target = await run_in_threadpool(work, form)
    except (PaperError, InputError) as error:
        is_paper = isinstance(error, PaperError)
        words = error.error if isinstance(error, PaperError) else f"{str(error)[:1].upper()}{str(error)[1:]}."
        ids, drawing = form.all("id"), request.url.path == "/boxes"
        hit = index.subfigure(ids[0]) if len(ids) == 1 else None
        title = "The boxes were refused" if drawing else "Not done"
        return page(
            "refused.html.j2", 409 if is_paper else 400, title=title, words=words, hit=hit, drawing=drawing
        )
    return RedirectResponse(target, 303)


def _say(index: SearchIndex, editing: Editing, form: Form, query: Callable[[Filters], Query]) -> str:
    action, queue = form.one("action"), form.one("queue")
    if action not in _SAID:
        raise InputError("there is no such action")
    hits = _hits(index, form)
    shown_by = _queue(queue) if queue else None
    target = _then(editing, form, hits, shown_by, query)
    is_narrowed = shown_by == RANDOM and _filters(form).narrows  # no honest sample of the whole
    editing.say(action, hits, form.one("value"), None if is_narrowed else shown_by)
    return target


def _merge(index: SearchIndex, editing: Editing, form: Form) -> str:
    name = editing.merge(_hits(index, form))
    return f"/edit?{urlencode({'at': name})}"


def _draw(index: SearchIndex, editing: Editing, form: Form) -> str:
    hit = _hits(index, form)[0]
    boxes = [_box(text) for text in form.all("box")]
    names = editing.draw(hit, boxes, replacing=form.one("mode") == "split")
    return f"/edit?{urlencode({'at': names[0]})}"


def _undo(editing: Editing, form: Form) -> str:
    undone = editing.take_back(form.one("correction") or None)
    if undone is None:
        raise InputError("there is nothing left to take back")
    if form.one("then") == "changes":
        return "/changes"
    queue = _queue(form.one("queue"))
    return _edit_address(_filters(form), queue, undone.subfigure_id)


def _then(
    editing: Editing,
    form: Form,
    hits: Sequence[Hit],
    queue: Order | None,
    query: Callable[[Filters], Query],
) -> str:
    """Where to go on: the next row of the queue, or the list that was looked at."""
    if queue is None or not hits:
        return address(_filters(form), page=_filters(form).page)
    if form.one("stay"):
        return _edit_address(_filters(form), queue, hits[0].subfigure_id)
    names = editing.queue(queue, query(_filters(form))) if queue != "unlike" else []
    return _edit_address(_filters(form), queue, _neighbours(names, hits[0].subfigure_id)[1])


def _hits(index: SearchIndex, form: Form) -> list[Hit]:
    found = [index.subfigure(name) for name in form.all("id")]
    if not found or None in found:
        raise InputError("choose pictures that are there: load the page again")
    return [hit for hit in found if hit is not None]


def _filters(form: Form) -> Filters:
    return read(dict(parse_qsl(form.one("filters").removeprefix("/?"), max_num_fields=_MOST_FIELDS)))


def _edit_address(filters: Filters, queue: Order, at: str | None) -> str:
    said = parameters(replace(filters, page=1)) | {"queue": queue} | ({"at": at} if at else {})
    return f"/edit?{urlencode(said)}"


def _neighbours(names: Sequence[str], name: str) -> tuple[str | None, str | None]:
    """The rows before and after one in a queue; of a row that is not in it, none and the first."""
    if name not in names:
        return None, names[0] if names else None
    place = names.index(name)
    return (names[place - 1] if place else None), (names[place + 1] if place + 1 < len(names) else None)


def _keyed(classes: Sequence[str]) -> list[tuple[str, str]]:
    """A key for each class, as long as there are keys."""
    keys = [*CLASS_KEYS, *[""] * len(classes)]
    return list(zip(keys, classes, strict=False))


def _queue(text: str) -> Order:
    return cast("Order", text) if text in ORDERS else "unlike"


def _box(text: str) -> Box:
    """`0.1,0.2,0.5,0.6`: fractions of the page's width and height."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) != 4 or not all(math.isfinite(value) for value in values):
        raise InputError("a box is four numbers")
    return values[0], values[1], values[2], values[3]


def template_globals() -> dict[str, Any]:
    """What the templates of these pages need besides the view's."""
    return {
        "QUEUES": QUEUES,
        "edit_address": _edit_address,
        "none_set": Filters(),
        "parameters": parameters,
    }


QUEUES = (
    ("unlike", "unsure, and unlike what was corrected"),
    ("unsure", "least sure first"),
    ("refused", "where the model abstains"),
    ("disagree", "where words and picture disagree"),
    ("random", "at random, for an honest estimate"),
)
"""The orders and their words."""
