"""Which JATS XML it is: by its bytes, whatever the file is called and whenever it came."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

from tasks.settings import MOST_JATS_BYTES


def fingerprint(stream: BinaryIO) -> str:
    """SHA-256 of an XML, hex; of one that is too large to be read, of its beginning."""
    return hashlib.sha256(stream.read(MOST_JATS_BYTES + 1)).hexdigest()


def fingerprint_of(file: Path) -> str | None:
    """The same of a file; None where it cannot be opened."""
    try:
        with file.open("rb") as stream:
            return fingerprint(stream)
    except OSError:
        return None
