"""JPEGs whose PDF says another width or other colours than they have.

MuPDF believes the PDF and shows rows out of step. Other readers believe the JPEG, and so the PDF is told what the JPEG
says before anything is read. Where heights alone differ nothing is out of step, and the PDF's counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pymupdf

_COMPONENTS = {
    "DeviceGray": 1,
    "CalGray": 1,
    "Indexed": 1,
    "Separation": 1,
    "DeviceRGB": 3,
    "CalRGB": 3,
    "Lab": 3,
    "DeviceCMYK": 4,
}
"""Values of a pixel by colour space, as PyMuPDF names them; of others only the PDF's objects tell."""

_SPACES = {1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG behind which its size stands (ITU T.81, table B.1)."""
_LONE = frozenset((0x01, *range(0xD0, 0xD9)))
"""Markers without a segment."""
_BEGINS_WITHIN = 1024
"""Bytes before a JPEG's first marker; what has more is none, or is locked."""
_MOST_MARKERS = 10_000
"""A JPEG made to harm has millions before its size, or none but filling."""
_PROFILE = re.compile(r"\[\s*/ICCBased\s+(\d+)\s+\d+\s+R\s*\]")
_REFERENCE = re.compile(r"(\d+)\s+\d+\s+R")


def mend_jpegs(document: pymupdf.Document, number: int, seen: set[int]) -> None:
    """Tell the PDF what the JPEGs of page `number`, counted from 0, say of their width and colours.

    Those in `seen` were looked at for another page, and those of this one join them.
    """
    for xref, _, width, _, _, space, _, _, coding, *_ in document.get_page_images(number):
        if coding != "DCTDecode" or xref in seen:
            continue
        seen.add(xref)
        known = _frame(document.xref_stream_raw(xref) or b"")
        if known is None:
            continue
        across, down, components = known
        if width != across:
            document.xref_set_key(xref, "Width", str(across))
            document.xref_set_key(xref, "Height", str(down))
        expected = _COMPONENTS.get(space) or _profile_components(document, xref)
        if expected not in (None, components) and components in _SPACES:
            document.xref_set_key(xref, "ColorSpace", _SPACES[components])


def _profile_components(document: pymupdf.Document, xref: int) -> int | None:
    """The values of a pixel by an image's ICC profile; None where it has none that is plainly named."""
    space: str = document.xref_get_key(xref, "ColorSpace")[1]
    reference = _REFERENCE.fullmatch(space)
    profile = _PROFILE.fullmatch(document.xref_object(int(reference[1]), True) if reference else space)
    kind, value = document.xref_get_key(int(profile[1]), "N") if profile else ("null", "")
    return int(value) if kind == "int" else None


def _frame(data: bytes) -> tuple[int, int, int] | None:
    """A JPEG's width, height and values of a pixel; None where they are not found or it leaves its height open."""
    for marker, start, end in _segments(data):
        if marker in _FRAMES and end - start >= 6:
            down, across = (int.from_bytes(data[start + at : start + at + 2]) for at in (1, 3))
            return (across, down, data[start + 5]) if across and down else None
    return None


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Each segment before a JPEG's pixels: its marker, and where what it says begins and ends."""
    at = data.find(b"\xff\xd8", 0, _BEGINS_WITHIN) + 2
    for _ in range(_MOST_MARKERS):
        if not 2 <= at < len(data) - 3 or data[at] != 0xFF:
            return
        marker = data[at + 1]
        if marker == 0xFF or marker in _LONE:
            at += 1 if marker == 0xFF else 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        yield marker, at + 4, min(end, len(data))
        if marker == 0xDA:
            return
        at = end
