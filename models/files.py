"""Files that are whole or not there."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MACHINE = re.sub(r"\W", "", platform.node()) or "here"


@contextmanager
def written_whole(file: Path) -> Iterator[Path]:
    """A path beside `file` to write to: it takes the file's place at the end, and goes where writing fails.

    What processes of this machine left half written when they were killed goes too.
    """
    for leftover in file.parent.glob(f"{file.name}.{_MACHINE}-*.part"):
        if not _lives(leftover.name.removesuffix(".part").rpartition("-")[2]):
            leftover.unlink(missing_ok=True)
    aside = file.with_name(f"{file.name}.{_MACHINE}-{os.getpid()}.part")
    try:
        yield aside
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


def _lives(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
