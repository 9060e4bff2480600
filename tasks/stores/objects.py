"""Object stores, by `s3://`, `gs://` and the like: connected to, their objects listed, fetched and created.

A store knows no rename: an object is put whole in one piece (a part that is uploaded in several becomes visible with
the last), and readers see the old one, the new one or none.

Throttled, failed and dropped requests are tried again with growing pauses by the libraries beneath (botocore and s3fs
for S3, gcsfs for Google): some twenty times within half a minute, unless AWS_MAX_ATTEMPTS or AWS_RETRY_MODE say
otherwise. The usual variables (AWS_ENDPOINT_URL, AWS_PROFILE, GOOGLE_APPLICATION_CREDENTIALS, ...) are theirs. What
they raise becomes an OSError with a sentence (`tasks.stores.errors`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from tasks.errors import StoppedError, StorageError
from tasks.stores.errors import from_library, sentence, speaking
from tasks.texts import printable, with_extra

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem
    from upath import UPath

_T = TypeVar("_T")
_LOOK_UP = 0.05
"""Seconds after which who waits for a store looks whether to stop."""
AT_ONCE = 16
"""Requests to a store that are on their way together."""

_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs"}
_VERSIONS = ("ETag", "etag", "generation", "content_md5", "md5Hash", "LastModified", "last_modified", "mtime")
"""What stores call that which changes with an object's bytes, the surest first."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of a listing."""

    uri: str
    size: int
    version: str | None
    """Changes when the bytes do; None where the store says nothing of the kind."""


def at(uri: str) -> UPath:
    """The object or folder that a URI names. Raises StorageError where the scheme is unknown or not installed."""
    from upath import UPath

    protocol = uri.partition("://")[0]
    filesystem(protocol)
    remote: UPath = UPath(uri, **_options(protocol))
    return remote


def filesystem(protocol: str) -> AbstractFileSystem:
    """The store behind a scheme, connected with what the environment says. Raises StorageError."""
    import fsspec

    try:
        if _EXTRAS.get(protocol) == "s3":
            _retry_throttled_s3()
        return fsspec.filesystem(protocol, **_options(protocol))
    except ImportError as error:
        extra = _EXTRAS.get(protocol)
        what = with_extra(extra) if extra else printable(str(error), 200)
        raise StorageError(f"{protocol}:// needs more than is installed: {what}") from error
    except ValueError as error:
        raise StorageError(
            f"{protocol}:// is no kind of storage: s3, gs, or another that fsspec knows"
        ) from error
    except Exception as error:  # (google-auth and others raise kinds of their own for want of credentials)
        raise StorageError(f"{protocol}:// cannot be used: {sentence(error)[1]}") from error


def children(folder: UPath) -> Iterator[Stored]:
    """What lies in a folder, not below; one listing."""
    with speaking(folder):
        folder.fs.invalidate_cache()
        try:
            infos = folder.fs.ls(folder.path, detail=True)
        except FileNotFoundError as error:
            if error.__cause__ is not None:  # the store's own reply: not even the bucket is there
                raise
            return
    here = folder.path.strip("/")
    for info in infos:
        name = info["name"].strip("/")
        if name != here:  # an object may stand for the folder itself
            yield Stored(f"{folder.protocol}://{name}", info.get("size") or 0, _version(info))


def tree(uri: str) -> Iterator[Stored]:
    """Every object at or under a URI of a store: one recursive listing, a thousand a request, no look at any object."""
    protocol = uri.partition("://")[0]
    store = filesystem(protocol)
    with speaking(uri):
        store.invalidate_cache()
        found = store.find(uri, detail=True)
    while found:  # the listing is given up as it is taken
        name, info = found.popitem()
        if info["type"] == "file":
            yield Stored(f"{protocol}://{name.lstrip('/')}", info.get("size") or 0, _version(info))


def describe(uri: str) -> Stored:
    """One object, asked for by name. Raises OSError."""
    store = filesystem(uri.partition("://")[0])
    with speaking(uri):
        info = store.info(uri)
    return Stored(uri, info.get("size") or 0, _version(info))


def modified(file: UPath) -> dt.datetime:
    """When an object was put, by the store's clock."""
    with speaking(file):
        moment: dt.datetime = file.fs.modified(file.path)
    return moment


@contextlib.contextmanager
def opened(file: UPath) -> Iterator[BinaryIO]:
    """An object to be read here and there: each read is one request, without guesses of what is wanted next."""
    with speaking(file):
        stream = file.fs.open(file.path, "rb", cache_type="none")
    with stream:
        try:
            yield stream
        except Exception as error:
            if from_library(error):
                raise OSError(*sentence(error), str(file)) from error
            raise


def download(uri: str, target: Path, stop: Callable[[], bool] | None = None) -> None:
    """An object's bytes as a file of this machine, taken up again where the connection drops.

    Raises StoppedError as soon as `stop` says so, also while the store keeps silent.
    """
    store = filesystem(uri.partition("://")[0])
    with speaking(uri):
        if stop is None:
            store.get_file(uri, str(target))
        else:
            unless_stopped(lambda: store.get_file(uri, str(target)), stop)


def unless_stopped(work: Callable[[], _T], stop: Callable[[], bool]) -> _T:
    """Does it in a thread that is left alone where `stop` says so: what waits for a store cannot be woken.

    Raises what `work` raises, and StoppedError.
    """
    ended: Future[_T] = Future()

    def do() -> None:
        try:
            ended.set_result(work())
        except BaseException as error:  # noqa: BLE001 (handed on)
            ended.set_exception(error)

    threading.Thread(
        target=do, daemon=True, name="store"
    ).start()  # an executor's would be waited for at exit
    while not futures.wait([ended], _LOOK_UP).done:
        if stop():
            raise StoppedError
    return ended.result()


def create(data: bytes, target: UPath) -> None:
    """Puts an object on a store only if there is none of its name (a conditional put). Raises FileExistsError."""
    with speaking(target):
        target.fs.pipe_file(target.path, data, mode="create")


def _version(info: dict[str, Any]) -> str | None:
    for key in _VERSIONS:
        if info.get(key):
            return f"{info[key]} {info.get('size')}"
    return None


@functools.cache
def _retry_throttled_s3() -> None:
    """botocore and s3fs go by the names that AWS gives its errors; other S3 stores have names of their own."""
    from s3fs.core import set_custom_error_handler

    def is_passing(error: Exception) -> bool:
        reply = getattr(error, "response", None) or {}
        status = reply.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return status in (429, 500, 502, 503, 504)

    set_custom_error_handler(is_passing)


@functools.cache
def _options(protocol: str) -> dict[str, Any]:
    if protocol in ("s3", "s3a"):
        retries: dict[str, Any] = {}
        if "AWS_RETRY_MODE" not in os.environ:
            retries["mode"] = "standard"
        if "AWS_MAX_ATTEMPTS" not in os.environ:
            retries["total_max_attempts"] = 4  # times five by s3fs itself
        config = {"retries": retries, "max_pool_connections": 2 * AT_ONCE, "connect_timeout": 10}
        return {"use_listings_cache": False, "config_kwargs": config}
    if protocol in ("gs", "gcs"):
        return {"use_listings_cache": False}
    return {}
