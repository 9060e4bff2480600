"""A folder that is there whole or not at all."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from tasks.dataset.files import UNFINISHED
from tasks.errors import OutputError


@contextlib.contextmanager
def whole_folder(target: Path, option: str = "--out") -> Iterator[Path]:
    """A folder beside `target` to write into; it takes `target`'s name when the context ends without an error.

    Raises OutputError where `target` holds something, or where it cannot be written; `option` is what named it.
    """
    target = target.resolve()
    aside = target.parent / f".{target.name}.{secrets.token_hex(4)}{UNFINISHED}"
    require_free(target, option)
    try:
        aside.mkdir(parents=True)
        yield aside
        if target.exists():
            target.rmdir()
        aside.rename(target)
    except OSError as error:
        raise _unwritable(target, error, option) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def require_free(target: Path, option: str = "--out") -> None:
    """Raises OutputError where `target` holds something, or cannot be looked into."""
    target = target.resolve()
    try:
        taken = target.exists() and (not target.is_dir() or any(target.iterdir()))
    except OSError as error:
        raise _unwritable(target, error, option) from error
    if taken:
        raise OutputError(f"{target} holds something already: name a new or empty folder")


def _unwritable(target: Path, error: OSError, option: str) -> OutputError:
    return OutputError(f"cannot write {target}: {error.strerror or error}; name another folder for {option}")
