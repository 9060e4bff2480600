"""Where datasets, bundles and papers lie: folders of this machine, or object stores by `s3://`, `gs://` and the like.

The only module that knows the difference. Here a file is written aside, synced and renamed. A store knows no rename:
an object is put whole in one piece (a part that is uploaded in several becomes visible with the last), and readers see
the old one, the new one or none. What a store's library raises becomes an OSError with a sentence.

Throttled, failed and dropped requests are tried again with growing pauses by the libraries beneath (botocore and s3fs
for S3, gcsfs for Google): some twenty times within half a minute, unless AWS_MAX_ATTEMPTS or AWS_RETRY_MODE say
otherwise. The usual variables (AWS_ENDPOINT_URL, AWS_PROFILE, GOOGLE_APPLICATION_CREDENTIALS, ...) are theirs.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import functools
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import pyarrow.parquet as pq

from tasks.errors import StorageError
from tasks.scratch import scratch
from tasks.texts import printable

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem
    from upath import UPath

    Place = Path | UPath
    """A file or folder, here or on a store."""

AT_ONCE = 16
"""Requests to a store that are on their way together."""

_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs"}
_LIBRARIES = ("aiobotocore", "aiohttp", "botocore", "gcsfs", "google")
_CREDENTIALS = (
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
)
"""What S3 says where all requests are refused, not those for one object."""
_VERSIONS = ("ETag", "etag", "generation", "content_md5", "md5Hash", "LastModified", "last_modified", "mtime")
"""What stores call that which changes with an object's bytes, the surest first."""

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of a listing."""

    uri: str
    size: int
    version: str | None
    """Changes when the bytes do; None where the store says nothing of the kind."""


def is_remote(text: str | Path) -> bool:
    """Whether this is a URI of a store, or of the web, and no path of this machine."""
    return "://" in str(text) and not str(text).startswith("file://")


def place(text: str | Path) -> Place:
    """The file or folder that a path or URI names. Raises StorageError where the scheme is unknown or not installed."""
    if not is_remote(text):
        return Path(str(text).removeprefix("file://"))
    from upath import UPath

    protocol = str(text).partition("://")[0]
    filesystem(protocol)
    remote: UPath = UPath(str(text), **_options(protocol))
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
        what = f"pip install 'figmill[{extra}]'" if extra else printable(str(error), 200)
        raise StorageError(f"{protocol}:// needs more than is installed: {what}") from error
    except ValueError as error:
        raise StorageError(
            f"{protocol}:// is no kind of storage: s3, gs, or another that fsspec knows"
        ) from error
    except Exception as error:  # (google-auth and others raise kinds of their own for want of credentials)
        raise StorageError(f"{protocol}:// cannot be used: {_sentence(error)[1]}") from error


def names(folder: Place) -> list[str]:
    """Names of what lies in a folder, not below; one listing. None where the folder is not there."""
    if isinstance(folder, Path):
        return [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return [Path(stored.uri).name for stored in _children(folder)]


def sizes(folder: Place) -> dict[str, int]:
    """Name -> bytes of the files in a folder; one listing."""
    if isinstance(folder, Path):
        return {entry.name: entry.stat().st_size for entry in folder.iterdir()}
    return {Path(stored.uri).name: stored.size for stored in _children(folder)}


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


def same(one: Place, other: Place) -> bool:
    """Whether both name the same file or folder."""
    if isinstance(one, Path) and isinstance(other, Path):
        return one.resolve() == other.resolve()
    return str(one).rstrip("/") == str(other).rstrip("/")


def exists(file: Place) -> bool:
    """Whether there is such a file, or such a folder with something in it."""
    if isinstance(file, Path):
        return file.exists()
    with speaking(file):
        file.fs.invalidate_cache()
        return bool(file.fs.exists(file.path))


def read(file: Place) -> bytes:
    """All bytes of a small file."""
    if isinstance(file, Path):
        return file.read_bytes()
    with speaking(file):
        return bytes(file.fs.cat_file(file.path))


@contextlib.contextmanager
def opened(file: Place) -> Iterator[BinaryIO]:
    """A file to be read here and there: each read is one request, without guesses of what is wanted next."""
    if isinstance(file, Path):
        with file.open("rb") as stream:
            yield stream
        return
    with speaking(file):
        stream = file.fs.open(file.path, "rb", cache_type="none")
    with stream:
        try:
            yield stream
        except Exception as error:
            if type(error).__module__.partition(".")[0] in _LIBRARIES:
                number, sentence = _sentence(error)
                raise OSError(number, sentence, str(file)) from error
            raise


@contextlib.contextmanager
def parquet(file: Place) -> Iterator[pq.ParquetFile]:
    """A Parquet file of which only some columns or row groups are wanted."""
    if isinstance(file, Path):
        with pq.ParquetFile(file, buffer_size=1 << 20) as found:
            yield found
        return
    with opened(file) as stream, pq.ParquetFile(stream, pre_buffer=True) as found:
        yield found


@contextlib.contextmanager
def local_copy(file: Place) -> Iterator[Path]:
    """A file of this machine with these bytes, for as long as the context lasts."""
    if isinstance(file, Path):
        yield file
        return
    copy = scratch() / f"{secrets.token_hex(8)}-{file.name}"
    try:
        try:
            download(str(file), copy)
        except OSError as error:  # not to be mistaken for a file that is damaged
            raise StorageError(f"cannot read {file}: {error.strerror}") from error
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def download(uri: str, target: Path) -> None:
    """An object's bytes as a file of this machine, taken up again where the connection drops."""
    store = filesystem(uri.partition("://")[0])
    with speaking(uri):
        store.get_file(uri, str(target))


