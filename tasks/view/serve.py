"""The socket and the server behind `figmill view`."""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tasks.errors import SettingsError

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath


_PATIENCE = 1
"""Seconds that answers on their way have when the server is ended: some wait for a store, which may take minutes."""


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to an address of this machine. Raises SettingsError where it cannot be."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)  # who follows the printed address at once waits until the server is up
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(f"cannot listen on {host} port {port}: {reason}; try another --port") from error
    return listening


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address_of(host: str, listening: socket.socket) -> str:
    """What to type into a browser."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listening.getsockname()[1]}/"


def serve(
    out: StorePath,
    listening: socket.socket,
    host: str,
    who: str | None = None,
    token: str | None = None,
    own: Sequence[str] = (),
) -> None:
    """Serves the view of the indexed dataset in `out` until interrupted; with `who`, that person may correct.

    `token` and `own` as in `tasks.view.app.create_app`.
    """
    import uvicorn

    from tasks.view.app import create_app

    names = [] if is_loopback(host) else [host, socket.gethostname(), socket.getfqdn()]
    config = uvicorn.Config(
        create_app(out, names, who, token, own=own),
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=_PATIENCE,
    )
    server = uvicorn.Server(config)

    def still_serving(_: logging.LogRecord) -> bool:
        """What is cut off in the end is no error that anybody should read of."""
        return not server.should_exit

    log = logging.getLogger("uvicorn.error")
    log.addFilter(still_serving)
    try:
        server.run(sockets=[listening])
    finally:
        log.removeFilter(still_serving)
