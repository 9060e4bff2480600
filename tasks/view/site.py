"""The view as a folder of pages to share: what its addresses answer, written to files that link to each other.

Read-only by nature: no search, no filters but the modalities, no pages of papers (their pictures are the papers').
"""

from __future__ import annotations

import asyncio
import html
import re
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx

from tasks.dataset.folder import whole_folder
from tasks.errors import OutputError
from tasks.view.app import create_app

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

_LINK = re.compile(r'(?<=\s)(href|src)="(/[^"]*)"')
_ROW = re.compile(r"/(subfigure|thumbnail|picture)/([0-9a-f]{16})/(\d{1,5})/(\d{1,5})")
_PAPER = re.compile(r"/paper/([0-9a-f]{64})")
_STATIC = re.compile(r"/static/([a-z]+\.(?:css|js|svg))")
_MOST_PAGES = 200_000


def write_site(out: StorePath, target: Path) -> int:
    """Writes the indexed dataset in `out` as pages into the new or empty folder `target`; returns how many files.

    Pictures that cannot be shown are left out, which their pages say. Raises OutputError where `target` holds
    something, or cannot be written; FigmillError where a page cannot be made.
    """
    with whole_folder(target, "--write") as folder:
        return asyncio.run(_crawl(out, folder))


async def _crawl(out: StorePath, folder: Path) -> int:
    """Every page that can be reached from the first, each once."""
    waiting, seen, written = deque(["/"]), {_file("/")}, 0
    transport = httpx.ASGITransport(create_app(out, site=True))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        while waiting:
            address = waiting.popleft()
            answer = await client.get(address)
            name = _file(address)
            is_page = answer.headers["content-type"].startswith("text/html")
            if is_page and answer.status_code != 200:
                raise OutputError(f"{out} has no page {address} by now: run the same command again")
            if name is None or answer.status_code != 200:
                continue
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if not is_page:
                file.write_bytes(answer.content)
            else:
                page, found = _linked(answer.text, name.count("/"))
                file.write_text(page, encoding="utf-8")
                for one in found:
                    if (name := _file(one)) not in seen:
                        seen.add(name)
                        waiting.append(one)
            if len(seen) > _MOST_PAGES:
                raise OutputError(f"{out} is too large to be written as pages: export a part of it")
            written += 1
    return written


def _linked(page: str, depth: int) -> tuple[str, list[str]]:
    """A page whose links lead to files, as seen from so many folders down, and the addresses that they stand for."""
    found: list[str] = []

    def relative(match: re.Match[str]) -> str:
        address = html.unescape(match[2]).partition("#")[0]
        fragment = html.unescape(match[2])[len(address) :]
        name = _file(address)
        if name is None:
            return ""
        found.append(address)
        return f'{match[1]}="{html.escape("../" * depth + name + fragment)}"'

    return _LINK.sub(relative, page), list(dict.fromkeys(found))


def _file(address: str) -> str | None:
    """The file that stands for an address; None for what the site has not."""
    parts = urlsplit(address)
    if parts.path == "/":
        return _list(parse_qs(parts.query))
    if found := _ROW.fullmatch(parts.path):
        suffix = {"subfigure": "html", "thumbnail": "jpg", "picture": "png"}[found[1]]
        return f"{found[1]}/{found[2]}-{found[3]}-{found[4]}.{suffix}"
    if found := _PAPER.fullmatch(parts.path):
        return f"paper/{found[1]}.html"
    found = _STATIC.fullmatch(parts.path)
    return f"static/{found[1]}" if found else None


def _list(query: dict[str, list[str]]) -> str | None:
    """The file of a page of the list, whole or of a modality."""
    if not query.keys() <= {"modality", "page"}:
        return None
    modality, page = query.get("modality", [""])[0], query.get("page", ["1"])[0]
    slug = re.sub(r"[^\w-]", "", modality.replace("/", "--"), flags=re.ASCII)
    if not page.isascii() or not page.isdigit():
        return None
    if modality:
        return f"list/{slug}-{page}.html" if slug else None
    return "index.html" if page == "1" else f"list/all-{page}.html"
