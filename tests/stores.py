"""A real S3 server on this machine (moto, over HTTP) that can be told to misbehave, and a small web server."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_ERROR = '<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'


@dataclass
class Fault:
    """What the next requests of this method, whose path and query hold this text, get instead of an answer."""

    status: int
    code: str
    message: str = "made for a test"
    times: int = 1_000_000
    method: str = ""
    path: str = ""


@dataclass
class Store:
    """The server: its address, what it was asked, and how it shall misbehave."""

    url: str = ""
    requests: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    before: Callable[[str], None] = lambda request: None
    """Called with each request ('GET /bucket/key') before it is answered."""
    answered: Callable[[str, int], None] = lambda request, length: None
    """Called with each request and the bytes of its answer before these are sent."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def environment(self) -> dict[str, str]:
        return {**ENVIRONMENT, "AWS_ENDPOINT_URL": self.url}

    def fault(self, request: str) -> Fault | None:
        """The fault that this request meets, counted down."""
        method, _, path = request.partition(" ")
        with self._lock:
            self.requests.append(request)
            for fault in self.faults:
                if fault.times and fault.method in ("", method) and fault.path in path:
                    fault.times -= 1
                    return fault
        return None

    def asked(self, text: str) -> int:
        """How many requests held this text."""
        return sum(text in request for request in self.requests)


@contextmanager
def silence(store: Store, request: str) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Keeps requests that begin so without an answer as long as the context lasts: whether one has come, and whether
    the store has given up its silence, as it does in the end for those who would wait for ever."""
    asked, released = threading.Event(), threading.Event()
    rescue = threading.Timer(600, released.set)

    def keep_silent(met: str) -> None:
        if met.startswith(request):
            asked.set()
            released.wait()

    store.before = keep_silent
    rescue.start()
    try:
        yield asked, released
    finally:
        rescue.cancel()
        released.set()
        store.before = lambda request: None


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Says nothing: tests read standard error."""


@contextmanager
def s3_server() -> Iterator[Store]:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    store = Store()
    moto = DomainDispatcherApplication(create_backend_app)

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        query = environ.get("QUERY_STRING", "")
        request = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}{'?' + query if query else ''}"
        store.before(request)
        fault = store.fault(request)
        if fault is None:
            pieces = [*moto(environ, start)]
            store.answered(request, sum(map(len, pieces)))
            return pieces
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if fault.status == 0:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        body = _ERROR.format(code=fault.code, message=fault.message).encode()
        if environ["REQUEST_METHOD"] == "HEAD":
            body = b""
        start(f"{fault.status} {HTTPStatus(fault.status).phrase}", [("Content-Type", "application/xml")])
        return [body]

    with serving(make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet)) as url:
        store.url = url
        yield store


@contextmanager
def serving(server: BaseWSGIServer) -> Iterator[str]:
    """Runs a server in a thread; gives its address."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
