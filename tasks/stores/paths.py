"""Where datasets, bundles and papers lie: folders of this machine, or object stores by `s3://`, `gs://` and the like.

One way to both, so that who reads or writes need not know the difference. Here a file is written aside, synced and
renamed; on a store an object is put whole (see `tasks.stores.objects`), and errors are OSErrors with a sentence.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import pyarrow.parquet as pq

from tasks.errors import StorageError
from tasks.stores import objects
from tasks.stores.errors import speaking
from tasks.stores.scratch import scratch

if TYPE_CHECKING:
    from upath import UPath

    StorePath = Path | UPath
    """A file or folder, here or on a store."""

_T = TypeVar("_T")
_R = TypeVar("_R")


def is_remote(text: str | Path) -> bool:
    """Whether this is a URI of a store, or of the web, and no path of this machine."""
    return "://" in str(text) and not str(text).startswith("file://")


def store_path(text: str | Path) -> StorePath:
    """The file or folder that a path or URI names. Raises StorageError where the scheme is unknown or not installed."""
    if not is_remote(text):
        return Path(str(text).removeprefix("file://"))
    return objects.at(str(text))


def names(folder: StorePath) -> list[str]:
    """Names of what lies in a folder, not below; one listing. None where the folder is not there."""
    if isinstance(folder, Path):
        return [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return [Path(stored.uri).name for stored in objects.children(folder)]


def sizes(folder: StorePath) -> dict[str, int]:
    """Name -> bytes of the files in a folder; one listing."""
    if isinstance(folder, Path):
        return {entry.name: entry.stat().st_size for entry in folder.iterdir()}
    return {Path(stored.uri).name: stored.size for stored in objects.children(folder)}


def size(file: StorePath) -> int:
    """Bytes of a file. Raises FileNotFoundError where it is none of this machine, StorageError for one of a store."""
    if isinstance(file, Path):
        return file.stat().st_size
    try:
        return objects.describe(str(file)).size
    except OSError as error:  # not to be mistaken for a file that is damaged
        raise StorageError(f"cannot read {file}: {error.strerror}") from error


def stamps(folder: StorePath) -> dict[str, str | None]:
    """Name -> what changes with the bytes of a file in a folder; one listing. None where a store says no such thing."""
    if isinstance(folder, Path):
        if not folder.is_dir():
            return {}
        found: dict[str, str | None] = {}
        with os.scandir(folder) as entries:
            for entry in entries:
                # It may be gone since it was listed, as what is renamed when whole.
                with contextlib.suppress(FileNotFoundError):
                    found[entry.name] = _stamp(entry.stat())
        return found
    return {Path(stored.uri).name: stored.version for stored in objects.children(folder)}


def _stamp(state: os.stat_result) -> str:
    """A file's size, time and place: one that is put in its stead has another."""
    return f"{state.st_size} {state.st_mtime_ns} {state.st_ino}"


def same(one: StorePath, other: StorePath) -> bool:
    """Whether both name the same file or folder."""
    if isinstance(one, Path) and isinstance(other, Path):
        return one.resolve() == other.resolve()
    return str(one).rstrip("/") == str(other).rstrip("/")


def exists(file: StorePath) -> bool:
    """Whether there is such a file, or such a folder with something in it."""
    if isinstance(file, Path):
        return file.exists()
    with speaking(file):
        file.fs.invalidate_cache()
        return bool(file.fs.exists(file.path))


def read(file: StorePath) -> bytes:
    """All bytes of a small file."""
    if isinstance(file, Path):
        return file.read_bytes()
    with speaking(file):
        return bytes(file.fs.cat_file(file.path))


@contextlib.contextmanager
def opened(file: StorePath) -> Iterator[BinaryIO]:
    """A file to be read here and there: each read is one request, without guesses of what is wanted next."""
    if isinstance(file, Path):
        with file.open("rb") as stream:
            yield stream
        return
    with objects.opened(file) as stream:
        yield stream


@contextlib.contextmanager
def parquet(file: StorePath, footer: pq.FileMetaData | None = None) -> Iterator[pq.ParquetFile]:
    """A Parquet file of which only some columns or row groups are wanted; a `footer` that is known is not read."""
    if isinstance(file, Path):
        with pq.ParquetFile(file, metadata=footer, buffer_size=1 << 20) as found:
            yield found
        return
    with opened(file) as stream, pq.ParquetFile(stream, metadata=footer, pre_buffer=True) as found:
        yield found


@contextlib.contextmanager
def local_copy(file: StorePath, stop: Callable[[], bool] | None = None) -> Iterator[Path]:
    """A file of this machine with these bytes, for as long as the context lasts.

    Raises StoppedError where `stop` says so while a store's bytes come.
    """
    if isinstance(file, Path):
        yield file
        return
    copy = scratch() / f"{secrets.token_hex(8)}-{file.name}"
    try:
        try:
            objects.download(str(file), copy, stop)
        except OSError as error:  # not to be mistaken for a file that is damaged
            raise StorageError(f"cannot read {file}: {error.strerror}") from error
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def make_folder(folder: StorePath) -> None:
    """A folder with its parents; a store needs none."""
    if isinstance(folder, Path):
        folder.mkdir(parents=True, exist_ok=True)


def put(aside: Path, target: StorePath) -> None:
    """Moves a finished file of this machine to its place, so that a crash leaves either nothing or all of it."""
    if isinstance(target, Path):
        sync(aside)
        aside.replace(target)
        sync(target.parent)
        return
    with speaking(target):
        target.fs.put_file(str(aside), target.path)
    aside.unlink()


def put_bytes(data: bytes, target: StorePath, *, durable: bool = True) -> None:
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


def remove(file: StorePath) -> None:
    """Removes a file, if it is there."""
    if isinstance(file, Path):
        file.unlink(missing_ok=True)
        return
    with speaking(file), contextlib.suppress(FileNotFoundError):
        file.fs.rm_file(file.path)


def move(source: StorePath, target: StorePath) -> None:
    """Moves a file within its file system; on a store it is copied first and then removed."""
    if isinstance(source, Path):
        Path(str(target)).parent.mkdir(parents=True, exist_ok=True)
        source.rename(str(target))
        return
    with speaking(source):
        source.fs.cp_file(source.path, str(target))
        source.fs.rm_file(source.path)


def each(function: Callable[[_T], _R], items: Iterable[_T], at: StorePath) -> Iterator[_R]:
    """`map`, in order; where `at` is on a store, several at once, for what takes time there is the way."""
    if isinstance(at, Path):
        yield from map(function, items)
        return
    with ThreadPoolExecutor(objects.AT_ONCE, thread_name_prefix="store") as threads:
        try:
            yield from threads.map(function, items)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)


def sync(path: Path) -> None:
    """Has the disk keep a file's bytes, or a folder's names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
