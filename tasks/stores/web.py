"""Files that are named by an address of the web: asked for politely, and never more than the limit is taken."""

from __future__ import annotations

import functools
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tasks.errors import PaperError
from tasks.version import pipeline_version

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 5
PAUSE = 1.0
"""Seconds after the first attempt that failed; twice as many after each further one."""
_LONGEST_PAUSE = 60.0
_BUSY = (429, 500, 502, 503, 504)
_SECONDS = 60.0
"""For which a server may be silent."""
_CHUNK = 1 << 18

_T = TypeVar("_T")


class Unanswered(PaperError):  # noqa: N818 (what it is, not what to call it)
    """No answer, or none but that the server is busy, after several attempts."""


def is_web(uri: str) -> bool:
    """Whether this is an address of the web."""
    return uri.startswith(("https://", "http://"))


def without_password(uri: str) -> str:
    """An address as it may be written down: without the user and the password that it may hold."""
    return re.sub(r"^(https?://)[^/?#]*@", r"\1", uri)


def version(uri: str) -> str | None:
    """What changes when the file behind an address does, asked for without fetching it; None where nobody says."""
    import httpx

    try:
        reply = _client().head(uri)
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    marks = [reply.headers.get(name) for name in ("etag", "last-modified")]
    if reply.status_code != 200 or not any(marks):
        return None
    return " ".join(filter(None, [*marks, reply.headers.get("content-length")]))


def download(uri: str, target: Path, most_bytes: int) -> None:
    """The file behind an address. Raises PaperError where it is not to be had, OSError where it cannot be kept."""
    _ask(uri, lambda reply: _keep(reply, target, most_bytes))


def read(uri: str, most_bytes: int) -> bytes:
    """The bytes behind an address. Raises PaperError where they are not to be had, or are more than the limit."""
    return _ask(uri, lambda reply: b"".join(_chunks(reply, most_bytes)))


def _ask(uri: str, take: Callable[[httpx.Response], _T]) -> _T:
    """What `take` makes of the reply. Raises Unanswered, or PaperError where the server says no.

    A server that is busy or drops the connection is asked again, after the pause that it wants or a growing one.
    """
    import httpx

    for attempt in range(ATTEMPTS):
        pause = PAUSE * 2**attempt * random.uniform(0.5, 1.5)  # noqa: S311 (not a secret)
        try:
            with _client().stream("GET", uri) as reply:
                if reply.status_code in _BUSY:
                    reason = f"the server answers {reply.status_code} {reply.reason_phrase}"
                    pause = _wanted_pause(reply) or pause
                elif reply.status_code != 200:
                    raise PaperError(
                        "missing", f"The file cannot be fetched: the server answers {reply.status_code}."
                    )
                else:
                    return take(reply)
        except httpx.InvalidURL as error:
            raise PaperError("missing", "The file cannot be fetched: its address is not valid.") from error
        except httpx.HTTPError as error:
            reason = f"the connection failed ({type(error).__name__})"
        if attempt + 1 < ATTEMPTS:
            time.sleep(min(pause, _LONGEST_PAUSE))
    raise Unanswered("missing", f"The file cannot be fetched: {reason}, {ATTEMPTS} times.")


def _keep(reply: httpx.Response, target: Path, most_bytes: int) -> None:
    with _whole(target) as aside, aside.open("wb") as file:
        for chunk in _chunks(reply, most_bytes):
            file.write(chunk)


def _chunks(reply: httpx.Response, most_bytes: int) -> Iterator[bytes]:
    taken = 0
    for chunk in reply.iter_bytes(_CHUNK):
        taken += len(chunk)
        if taken > most_bytes:
            raise PaperError("too_large", f"The file has more than the limit of {most_bytes >> 20} MB.")
        yield chunk


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    aside = target.with_name(f"{target.name}.part")
    try:
        yield aside
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def _wanted_pause(reply: httpx.Response) -> float | None:
    wanted = reply.headers.get("retry-after", "")
    return float(wanted) if wanted.isdigit() else None


@functools.cache
def _client() -> httpx.Client:
    import httpx

    return httpx.Client(
        follow_redirects=True,
        max_redirects=5,
        timeout=_SECONDS,
        headers={"User-Agent": f"figmill/{pipeline_version()}"},
    )
