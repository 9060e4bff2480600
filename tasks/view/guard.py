"""Who may ask the view, and what a browser may do with its answers."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On every answer: no foreign script, no frame around us, no picture of ours in a foreign page."""


_COOKIE = "figmill"
_LONGEST_QUERY = 2000
_LONGEST_FORM = 100_000
"""Bytes of what a form sends."""


class Guard:
    """Answers only those who address this machine, only GET and HEAD, and never without the headers.

    A page elsewhere may lead a browser here under a name of its own (DNS rebinding); its name then stands in the
    Host header. Addresses in numbers cannot be rebound. Where people correct (`editing`), forms are taken too, but only
    from our own pages; that a form is ours, its token shows besides (see `tasks.view.editing`). With a `token`, whoever
    does not know it is shown nothing.
    """

    def __init__(
        self, app: ASGIApp, names: Iterable[str], editing: bool = False, token: str | None = None
    ) -> None:
        self._app = app
        self._names = {name.lower() for name in names} | {"localhost"}
        self._methods = ("GET", "HEAD", "POST") if editing else ("GET", "HEAD")
        # A browser says where a form comes from only to a page that lets it.
        self._headers = HEADERS | ({"Referrer-Policy": "same-origin"} if editing else {})
        self._secret = hashlib.sha256(token.encode()).hexdigest() if token else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One exchange, as ASGI has it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.lower().encode(), value.encode()) for name, value in self._headers.items()]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        if not self._knows(host):
            await _refuse(with_headers, 421, b"This server does not go by that name.")
        elif scope["method"] not in self._methods:
            await _refuse(with_headers, 405, b"This server only shows.")
        elif not self._is_let_in(scope):
            await self._ask_for_token(scope, with_headers)
        elif scope["method"] == "POST" and not _comes_from_us(scope, host):
            await _refuse(with_headers, 403, b"This form did not come from this server's own page.")
        elif scope["method"] == "POST" and not _is_small_form(scope):
            await _refuse(with_headers, 413, b"This is no form of ours, or it is too long.")
        else:
            await self._app(scope, receive, with_headers)

    def _is_let_in(self, scope: Scope) -> bool:
        if self._secret is None:
            return True
        try:
            cookie = SimpleCookie(_header(scope, b"cookie")).get(_COOKIE)
        except CookieError:
            return False
        return cookie is not None and _same(cookie.value, self._secret)

    async def _ask_for_token(self, scope: Scope, send: Send) -> None:
        """Whoever names the token in the address is let in from then on."""
        query = scope.get("query_string", b"").decode("latin-1")
        shown = parse_qs(query[:_LONGEST_QUERY]).get("token", [""])[0]
        if not _same(hashlib.sha256(shown.encode()).hexdigest(), self._secret or ""):
            await _refuse(
                send, 401, b"Open this view by the address with the token that it was started with."
            )
            return
        # Lax: who opens the address from a letter must be let in too. Forms of other pages are refused all the same.
        cookie = f"{_COOKIE}={self._secret}; Path=/; HttpOnly; SameSite=Lax"
        headers = [(b"location", b"/"), (b"set-cookie", cookie.encode()), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _knows(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in self._names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _comes_from_us(scope: Scope, host: str) -> bool:
    """By what a browser says and no page can change: the origin of the form is this very server."""
    if _header(scope, b"sec-fetch-site") not in ("", "same-origin"):
        return False
    origin = urlsplit(_header(scope, b"origin"))
    return origin.scheme in ("http", "https") and origin.netloc.lower() == host.lower()


def _is_small_form(scope: Scope) -> bool:
    length = _header(scope, b"content-length")
    kind = _header(scope, b"content-type").partition(";")[0].strip().lower()
    is_small = length.isascii() and length.isdigit() and len(length) < 9 and int(length) <= _LONGEST_FORM
    return is_small and kind == "application/x-www-form-urlencoded"


async def _refuse(send: Send, status: int, words: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(words)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words})
