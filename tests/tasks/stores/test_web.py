"""PDFs by their address: asked for again while the server is busy, and given up in words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from tasks.errors import PaperError
from tasks.inputs.fetching import Inbox, Remote, find_remote
from tasks.records import PaperFiles
from tasks.runs.outcomes import Failure
from tasks.stores import web
from tests.stores import _Quiet, serving
from tests.tasks.small_records import files

MB = 2**20


@dataclass
class Site:
    url: str = ""
    replies: list[Response] = field(default_factory=list)
    """What the next requests get; then the file."""
    seen: list[str] = field(default_factory=list)
    data: bytes = b"%PDF-1.4"
    who: str | None = None
    """The password that the last request came with."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(web, "PAUSE", 0.01)
    site = Site()

    @Request.application
    def application(request: Request) -> Response:
        site.seen.append(f"{request.method} {request.path}")
        site.who = request.authorization and request.authorization.password
        if site.replies:
            return site.replies.pop(0)
        return Response(site.data, headers={"ETag": f'"{hash(site.data)}"'})

    server: Any = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet)
    with serving(server) as site.url:
        yield site


def test_a_busy_server_is_asked_again_after_the_pause_it_wants(site: Site, tmp_path: Path) -> None:
    site.replies += [
        Response(status=503),
        Response(status=429, headers={"Retry-After": "0"}),
        Response(status=502),
    ]
    web.download(f"{site.url}/a.pdf", tmp_path / "a.pdf", MB)
    assert (tmp_path / "a.pdf").read_bytes() == site.data
    assert len(site.seen) == 4


def test_a_redirect_is_followed(site: Site, tmp_path: Path) -> None:
    site.replies.append(Response(status=302, headers={"Location": "/elsewhere.pdf"}))
    web.download(f"{site.url}/a.pdf", tmp_path / "a.pdf", MB)
    assert site.seen[-1] == "GET /elsewhere.pdf"


@pytest.mark.parametrize(
    ("replies", "sentence"),
    [
        ([Response(status=404)], "The file cannot be fetched: the server answers 404."),
        ([Response(status=503)] * web.ATTEMPTS, "the server answers 503 SERVICE UNAVAILABLE, 5 times"),
        (
            [Response(status=302, headers={"Location": "/a.pdf"})] * 10,
            "the connection failed .TooManyRedirects",
        ),
        ([Response(status=302, headers={"Location": "file:///etc/passwd"})] * 5, "the connection failed"),
    ],
)
def test_what_is_not_to_be_had_is_said(
    replies: list[Response], sentence: str, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "ATTEMPTS", 1 if "connection" in sentence else web.ATTEMPTS)
    site.replies += replies
    with pytest.raises(PaperError) as caught:
        web.download(f"{site.url}/a.pdf", tmp_path / "a.pdf", MB)
    assert sentence.replace(".TooMany", "(TooMany") in caught.value.error
    assert list(tmp_path.iterdir()) == []


def test_no_more_than_the_limit_is_taken(site: Site, tmp_path: Path) -> None:
    site.data = bytes(3 * MB)
    with pytest.raises(PaperError, match="more than the limit of 1 MB"):
        web.download(f"{site.url}/a.pdf", tmp_path / "a.pdf", MB)
    assert list(tmp_path.iterdir()) == []


def test_an_address_is_fetched_for_its_paper_id_once_while_the_server_says_it_has_not_changed(
    site: Site,
) -> None:
    (remote,) = find_remote(f"{site.url}/a.pdf")
    assert remote == Remote(f"{site.url}/a.pdf")
    inbox = Inbox(MB, keep=True)
    kept, version = inbox.paper(remote, lambda *_: None)
    assert isinstance(kept, PaperFiles)
    assert kept.main.path.read_bytes() == site.data
    known = {(remote.uri, version): kept.paper.paper_id}
    site.seen.clear()
    again, _ = inbox.paper(remote, lambda *asked: known.get(asked))
    assert again == files(kept.paper)
    assert site.seen == ["HEAD /a.pdf"]
    site.data = b"%PDF-1.4 new"
    changed, _ = inbox.paper(remote, lambda *asked: known.get(asked))
    assert isinstance(changed, PaperFiles)
    assert changed.paper.paper_id != kept.paper.paper_id
    inbox.clear()
    assert not kept.main.path.exists()


def test_a_server_that_is_not_there_is_the_papers_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "PAUSE", 0.01)
    inbox = Inbox(MB, keep=False)
    failure, version = inbox.paper(Remote("http://127.0.0.1:9/a.pdf"), lambda *_: None)
    assert isinstance(failure, Failure)
    assert version is None
    assert failure.error.startswith("The file cannot be fetched: the connection failed")


def test_a_password_opens_the_door_and_is_written_down_nowhere(site: Site) -> None:
    (remote,) = find_remote(site.url.replace("://", "://ada:s%40crêt@") + "/a.pdf?id=5@6")
    asked: list[str] = []
    found, _ = Inbox(MB, keep=False).paper(remote, lambda uri, _: asked.append(uri))
    assert site.who == "s@crêt"
    assert isinstance(found, PaperFiles)
    assert [found.paper.source_uri, *asked] == 2 * [f"{site.url}/a.pdf?id=5@6"]
    site.replies = [Response(status=404)] * 2
    failure, _ = Inbox(MB, keep=False).paper(remote, lambda *_: None)
    assert isinstance(failure, Failure)
    assert failure.paper.source_uri == found.paper.source_uri