def make_folder(folder: Place) -> None:
    """A folder with its parents; a store needs none."""
    if isinstance(folder, Path):
        folder.mkdir(parents=True, exist_ok=True)


def put(aside: Path, target: Place) -> None:
    """Moves a finished file of this machine to its place, so that a crash leaves either nothing or all of it."""
    if isinstance(target, Path):
        _sync(aside)
        aside.replace(target)
        _sync(target.parent)
        return
    with speaking(target):
        target.fs.put_file(str(aside), target.path)
    aside.unlink()


def put_bytes(data: bytes, target: Place, *, durable: bool = True) -> None:
    """A small file whole or not at all; `durable`: it outlives a crash of the machine, too."""
    if isinstance(target, Path):
        aside = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
        try:
            aside.write_bytes(data)
            put(aside, target) if durable else aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)
        return
    with speaking(target):
        target.fs.pipe_file(target.path, data)


def create(data: bytes, target: UPath) -> None:
    """Puts an object on a store only if there is none of its name (a conditional put). Raises FileExistsError."""
    with speaking(target):
        target.fs.pipe_file(target.path, data, mode="create")


def remove(file: Place) -> None:
    """Removes a file, if it is there."""
    if isinstance(file, Path):
        file.unlink(missing_ok=True)
        return
    with speaking(file), contextlib.suppress(FileNotFoundError):
        file.fs.rm_file(file.path)


def move(source: Place, target: Place) -> None:
    """Moves a file within its file system; on a store it is copied first and then removed."""
    if isinstance(source, Path):
        Path(str(target)).parent.mkdir(parents=True, exist_ok=True)
        source.rename(str(target))
        return
    with speaking(source):
        source.fs.cp_file(source.path, str(target))
        source.fs.rm_file(source.path)


def each(function: Callable[[_T], _R], items: Iterable[_T], at: Place) -> Iterator[_R]:
    """`map`, in order; where `at` is on a store, several at once, for what takes time there is the way."""
    if isinstance(at, Path):
        yield from map(function, items)
        return
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="store") as threads:
        try:
            yield from threads.map(function, items)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)


@contextlib.contextmanager
def speaking(what: Place | str) -> Iterator[None]:
    """Turns whatever a store's library raises into an OSError that says in words what is wrong, and with what."""
    try:
        yield
    except (StorageError, FileExistsError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.filename == str(what):
            raise  # it has been here before
        number, sentence = _sentence(error)
        raise OSError(number, sentence, str(what)) from error


def _children(folder: UPath) -> Iterator[Stored]:
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


def _sentence(error: BaseException) -> tuple[int, str]:
    """An error number and a sentence for what a store's library raised."""
    kind, said = type(error).__name__, printable(" ".join(str(error).split()), 160)
    if "Credentials" in kind or "RefreshError" in kind:
        hint = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, GOOGLE_APPLICATION_CREDENTIALS or a role"
        return errno.EACCES, f"no credentials, or none that hold: {hint}"
    if _reply_code(error) in _CREDENTIALS:
        return errno.EPERM, f"the credentials are not accepted ({said})"
    if isinstance(error, PermissionError):
        return errno.EACCES, f"access denied ({said}): check the credentials and what they may do there"
    if isinstance(error, FileNotFoundError):
        what = (
            "there is no such bucket"
            if "bucket" in said.lower() and "exist" in said
            else "there is no such object"
        )
        return errno.ENOENT, what
    if isinstance(error, OSError) and error.errno in (errno.EBUSY, errno.EREMOTEIO):
        return errno.EBUSY, f"the store is overloaded or failing, tried several times ({said})"
    if (
        isinstance(error, ConnectionError | TimeoutError)
        or "Connect" in kind
        or "Timeout" in kind
        or "Payload" in kind
    ):
        return errno.ETIMEDOUT, f"the store does not answer, or not in time ({said})"
    number = error.errno if isinstance(error, OSError) and error.errno else errno.EIO
    return number, (error.strerror if isinstance(error, OSError) and error.strerror else said) or kind


def _reply_code(error: BaseException) -> str | None:
    """How S3 names an error."""
    reply = getattr(error.__cause__ or error, "response", None)
    return reply.get("Error", {}).get("Code") if isinstance(reply, dict) else None


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
